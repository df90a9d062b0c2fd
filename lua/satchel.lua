-- The module: connect, the operators of queries, tasks and errors.  What is
-- heavy (drivers, the C core) is loaded when first used.

local connect = require "satchel.connect"
local error_object = require "satchel.error"
local named = require "satchel.named"
local operator = require "satchel.operator"

---@class satchel
---@field try fun(fn: function, ...: any): boolean, any calls; an error is returned
---@field null satchel.Null removes a field
---@field named fun(set: string, id?: integer|string, type?: string): satchel.Named by set and id
---@field contains fun(text: string, opts?: table): satchel.Operator text that has this in it
---@field prefix fun(text: string, opts?: table): satchel.Operator text that begins so
---@field equals fun(value: any, opts?: table): satchel.Operator the value itself
---@field since fun(time: integer|string|table): satchel.Operator at that time or later
---@field before fun(time: integer|string|table): satchel.Operator before that time
---@field between fun(from: any, to: any): satchel.Operator both ends belong to it
---@field larger fun(number: number): satchel.Operator more than that
---@field smaller fun(number: number): satchel.Operator less than that
---@field exists fun(present?: boolean): satchel.Operator it is there, or (false) is not
---@field any fun(clauses: table): satchel.Clauses one of them holds
---@field all fun(clauses: table): satchel.Clauses all of them hold
---@field none fun(clauses: table): satchel.Clauses none of them holds
local satchel = {
  try = error_object.try,
  null = require "satchel.null",
  named = named.new,
}

for _, name in ipairs { "contains", "prefix", "equals", "since", "before", "between",
  "larger", "smaller", "exists", "any", "all", "none" } do
  satchel[name] = operator[name]
end

---Connects and logs on.  Raises what fails: "auth", "network", "tls", "timeout",
---"not_found" (no mailbox of that address), "denied", "invalid".
---@param options satchel.ConnectOptions
---@return satchel.Session
function satchel.connect(options) return connect.connect(options) end

local function task()
  return require "satchel.task"
end

---Runs a function beside the others, in the same thread.
---@param fn function
---@param ... any its arguments
---@return satchel.Task
function satchel.spawn(fn, ...)
  local spawned = task().spawn(fn, ...)
  error_object.spawned(spawned.thread)
  return spawned
end

---Waits for a task, or for all of a list; raises the error of the first that failed.
---@param tasks satchel.Task|satchel.Task[]
---@return any ... one task: what it returned; a list: a list of first values
function satchel.join(tasks) return task().join(tasks) end

---Waits; in a task, other tasks go on.
---@param seconds number
function satchel.sleep(seconds) return task().sleep(seconds) end

---Runs until every task has ended.
function satchel.run() return task().run() end

---Does what is ready to be done, without waiting; for hosts with their own loop.
---@return boolean more false when no task is left
function satchel.step() return task().step() end

---The descriptor to wait for in a host's own loop.
---@return integer
function satchel.fd() return task().fd() end

---How long a host may wait for the descriptor.
---@return number seconds
function satchel.timeout() return task().timeout() end

---Connects step by step and says which step fails and what to do about it. Raises
---only the caller's mistakes.
---@param options satchel.ConnectOptions
---@return satchel.CheckReport
function satchel.check(options) return require("satchel.check").check(options) end

---Reads an item from a file: a message in .eml.
---@param path string
---@return satchel.Item
function satchel.open(path) return require("satchel.import").open(path) end

---Copies a mailbox to another.  Not yet supported.
---@param opts table
function satchel.migrate(opts) -- luacheck: no unused args
  error_object.unsupported "migrate: mailboxes are not copied yet"
end

---Tokens: device code, authorization code, client credentials; see satchel.oauth.
satchel.oauth = setmetatable({}, { __index = function(_, name)
  local oauth = require "satchel.oauth"
  if oauth[name] == nil then
    error_object.invalid("oauth: there is no '%s'%s", tostring(name),
      require("satchel.nearest").suggestion(name, oauth))
  end
  return oauth[name]
end })

return satchel
