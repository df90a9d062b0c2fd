-- Many items at once: made, marked, changed, moved, copied, deleted, with a
-- result for each, in the round trips that DESIGN promises; and loops that
-- change what they walk over.

local satchel = require "satchel"

local MANY <const> = 1000

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("many items on " .. peer.name, function()
    local session, source, target

    setup(function()
      session = peer.connect(1)
      pcall(function() session:folder("satchel bulk"):delete { hard = true } end)
      local top = session.root:create_folder "satchel bulk"
      source, target = top:create_folder "source", top:create_folder "target"
    end)

    teardown(function()
      session:folder("satchel bulk"):delete { hard = true }
      session:close()
    end)

    local function trips(fn)
      local before = session.mapi.round_trips
      fn()
      return session.mapi.round_trips - before
    end

    local function all_ok(results, n)
      assert.equal(n, #results)
      for _, result in ipairs(results) do assert.is_true(result.ok, tostring(result.error)) end
      return results
    end

    local function fill(n)
      source:empty { hard = true }
      target:empty { hard = true }
      local list = {}
      for i = 1, n do
        list[i] = { subject = ("item %04d"):format(i), received = 1700000000 + i, unread = true }
      end
      return all_ok(source:create_all(list), n)
    end

    -- a verb with ids known costs what the driver spends; the query reads the ids first
    local function driver_trips(verb, ...)
      local driver, results = session._.store:driver(), nil
      local args = table.pack(...)
      local n = trips(function() results = driver[verb](driver, table.unpack(args)) end)
      return n, results
    end

    it("makes 100 of 1.5 KB in 5 round trips", function()
      fill(1)
      source:empty { hard = true }
      local list = {}
      for i = 1, 100 do list[i] = { subject = "size", text = ("x"):rep(600), unread = true } end
      local results
      local n = trips(function() results = source:create_all(list) end)
      assert.is_true(n <= 5, ("%d round trips"):format(n))
      all_ok(results, 100)
      assert.equal(100, source:reload().total)
    end)

    it("marks, copies, moves and deletes 1,000 in one each", function()
      fill(MANY)
      local ids = source:query({ order = "received" }):ids()
      assert.equal(MANY, #ids)
      local n, results = driver_trips("update", ids, source.id, { unread = false })
      all_ok(results, MANY)
      assert.equal(1, n)
      assert.equal(0, source:reload().unread)
      n, results = driver_trips("update", ids, source.id, { unread = true })
      all_ok(results, MANY)
      assert.equal(1, n)
      assert.equal(MANY, source:reload().unread)
      n, results = driver_trips("copy", ids, source.id, target.id, {})
      all_ok(results, MANY)
      assert.equal(1, n)
      assert.equal(MANY, target:reload().total)
      assert.equal(MANY, source:reload().total)
      target:empty { hard = true }
      n, results = driver_trips("move", ids, source.id, target.id, {})
      all_ok(results, MANY)
      assert.equal(1, n)
      assert.equal(0, source:reload().total)
      ids = target:query({}):ids()
      n, results = driver_trips("delete", ids, target.id, true)
      all_ok(results, MANY)
      assert.equal(1, n)
      assert.equal(0, target:reload().total)
    end)

    it("changes other fields of 1,000 in 5 round trips", function()
      fill(MANY)
      local ids = source:query({}):ids()
      local n, results = driver_trips("update", ids, source.id, { flagged = true })
      all_ok(results, MANY)
      assert.is_true(n <= 5, ("%d round trips"):format(n))
      assert.equal(MANY, source:query({ where = { flagged = true } }):count())
    end)

    it("deletes to the trash, and tells how far it is", function()
      fill(20)
      local last
      local results = source:query({}):delete { progress = function(done, total)
        last = { done, total }
      end }
      all_ok(results, 20)
      assert.same({ 20, 20 }, last)
      assert.equal(20, session.trash:query({ where = { subject = satchel.prefix "item 00" } })
        :count())
      all_ok(session.trash:query({ where = { subject = satchel.prefix "item 00" } })
        :delete { hard = true }, 20)
    end)

    it("gives new ids on request", function()
      fill(30)
      local subjects = {}
      for item in source:items { fields = { "subject" } } do subjects[item.id] = item.subject end
      for _, verb in ipairs { "copy", "move" } do
        local query = source:query { order = "-received", limit = 25 }
        for _, result in ipairs(all_ok(query[verb](query, target, { ids = true }), 25)) do
          assert.equal(subjects[result.id], target:get(result.new_id).subject)
        end
      end
      assert.equal(5, source:reload().total)
    end)

    it("tells those that failed from those that were done", function()
      fill(10)
      local ids = source:query({ order = "received" }):ids()
      local driver = session._.store:driver()
      driver:delete({ ids[3], ids[7] }, source.id, true)
      for _, verb in ipairs { "copy", "update", "move" } do
        local results
        if verb == "update" then
          results = driver:update(ids, source.id, { flagged = true })
        else
          results = driver[verb](driver, ids, source.id, target.id, {})
        end
        for i, result in ipairs(results) do
          assert.equal(ids[i], result.id)
          if i == 3 or i == 7 then
            if verb ~= "move" then assert.is_false(result.ok, verb .. i) end
          elseif verb ~= "move" then
            assert.is_true(result.ok, verb .. i .. tostring(result.error))
          end
          if not result.ok and not result.error.uncertain then
            assert.equal("not_found", result.error.kind)
          end
        end
      end
      assert.equal(16, target:reload().total)
      local results = driver:move({ target.id .. target.id }, source.id, target.id, {})
      assert.is_false(results[1].ok)
    end)

    -- fields that are no columns are read in windows of 50
    local loops = {
      { "deletes each", function(item) item:delete { hard = true } return true end },
      { "deletes every other", function(item, i)
        if i % 2 == 0 then item:delete { hard = true } end
      end },
      { "moves every third", function(item, i)
        if i % 3 == 0 then item:move(target) end
      end },
      { "changes what it is sorted by", function(item, i)
        if i % 2 == 0 then item:update { subject = "zzz " .. i } end
      end, "subject" },
      { "marks what it looks for", function(item)
        item:update { unread = false }
      end, "received", { unread = true } },
      { "makes new ones", function(_, i)
        if i % 10 == 0 then source:create { subject = "item 0000 new", unread = true } end
      end, "received" },
    }
    for _, loop in ipairs(loops) do
      it("sees each item once in a loop that " .. loop[1], function()
        fill(170)
        local old = {}
        for _, id in ipairs(source:query({}):ids()) do old[id] = true end
        local seen, n = {}, 0
        for item in source:items { order = loop[3] or "-received", where = loop[4],
          fields = { "subject", "to" } } do
          n = n + 1
          assert.is_nil(seen[item.id], "seen twice")
          seen[item.id] = true
          loop[2](item, n)
        end
        for id in pairs(old) do assert.is_true(seen[id], "passed over") end
      end)
    end

    it("leaves a loop early, and walks two at once", function()
      fill(120)
      for item in source:items { fields = { "to" } } do
        if item then break end
      end
      local n = 0
      for _ in source:items { fields = { "to" }, order = "received" } do
        n = n + 1
        if n % 40 == 0 then
          for inner in source:items { limit = 3 } do assert.is_string(inner.subject) end
        end
      end
      assert.equal(120, n)
    end)

    it("reads the first page of 50 with 8 fields in one", function()
      fill(60)
      assert.equal(1, trips(function()
        local n = 0
        for item in source:items { limit = 50, order = "-received", where = { unread = true },
          fields = { "subject", "from", "received", "size", "unread", "flagged", "importance",
            "has_attachments" } } do
          n = n + 1
          assert.is_true(item.unread)
          assert.is_string(item.subject)
        end
        assert.equal(50, n)
      end))
    end)
  end)
end
