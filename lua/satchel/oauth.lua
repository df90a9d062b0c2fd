-- Tokens (OAuth 2.0). Each way to sign in gives a function that every protocol
-- takes as `token`: called, it gives a valid access token, and signs in, renews
-- and keeps what it needs for that.

local error_object = require "satchel.error"
local keeper = require "satchel.oauth.keeper"
local options = require "satchel.options"
local presets = require "satchel.oauth.presets"
local provider = require "satchel.oauth.provider"
local store = require "satchel.oauth.store"

---@class satchel.OauthOptions
---@field provider? "microsoft"|"google" whose endpoints and scopes are known
---@field tenant? string microsoft: the organisation's domain or id; default any
---@field services? string[] of the provider: "imap" "pop3" "smtp" "mapi"
---@field issuer? string URL of another provider; its endpoints are found from it
---@field endpoints? table { token =, authorize =, device = } in place of an issuer
---@field client_id string of the application as it is registered with the provider
---@field client_secret? string|fun(): string
---@field certificate? table { key =, cert =, kid =, algorithm =, passphrase = }, PEM or files
---@field auth_method? string how the client shows itself, if the provider is not to say
---@field scope? string|string[] what is asked for
---@field user? string address of who signs in
---@field store? string|table a file, or { load = fn() -> text, save = fn(text) }
---@field margin? number seconds before its end at which a token is renewed; default 60
---@field timeout? number seconds for one answer; default 30
---@field tls? satchel.TlsOptions|boolean as for connect
---@field proxy? string URL
---@field trace? fun(event: table) shown the requests, secrets masked
---@field transport? fun(request: table): table|nil, table? carries requests

---@class satchel.OauthDeviceOptions: satchel.OauthOptions
---@field show? false|fun(prompt: satchel.oauth.Prompt) tells the user; false: nobody is there

---@class satchel.OauthCodeOptions: satchel.OauthOptions
---@field open? false|fun(url: string) shows the page to the user; false: nobody is there
---@field redirect_uri? string as registered, on this machine; default "http://127.0.0.1"
---@field authorize? table further parameters of the request
---@field patience? number seconds for the user to sign in; default 300

---@class satchel.OauthRefreshOptions: satchel.OauthOptions
---@field refresh_token? string one that was got elsewhere

---@alias satchel.TokenFunction fun(refused?: boolean): string

---@class satchel.oauth
local M = {}

local METHODS <const> = { "none", "client_secret_basic", "client_secret_post", "private_key_jwt" }

local file_rows <const> = { key = { type = "string", required = true }, cert = { type = "string" },
  kid = { type = "string" }, passphrase = { type = "string" },
  algorithm = { type = "string", one_of = { "RS256", "PS256", "ES256" } } }
local endpoint_rows <const> = { token = { type = "string" }, authorize = { type = "string" },
  device = { type = "string" } }

local function checker(where, rows)
  return function(value) return options.check(where, value, rows) end
end

local function positive(value)
  if value >= 0 and value == value then return value end
  return error_object.invalid("oauth: %s seconds", value)
end

local common <const> = {
  provider = { type = "string", one_of = presets.names }, tenant = { type = "string" },
  services = { type = "table" }, issuer = { type = "string" },
  endpoints = { type = "table", convert = checker("oauth: endpoints", endpoint_rows) },
  client_id = { type = "string", required = true },
  client_secret = { type = "string|callable" },
  certificate = { type = "table", convert = checker("oauth: certificate", file_rows) },
  auth_method = { type = "string", one_of = METHODS },
  scope = { type = "string|table" }, user = { type = "string" },
  store = { type = "string|table" },
  margin = { type = "number", convert = positive, default = 60 },
  timeout = { type = "number", convert = positive, default = 30 },
  tls = { type = "table|boolean" }, proxy = { type = "string|boolean" },
  trace = { type = "callable" }, transport = { type = "callable" },
}

local function with(more)
  local rows = {}
  for name, row in pairs(common) do rows[name] = row end
  for name, row in pairs(more) do rows[name] = row end
  return rows
end

local rows <const> = {
  device = with { show = { type = "callable|boolean" } },
  code = with { open = { type = "callable|boolean" }, redirect_uri = { type = "string" },
    authorize = { type = "table" },
    patience = { type = "number", convert = positive, default = 300 } },
  client = common,
  refresh = with { refresh_token = { type = "string" } },
}

M.options = rows

local function carrier(opts)
  if opts.transport then return opts.transport end
  local show = opts.trace
  return require("satchel.transport").new { trace = show and function(event)
    event.layer = "http"
    show(event)
  end }
end

local function check_together(where, opts, preset)
  if not (opts.provider or opts.issuer or opts.endpoints) then
    error_object.raise { kind = "invalid", message = where .. ": who gives the tokens is missing",
      hint = "give provider = 'microsoft' or 'google', or issuer, or endpoints" }
  end
  if opts.tenant and opts.provider ~= "microsoft" then
    error_object.invalid("%s: only provider 'microsoft' has a tenant", where)
  end
  if opts.services and not preset then
    error_object.invalid("%s: services are those of a provider; give scope", where)
  end
  if opts.client_secret and opts.certificate then
    error_object.invalid("%s: give a client_secret or a certificate, not both", where)
  end
  if opts.tls == true then opts.tls = nil end
end

-- whose tokens they are: a store for others is refused
local function owner_of(opts, found)
  return { client_id = opts.client_id, user = opts.user,
    provider = opts.issuer or opts.endpoints and opts.endpoints.token or found.endpoints.token }
end

-- signing in anew where nobody is there to do so
local function refuse_to_ask(where, ended)
  local words = ended and "the sign-in has ended: " .. ended.message
    or "nobody has signed in yet"
  return error_object.raise { kind = "auth", name = ended and ended.name, op = "oauth",
    message = ("%s: %s"):format(where, words),
    hint = "run the script once where somebody can sign in, with the same store" }
end

local function make(name, given, build)
  local where = "oauth." .. name
  local opts = options.check(where, given, rows[name])
  local preset = presets.of(opts)
  check_together(where, opts, preset)
  opts.transport = carrier(opts)
  local scope = name == "client" and not opts.scope and preset and preset.client_scope
    or presets.scope(opts, preset)
  local found = provider.new(opts, preset, scope)
  local kept = store.new(opts.store, owner_of(opts, preset))
  local obtain = build(opts, preset, found, where)
  local self = keeper.new(found, kept, obtain, opts.margin)
  local function token(refused) return self:token(refused) end
  require("satchel.transport").renewing[token] = true
  return token
end

-- a grant in which a user takes part, by the option that reaches the user
local function interactive(module, channel)
  return function(opts, preset, found, where)
    local grant = require(module)
    if channel == "show" and preset and preset.no_device then
      error_object.raise { kind = "unsupported", message = where .. ": " .. preset.no_device,
        hint = "use satchel.oauth.code" }
    end
    local ask = opts[channel] ~= false
    if opts[channel] == nil or opts[channel] == true then opts[channel] = grant[channel] end
    return function(ended)
      if not ask then refuse_to_ask(where, ended) end
      return grant.obtain(found)
    end
  end
end

---Signs in by a code that the user enters on a page of the provider, on any device.
---@param given satchel.OauthDeviceOptions
---@return satchel.TokenFunction
function M.device(given)
  return make("device", given, interactive("satchel.oauth.device", "show"))
end

---Signs in by a browser on this machine (authorization code with PKCE).
---@param given satchel.OauthCodeOptions
---@return satchel.TokenFunction
function M.code(given)
  return make("code", given, interactive("satchel.oauth.code", "open"))
end

---The application itself has the right: by its secret or certificate, no user takes part.
---@param given satchel.OauthOptions
---@return satchel.TokenFunction
function M.client(given)
  return make("client", given, function(opts, preset, found, where)
    if not (opts.client_secret or opts.certificate) then
      error_object.invalid("%s: a client_secret or a certificate is missing", where)
    end
    if preset and preset.for_user and not (opts.user and opts.certificate) then
      error_object.raise { kind = "invalid", message = where .. ": user or certificate is missing",
        hint = "client_id: the service account; certificate = { key = its key }; user: whose mail" }
    end
    if preset and preset.needs_tenant then
      error_object.raise { kind = "invalid", message = where .. ": option 'tenant' is missing",
        hint = "the organisation's domain or id" }
    end
    return function() return require("satchel.oauth.client").obtain(found) end
  end)
end

---Renews what was got elsewhere: a refresh token, or only what the store has.
---@param given satchel.OauthRefreshOptions
---@return satchel.TokenFunction
function M.refresh(given)
  return make("refresh", given, function(opts, _, found, where)
    local first = opts.refresh_token
    return function(ended)
      if not first then refuse_to_ask(where, ended) end
      local refresh_token
      refresh_token, first = first, nil
      local tokens = error_object.assert(found:tokens { { "grant_type", "refresh_token" },
        { "refresh_token", refresh_token } })
      tokens.refresh_token = tokens.refresh_token or refresh_token
      return tokens
    end
  end)
end

return M
