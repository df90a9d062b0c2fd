-- How long an operation may go on without an answer: one deadline for the
-- exchange itself, for what is sent again, and for the waits that a busy server
-- asks for.  Each answer that brings the operation on renews it.

local net = require "satchel.core".net
local task = require "satchel.task"

---@class satchel.mapi.Patience
---@field timeout number seconds
---@field deadline number by net.now()
local Patience = {}
Patience.__index = Patience

local M = {}

local TIMEOUT <const> = 60
local SHORT <const> = 5 -- seconds; who is asked to wait longer wants to know
local BUSY <const> = { [429] = true, [503] = true }

---@param timeout? number seconds; 60 by default
---@return satchel.mapi.Patience
function M.new(timeout)
  return setmetatable({ timeout = timeout or TIMEOUT }, Patience):renew()
end

---The time begins again.
---@return satchel.mapi.Patience self
function Patience:renew()
  self.deadline = net.now() + self.timeout
  return self
end

---@return number seconds, more than 0
function Patience:left()
  return math.max(self.deadline - net.now(), 0.001)
end

---Waits as a server asks, if that is short and there is time for it.
---@param seconds? number
---@return boolean waited
function Patience:wait(seconds)
  if not seconds or seconds <= 0 or seconds > SHORT or seconds >= self:left() then
    return false
  end
  task.sleep(seconds)
  return true
end

---Carries a request to the server; again after a wait where the server is busy
---and says for how long.  What a transport raises is an error like another.
---@param transport satchel.Transport
---@param request table
---@param most? number seconds at most, for this request
---@return table|nil response
---@return table|nil err
function Patience:exchange(transport, request, most)
  while true do
    request.timeout = most and math.min(most, self:left()) or self:left()
    local ok, response, err = pcall(transport, request)
    if not ok then return nil, response end
    if not response then return nil, err end
    if not BUSY[response.status] or not self:wait(response.retry_after) then return response end
  end
end

return M
