-- SASL over a protocol of lines: the AUTH command of SMTP (RFC 4954 4) and POP3
-- (RFC 5034 4), with its challenges and their answers in base64.

local core = require "satchel.core"
local sasl = require "satchel.sasl"

local M = {}

local base64, unbase64 = core.text.base64, core.text.unbase64

---@class satchel.AuthCommand what a protocol has of its own
---@field longest integer bytes of a command; a longer first response goes as an answer
---@field ask fun(line: string, shown: string): any one line and its reply
---@field challenge fun(reply: any): string|nil base64, where the reply is a challenge
---@field accepted fun(reply: any): boolean
---@field refusal fun(reply: any): table why, for sasl.run

-- the command, as the trace shows it, and the response for which it had no room
local function command(mechanism, initial, longest)
  local line = "AUTH " .. mechanism
  if not initial then return line, line end
  local whole = line .. " " .. (initial == "" and "=" or base64(initial))
  if #whole > longest then return line, line, initial end
  return whole, line .. " ***"
end

-- one mechanism: true, or false and why
local function exchange(own, mechanism, initial, respond)
  local line, shown, late = command(mechanism, initial, own.longest)
  local reply = own.ask(line, shown)
  local text = own.challenge(reply)
  while text do
    local challenge = unbase64(text)
    local response
    if late and challenge == "" then
      response, late = late, nil
    else
      response = challenge and respond(challenge)
    end
    reply = own.ask(response and base64(response) or "*", "***")
    if not response then
      return false, challenge and {} or { message = "a challenge that is not base64" }
    end
    text = own.challenge(reply)
  end
  if own.accepted(reply) then return true end
  return false, own.refusal(reply)
end

---Logs on by the first candidate that the server accepts.
---@param own satchel.AuthCommand
---@param candidates satchel.SaslCandidate[]
---@return string mechanism
function M.run(own, candidates)
  return sasl.run(candidates, function(...) return exchange(own, ...) end)
end

---The mechanisms that may be used on a connection.
---@param connection table with line, endpoint and options of a connection
---@param service string "smtp", "pop"
---@param user string|nil
---@param offered string[]
---@return satchel.SaslCandidate[]
function M.choose(connection, service, user, offered)
  local options, line, place = connection.options, connection.line, connection.endpoint
  return sasl.choose { offered = offered, secure = line.secure, user = user,
    password = options.password, token = options.token, stream = line.stream, service = service,
    host = place.host, port = place.port, clear_allowed = options.tls == false,
    certificate = type(options.tls) == "table" and options.tls.cert ~= nil }
end

return M
