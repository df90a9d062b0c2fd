-- What is in the maildrop: numbers, ids and sizes.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local ready <const> = "S: +OK\nC: CAPA\nS: -ERR\nC: USER …\nS: +OK\nC: PASS …\nS: +OK\n"
local piped <const> = "S: +OK\nC: CAPA\nS: +OK\nS: PIPELINING\nS: UIDL\nS: TOP\nS: USER\nS: .\n"
  .. "C: USER …\nS: +OK\nC: PASS …\nS: +OK\n"
local capa <const> = "S: +OK\nS: PIPELINING\nS: TOP\nS: IMPLEMENTATION spec 1\nS: .\n"
local bye <const> = "C: QUIT\nS: +OK"

local function list(text)
  local lines = { "S: +OK" }
  for line in text:gmatch "[^,]+" do lines[#lines + 1] = "S: " .. line end
  return table.concat(lines, "\n") .. "\nS: .\n"
end

-- runs fn with a session against a script
local function with(script, fn, more)
  local peer <close> = line_peer.start(script)
  local opts = { url = "pop3://" .. peer.place, user = "anna", password = "secret", tls = false,
    timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  local ok, result = satchel.try(function()
    local session <close> = satchel.connect(opts)
    return fn(session, peer)
  end)
  return ok, result, peer:heard()
end

describe("the listing", function()
  it("comes in one round trip with the capabilities", function()
    local ok, err = with(piped .. "C: LIST\nC: UIDL\nC: CAPA\n" .. list "1 10,2 20"
      .. list "1 a,2 b" .. capa .. bye, function(session)
        local before = session.pop3.round_trips
        assert.equal(2, session.inbox.total)
        assert.equal(before + 1, session.pop3.round_trips)
        assert.equal(30, session.inbox.size)
        assert.same({ "a", "b" }, session.pop3:uidl())
        assert.same({ 10, 20 }, session.pop3:list())
        assert.same({ "spec", "1" }, session.pop3.capabilities.IMPLEMENTATION)
        assert.equal(before + 1, session.pop3.round_trips)
      end)
    assert.is_true(ok, tostring(err))
  end)

  it("may have gaps, and messages of one only are left out", function()
    local ok, err = with(ready .. "C: LIST\n" .. list "2 20,5 50,7 70" .. "C: UIDL\n"
      .. list "2 b,5 e,6 f" .. bye, function(session)
        assert.same({ "b", "e" }, session.inbox:query():ids())
      end)
    assert.is_true(ok, tostring(err))
  end)

  it("tells messages with one unique-id apart", function()
    local ok, err = with(ready .. "C: LIST\n" .. list "1 10,2 10,3 10" .. "C: UIDL\n"
      .. list "1 a,2 a,3 a" .. "C: DELE 2\nS: +OK\n" .. bye, function(session)
        assert.same({ "a", "a 2", "a 3" }, session.inbox:query():ids())
        session.pop3:dele "a 2"
        assert.same({ "a", "a 3" }, session.inbox:query():ids())
      end)
    assert.is_true(ok, tostring(err))
  end)

  it("of an empty maildrop is empty", function()
    local ok, err = with(ready .. "C: LIST\n" .. list "" .. "C: UIDL\n" .. list "" .. bye,
      function(session)
        assert.equal(0, session.inbox.total)
        assert.is_nil(session.inbox:query():first())
        assert.is_false(session.inbox:query():exists())
      end)
    assert.is_true(ok, tostring(err))
  end)

  for _, case in ipairs {
    { "sizes that are none", "C: LIST\n" .. list "1 x" .. "C: UIDL\n" .. list "1 a",
      "two numbers" },
    { "ids that are none", "C: LIST\n" .. list "1 10" .. "C: UIDL\n" .. list "1 a b", "a UID" },
    { "a refusal", "C: LIST\nS: -ERR no\nC: UIDL\n" .. list "1 a", "refuses LIST: no" },
  } do
    it("is refused with " .. case[1], function()
      local ok, err = with(ready .. case[2] .. "! drain", function(session)
        return session.inbox.total
      end)
      assert.is_false(ok)
      assert.truthy(err.message:find(case[3], 1, true), tostring(err))
    end)
  end
end)

describe("a server without UIDL", function()
  local header <const> = "S: +OK\nS: Message-ID: <%d@x>\nS:\nS: .\n"

  it("has ids made of the headers, the same in every session", function()
    local script = ready .. "C: LIST\n" .. list "1 10,2 20" .. "C: UIDL\nS: -ERR what?\n"
      .. "C: TOP 1 0\n" .. header:format(1) .. "C: TOP 2 0\n" .. header:format(2) .. bye
    local first, second
    with(script, function(session) first = session.inbox:query():ids() end)
    with(script, function(session) second = session.inbox:query():ids() end)
    assert.same(first, second)
    assert.equal(2, #first)
    assert.matches("^sha256:%x+$", first[1])
    assert.not_equal(first[1], first[2])
  end)

  it("nor TOP either is read whole for them", function()
    local ok, ids = with(ready .. "C: LIST\n" .. list "1 10" .. "C: UIDL\nS: -ERR what?\n"
      .. "C: TOP 1 0\nS: -ERR what?\nC: RETR 1\nS: +OK\nS: Message-ID: <1@x>\nS:\nS: body\nS: .\n"
      .. bye, function(session) return session.inbox:query():ids() end)
    assert.is_true(ok, tostring(ids))
    local _, same = with(ready .. "C: LIST\n" .. list "1 10" .. "C: UIDL\nS: -ERR what?\n"
      .. "C: TOP 1 0\n" .. header:format(1) .. bye,
      function(session) return session.inbox:query():ids() end)
    assert.same(same, ids)
  end)
end)

describe("deleting", function()
  local begin <const> = piped .. "C: LIST\nC: UIDL\nC: CAPA\n" .. list "1 10,2 20,3 30"
    .. list "1 a,2 b,3 c" .. capa

  it("goes in one round trip and has a result for each", function()
    local done = {}
    local ok, err = with(begin .. "C: DELE 1\nC: DELE 3\nS: +OK\nS: -ERR locked\n" .. bye,
      function(session)
        local inbox = session.inbox
        local before = session.pop3.round_trips
        local results = inbox:query({ ids = { "a", "x", "c" } }):delete { hard = true,
          progress = function(n, total) done[#done + 1] = n .. "/" .. total end }
        assert.equal(before + 1, session.pop3.round_trips)
        assert.is_true(results[1].ok)
        assert.equal("not_found", results[2].error.kind)
        assert.matches("locked", results[3].error.message)
        assert.same({ "b", "c" }, inbox:query():ids())
        assert.same({ "a" }, session.pop3.marked)
      end)
    assert.is_true(ok, tostring(err))
    assert.same({ "1/2", "2/2" }, done)
  end)

  it("is taken back by rset", function()
    local ok, err = with(begin .. "C: DELE 1\nS: +OK\nC: RSET\nS: +OK\n" .. bye, function(session)
      session.pop3:dele(1)
      session.pop3:rset()
      assert.same({}, session.pop3.marked)
      assert.equal(3, session.inbox.total)
    end)
    assert.is_true(ok, tostring(err))
  end)

  it("needs to be for good", function()
    local ok, err = with(begin .. "! drain", function(session)
      session.inbox:query({ ids = { "a" } }):delete()
    end)
    assert.is_false(ok)
    assert.equal("unsupported", err.kind)
    assert.matches("hard = true", err.hint)
  end)

  it("of all empties the inbox", function()
    local ok, err = with(begin .. "C: DELE 1\nC: DELE 2\nC: DELE 3\nS: +OK\nS: +OK\nS: +OK\n"
      .. bye, function(session)
        session.inbox:empty { hard = true }
        assert.equal(0, session.inbox:reload().total)
      end)
    assert.is_true(ok, tostring(err))
  end)
end)

describe("a header", function()
  for _, piece in ipairs { 0, 1, 3 } do
    it(("ends where it does, whatever TOP brings, in pieces of %d"):format(piece), function()
      local script = ready .. "C: LIST\n" .. list "1 10" .. "C: UIDL\n" .. list "1 a"
        .. "C: TOP 1 0\nS: +OK\nS: Subject: x\nS: X-Last: 1\nS:\nS: Subject: body\nS:\nS: more\n"
        .. "S: .\n" .. bye
      local peer <close> = line_peer.start(script, { piece = piece })
      local session <close> = satchel.connect { url = "pop3://" .. peer.place, user = "anna",
        password = "secret", tls = false, timeout = 5, proxy = false }
      local item = session.inbox:query({ fields = { "headers", "subject" } }):first()
      local headers = tostring(item.headers):gsub("\r\n\r\n$", "\r\n")
      assert.equal("Subject: x\r\nX-Last: 1\r\n", headers)
      assert.equal("x", item.subject)
    end)
  end
end)
