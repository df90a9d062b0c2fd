-- Logging on to SMTP: AUTH (RFC 4954), the mechanisms by satchel.sasl.

local auth_command = require "satchel.auth_command"
local code = require "satchel.smtp.code"
local errors = require "satchel.error"

local M = {}

-- bytes of a whole AUTH command; a longer first response goes as an answer
local LONGEST <const> = 12286

-- these say that it is the mechanism that will not do
local about_mechanism <const> = { [504] = true, [534] = true, [538] = true }

local function refusal(self, reply)
  local kind = reply.code < 500 and code.kind(reply, "auth") or nil
  return { message = self.line:mask(code.text(reply)), name = reply.enhanced, code = reply.code,
    kind = kind ~= "auth" and kind or nil, retryable = reply.code < 500,
    hint = reply.code < 500 and "try again later" or nil,
    unavailable = about_mechanism[reply.code], server = self.endpoint.host }
end

local function run(self, candidates)
  return auth_command.run({ longest = LONGEST,
    ask = function(...) return self:ask(...) end,
    challenge = function(reply) return reply.code == 334 and reply[1] or nil end,
    accepted = function(reply) return reply.code == 235 end,
    refusal = function(reply) return refusal(self, reply) end }, candidates)
end

local function choose(self, offered)
  return auth_command.choose(self, "smtp", self.options.user, offered)
end

-- Without a password: a certificate or a ticket may do, and none may be needed. If it
-- was, what the server refuses then has the reason for its hint.
local function without_secret(self, offered)
  local candidates = choose(self, offered)
  if #candidates == 0 then return end
  local ok, result = pcall(run, self, candidates)
  if ok then
    self.mechanism = result
  elseif self.line.lost or not errors.is(result) then
    error(result, 0)
  else
    self.unknown = result
  end
end

---Logs on if there is something to log on with.
---@param self satchel.smtp.Connection
function M.log_on(self)
  local options, offered = self.options, self.capabilities.AUTH
  self.unknown = nil
  if not (options.password or options.token) then
    if offered then without_secret(self, offered) end
    return
  end
  if offered then
    self.mechanism = run(self, choose(self, offered))
  elseif not options.borrowed and not self.lmtp then
    errors.raise { kind = "auth", stage = "auth", server = self.endpoint.host,
      message = ("%s offers no way to log on"):format(self.endpoint.place),
      hint = self.capabilities.STARTTLS and "it does within TLS: leave out tls = false"
        or "leave out the password if it needs none" }
  end
end

return M
