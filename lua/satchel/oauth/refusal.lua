-- What a provider says when it gives no token, as an error object: its own
-- word (RFC 6749 5.2, RFC 8628 3.5), its description, and what to do. Nothing
-- secret that was sent comes back in it, whatever the provider repeats.

local error_object = require "satchel.error"

local M = {}

local KINDS <const> = { server_error = "server", temporarily_unavailable = "throttled",
  slow_down = "throttled", invalid_scope = "auth" }

local HINTS <const> = {
  invalid_client = "check client_id, and client_secret or certificate",
  invalid_grant = "sign in again",
  unauthorized_client = "the application is not registered for this way to sign in",
  unsupported_grant_type = "the provider does not offer this way to sign in",
  invalid_scope = "check scope; the application may have to be granted it first",
  invalid_target = "check scope",
  access_denied = "whoever was asked said no, or an administrator has to agree first",
  expired_token = "the code was not entered in time; start again",
  interaction_required = "sign in again",
  login_required = "sign in again",
  consent_required = "the user or an administrator has to agree once; sign in again",
  redirect_uri_mismatch = "register the redirect address for the application, or give redirect_uri",
}

-- numbers of Microsoft Entra in descriptions
local ENTRA <const> = {
  { "AADSTS7000218", "allow public client flows for the application, or give client_secret" },
  { "AADSTS7000215", "the client secret is wrong; its value is needed, not its id" },
  { "AADSTS7000222", "the client secret has expired; make a new one" },
  { "AADSTS700016", "no such application in this tenant; check client_id and tenant" },
  { "AADSTS65001", "the user or an administrator has to agree once; sign in again" },
  { "AADSTS90002", "no such tenant; check tenant" },
  { "AADSTS50011", "register http://localhost as a redirect address of the application" },
  { "AADSTS50059", "give the tenant" },
  { "AADSTS700082", "nobody used it for too long; sign in again" },
  { "AADSTS70043", "sign in again, as the tenant's policy asks" },
  { "AADSTS50076", "a second factor is asked for; sign in again" },
  { "AADSTS50173", "the password was changed; sign in again" },
}

-- fields of a form that nobody else may see
local SECRET <const> = { client_secret = true, refresh_token = true, code = true,
  code_verifier = true, device_code = true, client_assertion = true, assertion = true,
  password = true }

---@param text string
---@param fields table[] what was sent, list of { name, value }
---@return string
function M.hide(text, fields)
  for _, pair in ipairs(fields or {}) do
    local value = SECRET[pair[1]] and pair[2]
    if value and #value > 3 then
      text = text:gsub(value:gsub("%p", "%%%0"), "***")
    end
  end
  return text
end

local function hint_of(word, description)
  for _, row in ipairs(ENTRA) do
    if description:find(row[1] .. "%f[%D]") then return row[2] end
  end
  return HINTS[word]
end

-- RFC 6749 5.2: printable ASCII; some send lines
local function one_line(value)
  return type(value) == "string" and value:gsub("%s*%c+%s*", " ") or ""
end

---@param refusal table error, error_description of an answer or a redirect
---@param place string the host
---@param fields? table[] what was sent
---@return satchel.Error
function M.new(refusal, place, fields)
  local word = M.hide(one_line(refusal.error), fields)
  local description = M.hide(one_line(refusal.error_description), fields)
  return error_object.new {
    kind = KINDS[word] or "auth", name = word, op = "oauth", server = place,
    message = ("%s gives no token: %s%s"):format(place, word,
      description ~= "" and ": " .. description or ""),
    description = description ~= "" and description or nil,
    hint = hint_of(word, description), retryable = KINDS[word] ~= nil and word ~= "invalid_scope",
  }
end

local STATUS <const> = { [408] = "timeout", [429] = "throttled", [503] = "throttled" }

---An answer that is none of OAuth.
---@param response satchel.Response
---@param place string
---@return satchel.Error
function M.of_status(response, place)
  local status = response.status
  local kind = STATUS[status] or status >= 500 and "server"
    or status == 404 and "not_found" or "protocol"
  return error_object.new { kind = kind, op = "oauth", server = place, code = status,
    retry_after = response.retry_after, retryable = status >= 500 or status == 429 or nil,
    message = ("%s gives no token: it answered HTTP status %d and no document of OAuth")
      :format(place, status) }
end

return M
