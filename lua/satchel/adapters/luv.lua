-- Satchel's tasks in a luv (libuv) loop: a poll handle on satchel's one
-- descriptor and a timer. The handles do not keep the loop alive once every
-- task has ended.
--
--     local attach = require "satchel.adapters.luv"
--     satchel.spawn(work)
--     attach()
--     require "luv".run()

local luv = require "luv"
local task = require "satchel.task"

---@class satchel.LuvAdapter
---@field package poll userdata
---@field package timer userdata
---@field package on_error fun(err: any)
local Adapter = { __name = "satchel.LuvAdapter" }
Adapter.__index = Adapter

local function milliseconds(seconds)
  return math.ceil(seconds * 1000)
end

---Runs what is ready; also to be called after a spawn from a callback.
function Adapter:step()
  if self.closed then return end
  local ok, more = pcall(task.step)
  if not ok then
    self.on_error(more)
    more = true
  end
  if self.closed then return end
  if more then
    self.timer:start(milliseconds(task.timeout()), 0, self.wake)
    self.poll:start("r", self.wake)
  else
    self.timer:stop()
    self.poll:stop()
  end
end

---Takes the handles out of the loop.
function Adapter:close()
  if self.closed then return end
  self.closed = true
  self.poll:close()
  self.timer:close()
end

Adapter.__close = Adapter.close

---Attaches satchel's tasks to luv's loop.
---@param on_error? fun(err: any) for the error of a task nobody joined; raised if absent
---@return satchel.LuvAdapter
return function(on_error)
  local self = setmetatable({
    poll = luv.new_poll(task.fd()),
    timer = luv.new_timer(),
    on_error = on_error or function(err) error(err, 0) end,
  }, Adapter)
  self.wake = function() self:step() end
  self.timer:start(0, 0, self.wake)
  return self
end
