-- The device authorization grant (RFC 8628): the user opens a page anywhere and
-- enters a code there, while this process asks the provider how far they are.

local error_object = require "satchel.error"
local task = require "satchel.task"

local M = {}

local GRANT <const> = "urn:ietf:params:oauth:grant-type:device_code"
local INTERVAL <const> = 5     -- RFC 8628 3.2
local SLOWER <const> = 5       -- 3.5: slow_down adds this
local LONGEST <const> = 1800

---What the user has to be told.
---@class satchel.oauth.Prompt
---@field url string the page to open
---@field code string what to enter there
---@field complete_url? string the page with the code in it
---@field expires_in number seconds
---@field message string all of it as a sentence

M.sleep = task.sleep

local function text(value)
  return type(value) == "string" and value ~= "" and not value:find "%c" and value or nil
end

local function begin(provider)
  local document = error_object.assert(provider:post("device",
    { { "scope", provider.scope } }))
  local url, code = text(document.verification_uri), text(document.user_code)
  if not (url and code and text(document.device_code)) then
    error_object.raise { kind = "protocol", op = "oauth",
      message = "oauth: the provider's answer has no device code" }
  end
  local interval, lifetime = document.interval, document.expires_in
  return { device_code = document.device_code,
    interval = type(interval) == "number" and interval > 0 and interval or INTERVAL,
    lifetime = math.min(type(lifetime) == "number" and lifetime or LONGEST, LONGEST),
    prompt = { url = url, code = code, complete_url = text(document.verification_uri_complete),
      expires_in = lifetime,
      message = ("To sign in, open %s and enter the code %s"):format(url, code) } }
end

local function poll(provider, device)
  local waited = 0
  while waited < device.lifetime do
    M.sleep(device.interval)
    waited = waited + device.interval
    local tokens, err = provider:tokens { { "grant_type", GRANT },
      { "device_code", device.device_code } }
    if tokens then return tokens end
    if err.name == "slow_down" then
      device.interval = device.interval + SLOWER
    elseif err.kind == "timeout" or err.kind == "network" then
      device.interval = device.interval * 2 -- 3.5: less often after a failure to connect
    elseif err.name ~= "authorization_pending" then
      error_object.raise(err)
    end
  end
  return error_object.raise { kind = "auth", name = "expired_token", op = "oauth",
    message = ("oauth: nobody entered the code within %d s"):format(device.lifetime),
    hint = "start again" }
end

---@param provider satchel.oauth.Provider
---@return satchel.oauth.Tokens
function M.obtain(provider)
  local device = begin(provider)
  provider.options.show(device.prompt)
  return poll(provider, device)
end

---The prompt on the standard error output.
---@param prompt satchel.oauth.Prompt
function M.show(prompt)
  io.stderr:write(prompt.message, "\n")
end

return M
