-- Folders in the order in which a loop sees them: each before those in it.

local DEEPEST <const> = 200

---@param list table[] folders with id and parent_id, siblings in their order
---@param top any id of the folder whose they are; where parent_id is absent it is that
---@return table[] ordered each with its depth
return function(list, top)
  local children, ordered, walked = {}, {}, {}
  for _, folder in ipairs(list) do
    local at = folder.parent_id or top
    children[at] = children[at] or {}
    table.insert(children[at], folder)
  end
  local function walk(id, depth)
    if walked[id] then return end -- a server may say that a folder is in itself
    walked[id] = true
    for _, folder in ipairs(children[id] or {}) do
      folder.depth = depth
      ordered[#ordered + 1] = folder
      if depth < DEEPEST then walk(folder.id, depth + 1) end
    end
  end
  walk(top, 1)
  return ordered
end
