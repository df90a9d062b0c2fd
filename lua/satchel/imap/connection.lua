-- An IMAP connection as the driver and `session.imap` use it: commands are run one
-- after the other or pipelined, a mailbox is selected, a lost connection is made
-- anew. What is safe to repeat is repeated; of what may have happened the error
-- says so. One task at a time has the connection (`enter`), so that what depends on
-- a SELECT is not torn apart.

local address = require "satchel.imap.endpoint"
local capability = require "satchel.imap.capability"
local channel = require "satchel.imap.channel"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local lock = require "satchel.lock"
local login = require "satchel.imap.login"
local task = require "satchel.task"

---@class satchel.imap.Connection
---@field capabilities satchel.imap.Capabilities
---@field enabled table<string, boolean> by name in upper case
---@field utf8 boolean headers and what is searched for are UTF-8 (RFC 6855)
---@field utf8_names boolean so are the names of mailboxes, and APPEND takes it
---@field namespaces? satchel.imap.Response
---@field identity? table what the server says by ID
---@field selected? satchel.imap.Selected
---@field server string host
---@field mechanism? string how it was logged on
---@field round_trips integer times that an answer was waited for
---@field generation integer how often it was connected
---@field listeners table<function, boolean> called with each untagged response
local Connection = { __name = "satchel.imap.Connection" }
Connection.__index = Connection

for _, part in ipairs { require "satchel.imap.running", (require "satchel.imap.selecting") } do
  for name, method in pairs(part) do Connection[name] = method end
end

local M = {}

---@class satchel.imap.Options
---@field url? string imap:// or imaps://, or host, port and secure
---@field host? string
---@field port? integer
---@field secure? string "tls" (from the first byte), "starttls" or "clear"
---@field user string
---@field password? string|fun(): string
---@field token? string|fun(refused: boolean): string
---@field tls? table|boolean as connect's
---@field proxy? string|false
---@field timeout? number seconds; default 60
---@field limits? { line: integer, literal: integer, response: integer }
---@field trace? fun(event: satchel.TraceEvent)
---@field compress? boolean default: where it is offered and the server is elsewhere
---@field enable? boolean|string[] what ENABLE is sent for; default: what the driver wants
---@field repeats? boolean default true; false: a lost connection is an error at once
---@field id? boolean|table what ID tells the server; false: nothing

local TIMEOUT <const> = 60

---Connects and logs on.
---@param options satchel.imap.Options
---@return satchel.imap.Connection
function M.open(options)
  local place = address.of(options)
  local self = setmetatable({
    options = options, place = place, server = place.host,
    timeout = options.timeout or TIMEOUT,
    lock = lock.new(), round_trips = 0, generation = 0,
    enabled = {}, listeners = {}, capabilities = capability.new {},
    utf8 = false, utf8_names = false,
  }, Connection)
  self.guard = setmetatable({}, { __close = function()
    self.owner = nil
    self.lock:release()
  end })
  local _ <close> = self:enter()
  self:connect()
  return self
end

-- Who has it --------------------------------------------------------------------

---Takes the connection for one task until the guard is closed; whoever has it may
---take it again: `local _ <close> = conn:enter()`.
---@return table|nil guard
function Connection:enter()
  local me = task.current() or true
  if self.owner == me then return nil end
  if self.idle_end then self.idle_end() end
  self.lock:acquire()
  self.owner = me
  return self.guard
end

-- Connecting --------------------------------------------------------------------

---Makes a new channel and logs on.
function Connection:connect()
  local place, options = self.place, self.options
  self.selected, self.enabled, self.utf8, self.utf8_names = nil, {}, false, false
  self.channel = nil
  local one = channel.open {
    host = place.host, port = place.port, tls = place.secure == "tls",
    policy = type(options.tls) == "table" and options.tls or nil, proxy = options.proxy,
    timeout = self.timeout, limits = options.limits, trace = options.trace,
    observe = function(...) self:observe(...) end, listeners = self.listeners,
    count = function()
      self.round_trips = self.round_trips + 1
      return self.round_trips
    end,
  }
  self.channel = one
  local ok, err = pcall(login.run, self, one)
  if not ok then
    one:close()
    self.channel = nil
    error(err, 0)
  end
  self.generation = self.generation + 1
end

-- a channel on which something can be said; connects again if it was lost
-- while nothing was under way
local function ensure(self)
  if self.closed then error_object.invalid "this connection is closed" end
  local one = self.channel
  if one and one.outstanding == 0 then one:alive() end
  if not one or one.lost or one.bye then self:connect() end
  return self.channel
end

---Connects again if the connection was lost.
function Connection:ready()
  ensure(self)
end

---Sees every response that is not part of another mailbox's SELECT.
---@param response satchel.imap.Response
---@param command? satchel.imap.Command the oldest one in flight
function Connection:observe(response, command)
  local code = response.code
  if response.type == "capability" then
    self:offered(response)
  elseif response.type == "enabled" then
    for _, name in ipairs(response) do self.enabled[name:upper()] = true end
    local utf8 = self.enabled["UTF8=ACCEPT"] or self.enabled.IMAP4REV2 or false
    if utf8 and not self.utf8 then self:name_in_utf8(true) end
    self.utf8 = utf8
  elseif code and code.name == "CAPABILITY" then
    self:offered(code.list)
  end
  if response.tag and response.type ~= "esearch" then return end
  if self.selected then self.selected:observe(response) end
  for listener in pairs(self.listeners) do listener(response, command) end
end

---How mailboxes are named from now on.
---@param yes boolean in UTF-8; else in modified UTF-7
function Connection:name_in_utf8(yes)
  self.utf8_names = yes
  self.channel.wire:set { utf8 = yes }
end

---Takes the capabilities that the server says it has.
---@param list string[]
function Connection:offered(list)
  self.capabilities = capability.new(list)
  self.known = true
  if self.channel then self.channel.wire:set { literals = self.capabilities:literals() } end
end

---Raises kind "unsupported" unless the server offers all of these.
---@param what string what needs it
---@param ... string capabilities
function Connection:need(what, ...)
  for _, name in ipairs { ... } do
    if not self.capabilities:has(name) then errors.unsupported(name, what) end
  end
end

-- Ending ------------------------------------------------------------------------

---Says goodbye and closes; twice is allowed.
function Connection:close()
  if self.closed then return end
  self.closed = true
  local _ <close> = self:enter()
  local one = self.channel
  if not one or one.lost then return end
  pcall(function()
    one:patience(math.min(self.timeout, 5))
    one:wait(one:send("LOGOUT", { name = "LOGOUT" }))
  end)
  one:close()
end

Connection.__close = Connection.close

return M
