-- A connection to a server of SMTP (RFC 5321) or LMTP (RFC 2033): greeting, EHLO,
-- STARTTLS, log-on, and commands with their replies. It is kept for the next
-- message and opened anew when the server has closed it meanwhile; what was sent
-- is never repeated.

local auth = require "satchel.smtp.auth"
local code = require "satchel.smtp.code"
local core = require "satchel.core"
local dialogue = require "satchel.dialogue"
local endpoint = require "satchel.endpoint"
local errors = require "satchel.error"
local lock = require "satchel.lock"

---@class satchel.smtp.Options
---@field url string
---@field user? string
---@field password? string|fun(): string
---@field token? string|fun(refused?: boolean): string
---@field borrowed? boolean credentials are those of another protocol's session: a server
---that asks for none is given none
---@field tls? table|boolean
---@field timeout? number
---@field proxy? string|false
---@field trace? fun(event: table)
---@field limits? table
---@field name? string what EHLO says who we are

---@class satchel.smtp.Connection
---@field options satchel.smtp.Options
---@field endpoint satchel.Endpoint
---@field lmtp boolean
---@field capabilities table<string, string[]> keywords of EHLO with their parameters
---@field server string the name in the greeting
---@field line? satchel.Dialogue nil: not connected
---@field unknown? satchel.Error why a log-on without password came to nothing
---@field dirty? boolean a transaction was left behind: RSET before the next
---@field fetches? boolean|"once" by BURL; false: it offers that and refuses what it is for;
---"once": one message, and those that were there then, for each connection
---@field fetched? boolean it has, on this connection
---@field lock satchel.Lock
local Connection = { __name = "satchel.smtp.Connection" }
Connection.__index = Connection

local M = {}

-- an address literal is what a client without a name of its own says
-- (RFC 5321 4.1.4)
local NAMELESS <const> = "[127.0.0.1]"

---A connection that opens when it is first needed.
---@param options satchel.smtp.Options
---@return satchel.smtp.Connection
function M.new(options)
  local place = endpoint.parse(options.url, "connect")
  if place.protocol ~= "smtp" and place.protocol ~= "lmtp" then
    errors.invalid("smtp: url has the scheme '%s', which sends nothing", place.scheme)
  end
  return setmetatable({ options = options, endpoint = place, lmtp = place.protocol == "lmtp",
    capabilities = {}, past_round_trips = 0, lock = lock.new() }, Connection)
end

---Connects and logs on.
---@param options satchel.smtp.Options
---@return satchel.smtp.Connection
function M.open(options)
  local self = M.new(options)
  local guard <close> = self.lock:acquire() -- luacheck: ignore guard
  self:ready()
  return self
end

---Round trips waited for, of this connection and those before it.
---@return integer
function Connection:round_trips()
  return self.past_round_trips + (self.line and self.line.round_trips or 0)
end

-- Replies -----------------------------------------------------------------------

---Raises a reply that is a refusal.
---@param reply table
---@param what string
---@param stage? string
---@return table reply
function Connection:accepted(reply, what, stage)
  if reply.code < 400 then return reply end
  return errors.raise(self:refusal(reply, what, stage), 1)
end

---@param reply table
---@param what string
---@param stage? string
---@return satchel.Error
function Connection:refusal(reply, what, stage)
  local err = code.error(reply, what, stage)
  err.server = self.endpoint.host
  if err.kind == "auth" and self.unknown then
    err.hint = ("%s: %s"):format(self.unknown.message, self.unknown.hint)
  end
  return err
end

---Waits for one reply. A server that closes (421) ends the connection.
---@return table
function Connection:reply()
  local reply = self.line:next()
  if self.line.trace then self.line:show("receive", code.text(reply)) end
  if reply.code == 421 then
    local err = self:refusal(reply, "the server closes the connection")
    self.line.lost = err
    if reply.unasked then errors.raise(err) end
  end
  return reply
end

-- Writes a command. What came before a word was said is not an answer to it.
local function say(self, line, shown)
  if self.line.machine:expected() == 0 then
    local reply = self.line:poll()
    if reply then
      self.line.lost = self:refusal(reply, "the server closes the connection")
      errors.raise(self.line.lost)
    end
  end
  self.line:command(line, shown)
end

---One command and its reply.
---@param line string
---@param shown? string
---@return table
function Connection:ask(line, shown)
  say(self, line, shown)
  return self:reply()
end

---Several commands, in one flight where the server takes that (RFC 2920). Where it
---does not, they go one by one as long as `go_on` is true.
---@param lines string[]
---@param go_on fun(i: integer, reply: table): boolean
---@return table[] replies fewer than commands when it stopped
function Connection:flight(lines, go_on)
  local replies = {}
  if not self.capabilities.PIPELINING then
    for i, line in ipairs(lines) do
      replies[i] = self:ask(line)
      if replies[i].code == 421 or not go_on(i, replies[i]) then break end
    end
    return replies
  end
  for _, line in ipairs(lines) do say(self, line) end
  for i in ipairs(lines) do
    replies[i] = self:reply()
    if replies[i].code == 421 then break end
  end
  return replies
end

-- Beginning ---------------------------------------------------------------------

local function greet(self)
  local reply = dialogue.greeting(self.endpoint, function() return self:reply() end)
  self.server = reply[1]:match "^%S+" or self.endpoint.host
  self:accepted(reply, "the server does not take connections", "greeting")
end

local function parameters_of(reply)
  local capabilities = {}
  for i = 2, #reply do
    local name, parameters = core.smtp.keyword(reply[i])
    -- AUTH may come twice, in its old form too: QUIRKS 20
    if name and capabilities[name] then
      table.move(parameters, 1, #parameters, #capabilities[name] + 1, capabilities[name])
    elseif name then
      capabilities[name] = parameters
    end
  end
  return capabilities
end

-- EHLO, HELO for servers of before 1995, LHLO for LMTP
local function hello(self)
  local name = self.options.name or NAMELESS
  local reply = self:ask((self.lmtp and "LHLO " or "EHLO ") .. name)
  if reply.code < 400 then
    self.capabilities = parameters_of(reply)
    return
  end
  self.capabilities = {}
  if self.lmtp or reply.code < 500 then
    self:accepted(reply, "the server refuses us", "greeting")
  end
  self:accepted(self:ask("HELO " .. name), "the server refuses us", "greeting")
end

local function no_tls(self, why)
  errors.raise { kind = "tls", stage = "starttls", server = self.endpoint.host,
    message = why .. ", and nothing is sent in clear text",
    hint = "smtps:// is TLS from the start; tls = false allows clear text" }
end

-- RFC 3207: what was said before is forgotten
local function start_tls(self)
  if not self.capabilities.STARTTLS then
    no_tls(self, ("the server at %s offers no STARTTLS"):format(self.endpoint.place))
  end
  local reply = self:ask "STARTTLS"
  if reply.code ~= 220 then
    no_tls(self, "the server refuses STARTTLS (" .. code.text(reply) .. ")")
  end
  self.line:start_tls()
  hello(self)
end

local function open(self)
  local options = self.options
  self.line = dialogue.open("smtp", self.endpoint, core.smtp.connection, options)
  self.dirty, self.fetched = nil, nil
  greet(self)
  hello(self)
  if self.endpoint.tls == "starttls" and options.tls ~= false then start_tls(self) end
  auth.log_on(self)
end

---Forgets the connection; the next use opens another.
function Connection:drop()
  local line = self.line
  if not line then return end
  self.past_round_trips = self.past_round_trips + line.round_trips
  self.line = nil
  line:close()
end

---Takes leave and connects anew.
function Connection:renew()
  if self.line and not self.line.lost then pcall(self.ask, self, "QUIT") end
  self:drop()
  self:ready()
end

-- whether the server has gone, or said that it goes, while nobody listened
local function is_stale(self)
  if self.line.lost then return true end
  local ok, reply = pcall(self.line.poll, self.line)
  return not ok or reply ~= nil
end

---Connects unless it is connected.
---@return boolean kept true: the connection is one that was used before
function Connection:ready()
  if self.closed then errors.raise { kind = "invalid", message = "the connection is closed" } end
  if self.line and not is_stale(self) then return true end
  self:drop()
  local ok, err = pcall(open, self)
  if not ok then
    self:drop()
    error(err, 0)
  end
  return false
end

---Calls fn on a connection; where it was lost before anything counted, and it was an
---old one, once more on a new one.
---@param fn fun(): any
---@param may_repeat fun(): boolean
---@return any
function Connection:on_line(fn, may_repeat)
  local guard <close> = self.lock:acquire() -- luacheck: ignore guard
  local kept = self:ready()
  local ok, result = pcall(fn)
  if not ok and kept and self.line and self.line.lost and may_repeat() then
    self:ready()
    ok, result = pcall(fn)
  end
  if self.line and self.line.lost then self:drop() end
  if ok then return result end
  return error(result, 0)
end

---Takes leave and closes; harmless when it is not connected.
function Connection:close()
  if self.closed then return end
  self.closed = true
  if self.line and not is_stale(self) then
    pcall(function() self:ask "QUIT" end)
  end
  self:drop()
end

Connection.__close = Connection.close

M.Connection = Connection

return M
