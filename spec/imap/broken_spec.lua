-- Servers whose responses break the grammar of IMAP: a loop gives all messages, that of
-- the broken response too; where bytes of a message may come next the connection ends and
-- the loop goes on with another; what is not FETCH fails its command.

local line_peer = require "support.line_peer"
local rows = require "support.broken_responses"
local satchel = require "satchel"

local LOG_ON <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS ESEARCH IDLE] in\n"
local HELLO <const> = LOG_ON
  .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
local SELECT <const> = "C: $tag SELECT INBOX\nS: * 3 EXISTS\nS: * FLAGS (\\Seen \\Flagged)\n"
  .. "S: * OK [UIDVALIDITY 7] x\nS: $tag OK [READ-WRITE] selected\n"
local ALL <const> = "C: $tag UID SEARCH RETURN (ALL) ALL\n"
  .. 'S: * ESEARCH (TAG "x") UID ALL 1:3\nS: $tag OK x\n'
local BYE <const> = "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n"

local HEADER <const> = "Subject: =?utf-8?q?Zw=C3=B6lf?= Zoll\r\nFrom: \"5\\\" disk\" <a@x.test>\r\n"
  .. "To: b@x.test, c@x.test\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
  .. "Message-ID: <2@x.test>\r\nImportance: high\r\n"
local WHOLE <const> = HEADER .. "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
  .. "\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/x; "
  .. "name=\"5\\\".x\"\r\nContent-Disposition: attachment\r\n\r\nxyz\r\n--b--\r\n"

-- bytes as a script has them, without a line end of its own
local function bytes_of(text)
  return "S- " .. text:gsub("\\", "\\\\"):gsub("\r", "\\r"):gsub("\n", "\\n"):gsub("\0", "\\x00")
    .. "\n"
end

local function section(name, text)
  return bytes_of(("* 2 FETCH (UID 2 BODY[%s] {%d}\r\n%s)\r\n"):format(name, #text, text))
end

local function envelope(seq, subject)
  return ('S: * %d FETCH (UID %d FLAGS (\\Seen) ENVELOPE (NIL "%s" NIL NIL NIL NIL NIL NIL NIL '
    .. "NIL))\n"):format(seq, seq, subject)
end

-- runs fn with a session on a peer that plays the scripts, which have to be played whole
local function with(scripts, fn, more)
  local peer <close> = line_peer.start(scripts)
  local options = { url = "imap://" .. peer.place, user = "anna@x.test", password = "p",
    tls = false, proxy = false, timeout = 5 }
  for k, v in pairs(more or {}) do options[k] = v end
  local session = satchel.connect(options)
  local results = table.pack(satchel.try(fn, session, peer))
  session:close()
  peer:check()
  return table.unpack(results, 1, results.n)
end

local function value_of(...)
  local ok, value = with(...)
  assert.is_true(ok, tostring(value))
  return value
end

local function error_of(...)
  local ok, err = with(...)
  assert.is_false(ok)
  return err
end

-- subjects and unread of all items
local function overview(session)
  local list = {}
  for item in session.inbox:items { fields = { "subject", "unread" } } do
    list[#list + 1] = { item.id, item.subject, item.unread }
  end
  return list
end

local complete <const> = { { "7.1", "one", false }, { "7.2", "Zwölf Zoll", true },
  { "7.3", "three", false } }

-- a flight that reads messages by their headers: the second one, and perhaps the third
local function by_header(tag, third)
  local uids = third and "2:3" or "2"
  return ("C: $tag UID FETCH %s (UID FLAGS)\n"):format(uids)
    .. ("C: $tag UID FETCH %s (UID BODY.PEEK[HEADER])\n"):format(uids)
    .. "S: * 2 FETCH (UID 2 FLAGS ())\n"
    .. (third and "S: * 3 FETCH (UID 3 FLAGS (\\Seen))\n" or "") .. ("S: A%d OK x\n"):format(tag)
    .. section("HEADER", HEADER)
    .. (third and bytes_of "* 3 FETCH (UID 3 BODY[HEADER] \"Subject: three\")\r\n" or "")
    .. ("S: A%d OK x\n"):format(tag + 1)
end

local FETCH <const> = "C: $tag UID FETCH 1:3 (UID FLAGS ENVELOPE)\n" .. envelope(1, "one")
local BROKEN <const> = rows.framed[1][2]

describe("a loop over a folder, one message of which breaks its response,", function()
  for _, row in ipairs(rows.framed) do
    it("has it by its header: " .. row[1], function()
      assert.same(complete, value_of(HELLO .. SELECT .. ALL .. FETCH .. bytes_of(row[2] .. "\r\n")
        .. (row.third and "" or envelope(3, "three")) .. "S: $tag OK done\n"
        .. by_header(6, row.third) .. BYE, overview))
    end)
  end

  for _, row in ipairs(rows.structures) do
    it("has it by all of it: " .. row[1], function()
      local script = HELLO .. SELECT .. ALL
        .. "C: $tag UID FETCH 1:3 (UID ENVELOPE BODYSTRUCTURE)\n"
        .. bytes_of('* 2 FETCH (ENVELOPE (NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL) BODYSTRUCTURE '
          .. row[2] .. " UID 2)\r\n")
        .. 'S: * 3 FETCH (UID 3 ENVELOPE (NIL "three" NIL NIL NIL NIL NIL NIL NIL NIL) '
        .. 'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1))\nS: $tag OK x\n'
        .. "C: $tag UID FETCH 1:2 (UID FLAGS)\nC: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
        .. "S: * 2 FETCH (UID 2 FLAGS ())\nS: A6 OK x\n" .. section("", WHOLE) .. "S: A7 OK x\n"
        -- its attachment is opened
        .. "C: $tag UID FETCH 2 (UID BODY.PEEK[]<0.1048576>)\n"
        .. section("]<0>", WHOLE):gsub("%]<0>%]", "]<0>") .. "S: $tag OK x\n" .. BYE
      local list = value_of(script, function(session)
        local list = {}
        for item in session.inbox:items { fields = { "subject", "attachments" } } do
          local first = item.attachments[1]
          list[#list + 1] = { item.id, item.subject,
            first and { first.name, first.size, first.type, first:read(), first:read() } }
        end
        return list
      end)
      -- the first has gone
      assert.same({ { "7.2", "Zwölf Zoll", { '5".x', 3, "application/x", "xyz", "xyz" } },
        { "7.3", "three" } }, list)
    end)
  end

  it("reads texts that way, too", function()
    local list = value_of(HELLO .. SELECT .. ALL .. "C: $tag UID FETCH 1:3 (UID BODYSTRUCTURE)\n"
      .. 'S: * 1 FETCH (UID 1 BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1))\n'
      .. "S: * 2 FETCH (UID 2 BODYSTRUCTURE ())\n"
      .. 'S: * 3 FETCH (UID 3 BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 3 1))\n'
      .. "S: $tag OK x\nC: $tag UID FETCH 2 (UID FLAGS)\nC: $tag UID FETCH 2 (UID BODY.PEEK[])\n"
      .. "S: * 2 FETCH (UID 2 FLAGS ())\nS: A6 OK x\n" .. section("", WHOLE) .. "S: A7 OK x\n"
      -- the sections of one break, too
      .. "C: $tag UID FETCH 1,3 (UID BODY.PEEK[1])\n"
      .. 'S: * 1 FETCH (UID 1 BODY[1] "a")\nS: * 3 FETCH (UID 3 BODY[1] a b)\nS: $tag OK x\n'
      .. "C: $tag UID FETCH 3 (UID FLAGS)\nC: $tag UID FETCH 3 (UID BODY.PEEK[])\n"
      .. "S: * 3 FETCH (UID 3 FLAGS ())\nS: A9 OK x\n"
      .. bytes_of "* 3 FETCH (UID 3 BODY[] {5}\r\n\r\nabc)\r\n" .. "S: A10 OK x\n" .. BYE,
      function(session)
        local list = {}
        for item in session.inbox:items { fields = { "text" } } do list[#list + 1] = item.text end
        return list
      end)
    assert.same({ "a", "Hello", "abc" }, list)
  end)

  it("asks no more for one that has gone", function()
    local list = value_of(HELLO .. SELECT .. ALL .. FETCH .. bytes_of(BROKEN .. "\r\n")
      .. "S: $tag OK x\nC: $tag UID FETCH 2:3 (UID FLAGS)\n"
      .. "C: $tag UID FETCH 2:3 (UID BODY.PEEK[HEADER])\nS: * 2 FETCH (UID 2 FLAGS ())\n"
      .. "S: A6 OK x\n" .. section("HEADER", HEADER) .. "S: A7 OK x\n" .. BYE, overview)
    assert.same({ complete[1], complete[2] }, list)
  end)

  for _, row in ipairs(rows.unframed) do
    it("goes on where the connection has to end: " .. row[1], function()
      local second = LOG_ON .. SELECT
        .. (row.by_number and "C: $tag UID SEARCH 2\nS: * SEARCH 2\nS: $tag OK x\n" or "")
        .. "C: $tag UID FETCH 3 (UID FLAGS ENVELOPE)\n" .. envelope(3, "three")
        .. "S: $tag OK x\n" .. by_header(row.by_number and 5 or 4) .. BYE
      assert.same(complete, value_of({ HELLO .. SELECT .. ALL .. FETCH
        .. bytes_of(row[2] .. "\r\n") .. envelope(3, "not three") .. "S: A5 OK done\n", second },
        overview))
    end)
  end

  it("reads all of them otherwise where it is not known which it was", function()
    assert.same(complete, value_of({ HELLO .. SELECT .. ALL .. FETCH
      .. bytes_of(rows.unframed[#rows.unframed][2] .. "\r\n"),
      LOG_ON .. SELECT .. "C: $tag UID SEARCH 2\nS: * SEARCH\nS: $tag OK x\n"
        .. by_header(4, true) .. BYE }, overview))
  end)

  it("gives the connection up no more than a few times", function()
    local function dies(before, uids, uid)
      return before .. ("C: $tag UID FETCH %s (UID FLAGS ENVELOPE)\n"):format(uids)
        .. ('S: * %d FETCH (UID %d ENVELOPE ("\n'):format(uid, uid)
    end
    local again <const> = LOG_ON .. SELECT
    local list = value_of({ dies(HELLO .. SELECT .. ALL:gsub("1:3", "1:6"), "1:6", 1),
      dies(again, "2:6", 2), dies(again, "3:6", 3), dies(again, "4:6", 4),
      again .. "C: $tag UID FETCH 1:6 (UID FLAGS)\n"
        .. "C: $tag UID FETCH 1:6 (UID BODY.PEEK[HEADER])\n"
        .. "S: * 5 FETCH (UID 5 FLAGS ())\nS: A3 OK x\n"
        .. 'S: * 5 FETCH (UID 5 BODY[HEADER] "Subject: five")\nS: A4 OK x\n' .. BYE }, overview)
    assert.same({ { "7.5", "five", true } }, list)
  end)
end)

describe("a message that cannot be read at all", function()
  local UNREADABLE <const> = HELLO .. SELECT .. ALL .. FETCH .. bytes_of(BROKEN .. "\r\n")
    .. envelope(3, "three") .. "S: $tag OK x\n"
    .. "C: $tag UID FETCH 2 (UID FLAGS)\nC: $tag UID FETCH 2 (UID BODY.PEEK[HEADER])\n"
    .. "S: * 2 FETCH (UID 2 FLAGS (\\Seen))\nS: A6 OK x\n"

  local function first_two(session)
    local list = session.inbox:query({ fields = { "subject", "unread" } }):all()
    local ok, err = satchel.try(function() return list[2].subject end)
    return { list[1].subject, list[2].id, list[2].unread, ok, err.kind, err.message,
      list[3].subject }
  end

  for name, answer in pairs {
    ["the server refuses"] = "S: A7 NO [SERVERBUG] out of order\n",
    ["that breaks, too"] = "S: * 2 FETCH (UID 2 BODY[HEADER] a b)\nS: A7 OK x\n",
    ["that does not come"] = "S: A7 OK x\n",
  } do
    it("has what is known, and raises the rest: " .. name, function()
      local found = value_of(UNREADABLE .. answer
        .. "C: $tag UID FETCH 2 (UID …\n" .. bytes_of(BROKEN .. "\r\n") .. "S: $tag OK x\n"
        .. "C: $tag UID FETCH 2 (UID FLAGS …\nC: $tag UID FETCH 2 (UID BODY.PEEK[…\n"
        .. "S: * 2 FETCH (UID 2 FLAGS (\\Seen) RFC822.SIZE 9)\nS: A9 OK x\n"
        .. answer:gsub("A7", "A10") .. BYE, first_two)
      assert.same({ "one", "7.2", false, false, "protocol" }, table.move(found, 1, 5, 1, {}))
      assert.matches("item 7.2 cannot be read", found[6], 1, true)
      assert.equal("three", found[7])
    end)
  end

  it("keeps its id and its flags where it ends the connection again and again", function()
    local dying <const> = bytes_of(rows.unframed[1][2] .. "\r\n")
    local list = value_of({ HELLO .. SELECT .. ALL .. FETCH .. dying,
      LOG_ON .. SELECT .. "C: $tag UID FETCH 3 (UID FLAGS ENVELOPE)\n" .. envelope(3, "three")
        .. "S: $tag OK x\n"
        .. "C: $tag UID FETCH 2 (UID FLAGS)\nC: $tag UID FETCH 2 (UID BODY.PEEK[HEADER])\n"
        .. dying,
      LOG_ON .. SELECT .. "C: $tag UID FETCH 2 (UID FLAGS)\n" .. dying,
      LOG_ON .. SELECT .. "C: $tag UID FETCH 2 (UID BODY.PEEK[HEADER])\n" .. dying,
      LOG_ON .. "C: $tag NOOP\nS: $tag OK x\n" .. BYE }, function(session)
        local list = {}
        for item in session.inbox:items { fields = { "subject", "unread" } } do
          list[#list + 1] = { item.id, item.unread }
        end
        session.imap:noop()
        return list
      end)
    assert.same({ { "7.1", false }, { "7.2", true }, { "7.3", false } }, list)
  end)
end)

-- the message as a whole, in the pieces of a reader
local function whole_once()
  return "C: $tag UID FETCH 2 (UID BODY.PEEK[]<0.1048576>)\n"
    .. bytes_of(("* 2 FETCH (UID 2 BODY[]<0> {%d}\r\n%s)\r\n"):format(#WHOLE, WHOLE))
    .. "S: $tag OK x\n"
end

local NO_STRUCTURE <const> = "S: * 2 FETCH (UID 2 BODYSTRUCTURE ())\nS: $tag OK x\n"

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
    local script = PREAUTH .. "C: $tag UID FETCH 1:2 (UID ENVELOPE)\n"
      .. bytes_of('* 1 FETCH (UID 1 ENVELOPE (NIL {3}\r\na"b)) x)\r\n')
      .. bytes_of('* 2 FETCH (UID 2 ENVELOPE (a "b" c))\r\n') .. "S: $tag OK x\n"
      .. "C: $tag LOGOUT\nS: $tag OK x\n"
    local whole = 0
    line_peer.each_cut(script, nil, function(peer)
      local ok, list = satchel.try(read_types, peer)
      if ok then
        whole = whole + 1
        assert.same({ "broken1", "broken2" }, list)
      else
        assert.equal("network", list.kind, tostring(list))
      end
    end)
    assert.is_true(whole >= 1)
    local peer <close> = line_peer.start(script, { piece = 1 })
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

describe("a message without a BODYSTRUCTURE", function()
  it("is read by its id", function()
    local found = value_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID FLAGS INTERNALDATE …\n"
      .. "S: * 2 FETCH (UID 2 FLAGS (\\Flagged) BODYSTRUCTURE () RFC822.SIZE 9)\nS: $tag OK x\n"
      .. "C: $tag UID FETCH 2 (UID FLAGS INTERNALDATE RFC822.SIZE)\n"
      .. "C: $tag UID FETCH 2 (UID BODY.PEEK[])\n"
      .. "S: * 2 FETCH (UID 2 FLAGS (\\Flagged) RFC822.SIZE 9)\nS: A5 OK x\n"
      .. section("", WHOLE) .. "S: A6 OK x\n" .. BYE, function(session)
        local item = session.inbox:get "7.2"
        return { item.subject, item.from.name, item.from.email, #item.to, item.sent,
          item.message_id, item.importance, item.flagged, item.unread, item.size, item.kind,
          item.has_attachments, item.attachments[1].name, item.attachments[1].size }
      end)
    assert.same({ "Zwölf Zoll", '5" disk', "a@x.test", 2, 1767225600, "<2@x.test>", "high", true,
      true, 9, "message", true, '5".x', 3 }, found)
  end)

  it("has its attachments as they stand in it", function()
    local found = value_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODYSTRUCTURE)\n"
      .. NO_STRUCTURE .. whole_once() .. BYE, function(session)
        local item = session.inbox:query({ ids = { "7.2" }, fields = {} }):ids()
        assert.same({ "7.2" }, item)
        local list = session._.store:driver():attachments("7.2", "INBOX")
        return { #list, list[1].name, list[1].open():read(100) }
      end)
    assert.same({ 1, '5".x', "xyz" }, found)
  end)
end)

describe("other verbs", function()
  it("know ids, counts and flags without it", function()
    local found = value_of(HELLO .. SELECT .. ALL
      .. "C: $tag UID STORE 1:3 +FLAGS.SILENT (\\Seen)\n"
      .. "S: * 2 FETCH (FLAGS (\\Seen a%b))\nS: A5 OK x\n"
      .. 'C: $tag UID SEARCH RETURN (ALL) UID 1:3\nS: * ESEARCH (TAG "x") UID ALL 1:3\n'
      .. "S: $tag OK x\n" .. BYE, function(session)
        local results = session.inbox:query({}):update { unread = false }
        local list = {}
        for i, result in ipairs(results) do list[i] = result.ok end
        return list
      end)
    assert.same({ true, true, true }, found)
  end)

  it("say why they cannot", function()
    local err = error_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID FLAGS INTERNALDATE "
      .. "RFC822.SIZE BODY.PEEK[HEADER] BODY.PEEK[]<0.65536>)\n"
      .. "S: * 2 FETCH (UID 2 FLAGS x)\nS: $tag OK x\n" .. BYE, function(session)
        session._.store:driver():save("7.2", "INBOX", { subject = "x" }, { add = {}, remove = {} })
      end)
    assert.equal("protocol", err.kind)
    assert.matches("item 7.2 cannot be read: the server's FETCH response is broken", err.message)
  end)

  it("do not take a part that broke for the end", function()
    local err = error_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODY.PEEK[]<0.1048576>)\n"
      .. "S: * 2 FETCH (UID 2 BODY[]<0> a b)\nS: $tag OK x\n" .. BYE, function(session)
        session._.store:driver():mime("7.2", "INBOX"):read(10)
      end)
    assert.equal("protocol", err.kind)
    assert.matches("item 7.2", err.message)
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
