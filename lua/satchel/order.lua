-- `order`: "-received", or a list of such; '-' is for the last first.

local error_object = require "satchel.error"
local field = require "satchel.field"
local nearest = require "satchel.nearest"

local M = {}

local sortable = {}
for name, row in pairs(field.rows) do
  if row.sort ~= false then sortable[name] = true end
end

local function entry(given)
  if type(given) ~= "string" then
    if field.is_property(given) then return { field = given, descending = false } end
    error_object.invalid("order: '%s' names no field", tostring(given))
  end
  local sign, name = given:match "^([+-]?)(.*)$"
  if not sortable[name] and not field.is_property(name) then
    if field.rows[name] then
      error_object.unsupported("order: items are not sorted by field '%s'", name)
    end
    error_object.invalid("order: unknown field '%s'%s", name,
      nearest.suggestion(name, sortable))
  end
  return { field = name, descending = sign == "-" }
end

---@param order string|table|nil
---@return table[] list of { field =, descending = }
function M.compile(order)
  if order == nil then return {} end
  if type(order) ~= "table" or field.is_property(order) then order = { order } end
  local list = {}
  for i, given in ipairs(order) do list[i] = entry(given) end
  return list
end

return M
