-- Search folders ([MS-OXCFOLD] 2.2.1.4): what they show is found again
-- whenever anything in the store changed.  A result looks like a collection.

local message = require "satchel.sandbox.message"
local restrict = require "satchel.sandbox.restrict"

local search = {}

local Result = {}

function Result:__index(key)
  if key == "seq" then return self.folder.store.contents_seq end
  if key == "count" then return #self:all() end
  return Result[key]
end

---@param f satchel.sandbox.folder the search folder
function search.new(f)
  return setmetatable({
    folder = f, views = setmetatable({}, { __mode = "v" }), items = {}, found = -1,
  }, Result)
end

function Result.changes_since()
  return nil
end

function Result.touch() end

local function look_in(f, test, items)
  if f.type == 2 then return end
  for _, m in ipairs(f.normal:all()) do
    if test(m) then items[#items + 1] = m end
  end
end

---The messages that match now.
function Result:all()
  local criteria = self.folder.criteria
  local seq = self.folder.store.contents_seq
  if not criteria or not criteria.restriction then return {} end
  if criteria.stopped then return criteria.result or {} end
  if self.found == seq and self.criteria == criteria then return self.items end
  local test = restrict.compile(criteria.restriction, message.read)
  local items, seen = {}, {}
  local function visit(f)
    if seen[f] then return end
    seen[f] = true
    look_in(f, test, items)
    if criteria.recursive then f:walk(visit) end
  end
  for _, id in ipairs(criteria.folders) do
    local f = self.folder.store.folders[id]
    if f then visit(f) end
  end
  self.items, self.found, self.criteria = items, seq, criteria
  return items
end

return search
