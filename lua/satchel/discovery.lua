-- Discovery from an address alone: Exchange by its Autodiscover, else a server of
-- IMAP or POP3 and one of SMTP by DNS records, by autoconfig documents, by what
-- Autodiscover says of them, by a central database, by their usual names. What
-- can be asked at the same time is. Each place that is asked and what came of
-- it is a step; when nothing is found the error tells them all.

local account = require "satchel.discovery.account"
local autoconfig = require "satchel.discovery.autoconfig"
local error_object = require "satchel.error"
local exchange = require "satchel.mapi.discovery"
local probe = require "satchel.discovery.probe"
local records = require "satchel.discovery.records"
local task = require "satchel.task"
local with = require "satchel.with"

local M = {}

M.database = "https://autoconfig.thunderbird.net/v1.1/"

---@class satchel.discovery.Options
---@field user string the address
---@field transport satchel.Transport
---@field auth? table as transports take it; none: Exchange is not asked
---@field protocol? "mapi"|"imap"|"pop3"|"smtp" only this one
---@field tls? satchel.TlsOptions|boolean false: servers without TLS, too
---@field proxy? string|false
---@field timeout? number
---@field srv? false|fun(name: string): table[]|nil, table? records { target =, port = }
---@field database? string|false address of the central database; its own by default
---@field probe? boolean whether usual names are tried; default true
---@field greeting? fun(server: table, options: table): string|nil, table? connects and reads
---@field patience? number seconds for Exchange once another server is known; default 10

---@class satchel.discovery.Result
---@field protocol "mapi"|"imap"|"pop3"|"smtp"
---@field url string
---@field smtp? string URL
---@field user? string the name to log on with, where it is not the address
---@field smtp_user? string
---@field authentication? string[] what the source says is taken
---@field source string "autodiscover" "srv" "autoconfig" "database" "name"
---@field steps table[] what was asked, in the order of the answers: { url =, result =, kind = }
---@field endpoints? satchel.mapi.Endpoints of "mapi"

---@class satchel.discovery.Search
---@field options satchel.discovery.Options
---@field email string
---@field domain string
---@field steps table[]
---@field servers table<string, satchel.discovery.Server[]> by protocol
local Search = {}
Search.__index = Search

local MAX_BODY <const> = 1 << 20
local PATIENCE <const> = 10 -- seconds

-- which source is believed first
local RANK <const> = { srv = 1, autoconfig = 2, autodiscover = 3, database = 4, name = 5 }

---Notes what came of a place.
---@param url string
---@param result string
---@param kind? satchel.ErrorKind that of a failure
---@param extra? table hint
function Search:record(url, result, kind, extra)
  if self.ended then return end
  self.steps[#self.steps + 1] = { url = url, result = result, kind = kind,
    hint = extra and extra.hint }
end

---Whether servers of a protocol are looked for.
---@param protocol string
---@return boolean
function Search:wants(protocol)
  local only = self.options.protocol
  return not only or only == protocol or only ~= "mapi" and protocol == "smtp"
end

---Takes a server, unless it is of no use.
---@param one satchel.discovery.Server
---@return boolean taken
function Search:found(one)
  if one.secure == "clear" and self.options.tls ~= false then return false end
  if not self:wants(one.protocol) then return false end
  table.insert(self.servers[one.protocol], one)
  return true
end

---GETs a page without credentials; what fails is a step.
---@param url string
---@return table|nil response
function Search:get(url)
  local options = self.options
  local most = math.min(math.max((options.timeout or 60) / 4, 5), 15)
  local response, err = options.transport { url = url, auth = false, any_status = true,
    tls = options.tls ~= false and options.tls or nil, proxy = options.proxy, timeout = most,
    max_body = MAX_BODY, headers = { "Accept: text/xml, application/xml" } }
  if response then return response end
  self:record(url, err.message or err.kind, err.kind)
end

-- the best server of a protocol: by its source, then as its source ordered them
local function best(self, protocol)
  local chosen
  for _, one in ipairs(self.servers[protocol]) do
    if not chosen or RANK[one.source] < RANK[chosen.source] then chosen = one end
  end
  return chosen
end

local function incoming(self)
  if self.options.protocol == "smtp" then return best(self, "smtp") end
  return best(self, "imap") or best(self, "pop3")
end

-- running side by side ---------------------------------------------------------------

local function start(list)
  local tasks = {}
  for i, fn in ipairs(list) do tasks[i] = task.spawn(fn) end
  return tasks
end

local function cancel(tasks)
  for _, one in ipairs(tasks) do one:cancel() end
end

-- waits for all; of those that were cancelled nothing is said
local function wait(tasks)
  for _, one in ipairs(tasks) do
    local ok, err = pcall(one.join, one)
    if not ok and not (one.cancelled and rawequal(err, one.err)) then
      cancel(tasks)
      error(err, 0)
    end
  end
end

-- Exchange ----------------------------------------------------------------------------

-- asks Autodiscover; what it says of other protocols is noted
local function ask_exchange(self)
  local options = self.options
  local ok, result = pcall(exchange.discover, { user = options.user,
    transport = options.transport, auth = options.auth, tls = options.tls,
    proxy = options.proxy, timeout = options.timeout, srv = options.srv or nil,
    on_account = function(element)
      for _, one in ipairs(account.servers(element)) do self:found(one) end
    end })
  if ok then
    self.endpoints = result
  elseif not error_object.is(result) then
    error(result, 0)
  elseif result.kind == "cancelled" then
    error(result, 0)
  else
    self.refusal = result
  end
  for _, step in ipairs(result.steps or {}) do
    if not self.ended then self.steps[#self.steps + 1] = step end
  end
end

-- Exchange and the others side by side: nobody waits for the others once there is
-- Exchange, nor long for Exchange once there is another server
local function ask_first(self)
  local list = records.steps(self)
  table.move(autoconfig.steps(self), 1, 2, #list + 1, list)
  if not self.options.auth or self.options.protocol then return wait(start(list)) end
  local others = start(list)
  local asking = task.spawn(function()
    ask_exchange(self)
    if not self.endpoints then return end
    self.ended = true
    cancel(others)
  end)
  wait(others)
  local limit = incoming(self) and task.spawn(function()
    task.sleep(self.options.patience or PATIENCE)
    self:record("autodiscover", "was not waited for: " .. incoming(self).url .. " is known",
      "timeout")
    asking:cancel()
  end)
  wait { asking }
  if limit then limit:cancel() end
end

-- the rest ---------------------------------------------------------------------------

-- what Autodiscover knows of other protocols, where it was not asked yet
local function ask_account(self)
  if self.options.auth and self.options.protocol and not self.refusal then
    ask_exchange(self)
    self.endpoints = nil
  end
end

local function ask_names(self)
  if self.options.probe == false then return end
  local wanted = {}
  if not incoming(self) then
    wanted.imap, wanted.pop3 = self:wants "imap", self:wants "pop3"
  end
  wanted.smtp = not best(self, "smtp")
  wait(start(probe.steps(self, wanted)))
end

-- Where Autodiscover refused the credentials they are not shown to hosts that
-- were only guessed.
local function everywhere(self)
  if self.options.protocol == "mapi" then return ask_exchange(self) end
  ask_first(self)
  if self.endpoints then return end
  if not incoming(self) then ask_account(self) end
  if not incoming(self) and self.refusal and self.refusal.kind == "auth" then return end
  if not incoming(self) then wait(start(autoconfig.database(self))) end
  if not incoming(self) or not best(self, "smtp") then ask_names(self) end
end

local HINT <const> = "give the server by url = 'imaps://host', 'pop3s://host' or 'mapi://host'"

local function fail(self)
  local refusal = self.refusal
  local hint = refusal and refusal.kind == "auth" and refusal.hint or nil
  for _, step in ipairs(self.steps) do hint = hint or step.hint end
  local count = #self.steps
  error_object.raise { kind = refusal and refusal.kind or "not_found", op = "discover",
    stage = "discovery", steps = self.steps, server = refusal and refusal.server,
    code = refusal and refusal.code, retry_after = refusal and refusal.retry_after,
    hint = hint or HINT,
    message = ("discovery for %s failed after %d step%s: %s"):format(self.email, count,
      count == 1 and "" or "s", refusal and refusal.message:match "^discovery for .-: (.*)$"
        or "no mail server was found") }
end

local function result_of(self)
  if self.endpoints then
    return { protocol = "mapi", url = self.endpoints.url, source = "autodiscover",
      endpoints = self.endpoints, steps = self.steps }
  end
  local one, out = incoming(self), best(self, "smtp")
  if not one then return fail(self) end
  local function login(s) return s and s.user ~= self.email and s.user or nil end
  return { protocol = one.protocol, url = one.url, source = one.source, user = login(one),
    authentication = one.authentication, smtp = out and out.url, smtp_user = login(out),
    steps = self.steps }
end

---Finds the server of a mailbox, or raises what every step came to.
---@param options satchel.discovery.Options
---@return satchel.discovery.Result
function M.discover(options)
  local domain = options.user:match "@([%w._-]+)$"
  if not domain then
    error_object.invalid("discovery needs an address, and '%s' is none", options.user)
  end
  local full = with(options)
  if full.srv == nil then full.srv = exchange.srv_lookup end
  if full.database == nil then full.database = M.database end
  full.greeting = full.greeting or probe.greeting
  local self = setmetatable({ options = full, email = options.user, domain = domain:lower(),
    steps = {}, servers = { imap = {}, pop3 = {}, smtp = {} } }, Search)
  if task.in_task() then everywhere(self) else task.spawn(everywhere, self):join() end
  return result_of(self)
end

return M
