-- Queries of a maildrop of a real Dovecot, delivered by LMTP: windows of headers,
-- clauses and orders judged here, whole messages where their text is asked for.

local connection = require "satchel.smtp.connection"
local dovecot = require "support.dovecot"
local native = require "satchel.smtp.native"
local satchel = require "satchel"

local user <const>, count <const> = "pop@example.test", 120

local function message(i)
  local lines = { "From: " .. (i % 2 == 0 and "Even <even@x.test>" or "Odd <odd@x.test>"),
    "To: pop@example.test", ("Subject: number %03d of %d"):format(i, count),
    ("Date: Thu, 1 Jan 2026 00:00:%02d +0000"):format(i % 60),
    "Message-ID: <" .. i .. "@x.test>", "Importance: " .. (i == 7 and "high" or "normal") }
  if i == 5 then
    table.move({ "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "",
      "--b", "", "with a file", "--b", "Content-Type: text/plain; name=a.txt",
      "Content-Disposition: attachment; filename=a.txt", "", "content", "--b--" }, 1, 12,
      #lines + 1, lines)
  elseif i == 6 then -- mixed, but nothing is attached
    table.move({ "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "", "--b", "",
      "only text", "--b--" }, 1, 7, #lines + 1, lines)
  elseif i == 8 then
    table.move({ "MIME-Version: 1.0", "Content-Type: multipart/report; boundary=b;",
      "\treport-type=delivery-status", "", "--b", "", "body of 8", "--b",
      "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.x.test", "",
      "Final-Recipient: rfc822; a@b.test", "Action: delayed", "--b--" }, 1, 15, #lines + 1, lines)
  else
    table.move({ "", "body of " .. i, ("x"):rep(i) }, 1, 3, #lines + 1, lines)
  end
  return table.concat(lines, "\r\n") .. "\r\n"
end

describe("a maildrop", function()
  local server, session, inbox

  setup(function()
    server = dovecot.start { users = { [user] = "secret" }, protocols = { "pop3", "lmtp" } }
    local line <close> = connection.open { url = server.url "lmtp", tls = false, proxy = false,
      timeout = 20 }
    local lmtp = native.new(line)
    for i = 1, count do
      lmtp:send { from = "x@x.test", recipients = { user }, data = message(i) }
    end
    session = satchel.connect { url = server.url "pop3s", user = user, password = "secret",
      tls = { ca = server.ca }, proxy = false }
    inbox = session.inbox
  end)

  teardown(function()
    session:close()
    server:stop()
  end)

  local function trips(fn)
    local before = session.pop3.round_trips
    local result = fn()
    return session.pop3.round_trips - before, result
  end

  local function numbers(query)
    local list = {}
    for i, item in ipairs(inbox:query(query):all()) do
      list[i] = tonumber(item.subject:match "%d+")
    end
    return list
  end

  it("is read in its own order, fifty headers in a round trip", function()
    local n, list = trips(function() return inbox:query():all() end)
    assert.equal(count, #list)
    assert.equal("number 001 of 120", list[1].subject)
    assert.equal("even@x.test", list[120].from.email)
    assert.is_true(n <= 3)
  end)

  it("is counted, and its ids listed, without a word", function()
    assert.equal(0, (trips(function()
      assert.equal(count, inbox:query():count())
      assert.equal(count, #inbox:query():ids())
      assert.equal(10, inbox:query({ limit = 10 }):count())
      assert.equal(3, #inbox:query({ offset = 117 }):ids())
      for item in inbox:items { fields = { "size", "unread", "flagged" }, limit = 5 } do
        assert.is_false(item.unread)
        assert.is_true(item.size > 100)
      end
    end)))
  end)

  it("gives a first page in one round trip", function()
    local n, list = trips(function() return numbers { limit = 50 } end)
    assert.equal(1, n)
    assert.equal(50, #list)
  end)

  it("judges clauses by headers alone", function()
    local n, list = trips(function()
      return numbers { where = { from = satchel.contains "odd",
        subject = satchel.prefix "number 11" } }
    end)
    assert.same({ 111, 113, 115, 117, 119 }, list)
    assert.is_true(n <= 3)
    assert.equal(60, inbox:query({ where = { from = satchel.contains "odd" } }):count())
    assert.same({ 7 }, numbers { where = { importance = "high" } })
    assert.same({ 9 }, numbers { where = { message_id = "<9@x.test>" } })
    assert.same({ 3, 63 }, numbers { where = { sent = "2026-01-01T00:00:03Z" } })
  end)

  it("judges sizes without a word", function()
    local n, ids = trips(function()
      return inbox:query({ where = { size = satchel.larger(100) } }):ids()
    end)
    assert.equal(0, n)
    assert.equal(count, #ids)
  end)

  it("reads messages where their text is asked for", function()
    assert.same({ 33 }, numbers { where = { text = satchel.contains "body of 33" }, limit = 1 })
    assert.same({ 5 }, numbers { where = { has_attachments = true } })
    assert.same({ 12 }, numbers { where = { anywhere = "BODY OF 12", size = satchel.larger(1) },
      offset = 0, limit = 1 })
  end)

  it("sorts", function()
    local list = numbers { order = "-subject", limit = 3 }
    assert.same({ 120, 119, 118 }, list)
    list = numbers { order = { "from", "-sent" }, limit = 4, where = { subject =
      satchel.contains "number 0" } }
    assert.same({ 58, 56, 54, 52 }, list)
    assert.same({ 60, 120 }, numbers { order = "sent", limit = 2 })
    assert.same({ 1, 61 }, numbers { order = "sent", offset = 2, limit = 2 })
  end)

  it("sorts all of it, more than once the same", function()
    local list = numbers { order = "-size" }
    assert.equal(count, #list)
    assert.same(list, numbers { order = "-size" })
    local seen = {}
    for _, n in ipairs(list) do
      assert.is_nil(seen[n])
      seen[n] = true
    end
  end)

  it("reads a message once, however much is asked of it", function()
    local item = inbox:query({ where = { message_id = "<5@x.test>" } }):first()
    local n = trips(function()
      assert.equal("with a file", (item.text:gsub("%s+$", "")))
      assert.equal(1, #item.attachments)
      assert.equal("a.txt", item.attachments[1].name)
      assert.equal("content", (item.attachments[1]:read():gsub("%s+$", "")))
      assert.matches("^Return%-Path", item:mime())
      assert.equal("<5@x.test>", item.headers["message-id"])
    end)
    assert.equal(1, n)
  end)

  it("tells a report by its header, and the same of all of it", function()
    local function first(fields)
      return inbox:query({ where = { message_id = "<8@x.test>" }, fields = fields }):first()
    end
    for _, fields in ipairs { { "subject" }, { "kind" }, { "text" }, { "size", "attachments" } } do
      local item = first(fields)
      assert.same({ "report", "REPORT.IPM.Note.NDR" }, { item.kind, item.class })
      assert.equal("body of 8", (item.text:gsub("%s+$", "")))
      assert.same({ "report", "REPORT.IPM.Note.NDR" }, { item.kind, item.class })
      assert.equal("delayed", item.report.recipients[1].action)
      assert.equal("report", item:reload().kind)
    end
    assert.same({ 8 }, numbers { where = { kind = "report" } })
    assert.equal(count - 1, inbox:query({ where = { kind = "message" } }):count())
  end)

  it("reads a header for the kind when nothing was read", function()
    local item = inbox:query({ fields = { "size" }, offset = 6 }):first()
    assert.equal(1, (trips(function() assert.equal("message", item.kind) end)))
    assert.equal(0, (trips(function() assert.equal("number 007 of 120", item.subject) end)))
  end)

  it("reads ahead, and may be left with any other call", function()
    local sent = {}
    local other <close> = satchel.connect { url = server.url "pop3s", user = user,
      password = "secret", tls = { ca = server.ca }, proxy = false, trace = function(e)
        if e.direction == "send" then sent[#sent + 1] = e.text end
      end }
    local items = other.inbox:items()
    assert.equal("number 001 of 120", items().subject)
    assert.equal("TOP 100 0", sent[#sent])
    assert.equal(count, other.pop3:stat())
    assert.matches("body of 2", other.inbox:get(other.pop3:uidl()[2]).text)
    items:close()
    local list = other.inbox:query({ limit = 60 }):all()
    assert.equal("number 060 of 120", list[60].subject)
    other.inbox:items()() -- the session ends with answers on their way
  end)

  it("lets a loop delete", function()
    local other <close> = satchel.connect { url = server.url "pop3s", user = user,
      password = "secret", tls = { ca = server.ca }, proxy = false }
    local seen = 0
    for item in other.inbox:items { order = "-sent" } do
      seen = seen + 1
      item:delete { hard = true }
    end
    assert.equal(count, seen)
    assert.equal(0, other.inbox:reload().total)
    other.pop3:rset()
  end)

  for _, clause in ipairs { "unread", "flagged", "answered", "draft", "categories", "modified",
    "created", "conversation_id" } do
    it("does not judge by what it does not know: " .. clause, function()
      local value = ({ categories = "x", modified = 5, created = 5, conversation_id = "x" })[clause]
      local ok, err = satchel.try(function()
        return inbox:query({ where = { [clause] = value or false } }):all()
      end)
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
      assert.truthy(err.message:find("'" .. clause .. "'", 1, true), err.message)
    end)
  end

  it("has no properties", function()
    for _, query in ipairs { { fields = { "PidTagSubject" } }, { order = "PidTagSubject" },
      { where = { PidTagSubject = "x" } } } do
      local ok, err = satchel.try(function() return inbox:query(query):all() end)
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
    end
  end)
end)
