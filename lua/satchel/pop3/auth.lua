-- Logging on to POP3: SASL by AUTH (RFC 5034), APOP (RFC 1939 7), USER and PASS. A
-- password goes over a clear connection only where tls = false says so.

local auth_command = require "satchel.auth_command"
local core = require "satchel.core"
local errors = require "satchel.error"
local sasl = require "satchel.sasl"

local M = {}

-- RFC 2449 4: a command has 255 bytes with its CRLF
local LONGEST <const> = 253

local bare <const> = { PLAIN = true, LOGIN = true }

local function refusal(self, answer)
  local err = self:refusal(answer, "the server refuses", "auth")
  return { message = self.line:mask(answer.text), name = answer.code, kind = err.kind,
    retryable = err.retryable }
end

local function run(self, candidates)
  return auth_command.run({ longest = LONGEST,
    ask = function(...) return self:ask(...) end,
    challenge = function(answer) return answer.status == "challenge" and answer.text or nil end,
    accepted = function(answer) return answer.status == "ok" end,
    refusal = function(answer) return refusal(self, answer) end }, candidates)
end

local function login_of(self)
  return self.options.login or self.options.user
end

local function refused(self, answer, how)
  local why = refusal(self, answer)
  errors.raise { kind = why.kind, name = why.name, stage = "auth", retryable = why.retryable,
    server = self.endpoint.host,
    hint = why.kind == "auth" and "check user and password" or nil,
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
  local digest = core.net.md5(self.timestamp .. sasl.secret(options, "password"))
  local answer = self:ask(("APOP %s %s"):format(user, digest), ("APOP %s ***"):format(user))
  if answer.status ~= "ok" then refused(self, answer, "APOP") end
end

local function user_and_pass(self)
  local options = self.options
  local answer = self:ask("USER " .. check_user(login_of(self)))
  if answer.status ~= "ok" then refused(self, answer, "USER") end
  answer = self:ask("PASS " .. sasl.secret(options, "password"), "PASS ***")
  if answer.status ~= "ok" then refused(self, answer, "PASS") end
end

---Logs on. Within TLS APOP is not preferred to the password itself: many servers
---have a timestamp in their greeting and only digests of the passwords.
---@param self satchel.pop3.Connection
function M.log_on(self)
  local options = self.options
  local candidates = auth_command.choose(self, "pop", login_of(self),
    self.capabilities.SASL or {})
  local first = candidates[1] and candidates[1].mechanism
  local may_bare = self.line.secure or options.tls == false
  -- RFC 1939 7: a space ends the name
  local may_apop = options.password and self.timestamp and not login_of(self):find " "
  if first and (not bare[first] or self.line.secure or not may_apop) then
    self.mechanism = run(self, candidates)
  elseif may_apop and not self.line.secure then
    self.mechanism = "APOP"
    apop(self)
  elseif options.password and may_bare and (not self.has_capa or self.capabilities.USER) then
    self.mechanism = "USER"
    user_and_pass(self)
  elseif may_apop then
    self.mechanism = "APOP"
    apop(self)
  else
    self.mechanism = run(self, candidates)
  end
end

return M
