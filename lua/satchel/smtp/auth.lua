-- Logging on to SMTP: AUTH (RFC 4954), the mechanisms by satchel.sasl.

local code = require "satchel.smtp.code"
local core = require "satchel.core"
local errors = require "satchel.error"
local sasl = require "satchel.sasl"

local M = {}

local base64, unbase64 = core.text.base64, core.text.unbase64

-- bytes of a whole AUTH command; a longer first response goes as an answer
local LONGEST <const> = 12286

-- these say that it is the mechanism that will not do
local about_mechanism <const> = { [504] = true, [534] = true, [538] = true }

local function command(mechanism, initial)
  local line = "AUTH " .. mechanism
  if not initial then return line, line end
  local whole = line .. " " .. (initial == "" and "=" or base64(initial))
  if #whole > LONGEST then return line, line, initial end
  return whole, line .. " ***"
end

local function refusal(self, reply)
  local kind = reply.code < 500 and code.kind(reply, "auth") or nil
  return { message = self.line:mask(code.text(reply)), name = reply.enhanced, code = reply.code,
    kind = kind ~= "auth" and kind or nil, retryable = reply.code < 500,
    hint = reply.code < 500 and "try again later" or nil,
    unavailable = about_mechanism[reply.code], server = self.endpoint.host }
end

-- one mechanism: true, or false and why
local function exchange(self, mechanism, initial, respond)
  local line, shown, late = command(mechanism, initial)
  local reply = self:ask(line, shown)
  while reply.code == 334 do
    local challenge = unbase64(reply[1])
    local response
    if late and challenge == "" then
      response, late = late, nil
    else
      response = challenge and respond(challenge)
    end
    reply = self:ask(response and base64(response) or "*", "***")
    if not response then
      return false, challenge and {} or { message = "a challenge that is not base64" }
    end
  end
  if reply.code == 235 then return true end
  return false, refusal(self, reply)
end

local function run(self, candidates)
  return sasl.run(candidates, function(...) return exchange(self, ...) end)
end

local function choose(self, offered)
  local options = self.options
  local tls = type(options.tls) == "table" and options.tls or {}
  return sasl.choose { offered = offered, secure = self.line.secure, user = options.user,
    password = options.password, token = options.token, stream = self.line.stream,
    service = "smtp", host = self.endpoint.host, port = self.endpoint.port,
    clear_allowed = options.tls == false, certificate = tls.cert ~= nil }
end

-- without a password: a certificate or a ticket may do, and none may be needed
local function without_secret(self, offered)
  local candidates = choose(self, offered)
  if #candidates == 0 then return end
  local ok, err = pcall(run, self, candidates)
  if not ok and self.line.lost then error(err, 0) end
end

---Logs on if there is something to log on with.
---@param self satchel.smtp.Connection
function M.log_on(self)
  local options, offered = self.options, self.capabilities.AUTH
  if not (options.password or options.token) then
    if offered then without_secret(self, offered) end
    return
  end
  if offered then
    self.mechanism = run(self, choose(self, offered))
  elseif not options.borrowed and not self.lmtp then
    errors.raise { kind = "auth", stage = "auth", server = self.endpoint.host,
      message = ("%s offers no way to log on"):format(self.endpoint.place),
      hint = "leave out the password if it needs none" }
  end
end

return M
