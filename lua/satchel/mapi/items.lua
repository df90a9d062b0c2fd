-- Stored items of one mailbox, read: fields of one or of many, and properties
-- by tag or name.

local error_object = require "satchel.error"
local fields = require "satchel.mapi.fields"
local ids = require "satchel.mapi.ids"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

local every_field

local function all_fields()
  if not every_field then
    every_field = {}
    for name in pairs(fields.message) do
      if name ~= "rtf" then every_field[#every_field + 1] = name end
    end
    table.sort(every_field)
  end
  return every_field
end

---Fields of one item: 1 round trip, and 1 for each body too large for a row.
---@param id string
---@param names? string[] all but rtf if absent
---@param before? fun(b: satchel.mapi.Batch) adds what is to be done first
---@param once? boolean that is not to be done twice
---@return table record
function Driver:read_item(id, names, before, once)
  local records, failed = opened.read(self, { id }, names or all_fields(), before, once)
  if not records[1] then error_object.raise(self:failed_item(id, failed[1])) end
  local record = records[1]
  record.folder_id = ids.folder((ids.parse_item(id)))
  if record.attachments then self.ahead = { id = id, list = record.attachments } end
  return record
end

---@param folder_id string
---@param id string
---@param names? string[]
---@return table record
function Driver:get(folder_id, id, names)
  local fid = ids.parse_item(id)
  if ids.folder(fid) ~= folder_id then
    error_object.raise { kind = "not_found", op = "get",
      message = ("item %s is not in folder %s"):format(id, folder_id) }
  end
  return self:read_item(id, names)
end

---@param id string
---@param names string[]
---@return table fields
function Driver:load(id, _, names)
  return self:read_item(id, names)
end

---Fields of several items: 1 round trip where they are small.
---@param list table[] records with an id
---@param names string[]
---@return table[] records; absent where the item is gone
function Driver:load_many(list, names)
  local wanted = {}
  for i, item in ipairs(list) do wanted[i] = item.id end
  return (opened.read(self, wanted, names))
end

---Values of properties by tag, canonical name or named key: 1 round trip.
---@param id string
---@param keys any[]
---@return any[] values
function Driver:get_props(id, _, keys)
  local tags, wanted = P.tags(self.logon, keys), {}
  for _, tag in ipairs(tags) do
    if tag then wanted[#wanted + 1] = tag end
  end
  if #wanted == 0 then return {} end
  local ref
  self:run("props", "item " .. id, function(b)
    ref = opened.get(b, (opened.open(b, id)), wanted, 0x7000)
  end)
  local found = {}
  for i, tag in ipairs(tags) do
    local value = tag and values.get(ref.result.row_data, tag)
    if tag and value == nil and values.is_large(ref.result.row_data, tag) then
      value = opened.stream(self, id, tag)
    end
    if tag and tag & 0xffff == 0x0040 then value = values.seconds(value) end
    found[i] = value
  end
  return found
end

return M
