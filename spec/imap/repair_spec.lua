-- A loop over a folder in which the server's answers about a message break the grammar of
-- IMAP gives all messages, that one too; where bytes of a message may come next the
-- connection ends and the loop goes on with another.

local rows = require "support.broken_responses"
local satchel = require "satchel"
local script = require "support.imap_script"

local LOG_ON <const>, HELLO <const>, SELECT <const> = script.LOG_ON, script.HELLO, script.SELECT
local ALL <const>, BYE <const> = script.ALL, script.BYE
local HEADER <const>, WHOLE <const> = script.HEADER, script.WHOLE
local bytes_of, section, envelope = script.bytes_of, script.section, script.envelope
local value_of, error_of = script.value_of, script.error_of

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
      local dialogue = HELLO .. SELECT .. ALL
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
      local list = value_of(dialogue, function(session)
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

describe("a message without a BODYSTRUCTURE that has another in it", function()
  local OUTER <const> = "Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n" .. WHOLE

  it("gives that as an item", function()
    local found = value_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODYSTRUCTURE)\n"
      .. NO_STRUCTURE .. "C: $tag UID FETCH 2 (UID BODY.PEEK[]<0.1048576>)\n"
      .. bytes_of(("* 2 FETCH (UID 2 BODY[]<0> {%d}\r\n%s)\r\n"):format(#OUTER, OUTER))
      .. "S: $tag OK x\n" .. BYE, function(session)
        local records = session._.store:driver():attachments("7.2", "INBOX")
        local inner = require("satchel.mime").record(records[1].message())
        return { #records, records[1].name, inner.subject, inner.text, #inner.attachments }
      end)
    assert.same({ 1, "Zwölf Zoll", "Zwölf Zoll", "Hello", 1 }, found)
  end)

  it("is changed with what it has", function()
    local rewrite = require "satchel.imap.rewrite"
    local text = value_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODYSTRUCTURE)\n"
      .. NO_STRUCTURE .. whole_once() .. BYE, function(session)
        local built = rewrite.message(session._.store:driver(), "7.2", "INBOX",
          { header = HEADER, flags = {}, size = #WHOLE }, { text = "another" },
          { add = {}, remove = {} })
        local pieces = {}
        built:fill()
        for piece in built:chunks(1000) do pieces[#pieces + 1] = piece end
        return table.concat(pieces)
      end)
    assert.matches("Message-ID: <2@x.test>", text, 1, true)
    assert.matches("another", text, 1, true)
    assert.matches("eHl6", text, 1, true)
    assert.not_matches("Hello", text, 1, true)
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

describe("a message that goes while it is read", function()
  it("is no shorter message", function()
    local err = error_of(HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODY.PEEK[]<0.1048576>)\n"
      .. "S- * 2 FETCH (UID 2 BODY[]<0> {1048576}\\r\\n\n! bytes 1048576\nS: )\nS: $tag OK x\n"
      .. "C: $tag UID FETCH 2 (UID BODY.PEEK[]<1048576.1048576>)\nS: $tag OK x\n" .. BYE,
      function(session)
        local one = session._.store:driver():mime("7.2", "INBOX")
        local n = 0
        for piece in function() return one:read(1 << 20) end do n = n + #piece end
        return n
      end)
    assert.equal("not_found", err.kind)
    assert.matches("item 7.2", err.message)
  end)
end)
