local memory = require "support.memory_driver"
local satchel = require "satchel"

describe("what the objects of a mailbox share", function()
  local session, driver, store

  before_each(function()
    session, driver = memory.session()
    store = session._.store
  end)

  it("makes one folder of an id, and keeps it up to date", function()
    local folder = store:folder { id = "x", name = "a", total = 1 }
    assert.equal(folder, store:folder { id = "x", total = 2 })
    assert.equal("a", folder.name)
    assert.equal(2, folder.total)
    assert.equal(folder, store:folder_by_id "x")
  end)

  it("forgets a folder that is gone", function()
    local inbox = session.inbox
    store:forget(inbox.id)
    assert.is_false(inbox == session.inbox)
  end)

  it("lets nobody hold what nobody holds", function()
    store:folder { id = "x" }
    collectgarbage()
    assert.is_nil(store.folders.x)
  end)

  it("raises nil, err of drivers, and what they cannot do", function()
    function driver.odd() return nil, { kind = "quota", message = "full" } end
    local _, err = satchel.try(store.call, store, "odd")
    assert.equal("quota", err.kind)
    _, err = satchel.try(store.call, store, "fly")
    assert.equal("unsupported", err.kind)
  end)
end)
