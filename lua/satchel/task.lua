-- Tasks: functions that wait for the network without stopping the others.
-- C operations have step(), token() and cancel(); `await` steps one and waits.
-- It yields only when the running coroutine is its own task and can yield.
-- Anywhere else (no task, a sort comparator, a caller's own generator) it runs
-- the loop until its operation has ended, and resumes nobody meanwhile.
--
-- Every task that has not ended is in exactly one state: "ready" (in the
-- queue), "running", "waiting" (for an operation, listed by its token),
-- "polling" (for one without a token: a condition that other tasks make true)
-- or "parked" (for another task or a lock).

local errors = require "satchel.error"
local net = require "satchel.core".net

local loop = net.loop()

-- most seconds a host should sleep: `timeout` is always a number
local IDLE <const> = 60

---@class satchel.Task
---@field package state string
---@field package thread? thread
---@field package results? table what the function returned
---@field package err? any what it raised
---@field package op? table what it waits for
---@field package token? integer its token
---@field package joiners? satchel.Task[]
---@field package parked_on? any
---@field package cancelled? boolean
---@field package joined? boolean somebody will see its error
---@field package cancelling? boolean
local Task = { __name = "satchel.Task" }
Task.__index = Task

local M = {}

local current          -- the task that is running
local live = 0         -- tasks that have not ended
local waiting = {}     -- by token of the operation
local waiting_n = 0
local ready, first, last = {}, 1, 0
local polling = {}     -- in order of asking
local failed = {}      -- tasks that ended by an error, oldest first
local services = {}    -- functions that whoever runs the loop calls

local function enqueue(task)
  task.state = "ready"
  last = last + 1
  ready[last] = task
end

local function dequeue()
  local task = ready[first]
  ready[first] = nil
  first = first + 1
  if first > last then first, last = 1, 0 end
  return task
end

local function is_cancelled(err)
  return errors.is(err) and err.kind == "cancelled"
end

local function finish(task, ok, ...)
  task.state, task.thread, live = "ended", nil, live - 1
  if ok then
    task.results = table.pack(...)
  else
    task.err = (...)
    if task.err == nil then task.err = "nil" end
    if not task.joined and not (task.cancelled and is_cancelled(task.err)) then
      failed[#failed + 1] = task
    end
  end
  for _, waiter in ipairs(task.joiners or {}) do
    if waiter.parked_on == task then M.wake(waiter) end
  end
  task.joiners = nil
end

local function resume(task)
  current = task
  task.state = "running"
  local ok, err = coroutine.resume(task.thread)
  current = nil
  -- the function runs in pcall: only what cannot be caught comes here
  if not ok then return finish(task, false, err) end
  -- a plain coroutine.yield() lets the others run
  if task.state == "running" then enqueue(task) end
end

-- whether await may yield here
local function own()
  return current ~= nil and current.thread == coroutine.running()
    and coroutine.isyieldable()
end

local function check_cancelled(task)
  if not task.cancelling then return end
  task.cancelling = nil
  errors.raise { kind = "cancelled", message = "the task was cancelled" }
end

local function collect()
  local token = loop:finished()
  while token do
    local task = waiting[token]
    if task then
      waiting[token], waiting_n = nil, waiting_n - 1
      enqueue(task)
    end
    token = loop:finished()
  end
end

local function stuck()
  return first > last and waiting_n == 0 and live > 0
end

local function check_polling()
  if not polling[1] then return end
  local asked = polling
  polling = {}
  for _, task in ipairs(asked) do
    if task.state ~= "polling" then goto continue end
    if task.op:step() == false then polling[#polling + 1] = task else enqueue(task) end
    ::continue::
  end
end

local function serve()
  for _, service in ipairs(services) do service() end
end

-- Stepping an operation runs the loop, too: what a service waits for may have
-- come then.
local function step_loop(seconds)
  serve()
  errors.assert(loop:step(seconds))
  serve()
end

-- waits for events and runs every task that is ready now
local function turn(seconds)
  collect()
  if first <= last then seconds = 0 end
  step_loop(seconds)
  collect()
  for _ = first, last do resume(dequeue()) end
  check_polling()
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

-- turns until done()
local function drive(done, eager)
  while not done() do
    if stuck() then
      errors.raise { kind = "invalid",
        message = "every task waits for another one: none can go on" }
    end
    turn()
    if eager then raise_failed() end
  end
end

local function suspend(op)
  local task = current
  task.op = op
  if op.token then
    task.state, task.token = "waiting", op:token()
    waiting[task.token], waiting_n = task, waiting_n + 1
  else
    task.state = "polling"
    polling[#polling + 1] = task
  end
  coroutine.yield()
  task.op, task.token = nil, nil
end

-- waits until something has happened that may have ended the operation; an
-- error means that the task was cancelled
local function wait(op)
  if own() then
    if not current.cancelling then suspend(op) end
    if current.cancelling then op:cancel() end
    check_cancelled(current)
  elseif op.token then
    step_loop()
  elseif current then
    errors.raise { kind = "conflict",
      message = "a comparator or generator of a task cannot wait for another task" }
  else
    drive(function() return op:step() ~= false end)
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
    wait(op)
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
      return finish(task, pcall(check_cancelled, task))
    end
    return finish(task, pcall(fn, table.unpack(args, 1, args.n)))
  end)
  live = live + 1
  enqueue(task)
  return task
end

local function outcome(task)
  task.joined = true
  if task.err ~= nil then error(task.err, 0) end
  return table.unpack(task.results, 1, task.results.n)
end

local function wait_end_in_task(task)
  if task == current then
    errors.invalid("join: a task cannot wait for itself")
  elseif not own() then
    errors.invalid("join: not possible inside a comparator or generator of a task")
  end
  task.joiners = task.joiners or {}
  table.insert(task.joiners, current)
  while task.state ~= "ended" do M.park(task) end
end

local function wait_end(task)
  task.joined = true
  if not current then raise_failed() end
  if task.state == "ended" then return end
  if current then return wait_end_in_task(task) end
  drive(function() return task.state == "ended" end)
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
  if self.state == "waiting" then
    waiting[self.token], waiting_n = nil, waiting_n - 1
    enqueue(self)
  elseif self.state == "parked" or self.state == "polling" then
    enqueue(self)
  end
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
  if current then
    errors.invalid("%s: not inside a task; join the tasks instead", name)
  end
end

---Runs all tasks until every one has ended.
function M.run()
  refuse_inside "run"
  raise_failed()
  drive(function() return live == 0 end, true)
end

---For a host with a loop of its own: runs every task that is ready, without
---waiting. To be called when `fd` is readable or `timeout` has passed.
---@return boolean more false when no task is left
function M.step()
  refuse_inside "step"
  turn(0)
  raise_failed()
  return live > 0
end

---The descriptor that a host waits for, until it is readable.
---@return integer
function M.fd()
  return loop:fd()
end

---The most seconds that a host may wait before it calls `step`.
---@return number
function M.timeout()
  if first <= last or failed[1] then return 0 end
  return math.min(loop:timeout() or IDLE, IDLE)
end

---Waits; other tasks run meanwhile if this is one.
---@param seconds number
function M.sleep(seconds)
  if type(seconds) ~= "number" or seconds ~= seconds then
    errors.invalid("sleep: a %s where seconds are expected", type(seconds))
  end
  if seconds > 0 or not own() then return M.await(loop:timer(seconds)) end
  coroutine.yield()
  check_cancelled(current)
end

---Whether waiting here lets other tasks run.
---@return boolean
function M.in_task()
  return own()
end

---The task that is running, even inside a comparator or generator of it.
---@return satchel.Task?
function M.current()
  return current
end

---Puts the running task aside until `wake`; only where `in_task` is true.
---@param on any what it waits for; a task tells its joiners by it
function M.park(on)
  local task = current
  task.state, task.parked_on = "parked", on
  coroutine.yield()
  task.parked_on = nil
  check_cancelled(task)
end

---Makes a parked task ready.
---@param task satchel.Task
function M.wake(task)
  if task.state == "parked" then enqueue(task) end
end

---Adds a function that is called around each step of the loop, whoever runs
---it: for servers that answer this very process. It must not wait.
---@param fn fun()
function M.add_service(fn)
  services[#services + 1] = fn
end

---@param fn fun() one that was added
function M.remove_service(fn)
  for i, service in ipairs(services) do
    if service == fn then return table.remove(services, i) end
  end
end

---Outside of tasks: runs them until done() is true.
---@param done fun(): boolean
function M.drive(done)
  refuse_inside "drive"
  drive(done)
end

return M
