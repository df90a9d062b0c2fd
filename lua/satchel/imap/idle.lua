-- Waiting for what a server says unasked (RFC 2177). While it waits the connection is
-- in IDLE; whoever wants to say something ends that first (Connection:enter), or goes
-- before it, and the next wait begins it anew. What is said meanwhile, beside the answers
-- to other commands, is not lost; what happened while another mailbox was selected is
-- seen by its counts.

local core = require "satchel.core"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local task = require "satchel.task"

---@class satchel.imap.Idle
local Idle = { __name = "satchel.imap.Idle" }
Idle.__index = Idle

local M = {}

-- RFC 2177 3: a client begins anew before 29 minutes have passed
local RENEW <const> = 25 * 60

local events <const> = { exists = true, expunge = true, vanished = true, recent = true,
  fetch = true, status = true, list = true, broken = true }
-- commands whose answers are FETCH, STATUS or LIST responses that they asked for
local asked <const> = { fetch = "FETCH", status = "STATUS", list = "LIST" }

local function is_answer(response, command)
  local word = asked[response.type == "broken" and response.name:lower() or response.type]
  local name = command and command.name or ""
  return word and (name:find(word, 1, true) or name:find("STORE", 1, true)) ~= nil
end

---@param conn satchel.imap.Connection
---@param mailbox? string
---@param timeout? number
---@return satchel.imap.Idle
function M.open(conn, mailbox, timeout)
  local self = setmetatable({ conn = conn, mailbox = mailbox, timeout = timeout, list = {},
    first = 1, last = 0, losses = 0 }, Idle)
  function self.listener(response, command)
    local here = not mailbox or conn.selected and conn.selected.name == mailbox
    if here and events[response.type] and not is_answer(response, command) then
      self:add(response)
    end
  end
  return self
end

---Keeps an event for who asks next.
---@param event table
function Idle:add(event)
  self.last = self.last + 1
  self.list[self.last] = event
end

-- calls fn when so many seconds have passed, whoever runs the loop; gives a function
-- that forgets it
local function after(seconds, fn)
  local alarm = core.net.loop():timer(seconds)
  local function service()
    if alarm and alarm:step() then
      alarm = nil
      fn()
    end
  end
  task.add_service(service)
  return function()
    task.remove_service(service)
    if alarm then alarm:cancel() end
    alarm = nil
  end
end

-- one IDLE, until something is said, somebody wants the connection, or the time is up
local function wait(self, seconds)
  local conn = self.conn
  local channel = conn.channel
  local started, ending, ended = false, false, false
  local function finish()
    ending = true
    if not started or ended or channel.lost then return end
    ended = true
    channel:patience()
    channel:line("DONE", true)
  end
  local command = channel:send("IDLE", { name = "IDLE", dialogue = function()
    started = true
    channel:patience(0)
    if ending or self.list[self.first] then finish() end
  end, on = function() if self.list[self.first] then finish() end end })
  conn.idle_end = finish
  local forget = after(seconds, finish)
  local ok, err = pcall(channel.wait, channel, command)
  conn.idle_end = nil
  forget()
  if not ok then
    -- who was cancelled leaves the connection to others
    finish()
    if not ended and not command.done then channel:close() end
    error(err, 0)
  end
  channel:patience()
  local done = command.done
  if done.type ~= "ok" then error_object.raise(errors.of(done, "idle", conn.server)) end
  if not started then
    error_object.raise { kind = "protocol", op = "idle", server = conn.server,
      message = "idle: the server does not wait: " .. (done.text or "") }
  end
end

-- what there is comes as an event where the mailbox was selected anew, on a new connection
-- or because another one was meanwhile, and holds something else than it did
local function compare(self)
  local conn, known = self.conn, self.known
  local now = conn.selected
  if known and known.selected ~= now and (known.generation ~= conn.generation
    or known.exists ~= now.exists or known.uidnext ~= now.uidnext) then
    self:add { type = "exists", number = now.exists }
  end
end

local function remember(self)
  local now = self.mailbox and self.conn.selected
  self.known = now and { selected = now, generation = self.conn.generation,
    exists = now.exists, uidnext = now.uidnext }
end

-- the connection is ours for one IDLE, unless others have come while it was made ready
local function turn(self, seconds)
  local conn = self.conn
  local guard <close> = conn:enter()
  conn.listeners[self.listener] = true
  if self.mailbox then
    conn:select(self.mailbox, { readonly = true })
    compare(self)
  else
    conn:ready()
  end
  remember(self)
  if self.list[self.first] or guard and conn.lock:wanted() then return end
  wait(self, seconds)
  self.losses = 0
  remember(self)
end

local function turn_again(self, seconds)
  local ok, err = pcall(turn, self, seconds)
  if ok then return end
  self.losses = self.losses + 1
  if not error_object.is(err) or err.kind ~= "network" or self.losses > 1
    or self.conn.options.repeats == false then
    error(err, 0)
  end
end

-- two that wait would end each other's IDLE without end
local function claim(self)
  local conn = self.conn
  if conn.waiting then
    error_object.raise { kind = "conflict", op = "idle", server = conn.server,
      message = "idle: another loop of this session waits already",
      hint = "a session waits in one place at a time: connect once more" }
  end
  conn.waiting = self
  return setmetatable({}, { __close = function() conn.waiting = nil end })
end

---The next event, or nil when the time is up.
---@return satchel.imap.Response|nil
function Idle:next()
  local _ <close> = claim(self)
  local deadline = self.timeout and core.net.now() + self.timeout
  while not self.closed and not self.list[self.first] do
    local left = deadline and deadline - core.net.now() or RENEW
    if left <= 0 then return nil end
    turn_again(self, math.min(left, RENEW))
  end
  local event = self.list[self.first]
  if event then
    self.list[self.first] = nil
    self.first = self.first + 1
  end
  return event
end

---Ends it.
function Idle:close()
  self.closed = true
  self.conn.listeners[self.listener] = nil
end

Idle.__close = Idle.close

return M
