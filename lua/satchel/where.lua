-- `where` tables become a tree of clauses that drivers translate:
--   { op = "and"|"or"|"not", ... }
--   { op =, field =, value =, <value2> =, <exact> = true }
-- Fields are checked, values are in the form that drivers use (seconds, …), and
-- entries come in the order of their names, so that equal tables give equal trees.

local error_object = require "satchel.error"
local field = require "satchel.field"
local kinds = require "satchel.kind"
local nearest = require "satchel.nearest"
local null = require "satchel.null"
local operator = require "satchel.operator"
local time = require "satchel.time"

---@class satchel.Clause
---@field op string
---@field field? any name of a field or property
---@field value? any
---@field value2? any
---@field exact? boolean

local M = {}

local text_ops <const> = { contains = true, prefix = true, equals = true, exists = true }
local order_ops <const> = { equals = true, since = true, before = true, between = true,
  larger = true, smaller = true, exists = true }
local plain_ops <const> = { equals = true, exists = true }

local ops_of <const> = {
  text = text_ops, texts = text_ops, id = text_ops, ids = text_ops,
  address = text_ops, addresses = text_ops,
  headers = { contains = true, exists = true }, time = order_ops, integer = order_ops,
  boolean = plain_ops, enum = plain_ops, kind = plain_ops,
  anywhere = { contains = true },
  property = { contains = true, prefix = true, equals = true, since = true, before = true,
    between = true, larger = true, smaller = true, exists = true },
}

local names_of_where = { anywhere = true, exact = true }
for name, row in pairs(field.rows) do
  if row.where ~= false then names_of_where[name] = true end
end

local function type_of(name)
  if name == "anywhere" then return "anywhere" end
  if field.is_property(name) then return "property" end
  if field.rows[name] and not names_of_where[name] then
    error_object.unsupported("where: no query can ask for field '%s'", name)
  end
  if not field.rows[name] and not field.of_other_kinds[name] then
    error_object.invalid("where: unknown field '%s'%s", tostring(name),
      nearest.suggestion(name, names_of_where))
  end
  return field.row(name, "where").type
end

local function needs(name, value, wanted, op)
  if type(value) ~= wanted then
    error_object.invalid("where: %s of field '%s' takes a %s, not a %s", op,
      tostring(name), wanted, type(value))
  end
  return value
end

-- the value in the form that drivers use
local function operand(name, kind, op, value)
  if op == "exists" then return value end
  if kind == "time" then return time.seconds(value, "where: field '" .. name .. "'") end
  if kind == "boolean" then return needs(name, value, "boolean", op) end
  if kind == "integer" then return needs(name, value, "number", op) end
  if kind == "kind" then return kinds.check(value, "where: field 'kind'") end
  if kind == "enum" then return field.accept(name, value, "where") end
  if kind == "property" then
    local is_time = op == "since" or op == "before"
    return is_time and time.seconds(value, "where: " .. tostring(name)) or value
  end
  if type(value) == "table" and value.email then value = value.email end
  return needs(name, value, "string", op)
end

local function plain(value)
  if rawequal(value, null) then return operator.exists(false) end
  return operator.is(value) and value or operator.equals(value)
end

local function clause(name, given, exact)
  local kind, test = type_of(name), plain(given)
  if kind == "anywhere" and not operator.is(given) then
    test = operator.contains(given)
  end
  if not ops_of[kind][test.op] then
    error_object.invalid("where: '%s' makes no sense for field '%s'", test.op,
      tostring(name))
  end
  local node = { op = test.op, field = name, exact = test.exact or exact or nil,
    value = operand(name, kind, test.op, test.value) }
  if test.value2 ~= nil then
    node.value2 = operand(name, kind, test.op, test.value2)
  end
  if test.op ~= "exists" or test.value then return node end
  node.value = true
  return { op = "not", node }
end

local compile_table

local function compile_clauses(group, exact)
  local nodes = compile_table(group.clauses, exact)
  if group.op == "all" then return { op = "and", table.unpack(nodes) } end
  local either = { op = "or", table.unpack(nodes) }
  return group.op == "any" and either or { op = "not", either }
end

local function positional(value, exact)
  if operator.is_clauses(value) then return compile_clauses(value, exact) end
  if type(value) ~= "table" or operator.is(value) then
    error_object.invalid("where: '%s' stands without a field", tostring(value))
  end
  local nodes = compile_table(value, exact)
  return #nodes == 1 and nodes[1] or { op = "and", table.unpack(nodes) }
end

-- numbers up to the length of the list are positions; others are property tags
local function is_position(key, list)
  return math.type(key) == "integer" and key >= 1 and key <= #list
end

local function by_name(a, b)
  return tostring(a) < tostring(b)
end

function compile_table(list, exact)
  if list.exact ~= nil then exact = needs("exact", list.exact, "boolean", "equals") end
  local names, nodes = {}, {}
  for key in pairs(list) do
    if not is_position(key, list) and key ~= "exact" then names[#names + 1] = key end
  end
  table.sort(names, by_name)
  for _, name in ipairs(names) do nodes[#nodes + 1] = clause(name, list[name], exact) end
  for _, value in ipairs(list) do nodes[#nodes + 1] = positional(value, exact) end
  return nodes
end

---The tree of a `where` table; nil when it asks for nothing.
---@param where table|nil
---@param exact? boolean recheck every clause on the client
---@return satchel.Clause|nil
function M.compile(where, exact)
  if where == nil then return nil end
  if operator.is_clauses(where) then return compile_clauses(where, exact) end
  if type(where) ~= "table" or operator.is(where) then
    error_object.invalid("where is a table of fields, not %s",
      operator.is(where) and "an operator" or "a " .. type(where))
  end
  local nodes = compile_table(where, exact)
  if #nodes == 0 then return nil end
  return #nodes == 1 and nodes[1] or { op = "and", table.unpack(nodes) }
end

local function walk(node, visit)
  visit(node)
  for _, child in ipairs(node) do walk(child, visit) end
end

---Whether some clause asks to be rechecked.
---@param tree satchel.Clause|nil
---@return boolean
function M.is_exact(tree)
  local found = false
  if tree then walk(tree, function(node) found = found or node.exact == true end) end
  return found
end

local everywhere <const> = { "subject", "text", "from", "to", "cc" }

---The fields that `satchel.match` needs to judge by a tree.
---@param tree satchel.Clause|nil
---@return table[] names of fields and properties, each once
function M.fields(tree)
  local seen, list = {}, {}
  local function add(name)
    if not seen[name] then
      seen[name], list[#list + 1] = true, name
    end
  end
  if not tree then return list end
  walk(tree, function(node)
    if node.field == "anywhere" then
      for _, name in ipairs(everywhere) do add(name) end
    elseif node.field then
      add(node.field)
      if node.field == "sender" then add "from" end
    end
  end)
  return list
end

local joined <const> = { ["and"] = "all", ["or"] = "any", ["not"] = "none" }

---A tree as people read it.
---@param tree satchel.Clause
---@return string
function M.tostring(tree)
  if joined[tree.op] then
    local parts = {}
    for i, child in ipairs(tree) do parts[i] = M.tostring(child) end
    return ("%s(%s)"):format(joined[tree.op], table.concat(parts, ", "))
  end
  local value = type(tree.value) == "string" and ("'%s'"):format(tree.value)
    or tostring(tree.value)
  if tree.value2 ~= nil then value = value .. " and " .. tostring(tree.value2) end
  return ("%s %s %s"):format(tostring(tree.field), tree.op, value)
end

---Whether a record of fields fulfils a tree.
---@param tree satchel.Clause|nil
---@param record table
---@return boolean
function M.matches(tree, record)
  return require("satchel.match")(tree, record)
end

return M
