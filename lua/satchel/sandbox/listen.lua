-- The sandbox's listener: it carries HTTP requests to `handle` and its
-- responses back, on the loop that the rest of the process uses. It answers
-- while anybody in this process waits, so a script can be client and server
-- at once. A response may ask for faults of the wire: `delay` seconds before
-- it is sent, `cut` after so many bytes of its body, or none at all (nil). One
-- that is `waiting` is asked `ready()` for `patience` seconds; then `finish()`
-- gives what is sent.

local core = require "satchel.core"
local errors = require "satchel.error"
local task = require "satchel.task"

---@class satchel.sandbox.Listener
---@field host string
---@field port integer
---@field base string scheme, host and port
---@field ca? string path of the certificate that a client is to trust
local Listener = {}
Listener.__index = Listener

local M = {}

local loop = core.net.loop()

local function reply(exchange, response)
  if not response or not response.status then return exchange:drop() end
  exchange:answer(response.status, response.headers or {}, response.body or "",
    response.cut)
end

-- keeps an exchange for later: until a time, or until it is ready
local function keep(self, exchange, seconds, response)
  self.late[#self.late + 1] = { timer = loop:timer(seconds), exchange = exchange,
    response = response }
end

local function handle(self, exchange)
  local ok, response = xpcall(self.handle, debug.traceback, exchange:request())
  if not ok then
    io.stderr:write("sandbox: ", tostring(response), "\n")
    response = { status = 500, headers = {}, body = "the sandbox failed" }
  end
  if response and response.waiting then
    return keep(self, exchange, response.patience, response)
  end
  local delay = response and response.delay
  if not delay or delay <= 0 then return reply(exchange, response) end
  keep(self, exchange, delay, response)
end

local function is_due(late)
  if late.timer:step() ~= false then return true end
  return late.response.waiting and late.response.ready()
end

local function send(late)
  late.timer:cancel()
  local response = late.response
  reply(late.exchange, response.waiting and response.finish() or response)
end

-- whether something was sent
local function send_late(self)
  local waiting, before = {}, #self.late
  for _, late in ipairs(self.late) do
    if is_due(late) then send(late) else waiting[#waiting + 1] = late end
  end
  self.late = waiting
  return #waiting < before
end

local function pump(self)
  local sent = self.late[1] and send_late(self)
  if not sent and self.watch:step() == false then return end
  self.server:run()
  local exchange = self.server:next()
  while exchange do
    handle(self, exchange)
    exchange = self.server:next()
  end
  if self.late[1] then send_late(self) end
  self.watch:cancel()
  self.watch = errors.assert(loop:watch(self.server:fd(), "r", self.server:timeout()))
end

local function write_temporary(text)
  local path = os.tmpname()
  local f = assert(io.open(path, "w"))
  f:write(text)
  f:close()
  return path
end

---@param handle_request fun(request: table): table? answers one HTTP request
---@param options { host?: string, port?: integer, tls?: boolean }
---@return satchel.sandbox.Listener
function M.listen(handle_request, options)
  local host = options.host or "127.0.0.1"
  local self = setmetatable({ handle = handle_request, late = {}, host = host }, Listener)
  local cert, key
  if options.tls then
    cert, key = core.serve.certificate "localhost"
    if not cert then errors.raise(key) end
  end
  self.server = errors.assert(core.serve.listen { host = host, port = options.port,
    cert = cert, key = key })
  if cert then self.ca = write_temporary(cert) end
  self.port = self.server:port()
  self.base = ("%s://%s:%d"):format(options.tls and "https" or "http",
    host:find(":", 1, true) and "[" .. host .. "]" or host, self.port)
  self.watch = errors.assert(loop:watch(self.server:fd(), "r"))
  self.pump = function() return pump(self) end
  task.add_service(self.pump)
  return self
end

---Drops all connections. Harmless when closed.
function Listener:close()
  if not self.server then return end
  task.remove_service(self.pump)
  self.watch:cancel()
  self.server:close()
  self.server = nil
  if self.ca then os.remove(self.ca) end
end

---Serves until `close` is called or the process ends.
function Listener:run()
  task.drive(function() return self.server == nil end)
end

return M
