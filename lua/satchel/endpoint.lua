-- Where a server of a line protocol is, out of its URL: scheme, host, port, and
-- whether TLS begins with the connection, is asked for (STARTTLS), or neither.

local error_object = require "satchel.error"
local nearest = require "satchel.nearest"

---@class satchel.Endpoint
---@field scheme string "imaps"
---@field protocol string "imap"
---@field host string
---@field port integer
---@field tls "implicit"|"starttls" what the scheme stands for
---@field place string "host:port", for messages

local M = {}

local implicit <const>, starttls <const> = "implicit", "starttls"

---@type table<string, { protocol: string, port: integer, tls: string }>
local schemes <const> = {
  imap = { protocol = "imap", port = 143, tls = starttls },
  imaps = { protocol = "imap", port = 993, tls = implicit },
  pop3 = { protocol = "pop3", port = 110, tls = starttls },
  pop3s = { protocol = "pop3", port = 995, tls = implicit },
  smtp = { protocol = "smtp", port = 587, tls = starttls },
  smtps = { protocol = "smtp", port = 465, tls = implicit },
  lmtp = { protocol = "lmtp", port = 24, tls = starttls },
}
M.schemes = schemes

local EXAMPLE <const> = "write it as imaps://mail.example.com"

local function invalid(what, why, hint)
  error_object.raise { kind = "invalid", message = what .. ": url " .. why, hint = hint }
end

local function port_of(text, what)
  local port = math.tointeger(tonumber(text))
  if not text:find "^%d+$" or not port or port < 1 or port > 65535 then
    invalid(what, "has the port '" .. text .. "'", "a port is 1 to 65535")
  end
  return port
end

-- "host", "host:port", "[address]:port"
local function host_and_port(authority, what)
  local host, port = authority:match "^%[([%x:.]+)%](.*)$"
  if not host then host, port = authority:match "^([^:%[%]]+)(.*)$" end
  if not host or host:find "[%s%c]" or port ~= "" and port:sub(1, 1) ~= ":" then
    invalid(what, "has no host that can be read", EXAMPLE)
  end
  return host, port ~= "" and port_of(port:sub(2), what) or nil
end

---@param url string
---@param what string who asks, for messages: "connect"
---@return satchel.Endpoint
function M.parse(url, what)
  local scheme, rest = url:match "^(%a[%w+.-]*)://(.*)$"
  local row = scheme and schemes[scheme:lower()]
  if not row then
    invalid(what, scheme and ("has the scheme '%s'%s"):format(scheme,
      nearest.suggestion(scheme, schemes)) or "has no scheme")
  end
  local authority, tail = rest:match "^([^/?#]*)(.*)$"
  if authority:find "@" then
    invalid(what, "has a user in it", "give user and password as options of their own")
  end
  if tail ~= "" and tail ~= "/" then
    invalid(what, "has '" .. tail .. "' behind the host", "a server is scheme://host:port")
  end
  local host, port = host_and_port(authority, what)
  port = port or row.port
  return { scheme = scheme:lower(), protocol = row.protocol, host = host, port = port,
    tls = row.tls, place = ("%s:%d"):format(host, port) }
end

return M
