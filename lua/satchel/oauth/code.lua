-- The authorization code grant of an application on the user's machine: the
-- code is sent to this machine (RFC 8252), is worth something only to who asked
-- for it (PKCE, RFC 7636), and only with the state (RFC 6749 10.12) and from the
-- issuer (RFC 9207) of this sign-in.

local core = require "satchel.core"
local error_object = require "satchel.error"
local form = require "satchel.oauth.form"
local refusal = require "satchel.oauth.refusal"

local M = {}

local function request_url(provider, redirect, state, verifier)
  local options = provider.options
  local fields = { { "response_type", "code" }, { "client_id", options.client_id },
    { "redirect_uri", redirect.uri }, { "scope", provider.scope }, { "state", state },
    { "code_challenge", form.base64url(core.text.sha256(verifier)) },
    { "code_challenge_method", "S256" }, { "login_hint", options.user } }
  local more = options.authorize or provider.preset and provider.preset.authorize or {}
  local names = {}
  for name in pairs(more) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do fields[#fields + 1] = { name, more[name] } end
  local url = provider:endpoint "authorize"
  return url .. (url:find("?", 1, true) and "&" or "?") .. form.encode(fields)
end

-- RFC 9207 2.4: who answers must be who was asked
local function check_issuer(provider, answer)
  local expected = provider:issuer()
  local promised = expected
    and provider:describe().authorization_response_iss_parameter_supported == true
  if answer.iss == nil and not promised then return end
  if expected and answer.iss ~= expected then
    error_object.raise { kind = "auth", op = "oauth",
      message = ("oauth: the answer is not from %s"):format(expected),
      hint = "another provider may be mixed up with it; nothing was sent there" }
  end
end

local function code_of(provider, redirect, answer)
  if not answer then
    error_object.raise { kind = "timeout", op = "oauth",
      message = redirect.turned_away
        and "oauth: only answers to other sign-ins came back from the provider's page"
        or ("oauth: nobody signed in within %d s"):format(provider.options.patience),
      hint = "start again, and open the page in a browser on this machine" }
  end
  check_issuer(provider, answer)
  if answer.error then
    error_object.raise(refusal.new(answer, provider:endpoint "authorize":match "//([^/?#]+)"))
  end
  if not answer.code then
    error_object.raise { kind = "protocol", op = "oauth",
      message = "oauth: the answer of the provider's page has no code" }
  end
  return answer.code
end

---@param provider satchel.oauth.Provider
---@return satchel.oauth.Tokens
function M.obtain(provider)
  local options = provider.options
  local state, verifier = form.random(), form.random()
  local uri = options.redirect_uri or provider.preset and provider.preset.redirect_uri
    or "http://127.0.0.1"
  local redirect <close> = require("satchel.oauth.redirect").open(uri, state)
  options.open(request_url(provider, redirect, state, verifier))
  local answer = redirect:wait(options.patience)
  return error_object.assert(provider:tokens { { "grant_type", "authorization_code" },
    { "code", code_of(provider, redirect, answer) }, { "redirect_uri", redirect.uri },
    { "code_verifier", verifier } })
end

---The page to open on the standard error output.
---@param url string
function M.open(url)
  io.stderr:write("To sign in, open\n", url, "\n")
end

return M
