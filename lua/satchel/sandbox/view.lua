-- What a contents table shows: the messages of a collection that pass a
-- restriction, sorted.  Tables that ask for the same share one view; it
-- follows the collection's log, so that a change costs one pass at most.
-- Cursors are anything with a `pos` (rows before it): they keep their place
-- among the rows when rows come and go ([MS-OXCTABL] 3.2.5.1).

local restrict = require "satchel.sandbox.restrict"
local value = require "satchel.sandbox.value"

local view = {}

---@class satchel.sandbox.view
---@field rows satchel.sandbox.message[]
local View = {}
View.__index = View

local function comparator(keys, descending)
  local n = #keys
  local first, down = keys[1], descending[1]
  return function(a, b)
    local x, y = first[a], first[b]
    if x == y and n > 1 then
      local i = 2
      repeat
        x, y, down = keys[i][a], keys[i][b], descending[i]
        i = i + 1
      until x ~= y or i > n
    else
      down = descending[1]
    end
    if x == y then return a.order < b.order end
    if x == nil then return not down end
    if y == nil then return down end
    if down then return x > y end
    return x < y
  end
end

local function by_order(a, b) return a.order < b.order end

---@param collection table a collection or what looks like one
---@param sort table[] list of { tag =, descending = }
---@param restriction table|nil
---@param read fun(row: any, tag: integer): any
---@return satchel.sandbox.view
function view.of(collection, sort, restriction, read)
  local name = restrict.signature { sort = sort, restriction = restriction or false }
  local self = collection.views[name]
  if self then return self end
  self = setmetatable({
    collection = collection, sort = sort, read = read, keys = {}, seq = -1,
    test = restriction and restrict.compile(restriction, read),
    rows = {}, cursors = setmetatable({}, { __mode = "k" }),
  }, View)
  local descending = {}
  for i, column in ipairs(sort) do
    self.keys[i], descending[i] = {}, column.descending or false
  end
  self.before = #sort > 0 and comparator(self.keys, descending) or by_order
  collection.views[name] = self
  return self
end

-- takes the sort keys of a row; true if they are what they were
function View:take_keys(m)
  local same = true
  for i, column in ipairs(self.sort) do
    local key = value.key(column.tag, self.read(m, column.tag))
    local keys = self.keys[i]
    if keys[m] ~= key then
      keys[m] = key
      same = false
    end
  end
  return same
end

function View:drop_keys(m)
  for _, keys in ipairs(self.keys) do keys[m] = nil end
end

local function sorted(rows, before)
  for i = 2, #rows do
    if before(rows[i], rows[i - 1]) then return false end
  end
  return true
end

-- rows that arrived in order are often already sorted, or the other way
local function sort_rows(rows, before)
  if sorted(rows, before) then return end
  local n = #rows
  if n > 1 and before(rows[n], rows[1]) then
    for i = 1, n // 2 do rows[i], rows[n + 1 - i] = rows[n + 1 - i], rows[i] end
    if sorted(rows, before) then return end
  end
  table.sort(rows, before)
end

function View:rebuild()
  local anchors = {}
  for cursor in pairs(self.cursors) do anchors[cursor] = self.rows[cursor.pos + 1] end
  for i in ipairs(self.keys) do
    local keys = self.keys[i]
    for m in pairs(keys) do keys[m] = nil end
  end
  local rows, test, n = {}, self.test, 0
  local keyed = #self.keys > 0
  for _, m in ipairs(self.collection:all()) do
    if not test or test(m) then
      n = n + 1
      rows[n] = m
      if keyed then self:take_keys(m) end
    end
  end
  if keyed then sort_rows(rows, self.before) end
  self.rows, self.member = rows, nil
  self:anchor(anchors)
end

function View:anchor(anchors)
  local place
  for cursor in pairs(self.cursors) do
    local row = anchors[cursor]
    if row and not place then
      place = {}
      for i, m in ipairs(self.rows) do place[m] = i end
    end
    cursor.pos = row and place[row] and place[row] - 1
      or math.min(cursor.pos, #self.rows)
  end
end

function View:members()
  if not self.member then
    local member = {}
    for _, m in ipairs(self.rows) do member[m] = true end
    self.member = member
  end
  return self.member
end

-- what of the log matters here: rows that go and rows that come
function View:classify(log, first)
  local member = self:members()
  local seen, gone, come, test = {}, {}, {}, self.test
  local any = false
  for i = first, #log do
    local m = log[i]
    if not seen[m] then
      seen[m] = true
      local was = member[m]
      local is = m.list == self.collection and (not test or test(m))
      local same = not is or self:take_keys(m)
      if was and not (is and same) then
        gone[m], any = true, true
        member[m] = nil
      end
      if is and not (was and same) then come[#come + 1] = m end
      if not is then self:drop_keys(m) end
    end
  end
  return any and gone, come
end

local function count_up_to(list, limit)
  local low, high = 0, #list
  while low < high do
    local middle = (low + high + 1) // 2
    if list[middle] <= limit then low = middle else high = middle - 1 end
  end
  return low
end

function View:take_out(gone)
  local rows, removed, n = {}, {}, 0
  for i, m in ipairs(self.rows) do
    if gone[m] then
      removed[#removed + 1] = i
    else
      n = n + 1
      rows[n] = m
    end
  end
  self.rows = rows
  for cursor in pairs(self.cursors) do
    cursor.pos = cursor.pos - count_up_to(removed, cursor.pos)
  end
end

function View:put_in(come)
  table.sort(come, self.before)
  local old, rows, n, before = self.rows, {}, 0, self.before
  local inserted, member = {}, self.member
  local i, last = 1, #old
  for _, m in ipairs(come) do
    while i <= last and before(old[i], m) do
      n = n + 1
      rows[n] = old[i]
      i = i + 1
    end
    n = n + 1
    rows[n], inserted[#inserted + 1], member[m] = m, n, true
  end
  table.move(old, i, last, n + 1, rows)
  self.rows = rows
  for cursor in pairs(self.cursors) do
    local pos = cursor.pos
    for _, at in ipairs(inserted) do
      if at > pos then break end
      pos = pos + 1
    end
    cursor.pos = pos
  end
end

---Brings the rows up to date with the collection.
function View:refresh()
  local c = self.collection
  local seq = c.seq
  if self.seq == seq then return end
  local log, first = c:changes_since(self.seq)
  self.seq = seq
  self.generation = (self.generation or 0) + 1
  if not log then return self:rebuild() end
  local gone, come = self:classify(log, first)
  if gone then self:take_out(gone) end
  if #come > 0 then self:put_in(come) end
end

return view
