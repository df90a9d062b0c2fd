-- Turns: who may use a thing that serves one at a time, in the order of asking.
-- A turn is a to-be-closed value; closing it lets the next one go on.

local error_object = require "satchel.error"
local task = require "satchel.task"

---@class satchel.mapi.Turns
---@field serving integer the number whose turn it is
---@field next integer the number that the next one to ask gets
local Turns = {}
Turns.__index = Turns

local Turn = { __close = function(turn) turn.turns:done(turn.number) end }

local M = {}

---@return satchel.mapi.Turns
function M.new()
  return setmetatable({ serving = 1, next = 1, gone = {} }, Turns)
end

---The turn of that number is over, or will not be used.
---@param number integer
function Turns:done(number)
  self.gone[number] = true
  while self.gone[self.serving] do
    self.gone[self.serving] = nil
    self.serving = self.serving + 1
  end
end

---Waits for a turn: `local _ <close> = turns:take()`.
---@return table turn
function Turns:take()
  local turn <const> = setmetatable({ turns = self, number = self.next }, Turn)
  self.next = self.next + 1
  if self.serving == turn.number then return turn end
  local ok, err = pcall(task.await, {
    step = function() return self.serving == turn.number end,
    cancel = function() end,
  })
  if ok then return turn end
  self:done(turn.number)
  error_object.raise(err)
end

return M
