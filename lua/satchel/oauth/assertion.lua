-- Assertions: JSON Web Tokens that are signed with a private key, by which a
-- client shows who it is (RFC 7523 2.2, OpenID Connect Core 9) or asks in the
-- name of a user (RFC 7523 2.1).

local core = require "satchel.core"
local error_object = require "satchel.error"
local form = require "satchel.oauth.form"
local json = require "cjson.safe"

local M = {}

local LIFETIME <const> = 300
local MOST <const> = 1 << 20

-- of a certificate or key: PEM text, or the path of a file with it
local function pem_of(value, what)
  if value:find "%-%-%-%-%-BEGIN" then return value end
  local file, why = io.open(value, "rb")
  local text = file and file:read(MOST)
  if file then file:close() end
  if text and text:find "%-%-%-%-%-BEGIN" then return text end
  return error_object.raise { kind = file and "invalid" or "not_found", op = "oauth",
    message = file and ("oauth: there is no PEM in the %s '%s'"):format(what, value)
      or ("oauth: cannot read the %s: %s"):format(what, why) }
end

-- the bytes of the first block with that name
local function block(pem, name)
  local text = pem:match("%-%-%-%-%-BEGIN " .. name .. "%-%-%-%-%-(.-)%-%-%-%-%-END")
  return text and core.text.unbase64((text:gsub("%s", "")))
end

-- the object identifier of an elliptic curve's key, 1.2.840.10045.2.1
local CURVE <const> = "\x2a\x86\x48\xce\x3d\x02\x01"

local function algorithm_of(key)
  if key:find("BEGIN EC PRIVATE KEY", 1, true) then return "ES256" end
  local bytes = block(key, "PRIVATE KEY")
  return bytes and bytes:find(CURVE, 1, true) and "ES256" or "RS256"
end

-- RFC 7515 4.1.8
local function thumbprint(certificate)
  local digest, err = core.net.thumbprint(pem_of(certificate, "certificate"))
  if digest then return form.base64url(digest) end
  err.message = "oauth: the certificate cannot be read: " .. err.message
  return error_object.raise(err)
end

local function header_of(provider, key)
  local given = provider.options.certificate
  local custom = provider.preset and provider.preset.assertion or {}
  local algorithm = algorithm_of(key)
  if algorithm == "RS256" then algorithm = custom.algorithm or algorithm end
  local header = { typ = "JWT", alg = given.algorithm or algorithm, kid = given.kid }
  if given.cert then
    header["x5t#S256"] = thumbprint(given.cert)
  elseif custom.thumbprint then
    error_object.raise { kind = "invalid", message = "oauth: the certificate has no 'cert'",
      hint = "certificate = { cert = 'app.crt', key = 'app.key' }" }
  end
  return header
end

local function sign(provider, claims)
  local now = os.time()
  claims.iat, claims.exp, claims.jti = now, now + LIFETIME, form.random()
  local key = pem_of(provider.options.certificate.key, "key")
  local text, err = core.net.jwt(json.encode(header_of(provider, key)), json.encode(claims), key,
    provider.options.certificate.passphrase)
  if text then return text end
  err.message = "oauth: the assertion cannot be signed: " .. err.message
  return error_object.raise(err)
end

---Says who the client is, to one provider, for five minutes.
---@param provider satchel.oauth.Provider
---@return string
function M.of_client(provider)
  local id = provider.options.client_id
  return sign(provider, { iss = id, sub = id, aud = provider:endpoint "token" })
end

---Asks in the name of a user, who need not be there.
---@param provider satchel.oauth.Provider
---@param user string
---@return string
function M.of_user(provider, user)
  return sign(provider, { iss = provider.options.client_id, sub = user,
    scope = provider.scope, aud = provider:endpoint "token" })
end

return M
