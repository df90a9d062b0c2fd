-- Logging on to POP3: SASL by AUTH (RFC 5034), APOP (RFC 1939 7), USER and PASS. A
-- password goes over a clear connection only where tls = false says so.

local core = require "satchel.core"
local errors = require "satchel.error"
local sasl = require "satchel.sasl"

local M = {}

local base64, unbase64 = core.text.base64, core.text.unbase64

-- RFC 2449 4: a command has 255 bytes with its CRLF
local LONGEST <const> = 253

local bare <const> = { PLAIN = true, LOGIN = true }

local function command(mechanism, initial)
  local line = "AUTH " .. mechanism
  if not initial then return line, line end
  local whole = line .. " " .. (initial == "" and "=" or base64(initial))
  if #whole > LONGEST then return line, line, initial end
  return whole, line .. " ***"
end

local function refusal(self, answer)
  local err = self:refusal(answer, "the server refuses", "auth")
  return { message = self.line:mask(answer.text), name = answer.code, kind = err.kind,
    retryable = err.retryable }
end

local function exchange(self, mechanism, initial, respond)
  local line, shown, late = command(mechanism, initial)
  local answer = self:ask(line, shown)
  while answer.status == "challenge" do
    local challenge = unbase64(answer.text)
    local response
    if late and challenge == "" then
      response, late = late, nil
    else
      response = challenge and respond(challenge)
    end
    answer = self:ask(response and base64(response) or "*", "***")
    if not response then
      return false, challenge and {} or { message = "a challenge that is not base64" }
    end
  end
  if answer.status == "ok" then return true end
  return false, refusal(self, answer)
end

local function password_of(options)
  local password = options.password
  if type(password) == "function" then password = password() end
  if type(password) ~= "string" then
    errors.invalid("connect: the password is a %s, not text", type(password))
  end
  return password
end

local function login_of(self)
  return self.options.login or self.options.user
end

local function refused(self, answer, how)
  local why = refusal(self, answer)
  errors.raise { kind = why.kind, name = why.name, stage = "auth", retryable = why.retryable,
    server = self.endpoint.host,
    hint = why.kind == "auth" and "check user name and password" or nil,
    message = ("%s refused to let %s in by %s: %s"):format(self.endpoint.host,
      login_of(self), how, why.message ~= "" and why.message or "it gave no reason") }
end

-- a name that could be two words, or end the command
local function check_user(user)
  if user:find "[\r\n\0]" then errors.invalid "connect: the user has a line break in it" end
  return user
end

local function apop(self)
  local options = self.options
  local user = check_user(login_of(self))
  local digest = core.net.md5(self.timestamp .. password_of(options))
  local answer = self:ask(("APOP %s %s"):format(user, digest), ("APOP %s ***"):format(user))
  if answer.status ~= "ok" then refused(self, answer, "APOP") end
end

local function user_and_pass(self)
  local options = self.options
  local answer = self:ask("USER " .. check_user(login_of(self)))
  if answer.status ~= "ok" then refused(self, answer, "USER") end
  answer = self:ask("PASS " .. password_of(options), "PASS ***")
  if answer.status ~= "ok" then refused(self, answer, "PASS") end
end

local function choose(self)
  local options = self.options
  local tls = type(options.tls) == "table" and options.tls or {}
  return sasl.choose { offered = self.capabilities.SASL or {}, secure = self.line.secure,
    user = login_of(self), password = options.password, token = options.token,
    stream = self.line.stream, service = "pop", host = self.endpoint.host,
    port = self.endpoint.port, clear_allowed = options.tls == false,
    certificate = tls.cert ~= nil }
end

---Logs on. Within TLS APOP is not preferred to the password itself: many servers
---have a timestamp in their greeting and only digests of the passwords.
---@param self satchel.pop3.Connection
function M.log_on(self)
  local options, candidates = self.options, choose(self)
  local first = candidates[1] and candidates[1].mechanism
  local may_bare = self.line.secure or options.tls == false
  if first and (not bare[first] or self.line.secure or not self.timestamp) then
    self.mechanism = sasl.run(candidates, function(...) return exchange(self, ...) end)
  elseif options.password and self.timestamp and not self.line.secure then
    self.mechanism = "APOP"
    apop(self)
  elseif options.password and may_bare and (not self.has_capa or self.capabilities.USER) then
    self.mechanism = "USER"
    user_and_pass(self)
  elseif options.password and self.timestamp then
    self.mechanism = "APOP"
    apop(self)
  else
    self.mechanism = sasl.run(candidates, function() return false end)
  end
end

return M
