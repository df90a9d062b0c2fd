local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local message = require "satchel.sandbox.message"
local T = require "satchel.sandbox.tags"

local ANNA, BOB = "anna@example.test", "bob@example.test"

describe("seed", function()
  local box, store
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret", [BOB] = { name = "Bob Miller" } } }
    store = box.users:find(ANNA).store
  end)

  local function first(path, item)
    box:seed { [ANNA] = { [path] = { item } } }
    local f = store.roles.ipm_subtree
    for name in path:gmatch "[^/]+" do f = f:child(name) end
    return f.normal:all()[1], f
  end

  local function read(m, name) return message.read(m, T[name]) end

  it("fills in what a message has", function()
    local m = first("Inbox", { subject = "Re: Rechnung", from = "Bob <bob@example.test>",
      to = { "x@example.org", { name = "Anna", email = ANNA } }, cc = "y@example.org",
      text = "Text", received = "2026-11-20T09:00:00Z", unread = true, importance = "high",
      message_id = "<1@x>", flagged = true })
    assert.are.same({ "Rechnung", "Bob", BOB, "x@example.org; Anna", "y@example.org", "Text", 2,
      "<1@x>", 2, false }, { read(m, "NormalizedSubject"), read(m, "SentRepresentingName"),
      read(m, "SenderSmtpAddress"), read(m, "DisplayTo"), read(m, "DisplayCc"), read(m, "Body"),
      read(m, "Importance"), read(m, "InternetMessageId"), read(m, "FlagStatus"),
      read(m, "Read") })
    assert.are.equal("2026-11-20 09:00:00", os.date("!%Y-%m-%d %H:%M:%S",
      require("satchel.sandbox.clock").seconds(read(m, "MessageDeliveryTime"))))
    assert.are.equal(1, store.roles.inbox.unread)
  end)

  it("keeps attachments, inline ones apart", function()
    local m = first("Inbox", { subject = "x", attachments = {
      { name = "a.pdf", data = "PDF", type = "application/pdf" } } })
    assert.is_true(read(m, "HasAttachments"))
    local p = m:attachment_list()[1].props
    assert.are.same({ "a.pdf", ".pdf", "PDF" }, { p[T.AttachLongFilename],
      p[T.AttachExtension], p[T.AttachDataBinary] })
    m = first("Drafts", { subject = "x", draft = true, attachments = {
      { name = "logo.png", data = "P", inline = true, content_id = "1@x" } } })
    assert.is_false(read(m, "HasAttachments"))
    assert.are.equal(8, read(m, "MessageFlags") & 8)
  end)

  it("finds folders by what they are and makes the others", function()
    local _, f = first("Inbox/Projects/2026", "only a subject")
    assert.are.equal(store.roles.inbox, f.parent.parent)
    assert.are.equal("IPF.Note", f.class)
    box:seed { [ANNA] = { ["a//b"] = {}, ["trash"] = { "x" } } }
    assert.is_not_nil(store.roles.ipm_subtree:child "a/b")
    assert.are.equal(1, store.roles.deleted.normal.count)
  end)

  it("makes any number alike, cheaply", function()
    collectgarbage()
    local before = collectgarbage "count"
    box:seed { [ANNA] = { Inbox = { { subject = "number %d", text = ("x"):rep(2000),
      from = function(i) return ("u%d@example.org"):format(i % 7) end,
      unread = function(i) return i % 2 == 0 end, count = 20000 } } } }
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 20000) -- at most 1 KiB each
    local inbox = store.roles.inbox
    assert.are.same({ 20000, 10000 }, { inbox.normal.count, inbox.unread })
    local m = inbox.normal:all()[12345]
    assert.are.same({ "number 12345", "u4@example.org", "u4@example.org", 2000 },
      { read(m, "Subject"), read(m, "SenderName"), read(m, "SentRepresentingSmtpAddress"),
        #read(m, "Body") })
    assert.is_true(read(m, "MessageDeliveryTime")
      < read(inbox.normal:all()[12344], "MessageDeliveryTime"))
  end)

  it("makes messages that can be changed like others", function()
    box:seed { [ANNA] = { Inbox = { { subject = "number %d", text = "same", count = 3 } } } }
    local c = client.new(box, ANNA)
    local inbox = store.roles.inbox
    local opened = c:must("open_message", c.logon, { code_page_id = 0xfff, folder_id = inbox.id,
      open_mode_flags = 1, message_id = inbox.normal:all()[2].id })
    c:must("set_properties", opened,
      { property_values = { { tag = T.Body, value = "changed" } } })
    c:must("save_changes_message", opened, { save_flags = 2 })
    local bodies = {}
    for i, m in ipairs(inbox.normal:all()) do
      bodies[i] = read(m, "Subject") .. " " .. read(m, "Body")
    end
    assert.are.same({ "number 1 same", "number 2 changed", "number 3 same" }, bodies)
  end)

  for _, case in ipairs {
    { "users", { ["ana@example.test"] = {} }, ANNA },
    { "fields", { [ANNA] = { Inbox = { { subjct = "x" } } } }, "subject" },
  } do
    it("refuses " .. case[1] .. " there are not", function()
      local ok, err = pcall(box.seed, box, case[2])
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find(case[3], 1, true), tostring(err))
    end)
  end
end)
