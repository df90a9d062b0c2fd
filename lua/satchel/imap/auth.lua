-- Authentication on an IMAP channel: SASL by AUTHENTICATE (RFC 9051 6.2.2), else
-- LOGIN (6.2.3). A password never goes over a clear channel unless the caller has
-- said tls = false.

local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local words = require "satchel.imap.words"

local M = {}

-- a server may repeat what it was given: nobody else is to read it
local function masked(text, secret)
  if not secret or secret == "" then return text end
  return (text:gsub(secret:gsub("%p", "%%%0"), "***"))
end

local function refused(conn, done, op, secret)
  local err = errors.of(done, op, conn.server)
  if err.kind == "server" or done.type == "no" and not errors.kind(done.code) then
    err.kind = "auth"
  end
  err.message = masked(err.message, secret)
  err.stage = "authenticate"
  return err
end

local function text_of(value)
  if type(value) == "function" or type(value) == "table" then return value() end
  return value
end

local function login(conn, channel, user, password)
  if conn.capabilities:has "LOGINDISABLED" then
    error_object.raise { kind = "auth", stage = "authenticate", server = conn.server,
      message = "the server takes no password here (LOGINDISABLED)" }
  end
  local parts = words.add({ "LOGIN " }, words.string(user, "user"), " ",
    words.string(password, "password"))
  local done = channel:wait(channel:send(parts, { name = "LOGIN", secret = true }))
  if done.type ~= "ok" then error_object.raise(refused(conn, done, "login", password)) end
end

---@param conn satchel.imap.Connection
---@param channel satchel.imap.Channel
function M.run(conn, channel)
  local options = conn.options
  local password = text_of(options.password)
  if not password then
    error_object.raise { kind = "auth", message = "no password was given", stage = "authenticate" }
  end
  login(conn, channel, options.user, password)
end

return M
