-- POP3 servers that fail: cut at every byte, slow, endless, wrong.

local connection = require "satchel.pop3.connection"
local line_peer = require "support.line_peer"
local mailbox = require "satchel.pop3.mailbox"
local satchel = require "satchel"

local dialogue <const> = [[
  S: +OK ready
  C: CAPA
  S: +OK
  S: PIPELINING
  S: UIDL
  S: TOP
  S: SASL PLAIN
  S: .
  C: AUTH PLAIN …
  S: +OK
  C: LIST
  C: UIDL
  C: CAPA
  S: +OK
  S: 1 30
  S: .
  S: +OK
  S: 1 one
  S: .
  S: +OK
  S: PIPELINING
  S: TOP
  S: .
  C: RETR 1
  S: +OK
  S: Subject: x
  S:
  S: ..body
  S: .
  C: DELE 1
  S: +OK
  C: QUIT
  S: +OK bye
]]

local function options(peer, more)
  local opts = { url = "pop3://" .. peer.place, user = "anna", password = "secret", tls = false,
    timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  return opts
end

-- reads and deletes the only message; what failed, and what was read
local function read_and_delete(peer, more)
  local text
  local ok, err = satchel.try(function()
    local session <close> = satchel.connect(options(peer, more))
    local item = session.inbox:query({ fields = { "text" } }):first()
    text = item.text
    item:delete { hard = true }
  end)
  return ok, err, text
end

local function bytes_to(line, nth)
  local n = 0
  for text in dialogue:gmatch "S: ?([^\n]*)\n" do
    n = n + #text + 2
    if text == line then
      nth = nth - 1
      if nth == 0 then return n end
    end
  end
  error "no such line"
end

-- the same in one go on a connection made for it, which is not made again
local function in_one_go(peer, more)
  local line, text = connection.new(options(peer, more)), nil
  local ok, err = satchel.try(function()
    local box = mailbox.new(line)
    line:run(function()
      assert.equal(1, box:read():number "one")
      line:retrieve(1)
      text = line:text()
      assert.is_true(box:delete({ "one" })[1].ok)
    end)
    line:close()
  end)
  return ok, err, text
end

describe("a dialogue cut after any byte", function()
  local body_at, deleting_at = bytes_to(".", 5), bytes_to("+OK", 7)
  local ended_at = bytes_to("+OK bye", 1)

  for _, case in ipairs { { "in clear text", false }, { "in TLS", true } } do
    it(case[1] .. " tells what is known", function()
      local more
      local cuts = line_peer.each_cut(dialogue, { tls = case[2] }, function(peer, bytes)
        if case[2] then more = { url = "pop3s://" .. peer.place, tls = { ca = peer.ca } } end
        local ok, err, text = in_one_go(peer, more)
        assert.equal(bytes >= body_at, text ~= nil, bytes)
        assert.equal(bytes >= ended_at, ok, bytes .. ": " .. tostring(err))
        if ok then return end
        assert.is_true(err.kind == "network" or err.kind == "tls", bytes .. ": " .. tostring(err))
        -- QUIT was said when DELE had been answered: who knows what became of it
        assert.equal(bytes >= deleting_at or nil, err.uncertain, bytes .. ": " .. tostring(err))
        assert.same(bytes >= body_at and { "one" } or nil, err.undeleted, bytes)
      end)
      assert.equal(ended_at, cuts)
    end)
  end
end)

it("a dialogue byte by byte is the same", function()
  local peer <close> = line_peer.start(dialogue, { piece = 1 })
  local ok, err, text = read_and_delete(peer)
  assert.is_true(ok, tostring(err))
  assert.equal(".body", (text:gsub("%s+$", "")))
  peer:check()
end)

describe("a server", function()
  local begin <const> = "S: +OK\nC: CAPA\nS: -ERR\nC: USER …\nS: +OK\nC: PASS …\nS: +OK\n"
  local listing <const> = "C: LIST\nS: +OK\nS: 1 30\nS: .\nC: UIDL\nS: +OK\nS: 1 one\nS: .\n"

  local function refused(kind, pattern, script, more)
    local peer <close> = line_peer.start(script)
    local ok, err = read_and_delete(peer, more)
    assert.is_false(ok)
    assert.equal(kind, err.kind, tostring(err))
    assert.truthy(err.message:find(pattern, 1, true), err.message)
    return err
  end

  it("that never ends a line meets a bound", function()
    refused("limit", "16384", "S- +OK " .. ("x"):rep(70000) .. "\n! drain")
    refused("limit", "16384", begin .. "C: LIST\nS- +OK " .. ("x"):rep(70000) .. "\n! drain")
  end)

  it("that never ends a message meets the caller's bound", function()
    refused("limit", "100000", begin .. listing .. "C: RETR 1\nS: +OK\n"
      .. ("S: " .. ("x"):rep(1000) .. "\n"):rep(110) .. "! drain",
      { limits = { message = 100000 } })
  end)

  it("that never ends a listing meets it, too", function()
    local lines = {}
    for i = 1, 2000 do lines[i] = ("S: %d 100"):format(i) end
    refused("limit", "10000", begin .. "C: LIST\nS: +OK\n" .. table.concat(lines, "\n")
      .. "\n! drain", { limits = { message = 10000 } })
  end)

  it("that answers more than it was asked is not listened to any longer", function()
    local message = "C: RETR 1\nS: +OK\nS: Subject: x\nS:\nS: .\n"
    local peer <close> = line_peer.start {
      begin .. listing .. message .. "S: +OK surprise\n! drain",
      begin .. listing .. "C: DELE 1\nS: +OK\nC: QUIT\nS: +OK" }
    local ok, err = read_and_delete(peer)
    assert.is_true(ok, tostring(err))
    assert.matches("QUIT", peer:heard())
  end)

  it("that answers in another protocol is refused", function()
    refused("protocol", "neither", begin .. "C: LIST\nS: 250 ok\n! drain")
  end)

  it("that numbers messages beyond all bounds does not keep us", function()
    refused("protocol", "two numbers", begin
      .. "C: LIST\nS: +OK\nS: 99999999999999999999 1\nS: .\nC: UIDL\nS: +OK\nS: .\n! drain")
    local peer <close> = line_peer.start(begin .. [[
      C: LIST
      S: +OK
      S: 9000000000 1
      S: .
      C: UIDL
      S: +OK
      S: 9000000000 a
      S: .
      C: QUIT
      S: +OK]])
    local session <close> = satchel.connect(options(peer))
    assert.same({ "a" }, session.inbox:query():ids())
  end)

  it("that stalls is a timeout", function()
    local err = refused("timeout", "", begin .. "C: LIST\nS: +OK\nS: 1 1\n! stall",
      { timeout = 0.3 })
    assert.is_true(err.retryable)
  end)

  it("whose capabilities lie is read all the same", function()
    -- TOP and UIDL were announced, and are refused
    local peer <close> = line_peer.start("S: +OK\nC: CAPA\nS: +OK\nS: TOP\nS: UIDL\nS: USER\nS: .\n"
      .. "C: USER …\nS: +OK\nC: PASS …\nS: +OK\nC: LIST\nS: +OK\nS: 1 30\nS: .\nC: UIDL\nS: -ERR\n"
      .. "C: CAPA\nS: -ERR\nC: TOP 1 0\nS: -ERR what?\nC: RETR 1\nS: +OK\nS: Subject: x\nS:\n"
      .. "S: .\nC: RETR 1\nS: +OK\nS: Subject: x\nS:\nS: .\nC: QUIT\nS: +OK")
    local session <close> = satchel.connect(options(peer))
    assert.equal("x", session.inbox:query():first().subject)
  end)
end)
