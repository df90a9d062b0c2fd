local depth_first = require "satchel.depth_first"

local function shown(list, top)
  local out = {}
  for i, folder in ipairs(depth_first(list, top)) do out[i] = folder.depth .. folder.id end
  return table.concat(out, " ")
end

it("folders come depth first, siblings in their order", function()
  local list = { { id = "b" }, { id = "c", parent_id = "a" }, { id = "a", parent_id = "top" },
    { id = "d", parent_id = "c" }, { id = "lost", parent_id = "nowhere" },
    { id = "e", parent_id = "a" } }
  assert.equal("1b 1a 2c 3d 2e", shown(list, "top"))
  assert.equal("", shown({}, "top"))
end)

it("folders that are in themselves, more than once, come once each", function()
  local list = {}
  for i = 1, 1000 do list[i] = { id = i % 2, parent_id = i // 2 % 2 } end
  assert.equal(1000, #depth_first(list, 0))
end)

it("folders end at a depth", function()
  local list = {}
  for i = 1, 1000 do list[i] = { id = i, parent_id = i - 1 } end
  assert.equal(200, #depth_first(list, 0))
end)
