-- Responses that break the grammar of IMAP on a connection: it goes on where they are sure
-- to end, and the commands that they answer fail or hear of them.

local line_peer = require "support.line_peer"
local rows = require "support.broken_responses"
local satchel = require "satchel"
local script = require "support.imap_script"

local HELLO <const>, SELECT <const>, BYE <const> = script.HELLO, script.SELECT, script.BYE
local bytes_of, envelope = script.bytes_of, script.envelope
local value_of, error_of = script.value_of, script.error_of
local BROKEN <const> = rows.framed[1][2]

describe("a connection with broken responses", function()
  local connection = require "satchel.imap.connection"
  local reader = require "satchel.imap.reader"
  local PREAUTH <const> = "S: * PREAUTH [CAPABILITY IMAP4rev1] hello\n"
    .. "C: $tag EXAMINE INBOX\nS: * OK [UIDVALIDITY 7] x\nS: $tag OK x\n"

  local function open(peer)
    return connection.open { url = "imap://" .. peer.place, user = "anna", tls = false,
      proxy = false, timeout = 3, repeats = false }
  end

  local function read_types(peer)
    local conn <close> = open(peer)
    local one <close> = reader.open(conn, "INBOX", { 1, 2 }, "(UID ENVELOPE)")
    local list = {}
    for m in function() return one:next() end do list[#list + 1] = m.type .. m.number end
    return list
  end

  it("is lost where it is cut, at any byte, and nothing else", function()
    local dialogue = PREAUTH .. "C: $tag UID FETCH 1:2 (UID ENVELOPE)\n"
      .. bytes_of('* 1 FETCH (UID 1 ENVELOPE (NIL {3}\r\na"b)) x)\r\n')
      .. bytes_of('* 2 FETCH (UID 2 ENVELOPE (a "b" c))\r\n') .. "S: $tag OK x\n"
      .. "C: $tag LOGOUT\nS: $tag OK x\n"
    local whole = 0
    line_peer.each_cut(dialogue, nil, function(peer)
      local ok, list = satchel.try(read_types, peer)
      if ok then
        whole = whole + 1
        assert.same({ "broken1", "broken2" }, list)
      else
        assert.equal("network", list.kind, tostring(list))
      end
    end)
    assert.is_true(whole >= 1)
    local peer <close> = line_peer.start(dialogue, { piece = 1 })
    assert.same({ "broken1", "broken2" }, read_types(peer))
  end)

  it("repeats what others said when it had to end", function()
    local peer <close> = line_peer.start { PREAUTH .. "C: $tag UID FETCH 2 ENVELOPE\n"
      .. "C: $tag UID SEARCH 1\n" .. bytes_of(rows.unframed[1][2] .. "\r\n") .. "! drain\n",
      PREAUTH .. "C: $tag UID SEARCH 1\nS: * SEARCH 1\nS: $tag OK x\n"
        .. "C: $tag LOGOUT\nS: $tag OK x\n" }
    local found
    do
      local conn <close> = connection.open { url = "imap://" .. peer.place, user = "anna",
        tls = false, proxy = false, timeout = 3 }
      conn:select("INBOX", { readonly = true })
      local started = conn:start { { "UID FETCH 2 ENVELOPE", on = function() end } }
      conn:run { "UID SEARCH 1", reset = function() found = nil end, on = function(r)
        if r.type == "search" then found = r[1] end
      end }
      assert.is_false((pcall(conn.finish, conn, started)))
    end
    peer:check()
    assert.equal(1, found)
  end)

  it("is limited as ever", function()
    for _, case in ipairs {
      { "a line", '* 1 FETCH (UID 1 ENVELOPE (a "' .. ("x"):rep(3000) },
      { "a literal", "* 1 FETCH (UID 1 ENVELOPE (a {3000}\r\n" },
      { "a response", "* 1 FETCH (UID 1 ENVELOPE (a {1400}\r\n" .. ("x"):rep(1400)
        .. " {1400}\r\n" },
    } do
      local peer <close> = line_peer.start(PREAUTH .. "C: $tag UID FETCH 1:2 (UID ENVELOPE)\n"
        .. bytes_of(case[2]) .. "! drain\n")
      local conn = connection.open { url = "imap://" .. peer.place, user = "anna", tls = false,
        proxy = false, timeout = 3, repeats = false,
        limits = { line = 2000, literal = 2000, response = 2500 } }
      local one = reader.open(conn, "INBOX", { 1, 2 }, "(UID ENVELOPE)")
      local ok, err = satchel.try(one.next, one)
      assert.is_false(ok)
      assert.equal("limit", err.kind)
      assert.matches(case[1] .. " of more than", err.message)
    end
  end)
end)

describe("a command whose answer is broken", function()
  local function search(session) session.inbox:query({ where = { unread = true } }):ids() end
  local function native_search(session) session.imap:search("INBOX", "UNSEEN") end

  for name, case in pairs {
    ["a search"] = { SELECT .. "C: $tag UID SEARCH RETURN (ALL) UNSEEN\n"
      .. 'S: * ESEARCH (TAG "x") UID ALL 1::3\nS: $tag OK x\n', search, "ESEARCH" },
    ["a search of a native session"] = { (SELECT:gsub("SELECT INBOX", "EXAMINE INBOX"))
      .. "C: $tag UID SEARCH UNSEEN\nS: * SEARCH 1 2\nS: * SEARCH 3 x\nS: $tag OK x\n",
      native_search, "SEARCH" },
    ["a list of folders"] = { "C: $tag LIST …\nS: * LIST () \"/\" INBOX\nS: * LIST () \"/\" a b\n"
      .. "S: $tag OK x\n", function(session)
        for _ in session:folders() do end -- luacheck: ignore
      end, "LIST" },
    ["the counts of a folder"] = { 'C: $tag LIST "" INBOX\nC: $tag STATUS INBOX …\n'
      .. 'S: * LIST () "/" INBOX\nS: A3 OK x\nS: * STATUS INBOX (MESSAGES 1 UNSEEN ?)\n'
      .. "S: A4 OK x\n",
      function(session) return session.inbox.total end, "STATUS" },
    ["STATUS of a native session"] = { 'C: $tag STATUS INBOX …\nS: * STATUS INBOX (UNSEEN ?)\n'
      .. "S: $tag OK x\n", function(session) return session.imap:status "INBOX" end, "STATUS" },
    ["SELECT"] = { "C: $tag SELECT INBOX\nS: * 3 EXISTS\nS: * FLAGS (a%b)\nS: $tag OK x\n",
      function(session) session.imap:select "INBOX" end, "FLAGS" },
  } do
    it("fails, and the connection goes on: " .. name, function()
      local kind, message = table.unpack(value_of(HELLO .. case[1]
        .. "C: $tag ID …\nS: * ID NIL\nS: $tag OK x\n" .. BYE, function(session)
          local ok, err = satchel.try(case[2], session)
          assert.is_false(ok)
          session.imap:command("ID", "NIL")
          return { err.kind, err.message }
        end))
      assert.equal("protocol", kind)
      assert.matches(("the server's %s response is broken: %s"):format(case[3], case[3]:lower()),
        message)
    end)
  end

  it("is every one that may be meant", function()
    local done = value_of(HELLO .. SELECT
      .. "C: $tag UID SEARCH 1\nC: $tag NOOP\nC: $tag UID SEARCH 2\nS: * SEARCH x\n"
      .. "S: A4 OK a\nS: A5 OK b\nS: A6 OK c\n" .. BYE, function(session)
        local conn = session.imap.connection
        conn:select "INBOX"
        local list = {}
        for i, parts in ipairs { { "UID SEARCH 1", on = print }, "NOOP",
          { "UID SEARCH 2", on = print } } do
          list[i] = parts
        end
        local completions = conn:pipeline(list)
        return { completions[1].ok, completions[2].ok, completions[3].ok }
      end)
    assert.same({ false, true, false }, done)
  end)

  it("ends the connection where there is none that it answers", function()
    local err = error_of({ HELLO .. "C: $tag NOOP\nS: * SEARCH x\nS: $tag OK x\n" .. "! drain\n" },
      function(session) session.imap:noop() end)
    assert.equal("protocol", err.kind)
    assert.matches("SEARCH response is broken", err.message)
  end)
end)

describe("session.imap", function()
  local EXAMINE <const> = SELECT:gsub("SELECT INBOX", "EXAMINE INBOX")

  it("gives broken responses in a loop", function()
    local found = value_of(HELLO .. EXAMINE .. "C: $tag UID FETCH 1:3 (FLAGS ENVELOPE)\n"
      .. envelope(1, "one") .. bytes_of(BROKEN .. "\r\n") .. envelope(3, "three")
      .. "S: * 4 FETCH (UID 4 FLAGS x)\nS: * 5 FETCH (FLAGS x)\nS: $tag OK x\n" .. BYE,
      function(session)
        local list = {}
        for m in session.imap:fetch("INBOX", { 1, 2, 3 }, "FLAGS ENVELOPE") do
          list[#list + 1] = { m.type, m.number, m.uid, m.error and m.error:match "%S+",
            m.raw and #m.raw }
        end
        return list
      end)
    assert.same({ { "fetch", 1, 1 }, { "broken", 2, 2, "fetch[2].envelope", #BROKEN + 2 },
      { "fetch", 3, 3 }, { "broken", 5, nil, "fetch[5]", 21 } }, found)
  end)

  it("gives them once, whichever command they answer", function()
    local found = value_of(HELLO .. EXAMINE
      .. "C: $tag UID FETCH 1 FLAGS\nC: $tag UID FETCH 2 FLAGS\n"
      .. "S: * 1 FETCH (FLAGS x)\nS: A4 OK x\nS: * 2 FETCH (UID 2 FLAGS x)\nS: A5 OK x\n" .. BYE,
      function(session)
        local list = {}
        for m in session.imap:fetch("INBOX", { 1, 2 }, "FLAGS", { window = 1 }) do
          list[#list + 1] = m.number
        end
        return list
      end)
    assert.same({ 1, 2 }, found)
  end)

  it("has them among what a command brings, and of STORE", function()
    local found = value_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 FLAGS\n"
      .. "S: * 2 FETCH (FLAGS x)\nS: $tag OK x\nC: $tag UID STORE 2 +FLAGS (\\Seen)\n"
      .. "S: * 2 FETCH (UID 2 FLAGS x)\nS: $tag OK x\n" .. BYE, function(session)
        session.imap:select "INBOX"
        local one = session.imap:command "UID FETCH 2 FLAGS"
        local two = session.imap:store("INBOX", 2, "+FLAGS", "\\Seen", { silent = false })
        return { one.responses[1].type, one.responses[1].number, two.fetched[1].type,
          two.fetched[1].uid }
      end)
    assert.same({ "broken", 2, "broken", 2 }, found)
  end)

  it("tells of them while it waits", function()
    local found = value_of(HELLO .. EXAMINE .. "C: $tag IDLE\nS: + idling\nS: * 2 FETCH (FLAGS x)\n"
      .. "C: DONE\nS: $tag OK x\n" .. BYE, function(session)
        local event = session.imap:idle("INBOX", { timeout = 3 })()
        return { event.type, event.name, event.number }
      end)
    assert.same({ "broken", "FETCH", 2 }, found)
  end)

  it("raises where the connection has to end", function()
    local err = error_of({ HELLO .. EXAMINE .. "C: $tag UID FETCH 1:2 ENVELOPE\n"
      .. bytes_of(rows.unframed[1][2] .. "\r\n") .. "! drain\n" }, function(session)
        for _ in session.imap:fetch("INBOX", { 1, 2 }, "ENVELOPE") do end -- luacheck: ignore
      end)
    assert.equal("protocol", err.kind)
    assert.matches("fetch[2]", err.message, 1, true)
    assert.same({ 2, 2 }, { err.response.number, err.response.uid })
  end)
end)
