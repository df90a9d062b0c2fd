-- Named properties: a property set with a number or a name in it, and the type
-- of the values.  The server maps each to a number of its own, once a session.

local error_object = require "satchel.error"

---@class satchel.Named
---@field set? string name of the property set ("PSETID_Task") or its GUID
---@field lid? integer the number in the set
---@field name? string the name in the set, or the canonical name of the whole
---@field type? string "Time", "String", "Integer32", "Boolean", "MultipleString", …
local Named = { __name = "satchel.Named" }
Named.__index = Named

function Named:__tostring()
  if not self.set then return self.name end
  local id = self.lid and ("0x%04x"):format(self.lid) or self.name
  return ("%s/%s"):format(self.set, id)
end

function Named.__eq(a, b)
  return a.set == b.set and a.lid == b.lid and a.name == b.name
end

local M = {}

---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Named
end

---A key for `item.props` and `where`.
---With one argument, the canonical name: named "PidLidTaskDueDate".
---@param set string name of the property set, or its GUID, or a canonical name
---@param id? integer|string number or name in the set
---@param type_name? string "Time", "String", "Integer32", "Boolean", …
---@return satchel.Named
function M.new(set, id, type_name)
  if type(set) ~= "string" then
    error_object.invalid("named: the property set is a %s, not text", type(set))
  end
  if id == nil then return setmetatable({ name = set }, Named) end
  if math.type(id) ~= "integer" and type(id) ~= "string" then
    error_object.invalid("named: '%s' is neither a number nor a name", tostring(id))
  end
  if type_name ~= nil and type(type_name) ~= "string" then
    error_object.invalid("named: the type is a %s, not text", type(type_name))
  end
  local named = { set = set, type = type_name }
  named[math.type(id) == "integer" and "lid" or "name"] = id
  return setmetatable(named, Named)
end

return M
