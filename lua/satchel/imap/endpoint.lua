-- Where a server is: the host, port and kind of security of a URL (RFC 5092 without
-- a user, for that is an option of its own).

local error_object = require "satchel.error"

local M = {}

local schemes <const> = {
  imaps = { port = 993, secure = "tls" },
  imap = { port = 143, secure = "starttls" },
}

local function split(authority)
  local host, port = authority:match "^%[([%x:.]+)%]:?(%d*)$"
  if not host then host, port = authority:match "^([^:]+):?(%d*)$" end
  if not host then error_object.invalid("connect: url has no host: '%s'", authority) end
  local number = port ~= "" and math.tointeger(tonumber(port)) or nil
  if number and (number < 1 or number > 65535) then
    error_object.invalid("connect: %s is no port", port)
  end
  return host, number
end

local function of_url(options)
  local scheme, authority, path = options.url:match "^(%a+)://([^/?#]*)(.*)$"
  local row = scheme and schemes[scheme:lower()]
  if not row then error_object.invalid("connect: '%s' is no url of IMAP", options.url) end
  if path ~= "" and path ~= "/" then
    error_object.invalid("connect: the url of a server ends with its port: '%s'", options.url)
  end
  local host, port = split(authority)
  local secure = row.secure
  if secure == "starttls" and options.tls == false then secure = "clear" end
  return { host = host, port = port or row.port, secure = secure }
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
