-- Discovery: from an address and its credentials to the endpoints of a mailbox
-- ([MS-OXDISCO] 3.1, [MS-OXDSCLI] 2.2).  Each place that is asked and what
-- came of it is a step; when nothing works the error tells them all.
--
-- Credentials go over https only.  A place learnt without https (the plain
-- redirect, a SRV record) is used only if it belongs to the address's domain or
-- to a host that trust.lua knows: whoever sits on the network could have named any.

local core = require "satchel.core"
local error_object = require "satchel.error"
local patience = require "satchel.mapi.patience"
local json = require "cjson.safe"
local task = require "satchel.task"
local trust = require "satchel.discovery.trust"

local M = {}

local REQUEST <const> = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
  .. "requestschema/2006"
local RESPONSE <const> = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
  .. "responseschema/2006a"
local PATH <const> = "/autodiscover/autodiscover.xml"
local MAX_STEPS <const> = 20
local MAX_REDIRECTS <const> = 8
local MAX_BODY <const> = 1 << 20

-- which failure tells most about what is wrong, the last first
local WEIGHT <const> = { network = 1, timeout = 2, not_found = 3, protocol = 4, server = 5,
  throttled = 6, unsupported = 6, tls = 7, denied = 8, invalid = 8, auth = 9 }

---@class satchel.mapi.Endpoints
---@field url string of the mailbox
---@field user_dn string
---@field nspi_url string|nil of the address book
---@field display_name string|nil
---@field email string the address that the server knows
---@field steps table[] what was asked: { url =, result = }

local function escape(text)
  return (text:gsub('[&<>"]', { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;",
    ['"'] = "&quot;" }))
end

local function pox_body(email)
  return ('<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="%s"><Request>'
    .. "<EMailAddress>%s</EMailAddress><AcceptableResponseSchema>%s"
    .. "</AcceptableResponseSchema></Request></Autodiscover>")
    :format(REQUEST, escape(email), RESPONSE)
end

local function find(element, name)
  for _, child in ipairs(element or {}) do
    if child.name == name then return child end
  end
end

local function text_of(element, ...)
  for _, name in ipairs { ... } do element = find(element, name) end
  local text = element and element.text:match "^%s*(.-)%s*$"
  return text ~= "" and text or nil
end

-- the url a Location header names, seen from the page at `base`
local function resolve(base, location)
  if location:find "^%a[%w+.-]*://" then return location end
  local scheme, host = base:match "^(%a[%w+.-]*)://([^/]+)"
  if location:sub(1, 2) == "//" then return scheme .. ":" .. location end
  if location:sub(1, 1) == "/" then return scheme .. "://" .. host .. location end
  return (base:match "^(%a[%w+.-]*://.*/)" or base .. "/") .. location
end

local host_of = trust.host_of

-- Search: the state of one discovery
local Search = {}
Search.__index = Search

function Search:record(url, result, kind, extra)
  self.steps[#self.steps + 1] = { url = url, result = result, kind = kind }
  local most = self.failure and (WEIGHT[self.failure.kind] or 5) or 0
  if kind and (WEIGHT[kind] or 5) > most then
    self.failure = { kind = kind, message = result, url = url }
    for k, v in pairs(extra or {}) do self.failure[k] = self.failure[k] or v end
  end
end

---@param request table
---@param mild? boolean what fails here is no failure of the credentials
---@return table|nil response
function Search:ask(request, mild)
  if #self.steps >= MAX_STEPS then
    self:record(request.url, "gave up: too many steps", "server")
    return nil
  end
  local options = self.options
  request.tls, request.proxy, request.max_body = options.tls, options.proxy, MAX_BODY
  -- one place that does not answer leaves time for the others
  local most = math.min(math.max(self.patience.timeout / 4, 5), 20)
  local response, err = self.patience:exchange(options.transport, request, most)
  if not response then
    local kind = mild and err.kind == "auth" and "not_found" or err.kind
    self:record(request.url, err.message or err.kind, kind, kind == err.kind and err or nil)
  end
  return response
end

local REDIRECTS <const> = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

local function location(response)
  local fields = response.fields or {}
  return REDIRECTS[response.status] and fields.location
end

local STATUS_KINDS <const> = { [401] = "auth", [403] = "denied", [404] = "not_found",
  [429] = "throttled", [503] = "throttled" }

function Search:status(url, response)
  local kind = STATUS_KINDS[response.status] or "server"
  self:record(url, ("answered HTTP status %d"):format(response.status), kind)
end

local function settings_of(response, account)
  for _, protocol in ipairs(account) do
    if protocol.name == "Protocol" and protocol.attr.Type == "mapiHttp" then
      local function url(of)
        local place = find(protocol, of)
        return text_of(place, "ExternalUrl") or text_of(place, "InternalUrl")
      end
      local user = find(response, "User")
      return { url = url "MailStore", nspi_url = url "AddressBook",
        user_dn = text_of(user, "LegacyDN"), display_name = text_of(user, "DisplayName"),
        email = text_of(user, "AutoDiscoverSMTPAddress") }
    end
  end
end

-- what a POX answer says: settings, or where else to ask
function Search:read_pox(url, body)
  local root, err = core.xml.parse(body)
  local response = root and find(root, "Response")
  if not response then
    self:record(url, "answered no Autodiscover document"
      .. (err and ": " .. err.message or ""), "protocol")
    return nil
  end
  local refusal = find(response, "Error")
  if refusal then
    self:record(url, ("refused: %s (error %s)"):format(text_of(refusal, "Message") or "no text",
      text_of(refusal, "ErrorCode") or "?"), "not_found")
    return nil
  end
  local account = find(response, "Account")
  if account and self.options.on_account then self.options.on_account(account) end
  local to_address, to_url = text_of(account, "RedirectAddr"), text_of(account, "RedirectUrl")
  if to_address then return { address = to_address } end
  if to_url then return { url = to_url } end
  local settings = account and settings_of(response, account)
  if settings and settings.url and settings.user_dn then return { settings = settings } end
  self:record(url, "offers no MAPI over HTTP", "unsupported")
end

-- one more redirect, unless the place was asked already
function Search:follow(from, to)
  self.redirects = self.redirects + 1
  if self.redirects > MAX_REDIRECTS then
    self:record(from, "redirects without end", "server")
    return false
  end
  if not to:find "^https://" and not (self.options.tls == false and to:find "^http://") then
    self:record(from, "redirects to " .. to .. ", which is not https", "server")
    return false
  end
  self:record(from, "redirects to " .. to)
  return true
end

---Asks one place for settings; credentials are sent.
---@param url string https
---@return satchel.mapi.Endpoints|nil
function Search:pox(url)
  local key = url:lower() .. " " .. self.email
  if self.asked[key] then return nil end
  self.asked[key] = true
  local response = self:ask {
    method = "POST", url = url, body = pox_body(self.email), auth = self.options.auth,
    headers = { "Content-Type: text/xml; charset=utf-8", "X-MapiHttpCapability: 1",
      "X-AnchorMailbox: " .. self.email },
  }
  if not response then return nil end
  local to = location(response)
  if to then
    to = resolve(url, to)
    return self:follow(url, to) and self:pox(to) or nil
  end
  if response.status ~= 200 then return self:status(url, response) end
  local found = self:read_pox(url, response.body or "")
  if not found then return nil end
  if found.settings then
    self:record(url, "gave the endpoints")
    return found.settings
  end
  if found.url then return self:follow(url, found.url) and self:pox(found.url) or nil end
  return self:for_address(url, found.address)
end

-- the mailbox has moved: ask again for another address
function Search:for_address(url, email)
  local domain = email:match "@([^@]+)$"
  if not domain or not self:follow(url, "https://" .. domain .. "/") then return nil end
  local old_email, old_domain = self.email, self.domain
  self.email, self.domain = email, domain:lower()
  local found = self:everywhere()
  self.email, self.domain = old_email, old_domain
  return found
end

---Asks by [MS-OXDISCO] JSON ("version 2") where the POX endpoint is; no
---credentials are sent.
---@param host string
---@return satchel.mapi.Endpoints|nil
function Search:json(host)
  local url = ("%s%s/autodiscover/autodiscover.json?Email=%s&Protocol=AutodiscoverV1"
    .. "&RedirectCount=1"):format(self.scheme, host, (self.email:gsub("[^%w@._-]", function(c)
      return ("%%%02X"):format(c:byte())
    end)))
  if self.asked[url] then return nil end
  self.asked[url] = true
  local response = self:ask({ method = "GET", url = url, auth = false,
    headers = { "Accept: application/json" } }, true)
  if not response then return nil end
  local to = location(response)
  if not to and response.status ~= 200 then return self:status(url, response) end
  if not to then
    local document = json.decode(response.body or "")
    to = type(document) == "table" and document.Url
    if type(to) ~= "string" then
      self:record(url, "answered no address of the service", "protocol")
      return nil
    end
  end
  to = resolve(url, to)
  if to:find "%.json" then return nil end
  return self:follow(url, to) and self:pox(to) or nil
end

-- a place that was named without https: ours, or refused with what to do
function Search:untrusted(from, to)
  if not trust.may_trust(host_of(to), self.domain, "exchange") then
    self:record(from, ("names %s, which is not of %s"):format(host_of(to), self.domain), "denied",
      { hint = ("if that is right, connect with url = 'mapi://%s'"):format(host_of(to)) })
    return nil
  end
  return self:follow(from, to) and self:pox(to) or nil
end

function Search:plain_redirect(host)
  local url = "http://" .. host .. PATH
  local response = self:ask({ method = "GET", url = url, auth = false }, true)
  if not response then return nil end
  local to = location(response)
  if not to then
    self:record(url, "does not redirect", "not_found")
    return nil
  end
  return self:untrusted(url, resolve(url, to))
end

function Search:srv()
  local lookup = self.options.srv
  if not lookup then return nil end
  local name = "_autodiscover._tcp." .. self.domain
  local records, err = lookup(name)
  if not records or #records == 0 then
    self:record(name, err and err.message or "no such record", "not_found")
    return nil
  end
  for _, record in ipairs(records) do
    local port = record.port == 443 and "" or ":" .. record.port
    local found = self:untrusted(name, "https://" .. record.target .. port .. PATH)
    if found then return found end
  end
end

-- whether credentials were refused: they are not tried everywhere, lest the
-- account be locked
function Search:refused()
  return self.failure ~= nil and self.failure.kind == "auth"
end

---SRV records by the core, the best first.
---@param name string
---@return table[]|nil records { target =, port = }
---@return table|nil err
function M.srv_lookup(name)
  local op, err = core.net.srv(name)
  if not op then return nil, err end
  return task.result(op)
end

-- the order of [MS-OXDISCO] 3.1.5
function Search:everywhere()
  local hosts = self.options.host and { self.options.host }
    or { self.domain, "autodiscover." .. self.domain }
  for _, host in ipairs(hosts) do
    local found = self:pox(self.scheme .. host .. PATH)
    if not found and not self:refused() then found = self:json(host) end
    if found then return found end
  end
  if self.options.host or self:refused() then return nil end
  return self:plain_redirect("autodiscover." .. self.domain) or self:srv()
end

local HINTS <const> = {
  auth = "check user and password",
  tls = "give the authority by tls = { ca = 'file.pem' }",
  network = "give the server by url = 'mapi://host'",
  timeout = "give the server by url = 'mapi://host'",
  not_found = "give the server by url = 'mapi://host'",
}

function Search:fail()
  local failure = self.failure or { kind = "not_found", message = "nothing answered" }
  error_object.raise {
    kind = failure.kind, op = "discover", stage = "discovery", steps = self.steps,
    server = failure.url and host_of(failure.url) or nil, code = failure.code,
    retry_after = failure.retry_after, hint = failure.hint or HINTS[failure.kind],
    message = ("discovery for %s failed after %d step%s: %s"):format(self.email, #self.steps,
      #self.steps == 1 and "" or "s", failure.message),
  }
end

---Finds the endpoints of a mailbox, or raises what every step came to.
---@param options table { user =, transport =, auth =, <host> =, <tls> =, <proxy> =, <timeout> =,
---  <srv> = fn(name) -> { { target =, port = } },
---  <on_account> = fn(element), called with each account that Autodiscover describes }
---@return satchel.mapi.Endpoints
function M.discover(options)
  local domain = options.user:match "@([%w._-]+)$"
  if not domain then
    error_object.invalid("discovery needs an address, and '%s' is none", options.user)
  end
  local search = setmetatable({ options = options, email = options.user, steps = {}, asked = {},
    domain = domain:lower(), redirects = 0, patience = patience.new(options.timeout),
    scheme = options.tls == false and options.host and "http://" or "https://" }, Search)
  local found = search:everywhere()
  if not found then search:fail() end
  found.steps, found.email = search.steps, found.email or options.user
  return found
end

return M
