-- One TCP connection to an IMAP server with the commands in flight on it: sends
-- commands, hands each response to the command it belongs to, and dies once. What
-- a response means and what to do after a death is connection.lua's.
--
-- Untagged responses are offered to the commands in flight, oldest first, until one
-- takes them: a server may work on several at once where that is not ambiguous
-- (RFC 9051 5.5; Dovecot does for FETCH).

local broken = require "satchel.imap.broken"
local core = require "satchel.core"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local task = require "satchel.task"
local trace = require "satchel.imap.trace"
local with = require "satchel.with"

---@class satchel.imap.Command
---@field tag string
---@field name string "UID FETCH"
---@field on? fun(response: satchel.imap.Response): boolean|nil false: not for this command
---@field own? boolean its untagged responses are about another mailbox than the selected
---@field dialogue? fun(response: satchel.imap.Response) called with each "+"
---@field secret? string|boolean it authenticates, by this text or in a dialogue
---@field broken? fun(response: satchel.imap.Response) takes a broken response: it can do
---without
---@field spoiled? satchel.imap.Response a broken one, which it cannot do without
---@field heard boolean an untagged response has come for it
---@field done? satchel.imap.Response the one that completed it

---@class satchel.imap.Source a literal that comes in pieces
---@field size integer
---@field read fun(n: integer): string|nil at most n bytes; nil at the end

---@class satchel.imap.Channel
---@field server string host
---@field lost? satchel.Error why it is of no use any more
---@field unsent? string and the tag of the first command that had not gone out whole
---@field bye? satchel.imap.Response what the server said at its end
---@field greeting? satchel.imap.Response
---@field round_trip integer number of the last
---@field outstanding integer commands in flight
local Channel = { __name = "satchel.imap.Channel" }
Channel.__index = Channel

local M = {}

-- bytes of a literal that are read at once
local PIECE <const> = 65536
-- so much of a refused literal is still sent rather than the connection given up
local PATIENT <const> = 1 << 20
-- seconds that a server has to close after BYE
local FAREWELL <const> = 5

---@class satchel.imap.ChannelOptions
---@field host string
---@field port integer
---@field tls boolean from the first byte on
---@field policy? table
---@field proxy? string|false
---@field timeout number seconds
---@field limits? table
---@field trace? fun(event: satchel.TraceEvent)
---@field observe fun(response: satchel.imap.Response) sees every untagged response, and
---tagged ones with a code
---@field listeners? table<function, boolean> who wants to see FETCH responses, too
---@field count fun(): integer counts a round trip

---Connects; the greeting has not been read.
---@param options satchel.imap.ChannelOptions
---@return satchel.imap.Channel
function M.open(options)
  local stream = error_object.assert(core.net.stream {
    host = options.host, port = options.port, tls = options.tls, policy = options.policy,
    proxy = options.proxy, timeout = options.timeout, idle = options.timeout,
  })
  local self = setmetatable({
    options = options, stream = stream, server = options.host, timeout = options.timeout,
    commands = {}, first = 1, last = 0, by_tag = {}, outstanding = 0, round_trip = 0,
    observe = options.observe, listeners = options.listeners or {}, count = options.count,
    show = options.trace,
  }, Channel)
  self:ready()
  self.wire = core.imap.connection(stream, options.limits)
  if self.show then self.wire:set { traced = true } end
  return self
end

---Waits until the stream is connected, or its handshake is over.
function Channel:ready()
  local ok, err = task.result(self.stream)
  if not ok then self:fail(err) end
end

---Ends the channel by an error; every later use raises it.
---@param err table
function Channel:fail(err)
  if not self.lost then
    if self.bye and (err.kind == "network" or err.kind == "timeout") then
      err = errors.of(self.bye, nil, self.server)
    end
    err = error_object.new(err)
    err.server = err.server or self.server
    self.lost = err
    self.unsent = self.wire and self.wire:unsent()
    if self.show then
      self.show { layer = "imap", direction = "error", message = err.message }
    end
    self.stream:close()
  end
  local again = with(self.lost)
  again.where = nil
  error_object.raise(again, 1)
end

---Closes it without a word.
function Channel:close()
  self.lost = self.lost or error_object.new { kind = "cancelled", message = "closed" }
  self.stream:close()
end

---Whether something was said that has not been looked at, or the server has gone.
---Waits for nothing.
---@return boolean alive
function Channel:alive()
  if self.lost then return false end
  local ok = pcall(function()
    while self:take() do end
  end)
  return ok and not self.lost and not self.bye
end

local function sources_of(parts)
  local sources
  if type(parts) == "table" then
    for _, part in ipairs(parts) do
      if type(part) == "table" and part.read then
        sources = sources or {}
        sources[#sources + 1] = part
      end
    end
  end
  return sources
end

---Puts a command in flight. Parts are text, { literal = bytes } and
---{ size = n, read = fn }; `what` has on, own, dialogue, secret, name.
---@param parts string|table[]
---@param what? table
---@return satchel.imap.Command
function Channel:send(parts, what)
  if self.lost then self:fail() end
  local tag, err = self.wire:send(parts, what and what.dialogue ~= nil)
  if not tag then error_object.raise(err, 1) end
  local command = { tag = tag, heard = false }
  for k, v in pairs(what or {}) do command[k] = v end
  self.last = self.last + 1
  self.commands[self.last], self.by_tag[tag] = command, command
  if self.outstanding == 0 then self.round_trip = self.count() end
  self.outstanding = self.outstanding + 1
  trace.show(self.show, "send", self.show and tag .. " " .. trace.command(parts),
    self.round_trip)
  local sources = sources_of(parts)
  if sources then self:supply(command, sources) end
  return command
end

---A line within a dialogue; `last`: the next command may follow.
---@param text string
---@param last? boolean
function Channel:line(text, last)
  local ok, err = self.wire:line(text, last)
  if not ok then error_object.raise(err, 1) end
  self.round_trip = self.count()
  trace.show(self.show, "send", last and text or "***", self.round_trip)
end

local function complete(self, response)
  local command = self.by_tag[response.tag]
  if command.spoiled and response.type == "ok" then
    response = broken.completion(response, command.spoiled)
  end
  command.done = response
  self.by_tag[response.tag] = nil
  self.outstanding = self.outstanding - 1
  local commands = self.commands
  while self.first <= self.last and commands[self.first].done do
    commands[self.first] = nil
    self.first = self.first + 1
  end
  -- what its code says is about the state of the connection, too
  if response.code then self.observe(response) end
  if command.after then command.after(response) end
end

local function continue(self, response)
  if response.consumed then
    self.round_trip = self.count()
    return
  end
  for i = self.last, self.first, -1 do
    local command = self.commands[i]
    if command.dialogue and not command.done then return command.dialogue(response) end
  end
end

local function takes(command, response)
  if not command.on or command.on(response) == false then return false end
  command.heard = true
  return true
end

-- to the command that it is likely for, else to the first that takes it; a NOOP that is
-- in flight takes nothing (Dovecot answers it after the SORT behind it)
local function deliver(self, command, response)
  if takes(command, response) then return end
  for i = self.first, self.last do
    local other = self.commands[i]
    if other ~= command and not other.done and takes(other, response) then return end
  end
end

-- Which of several commands it answers is not known: all that may be meant hear of it.
-- What nobody has asked for is lost where it is FETCH, which tells nothing that cannot be
-- asked for; any other is as if the connection was.
local function take_broken(self, response)
  local meant = response.name == "FETCH" and self.greeting ~= nil
  for i = self.first, self.last do
    local command = self.commands[i]
    if not command.done and broken.may_answer(response, command) then
      meant, command.heard = true, true
      if command.broken then
        command.broken(response)
      elseif command.on then
        command.spoiled = command.spoiled or response
      end
    end
  end
  if not meant then self:fail { kind = "protocol", message = broken.reason(response) } end
  if next(self.listeners) then self.observe(response, self.commands[self.first]) end
end

-- an ESEARCH response has a tag, too: it says which search it answers (RFC 4466 2.6.2)
local completes <const> = { ok = true, no = true, bad = true }

local function dispatch(self, response)
  local command = response.type == "esearch" and self.by_tag[response.tag]
    or self.commands[self.first]
  if self.show then
    trace.show(self.show, "receive", trace.response(self.wire:shown(), command),
      self.round_trip)
  end
  if response.tag and completes[response.type] then return complete(self, response) end
  if response.type == "broken" then return take_broken(self, response) end
  self.greeting = self.greeting or response
  if response.type == "continuation" then return continue(self, response) end
  if response.type == "bye" then
    self.bye = response
    self.stream:idle(math.min(FAREWELL, self.timeout))
  end
  -- the many are looked at only if somebody wants to
  if not (command and command.own) and (response.type ~= "fetch" or next(self.listeners)) then
    self.observe(response, command)
  end
  if command then deliver(self, command, response) end
end

---Takes one response if there is one; never waits.
---@return boolean taken
function Channel:take()
  if self.lost then self:fail() end
  local done, response = self.wire:step()
  if done then
    dispatch(self, response)
    return true
  elseif done == nil then
    self:fail(response)
  end
  return false
end

---Takes one response, waiting for it.
function Channel:advance()
  if self.lost then self:fail() end
  local done, response = self.wire:step()
  if done == false then
    done, response = task.result(self.wire)
    if done then response, done = done, true end
  end
  if not done then self:fail(response) end
  dispatch(self, response)
end

---Waits for the completion of a command.
---@param command satchel.imap.Command
---@return satchel.imap.Response
function Channel:wait(command)
  while not command.done do self:advance() end
  return command.done
end

-- Literals in pieces ------------------------------------------------------------

-- an operation that ends when bytes have come or may be put
local function progress(self)
  local wire = self.wire
  local function step()
    local done, err = wire:poll()
    return done, done or err
  end
  return { step = step, token = function() return wire:token() end, cancel = function() end }
end

-- until bytes may be put: how many; nil: the command was answered without them
local function wait_wanted(self, command, op)
  while true do
    local now, due = self.wire:wants()
    if now > 0 then return now end
    if command.done and due == 0 then return nil end
    if not self:take() then
      local ok, err = task.result(op)
      if not ok then self:fail(err) end
    end
  end
end

local function next_piece(source, wanted)
  local piece = source.read(math.min(wanted, PIECE))
  if not piece or piece == "" then
    error_object.invalid("a literal of %d bytes ended too soon", source.size)
  elseif #piece > wanted then
    error_object.invalid("a literal of %d bytes has more of them", source.size)
  end
  return piece
end

local function supply_one(self, command, source, op)
  local left = source.size
  while left > 0 do
    local wanted = wait_wanted(self, command, op)
    if not wanted then return false end
    if command.done and left > PATIENT then
      self:close()
      return false
    end
    local piece = next_piece(source, math.min(wanted, left))
    local ok, err = self.wire:put(piece)
    if not ok then error_object.raise(err, 1) end
    left = left - #piece
  end
  return true
end

---Supplies the promised literals of a command. If a source fails the server waits
---for bytes that will never come: the channel ends.
---@param command satchel.imap.Command
---@param sources satchel.imap.Source[]
function Channel:supply(command, sources)
  local op = progress(self)
  local ok, err = pcall(function()
    for _, source in ipairs(sources) do
      if not supply_one(self, command, source, op) then return end
    end
  end)
  if ok then return end
  if not self.lost then self:close() end
  error(err, 0)
end

-- What changes the stream -------------------------------------------------------

---TLS from here on.
function Channel:start_tls()
  local ok, err = self.stream:start_tls()
  if not ok then self:fail(err) end
  self:ready()
end

---DEFLATE from here on (RFC 4978).
function Channel:compress()
  local ok, err = self.stream:compress()
  if not ok then self:fail(err) end
end

---Seconds without a byte that a waiter waits from now on.
---@param seconds? number the connection's own if absent
function Channel:patience(seconds)
  self.stream:idle(seconds or self.timeout)
end

return M
