-- Options tables, checked by one descriptor row per option.  An option that
-- does not exist is an error that names the nearest one that does.
--
-- A row is { type = "string|function", default =, required = true,
-- one_of = { "a", "b" }, convert = function(value) -> value } and any of these
-- may be absent.  Types are those of Lua, with "integer", "callable" and "any".

local error_object = require "satchel.error"
local nearest = require "satchel.nearest"

local M = {}

local function callable(value)
  if type(value) == "function" then return true end
  local meta = getmetatable(value)
  return type(meta) == "table" and meta.__call ~= nil
end

local function has_type(value, types)
  for name in types:gmatch "[%a_.]+" do
    if name == "any" or type(value) == name then return true end
    if name == "integer" and math.type(value) == "integer" then return true end
    if name == "callable" and callable(value) then return true end
  end
  return false
end

local words <const> = { callable = "function", userdata = "open file" }

local function article(name)
  return (name:find "^[aeiou]" and "an " or "a ") .. name
end

-- what a row asks for, as people say it
local function expected(types)
  local list = {}
  for name in types:gmatch "[%a_.]+" do list[#list + 1] = article(words[name] or name) end
  return table.concat(list, " or ")
end

local function is_a(value)
  return value == nil and "nil" or article(type(value))
end

local function choices(list)
  local quoted = {}
  for i, choice in ipairs(list) do quoted[i] = ("'%s'"):format(choice) end
  return table.concat(quoted, ", ")
end

local function one_of(where, name, value, list)
  local known = {}
  for _, choice in ipairs(list) do
    if choice == value then return end
    known[choice] = true
  end
  error_object.invalid("%s: option '%s' is '%s'%s; it is one of %s", where, name,
    tostring(value), nearest.suggestion(value, known), choices(list))
end

local function checked(where, name, value, row)
  if row.type and not has_type(value, row.type) then
    error_object.invalid("%s: option '%s' is %s where %s is expected", where, name,
      is_a(value), expected(row.type))
  end
  if row.one_of then one_of(where, name, value, row.one_of) end
  if row.convert then return row.convert(value) end
  return value
end

---Checks a table of options and returns a new one with defaults filled in.
---@param where string the verb whose options they are, for the message
---@param given table|nil what the caller wrote
---@param spec table<string, table> one row per option
---@return table
function M.check(where, given, spec)
  if given == nil then given = {} end
  if type(given) ~= "table" then
    error_object.invalid("%s: options are a table, not a %s", where, type(given))
  end
  local options = {}
  for name, value in pairs(given) do
    local row = spec[name]
    if not row and math.type(name) == "integer" then
      error_object.invalid("%s: options have names; the %s without one is unknown", where,
        type(value))
    elseif not row then
      error_object.invalid("%s: unknown option '%s'%s", where, tostring(name),
        nearest.suggestion(name, spec))
    end
    options[name] = checked(where, name, value, row)
  end
  for name, row in pairs(spec) do
    if options[name] == nil then
      if row.required then
        error_object.invalid("%s: option '%s' is missing", where, name)
      end
      options[name] = row.default
    end
  end
  return options
end

---Checks one argument that is not in a table.
---@param where string the verb
---@param name string the argument
---@param value any
---@param types string as in a row, e.g. "string|table"
---@return any value
function M.argument(where, name, value, types)
  if not has_type(value, types) then
    error_object.invalid("%s: %s is %s where %s is expected", where, name, is_a(value),
      expected(types))
  end
  return value
end

return M
