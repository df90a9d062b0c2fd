-- Where a server is: the host, port and kind of security of a URL (RFC 5092 without
-- a user, for that is an option of its own).

local endpoint = require "satchel.endpoint"
local error_object = require "satchel.error"

local M = {}

local secure_of <const> = { implicit = "tls", starttls = "starttls" }

local function of_url(options)
  local place = endpoint.parse(options.url, "connect")
  if place.protocol ~= "imap" then
    error_object.invalid("connect: '%s' is no url of IMAP", options.url)
  end
  local secure = secure_of[place.tls]
  if secure == "starttls" and options.tls == false then secure = "clear" end
  return { host = place.host, port = place.port, secure = secure }
end

---@param options { url: string, host: string, port: integer, secure: string, tls: any }
---@return { host: string, port: integer, secure: "tls"|"starttls"|"clear" }
function M.of(options)
  if options.url then return of_url(options) end
  local secure = options.secure or "tls"
  if secure == "starttls" and options.tls == false then secure = "clear" end
  return { host = options.host, secure = secure,
    port = options.port or secure == "tls" and 993 or 143 }
end

return M
