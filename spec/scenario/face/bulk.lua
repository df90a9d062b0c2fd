-- Many items at once, and loops that change what they walk over.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  setup(function() face:place "bulk" end)
  teardown(function() face:leave() end)

  local function fill(n)
    local drafts = {}
    for i = 1, n do
      drafts[i] = { subject = "n" .. i, unread = i % 2 == 0, text = "body " .. i,
        from = i % 10 == 0 and "Boss <boss@x.test>" or "bob@x.test",
        sent = face.new_year + i * 60, importance = i % 3 == 0 and "high" or nil }
    end
    return face:put(drafts)
  end

  local function all_ok(n, results)
    assert.equal(n, #results)
    for _, result in ipairs(results) do assert.is_true(result.ok, tostring(result.error)) end
    return results
  end

  face:behaviour("bulk: marks", "flags", "marks many", function()
    fill(120)
    if not face.session:can "flags" then face.folder:query():update { unread = false } end
    local unread = face.folder:query { where = { unread = true } }
    all_ok(60, unread:update { unread = false, flagged = true })
    assert.equal(0, unread:count())
    assert.equal(60, face.folder:query({ where = { flagged = true } }):count())
    face.folder:empty { hard = true }
  end)

  face:behaviour("bulk: copies and moves", "move", "copies and moves many", function()
    fill(120)
    if not face.session:can "move" then face.folder:query():move(face.folder) end
    local target = face.folder:create_folder "bulk"
    all_ok(120, face.folder:query():copy(target))
    assert.equal(120, target:query():count())
    local steps, last
    local second = face.folder:create_folder "b2"
    local high = target:query { where = { importance = "high" } }
    local results = all_ok(40, high:move(second, { ids = true,
      progress = function(done, total) steps, last = done, total end }))
    assert.equal(40, steps)
    assert.equal(40, last)
    assert.equal("high", second:get(results[7].new_id).importance)
    all_ok(80, target:query():delete { hard = true })
    assert.equal(0, target:query():count())
    target:delete { hard = true }
    second:delete { hard = true }
    face.folder:empty { hard = true }
  end)

  face:behaviour("bulk: deletes", false, "deletes many", function()
    fill(40)
    all_ok(4, face.folder:query({ where = { from = satchel.contains "boss@" } })
      :delete { hard = true })
    assert.equal(36, face.folder:query():count())
    all_ok(36, face.folder:query():delete { hard = true })
    assert.equal(0, face.folder:query():count())
  end)

  face:behaviour("loops that delete and move", "move", "neither skips nor repeats", function()
    fill(120)
    if not face.session:can "move" then face.folder:query():move(face.folder) end
    local target = face.folder:create_folder "loop"
    local seen, n = {}, 0
    for item in face.folder:items { fields = { "subject" } } do
      assert.is_nil(seen[item.subject])
      seen[item.subject], n = true, n + 1
      if n % 3 == 0 then item:delete { hard = true } elseif n % 3 == 1 then item:move(target) end
    end
    assert.equal(120, n)
    assert.equal(40, target:query():count())
    assert.equal(40, face.folder:query():count())
    target:delete { hard = true }
    face.folder:empty { hard = true }
  end)

  face:behaviour("loops that read", false, "walks two at once, and leaves early", function()
    fill(60)
    local n = 0
    for item in face.folder:items { fields = { "subject" } } do
      n = n + 1
      assert.is_string(item.text)
      if n % 20 == 0 then
        for inner in face.folder:items { limit = 3 } do assert.is_string(inner.subject) end
      end
    end
    assert.equal(60, n)
    for item in face.folder:items() do
      if item then break end
    end
    assert.equal(60, face.folder:query():count())
  end)
end
