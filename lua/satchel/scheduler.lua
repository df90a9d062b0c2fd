-- Who runs next: the queue of ready tasks, the operations that the others wait
-- for, and the turns of the loop. Tasks as people know them are in task.lua.
-- Waiting yields only when the running coroutine is its own task and can
-- yield. Anywhere else (no task, a sort comparator, a caller's own generator)
-- it runs the loop until the operation has ended, and resumes nobody meanwhile.
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

local M = {}

local current          -- the task that is running
local live = 0         -- tasks that have not ended
local waiting = {}     -- by token of the operation
local waiting_n = 0
local ready, first, last = {}, 1, 0
local polling = {}     -- in order of asking
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

---Takes in a task with a thread that has not started.
---@param task satchel.Task
function M.add(task)
  live = live + 1
  enqueue(task)
end

---Its function has ended.
---@param task satchel.Task
function M.remove(task)
  task.state, task.thread, live = "ended", nil, live - 1
end

---How many tasks have not ended.
---@return integer
function M.live()
  return live
end

local function resume(task)
  current = task
  task.state = "running"
  local ok, err = coroutine.resume(task.thread)
  current = nil
  -- the function runs in pcall: only what cannot be caught comes here
  if not ok then return task:finish(false, err) end
  -- a plain coroutine.yield() lets the others run
  if task.state == "running" then enqueue(task) end
end

---The task that is running, even inside a comparator or generator of it.
---@return satchel.Task?
function M.current()
  return current
end

---Whether waiting here lets other tasks run.
---@return boolean
function M.in_task()
  return current ~= nil and current.thread == coroutine.running()
    and coroutine.isyieldable()
end

---Raises the cancellation of a task that somebody cancelled, once.
---@param task satchel.Task
function M.check_cancelled(task)
  if not task.cancelling then return end
  task.cancelling = nil
  errors.raise { kind = "cancelled", message = "the task was cancelled" }
end

-- makes those ready whose operations have ended
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

---Waits for events, at most so many seconds, and runs every task that is
---ready then.
---@param seconds? number
function M.turn(seconds)
  collect()
  if first <= last then seconds = 0 end
  step_loop(seconds)
  collect()
  for _ = first, last do resume(dequeue()) end
  check_polling()
end

local function stuck()
  return first > last and waiting_n == 0 and live > 0
end

---Outside of tasks: turns until done() is true.
---@param done fun(): boolean
---@param after? fun() called after each turn
function M.drive(done, after)
  while not done() do
    if stuck() then
      errors.raise { kind = "invalid",
        message = "every task waits for another one: none can go on" }
    end
    M.turn()
    if after then after() end
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

---Waits until something has happened that may have ended the operation; an
---error means that the task was cancelled, and the operation with it.
---@param op table
function M.wait(op)
  if M.in_task() then
    if not current.cancelling then suspend(op) end
    if current.cancelling then op:cancel() end
    M.check_cancelled(current)
  elseif op.token then
    step_loop()
  elseif current then
    errors.raise { kind = "conflict",
      message = "a comparator or generator of a task cannot wait for another task" }
  else
    M.drive(function() return op:step() ~= false end)
  end
end

---Lets the other ready tasks run first; only where `in_task` is true.
function M.give_way()
  coroutine.yield()
  M.check_cancelled(current)
end

---Puts the running task aside until `wake`; only where `in_task` is true.
---@param on any what it waits for; a task tells its joiners by it
function M.park(on)
  local task = current
  task.state, task.parked_on = "parked", on
  coroutine.yield()
  task.parked_on = nil
  M.check_cancelled(task)
end

---Makes a parked task ready.
---@param task satchel.Task
function M.wake(task)
  if task.state == "parked" then enqueue(task) end
end

---Makes a task ready whatever it waits for.
---@param task satchel.Task
function M.interrupt(task)
  if task.state == "waiting" then
    waiting[task.token], waiting_n = nil, waiting_n - 1
    enqueue(task)
  elseif task.state == "parked" or task.state == "polling" then
    enqueue(task)
  end
end

---The most seconds that a host may wait before the next turn.
---@return number
function M.timeout()
  if first <= last then return 0 end
  return math.min(loop:timeout() or IDLE, IDLE)
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

return M
