-- Satchel's tasks in a cqueues controller: one coroutine that waits for
-- satchel's one descriptor and runs what is ready, until no task is left.
--
--     local attach = require "satchel.adapters.cqueues"
--     satchel.spawn(work)
--     local cq = cqueues.new()
--     attach(cq)
--     cq:loop()

local cqueues = require "cqueues"
local task = require "satchel.task"

-- what cqueues.poll takes: three methods describe what is waited for
local readiness = {
  pollfd = function() return task.fd() end,
  events = function() return "r" end,
  timeout = function() return task.timeout() end,
}

---Attaches satchel's tasks to a controller. Attach again for tasks that are
---spawned after all earlier ones have ended.
---@param cq table a cqueues controller
---@param on_error? fun(err: any) for the error of a task nobody joined; raised if absent
return function(cq, on_error)
  cq:wrap(function()
    local more = true
    while more do
      local ok, result = pcall(task.step)
      if not ok then (on_error or error)(result, 0) end
      more = not ok or result
      if more then cqueues.poll(readiness) end
    end
  end)
end
