-- What calls are refused with: an error of a kind, and what it says.

local assert = require "luassert"
local satchel = require "satchel"

local M = {}

---@param kind string
---@param fn function
---@param ... any its arguments
---@return satchel.Error
function M.kind(kind, fn, ...)
  local ok, err = satchel.try(fn, ...)
  assert.is_false(ok, kind .. " was not raised")
  assert.equal(kind, err.kind, tostring(err))
  return err
end

---@param kind string
---@param pattern string of the message
---@param fn function
---@param ... any its arguments
---@return satchel.Error
function M.saying(kind, pattern, fn, ...)
  local err = M.kind(kind, fn, ...)
  assert.matches(pattern, err.message)
  return err
end

return M
