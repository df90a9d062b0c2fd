-- A lock: who holds it does something alone, over any number of waits. A
-- session has one, so that its operations go out in order. First come, first
-- served among tasks; code outside of tasks goes before them, for while it
-- waits it runs them all.

local errors = require "satchel.error"
local task = require "satchel.task"

---@class satchel.Lock
---@field package holder? any the task that holds it, or true for code outside
---@field package queue table tasks in order, false for one that gave up
---@field package first integer
---@field package last integer
---@field package outside integer how many wait outside of tasks
local Lock = { __name = "satchel.Lock" }
Lock.__index = Lock

local M = {}

---@return satchel.Lock
function M.new()
  return setmetatable({ queue = {}, first = 1, last = 0, outside = 0 }, Lock)
end

local function me()
  return task.current() or true
end

local function refuse(message)
  errors.raise({ kind = "conflict", message = message }, 1)
end

local function forget(self, waiter)
  for i = self.first, self.last do
    if self.queue[i] == waiter then self.queue[i] = false end
  end
end

-- in a task: waits for its turn; the holder before hands the lock over
local function queue_up(self)
  local waiter = task.current()
  self.last = self.last + 1
  self.queue[self.last] = waiter
  local ok, err = pcall(task.park, self)
  if ok then return end
  if self.holder == waiter then self:release() else forget(self, waiter) end
  error(err, 0)
end

local function wait_outside(self)
  self.outside = self.outside + 1
  local ok, err = pcall(task.drive, function() return self.holder == nil end)
  self.outside = self.outside - 1
  if ok then return end
  if self.holder == nil then self:release() end
  error(err, 0)
end

---Takes the lock, waiting for it if somebody has it.
---@return satchel.Lock self to be closed: `local guard <close> = lock:acquire()`
function Lock:acquire()
  if self.holder == me() then
    refuse "an operation is still going on here: finish it first"
  end
  if self.holder == nil and (me() == true or self.outside == 0) then
    self.holder = me()
  elseif task.in_task() then
    queue_up(self)
  elseif task.current() then
    refuse "busy with another task, and a comparator or generator cannot wait for it"
  else
    wait_outside(self)
    self.holder = true
  end
  return self
end

local function pop(self)
  local waiter = self.queue[self.first]
  self.queue[self.first] = nil
  self.first = self.first + 1
  if self.first > self.last then self.first, self.last = 1, 0 end
  return waiter
end

---Whether somebody waits for it.
---@return boolean
function Lock:wanted()
  for i = self.first, self.last do
    if self.queue[i] then return true end
  end
  return self.outside > 0
end

---Gives the lock to whoever waits first.
function Lock:release()
  self.holder = nil
  if self.outside > 0 then return end
  while self.first <= self.last do
    local waiter = pop(self)
    if waiter then
      self.holder = waiter
      return task.wake(waiter)
    end
  end
end

Lock.__close = Lock.release

return M
