-- Cursors over the items of a folder: a window of rows at a time, as the server
-- sends them, turned into records.
--
-- A loop may delete, move or change what it sees, and so may others.  The
-- cursor knows how many rows it was given and which of them this session has
-- removed; that is where the next unseen row must stand.  It reads one row
-- before that place: if it is the row last seen, nothing has shifted.  If not,
-- it reads from the beginning and leaves out what was seen.  So no item comes
-- twice and none that was there is passed over.  8 bytes are kept for each item.

local core = require "satchel.core"
local error_object = require "satchel.error"
local field_rows = require "satchel.field"
local fields = require "satchel.mapi.fields"
local ids = require "satchel.mapi.ids"
local kind = require "satchel.kind"
local P = require "satchel.mapi.props"
local props = P
local restrict = require "satchel.mapi.restrict"
local values = require "satchel.mapi.values"
local where = require "satchel.where"

---@class satchel.mapi.Cursor
local Cursor = {}
Cursor.__index = Cursor

local M = {}

local ALL_ROWS <const> = 0x7ffe
local WINDOW_OF_LOADED <const> = 50
local PAGE <const> = 100 -- no more rows than this need no chained answers
local SHORT <const> = 80 -- bytes: a text below this is whole for certain
local BOOKMARK_BEGINNING <const>, BOOKMARK_END <const> = 0, 2
-- a table shows the first 510 bytes of a text, or a character less
-- ([MS-OXCTABL] 2.2.2.5.2)
local TEXT_LIMIT <const> = 254

local function sort_orders(order, tag_of)
  local list = {}
  for i, by in ipairs(order or {}) do
    local tag, upside_down
    if field_rows.is_property(by.field) then
      tag = tag_of(by.field)
    else
      tag, upside_down = fields.sort_tag(by.field, tag_of)
    end
    if not tag then
      error_object.unsupported("order: items are not sorted by '%s' here", tostring(by.field))
    end
    local down = (by.descending or false) ~= (upside_down or false)
    list[i] = { tag = tag, order = down and "descending" or "ascending" }
  end
  return list
end

-- what the records are to hold: from columns, from opened items, raw properties
local function sort_fields(names)
  local wanted = { columns = {}, loaded = {}, keys = {} }
  local seen = {}
  for _, name in ipairs(names) do
    if not seen[name] then
      seen[name] = true
      local field = fields.find(name)
      if field_rows.is_property(name) then
        table.insert(wanted.keys, name)
      elseif field and field.tags and not field.wide then
        table.insert(wanted.columns, name)
      elseif field then
        table.insert(wanted.loaded, name)
      end
    end
  end
  return wanted
end

local function columns_of(self, wanted)
  local keys = { P.PidTagMid, P.PidTagMessageClass }
  for _, key in ipairs(fields.keys(wanted.columns, true)) do keys[#keys + 1] = key end
  for _, key in ipairs(wanted.keys) do keys[#keys + 1] = key end
  local tags, columns, seen = props.tags(self.driver.logon, keys), {}, {}
  self.tags = {}
  for i, key in ipairs(keys) do
    local tag = tags[i]
    self.tags[key] = tag or nil
    if tag and not seen[tag] then
      seen[tag] = true
      columns[#columns + 1] = tag
    end
  end
  return columns
end

-- a class is looked up once for each cursor
local kinds <const> = { __index = function(known, class)
  known[class] = kind.of_class(class)
  return known[class]
end }

-- the columns of text among the fields: { name =, tag = }
local function text_columns(self)
  local list = {}
  for _, name in ipairs(self.wanted.columns) do
    for _, key in ipairs(fields.find(name).tags) do
      local tag = self.tags[key]
      if tag and tag & 0xffff == 0x001f then list[#list + 1] = { name = name, tag = tag } end
    end
  end
  return list
end

---@param driver satchel.mapi.Driver
---@param plan table
---@return satchel.mapi.Cursor
function M.new(driver, plan)
  local tag_of = props.finder(driver.logon)
  local self = setmetatable({ driver = driver, plan = plan, fid = ids.parse_folder(plan.folder_id),
    position = 0, packed = {}, given = 0, kinds = setmetatable({}, kinds) }, Cursor)
  self.restriction, self.rest = restrict.compile(plan.where, tag_of)
  self.sort = sort_orders(plan.order, tag_of)
  local names = { table.unpack(plan.fields or {}) }
  for _, name in ipairs(self.rest and where.fields(self.rest) or {}) do names[#names + 1] = name end
  self.wanted = sort_fields(names)
  self.columns = columns_of(self, self.wanted)
  self.read = fields.reader(self.wanted.columns, function(key) return self.tags[key] end)
  self.texts = text_columns(self)
  self.skip = plan.offset or 0
  if not self.rest then
    self.position, self.base, self.skip = self.skip, self.skip, 0
  end
  self.base = self.base or 0
  driver.cursors[self] = true
  return self
end

-- rows to ask for in one request; of those read again most will be left out
local function window(self)
  local n = #self.wanted.loaded > 0 and WINDOW_OF_LOADED or ALL_ROWS
  local limit = self.plan.limit
  if limit and not self.rest and not self.filter then n = math.min(n, limit - self.given) end
  return n
end

-- adds the ROPs that open the table
local function open_table(self, b)
  local folder = b:rop("open_folder", { folder_id = self.fid, open_mode_flags = 0 })
  local tab = b:rop("get_contents_table", { table_flags = 0 }, folder, { keep = true })
  b:rop("set_columns", { set_columns_flags = 0, property_tags = self.columns }, tab)
  if self.restriction then
    b:rop("restrict", { restrict_flags = 0, restriction_data = self.restriction }, tab)
  end
  if #self.sort > 0 then
    b:rop("sort_table", { sort_table_flags = 0, category_count = 0, expanded_count = 0,
      sort_orders = self.sort }, tab)
  end
  return tab
end

-- rows from a place on: 1 round trip
local function read_rows(self, from, n)
  local tab, ref
  local function add(b)
    tab = self.handle or open_table(self, b)
    if from > 0 or self.handle then
      b:rop("seek_row", { origin = BOOKMARK_BEGINNING, row_count = from,
        want_row_moved_count = false }, tab)
    end
    ref = b:rop("query_rows", { query_rows_flags = 0, forward_read = true, row_count = n },
      tab, { chain = n > PAGE })
  end
  local fresh = not self.handle
  local ok, err = pcall(self.driver.run, self.driver, "items", "folder " .. self.plan.folder_id,
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

-- whether a text column may have been cut by the table
local function is_cut(row, tag)
  local value = row[tag]
  return type(value) == "string" and tag & 0xffff == 0x001f and #value >= TEXT_LIMIT
    and #core.text.utf16(value) // 2 >= TEXT_LIMIT
end

local function cut_texts(self, item, row, cut)
  for i = 1, #self.texts do
    local text = self.texts[i]
    local value = row[text.tag]
    if value and #value >= SHORT and is_cut(row, text.tag) then
      local name = text.name
      item[name] = nil
      cut[name] = cut[name] or {}
      table.insert(cut[name], item)
    end
  end
end

local function read_keys(self, item, row)
  item.props = {}
  for _, key in ipairs(self.wanted.keys) do
    local tag = self.tags[key]
    item.props[key] = tag and (values.get(row, tag))
  end
end

local function record(self, row, cut)
  local class = values.get(row, P.PidTagMessageClass)
  local item = { id = ids.item(self.fid, row[P.PidTagMid]), folder_id = self.plan.folder_id,
    class = class, kind = class and self.kinds[class] or "message",
    -- room for the rest at once
    subject = nil, from = nil, received = nil, sent = nil, size = nil, unread = nil,
    flagged = nil, importance = nil, has_attachments = nil, answered = nil }
  self.read(item, row)
  cut_texts(self, item, row, cut)
  if #self.wanted.keys > 0 then read_keys(self, item, row) end
  return item
end

local function fill(list, loaded, names)
  for i, item in ipairs(list) do
    for _, name in ipairs(names) do
      if loaded[i] then item[name] = loaded[i][name] end
    end
  end
end

local function records(self, rows)
  local list, cut = {}, {}
  for i, row in ipairs(rows) do list[i] = record(self, row, cut) end
  if #self.wanted.loaded > 0 then
    fill(list, self.driver:load_many(list, self.wanted.loaded), self.wanted.loaded)
  end
  local names = {}
  for name in pairs(cut) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    fill(cut[name], self.driver:load_many(cut[name], { name }), { name })
  end
  return list
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
  if self.rest then
    local kept = {}
    for _, item in ipairs(list) do
      if where.matches(self.rest, judged(item)) then
        if self.skip > 0 then self.skip = self.skip - 1 else kept[#kept + 1] = item end
      end
    end
    list = kept
  end
  local limit = self.plan.limit
  local left = limit and limit - self.given
  if left and #list > left then list = table.move(list, 1, left, 1, {}) end
  self.given = self.given + #list
  if limit and self.given >= limit then self:close() end
  return list
end

-- the next rows as they came, nil after the last
local function next_rows(self)
  if self.ended then return nil end
  if self.plan.limit and self.plan.limit <= self.given then
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
    local rows = next_rows(self)
    if not rows then return nil end
    local list = pick(self, records(self, rows))
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

---@param plan table { folder_id =, where =, order =, fields =, limit =, offset = }
---@return satchel.mapi.Cursor
function Driver:cursor(plan)
  return M.new(self, plan)
end

local function copy(plan, changes)
  local other = {}
  for k, v in pairs(plan) do other[k] = v end
  for k, v in pairs(changes) do other[k] = v end
  return other
end

---Ids of all items that a plan finds: about 10,000 a round trip.
---@param plan table
---@return string[]
function Driver:ids(plan)
  local cursor <close> = M.new(self, copy(plan, { fields = {} }))
  local list = {}
  for records_of_window in function() return cursor:next() end do
    for _, item in ipairs(records_of_window) do list[#list + 1] = item.id end
  end
  return list
end

---How many items a plan finds: 1 round trip where the server judges alone.
---@param plan table
---@return integer
function Driver:count(plan)
  local cursor <close> = M.new(self, copy(plan, { fields = {}, order = {} }))
  if cursor.rest then
    local n = 0
    for list in function() return cursor:next() end do n = n + #list end
    return n
  end
  local ref
  self:run("count", "folder " .. plan.folder_id, function(b)
    ref = b:rop("query_position", {}, open_table(cursor, b))
  end)
  local n = math.max(ref.result.denominator - (plan.offset or 0), 0)
  return plan.limit and math.min(n, plan.limit) or n
end

return M
