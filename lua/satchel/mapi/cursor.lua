-- Cursors over the items of a folder: a window of rows at a time, as the server
-- sends them, turned into records.
--
-- A loop may delete, move or change what it sees, and so may others.  The
-- cursor knows how many rows it was given and which of them this session has
-- removed; that is where the next unseen row must stand.  It reads one row
-- before that place: if it is the row last seen, nothing has shifted.  If not,
-- it reads from the beginning and leaves out what was seen.  So no item comes
-- twice and none that was there is passed over.  8 bytes are kept for each item.

local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local P = require "satchel.mapi.props"
local plan = require "satchel.mapi.plan"
local records = require "satchel.mapi.records"
local where = require "satchel.where"
local with = require "satchel.with"

---@class satchel.mapi.Cursor
local Cursor = {}
Cursor.__index = Cursor

local M = {}

local ALL_ROWS <const> = 0x7ffe
local WINDOW_OF_LOADED <const> = 50
local PAGE <const> = 100 -- no more rows than this need no chained answers
local BOOKMARK_BEGINNING <const>, BOOKMARK_END <const> = 0, 2

---@param driver satchel.mapi.Driver
---@param query table { folder_id =, where =, order =, fields =, limit =, offset = }
---@return satchel.mapi.Cursor
function M.new(driver, query)
  local fid, offset = ids.parse_folder(query.folder_id), query.offset or 0
  local self = setmetatable({ driver = driver, folder_id = query.folder_id, fid = fid,
    limit = query.limit, plan = plan.new(driver.logon, query), packed = {}, given = 0 }, Cursor)
  self.rows = records.new(driver, fid, query.folder_id, self.plan)
  -- what the client judges is counted by the client, too
  self.base, self.skip = offset, 0
  if self.plan.rest then self.base, self.skip = 0, offset end
  self.position = self.base
  driver.cursors[self] = true
  return self
end

-- rows to ask for in one request; of those read again most will be left out
local function window(self)
  local n = #self.plan.wanted.loaded > 0 and WINDOW_OF_LOADED or ALL_ROWS
  local limit = self.limit
  if limit and not self.plan.rest and not self.filter then n = math.min(n, limit - self.given) end
  return n
end

-- rows from a place on: 1 round trip
local function read_rows(self, from, n)
  local tab, ref
  local function add(b)
    tab = self.handle or plan.open_table(b, self.fid, self.plan)
    if from > 0 or self.handle then
      b:rop("seek_row", { origin = BOOKMARK_BEGINNING, row_count = from,
        want_row_moved_count = false }, tab)
    end
    ref = b:rop("query_rows", { query_rows_flags = 0, forward_read = true, row_count = n },
      tab, { chain = n > PAGE })
  end
  local fresh = not self.handle
  local ok, err = pcall(self.driver.run, self.driver, "items", "folder " .. self.folder_id,
    add, { safe = fresh })
  if not ok then
    if not fresh and type(err) == "table" and (err.stale or err.lost) then
      self.handle = nil
      return read_rows(self, from, n)
    end
    error_object.raise(err)
  end
  if fresh then self.handle = tab.object end
  local rows, last = ref.result.row_data, ref.result
  for _, more in ipairs(ref.result.more or {}) do
    table.move(more.row_data, 1, #more.row_data, #rows + 1, rows)
    last = more
  end
  return rows, last.origin == BOOKMARK_END or #last.row_data == 0
end

local function seen_ids(self)
  if not self.seen then
    self.seen = {}
    for _, packed in ipairs(self.packed) do
      for at = 1, #packed, 8 do self.seen[("<i8"):unpack(packed, at)] = true end
    end
    self.packed = nil
  end
  return self.seen
end

local function remember(self, rows)
  if self.seen then
    for _, row in ipairs(rows) do self.seen[row[P.PidTagMid]] = true end
  else
    local parts = {}
    for i, row in ipairs(rows) do parts[i] = ("<i8"):pack(row[P.PidTagMid]) end
    self.packed[#self.packed + 1] = table.concat(parts)
  end
end

local function unseen(self, rows)
  local seen, list = seen_ids(self), {}
  for _, row in ipairs(rows) do
    if not seen[row[P.PidTagMid]] then list[#list + 1] = row end
  end
  return list
end

---Items that this session has taken out of the folder.
---@param mids integer[]
function Cursor:removed(mids)
  if self.ended or self.position == 0 then return end
  local seen = seen_ids(self)
  for _, mid in ipairs(mids) do
    if seen[mid] then
      self.position = math.max(self.position - 1, self.base)
      seen[mid] = false
      if mid == self.last then self.last = nil end
    end
  end
end

-- reads on from the beginning until there are rows that were not seen
local function from_beginning(self)
  self.position, self.filter = self.base, true
  local ended, rows = false, nil
  while not ended do
    rows, ended = read_rows(self, self.position, window(self))
    self.position = self.position + #rows
    rows = unseen(self, rows)
    if #rows > 0 then break end
  end
  return rows, ended
end

-- rows that follow those that were seen; the row before them proves it
local function read_next(self)
  if self.position == self.base then
    local rows, ended = read_rows(self, self.position, window(self))
    self.position = self.position + #rows
    if self.seen then rows = unseen(self, rows) end
    if #rows == 0 and not ended then return from_beginning(self) end
    return rows, ended
  end
  local before = self.last and 1 or 0
  local rows, ended = read_rows(self, self.position - before, window(self) + before)
  if before == 1 then
    local first = table.remove(rows, 1)
    if not first or first[P.PidTagMid] ~= self.last then return from_beginning(self) end
    self.position = self.position + #rows
    return self.filter and unseen(self, rows) or rows, ended
  end
  -- the row last seen is gone: the next must be new
  local fresh = unseen(self, rows)
  if #fresh < #rows or #rows == 0 then return from_beginning(self) end
  self.position = self.position + #rows
  return rows, ended
end

-- an item as the client judges it: references are several ids there
local function judged(item)
  if type(item.references) ~= "string" then return item end
  local list = {}
  for id in item.references:gmatch "%S+" do list[#list + 1] = id end
  return setmetatable({ references = list }, { __index = item })
end

-- what the client judges, then offset and limit where the server could not
local function pick(self, list)
  if self.plan.rest then
    local kept = {}
    for _, item in ipairs(list) do
      if where.matches(self.plan.rest, judged(item)) then
        if self.skip > 0 then self.skip = self.skip - 1 else kept[#kept + 1] = item end
      end
    end
    list = kept
  end
  local limit = self.limit
  local left = limit and limit - self.given
  if left and #list > left then list = table.move(list, 1, left, 1, {}) end
  self.given = self.given + #list
  if limit and self.given >= limit then self:close() end
  return list
end

-- the next rows as they came, nil after the last
local function next_rows(self)
  if self.ended then return nil end
  if self.limit and self.limit <= self.given then
    self:close()
    return nil
  end
  local rows, ended = read_next(self)
  if ended then self:close() end
  if #rows == 0 then return nil end
  remember(self, rows)
  self.last = rows[#rows][P.PidTagMid]
  return rows
end

---The next window of records: 1 round trip.
---@return table[]|nil
function Cursor:next()
  while true do
    local found = next_rows(self)
    if not found then return nil end
    local list = pick(self, self.rows:records(found))
    if #list > 0 then return list end
  end
end

---The table's handle is released with the next request.
function Cursor:close()
  self.ended, self.handle = true, nil
  self.driver.cursors[self] = nil
end

Cursor.__close = Cursor.close

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

---@param query table { folder_id =, where =, order =, fields =, limit =, offset = }
---@return satchel.mapi.Cursor
function Driver:cursor(query)
  return M.new(self, query)
end

---Ids of all items that a query finds: about 10,000 a round trip.
---@param query table
---@return string[]
function Driver:ids(query)
  local cursor <close> = M.new(self, with(query, { fields = {} }))
  local list = {}
  for records_of_window in function() return cursor:next() end do
    for _, item in ipairs(records_of_window) do list[#list + 1] = item.id end
  end
  return list
end

---How many items a query finds: 1 round trip where the server judges alone.
---@param query table
---@return integer
function Driver:count(query)
  local cursor <close> = M.new(self, with(query, { fields = {}, order = {} }))
  if cursor.plan.rest then
    local n = 0
    for list in function() return cursor:next() end do n = n + #list end
    return n
  end
  local ref
  self:run("count", "folder " .. query.folder_id, function(b)
    ref = b:rop("query_position", {}, plan.open_table(b, cursor.fid, cursor.plan))
  end)
  local n = math.max(ref.result.denominator - (query.offset or 0), 0)
  return query.limit and math.min(n, query.limit) or n
end

return M
