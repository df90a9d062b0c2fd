-- A table a client opened: rows from somewhere, the columns it set, its
-- cursor and bookmarks ([MS-OXCTABL] 3.2.1).  What the rows are, a source
-- says: rows() gives the list as it is now, read(row, tag) one value.

local code = require "satchel.sandbox.code"
local rope = require "satchel.sandbox.rope"
local value = require "satchel.sandbox.value"

local tables = {}

---@class satchel.sandbox.table
---@field source table
---@field columns table[]|nil
---@field pos integer rows before the cursor
local Table = {}
Table.__index = Table

---@param source table rows(self, table), read(row, tag), kind, tags
---@return satchel.sandbox.table
function tables.new(source)
  return setmetatable({
    kind = "table", source = source, pos = 0, sort = {},
    bookmarks = {}, next_bookmark = 1,
  }, Table)
end

---The rows as they are now.  The cursor has followed them.
function Table:rows()
  return self.source:rows(self)
end

---@param list integer[]
---@return integer|nil code
function Table:set_columns(list)
  if #list == 0 then return code.InvalidParameter end
  local columns = {}
  for i, tag in ipairs(list) do
    local kind = tag & 0xffff
    if kind & 0x3000 == 0x3000 then
      if self.source.kind ~= "contents" then return code.NotSupported end
    elseif kind == 0x0001 or kind == 0x000a then
      return code.InvalidParameter
    end
    columns[i] = { tag = tag, stored = value.stored_tag(tag), kind = kind,
      missing = (tag & ~0xffff) | 0x000a, large = kind & 0xfff == 0x1f or kind == 0x1e
        or kind == 0x102 }
  end
  self.columns, self.column_tags = columns, list
end

---What a table shows of a long value ([MS-OXCTABL] 2.2.1.1): at most 510 bytes.
local function cut(column, v)
  if rope.is(v) then return v:read(0, 510) end
  local n = #v
  if column.kind == 0x102 then return n > 510 and v:sub(1, 510) or v end
  if column.kind == 0x1e then return n > 509 and v:sub(1, 509) or v end
  if n <= 254 then return v end
  local units, stop = 0, 0
  for position, c in utf8.codes(v, true) do
    units = units + (c > 0xffff and 2 or 1)
    if units > 254 then return v:sub(1, stop) end
    stop = utf8.offset(v, 2, position) - 1
  end
  return v
end

local NOT_FOUND = code.NotFound

---A row by the columns set, and at most how many bytes it takes.
---@return table row, integer size
function Table:row(source_row)
  local row, size = {}, 1
  local read = self.source.read
  local columns = self.columns
  for i = 1, #columns do
    local column = columns[i]
    local v = read(source_row, column.stored)
    if v == nil then
      row[column.missing] = NOT_FOUND
      size = size + 5
    elseif column.large and type(v) ~= "table" or rope.is(v) then
      v = cut(column, v)
      if column.kind == 0x1e then v = value.present(column.tag, v) end
      row[column.tag] = v
      size = size + 2 * #v + 3
    else
      row[column.tag] = value.present(column.tag, v)
      size = size + value.size(column.tag, v) + 1
    end
  end
  return row, size
end

---Bookmarks and cursor go when rows are laid out anew.
function Table:reset()
  self.pos, self.bookmarks = 0, {}
end

return tables
