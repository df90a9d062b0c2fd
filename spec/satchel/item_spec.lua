local memory = require "support.memory_driver"
local refused = require("support.refused").saying
local satchel = require "satchel"

describe("an item", function()
  local session, driver, inbox, item

  before_each(function()
    session, driver = memory.session()
    inbox = session.inbox
    item = inbox:create {
      subject = "Hi", from = "Bob <bob@example.test>", to = "anna@example.test", text = "hello",
      received = "2026-01-01", unread = true, references = { "<a@x>", "<b@x>" },
      attachments = { { data = "12345", name = "a.txt" } },
    }
  end)

  it("loads fields when touched, in groups", function()
    assert.equal("Hi", item.subject)
    assert.equal("bob@example.test", item.from.email)
    assert.equal("Bob <bob@example.test>", tostring(item.from))
    assert.equal("anna@example.test", tostring(item.to[1]))
    assert.equal(1767225600, item.received)
    assert.same({}, item.cc)
    assert.equal(1, driver:count_of "load")
    assert.equal("hello", item.text)
    assert.is_nil(item.html)
    assert.equal("a.txt", item.attachments[1].name)
    assert.equal(2, driver:count_of "load")
    assert.same({ "<a@x>", "<b@x>" }, item.references)
  end)

  it("knows what and where it is", function()
    assert.equal("message", item.kind)
    assert.equal("IPM.Note", item.class)
    assert.equal(inbox, item.folder)
    assert.equal(session, item.session)
    assert.equal('message "Hi" from Bob <bob@example.test> of 2026-01-01T00:00:00Z',
      tostring(inbox:query():first()))
  end)

  it("reads headers as a list by name", function()
    driver.items[1].headers = "X-A: b\r\n"
    assert.equal("b", item.headers["x-a"])
  end)

  it("keeps what is assigned until it is saved", function()
    item.subject = "new"
    item.categories = "Red"
    assert.equal("new", item.subject)
    assert.equal(0, driver:count_of "save")
    item:save()
    assert.equal("new", inbox:get(item.id).subject)
    assert.same({ "Red" }, item.categories)
    item:save()
    assert.equal(1, driver:count_of "save")
  end)

  it("removes a field by null or nil", function()
    item.categories = { "Red" }
    item:save()
    item.categories = satchel.null
    assert.same({}, item.categories)
    item:save()
    assert.same({}, item:reload().categories)
    item.subject = nil
    item:save()
    assert.is_nil(item:reload().subject)
  end)

  it("forgets what is not saved when reloaded", function()
    item.subject = "new"
    assert.equal("Hi", item:reload().subject)
  end)

  it("updates", function()
    assert.equal(item, item:update { unread = false, flagged = true })
    assert.is_false(inbox:get(item.id).unread)
    assert.is_true(item.flagged)
  end)

  it("is moved: its new id is looked for when touched", function()
    local old = item.id
    local moved = item:move(session.junk)
    assert.equal(session.junk, moved.folder)
    assert.equal(0, driver:count_of "find")
    assert.is_false(moved.id == old)
    assert.equal(1, driver:count_of "find")
    assert.equal("hello", moved.text)
  end)

  it("is copied", function()
    local copied = item:copy "Junk"
    assert.equal("hello", copied.text)
    assert.equal("hello", item.text)
    assert.is_false(copied.id == item.id)
  end)

  it("is deleted into the trash, and from there for good", function()
    item:delete()
    assert.equal(1, session.trash:reload().total)
    local gone = session.trash:query():first()
    refused("invalid", "in the trash already", gone.delete, gone)
    gone:delete { hard = true }
    assert.equal(0, session.trash:reload().total)
  end)

  it("raises what its verbs met", function()
    driver.items = {}
    refused("not_found", "no item", item.move, item, "Junk")
    refused("not_found", "no item", item.delete, item)
    refused("not_found", "no item", item.update, item, { unread = true })
  end)

  it("shows what is known of it", function()
    local known = {}
    for name, value in pairs(inbox:query({ fields = { "subject" } }):first()) do
      known[name] = value
    end
    assert.same({ id = item.id, subject = "Hi", class = "IPM.Note" }, known)
  end)

  it("names the nearest of what it has not", function()
    refused("invalid", "no 'subjcet'; did you mean 'subject'", function() return item.subjcet end)
    refused("invalid", "no 'subjcet'", function() item.subjcet = "x" end)
    refused("invalid", "'size' is read only", function() item.size = 1 end)
    refused("invalid", "'id' is read only", function() item.id = "x" end)
    refused("invalid", "'attachments' is not assigned", function() item.attachments = {} end)
    refused("unsupported", "item.props", function() return item.starts end)
    refused("invalid", "unread", function() item.unread = "yes" end)
  end)

  it("has properties by name, number and set", function()
    local due = satchel.named("PSETID_Task", 0x8105, "Time")
    item.props.PidTagImportance = 2
    item.props[0x0037001f] = "x"
    item.props[due] = 1767225600
    assert.equal(2, item.props.PidTagImportance)
    assert.equal(0, driver:count_of "get_props")
    item:save()
    item:reload()
    assert.equal(2, item.props.PidTagImportance)
    assert.equal(1767225600, item.props[satchel.named("PSETID_Task", 0x8105, "Time")])
    item.props.PidTagImportance = satchel.null
    assert.is_nil(item.props.PidTagImportance)
    item:save()
    assert.is_nil(item:reload().props.PidTagImportance)
    refused("invalid", "'subject' names no property", function() return item.props.subject end)
  end)

  it("is written to .eml files alone", function()
    refused("unsupported", ".msg files", item.save_as, item, "/tmp/x.msg")
    refused("invalid", "ends in none", item.save_as, item, "/tmp/x.doc")
  end)
end)

describe("a draft", function()
  local session, driver

  before_each(function() session, driver = memory.session() end)

  it("is sent with what was assigned to it", function()
    local draft = session.drafts:create { subject = "x" }
    assert.is_true(draft.draft)
    refused("invalid", "no recipient", draft.send, draft)
    draft.to = "bob@example.test"
    local sent = draft:send()
    assert.equal(1, driver:count_of "submit")
    assert.equal("bob@example.test", sent.item.to[1].email)
    assert.equal(session.sent, sent.item.folder)
  end)

  it("is what is sent, nothing else", function()
    local item = session.inbox:create { subject = "x", to = "a@b" }
    refused("invalid", "not a draft", item.send, item)
  end)
end)
