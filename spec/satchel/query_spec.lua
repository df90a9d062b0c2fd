local memory = require "support.memory_driver"
local refused = require("support.refused").saying

describe("items", function()
  local session, driver, inbox

  before_each(function()
    session, driver = memory.session()
    inbox = session.inbox
    for i = 1, 10 do
      driver:add("inbox", { subject = "s" .. i, unread = i % 2 == 0, size = i, text = "t" .. i })
    end
  end)

  local function subjects(opts)
    local list = {}
    for item in inbox:items(opts) do list[#list + 1] = item.subject end
    return table.concat(list, " ")
  end

  it("come one after the other, in windows", function()
    assert.equal("s1 s2 s3 s4 s5 s6 s7 s8 s9 s10", subjects())
    assert.equal(1, driver:count_of "cursor_close")
    assert.equal(0, driver:count_of "load")
  end)

  it("are chosen, ordered and limited by the server", function()
    assert.equal("s10 s8", subjects { where = { unread = true }, order = "-size", limit = 2 })
    assert.equal("s8 s6", subjects { where = { unread = true }, order = "-size", limit = 2,
      offset = 1 })
    assert.equal("", subjects { limit = 0 })
  end)

  it("bring the fields asked for", function()
    for item in inbox:items { fields = { "size" }, limit = 1 } do
      assert.equal(1, item.size)
      assert.equal(0, driver:count_of "load")
      assert.equal("s1", item.subject)
      assert.equal(1, driver:count_of "load")
    end
  end)

  it("stop when the loop is left", function()
    for item in inbox:items() do -- luacheck: ignore
      break
    end
    assert.equal(1, driver:count_of "cursor_close")
    assert.equal(1, driver:count_of "next")
  end)

  it("may be asked one by one", function()
    local items <close> = inbox:items()
    assert.equal("s1", items().subject)
    assert.equal("s2", items().subject)
    items:close()
    assert.is_nil(items())
    assert.equal("iterator (closed)", tostring(items))
  end)

  it("may be moved and deleted on the way", function()
    local seen = {}
    for item in inbox:items() do
      seen[#seen + 1] = item.subject
      if #seen % 2 == 0 then item:delete() else item:move(session.junk) end
    end
    assert.equal(10, #seen)
    assert.equal(0, inbox:reload().total)
    assert.equal(5, session.junk:reload().total)
  end)

  it("are rechecked on the client when asked", function()
    driver.rows = function(self) return self:items_of "inbox" end -- a server that finds too much
    assert.equal("s4 s6",
      subjects { where = { unread = true }, exact = true, limit = 2, offset = 1 })
    assert.equal(5, inbox:query({ where = { unread = true, exact = true } }):count())
    assert.equal(5, #inbox:query({ where = { unread = true }, exact = true }):ids())
    assert.equal("s2", inbox:query({ where = { unread = true }, exact = true }):first().subject)
  end)

  it("refuse what makes no query", function()
    refused("invalid", "unknown option 'wehre'; did you mean 'where'", inbox.items, inbox,
      { wehre = {} })
    refused("invalid", "unknown field 'sbject'", inbox.items, inbox, { fields = { "sbject" } })
    refused("invalid", "whole numbers", inbox.items, inbox, { limit = -1 })
    refused("invalid", "whole numbers", inbox.items, inbox, { offset = 1.5 })
  end)
end)

describe("a query", function()
  local session, driver, inbox, query

  before_each(function()
    session, driver = memory.session()
    inbox = session.inbox
    for i = 1, 10 do driver:add("inbox", { subject = "s" .. i, unread = i % 2 == 0 }) end
    query = inbox:query { where = { unread = true } }
  end)

  it("sends nothing before it is used", function()
    assert.equal(0, driver:count_of "cursor" + driver:count_of "count" + driver:count_of "ids")
    assert.equal('query of folder "Inbox" (0 items, 0 unread) where unread equals true',
      tostring(query))
  end)

  it("counts", function()
    assert.equal(5, query:count())
    assert.equal(2, inbox:query({ where = { unread = true }, offset = 3 }):count())
    assert.equal(1, inbox:query({ offset = 3, limit = 1 }):count())
    assert.equal(0, inbox:query({ offset = 30 }):count())
  end)

  it("looks for one", function()
    assert.is_true(query:exists())
    assert.equal("s2", query:first().subject)
    local none = inbox:query { where = { subject = "x" } }
    assert.is_false(none:exists())
    assert.is_nil(none:first())
    assert.is_nil(inbox:query({ limit = 0 }):first())
  end)

  it("gives all, and their ids", function()
    assert.equal(5, #query:all())
    assert.equal(query:all()[1].id, query:ids()[1])
    assert.equal(2, #inbox:query({ limit = 2 }):ids())
    assert.equal(0, #inbox:query({ limit = 0 }):ids())
    local n = 0
    for _ in query:each() do n = n + 1 end
    assert.equal(5, n)
  end)

  it("takes known ids and reads nothing for them", function()
    local ids = query:ids()
    driver.calls = {}
    local some = inbox:query { ids = { ids[1], ids[2], "nobody" } }
    assert.equal(3, some:count())
    some:update { unread = false }
    assert.equal(0, driver:count_of "ids" + driver:count_of "cursor")
    assert.equal(1, driver:count_of "update")
    assert.equal(3, #query:ids())
    assert.same({ "s2", "s4" }, { some:all()[1].subject, some:all()[2].subject })
    assert.equal("s2", some:first().subject)
  end)

  it("refuses ids beside what chooses items, and ids that are none", function()
    refused("invalid", "'where' does not go with ids", inbox.query, inbox,
      { ids = {}, where = { unread = true } })
    refused("invalid", "ids are strings", inbox.query, inbox, { ids = { 7 } })
  end)

  it("updates all with one call", function()
    local results = query:update { unread = false }
    assert.equal(5, #results)
    assert.is_true(results[1].ok)
    assert.equal(1, driver:count_of "update")
    assert.equal(0, query:count())
    assert.same({}, query:update { unread = true })
  end)

  it("moves and copies, with new ids on request", function()
    assert.is_nil(query:copy(session.junk)[1].new_id)
    local results = query:move("Junk", { ids = true })
    assert.equal("s2", session.junk:get(results[1].new_id).subject)
    assert.equal(10, session.junk:reload().total)
  end)

  it("deletes, in the trash only for good", function()
    query:delete()
    assert.equal(5, session.trash:reload().total)
    local trash = session.trash:query()
    refused("invalid", "in the trash already", trash.delete, trash)
    trash:delete { hard = true }
    assert.equal(0, session.trash:reload().total)
  end)

  it("gives error objects for what failed", function()
    driver.update = function(self, ids)
      return self:each_of(ids, function(id)
        if id == ids[2] then error { kind = "denied", message = "no" } end
      end)
    end
    local results = query:update { unread = false }
    assert.is_true(results[1].ok)
    assert.equal("no", tostring(results[2].error))
  end)

  it("refuses wrong options", function()
    refused("invalid", "unknown option 'hrad'; did you mean 'hard'", query.delete, query,
      { hrad = true })
    refused("invalid", "unknown field 'unraed'", query.update, query, { unraed = true })
    refused("invalid", "read only", query.update, query, { size = 1 })
    refused("invalid", "a folder or its path", query.move, query)
  end)
end)
