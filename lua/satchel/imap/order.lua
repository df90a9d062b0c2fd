-- `order` on IMAP: by the server's SORT (RFC 5256 3) where its criteria mean what the
-- face means, else by the client, which reads the keys alone and sorts UIDs by them.
-- SORT's SUBJECT leaves out "Re:", its FROM and TO are parts of addresses: the client
-- sorts by these itself.  Items that are equal stay in the order of their UIDs.

local core = require "satchel.core"

local M = {}

local criteria <const> = { received = "ARRIVAL", sent = "DATE", size = "SIZE" }

---The criteria of SORT for an order; nil where the client has to sort.
---@param order table[] { field =, descending = }
---@return string|nil
function M.criteria(order)
  local list = {}
  for i, by in ipairs(order) do
    local name = criteria[by.field]
    if not name then return nil end
    list[i] = (by.descending and "REVERSE " or "") .. name
  end
  return "(" .. table.concat(list, " ") .. ")"
end

---The fields that the client sorts by.
---@param order table[]
---@return string[]
function M.fields(order)
  local list = {}
  for i, by in ipairs(order) do
    list[i] = by.field
    -- RFC 5256 3: a message without a date was sent when it came
    if by.field == "sent" then list[#list + 1] = "received" end
  end
  return list
end

local ranks <const> = { low = 1, normal = 2, high = 3, personal = 2, private = 3,
  confidential = 4 }

-- a value as something that compares: integer or text
local function key_of(record, field)
  local value = record[field]
  if field == "sent" and value == nil then value = record.received end
  if field == "importance" then return ranks[value] or 2 end
  if field == "sensitivity" then return ranks[value] or 1 end
  if type(value) == "boolean" then return value and 1 or 0 end
  if type(value) == "table" then
    local first = value.email and value or value.name and value or value[1]
    value = first and (first.name or first.email)
  end
  if type(value) == "string" then return core.text.fold(value) end
  return value
end

---@class satchel.imap.Sorter collects keys, a few bytes for each item
---@field order table[]
---@field uids integer[]
---@field keys any[][] for each entry of the order, by position
local Sorter = {}
Sorter.__index = Sorter

---@param order table[]
---@return satchel.imap.Sorter
function M.sorter(order)
  local keys = {}
  for i in ipairs(order) do keys[i] = {} end
  return setmetatable({ order = order, uids = {}, keys = keys }, Sorter)
end

---@param uid integer
---@param record table with the fields of the order
function Sorter:add(uid, record)
  local n = #self.uids + 1
  self.uids[n] = uid
  for i, by in ipairs(self.order) do self.keys[i][n] = key_of(record, by.field) or false end
end

-- what is absent comes first, as the smallest
local function compare(a, b)
  if a == b then return 0 end
  if a == false then return -1 end
  if b == false then return 1 end
  return a < b and -1 or 1
end

local UID_BITS <const> = 32
local SMALL <const> = 1 << 31

-- one key of small integers: key and uid in one number, sorted without a function
local function sort_packed(self)
  local by, keys, packed = self.order[1], self.keys[1], {}
  if #self.order > 1 then return nil end
  for n, uid in ipairs(self.uids) do
    local key = keys[n]
    if math.type(key) ~= "integer" or key < 0 or key >= SMALL then return nil end
    if by.descending then key = SMALL - 1 - key end
    packed[n] = key << UID_BITS | uid
  end
  table.sort(packed)
  for n, number in ipairs(packed) do packed[n] = number & 0xffffffff end
  return packed
end

---@return integer[] uids in the order
function Sorter:sorted()
  local packed = sort_packed(self)
  if packed then return packed end
  local positions, uids, keys, order = {}, self.uids, self.keys, self.order
  for n in ipairs(uids) do positions[n] = n end
  table.sort(positions, function(a, b)
    for i, by in ipairs(order) do
      local way = compare(keys[i][a], keys[i][b])
      if way ~= 0 then return (way < 0) ~= by.descending end
    end
    return uids[a] < uids[b]
  end)
  for n, position in ipairs(positions) do positions[n] = uids[position] end
  return positions
end

return M
