-- Sorted tables in groups ([MS-OXCTABL] 2.2.2.3): above the rows that share
-- the first sort keys stands a heading that can be closed and opened.

local message = require "satchel.sandbox.message"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local categories = {}

local EXPANDED, COLLAPSED = 3, 4

-- a value of a heading
local function read_heading(row, tag)
  if tag == tags.InstID then return row.id end
  if tag == tags.InstanceNum then return 0 end
  if tag == tags.RowType then return row.expanded and EXPANDED or COLLAPSED end
  if tag == tags.Depth then return row.depth end
  if tag == tags.ContentCount then return row.count end
  if tag == tags.ContentUnreadCount then return row.unread end
  if tag == tags.FolderId then return row.folder_id end
  return row.values[tag]
end

local function heading(t, level, m, path)
  local state = t.categories
  local h = state.known[path]
  if not h then
    state.last = state.last + 1
    h = { heading = true, id = state.last << 16 | 1, expanded = level <= state.expanded }
    state.known[path], state.by_id[h.id] = h, h
  end
  h.depth, h.count, h.unread, h.values = level - 1, 0, 0, {}
  h.folder_id = m.folder.id
  for i = 1, level do
    local tag = t.sort[i].tag
    h.values[tag] = message.read(m, tag)
  end
  return h
end

---Groups the rows of the view.
---@param t satchel.sandbox.table
---@param v satchel.sandbox.view
function categories.rows(t, v)
  local state = t.categories
  if state.view == v and state.generation == v.generation and not state.stale then
    return state.rows
  end
  local rows, open, paths = {}, {}, {}
  for _, m in ipairs(v.rows) do
    local shown, path, fresh = true, "", false
    for level = 1, state.count do
      local key = value.key(t.sort[level].tag, message.read(m, t.sort[level].tag))
      path = path .. "\0" .. tostring(key)
      if fresh or paths[level] ~= path then
        fresh = true
        paths[level], open[level] = path, heading(t, level, m, path)
        if shown then rows[#rows + 1] = open[level] end
      end
      local h = open[level]
      h.count = h.count + 1
      if not m.is_read then h.unread = h.unread + 1 end
      shown = shown and h.expanded
    end
    if shown then rows[#rows + 1] = m end
  end
  state.view, state.generation, state.rows, state.stale = v, v.generation, rows, false
  t.pos = math.min(t.pos, #rows)
  return rows
end

---@param t satchel.sandbox.table
---@param count integer how many sort keys make groups
---@param expanded integer how many of them start open
function categories.start(t, count, expanded)
  if count == 0 then
    t.categories, t.source.read = nil, message.read
    return
  end
  t.categories = { count = count, expanded = expanded, known = {}, by_id = {}, last = 0 }
  t.source.read = function(row, tag)
    if row.heading then return read_heading(row, tag) end
    if tag == tags.Depth then return count end
    return message.read(row, tag)
  end
end

---@return table|nil heading
function categories.find(t, id)
  return t.categories and t.categories.by_id[id]
end

---Opens or closes a group.
function categories.expand(t, h, open)
  h.expanded = open
  t.categories.stale = true
end

return categories
