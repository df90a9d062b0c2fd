-- Names of properties to their tags.  `props.PidTagSubject` is 0x0037001f; a
-- named property has a number of its own in each mailbox, asked for once.
-- A key is a tag, a canonical name, or { guid | set =, lid | name =, type = }.

local error_object = require "satchel.error"
local names = require("satchel.core").names

local M = {}

-- a misspelt name in this library is found when it is first used
setmetatable(M, { __index = function(self, name)
  local tag = names.tag(name)
  if not tag then error(("no property %s"):format(tostring(name)), 2) end
  rawset(self, name, tag)
  return tag
end })

local function unknown(name)
  local near = names.nearest and names.nearest(name)
  error_object.invalid("no property is named '%s'%s", name,
    near and ("; did you mean '%s'?"):format(near) or "")
end

local function type_number(value)
  if math.type(value) == "integer" then return value end
  local number = names.type((tostring(value):gsub("^%l", string.upper)))
  if not number then error_object.invalid("no property type is named '%s'", tostring(value)) end
  return number
end

local function is_guid(text)
  return #text == 36 and text:find "^%x+%-%x+%-%x+%-%x+%-%x+$"
end

---The set and name of a named property, or nil for one with a fixed tag.
---@param key integer|string|table
---@return table|nil named { guid =, lid = | name =, type = }, integer|nil tag
local resolve
function resolve(key)
  if math.type(key) == "integer" then return nil, key end
  if type(key) == "string" then
    local tag = names.tag(key)
    if tag then return nil, tag end
    local named = names.named(key)
    if not named then unknown(key) end
    return { guid = named.guid, lid = named.lid, name = named.name,
      type = type_number(named.type) }
  end
  if type(key) ~= "table" then
    error_object.invalid("a property is given by its tag or name, not by a %s", type(key))
  end
  if not (key.guid or key.set or key[1]) then return resolve(key.name) end
  local set = key.guid or key.set or key[1]
  local id = key.lid or key.name or key[2]
  local guid = is_guid(set) and set:lower() or names.set(set)
  if not guid then error_object.invalid("no property set is named '%s'", tostring(set)) end
  local is_number = math.type(id) == "integer"
  return { guid = guid, lid = is_number and id or nil, name = not is_number and id or nil,
    type = type_number(key.type or key[3] or "String") }
end

---Of several keys those that have a number of their own in each mailbox.
---@param keys (integer|string|table)[]
---@return table[] { guid =, lid = | name =, type = }
function M.named(keys)
  local list = {}
  for _, key in ipairs(keys) do list[#list + 1] = (resolve(key)) end
  return list
end

---The tags of several keys in one mailbox: at most 1 round trip, the first time.
---@param logon satchel.mapi.Logon
---@param keys (integer|string|table)[]
---@return (integer|false)[] tags false where the mailbox gives the name no number
function M.tags(logon, keys)
  local tags, missing, waiting = {}, {}, {}
  for i, key in ipairs(keys) do
    local named, tag = resolve(key)
    tags[i] = tag or false
    if named then
      missing[#missing + 1] = named
      waiting[#waiting + 1] = i
    end
  end
  if #missing == 0 then return tags end
  for n, id in ipairs(logon:named_ids(missing)) do
    if id > 0 then tags[waiting[n]] = id << 16 | missing[n].type end
  end
  return tags
end

---The tag of one key in one mailbox.
---@param logon satchel.mapi.Logon
---@param key integer|string|table
---@return integer|nil
function M.tag(logon, key)
  return M.tags(logon, { key })[1] or nil
end

---A function that gives tags in one mailbox.
---@param logon satchel.mapi.Logon
---@return fun(key: any): integer|nil
function M.finder(logon)
  return function(key) return M.tag(logon, key) end
end

return M
