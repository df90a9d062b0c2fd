-- Reads a table of the server (folders, messages, attachments, …) in windows:
-- as many rows as one request brings, which is several buffers where the
-- server chains.  Nothing is held but the window last read.  When the
-- connection was made anew the table is opened again at the row it had reached.

local error_object = require "satchel.error"

---@class satchel.mapi.TableOptions
---@field kind? "contents"|"hierarchy"|"attachments"|"permissions"|"rules"
---@field folder? integer|any folder id, or an open object; nil: the mailbox
---@field open? fun(b: satchel.mapi.Batch): any adds ROPs that open what has the table
---@field columns integer[] property tags
---@field restriction? table
---@field sort? table[] { tag =, order = "ascending"|"descending" }
---@field flags? integer TableFlags
---@field offset? integer rows to leave out at the beginning
---@field limit? integer most rows in all
---@field window? integer most rows of one request
---@field count? boolean ask for the number of rows: reader.total

---@class satchel.mapi.Table
---@field position integer rows handed out, the offset included
---@field total? integer rows of the table, restricted; with `count`
---@field ended boolean
local Table = { __name = "satchel.mapi.Table" }
Table.__index = Table

local M = {}

local kinds = {
  contents = "get_contents_table", hierarchy = "get_hierarchy_table",
  attachments = "get_attachment_table", permissions = "get_permissions_table",
  rules = "get_rules_table",
}

local ALL_ROWS <const> = 0x7fff
local BOOKMARK_END <const> = 2

local function wanted(self)
  local most = self.options.window or ALL_ROWS
  local limit = self.options.limit
  if limit then most = math.min(most, self.first + limit - self.position) end
  return math.min(most, ALL_ROWS)
end

local function open_parent(self, b)
  local o = self.options
  if o.open then return o.open(b) end
  if math.type(o.folder) == "integer" then
    return b:rop("open_folder", { folder_id = o.folder, open_mode_flags = 0 })
  end
  return o.folder
end

local function query(self, b, on)
  return b:rop("query_rows", { query_rows_flags = 0, forward_read = true,
    row_count = wanted(self) }, on, { chain = true })
end

local function open_batch(self, b)
  local o = self.options
  local on = open_parent(self, b)
  local tab = b:rop(kinds[o.kind or "contents"], { table_flags = o.flags or 0 }, on,
    { keep = true })
  b:rop("set_columns", { set_columns_flags = 0, property_tags = o.columns }, tab)
  if o.restriction then
    b:rop("restrict", { restrict_flags = 0, restriction_data = o.restriction }, tab)
  end
  if o.sort and #o.sort > 0 then
    b:rop("sort_table", { sort_table_flags = 0, category_count = 0, expanded_count = 0,
      sort_orders = o.sort }, tab)
  end
  local where = o.count and b:rop("query_position", {}, tab)
  if self.position > 0 then
    b:rop("seek_row", { origin = 0, row_count = self.position,
      want_row_moved_count = false }, tab)
  end
  return tab, query(self, b, tab), where
end

-- all rows of the answer and of those chained to it; notes the end
local function rows_of(self, result)
  local rows, last = result.row_data, result
  for _, more in ipairs(result.more or {}) do
    table.move(more.row_data, 1, #more.row_data, #rows + 1, rows)
    last = more
  end
  self.position = self.position + #rows
  self.ended = last.origin == BOOKMARK_END or #last.row_data == 0
  local most = self.options.limit and self.first + self.options.limit
  if most and self.position >= most then
    -- chained answers may bring more than was asked for: QUIRKS 9
    for i = #rows, #rows - (self.position - most) + 1, -1 do rows[i] = nil end
    self.position, self.ended = most, true
  end
  return rows
end

-- opens the table where it stands and reads a window: 1 round trip
local function open(self)
  local tab, first, where
  self.logon:batch(function(b)
    tab, first, where = open_batch(self, b)
  end, { safe = true, op = "table" })
  if where then self.total = where.result.denominator end
  self.handle = tab.object
  return rows_of(self, first.result)
end

---Opens a table and reads its first window: 1 round trip.
---@param logon satchel.mapi.Logon|satchel.mapi.Connection
---@param options satchel.mapi.TableOptions
---@return satchel.mapi.Table
function M.open(logon, options)
  local self = setmetatable({
    logon = logon.primary or logon, options = options, ended = false,
    first = options.offset or 0, position = options.offset or 0,
  }, Table)
  if not kinds[options.kind or "contents"] then
    error_object.invalid("no such kind of table: '%s'", tostring(options.kind))
  end
  if options.limit == 0 then
    self.ended = true
  else
    self.ahead = open(self)
  end
  return self
end

-- a window from the open table, or from a new one where the old is gone
local function read(self)
  local ref
  local ok, err = pcall(self.logon.batch, self.logon, function(b)
    ref = query(self, b, self.handle)
  end, { safe = false, op = "table" })
  if ok then return rows_of(self, ref.result) end
  if type(err) == "table" and (err.stale or err.lost) then return open(self) end
  error_object.raise(err)
end

---The next rows, keyed by tag, or nil after the last: 1 round trip, none for
---the first window.
---@return table[]|nil rows
function Table:next_window()
  local rows = self.ahead
  self.ahead = nil
  if not rows and not self.ended and not self.closed then rows = read(self) end
  if rows and #rows == 0 then rows = nil end
  if not rows or self.ended then self.handle = nil end
  return rows
end

---Rows that were handed out have gone from the server since: the table has
---that many fewer before its position.
---@param n integer
function Table:removed(n)
  self.position = math.max(self.position - n, 0)
  self.first = math.max(self.first - n, 0)
end

---The table's handle is released with the next request.
function Table:close()
  self.closed, self.handle, self.ahead = true, nil, nil
end

Table.__close = Table.close

---Iterates over single rows.
---@return fun(): table|nil
function Table:rows()
  local rows, i = nil, 0
  return function()
    i = i + 1
    if not rows or i > #rows then
      rows, i = self:next_window(), 1
      if not rows then return nil end
    end
    return rows[i]
  end
end

return M
