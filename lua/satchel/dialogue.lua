-- One connection to a server of SMTP or POP3: the stream, the machine of the
-- core on it, TLS, the trace, and how many round trips were waited for. What is
-- said over it is the protocols' own.

local core = require "satchel.core"
local errors = require "satchel.error"
local task = require "satchel.task"

---@class satchel.Dialogue
---@field layer string "smtp", "pop3": of trace events
---@field endpoint satchel.Endpoint
---@field stream satchel.core.Stream
---@field machine any connection of core.smtp or core.pop3
---@field round_trips integer waited for, of this connection
---@field secure boolean nobody reads along
---@field package spoke boolean something was written since the last wait
---@field package secrets string[]
---@field package trace? fun(event: table)
local Dialogue = {}
Dialogue.__index = Dialogue

local M = {}

---What an error of the core or of the stream becomes. A command that is refused
---before it is written leaves the connection as it was.
---@param err table
---@return satchel.Error
function Dialogue:error(err)
  err.server = self.endpoint.host
  if err.kind ~= "invalid" then self.lost = self.lost or err end
  return errors.new(err)
end

---Passes results on; an error of the core is raised.
---@package
function Dialogue:check(...)
  local first, err = ...
  if first == nil and err ~= nil then errors.raise(self:error(err), 1) end
  return ...
end

-- the password and the token, where they are text
local function secrets_of(options)
  local list = {}
  for _, name in ipairs { "password", "token" } do
    local value = options[name]
    if type(value) == "string" and value ~= "" then list[#list + 1] = value end
  end
  return list
end

local function policy_of(tls)
  return type(tls) == "table" and tls or nil
end

---Connects; TLS from the start if the endpoint's scheme says so.
---@param layer string "smtp", "pop3"
---@param endpoint satchel.Endpoint
---@param machine fun(stream: satchel.core.Stream, limits: table|nil): any
---@param options { tls: any, timeout: number, proxy: string|false|nil, trace: function|nil,
---limits: table|nil, password: any, token: any }
---@return satchel.Dialogue
function M.open(layer, endpoint, machine, options)
  local stream, err = core.net.stream { host = endpoint.host, port = endpoint.port,
    tls = endpoint.tls == "implicit", policy = policy_of(options.tls), proxy = options.proxy,
    timeout = options.timeout, idle = options.timeout }
  local self = setmetatable({ layer = layer, endpoint = endpoint, stream = stream,
    trace = options.trace, secrets = secrets_of(options), round_trips = 0, spoke = true },
    Dialogue)
  self:check(stream, err)
  self:check(task.result(stream))
  self.machine = machine(stream, options.limits)
  self.secure = endpoint.tls == "implicit"
  return self
end

---TLS from here on. What the server said before is forgotten by who calls.
function Dialogue:start_tls()
  self:check(self.stream:start_tls())
  self:check(task.result(self.stream))
  self.secure = true
end

---Text without the secrets that a server may repeat.
---@param text string
---@return string
function Dialogue:mask(text)
  for _, secret in pairs(self.secrets) do
    text = text:gsub(secret:gsub("%p", "%%%0"), "***")
  end
  return core.net.mask(text)
end

---@param direction "send"|"receive"
---@param text string
function Dialogue:show(direction, text)
  if not self.trace then return end
  self.trace { layer = self.layer, direction = direction, text = self:mask(text),
    round_trip = self.round_trips }
end

---Writes a command.
---@param line string
---@param shown string|nil in its place in the trace, where it has a secret
---@param ... any for the machine
function Dialogue:command(line, shown, ...)
  self:show("send", shown or line)
  self:check(self.machine:command(line, ...))
  self.spoke = true
end

---Waits for what the server says next.
---@return any reply of core.smtp, event of core.pop3
function Dialogue:next()
  if self.spoke then
    self.spoke = false
    self.round_trips = self.round_trips + 1
  end
  return self:check(task.result(self.machine))
end

---What the server has said by now, without waiting. What nothing asked for is an
---error, but for a reply that it closes.
---@return any|nil
function Dialogue:poll()
  local done, value = self.machine:step()
  if done == nil then errors.raise(self:error(value)) end
  return done and value or nil
end

---Waits until most of what was written has gone out.
function Dialogue:drain()
  local stream = self.stream
  if stream:pending() == 0 then return end
  self:check(task.result {
    step = function()
      local drained, err = stream:drained()
      if drained then return true, true end
      return drained, err
    end,
    token = function() return stream:token() end,
    cancel = function() stream:cancel() end,
  })
end

---Ends the connection, whatever was going on.
function Dialogue:close()
  self.lost = self.lost or { kind = "network", message = "the connection is closed" }
  self.stream:close()
end

---Reads the greeting: what cannot be read as one is of another protocol.
---@param endpoint satchel.Endpoint
---@param read fun(): table
---@return table what `read` gives
function M.greeting(endpoint, read)
  local ok, greeting = pcall(read)
  if ok then return greeting end
  if errors.is(greeting) and greeting.kind == "protocol" then
    errors.raise { kind = "protocol", server = endpoint.host, stage = "greeting",
      message = ("no greeting of a server of %s from %s: %s"):format(endpoint.protocol:upper(),
        endpoint.place, greeting.message), hint = "does another protocol have this port?" }
  end
  error(greeting, 0)
end

return M
