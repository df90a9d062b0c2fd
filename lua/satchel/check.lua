-- The check of an account: the steps of connect one by one, so that the one that
-- fails is seen, with what to do about it. What the world does never raises;
-- the caller's own mistakes do.

local advice = require "satchel.check.advice"
local connect = require "satchel.connect"
local core = require "satchel.core"
local endpoint = require "satchel.endpoint"
local error_object = require "satchel.error"
local locate = require "satchel.locate"
local report = require "satchel.check.report"
local task = require "satchel.task"

local M = {}

---@class satchel.check.Check
---@field opts table of connect
---@field report satchel.CheckReport
---@field package prefix string "" or "smtp "
---@field package context satchel.check.Context
---@field package since number
local Check = {}
Check.__index = Check

-- Steps -----------------------------------------------------------------------------

local function note(self, step)
  local now = core.net.now()
  step.seconds = now - self.since
  self.since = now
  step.step = self.prefix .. step.step
  local all = self.report
  all.steps[#all.steps + 1] = step
  all.seconds = all.seconds + step.seconds
  return step
end

local function passed(self, name, detail, ...)
  return note(self, { step = name, ok = true, detail = detail:format(...) })
end

-- the first that fails ends the check
local function failed(self, name, err)
  err = error_object.new(err)
  local step = note(self, { step = name, ok = false, error = err, detail = err.message,
    hint = advice.of(name, err, self.context) })
  local all = self.report
  if all.ok then all.ok, all.failed, all.hint = false, step.step, step.hint end
  return nil, step
end

-- The way there ----------------------------------------------------------------------

local function context_of(place, credentials)
  local secure = place.tls == "implicit" and "tls"
    or credentials.tls == false and "clear" or "starttls"
  return { host = place.host:lower(), port = place.port, protocol = place.protocol,
    secure = secure, token = credentials.token ~= nil, verify = true }
end

local function tls_words(info)
  local text = info.tls or "TLS"
  if info.peer_name then text = text .. ", certificate for " .. info.peer_name end
  if info.expires then
    local day = math.tointeger(info.expires) and os.date("!%Y-%m-%d", info.expires)
      or tostring(info.expires)
    text = text .. " until " .. day
  end
  if info.verified == false then text = text .. ", not verified" end
  return text
end

local function start_tls(self, stream)
  local ok, err = stream:start_tls()
  if ok then err = select(2, task.result(stream)) end
  if err then return failed(self, "tls", err) end
  return passed(self, "tls", "%s", tls_words(stream:info()))
end

local function greet(self, stream)
  local probe = require "satchel.discovery.probe"
  local line, err = probe.read_line(stream, core.net.now() + self.opts.timeout)
  local protocol = self.context.protocol
  if line and not probe.is_greeting(protocol, line) then
    line, err = nil, { kind = "protocol", message = ("the server greets by '%s', which is no %s")
      :format(line:sub(1, 60):gsub("[^\x20-\x7e]", "?"), protocol:upper()) }
  end
  if not line then return failed(self, "greeting", err) end
  return passed(self, "greeting", "%s", (line:sub(1, 200):gsub("[^\x20-\x7e]", "?")))
end

-- a connection of its own, on which nothing secret is said
local function reach(self, place, credentials)
  self.context = context_of(place, credentials)
  local opts = self.opts
  local policy = type(credentials.tls) == "table" and credentials.tls or nil
  local stream, err = core.net.stream { host = place.host, port = place.port, tls = false,
    policy = policy, proxy = opts.proxy, timeout = opts.timeout, idle = opts.timeout }
  if stream then err = select(2, task.result(stream)) end
  if err and err.stage == "resolve" then return failed(self, "resolve", err) end
  local address = stream and stream:info().address
  passed(self, "resolve", "%s is %s", place.host, address and address:gsub(":%d+$", "")
    or opts.proxy and "left to the proxy" or "known")
  if err then return failed(self, "connect", err) end
  passed(self, "connect", "port %d is open", place.port)
  local reached = self.context.secure ~= "tls" or start_tls(self, stream)
  if reached and place.protocol ~= "mapi" then reached = greet(self, stream) end
  stream:close()
  return reached
end

-- Logging on ---------------------------------------------------------------------------

local function step_of(err)
  if err.stage == "discovery" and err.kind ~= "auth" then return "discovery" end
  if err.stage == "auth" or err.kind == "auth" or err.op == "oauth" then return "login" end
  if err.kind == "tls" then return "tls" end
  return err.stage == "greeting" and "greeting" or "login"
end

local function list_of(capabilities)
  local names = {}
  if capabilities.list then return table.concat(capabilities.list, " ") end
  for name in pairs(capabilities) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, " ")
end

-- what the connection of a driver says of itself: its stream, what it can do
local function describe(self, stream, capabilities)
  if self.context and self.context.secure == "starttls" and stream then
    passed(self, "tls", "STARTTLS, %s", tls_words(stream:info()))
  end
  if capabilities and next(capabilities) then
    passed(self, "capabilities", "%s", list_of(capabilities))
  end
end

local function wire_of(driver)
  local conn = driver.conn
  if conn then return conn.channel and conn.channel.stream, conn.capabilities end
  local line = driver.connection
  if line and line.line then return line.line.stream, line.capabilities end
end

-- where logging on failed, what came before it did not
local function failed_to_log_on(self, err)
  err = error_object.new(err)
  local name = step_of(err)
  if name == "login" and err.kind == "auth" and self.context
    and self.context.secure == "starttls" then
    passed(self, "tls", "by STARTTLS")
  end
  return failed(self, name, err)
end

local function log_on(self)
  local opts = self.opts
  local ok, driver = pcall(function()
    return error_object.assert(require(connect.driver_of(opts)).open(opts))
  end)
  if not ok then return failed_to_log_on(self, driver) end
  describe(self, wire_of(driver))
  passed(self, "login", "%s is let in%s", opts.login or opts.user,
    opts.mailbox and " to " .. opts.mailbox or "")
  return driver
end

local function look(self, driver)
  local ok, err = pcall(function()
    local session <close> = require("satchel.session").new(driver)
    if session.protocol == "smtp" then return end
    local inbox = session.inbox
    passed(self, "inbox", "%s: %d items, %d unread", inbox.name, inbox.total or 0,
      inbox.unread or 0)
  end)
  if not ok then return failed(self, "inbox", err) end
  return true
end

-- Sending ------------------------------------------------------------------------------

local function check_sending(self)
  local opts = self.opts
  if not opts.smtp or self.report.protocol == "mapi" then return end
  self.prefix, self.report.smtp = "smtp ", opts.smtp.url
  local given = opts.smtp
  local tls = given.tls
  if tls == nil then tls = opts.tls end
  local place = endpoint.parse(given.url, "check: smtp")
  if not reach(self, place, { tls = tls, token = given.token
    or not given.password and opts.token or nil }) then return end
  local sender = require("satchel.smtp.outgoing").connection(opts)
  local ok, err = pcall(function()
    sender:on_line(function()
      describe(self, sender.line.stream, sender.capabilities)
    end, function() return false end)
  end)
  if ok then
    passed(self, "login", "%s may send", given.user or opts.login or opts.user)
  else
    failed_to_log_on(self, err)
  end
  pcall(sender.close, sender)
end

-- Where it is --------------------------------------------------------------------------

local function ask_exchange(self)
  local opts = self.opts
  local question = locate.question(opts)
  local exchange = require "satchel.mapi.discovery"
  local found = exchange.discover { user = opts.user, transport = question.transport,
    auth = question.auth, tls = question.tls, proxy = opts.proxy, timeout = opts.timeout,
    host = opts.url and opts.url:match "^%a+://([^/?#]+)", srv = exchange.srv_lookup }
  return { url = found.url, source = "autodiscover", endpoints = found, steps = found.steps,
    protocol = "mapi" }
end

local function is_discovered(opts)
  if locate.is_needed(opts) then return true end
  local exchange = not opts.url or opts.url:lower():find "^mapi:"
  return exchange and not opts.sandbox and not opts.transport
end

local function discover(self)
  local opts = self.opts
  if not is_discovered(opts) then return true end
  local ok, found = pcall(function()
    if not locate.is_needed(opts) then return ask_exchange(self) end
    return require("satchel.discovery").discover(locate.question(opts))
  end)
  if not ok then
    local err = error_object.new(found)
    self.context = { host = (err.server or opts.user:match "@(.*)$" or ""):lower(), port = 443,
      protocol = "mapi", secure = "tls", token = opts.token ~= nil }
    local _, step = failed(self, err.kind == "auth" and "login" or "discovery", err)
    step.places = err.steps
    return false
  end
  locate.apply(opts, found)
  passed(self, "discovery", "%s, by %s", found.url, found.source).places = found.steps
  return true
end

-- host and port of what is connected to; nil: nothing in the network
local function place_of(opts)
  if opts.sandbox or opts.transport or not opts.url then return nil end
  local scheme, host, port = opts.url:match "^(https?)://([^/:?#]+):?(%d*)"
  if not scheme then return endpoint.parse(opts.url, "check") end
  local secure = scheme == "https"
  return { host = host, port = math.tointeger(tonumber(port)) or secure and 443 or 80,
    protocol = "mapi", tls = secure and "implicit" or "none" }
end

local function check_all(self)
  local opts, all = self.opts, self.report
  if not discover(self) then return end
  local place = place_of(opts)
  all.url, all.protocol = opts.url, place and place.protocol or "mapi"
  if place and not reach(self, place, opts) then return end
  local driver = log_on(self)
  if driver and look(self, driver) then check_sending(self) end
end

---Connects step by step and says which step fails and what to do about it.
---@param given satchel.ConnectOptions
---@return satchel.CheckReport
function M.check(given)
  local opts = connect.check(given)
  if opts.url and not is_discovered(opts) then place_of(opts) end -- raises what cannot be read
  local self = setmetatable({ opts = opts, report = report.new(opts.user), prefix = "",
    since = core.net.now() }, Check)
  check_all(self)
  return self.report
end

return M
