-- Values of the wire as scripts see them, and back: times, flags, code pages.
-- A FILETIME counts 100 ns since 1601; a script counts seconds since 1970.

local M = {}

local EPOCH <const> = 11644473600 -- seconds from 1601 to 1970
local TICKS <const> = 10000000

-- FILETIMEs that say "no time" ([MS-OXOTASK], [MS-OXOCAL])
local NEVER <const> = { [0] = true, [0x7fffffffffffffff] = true, [0x0cb34557a3dd4000] = true }

---@param filetime integer|nil
---@return integer|nil seconds since the epoch, rounded down
function M.seconds(filetime)
  if not filetime or NEVER[filetime] then return nil end
  return filetime // TICKS - EPOCH
end

---@param seconds number
---@return integer filetime
function M.filetime(seconds)
  return math.floor((seconds + EPOCH) * TICKS)
end

---The value of a property in a row, nil if it is absent or an error.
---@param row table keyed by tag
---@param tag integer
---@return any value, integer|nil code of the error that stands in its place
function M.get(row, tag)
  local value = row[tag]
  if value ~= nil then return value end
  local other = tag & 0xffff == 0x001f and (tag & ~0xffff) | 0x001e
  if other and row[other] ~= nil then return row[other] end
  return nil, row[(tag & ~0xffff) | 0x000a]
end

---Whether a property was left out because it is too large for a row.
---@param row table
---@param tag integer
---@return boolean
function M.is_large(row, tag)
  local value, code = M.get(row, tag)
  return value == nil and (code == 0x8007000e or code == 0x80040305)
end

---@param bytes string
---@return string hexadecimal digits
function M.hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

return M
