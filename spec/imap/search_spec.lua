-- Keys of SEARCH for trees of `where`: what the server is asked, and what the client
-- judges again.

local core = require "satchel.core"
local satchel = require "satchel"
local search = require "satchel.imap.search"
local where = require "satchel.where"

local new_year <const> = 1767225600 -- 2026-01-01T00:00:00Z

local report <const> = 'HEADER Content-Type "multipart/report" '
  .. 'OR HEADER Content-Type "delivery-status" HEADER Content-Type "disposition-notification"'

local function compiled(clauses, capabilities, ascii_only)
  local set = {}
  for _, name in ipairs(capabilities or {}) do set[name] = true end
  return search.compile(where.compile(clauses), {
    has = function(name) return set[name] == true end, ascii_only = ascii_only })
end

describe("SEARCH keys that are exact", function()
  for _, case in ipairs {
    { { unread = true }, "UNSEEN" },
    { { unread = false }, "SEEN" },
    { { flagged = true, answered = false, draft = true }, "UNANSWERED DRAFT FLAGGED" },
    { { subject = satchel.contains "a b" }, 'SUBJECT "a b"' },
    { { from = satchel.contains "boss@" }, 'FROM "boss@"' },
    { { text = satchel.contains "x" }, 'BODY "x"' },
    { { anywhere = "x" }, 'OR OR OR SUBJECT "x" FROM "x" TO "x" OR OR CC "x" BCC "x" BODY "x"' },
    { { size = satchel.larger(10) }, "LARGER 10" },
    { { size = satchel.smaller(10) }, "SMALLER 10" },
    { { size = 10 }, "LARGER 9 SMALLER 11" },
    { { size = satchel.since(10) }, "LARGER 9" },
    { { size = satchel.between(10, 20) }, "LARGER 9 SMALLER 21" },
    { { size = satchel.larger(-1) }, "ALL" },
    { { size = satchel.smaller(0) }, "NOT ALL" },
    { { size = satchel.larger(9.5) }, "LARGER 9" },
    { { size = satchel.smaller(9.5) }, "SMALLER 10" },
    { { categories = "Red" }, "KEYWORD Red" },
    { { message_id = "<1@x.test>" }, 'HEADER Message-ID "<1@x.test>"' },
    { { references = "<1@x.test>" }, 'HEADER References "<1@x.test>"' },
    { { references = satchel.contains "1@x" }, 'HEADER References "1@x"' },
    { { kind = "message" }, "NOT (" .. report .. ")" },
    { { kind = "report" }, report },
    { { kind = "contact" }, "NOT ALL" },
    { { class = satchel.prefix "REPORT." }, report },
    { { class = satchel.contains "IPM.Note" }, "ALL" },
    { satchel.any { unread = true, flagged = true }, "OR FLAGGED UNSEEN" },
    { satchel.any { unread = true, flagged = true, answered = true },
      "OR OR ANSWERED FLAGGED UNSEEN" },
    { satchel.none { unread = true }, "NOT UNSEEN" },
    { satchel.none { unread = true, flagged = true }, "NOT OR FLAGGED UNSEEN" },
    { satchel.any { { unread = true, flagged = true }, { answered = true } },
      "OR (FLAGGED UNSEEN) ANSWERED" },
    { { unread = satchel.exists() }, "ALL" },
    { { unread = satchel.exists(false) }, "NOT ALL" },
    { { size = satchel.exists() }, "ALL" },
    { { conversation_id = "T1" }, "THREADID T1", { "OBJECTID" } },
    { { conversation_id = "1278" }, "X-GM-THRID 1278", { "X-GM-EXT-1" } },
  } do
    it(case[2], function()
      local found = compiled(case[1], case[3])
      assert.equal(case[2], search.text(found.wide))
      assert.is_nil(found.rest)
      assert.is_nil(found.narrow)
      assert.same({}, found.fields)
    end)
  end
end)

describe("SEARCH keys that find too much", function()
  for _, case in ipairs {
    { { subject = "n5" }, 'SUBJECT "n5"', "subject" },
    { { subject = satchel.prefix "n5" }, 'SUBJECT "n5"', "subject" },
    { { from = "a@x.test" }, 'FROM "a@x.test"', "from" },
    { { sender = satchel.contains "a@" }, 'OR HEADER Sender "a@" FROM "a@"',
      "sender from" },
    { { subject = satchel.exists() }, "ALL", "subject" },
    { { subject = "" }, "ALL", "subject" },
    { { in_reply_to = "<1@x.test>" }, 'HEADER In-Reply-To "<1@x.test>"', "in_reply_to" },
    { { message_id = "1@x.test" }, 'HEADER Message-ID "1@x.test"', "message_id" },
    { { has_attachments = true }, "ALL", "has_attachments" },
    { { categories = satchel.exists() }, "ALL", "categories" },
    { { categories = satchel.contains "e" }, "ALL", "categories" },
    { { headers = satchel.contains "X-Spam: yes" }, 'HEADER X-Spam "yes"', "headers" },
    { { headers = satchel.contains "yes" }, "ALL", "headers" },
    { { text = "x" }, 'BODY "x"', "text html" },
    { { sensitivity = "private" }, 'HEADER Sensitivity "private"', "sensitivity" },
    { { sensitivity = "normal" }, "ALL", "sensitivity" },
    { { importance = "normal" }, "ALL", "importance" },
    { { class = "REPORT.IPM.Note.NDR" }, "ALL", "class" },
    { { class = "IPM.Note" }, "ALL", "class" },
    { { sent = satchel.since(new_year) }, "SENTSINCE 31-Dec-2025", "sent" },
    { { sent = satchel.before(new_year) }, "SENTBEFORE 2-Jan-2026", "sent" },
    { { modified = satchel.since(new_year) }, "SAVEDSINCE 31-Dec-2025", "modified", nil,
      { "SAVEDATE" } },
    -- what is not sure is judged, what is sure is not
    { { received = satchel.since(new_year) }, "SINCE 31-Dec-2025", "received",
      "SINCE 2-Jan-2026" },
    { { received = satchel.before(new_year) }, "BEFORE 2-Jan-2026", "received",
      "BEFORE 31-Dec-2025" },
    { { received = new_year }, "SINCE 31-Dec-2025 BEFORE 2-Jan-2026", "received" },
    { { received = satchel.between(new_year, new_year + 9 * 86400) },
      "SINCE 31-Dec-2025 BEFORE 11-Jan-2026", "received", "SINCE 2-Jan-2026 BEFORE 9-Jan-2026" },
    { satchel.none { received = satchel.since(new_year) }, "NOT SINCE 2-Jan-2026", "received",
      "NOT SINCE 31-Dec-2025" },
    { satchel.none { subject = "x" }, "ALL", "subject", 'NOT SUBJECT "x"' },
    { { unread = true, subject = "x" }, 'SUBJECT "x" UNSEEN', "subject" },
    { satchel.any { unread = true, subject = "x" }, 'OR SUBJECT "x" UNSEEN', "subject unread",
      "UNSEEN" },
  } do
    it(case[2] .. " for " .. case[3], function()
      local found = compiled(case[1], case[5])
      assert.equal(case[2], search.text(found.wide))
      assert.is_table(found.rest)
      assert.equal(case[3], table.concat(found.fields, " "))
      assert.equal(case[4], found.narrow and search.text(found.narrow))
    end)
  end

  it("leave to the client only what it has to judge", function()
    local found = compiled { unread = true, subject = "x", from = satchel.contains "a" }
    assert.same({ op = "equals", field = "subject", value = "x" }, found.rest)
  end)

  it("are one for each way to say it", function()
    local words = search.text(compiled({ importance = "high" }).wide)
    for _, key in ipairs { 'Importance "high"', 'X-Priority "1"', 'Priority "urgent"' } do
      assert.is_truthy(words:find("HEADER " .. key, 1, true))
    end
  end)
end)

describe("days of SEARCH", function()
  -- what the server compares is the day in the zone of each message
  local function day_of(seconds, zone) return (seconds + zone) // 86400 end
  local function day_of_key(words, name)
    local day = search.text(words):match("%f[%w]" .. name .. " (%S+)")
    if not day then return nil end
    return core.mime.date((day:gsub("-", " "))) // 86400
  end

  it("never lose an item, and what is sure is", function()
    for _, at in ipairs { new_year, new_year + 1, new_year + 43199, new_year + 86399 } do
      local since = compiled { received = satchel.since(at) }
      local before = compiled { received = satchel.before(at) }
      for delta = -4 * 86400, 4 * 86400, 1801 do
        for zone = -12 * 3600, 14 * 3600, 1800 do
          local day = day_of(at + delta, zone)
          local wide = day >= day_of_key(since.wide, "SINCE")
          local sure = day >= day_of_key(since.narrow, "SINCE")
          assert.is_true(delta < 0 or wide)
          assert.is_true(delta >= 0 or not sure)
          wide = day < day_of_key(before.wide, "BEFORE")
          sure = day < day_of_key(before.narrow, "BEFORE")
          assert.is_true(delta >= 0 or wide)
          assert.is_true(delta < 0 or not sure)
        end
      end
    end
  end)
end)

describe("what SEARCH cannot tell", function()
  for _, case in ipairs {
    { { PidTagImportance = 2 }, "PidTagImportance" },
    { { modified = satchel.since(new_year) }, "modified.*SAVEDATE" },
    { { conversation_id = "1" }, "conversation_id" },
  } do
    it("is refused by name: " .. case[2], function()
      local ok, err = satchel.try(compiled, case[1])
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
      assert.matches(case[2], err.message)
    end)
  end
end)

describe("text that is not ASCII", function()
  it("is said, or judged here where the server knows no other", function()
    local clauses = { subject = satchel.contains "Größe", from = satchel.contains "a" }
    local found = compiled(clauses)
    assert.is_false(found.ascii)
    assert.is_nil(found.rest)
    found = compiled(clauses, nil, true)
    assert.is_true(found.ascii)
    assert.equal('FROM "a"', search.text(found.wide))
    assert.equal("subject", found.rest.field)
  end)
end)

describe("a server that refuses what it is asked", function()
  it("is asked for no text", function()
    local clauses = { subject = satchel.contains "a", unread = true, importance = "high",
      kind = "report" }
    local found = search.compile(where.compile(clauses), { plain = true,
      has = function() return false end })
    assert.equal("UNSEEN", search.text(found.wide))
    assert.same({ "importance", "kind", "subject" }, found.fields)
    assert.is_false(found.text)
  end)
end)

describe("parts of a command", function()
  local function quote(text, opts)
    if text:find "[\128-\255]" and not opts.utf8 then return nil end
    return '"' .. text .. '"'
  end

  local function parts(clauses, utf8)
    return search.parts(compiled(clauses).wide, quote, utf8)
  end

  it("are one text where they can be", function()
    assert.same({ 'SUBJECT "a" UNSEEN' }, parts { subject = satchel.contains "a", unread = true })
    assert.same({ 'SUBJECT "ä"' }, parts({ subject = satchel.contains "ä" }, true))
    assert.same({ "OR (FLAGGED UNSEEN) ANSWERED" },
      parts(satchel.any { { unread = true, flagged = true }, { answered = true } }))
  end)

  it("have literals", function()
    assert.same({ "SUBJECT ", { literal = "ä" }, " UNSEEN" },
      parts { subject = satchel.contains "ä", unread = true })
    assert.same({ "OR (SUBJECT ", { literal = "ä" }, " UNSEEN) ANSWERED" },
      parts(satchel.any { { subject = satchel.contains "ä", unread = true }, { answered = true } }))
    assert.same({ "OR SUBJECT ", { literal = "ä" }, " SUBJECT ", { literal = "ö" } },
      parts(satchel.any { { subject = satchel.contains "ä" }, { subject = satchel.contains "ö" } }))
    assert.same({ "NOT (FROM ", { literal = "ä" }, " FROM ", { literal = "ö" }, ")" },
      parts(satchel.none { { { from = satchel.contains "ä" }, { from = satchel.contains "ö" } } }))
  end)
end)
