-- A provider of tokens: its endpoints, given or found by its issuer's name
-- (OpenID Connect Discovery 1.0, RFC 8414), and the requests to them. Secrets
-- go over https, or to this machine itself, or where `tls = false` says so.

local assertion = require "satchel.oauth.assertion"
local error_object = require "satchel.error"
local form = require "satchel.oauth.form"
local json = require "cjson.safe"
local refusal = require "satchel.oauth.refusal"

---@class satchel.oauth.Provider
---@field options table as satchel.oauth checked them
---@field preset satchel.oauth.Preset|nil
---@field scope string|nil
---@field package metadata? table what the issuer says of itself
local Provider = { __name = "satchel.oauth.Provider" }
Provider.__index = Provider

local M = {}

local MAX_BODY <const> = 1 << 20
local NAMES <const> = { token = "token_endpoint", authorize = "authorization_endpoint",
  device = "device_authorization_endpoint" }

local function host_of(url)
  return url:match "^%a[%w+.-]*://([^/?#]+)" or url
end

local function is_loopback(host)
  host = host:lower():gsub(":%d+$", "")
  return host == "localhost" or host == "[::1]" or host:find "^127%.%d+%.%d+%.%d+$" ~= nil
end

---A URL that may be told secrets.
---@param url string
---@param what string for the error
---@param tls table|boolean|nil
---@return string url
function M.safe_url(url, what, tls)
  local host = type(url) == "string" and not url:find "[%c%s'\"`<>\\]"
    and url:match "^https?://([^/?#]+)"
  if not host or host:find "@" then
    error_object.invalid("oauth: %s is no URL of the form https://host/path", what)
  end
  if url:find "^http:" and tls ~= false and not is_loopback(host) then
    error_object.raise { kind = "invalid", hint = "tls = false allows clear text",
      message = ("oauth: %s is not encrypted: %s"):format(what, url) }
  end
  return url
end

function Provider:request(request)
  local options = self.options
  request.auth = request.auth or false
  request.tls, request.proxy = options.tls, options.proxy
  if request.url:find "^http:" then request.tls = false end
  request.timeout, request.max_body, request.any_status = options.timeout, MAX_BODY, true
  local response, err = options.transport(request)
  if response then return response end
  err = error_object.new(err)
  err.op = err.op or "oauth"
  return nil, err
end

-- metadata ---------------------------------------------------------------------

-- the two places where an issuer may describe itself; RFC 8414 3.1 puts the
-- well-known part between host and path
local function places(issuer)
  local base, path = issuer:match "^(https?://[^/?#]+)(/?.-)/?$"
  return { base .. path .. "/.well-known/openid-configuration",
    base .. "/.well-known/oauth-authorization-server" .. path }
end

local function read_metadata(self, url, issuer)
  local response, err = self:request { url = url, headers = { "Accept: application/json" } }
  if not response then return nil, err end
  local document = response.status == 200 and json.decode(response.body)
  if type(document) ~= "table" then return nil, refusal.of_status(response, host_of(url)) end
  if document.issuer ~= issuer then -- RFC 8414 3.3
    return nil, error_object.new { kind = "protocol", op = "oauth", server = host_of(url),
      message = ("%s describes another issuer than %s"):format(url, issuer),
      hint = "give the issuer exactly as the provider writes it" }
  end
  return document
end

---What the issuer says of itself; empty without an issuer.
---@return table
function Provider:describe()
  if self.metadata then return self.metadata end
  local issuer = self.options.issuer
  if not issuer then
    self.metadata = {}
    return self.metadata
  end
  M.safe_url(issuer, "issuer", self.options.tls)
  local first
  for _, url in ipairs(places(issuer)) do
    local document, err = read_metadata(self, url, issuer)
    if document then
      self.metadata = document
      return document
    end
    if not first or first.kind == "not_found" then first = err end
  end
  first.hint = first.hint or "check issuer, or give endpoints"
  return error_object.raise(first)
end

---The URL of an endpoint.
---@param name "token"|"authorize"|"device"
---@return string
function Provider:endpoint(name)
  local given = self.options.endpoints
  local url = given and given[name] or self.preset and self.preset.endpoints[name]
    or self:describe()[NAMES[name]]
  if not url then
    error_object.raise { kind = "unsupported", op = "oauth",
      message = ("oauth: the provider has no %s endpoint"):format(name),
      hint = self.options.issuer and "it does not offer this way to sign in"
        or ("give issuer, or endpoints = { %s = … }"):format(name) }
  end
  return M.safe_url(url, name .. " endpoint", self.options.tls)
end

---Who the provider says it is, if that is known.
---@return string|nil
function Provider:issuer()
  return self.options.issuer or self.preset and self.preset.issuer
end

-- who asks -----------------------------------------------------------------------

local function text_of(value, name)
  if type(value) == "string" then return value end
  value = value()
  if type(value) ~= "string" then
    error_object.invalid("oauth: the function '%s' gave a %s, not text", name, type(value))
  end
  return value
end

-- how the client shows who it is: RFC 6749 2.3.1, RFC 7523 2.2
local function method_of(self)
  local options = self.options
  if options.auth_method then return options.auth_method end
  if options.certificate then return "private_key_jwt" end
  if not options.client_secret then return "none" end
  if self.preset and self.preset.auth_method then return self.preset.auth_method end
  local offered = self:describe().token_endpoint_auth_methods_supported
  for _, method in ipairs(type(offered) == "table" and offered or {}) do
    if method == "client_secret_basic" then return method end
  end
  return type(offered) == "table" and "client_secret_post" or "client_secret_basic"
end

local show = {}

function show.none(self, fields)
  fields[#fields + 1] = { "client_id", self.options.client_id }
end

function show.client_secret_post(self, fields)
  show.none(self, fields)
  fields[#fields + 1] = { "client_secret", text_of(self.options.client_secret, "client_secret") }
end

function show.client_secret_basic(self, _, request)
  local secret = text_of(self.options.client_secret, "client_secret")
  request.auth = { methods = "basic", user = form.escape(self.options.client_id),
    password = form.escape(secret) }
end

function show.private_key_jwt(self, fields)
  show.none(self, fields)
  fields[#fields + 1] = { "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" }
  fields[#fields + 1] = { "client_assertion", assertion.of_client(self) }
end

-- requests -------------------------------------------------------------------------

---Posts a form to an endpoint.
---@param name "token"|"device"
---@param fields table[] list of { name, value }
---@param anonymous? boolean the form itself says who asks
---@return table|nil document
---@return satchel.Error? err
function Provider:post(name, fields, anonymous)
  local url = self:endpoint(name)
  local request = { method = "POST", url = url,
    headers = { "Content-Type: application/x-www-form-urlencoded", "Accept: application/json" } }
  if not anonymous then show[method_of(self)](self, fields, request) end
  request.body = form.encode(fields)
  local response, err = self:request(request)
  if not response then return nil, err end
  local place = host_of(url)
  local document = json.decode(response.body)
  if type(document) ~= "table" then return nil, refusal.of_status(response, place) end
  if type(document.error) == "string" then
    if request.auth then
      fields[#fields + 1] = { "client_secret", form.unescape(request.auth.password) }
    end
    return nil, refusal.new(document, place, fields)
  end
  if response.status ~= 200 then return nil, refusal.of_status(response, place) end
  return document
end

local function bad_answer(url, why)
  return nil, error_object.new { kind = "protocol", op = "oauth", server = host_of(url),
    message = ("%s gives no token that can be used: %s"):format(host_of(url), why) }
end

---@class satchel.oauth.Tokens
---@field access_token string
---@field refresh_token? string
---@field expires_at? number seconds since the epoch
---@field lifetime? number seconds

---Asks the token endpoint: RFC 6749 5.1.
---@param fields table[]
---@param anonymous? boolean
---@return satchel.oauth.Tokens|nil
---@return satchel.Error? err
function Provider:tokens(fields, anonymous)
  local document, err = self:post("token", fields, anonymous)
  if not document then return nil, err end
  local url = self:endpoint "token"
  local token, kind = document.access_token, document.token_type
  if type(token) ~= "string" or not token:find "^[\x21-\x7e]+$" then
    return bad_answer(url, "it is missing or has other characters than ASCII")
  end
  if type(kind) ~= "string" or kind:lower() ~= "bearer" then
    return bad_answer(url, "its type is not Bearer")
  end
  local refresh, lifetime = document.refresh_token, document.expires_in
  if type(lifetime) ~= "number" or lifetime < 0 then lifetime = nil end
  return { access_token = token, lifetime = lifetime,
    refresh_token = type(refresh) == "string" and refresh or nil,
    expires_at = lifetime and os.time() + lifetime or nil }
end

---@param options table
---@param preset satchel.oauth.Preset|nil
---@param scope string|nil
---@return satchel.oauth.Provider
function M.new(options, preset, scope)
  return setmetatable({ options = options, preset = preset, scope = scope }, Provider)
end

return M
