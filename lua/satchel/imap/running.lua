-- Running commands on a connection: one, many in one flight, and those that nobody waits
-- for yet.  What is safe is said again where the connection was lost, but for what had
-- been answered; of the rest the error says whether it may have happened.

local broken = require "satchel.imap.broken"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local verbs = require "satchel.imap.verbs"

---@class satchel.imap.Connection
local Connection = {}

local function needs_mailbox(list, left)
  for _, i in ipairs(left) do
    local parts = list[i]
    if parts.own then return false end
    if parts.mailbox or verbs.needs_mailbox(verbs.name(parts)) then return true end
  end
  return false
end

-- a channel; the mailbox that the commands are about is selected again
local function ensure_for(self, list, left)
  self:ready()
  if self.wanted and not self.selected and needs_mailbox(list, left) then self:reselect() end
  return self.channel
end

---The error object for a completion that is not OK.
---@param name string of the command
---@param done satchel.imap.Response
---@return satchel.Error
function Connection:refusal(name, done)
  return errors.of(done, name, self.server)
end

-- what a completion means: itself, or an error object
local function judge(self, name, done)
  done.ok = done.type == "ok"
  if not done.ok then done.error = self:refusal(name, done) end
  return done
end

local function number(tag) return math.tointeger(tag:sub(2)) end

-- what has not gone out whole was not carried out
local function may_have_happened(command)
  local unsent = command.channel.unsent
  return not command.done and not verbs.is_safe(command)
    and not (unsent and number(command.tag) >= number(unsent))
end

-- the connection was lost while these were under way
local function lost(err, commands)
  for _, command in pairs(commands) do
    if may_have_happened(command) then err.uncertain, err.retryable = true, nil end
  end
  return err
end

-- whether the connection was lost, or has ended at a message that somebody else asked for
local function was_lost(err, commands)
  if not error_object.is(err) then return false end
  if not broken.of_fetch(err) then return err.kind == "network" end
  for _, command in ipairs(commands) do
    if command.name:find("FETCH", 1, true) then return false end
  end
  return true
end

-- what was answered is not said again, but for a SELECT
local function is_over(command)
  return command ~= nil and command.done ~= nil and not command.own
end

-- whether it is sent from bytes that can be read once
local function is_fleeting(parts)
  for _, part in ipairs(parts) do
    if type(part) == "table" and part.read and not parts.reset then return true end
  end
  return false
end

local function may_repeat(err, list, commands)
  if not was_lost(err, commands) then return false end
  for i, parts in ipairs(list) do
    local command = commands[i]
    if not is_over(command) and (is_fleeting(parts) or command
      and (may_have_happened(command) or command.heard and not command.reset)) then
      return false
    end
  end
  return true
end

-- RFC 9051 5.5: who is not told which command an answer is for waits, and does not
-- have two such commands in flight
local function send_all(self, list, commands)
  local left = {}
  for i in ipairs(list) do
    if not is_over(commands[i]) then
      left[#left + 1], commands[i] = i, nil
    end
  end
  local one, alone = ensure_for(self, list, left), nil
  for _, i in ipairs(left) do
    local parts = list[i]
    if parts.reset then parts.reset() end
    if parts.alone and alone then one:wait(alone) end
    commands[i] = one:send(parts, {
      name = verbs.name(parts), on = parts.on, own = parts.own, after = parts.after,
      dialogue = parts.dialogue, reset = parts.reset, safe = parts.safe, parts = parts,
      broken = parts.broken, channel = one,
    })
    alone = parts.alone and commands[i] or alone
  end
  return one
end

-- sends all, then waits for all
local function attempt(self, list, commands)
  local one = send_all(self, list, commands)
  for _, command in ipairs(commands) do one:wait(command) end
end

local function abandon(self, commands)
  for _, command in pairs(commands) do
    command.on = nil
    if command.dialogue and not command.done and self.channel then self.channel:close() end
  end
end

-- the commands by their places, and the error where not all were answered
local function run_all(self, list)
  local _ <close> = self:enter()
  local commands = {}
  local ok, err = pcall(attempt, self, list, commands)
  if not ok and self.options.repeats ~= false and may_repeat(err, list, commands)
    and self.channel and self.channel.lost then
    ok, err = pcall(attempt, self, list, commands)
  end
  if ok then return commands end
  abandon(self, commands)
  if error_object.is(err) then lost(err, commands) end
  return commands, err
end

---Runs a command and waits for its completion. Parts are text (without line
---breaks), { literal = bytes } and { size = n, read = fn }; beside them may stand
---`on`, called with each untagged response until then, `broken`, called with each that
---breaks the grammar (without it the command fails by one), and `reset`, called before
---it is sent (again): without it a command is not repeated once `on` was called;
---and `alone`: it is not in flight together with another of these.
---A NO or BAD is raised.
---@param parts string|table
---@param options? { on: function, reset: function }
---@return satchel.imap.Response completion with ok, code, text
function Connection:run(parts, options)
  if type(parts) == "string" then parts = { parts } end
  if options then
    parts = table.move(parts, 1, #parts, 1, {})
    for k, v in pairs(options) do parts[k] = v end
  end
  local commands, err = run_all(self, { parts })
  if err then error(err, 0) end
  local done = judge(self, commands[1].name, commands[1].done)
  if done.error then error_object.raise(done.error, 1) end
  return done
end

local function entries_of(list)
  local entries = {}
  for i, parts in ipairs(list) do entries[i] = type(parts) == "string" and { parts } or parts end
  return entries
end

---Runs commands in one flight. A NO or BAD is not raised: its completion has
---`error`; unless `strict`, which raises the first.
---@param list table[] each as for `run`
---@param strict? boolean
---@return satchel.imap.Response[] completions
function Connection:pipeline(list, strict)
  if not list[1] then return {} end
  local commands, err = run_all(self, entries_of(list))
  if err then error(err, 0) end
  local completions = {}
  for i, command in ipairs(commands) do
    completions[i] = judge(self, command.name, command.done)
  end
  for _, done in ipairs(strict and completions or {}) do
    if done.error then error_object.raise(done.error, 1) end
  end
  return completions
end

-- the completion of a command that was not answered
local function unanswered(command, err)
  local own = {}
  for k, v in pairs(err) do own[k] = v end
  local maybe = command ~= nil and may_have_happened(command)
  own.uncertain, own.retryable = maybe or nil, not maybe
  return { type = "lost", ok = false, error = error_object.new(own) }
end

---As `pipeline`; but of a connection that was lost is told command by command what
---became of them.
---@param list table[]
---@return satchel.imap.Response[] completions those of type "lost" were not answered
---@return satchel.Error|nil err why not
function Connection:outcomes(list)
  if not list[1] then return {} end
  local commands, err = run_all(self, entries_of(list))
  if err and not (error_object.is(err) and (err.kind == "network" or err.kind == "timeout")) then
    error(err, 0)
  end
  local completions = {}
  for i in ipairs(list) do
    local command = commands[i]
    completions[i] = command and command.done and judge(self, command.name, command.done)
      or unanswered(command, err)
  end
  return completions, err
end

---@class satchel.imap.Started commands in flight that nobody waits for yet

---Puts commands in flight, as `pipeline` does, and waits for nothing: `finish` does.
---In between others may use the connection.
---@param list table[]
---@return satchel.imap.Started
function Connection:start(list)
  local _ <close> = self:enter()
  local started = { commands = {} }
  started.channel = send_all(self, list, started.commands)
  return started
end

---Waits for commands that were started. They are not repeated when the connection
---was lost.
---@param started satchel.imap.Started
---@return satchel.imap.Response[] completions
function Connection:finish(started)
  local _ <close> = self:enter()
  local completions = {}
  for i, command in ipairs(started.commands) do
    if not command.done then started.channel:wait(command) end
    completions[i] = judge(self, command.name, command.done)
  end
  return completions
end

---Nobody wants the answers to these any more.
---@param started satchel.imap.Started
function Connection.forget(_, started)
  for _, command in ipairs(started.commands) do command.on = nil end
end

return Connection
