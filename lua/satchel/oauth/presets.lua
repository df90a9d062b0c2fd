-- What is known of providers: their endpoints, the scopes of their mail
-- services, and their customs.

local error_object = require "satchel.error"

local M = {}

---@class satchel.oauth.Preset
---@field endpoints table<string, string> authorize, token, device
---@field issuer? string as the provider names itself
---@field scope table<string, string> of each service
---@field services string[] those asked for by default
---@field always? string[] scopes that come with every sign-in
---@field client_scope? string of client credentials
---@field auth_method? string how a client with a secret shows itself
---@field redirect_uri? string
---@field authorize? table<string, string> further parameters of the authorization request
---@field assertion? table how a certificate signs
---@field no_device? string why there is no device grant for mail
---@field for_user? boolean client credentials are a signed assertion for one user

local OUTLOOK <const> = "https://outlook.office.com/"

-- "organizations" and "common" stand for any tenant; a tenant of one's own is
-- needed where no user signs in
local function microsoft(options)
  local tenant = options.tenant or "common"
  if not tenant:find "^[%w.-]+$" then
    error_object.invalid("oauth: tenant '%s' is neither a domain nor an id", tenant)
  end
  local base = ("https://login.microsoftonline.com/%s/oauth2/v2.0/"):format(tenant)
  return {
    endpoints = { authorize = base .. "authorize", token = base .. "token",
      device = base .. "devicecode" },
    scope = { imap = OUTLOOK .. "IMAP.AccessAsUser.All", pop3 = OUTLOOK .. "POP.AccessAsUser.All",
      smtp = OUTLOOK .. "SMTP.Send", mapi = OUTLOOK .. "EWS.AccessAsUser.All" },
    services = { "imap", "pop3", "smtp" },
    always = { "offline_access" },
    client_scope = "https://outlook.office365.com/.default",
    needs_tenant = not options.tenant or tenant == "common" or tenant == "organizations",
    auth_method = "client_secret_post",
    redirect_uri = "http://localhost", -- any port is taken with this host alone
    assertion = { algorithm = "PS256", thumbprint = true },
  }
end

local function google()
  local mail = "https://mail.google.com/"
  return {
    endpoints = { authorize = "https://accounts.google.com/o/oauth2/v2/auth",
      token = "https://oauth2.googleapis.com/token",
      device = "https://oauth2.googleapis.com/device/code" },
    issuer = "https://accounts.google.com",
    scope = { imap = mail, pop3 = mail, smtp = mail },
    services = { "imap" },
    client_scope = mail,
    auth_method = "client_secret_post",
    redirect_uri = "http://127.0.0.1",
    -- without these there is no refresh token
    authorize = { access_type = "offline", prompt = "consent" },
    no_device = "Google gives no access to mail by a device code",
    for_user = true,
  }
end

local known <const> = { microsoft = microsoft, google = google }

M.names = { "google", "microsoft" }

---@param options table with `provider`
---@return satchel.oauth.Preset|nil
function M.of(options)
  return options.provider and known[options.provider](options)
end

---The scope that is asked for: the caller's, or the services' of the preset.
---@param options table with `scope` and `services`
---@param preset satchel.oauth.Preset|nil
---@return string|nil
function M.scope(options, preset)
  local given = options.scope
  if given then return type(given) == "table" and table.concat(given, " ") or given end
  if not preset then return nil end
  local scopes, seen = {}, {}
  for _, service in ipairs(options.services or preset.services) do
    local scope = preset.scope[service]
    if not scope then
      error_object.invalid("oauth: %s has no service '%s'", options.provider, tostring(service))
    end
    if not seen[scope] then scopes[#scopes + 1] = scope end
    seen[scope] = true
  end
  table.move(preset.always or {}, 1, #(preset.always or {}), #scopes + 1, scopes)
  return table.concat(scopes, " ")
end

return M
