-- A provider of tokens of the specs' own, on a loopback port of this very
-- process: every grant, refresh tokens that are replaced with each use, and
-- whatever answer a spec wants instead.

local core = require "satchel.core"
local form = require "satchel.oauth.form"
local json = require "cjson.safe"
local listen = require "satchel.sandbox.listen"

local Provider = {}
Provider.__index = Provider

local M = {}

local function reply(status, document, headers)
  local body = type(document) == "string" and document or json.encode(document)
  return { status = status, headers = headers or { { "Content-Type", "application/json" } },
    body = body }
end

local function refuse(word, description, status)
  return reply(status or 400, { error = word, error_description = description })
end

function Provider:metadata()
  local document = { issuer = self.base, token_endpoint = self.base .. "/token",
    authorization_endpoint = self.base .. "/auth",
    device_authorization_endpoint = self.base .. "/device",
    token_endpoint_auth_methods_supported = { "client_secret_basic", "client_secret_post" },
    authorization_response_iss_parameter_supported = true }
  for name, value in pairs(self.claims) do document[name] = value or nil end
  return document
end

-- a new access token and, unless the grant has none, a new refresh token
function Provider:issue(family, no_refresh)
  self.issued = self.issued + 1
  local access = ("access-%d-%s"):format(self.issued, self.salt)
  self.valid[access] = core.net.now() + self.lifetime
  local document = { access_token = access, token_type = "Bearer", expires_in = self.lifetime }
  if not no_refresh then
    document.refresh_token = ("refresh-%d-%s"):format(self.issued, self.salt)
    self.refresh[document.refresh_token] = family or self.issued
  end
  self.last = document
  return reply(200, document)
end

function Provider:is_valid(access)
  return (self.valid[access] or 0) > core.net.now()
end

local grants = {}

function grants:client_credentials()
  if not self.identified then return refuse("invalid_client", "who are you?", 401) end
  return self:issue(nil, true)
end

grants["urn:ietf:params:oauth:grant-type:jwt-bearer"] = function(self, fields)
  self.asserted = fields.assertion
  return self:issue(nil, true)
end

-- a refresh token that comes a second time ends the whole family (RFC 9700 4.14)
function grants:refresh_token(fields)
  local family = self.refresh[fields.refresh_token]
  if not family or self.ended[family] then return refuse("invalid_grant", "it is not valid") end
  if self.rotates then
    if self.used[fields.refresh_token] then
      self.ended[family] = true
      return refuse("invalid_grant", "it was used before")
    end
    self.used[fields.refresh_token] = true
    return self:issue(family)
  end
  return self:issue(family, true)
end

function grants:authorization_code(fields)
  local pending = self.codes[fields.code or ""]
  if not pending then return refuse("invalid_grant", "no such code") end
  self.codes[fields.code] = nil
  if pending.redirect_uri ~= fields.redirect_uri then
    return refuse("invalid_grant", "another redirect_uri")
  end
  local verifier = fields.code_verifier or ""
  if form.base64url(core.text.sha256(verifier)) ~= pending.code_challenge then
    return refuse("invalid_grant", "PKCE failed")
  end
  return self:issue()
end

grants["urn:ietf:params:oauth:grant-type:device_code"] = function(self, fields)
  if fields.device_code ~= self.device_code then return refuse "invalid_grant" end
  local answer = table.remove(self.device_answers, 1)
  if answer == "hangup" then return nil end
  if answer then return refuse(answer) end
  return self:issue()
end

-- by Basic or in the form; a client without a secret is public
local function identify(self, fields, headers)
  local id, secret = fields.client_id, fields.client_secret
  local basic = (headers.authorization or ""):match "^Basic (.+)$"
  if basic then
    id, secret = core.text.unbase64(basic):match "^([^:]*):(.*)$"
    id, secret = form.unescape(id), form.unescape(secret)
  end
  self.shown = { id = id, secret = secret, basic = basic ~= nil,
    assertion = fields.client_assertion }
  self.identified = secret == self.secret or fields.client_assertion ~= nil
  return id == self.client_id and (secret == nil or self.identified)
end

local places = {}

places["/.well-known/openid-configuration"] = function(self)
  if self.plain_metadata then return reply(404, "no") end
  return reply(200, self:metadata())
end

places["/.well-known/oauth-authorization-server"] = function(self)
  return reply(200, self:metadata())
end

places["/token"] = function(self, request, headers)
  local fields = form.decode(request.body)
  self.asked[#self.asked + 1] = fields
  local prepared = table.remove(self.answers, 1)
  if prepared then return reply(prepared.status or 200, prepared.document, prepared.headers) end
  local by_itself = fields.assertion ~= nil
  if not by_itself and not identify(self, fields, headers) then
    return refuse("invalid_client", "unknown client or wrong secret "
      .. tostring(self.shown.secret), 401)
  end
  local grant = grants[fields.grant_type]
  if not grant then return refuse "unsupported_grant_type" end
  return grant(self, fields)
end

places["/device"] = function(self, request, headers)
  local fields = form.decode(request.body)
  if not identify(self, fields, headers) then return refuse("invalid_client", nil, 401) end
  self.device_scope = fields.scope
  return reply(200, { device_code = self.device_code, user_code = "WDJB-MJHT",
    verification_uri = self.base .. "/enter", expires_in = self.device_lifetime, interval = 1,
    verification_uri_complete = self.base .. "/enter?user_code=WDJB-MJHT" })
end

-- the page where a user signs in: this one always agrees
places["/auth"] = function(self, request)
  local fields = form.decode(request.url:match "%?(.*)$")
  self.authorized = fields
  local code = form.random()
  self.codes[code] = fields
  local answer = { { "code", code }, { "state", fields.state }, { "iss", self.base } }
  if self.on_authorize then answer = self.on_authorize(answer, fields) end
  return reply(302, "", { { "Location", fields.redirect_uri .. "?" .. form.encode(answer) } })
end

-- RFC 7662
places["/introspect"] = function(self, request)
  local token = form.decode(request.body).token
  return reply(200, { active = self:is_valid(token), username = self.user })
end

local function handle(self, request)
  local path = request.url:match "^[^?]*"
  local headers = {}
  for _, pair in ipairs(request.headers) do headers[pair[1]:lower()] = pair[2] end
  self.requests[#self.requests + 1] = request.method .. " " .. path
  local place = places[path]
  if not place then return reply(404, "nothing here") end
  local response = place(self, request, headers)
  if response then response.delay = self.delay end
  return response
end

---@param more? table fields in place of the defaults
function M.start(more)
  local self = setmetatable({ client_id = "app", secret = "s3cret+/=&value", salt = form.random(),
    lifetime = 3600, rotates = true, issued = 0, valid = {}, refresh = {}, used = {}, ended = {},
    codes = {}, answers = {}, asked = {}, requests = {}, claims = {}, device_answers = {},
    device_code = form.random(), device_lifetime = 300, user = "anna@example.test" }, Provider)
  for name, value in pairs(more or {}) do self[name] = value end
  self.listener = listen.listen(function(request) return handle(self, request) end,
    { tls = self.tls })
  self.base = self.listener.base:gsub("127%.0%.0%.1", self.tls and "localhost" or "127.0.0.1")
  return self
end

function Provider:close() self.listener:close() end

-- opens a page as a browser does: follows where it leads
function Provider.browse(url)
  local transport = require "satchel.transport".new { tls = false, proxy = false, timeout = 5 }
  local pages = {}
  while url do
    local response = assert(transport { url = url, auth = false, any_status = true })
    pages[#pages + 1] = response
    url = response.fields.location
  end
  return pages
end

Provider.__close = Provider.close

return M
