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
---@param what string in the message: a pattern of it, or words as they stand
---@param fn function
---@param ... any its arguments
---@return satchel.Error
function M.saying(kind, what, fn, ...)
  local err = M.kind(kind, fn, ...)
  assert.is_truthy(err.message:find(what, 1, true) or err.message:find(what), err.message)
  return err
end

return M
