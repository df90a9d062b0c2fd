-- Judges a record by a tree of clauses, on the client: for protocols that cannot
-- do a clause themselves, and to recheck what a server found (`exact`).  ASCII
-- letters compare without case, all other bytes as they are.

local address = require "satchel.address"

local test <const> = {}

function test.contains(text, value) return text:find(value:lower(), 1, true) ~= nil end
function test.prefix(text, value) return text:sub(1, #value) == value:lower() end
function test.equals(text, value) return text == value:lower() end

-- every text that a value of a field stands for
local function texts(value, list)
  if type(value) == "string" then
    list[#list + 1] = value:lower()
  elseif type(value) == "table" and (value.email or value.name) then
    texts(value.name, list)
    texts(value.email, list)
    list[#list + 1] = tostring(address.wrap { name = value.name, email = value.email }):lower()
  elseif type(value) == "table" then
    for _, entry in ipairs(value) do texts(entry, list) end
    if value.raw then texts(value.raw, list) end
  end
  return list
end

local function any_text(value, node)
  for _, text in ipairs(texts(value, {})) do
    if test[node.op](text, node.value) then return true end
  end
  return false
end

local compare <const> = {
  equals = function(a, b) return a == b end,
  since = function(a, b) return a >= b end,
  before = function(a, b) return a < b end,
  larger = function(a, b) return a > b end,
  smaller = function(a, b) return a < b end,
  between = function(a, b, c) return a >= b and a <= c end,
}

local function is_present(value)
  if type(value) == "table" then return next(value) ~= nil end
  return value ~= nil and value ~= ""
end

local function value_of(record, name)
  local value = record[name]
  if value == nil and record.props then value = record.props[name] end
  if value == nil and name == "sender" then return record.from end -- RFC 5322 3.6.2
  return value
end

local function anywhere(node, record)
  for _, name in ipairs { "subject", "text", "html", "from", "to", "cc" } do
    if record[name] and any_text(record[name], node) then return true end
  end
  return false
end

local function leaf(node, record)
  if node.field == "anywhere" then return anywhere(node, record) end
  local value = value_of(record, node.field)
  if node.op == "exists" then return is_present(value) == node.value end
  if value == nil then return node.op == "equals" and node.value == false end
  if type(node.value) == "string" and node.op ~= "between" then
    return test[node.op] ~= nil and any_text(value, node)
  end
  if type(value) ~= type(node.value) then return false end
  return compare[node.op](value, node.value, node.value2)
end

local function matches(node, record)
  if node == nil then return true end
  if node.op == "not" then return not matches(node[1], record) end
  if node.op == "or" then
    for _, child in ipairs(node) do
      if matches(child, record) then return true end
    end
    return false
  end
  if node.op == "and" then
    for _, child in ipairs(node) do
      if not matches(child, record) then return false end
    end
    return true
  end
  return leaf(node, record)
end

---@param tree satchel.Clause|nil
---@param record table fields by name; properties under `props`
---@return boolean
return matches
