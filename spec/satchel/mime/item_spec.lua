-- Items as messages and messages as items, on drivers with and without them.

local memory = require "support.memory_driver"
local mime = require "satchel.mime"
local satchel = require "satchel"

local raw <const> = "From: Anna <anna@example.test>\r\nTo: bob@example.test\r\n"
  .. "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
  .. "Message-ID: <1@example.test>\r\nList-Id: things\r\n"
  .. "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n"
  .. "--b\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\ncontent\r\n"
  .. "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n\r\ndeep\r\n--b--\r\n"

local function with_file(name, text, fn)
  local path = os.tmpname() .. name
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  local ok, err = pcall(fn, path)
  os.remove(path)
  if not ok then error(err, 0) end
end

describe("satchel.open", function()
  it("gives the item that a message in a file is", function()
    with_file(".eml", raw, function(path)
      local item = satchel.open(path)
      assert.equal("Grüße", item.subject)
      assert.equal("message", item.kind)
      assert.equal("anna@example.test", item.from.email)
      assert.equal("Anna <anna@example.test>", tostring(item.from))
      assert.equal(1700000000, item.sent)
      assert.equal("hello", item.text)
      assert.equal("things", item.headers["list-id"])
      assert.is_nil(item.folder)
      assert.is_nil(item.report)
      assert.equal(raw, item:mime())
      local first, second = item.attachments[1], item.attachments[2]
      assert.equal("a.txt", first.name)
      assert.equal("content", first:read())
      assert.equal("within", second.name)
      assert.equal("message/rfc822", second.type)
      local inner = second:item()
      assert.equal("deep", inner.text)
      assert.equal("Subject: within\r\n\r\ndeep", inner:mime())
    end)
  end)

  it("gives what a report says", function()
    with_file(".eml", "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
      .. "--b\n\nsorry\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
      .. "Final-Recipient: rfc822; x@example.test\nAction: failed\nStatus: 5.1.1\n--b--\n",
      function(path)
        local item = satchel.open(path)
        assert.equal("report", item.kind)
        assert.equal("REPORT.IPM.Note.NDR", item.class)
        assert.same({ type = "delivery", server = "mx", recipients = {
          { email = "x@example.test", action = "failed", status = "5.1.1" } } }, item.report)
      end)
  end)

  for _, case in ipairs { { "x.ics", "unsupported" }, { "x.msg", "unsupported" },
    { "x.doc", "invalid" }, { "/nowhere/x.eml", "not_found" }, { 12, "invalid" } } do
    it("refuses " .. case[1], function()
      local ok, err = satchel.try(satchel.open, case[1])
      assert.is_false(ok)
      assert.equal(case[2], err.kind)
    end)
  end
end)

describe("an item on a driver without messages", function()
  local session, driver = memory.session()
  local item

  it("is made of the fields of a message", function()
    item = session.inbox:import { mime = raw, flagged = true, received = 1700000100 }
    local stored = driver:item_of(item.id)
    assert.equal("Grüße", stored.subject)
    assert.equal(1700000100, stored.received)
    assert.is_true(stored.flagged)
    assert.is_false(stored.draft)
    assert.equal("hello", stored.text)
    assert.equal("content", stored.attachments[1].data)
    assert.equal("within", stored.attachments[2].item.subject)
  end)

  it("is written as a message of its fields", function()
    local copy = mime.read(item:mime())
    assert.equal("Grüße", copy.subject)
    assert.equal("<1@example.test>", copy.message_id)
    assert.equal("hello", copy.text)
    assert.equal("content", copy.attachments[1].open():read())
    assert.equal("deep", copy.attachments[2].message():fields({ "text" }).text)
  end)

  it("is written to a file", function()
    local path = os.tmpname()
    os.remove(path)
    assert.equal(path .. ".eml", item:save_as(path .. ".eml"))
    local again = satchel.open(path .. ".eml")
    assert.equal("hello", again.text)
    os.remove(path .. ".eml")
  end)

  it("takes an item of a file as an attachment", function()
    with_file(".eml", raw, function(path)
      local outer = session.inbox:create { subject = "outer",
        attachments = { { item = satchel.open(path) } } }
      assert.equal("Grüße", outer.attachments[1].name)
      assert.equal("hello", driver:item_of(outer.id).attachments[1].item.text)
    end)
  end)
end)

describe("an item on a driver with messages", function()
  local messages = {}
  local session, driver = memory.session()

  function driver.import(_, folder_id, list)
    local results = {}
    for i, each in ipairs(list) do
      messages[#messages + 1] = { text = each.body:read_all(), flags = each.flags,
        size = each.body.size }
      results[i] = { id = driver:add(folder_id, { subject = "x", class = "REPORT.IPM.Note.NDR",
        kind = "report" }).id, ok = true }
    end
    return results
  end

  function driver.mime()
    local text = messages[1].text
    return { read = function(_, n)
      local piece = text:sub(1, n)
      text = text:sub(n + 1)
      return piece ~= "" and piece or nil
    end, close = function() end }
  end

  it("is stored as it is, with the line ends of mail", function()
    local item = session.inbox:import { mime = "From someone Mon\nSubject: a\n\nb\r\n" }
    assert.same({ text = "Subject: a\r\n\r\nb\r\n", size = 17,
      flags = { unread = false, draft = false } }, messages[1])
    assert.equal("Subject: a\r\n\r\nb\r\n", item:mime())
  end)

  it("is a draft in the drafts folder", function()
    session.drafts:import { mime = "\n", unread = true }
    assert.same({ unread = true, draft = true }, messages[2].flags)
  end)

  it("is read from a file", function()
    with_file(".eml", ("Subject: x\n\n" .. ("line\n"):rep(100000)), function(path)
      session.inbox:import { path = path }
    end)
    assert.equal(14 + 600000, messages[3].size)
  end)

  it("tells what a report says, out of its message", function()
    messages[1] = { text = "Content-Type: multipart/report; boundary=b\n\n--b\n"
      .. "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@b\n"
      .. "Original-Message-ID: <1@x>\nDisposition: manual-action/MDN-sent-manually; displayed\n"
      .. "--b--\n" }
    local item = session.inbox:items()()
    assert.equal("<1@x>", item.report.message_id)
    assert.equal("disposition", item.report.type)
    assert.equal("displayed", item.report.recipients[1].action)
  end)

  for _, case in ipairs { { {} }, { { mime = "a", path = "b" } }, { { eml = "a" } },
    { { mime = 1 } }, { { mime = "a", received = "never" } } } do
    it("refuses a source that is none", function()
      local ok, err = satchel.try(session.inbox.import, session.inbox, case[1])
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  it("says what went wrong", function()
    driver.import = function()
      return { { ok = false, error = { kind = "quota", message = "full" } } }
    end
    local ok, err = satchel.try(session.inbox.import, session.inbox, { mime = "a" })
    assert.is_false(ok)
    assert.equal("quota", err.kind)
    local missing, reason = satchel.try(session.inbox.import, session.inbox,
      { path = "/nowhere/x.eml" })
    assert.is_false(missing)
    assert.equal("not_found", reason.kind)
  end)
end)
