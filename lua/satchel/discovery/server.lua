-- A server as discovery finds it, and its URL.

local M = {}

---@class satchel.discovery.Server
---@field protocol "imap"|"pop3"|"smtp"
---@field url string
---@field host string
---@field port integer
---@field secure "tls"|"starttls"|"clear"
---@field user? string the name to log on with
---@field authentication? string[] what the source says is taken: "password", "oauth2", …
---@field source string where it was found

local schemes <const> = {
  imap = { tls = { "imaps", 993 }, starttls = { "imap", 143 }, clear = { "imap", 143 } },
  pop3 = { tls = { "pop3s", 995 }, starttls = { "pop3", 110 }, clear = { "pop3", 110 } },
  smtp = { tls = { "smtps", 465 }, starttls = { "smtp", 587 }, clear = { "smtp", 587 } },
}

---Whether text is the name of a host: letters, digits, hyphens and dots.
---@param host any
---@return boolean
function M.is_host(host)
  return type(host) == "string" and #host <= 253 and not host:find "%.%."
    and host:find "^%w[%w.-]*$" ~= nil
end

---Makes a server; nil if there can be none of that.
---@param protocol "imap"|"pop3"|"smtp"
---@param secure "tls"|"starttls"|"clear"
---@param host string
---@param port integer|nil
---@param source string
---@return satchel.discovery.Server|nil
function M.new(protocol, secure, host, port, source)
  host = type(host) == "string" and host:gsub("%.$", ""):lower() or nil
  local row = schemes[protocol] and schemes[protocol][secure]
  port = port == nil and row and row[2] or math.tointeger(port)
  if not row or not M.is_host(host) or not port or port < 1 or port > 65535 then return nil end
  local place = port == row[2] and host or ("%s:%d"):format(host, port)
  return { protocol = protocol, secure = secure, host = host, port = port, source = source,
    url = row[1] .. "://" .. place }
end

return M
