-- Tasks: functions that wait for the network without stopping the others.
-- Here is what people use: spawn, join, cancel, run, and `await`, which steps
-- an operation of the core (step(), token(), cancel()) until it has ended. How
-- tasks take turns is in scheduler.lua.

local errors = require "satchel.error"
local net = require "satchel.core".net
local scheduler = require "satchel.scheduler"

local loop = net.loop()

---@class satchel.Task
---@field package state string
---@field package thread? thread
---@field package results? table what the function returned
---@field package err? any what it raised
---@field package op? table what it waits for
---@field package token? integer its token
---@field package joiners? satchel.Task[]
---@field package parked_on? any
---@field package joined? boolean somebody will see its error
---@field package cancelled? boolean somebody asked for its end
---@field package cancelling? boolean and it has not yet been told
local Task = { __name = "satchel.Task" }
Task.__index = Task

local M = {}

local failed = {} -- tasks that ended by an error, oldest first

M.current, M.in_task = scheduler.current, scheduler.in_task
M.park, M.wake = scheduler.park, scheduler.wake
M.add_service, M.remove_service = scheduler.add_service, scheduler.remove_service

local function is_cancelled(err)
  return errors.is(err) and err.kind == "cancelled"
end

-- called when the function has ended: what pcall gave
---@package
function Task:finish(ok, ...)
  scheduler.remove(self)
  if ok then
    self.results = table.pack(...)
  else
    self.err = (...)
    if self.err == nil then self.err = "nil" end
    if not self.joined and not (self.cancelled and is_cancelled(self.err)) then
      failed[#failed + 1] = self
    end
  end
  for _, waiter in ipairs(self.joiners or {}) do
    if waiter.parked_on == self then scheduler.wake(waiter) end
  end
  self.joiners = nil
end

local function raise_failed()
  while failed[1] do
    local task = table.remove(failed, 1)
    if not task.joined then
      task.joined = true
      error(task.err, 0)
    end
  end
end

---Waits for an operation and returns its value, or nil and its error.
---Raises only if the task is cancelled meanwhile.
---@param op table an operation of satchel.core, or { step =, cancel = }, a
---condition whose step is false until other tasks have made it true
---@return any value
---@return table? err
function M.result(op)
  local done, value = op:step()
  while done == false do
    scheduler.wait(op)
    done, value = op:step()
  end
  if done == nil then return nil, value end
  return value
end

---Waits for an operation and returns its value; raises its error.
---@param op table an operation of satchel.core
---@return any value
function M.await(op)
  return errors.assert(M.result(op))
end

---Starts a function as a task; it runs from the next `run`, `join` or `step`
---on, or when the task that spawned it waits.
---@param fn function
---@param ... any its arguments
---@return satchel.Task
function M.spawn(fn, ...)
  if type(fn) ~= "function" then
    errors.invalid("spawn: a %s where a function is expected", type(fn))
  end
  local task = setmetatable({}, Task)
  local args = table.pack(...)
  task.thread = coroutine.create(function()
    if task.cancelling then
      return task:finish(pcall(scheduler.check_cancelled, task))
    end
    return task:finish(pcall(fn, table.unpack(args, 1, args.n)))
  end)
  scheduler.add(task)
  return task
end

local function outcome(task)
  task.joined = true
  if task.err ~= nil then error(task.err, 0) end
  return table.unpack(task.results, 1, task.results.n)
end

local function wait_end_in_task(task)
  local current = scheduler.current()
  if task == current then
    errors.invalid("join: a task cannot wait for itself")
  elseif not scheduler.in_task() then
    errors.invalid("join: not possible inside a comparator or generator of a task")
  end
  task.joiners = task.joiners or {}
  table.insert(task.joiners, current)
  while task.state ~= "ended" do scheduler.park(task) end
end

local function wait_end(task)
  task.joined = true
  if not scheduler.current() then raise_failed() end
  if task.state == "ended" then return end
  if scheduler.current() then return wait_end_in_task(task) end
  scheduler.drive(function() return task.state == "ended" end)
end

---Waits until the task has ended; returns what its function returned, or
---raises what it raised (kind "cancelled" if it was cancelled).
---@return any ...
function Task:join()
  wait_end(self)
  return outcome(self)
end

---Ends the task by an error of kind "cancelled" where it waits. Harmless for
---one that has ended.
function Task:cancel()
  if self.state == "ended" then return end
  self.cancelled, self.cancelling = true, true
  scheduler.interrupt(self)
end

function Task:__tostring()
  return ("satchel.Task (%s)"):format(self.state)
end

local function check_task(task)
  if getmetatable(task) == Task then return task end
  errors.invalid("join: a %s where a task is expected", type(task))
end

---Waits for one task, or for all tasks of a list. When all have ended, raises
---the error of the first that failed.
---@param tasks satchel.Task|satchel.Task[]
---@return any ... one task: what it returned; a list: a list of first values
function M.join(tasks)
  if getmetatable(tasks) == Task then return tasks:join() end
  if type(tasks) ~= "table" then check_task(tasks) end
  for _, task in ipairs(tasks) do check_task(task).joined = true end
  for _, task in ipairs(tasks) do wait_end(task) end
  local values = {}
  for i, task in ipairs(tasks) do values[i] = (outcome(task)) end
  return values
end

local function refuse_inside(name)
  if scheduler.current() then
    errors.invalid("%s: not inside a task; join the tasks instead", name)
  end
end

---Runs all tasks until every one has ended.
function M.run()
  refuse_inside "run"
  raise_failed()
  scheduler.drive(function() return scheduler.live() == 0 end, raise_failed)
end

---For a host with a loop of its own: runs every task that is ready, without
---waiting. To be called when `fd` is readable or `timeout` has passed.
---@return boolean more false when no task is left
function M.step()
  refuse_inside "step"
  scheduler.turn(0)
  raise_failed()
  return scheduler.live() > 0
end

---The descriptor that a host waits for, until it is readable.
---@return integer
function M.fd()
  return loop:fd()
end

---The most seconds that a host may wait before it calls `step`.
---@return number
function M.timeout()
  return failed[1] and 0 or scheduler.timeout()
end

---Waits; other tasks run meanwhile if this is one.
---@param seconds number
function M.sleep(seconds)
  if type(seconds) ~= "number" or seconds ~= seconds then
    errors.invalid("sleep: a %s where seconds are expected", type(seconds))
  end
  if seconds > 0 or not scheduler.in_task() then
    M.await(loop:timer(seconds))
  else
    scheduler.give_way()
  end
end

---Outside of tasks: runs them until done() is true.
---@param done fun(): boolean
function M.drive(done)
  refuse_inside "drive"
  scheduler.drive(done)
end

return M
