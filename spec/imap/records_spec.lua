-- Records out of responses of FETCH.

local fields = require "satchel.imap.fields"
local headers = require "satchel.headers"
local records = require "satchel.imap.records"

local place <const> = { folder_id = "INBOX", uidvalidity = 7 }

local function new(names, response)
  response.uid = response.uid or 1
  local wanted = fields.wanted(names, function() return true end)
  return (records.new(response, wanted, place))
end

-- RFC 9051 8: the example of a session
local envelope <const> = {
  date = "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", subject = "IMAP4rev2 WG mtg summary and minutes",
  from = { { name = "Terry Gray", mailbox = "gray", host = "cac.washington.edu" } },
  sender = { { name = "Terry Gray", mailbox = "gray", host = "cac.washington.edu" } },
  reply_to = { { name = "Terry Gray", mailbox = "gray", host = "cac.washington.edu" } },
  to = { { mailbox = "imap", host = "cac.washington.edu" } },
  cc = { { mailbox = "minutes", host = "CNRI.Reston.VA.US" },
    { name = "John Klensin", mailbox = "KLENSIN", host = "MIT.EDU" } },
  message_id = "<B27397-0100000@cac.washington.ed>",
}

describe("a record", function()
  it("has what an ENVELOPE says", function()
    local record = new({ "subject", "from", "sender", "reply_to", "to", "cc", "bcc", "sent",
      "message_id", "in_reply_to" }, { uid = 42, envelope = envelope })
    assert.same({ id = "7.42", folder_id = "INBOX",
      subject = "IMAP4rev2 WG mtg summary and minutes",
      from = { name = "Terry Gray", email = "gray@cac.washington.edu" },
      sender = { name = "Terry Gray", email = "gray@cac.washington.edu" },
      reply_to = {}, to = { { email = "imap@cac.washington.edu" } },
      cc = { { email = "minutes@CNRI.Reston.VA.US" },
        { name = "John Klensin", email = "KLENSIN@MIT.EDU" } },
      bcc = {}, sent = 837595405, message_id = "<B27397-0100000@cac.washington.ed>" }, record)
  end)

  it("has only what was asked for", function()
    assert.same({ id = "7.1", folder_id = "INBOX", subject = "x" },
      new({ "subject" }, { envelope = { subject = "x" }, flags = {}, size = 1 }))
  end)

  it("keeps a Reply-To that is another", function()
    local record = new({ "reply_to" }, { envelope = { from = envelope.from,
      reply_to = envelope.to } })
    assert.same({ { email = "imap@cac.washington.edu" } }, record.reply_to)
  end)

  it("has flags", function()
    local names = { "unread", "flagged", "answered", "draft", "categories" }
    local record = new(names, { flags = { "\\seen", "\\Flagged", "Red", "$Forwarded" } })
    assert.is_false(record.unread)
    assert.is_true(record.flagged)
    assert.is_false(record.answered)
    assert.is_false(record.draft)
    assert.same({ "Red" }, record.categories)
    assert.is_true(new(names, { flags = {} }).unread)
  end)

  it("has times, sizes and ids", function()
    local record = new({ "received", "size", "modified", "created", "conversation_id" },
      { internaldate = 10, size = 20, savedate = 30, threadid = "T1" })
    assert.same({ 10, 20, 30, 30, "T1" }, { record.received, record.size, record.modified,
      record.created, record.conversation_id })
  end)

  it("has lines of the header", function()
    local text = "Importance: High\r\nSensitivity: Company-Confidential\r\n"
      .. "References: <a@x>\r\n <b@x>\r\n\r\n"
    local record = new({ "importance", "sensitivity", "references" }, { sections = {
      ["BODY[HEADER.FIELDS (IMPORTANCE X-PRIORITY REFERENCES)]"] = text } })
    assert.same({ "high", "confidential", "<a@x> <b@x>" }, { record.importance,
      record.sensitivity, record.references })
    assert.equal("a: b\r\n", new({ "headers" }, { sections = {
      ["BODY[HEADER]"] = "a: b\r\n" } }).headers)
  end)

  it("says whether there are attachments, and what it is", function()
    local record = new({ "has_attachments", "class" }, { bodystructure = { type = "multipart",
      subtype = "report", params = { ["report-type"] = "delivery-status" },
      { type = "text", subtype = "plain", part = "1", encoding = "7bit", params = {} },
      { type = "message", subtype = "delivery-status", part = "2", params = {} },
      { type = "text", subtype = "rfc822-headers", part = "3", params = {} } } })
    assert.is_true(record.has_attachments)
    assert.equal("report", record.kind)
    assert.equal("REPORT.IPM.Note.NDR", record.class)
  end)
end)

describe("addresses", function()
  for _, case in ipairs {
    { { { name = "=?utf-8?q?J=C3=B6rg?=", mailbox = "j", host = "x.test" } },
      { { name = "Jörg", email = "j@x.test" } } },
    { nil, {} },
    -- RFC 9051 7.5.2: a group
    { { { mailbox = "undisclosed-recipients" }, {} }, {} },
    { { { mailbox = "Team" }, { mailbox = "a", host = "x.test" }, {} },
      { { email = "a@x.test" } } },
    -- QUIRKS: parts that are not there
    { { { name = "Anna", mailbox = "MISSING_MAILBOX", host = "MISSING_DOMAIN" } },
      { { name = "Anna" } } },
    { { { mailbox = "anna", host = ".MISSING-HOST-NAME." } }, { { name = "anna" } } },
    { { { mailbox = "", host = "" } }, {} },
  } do
    it(case[2][1] and (case[2][1].email or case[2][1].name) or "none", function()
      assert.same(case[2], records.addresses(case[1]))
    end)
  end
end)

describe("importance", function()
  for _, case in ipairs {
    { "", "normal" }, { "Importance: high", "high" }, { "importance: Low", "low" },
    { "Importance: normal", "normal" }, { "X-Priority: 1 (Highest)", "high" },
    { "X-Priority: 3", "normal" }, { "X-Priority: 5", "low" }, { "Priority: urgent", "high" },
    { "Priority: non-urgent", "low" }, { "X-MSMail-Priority: High", "high" },
    { "X-Priority: 1\r\nImportance: low", "low" },
  } do
    it(case[2] .. " for " .. case[1], function()
      assert.equal(case[2], records.importance(headers.parse(case[1])))
    end)
  end
end)

describe("answers in several parts", function()
  it("are one", function()
    local known = records.merge({ uid = 1, flags = {}, sections = { a = "1" } },
      { uid = 1, flags = { "\\Seen" }, size = 3, sections = { b = "2" } })
    assert.same({ uid = 1, flags = { "\\Seen" }, size = 3, sections = { a = "1", b = "2" } }, known)
  end)
end)
