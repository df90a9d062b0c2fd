-- Authentication on an IMAP channel: SASL by AUTHENTICATE (RFC 9051 6.2.2), where
-- none of its mechanisms can be used LOGIN (6.2.3). A password never goes over a
-- clear channel unless the caller has said tls = false.

local core = require "satchel.core"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local sasl = require "satchel.sasl"
local trace = require "satchel.imap.trace"
local words = require "satchel.imap.words"

local M = {}

-- What a NO or BAD to an attempt means to sasl.run. BAD is said of a mechanism
-- that was offered and is not known (QUIRKS 47: or NO, and in words why). What to do
-- about credentials depends on the mechanism: sasl.run knows.
local function refusal_of(conn, done)
  local err = errors.of(done, "authenticate", conn.server)
  local kind = errors.kind(done.code)
  local text = done.text or ""
  return { message = trace.hide(text, conn.options.password), name = err.name,
    kind = kind and kind ~= "invalid" and kind or nil,
    hint = kind and err.name ~= "AUTHENTICATIONFAILED" and err.hint or nil,
    retryable = err.retryable, retry_after = err.retry_after,
    unavailable = done.type == "bad" or done.code and done.code.name == "CANNOT"
      or not kind and text:lower():find "unsupported.-mechanism" ~= nil }
end

-- an empty response is "=" behind the command (RFC 9051 6.2.2)
local function initial_word(initial)
  return initial == "" and " =" or " " .. core.text.base64(initial)
end

local function exchange(conn, channel, mechanism, initial, respond)
  local text = "AUTHENTICATE " .. words.atom(mechanism, "mechanism")
  if initial and conn.capabilities:has "SASL-IR" then
    text, initial = text .. initial_word(initial), nil
  end
  local function answer(challenge)
    local response = initial
    initial = nil
    if not response then
      local bytes = core.text.unbase64(challenge.text or "")
      response = bytes and respond(bytes)
    end
    channel:line(response and core.text.base64(response) or "*")
  end
  local done = channel:wait(channel:send(text, { name = "AUTHENTICATE",
    secret = type(conn.options.password) == "string" and conn.options.password or true,
    dialogue = answer }))
  if done.type == "ok" then return true end
  return false, refusal_of(conn, done)
end

local function login(conn, channel)
  local options = conn.options
  local password = sasl.secret(options, "password")
  local parts = words.add({ "LOGIN " }, words.string(options.user, "user"), " ",
    words.string(password, "password"))
  local done = channel:wait(channel:send(parts, { name = "LOGIN", secret = password }))
  if done.type == "ok" then
    conn.mechanism = "the command LOGIN"
    return
  end
  local err = errors.of(done, "login", conn.server)
  if not errors.kind(done.code) then err.kind = "auth" end
  err.message = ("%s refused to let %s in by LOGIN: %s"):format(conn.server, options.user,
    trace.hide(done.text or "", password))
  err.hint = err.hint or "check user name and password"
  err.stage = "auth"
  error_object.raise(err)
end

local function may_login(conn, secure)
  local options = conn.options
  return options.user and options.password and not conn.capabilities:has "LOGINDISABLED"
    and (secure or options.tls == false)
end

---Logs on.
---@param conn satchel.imap.Connection
---@param channel satchel.imap.Channel
function M.run(conn, channel)
  local options = conn.options
  local secure = channel.stream:info().tls ~= nil
  local candidates = sasl.choose {
    offered = conn.capabilities:values "AUTH", secure = secure, user = options.user,
    password = options.password, token = options.token, stream = channel.stream,
    service = "imap", host = conn.place.host, port = conn.place.port,
    clear_allowed = options.tls == false, mechanism = options.mechanism,
    certificate = type(options.tls) == "table" and options.tls.cert ~= nil,
  }
  if not candidates[1] and may_login(conn, secure) then return login(conn, channel) end
  local ok, result = pcall(sasl.run, candidates, function(...)
    return exchange(conn, channel, ...)
  end)
  if ok then
    conn.mechanism = result
    return
  end
  -- a server that has not proven itself is told no password
  if candidates.exhausted and may_login(conn, secure) then return login(conn, channel) end
  error(result, 0)
end

return M
