-- item.props: any property of an item, by canonical name, number or
-- satchel.named.  What is assigned is kept until item:save().

local error_object = require "satchel.error"
local field = require "satchel.field"
local named = require "satchel.named"
local null = require "satchel.null"

---@class satchel.Props
---@field [string|integer|satchel.Named] any
local Props = { __name = "satchel.Props" }

local M = {}

local function check(key)
  if field.is_property(key) then return key end
  error_object.raise { kind = "invalid",
    message = ("props: '%s' names no property"):format(tostring(key)),
    hint = "a canonical name (PidTagSubject), a number, or satchel.named(set, id, type)" }
end

-- two keys made by satchel.named for the same property are one
local function name_of(key)
  return named.is(key) and tostring(key) or key
end

function Props:__index(key)
  check(key)
  local state = rawget(self, "_")
  local change = state.prop_changes[name_of(key)]
  if change then
    if rawequal(change.value, null) then return nil end
    return change.value
  end
  local record = state.record
  if record.props and record.props[key] ~= nil then return record.props[key] end
  if not state.store then return nil end
  local id, folder_id = state.place()
  return state.store:call("get_props", id, folder_id, { key })[1]
end

function Props:__newindex(key, value)
  check(key)
  if value == nil then value = null end
  rawget(self, "_").prop_changes[name_of(key)] = { key = key, value = value }
end

function Props.__tostring()
  return "properties of an item"
end

---@param state table of the item
---@return satchel.Props
function M.new(state)
  return setmetatable({ _ = state }, Props)
end

---The changes as drivers take them, in the order of their names; none when
---nothing was assigned.
---@param state table of the item
---@return table[] list of { key, value }
function M.changes(state)
  local names, list = {}, {}
  for name in pairs(state.prop_changes) do names[#names + 1] = name end
  table.sort(names, function(a, b) return tostring(a) < tostring(b) end)
  for i, name in ipairs(names) do
    local change = state.prop_changes[name]
    list[i] = { change.key, change.value }
  end
  return list
end

return M
