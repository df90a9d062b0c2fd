local memory = require "support.memory_driver"
local refused = require("support.refused").saying
local satchel = require "satchel"

describe("a session", function()
  local session, driver

  before_each(function() session, driver = memory.session() end)

  it("knows who and how", function()
    assert.equal("anna@example.test", session.user)
    assert.equal("memory", session.protocol)
    assert.equal("session of anna@example.test by memory", tostring(session))
    assert.equal("server", session:can "move")
    assert.is_false(session:can "rules")
  end)

  it("gives its native protocol only", function()
    assert.is_nil(session.mapi)
    driver.protocol = "imap"
    assert.equal(driver.raw, session.imap)
  end)

  it("has well-known folders, each one object, read once", function()
    assert.equal("Inbox", session.inbox.name)
    assert.equal(session.inbox, session.inbox)
    assert.equal(1, driver:count_of "role_folder")
    assert.equal("Top", session.root.name)
  end)

  it("creates a well-known folder that is missing", function()
    assert.equal("archive", session.archive.name)
  end)

  it("resolves one path", function()
    driver:add_folder("inv", "inbox", "Invoices")
    driver:add_folder("year", "inv", "20/26")
    assert.equal("year", session:folder("Inbox/Invoices/20//26").id)
    assert.equal("year", session:folder("INBOX/Invoices/20//26").id)
    assert.equal(0, driver:count_of "list_folders")
    assert.equal(session.inbox, session:folder "inbox")
    assert.equal(session.root, session:folder "")
    assert.equal("Inbox/Invoices/20//26", session:folder("Inbox/Invoices/20//26").path)
  end)

  it("names the nearest folder", function()
    driver:add_folder("inv", "inbox", "Invoices")
    local ok, err = satchel.try(session.folder, session, "Inbox/Invoces")
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
    assert.equal("there is 'Invoices'", err.hint)
  end)

  it("creates what is missing of a path", function()
    local folder = session:folder("a/b", { create = true })
    assert.equal("a/b", folder.path)
    assert.equal(2, driver:count_of "create_folder")
    session:folder("a/b", { create = true })
    assert.equal(2, driver:count_of "create_folder")
  end)

  it("lists folders depth first", function()
    driver:add_folder("inv", "inbox", "Invoices")
    local names = {}
    for folder in session:folders() do names[#names + 1] = folder.name end
    assert.same({ "Inbox", "Invoices", "Sent", "Drafts", "Outbox", "Trash", "Junk" }, names)
  end)

  it("sends", function()
    local sent = session:send { to = "Bob <bob@example.test>", subject = "Hi", text = "x" }
    assert.matches("^<.*>$", sent.message_id)
    assert.equal(0, driver:count_of "find")
    assert.equal("Hi", sent.item.subject)
    assert.equal("sent", sent.item.folder.id)
    assert.equal(1, driver:count_of "find")
    assert.is_nil(session:send({ to = "b@c", save = false }).item)
  end)

  it("sends nothing that is wrong", function()
    refused("invalid", "no recipient", session.send, session, { subject = "x" })
    refused("invalid", "line break", session.send, session, { to = "a@b", subject = "x\nBcc: y" })
    assert.equal(0, driver:count_of "send")
  end)

  it("opens another mailbox", function()
    local boss = session:mailbox "boss@example.test"
    assert.equal("boss@example.test", boss.user)
    refused("unsupported", "another mailbox", function()
      session.inbox:query():move(boss.inbox)
    end)
  end)

  it("closes once and for all", function()
    local folder = session.inbox
    do local s <close> = session end -- luacheck: ignore
    session:close()
    assert.equal(1, driver:count_of "close")
    refused("invalid", "session is closed", function() return session.drafts end)
    refused("invalid", "session is closed", folder.reload, folder)
    assert.matches("%(closed%)", tostring(session))
  end)

  it("names the nearest of what it has not", function()
    refused("invalid", "no 'inbx'; did you mean 'inbox'", function() return session.inbx end)
    refused("invalid", "is not assigned", function() session.user = "x" end)
    refused("invalid", "is a number where a string", session.folder, session, 12)
    refused("invalid", "unknown option 'craete'", session.folder, session, "a", { craete = true })
  end)

  it("says what it cannot do yet", function()
    refused("unsupported", "directory", function() return session.directory end)
    refused("unsupported", "watch", session.watch, session)
    refused("unsupported", "free_busy", session.free_busy, session, { "a@b" }, 0, 1)
    refused("unsupported", "suggest", session.suggest, session, {})
  end)
end)
