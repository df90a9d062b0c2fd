-- The operators of queries, as values: satchel.contains "x" is a table that
-- says so.  Nothing is checked against a field here; `where` does that.

local error_object = require "satchel.error"
local options = require "satchel.options"

---@class satchel.Operator
---@field op string
---@field value any
---@field value2? any the other end of `between`
---@field exact? boolean recheck on the client
local Operator = { __name = "satchel.Operator" }
Operator.__index = Operator

---@class satchel.Clauses
---@field op "any"|"all"|"none"
---@field clauses table
local Clauses = { __name = "satchel.Clauses" }
Clauses.__index = Clauses

function Operator:__tostring()
  if self.op == "between" then
    return ("between(%s, %s)"):format(self.value, self.value2)
  end
  return ("%s(%s)"):format(self.op, tostring(self.value))
end

function Clauses:__tostring() return self.op .. " of clauses" end

local M = {}

---@param value any
---@return boolean
function M.is(value) return getmetatable(value) == Operator end

---@param value any
---@return boolean
function M.is_clauses(value) return getmetatable(value) == Clauses end

local option_rows <const> = { exact = { type = "boolean" } }

local function new(op, value, value2, given)
  if value == nil then error_object.invalid("%s: a value is missing", op) end
  local exact = options.check(op, given, option_rows).exact
  return setmetatable({ op = op, value = value, value2 = value2, exact = exact }, Operator)
end

---Text with these characters somewhere in it; ASCII letters in any case.
---@param text string
---@param opts? { exact: boolean }
---@return satchel.Operator
function M.contains(text, opts) return new("contains", text, nil, opts) end

---Text that begins with these characters; ASCII letters in any case.
---@param text string
---@param opts? { exact: boolean }
---@return satchel.Operator
function M.prefix(text, opts) return new("prefix", text, nil, opts) end

---The value itself; what a plain value in `where` means, too.
---@param value any
---@param opts? { exact: boolean }
---@return satchel.Operator
function M.equals(value, opts) return new("equals", value, nil, opts) end

---At that time or later.
---@param time integer|string|table
---@return satchel.Operator
function M.since(time) return new("since", time) end

---Before that time.
---@param time integer|string|table
---@return satchel.Operator
function M.before(time) return new("before", time) end

---Both ends belong to it.
---@param from any
---@param to any
---@return satchel.Operator
function M.between(from, to)
  if to == nil then error_object.invalid("between: two values are needed") end
  return new("between", from, to)
end

---More than that many (bytes, for sizes).
---@param number number
---@return satchel.Operator
function M.larger(number) return new("larger", number) end

---Less than that many (bytes, for sizes).
---@param number number
---@return satchel.Operator
function M.smaller(number) return new("smaller", number) end

---Whether the field is there at all; exists(false) tests that it is not.
---@param present? boolean default true
---@return satchel.Operator
function M.exists(present)
  return new("exists", options.argument("exists", "the value", present == nil or present,
    "boolean"))
end

local function clauses(op, list)
  if type(list) ~= "table" then
    error_object.invalid("%s: clauses are a table, not a %s", op, type(list))
  end
  if next(list) == nil then error_object.invalid("%s: there is no clause", op) end
  return setmetatable({ op = op, clauses = list }, Clauses)
end

---One clause or more holds; each entry of the table is a clause.
---@param list table
---@return satchel.Clauses
function M.any(list) return clauses("any", list) end

---Every clause holds.
---@param list table
---@return satchel.Clauses
function M.all(list) return clauses("all", list) end

---No clause holds.
---@param list table
---@return satchel.Clauses
function M.none(list) return clauses("none", list) end

return M
