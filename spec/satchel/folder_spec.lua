local memory = require "support.memory_driver"
local refused = require("support.refused").saying

describe("a folder", function()
  local session, driver, inbox

  before_each(function()
    session, driver = memory.session()
    inbox = session.inbox
  end)

  it("has counts until it is reloaded", function()
    assert.equal(0, inbox.total)
    inbox:create { subject = "x", unread = true }
    assert.equal(0, inbox.total)
    assert.equal(1, inbox:reload().total)
    assert.equal(1, inbox.unread)
    assert.equal('folder "Inbox" (1 item, 1 unread)', tostring(inbox))
  end)

  it("knows its place", function()
    local folder = inbox:create_folder "a/b"
    assert.equal(inbox, folder.parent)
    assert.equal(session.root, inbox.parent)
    assert.is_nil(session.root.parent)
    assert.equal("Inbox/a//b", folder.path)
    assert.equal(session, folder.session)
    assert.equal("mail", folder.kind)
    assert.equal(folder, session:folder(folder.path))
  end)

  it("lists those in it, and all below", function()
    inbox:create_folder("a"):create_folder "b"
    local function names(opts)
      local list = {}
      for folder in inbox:folders(opts) do list[#list + 1] = folder.name end
      return list
    end
    assert.same({ "a" }, names())
    assert.same({ "a", "b" }, names { recursive = true })
    assert.equal("b", inbox:folder("a/b").name)
  end)

  it("is renamed, moved, copied", function()
    local folder = inbox:create_folder("a", { kind = "tasks" })
    assert.equal("tasks", folder.kind)
    assert.equal("c", folder:rename("c").name)
    assert.equal("c", folder:move(session.root).path)
    assert.equal("Inbox/c", folder:copy(inbox).path)
    assert.equal("Inbox/d", folder:copy("Inbox", "d").path)
  end)

  it("is deleted into the trash, and from there for good", function()
    local folder = inbox:create_folder "a"
    folder:delete()
    assert.equal("Trash/a", folder.path)
    refused("invalid", "in the trash already", folder.delete, folder)
    folder:delete { hard = true }
    refused("not_found", "no 'a'", session.folder, session, "Trash/a")
    refused("invalid", "in the trash", session.trash.delete, session.trash)
  end)

  it("is emptied", function()
    inbox:create { subject = "x" }
    assert.equal(1, inbox:reload().total)
    inbox:empty()
    assert.equal(0, inbox.total)
  end)

  it("gives one item", function()
    local item = inbox:create { subject = "x", to = "a@b" }
    assert.equal("x", inbox:get(item.id).subject)
    refused("not_found", "no item", inbox.get, inbox, "zzz")
  end)

  it("stores many, with a result for each", function()
    local steps = {}
    local results = inbox:create_all({ { subject = "a" }, { subject = "refuse" } },
      { progress = function(done, total) steps[#steps + 1] = { done, total } end })
    assert.is_true(results[1].ok)
    assert.equal("a", inbox:get(results[1].id).subject)
    assert.is_false(results[2].ok)
    assert.equal("quota", results[2].error.kind)
    assert.same({ { 2, 2 } }, steps)
  end)

  it("stores what an iterator gives, in batches", function()
    local n = 0
    local results = inbox:create_all(function()
      n = n + 1
      return n <= 250 and { subject = "s" .. n } or nil
    end)
    assert.equal(250, #results)
    assert.equal(3, driver:count_of "create")
    assert.equal(250, inbox:reload().total)
  end)

  it("raises what creating one item met", function()
    refused("quota", "full", inbox.create, inbox, { subject = "refuse" })
    refused("unsupported", "'task' cannot be created",
      function() inbox:create_folder("t", { kind = "tasks" }):create {} end)
  end)

  it("refuses names that are none", function()
    refused("invalid", "no name for a folder", inbox.create_folder, inbox, "")
    refused("invalid", "no name for a folder", inbox.create_folder, inbox, "a\nb")
    refused("invalid", "one of 'mail'", inbox.create_folder, inbox, "a", { kind = "male" })
  end)

  it("names the nearest of what it has not", function()
    refused("invalid", "no 'totl'; did you mean 'total'", function() return inbox.totl end)
    refused("invalid", "no 'itmes'; did you mean 'items'", function() return inbox.itmes end)
    refused("invalid", "is not assigned", function() inbox.name = "x" end)
    refused("invalid", "a folder or its path", function() inbox:move(12) end)
  end)

  it("says what it cannot do yet", function()
    refused("unsupported", "import", inbox.import, inbox, { ics = "x" })
    refused("unsupported", "changes", inbox.changes, inbox)
    refused("unsupported", "watch", inbox.watch, inbox)
  end)
end)
