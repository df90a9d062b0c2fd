-- Iterators for the generic `for`: a function behind a value that closes itself
-- when the loop is left.  They hold a window of rows and never a connection, so
-- any call is legal inside a loop.

---@class satchel.Iterator
local Iterator = { __name = "satchel.Iterator" }
Iterator.__index = Iterator

---@return any the next value, or nil at the end
function Iterator:__call()
  if self.closed then return nil end
  local value = self.step()
  if value == nil then self:close() end
  return value
end

---Ends the loop early.  More calls do nothing.
function Iterator:close()
  if self.closed then return end
  self.closed = true
  if self.finish then self.finish() end
end

Iterator.__close = Iterator.close

function Iterator:__tostring()
  return self.closed and "iterator (closed)" or "iterator"
end

local M = {}

---@param step fun(): any the next value, nil at the end
---@param finish? fun() called once, when the loop ends or is left
---@return satchel.Iterator iterator, nil, nil, satchel.Iterator closing
function M.new(step, finish)
  local it = setmetatable({ step = step, finish = finish, closed = false }, Iterator)
  return it, nil, nil, it
end

---An iterator over a filled list.
---@param list table
---@return satchel.Iterator iterator, nil, nil, satchel.Iterator closing
function M.over(list)
  local i = 0
  return M.new(function()
    i = i + 1
    return list[i]
  end)
end

return M
