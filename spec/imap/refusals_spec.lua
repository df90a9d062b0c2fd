-- The IMAP driver with servers that refuse, lack what others have, or are lost in the
-- middle: nothing is lost or done twice, and the error says what.

local imap_script = require "support.imap_script"
local line_peer = require "support.line_peer"
local satchel = require "satchel"

local hello, BYE <const> = imap_script.hello, imap_script.BYE
local value_of, error_of = imap_script.value_of, imap_script.error_of

local function selecting(exists, more)
  return ("C: $tag SELECT INBOX\nS: * %d EXISTS\nS: * FLAGS (\\Seen \\Flagged \\Deleted)\n"
    .. "S: * OK [UIDVALIDITY 7] x\n%sS: $tag OK [READ-WRITE] selected\n"):format(exists, more or "")
end

-- the folder that items are moved to
local in_b <const> = 'C: $tag LIST "" "B"\nS: * LIST () "/" B\nS: $tag OK x\n'
  .. 'C: $tag STATUS "B" (MESSAGES UNSEEN)\nS: * STATUS B (MESSAGES 1 UNSEEN 0)\nS: $tag OK x\n'

-- what it will call the next one, asked ahead of a move or copy
local next_in_b <const> = 'C: $tag STATUS "B" (UIDNEXT UIDVALIDITY)\n'
  .. "S: * STATUS B (UIDNEXT 5 UIDVALIDITY 8)\nS: $tag OK x\n"

-- FETCH of a message's ENVELOPE; `before`: other items
local function envelope(seq, uid, subject, id, before)
  return ('S: * %d FETCH (UID %d %sENVELOPE (NIL "%s" NIL NIL NIL NIL NIL NIL NIL %s))\n'):format(
    seq, uid, before or "", subject, id and ('"<%s>"'):format(id) or "NIL")
end

describe("a search beyond ASCII", function()
  it("is judged here where the server knows no UTF-8", function()
    local subjects = value_of(hello "" .. selecting(3)
      .. "C: $tag UID SEARCH CHARSET UTF-8 SUBJECT {4+}\nC: öä UNSEEN\n"
      .. "S: $tag NO [BADCHARSET (US-ASCII)] what?\n"
      .. "C: $tag NOOP\nS: $tag OK x\n"
      .. "C: $tag UID SEARCH UNSEEN\nS: * SEARCH 1 3\nS: $tag OK x\n"
      .. "C: $tag UID FETCH 1,3 (UID ENVELOPE)\n"
      .. envelope(1, 1, "no")
      .. 'S: * 3 FETCH (UID 3 ENVELOPE (NIL "=?utf-8?q?=C3=B6=C3=A4_yes?=" NIL NIL NIL NIL NIL '
      .. "NIL NIL NIL))\nS: $tag OK x\n"
      -- it is known now
      .. "C: $tag NOOP\nS: $tag OK x\n"
      .. "C: $tag UID SEARCH ALL\nS: * SEARCH\nS: $tag OK x\n" .. BYE, function(session)
        local list = {}
        for item in session.inbox:items { fields = { "subject" }, where = { unread = true,
          subject = satchel.contains "öä" } } do
          list[#list + 1] = item.subject
        end
        assert.equal(0, session.inbox:query({ where = { subject = satchel.contains "ü" } }):count())
        return list
      end)
    assert.same({ "öä yes" }, subjects)
  end)

  it("is one text where the connection is UTF-8", function()
    local n = value_of("S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
      .. "C: $tag AUTHENTICATE PLAIN …\n"
      .. "S: $tag OK [CAPABILITY IMAP4rev1 ENABLE UTF8=ACCEPT LITERAL+] in\n"
      .. "C: $tag ENABLE UTF8=ACCEPT\nS: * ENABLED UTF8=ACCEPT\nS: $tag OK x\n"
      .. 'C: $tag STATUS "&" (UIDNEXT)\nS: $tag NO [NONEXISTENT] x\n'
      .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
      .. selecting(1) .. 'C: $tag UID SEARCH SUBJECT "öä"\nS: * SEARCH 1\nS: $tag OK x\n' .. BYE,
      function(session)
        return session.inbox:query({ where = { subject = satchel.contains "öä" } }):count()
      end)
    assert.equal(1, n)
  end)
end)

describe("a search with text that is not ASCII", function()
  -- QUIRKS 61
  it("says the charset though IMAP4rev2 is on", function()
    local n = value_of("S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
      .. "C: $tag AUTHENTICATE PLAIN …\n"
      .. "S: $tag OK [CAPABILITY IMAP4rev1 IMAP4rev2 ENABLE LITERAL+] in\n"
      .. "C: $tag ENABLE IMAP4rev2\nC: $tag NAMESPACE\n"
      .. "S: * ENABLED IMAP4rev2\nS: A2 OK x\n"
      .. 'S: * NAMESPACE (("" "/")) NIL NIL\nS: A3 OK x\n'
      .. selecting(1) .. 'C: $tag UID SEARCH RETURN (COUNT) CHARSET UTF-8 SUBJECT "öä"\n'
      .. 'S: * ESEARCH (TAG "x") UID COUNT 1\nS: $tag OK x\n' .. BYE, function(session)
        return session.inbox:query({ where = { subject = satchel.contains "öä" } }):count()
      end)
    assert.equal(1, n)
  end)
end)

describe("a search that is refused", function()
  it("is asked without its text, and the rest is judged here", function()
    local n = value_of(hello "ESEARCH" .. selecting(2)
      .. 'C: $tag UID SEARCH RETURN (COUNT) SUBJECT "a" UNSEEN\nS: $tag NO internal error\n'
      .. "C: $tag NOOP\nS: $tag OK x\n"
      .. "C: $tag NOOP\nS: $tag OK x\n"
      .. 'C: $tag UID SEARCH RETURN (ALL) SUBJECT "a" UNSEEN\nS: $tag NO internal error\n'
      .. "C: $tag NOOP\nS: $tag OK x\n"
      .. "C: $tag UID SEARCH RETURN (ALL) UNSEEN\n"
      .. 'S: * ESEARCH (TAG "x") UID ALL 1:2\nS: $tag OK x\n'
      .. "C: $tag UID FETCH 1:2 (UID ENVELOPE)\n"
      .. envelope(1, 1, "b")
      .. envelope(2, 2, "A")
      .. "S: $tag OK x\n" .. BYE, function(session)
        return session.inbox:query({ where = { unread = true,
          subject = satchel.contains "a" } }):count()
      end)
    assert.equal(1, n)
  end)

  it("raises what the server said where there is no text in it", function()
    local err = error_of(hello "" .. selecting(2)
      .. "C: $tag UID SEARCH UNSEEN\nS: $tag NO out of order\n" .. BYE, function(session)
        return session.inbox:query({ where = { unread = true } }):count()
      end)
    assert.equal("server", err.kind)
    assert.matches("out of order", err.message)
  end)
end)

describe("a server without UIDPLUS", function()
  it("removes no single item for good, and nothing is said to it", function()
    local err = error_of(hello "MOVE" .. BYE, function(session)
      session.inbox:query({ ids = { "7.1" } }):delete { hard = true }
    end)
    assert.equal("unsupported", err.kind)
    assert.matches("UIDPLUS", err.message)
  end)

  it("tells no new ids: they are looked for", function()
    local result = value_of(hello "MOVE" .. in_b .. selecting(2)
      .. "C: $tag UID FETCH 2 (UID RFC822.SIZE ENVELOPE)\n"
      .. envelope(2, 2, "a", "a@x", "RFC822.SIZE 9 ")
      .. "S: $tag OK x\n"
      .. next_in_b
      .. "C: $tag UID SEARCH UID 2\nS: * SEARCH 2\nS: $tag OK x\n"
      .. "C: $tag UID MOVE 2 \"B\"\nS: * 2 EXPUNGE\nS: $tag OK x\n"
      .. "C: $tag SELECT \"B\"\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 8] x\nS: $tag OK x\n"
      .. "C: $tag UID SEARCH ALL\nS: * SEARCH 3 5 6\nS: $tag OK x\n"
      .. "C: $tag UID FETCH 5:6 (UID RFC822.SIZE ENVELOPE)\n"
      .. envelope(2, 5, "b", "b@x", "RFC822.SIZE 9 ")
      .. envelope(3, 6, "a", "a@x", "RFC822.SIZE 9 ")
      .. "S: $tag OK x\n" .. BYE, function(session)
        return session.inbox:query({ ids = { "7.2" } }):move("B", { ids = true })[1]
      end)
    assert.same({ id = "7.2", ok = true, new_id = "8.6" }, result)
  end)
end)

describe("many at once", function()
  it("are moved as far as the server does, and what was not is told", function()
    local results = value_of(hello "UIDPLUS MOVE" .. in_b .. selecting(3) .. next_in_b
      .. "C: $tag UID SEARCH UID 1:3\nS: * SEARCH 1 2 3\nS: $tag OK x\n"
      -- the second went between the two commands
      .. "C: $tag UID MOVE 1:3 \"B\"\nS: * OK [COPYUID 8 1,3 10:11] x\n"
      .. "S: * 3 EXPUNGE\nS: * 1 EXPUNGE\n"
      .. "S: $tag OK x\n" .. BYE, function(session)
        return session.inbox:query({ ids = { "7.1", "7.2", "7.3", "6.9" } })
          :move("B", { ids = true })
      end)
    assert.same({ "8.10", nil, "8.11" }, { results[1].new_id, results[2].new_id,
      results[3].new_id })
    assert.equal("not_found", results[2].error.kind)
    assert.matches("UIDVALIDITY", results[4].error.message)
  end)

  it("raise the one refusal of all, with the results", function()
    local err = error_of(hello "UIDPLUS MOVE" .. in_b .. selecting(3) .. next_in_b
      .. "C: $tag UID SEARCH UID 1:2\nS: * SEARCH 1 2\nS: $tag OK x\n"
      .. "C: $tag UID COPY 1:2 \"B\"\nS: $tag NO [OVERQUOTA] full\n" .. BYE, function(session)
        session.inbox:query({ ids = { "7.1", "7.2" } }):copy "B"
      end)
    assert.equal("quota", err.kind)
    assert.matches("full", err.message)
    assert.equal(2, #err.results)
  end)

  it("are split where a line would be too long, and go in one flight", function()
    local ids = {}
    for i = 1, 4000 do ids[i] = "7." .. i * 2 end
    local peer <close> = line_peer.start(hello "UIDPLUS" .. selecting(8000)
      .. ("C: $tag UID STORE …\n"):rep(3) .. ("C: $tag UID SEARCH UID …\n"):rep(3)
      .. ("S: A%d OK x\n"):rep(3):format(4, 5, 6)
      .. "S: * SEARCH 2\nS: * SEARCH 8000\nS: * SEARCH 4000\n"
      .. ("S: A%d OK x\n"):rep(3):format(9, 7, 8) .. BYE)
    local session = satchel.connect { url = "imap://" .. peer.place, user = "a@x.test",
      password = "p", tls = false, proxy = false }
    local results = session.inbox:query({ ids = ids }):update { unread = false }
    assert.equal(4000, #results)
    for i, result in ipairs(results) do
      assert.equal(i == 1 or i == 2000 or i == 4000, result.ok)
      if not result.ok then assert.equal("not_found", result.error.kind) end
    end
    session:close()
    for line in peer:heard():gmatch "[^\n]+" do assert.is_true(#line < 8192) end
  end)

  it("go 10,000 at a time, and those behind a lost connection are not done", function()
    local ids, progress = {}, {}
    for i = 1, 25000 do ids[i] = "7." .. i end
    local peer <close> = line_peer.start(hello "UIDPLUS" .. selecting(25000)
      .. next_in_b .. 'C: $tag UID SEARCH UID 1:10000\nC: $tag UID COPY 1:10000 "B"\n'
      .. "S: * SEARCH 1 10000\nS: A5 OK x\nS: A6 OK [COPYUID 8 1,10000 1:2] x\n"
      .. 'C: $tag UID SEARCH UID 10001:20000\nC: $tag UID COPY 10001:20000 "B"\n! close\n')
    local session = satchel.connect { url = "imap://" .. peer.place, user = "a@x.test",
      password = "p", tls = false, proxy = false, timeout = 5 }
    local driver = session._.store:driver()
    local ok, err = satchel.try(driver.copy, driver, ids, "INBOX", "B", { ids = true,
      progress = function(...) progress[#progress + 1] = { ... } end })
    assert.is_false(ok)
    assert.is_true(err.uncertain)
    assert.same({ { 10000, 25000 } }, progress)
    assert.same({ id = "7.10000", ok = true, new_id = "8.2" }, err.results[10000])
    assert.equal("not_found", err.results[9999].error.kind)
    assert.equal("network", err.results[10001].error.kind)
    assert.equal("network", err.results[25000].error.kind)
    session:close()
  end)
end)

describe("messages that are stored", function()
  -- a message of a subject and no text, as it travels
  local message <const> = ("C: …\n"):rep(8)

  it("go one by one where the server refuses all together", function()
    local results = value_of(hello "UIDPLUS MULTIAPPEND"
      .. "C: $tag APPEND INBOX (\\Seen) {…\n" .. message .. "C:  (\\Seen) {…\n" .. message
      .. "C: \nS: $tag NO [OVERQUOTA] full\n"
      .. "C: $tag APPEND INBOX (\\Seen) {…\n" .. message .. "C: \nS: $tag OK [APPENDUID 7 9] x\n"
      .. "C: $tag APPEND INBOX (\\Seen) {…\n" .. message .. "C: \nS: $tag NO [OVERQUOTA] full\n"
      .. BYE, function(session)
        return session.inbox:create_all { { subject = "1" }, { subject = "2" } }
      end)
    assert.same({ ok = true, id = "7.9" }, results[1])
    assert.is_false(results[2].ok)
    assert.equal("quota", results[2].error.kind)
  end)

  for title, seen in pairs { ["is looked at"] = "S: * 2 FETCH (UID 2 FLAGS (\\Seen))\n",
    ["does not show"] = "" } do
    it("get categories that were dropped once the server counts them; one " .. title, function()
      local results = value_of(hello "UIDPLUS"
        .. selecting(1, "S: * OK [PERMANENTFLAGS (\\Seen \\*)] x\n")
        .. "C: $tag APPEND INBOX (\\Seen Red) {…\n" .. message .. "C: \n"
        .. "S: * 2 EXISTS\nS: $tag OK [APPENDUID 7 2] x\n"
        .. "C: $tag APPEND INBOX (\\Seen Red) {…\n" .. message .. "C: \n"
        .. "S: * 2 EXISTS\nS: $tag OK [APPENDUID 7 3] x\n"
        .. "C: $tag NOOP\nS: * 3 EXISTS\nS: $tag OK x\n"
        .. "C: $tag UID FETCH 2 (UID FLAGS)\n" .. seen .. "S: $tag OK x\n"
        .. "C: $tag UID STORE 2:3 +FLAGS.SILENT (Red)\nS: $tag OK x\n"
        .. BYE, function(session)
          return session.inbox:create_all { { subject = "1", categories = "Red" },
            { subject = "2", categories = "Red" } }
        end)
      assert.same({ { ok = true, id = "7.2" }, { ok = true, id = "7.3" } }, results)
    end)
  end

  describe("as the connection is lost", function()
    local again <const> = hello("UIDPLUS"):gsub('C: %$tag LIST "" "".*', "")
      .. selecting(1) .. "C: $tag UID SEARCH HEADER Message-ID …\n"
    local append <const> = "C: $tag APPEND INBOX (\\Seen) {…\n" .. message .. "C: \n"
    local both <const> = append .. "C: $tag APPEND INBOX (\\Seen) {…\n" .. message .. "C: \n"

    local function create(session)
      return session.inbox:create_all { { subject = "1" }, { subject = "2" } }
    end

    it("are looked for by their new Message-IDs", function()
      local search <const> = "C: $tag UID SEARCH RETURN (ALL) HEADER Message-ID …\n"
        .. 'S: * ESEARCH (TAG "A%d") UID ALL %d\nS: $tag OK x\n'
      local results = value_of({ hello "UIDPLUS ESEARCH" .. both .. "! close\n",
        hello "UIDPLUS ESEARCH":gsub('C: %$tag LIST "" "".*', "") .. selecting(1)
          .. search:format(3, 5) .. search:format(4, 6) .. BYE }, create)
      assert.same({ { ok = true, id = "7.5" }, { ok = true, id = "7.6" } }, results)
    end)

    it("are told one by one: stored, and not known", function()
      local err = error_of({ hello "UIDPLUS" .. append .. "S: $tag OK [APPENDUID 7 4] x\n"
        .. append .. "! close\n", again .. "S: * SEARCH\nS: $tag OK x\n" .. BYE }, create)
      assert.equal("network", err.kind)
      assert.is_true(err.uncertain)
      assert.matches("^create: folder 'Inbox': ", err.message)
      assert.same({ ok = true, id = "7.4" }, err.results[1])
      assert.is_false(err.results[2].ok)
      assert.is_true(err.results[2].error.uncertain)
    end)

    it("are not looked for by a Message-ID that others may have", function()
      local err = error_of(hello "UIDPLUS" .. append .. "! close\n", function(session)
        session.inbox:create { subject = "1", message_id = "<a@x.test>" }
      end)
      assert.is_true(err.uncertain)
    end)
  end)

  it("are not uploaded where they are too large", function()
    local results = value_of(hello "UIDPLUS APPENDLIMIT=2000"
      .. BYE, function(session)
        return select(2, satchel.try(session.inbox.create, session.inbox,
          { subject = "x", text = ("x"):rep(3000) }))
      end)
    assert.equal("limit", results.kind)
    assert.matches("2000", results.message)
  end)
end)

describe("a folder", function()
  it("that allows no new keywords keeps none, and says so", function()
    local err = error_of(hello "UIDPLUS" .. selecting(1,
      "S: * OK [PERMANENTFLAGS (\\Seen \\Deleted)] x\n") .. BYE, function(session)
        session.inbox:query({ ids = { "7.1" } }):update { categories = "Red" }
      end)
    assert.equal("unsupported", err.kind)
    assert.matches("'Red'", err.message)
  end)

  it("that may only be read is not written to", function()
    local err = error_of(hello "UIDPLUS" .. "C: $tag SELECT INBOX\nS: * 1 EXISTS\n"
      .. "S: * OK [UIDVALIDITY 7] x\nS: $tag OK [READ-ONLY] selected\n" .. BYE, function(session)
        session.inbox:query({ ids = { "7.1" } }):update { unread = true }
      end)
    assert.equal("denied", err.kind)
  end)

  it("that was numbered anew while it is read ends the loop with an error", function()
    local err = error_of(hello "ESEARCH" .. selecting(2)
      .. 'C: $tag UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG "x") UID ALL 1:2\nS: $tag OK x\n'
      .. "C: $tag SELECT \"B\"\nS: * 0 EXISTS\nS: * OK [UIDVALIDITY 9] x\nS: $tag OK x\n"
      .. BYE, function(session)
        local cursor = session._.store:driver():cursor { folder_id = "INBOX", fields = {} }
        local list = cursor:next()
        assert.equal("7.2", list[2].id)
        session._.store:driver():in_folder("x", "B", {}, { uidvalidity = 8, item = "8.1" })
      end)
    assert.equal("conflict", err.kind)
    assert.matches("renumbered folder 'B' %(UIDVALIDITY was 8, is 9", err.message)
  end)
end)

describe("a loop", function()
  local function envelopes(first, last)
    local list = {}
    for uid = first, last do
      list[#list + 1] = envelope(uid, uid, "n" .. uid)
    end
    return table.concat(list)
  end

  it("goes on when the connection is lost while it reads ahead", function()
    local again = hello("ESEARCH"):gsub("C: %$tag LIST.*", "") .. selecting(250)
      .. "C: $tag UID FETCH 101:250 (UID ENVELOPE)\n" .. envelopes(101, 250)
      .. "S: $tag OK x\n" .. BYE
    local peer <close> = line_peer.start { hello "ESEARCH" .. selecting(250)
      .. 'C: $tag UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG "x") UID ALL 1:250\nS: $tag OK x\n'
      .. "C: $tag UID FETCH 1:100 (UID ENVELOPE)\n" .. envelopes(1, 100) .. "S: $tag OK x\n"
      .. "C: $tag UID FETCH 101:250 (UID ENVELOPE)\n" .. envelopes(101, 120) .. "! close\n", again }
    local session = satchel.connect { url = "imap://" .. peer.place, user = "a@x.test",
      password = "p", tls = false, proxy = false, timeout = 5 }
    local seen = {}
    for item in session.inbox:items { fields = { "subject" } } do seen[#seen + 1] = item.subject end
    session:close()
    assert.equal(250, #seen)
    for i, subject in ipairs(seen) do assert.equal("n" .. i, subject) end
  end)

  it("leaves out what is gone, and takes no news for an answer", function()
    local subjects = value_of(hello "ESEARCH" .. selecting(3)
      .. 'C: $tag UID SEARCH RETURN (ALL) ALL\nS: * ESEARCH (TAG "x") UID ALL 1:3\nS: $tag OK x\n'
      .. "C: $tag UID FETCH 1:3 (UID ENVELOPE)\nS: * 2 FETCH (UID 2 FLAGS (\\Seen))\n"
      .. envelope(3, 3, "three")
      .. envelope(1, 1, "one")
      .. envelope(9, 99, "stray")
      .. "S: $tag OK x\n" .. BYE, function(session)
        local list = {}
        for item in session.inbox:items { fields = { "subject" } } do
          list[#list + 1] = item.subject
        end
        return list
      end)
    assert.same({ "one", "three" }, subjects)
  end)
end)

describe("a move whose answer is lost", function()
  local again <const> = hello("UIDPLUS MOVE"):gsub('C: %$tag LIST "" "".*', "")
  local lost <const> = hello "UIDPLUS MOVE" .. in_b .. selecting(2) .. next_in_b
    .. "C: $tag UID SEARCH UID 1:2\nS: * SEARCH 1 2\nS: $tag OK x\n"
    .. "C: $tag UID MOVE 1:2 \"B\"\n! close\n"

  -- what is left, and what the target has had since
  local function looked(left, target)
    return again .. selecting(2) .. "C: $tag UID FETCH 1:2 (UID RFC822.SIZE ENVELOPE)\n" .. left
      .. "S: $tag OK x\nC: $tag SELECT \"B\"\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 8] x\n"
      .. "S: $tag OK x\nC: $tag UID SEARCH ALL\n" .. target
  end

  local function moved(session)
    return session.inbox:query({ ids = { "7.1", "7.2" } }):move("B", { ids = true })
  end

  local first <const> = envelope(1, 1, "a", "a@x", "RFC822.SIZE 9 ")
  local second <const> = envelope(2, 2, "b", "b@x", "RFC822.SIZE 9 ")
  local copied <const> = "S: * SEARCH 3 5 6\nS: $tag OK x\n"
    .. "C: $tag UID FETCH 5:6 (UID RFC822.SIZE ENVELOPE)\n"
    .. envelope(2, 5, "a", "a@x", "RFC822.SIZE 9 ")
    .. envelope(3, 6, "b", "b@x", "RFC822.SIZE 9 ") .. "S: $tag OK x\n"
  local one_of_two <const> = copied:gsub("5[: ]6", "5"):gsub("S: %* 3 FETCH[^\n]*\n", "")

  it("is ended where an item is in both folders", function()
    local results = value_of({ lost, looked(first, copied)
      .. selecting(1) .. "C: $tag UID STORE 1 +FLAGS.SILENT (\\Deleted)\nS: $tag OK x\n"
      .. "C: $tag UID EXPUNGE 1\nS: * 1 EXPUNGE\nS: $tag OK x\n" .. BYE }, moved)
    assert.is_true(results[1].ok)
    assert.equal("8.5", results[1].new_id)
    assert.is_true(results[2].ok)
  end)

  it("stays uncertain where what is found cannot be what it left", function()
    local err = error_of({ lost, looked(first, one_of_two) .. BYE }, moved)
    assert.is_true(err.uncertain)
    assert.is_false(err.results[1].ok)
  end)

  it("tells which items stayed", function()
    local err = error_of({ lost, looked(first .. second, "S: * SEARCH 3\nS: $tag OK x\n")
      .. BYE }, moved)
    assert.is_nil(err.uncertain)
    assert.is_true(err.retryable)
    assert.matches("2 of 2 items were not done", err.message)
    assert.is_false(err.results[1].ok)
  end)
end)
