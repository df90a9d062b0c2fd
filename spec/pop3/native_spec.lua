-- session.pop3: the protocol as it is.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local begin <const> = [[
  S: +OK
  C: CAPA
  S: -ERR
  C: USER anna
  S: +OK
  C: PASS secret
  S: +OK
]]
local listing <const> = [[
  C: LIST
  S: +OK
  S: 1 20
  S: 2 3000000
  S: .
  C: UIDL
  S: +OK
  S: 1 one
  S: 2 two
  S: .
]]
local bye <const> = "C: QUIT\nS: +OK"

local function with(script, fn)
  local peer <close> = line_peer.start(script)
  local session <close> = satchel.connect { url = "pop3://" .. peer.place, user = "anna",
    password = "secret", tls = false, timeout = 5, proxy = false }
  fn(session.pop3, session, peer)
end

it("counts, lists and reads", function()
  with(begin .. "C: STAT\nS: +OK 2 3000020\n" .. listing .. [[
    C: RETR 1
    S: +OK
    S: Subject: x
    S:
    S: ..dot
    S: .
    C: TOP 1 2
    S: +OK
    S: Subject: x
    S:
    S: .
    C: RETR 2
    S: +OK
    S: a
    S: b
    S: .
    C: LIST 1
    S: +OK 1 20
    C: XLST Subject
    S: +OK
    S: 1 x
    S: .
    C: NOOP
    S: -ERR why
  ]] .. bye, function(pop3)
    assert.same({ 2, 3000020 }, { pop3:stat() })
    assert.same({ "one", "two" }, pop3:uidl())
    assert.same({ 20, 3000000 }, pop3:list())
    assert.equal("Subject: x\r\n\r\n.dot\r\n", pop3:retr(1))
    assert.equal("Subject: x\r\n\r\n", pop3:top("one", 2))
    local parts = {}
    assert.is_nil(pop3:retr("two", function(piece) parts[#parts + 1] = piece end))
    assert.equal("a\r\nb\r\n", table.concat(parts))
    assert.equal("1 20", pop3:command("LIST 1").text)
    local answer, text = pop3:command("XLST Subject", true)
    assert.equal("ok", answer.status)
    assert.equal("1 x\r\n", text)
    assert.equal("err", pop3:command("NOOP").status)
  end)
end)

it("raises what the server refuses", function()
  with(begin .. "C: STAT\nS: -ERR [SYS/TEMP] disk\n" .. listing .. [[
    C: RETR 1
    S: -ERR gone
    C: TOP 1 0
    S: -ERR gone
    C: DELE 1
    S: -ERR gone
    C: RSET
    S: -ERR no
  ]] .. bye, function(pop3)
    for _, case in ipairs { { "throttled", pop3.stat }, { "server", pop3.retr, 1 },
      { "server", pop3.top, 1 }, { "server", pop3.dele, 1 }, { "server", pop3.rset },
      { "not_found", pop3.retr, 3 }, { "not_found", pop3.dele, "x" } } do
      local ok, err = satchel.try(case[2], pop3, case[3])
      assert.is_false(ok)
      assert.equal(case[1], err.kind, tostring(err))
    end
  end)
end)

it("does not send by itself what changes the connection or deletes", function()
  with(begin .. "! drain", function(pop3, _, peer)
    for _, line in ipairs { "DELE 1", "dele 1", "RSET", "QUIT", "STLS", "USER x", "PASS x",
      "APOP x y", "AUTH PLAIN", "UTF8", "NOOP\r\nDELE 1", "NOOP\nDELE 1", "NOOP\0", "" } do
      local ok, err = satchel.try(pop3.command, pop3, line)
      assert.is_false(ok)
      assert.equal("invalid", err.kind, line)
    end
    for _, case in ipairs { { "retr", {} }, { "top", "one", "x" }, { "dele" } } do
      local ok, err = satchel.try(pop3[case[1]], pop3, case[2], case[3])
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end
    assert.equal("C: CAPA\nC: USER anna\nC: PASS secret", peer:heard())
  end)
end)

it("marks nothing in a dry run", function()
  local peer <close> = line_peer.start(begin .. listing .. "C: STAT\nS: +OK 2 3000020\n" .. bye)
  local shown = {}
  local session = satchel.connect { url = "pop3://" .. peer.place, user = "anna",
    password = "secret", tls = false, timeout = 5, proxy = false, dry_run = true,
    trace = function(e)
      if e.layer == "verb" then shown[#shown + 1] = e.op end
    end }
  session.pop3:dele "one"
  session.pop3:rset()
  assert.equal("ok", session.pop3:command("XTND XMIT").status)
  session.inbox:query({ ids = { "one" } }):delete { hard = true }
  assert.same({ "dele", "rset", "command", "delete" }, shown)
  assert.same({ "one", "two" }, session.pop3:uidl())
  assert.equal("2 3000020", session.pop3:command("STAT").text)
  assert.same({}, session.pop3.marked)
  session:close()
  peer:check()
end)
