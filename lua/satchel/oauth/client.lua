-- The client credentials grant (RFC 6749 4.4): the application itself has the
-- right. Google's kind of it is an assertion in the name of a user (RFC 7523
-- 2.1), by an account that may speak for the users of a domain.

local assertion = require "satchel.oauth.assertion"
local error_object = require "satchel.error"

local M = {}

local BEARER <const> = "urn:ietf:params:oauth:grant-type:jwt-bearer"

---@param provider satchel.oauth.Provider
---@return satchel.oauth.Tokens
function M.obtain(provider)
  local preset = provider.preset
  local tokens
  if preset and preset.for_user then
    tokens = error_object.assert(provider:tokens({ { "grant_type", BEARER },
      { "assertion", assertion.of_user(provider, provider.options.user) } }, true))
  else
    tokens = error_object.assert(provider:tokens { { "grant_type", "client_credentials" },
      { "scope", provider.scope } })
  end
  tokens.refresh_token = nil -- RFC 6749 4.4.3: none is due; asking again is as good
  return tokens
end

return M
