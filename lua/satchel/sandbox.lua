-- An Exchange in a box: mailboxes in memory behind the same protocol that a
-- real server speaks, for people's own tests and for trying workflows.
--   local box <close> = sandbox.start { users = { ["anna@example.test"] = "secret" } }

local delivery = require "satchel.sandbox.delivery"
local faults = require "satchel.sandbox.faults"
local http = require "satchel.sandbox.http"
local options = require "satchel.options"
local seed = require "satchel.sandbox.seed"
local services = require "satchel.sandbox.services"
local store = require "satchel.sandbox.store"
local users = require "satchel.sandbox.users"

for _, name in ipairs { "logon", "folder", "message", "attachment", "property", "stream",
  "table", "transport", "permission", "transfer" } do
  require("satchel.sandbox." .. name .. "_rops")
end

local sandbox = {}

---@class satchel.Sandbox
---@field users satchel.sandbox.users
---@field routes table[] { prefix =, handler =, public = }: who answers for a path
---@field outgoing table[] what was sent to addresses outside
---@field requests integer how many were answered
local Box = { __name = "satchel.Sandbox" }
Box.__index = Box

---@class satchel.SandboxOptions
---@field users table<string, string|table> address = password or { password =, name =, token = }
---@field host string|nil the name in its URLs
---@field notification_wait number|nil seconds NotificationWait waits for news

local ROWS = { users = { type = "table", default = {} },
  host = { type = "string", default = "sandbox.invalid" },
  notification_wait = { type = "number", default = 30 } }

---Starts a box. It lives in this process and listens nowhere.
---@param given satchel.SandboxOptions
---@return satchel.Sandbox
function sandbox.start(given)
  local opts = options.check("sandbox.start", given, ROWS)
  local self = setmetatable({
    users = users.new(), routes = {}, sessions = {}, outgoing = {}, deferred = {}, requests = 0,
    faults = faults.new(), host = opts.host, notification_wait = opts.notification_wait,
    server_dn = users.organization
      .. "/cn=Configuration/cn=Servers/cn=sandbox/cn=Microsoft Private MDB",
  }, Box)
  local names = {}
  for email in pairs(opts.users) do names[#names + 1] = email end
  table.sort(names)
  for _, email in ipairs(names) do self:add_user(email, opts.users[email]) end
  self:route("/mapi/emsmdb", http.mailbox)
  services.install(self)
  return self
end

---One more mailbox.
---@param email string
---@param given string|table password, or { password =, name =, token =, dn =, send_as = }
function Box:add_user(email, given)
  local user = self.users:add(email, given)
  user.store = store.new(user)
  return user
end

---Who answers for the paths that begin so.
---@param prefix string in lower case
---@param handler fun(exchange: satchel.sandbox.exchange): table
---@param public boolean|nil answers anybody, not only users
function Box:route(prefix, handler, public)
  table.insert(self.routes, 1, { prefix = prefix, handler = handler, public = public })
end

---The public folders; there are none until someone asks.
function Box:public_store()
  self.public = self.public or store.new()
  return self.public
end

---Fills mailboxes: { ["anna@…"] = { ["Inbox/x"] = { { subject =, … }, … } } }.
---@param mailboxes table
function Box:seed(mailboxes)
  seed.fill(self, mailboxes)
end

---Lays a fault in wait; see satchel.sandbox.faults.
---@param name string
---@param given table|nil times =, after =, on = request type, rop =, …
function Box:fault(name, given)
  self.faults:add(name, given)
end

---Where things are, for a base URL.
---@param base string|nil
---@return table { base =, mapi = {[email] = url}, nspi = …, autodiscover = }
function Box:urls(base)
  base = base or "https://" .. self.host
  local urls = { base = base, mapi = {}, nspi = {},
    autodiscover = base .. "/autodiscover/autodiscover.xml" }
  for _, user in ipairs(self.users.list) do
    local id = user.mailbox_id .. "@" .. user.email:match "@(.*)$"
    urls.mapi[user.email] = base .. "/mapi/emsmdb/?MailboxId=" .. id
    urls.nspi[user.email] = base .. "/mapi/nspi/?MailboxId=" .. id
  end
  return urls
end

---What discovery would tell about a user.
---@param email string
---@param base string|nil
---@return table|nil { email =, name =, user_dn =, url =, nspi_url =, server = }
function Box:discover(email, base)
  local user = self.users:find(email)
  if not user then return nil end
  local urls = self:urls(base)
  return { email = user.email, name = user.name, user_dn = user.dn, server = self.host,
    url = urls.mapi[user.email], nspi_url = urls.nspi[user.email] }
end

---Listens on a loopback port, for any client of MAPI over HTTP.
---@param given { host?: string, port?: integer, tls?: boolean }|nil
---@return satchel.SandboxUrls
function Box:listen(given)
  return services.listen(self, given)
end

---Serves until the box is closed or the process ends.
function Box:run()
  if self.listener then self.listener:run() end
end

---Answers one HTTP request at once.  A response may ask for `delay` seconds
---before it is sent and `cut` after so many bytes; one that is `waiting`
---must be asked `ready()` for `patience` seconds and then gives `finish()`.
---@param request table
---@return table response
function Box:handle(request)
  self.requests = self.requests + 1
  if self.deferred[1] then delivery.run_due(self) end
  return self.faults:around(self, request, function(r) return http.handle(self, r) end)
end

---Ends a session context.
function Box:end_session(s)
  s:close()
  s.ended = true
  self.sessions[s.id] = nil
end

local function sleeper()
  local ok, task = pcall(require, "satchel.task")
  return ok and task.sleep or function(seconds)
    local stop = os.clock() + seconds
    while os.clock() < stop do end
  end
end

local function await(response, sleep)
  local waited, step = 0, 0.02
  while not response.ready() and waited < response.patience do
    sleep(step)
    waited = waited + step
  end
  return response.finish()
end

---A transport that ends in this box: no socket, the same bytes.
---@param auth table|nil { user =, password = } for requests that have none
---@return fun(request: table): table|nil, table|nil
function Box:transport(auth)
  local sleep = sleeper()
  return function(request)
    if self.closed then
      return nil, { kind = "network", message = "the sandbox is closed", retryable = false }
    end
    if auth and not request.auth then
      request = setmetatable({ auth = auth }, { __index = request })
    end
    local response = self:handle(request)
    if response.waiting then response = await(response, sleep) end
    if response.delay then
      if request.timeout and response.delay >= request.timeout then
        sleep(request.timeout)
        return nil, { kind = "timeout", message = "the time is over", retryable = true }
      end
      sleep(response.delay)
    end
    if response.cut then
      return nil, { kind = "network", message = "the connection was dropped", retryable = true }
    end
    if request.max_body and #(response.body or "") > request.max_body then
      return nil, { kind = "limit", message = "the answer is too large" }
    end
    response.effective_url = request.url
    response.retry_after = tonumber(response.fields and response.fields["retry-after"])
    return response
  end
end

---Nothing is answered any more.
function Box:close()
  self.closed = true
  for _, s in pairs(self.sessions) do s:close() end
  self.sessions = {}
  if self.listener then self.listener:close() end
end

Box.__close = Box.close

return sandbox
