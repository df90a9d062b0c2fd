-- Mail servers in an Autodiscover answer ([MS-OXDSCLI] 2.2.4): a <Protocol> of
-- type IMAP, POP3 or SMTP says Server, Port, SSL or Encryption, and LoginName.

local server = require "satchel.discovery.server"

local M = {}

local TYPES <const> = { IMAP = "imap", POP3 = "pop3", POP = "pop3", SMTP = "smtp" }
local ENCRYPTION <const> = { SSL = "tls", TLS = "starttls", NONE = "clear" }
local IMPLICIT <const> = { [993] = true, [995] = true, [465] = true }
local FROM_START <const> = { imap = 993, pop3 = 995, smtp = 465 }

local function text_of(element, name)
  for _, child in ipairs(element) do
    if child.name == name then
      local text = child.text:match "^%s*(.-)%s*$"
      return text ~= "" and text or nil
    end
  end
end

-- Encryption says more than SSL, which is "on" or "off"; where both leave it
-- open, the port does
local function security(element, protocol, port)
  local encryption = text_of(element, "Encryption")
  local known = encryption and ENCRYPTION[encryption:upper()]
  if known then return known end
  if (text_of(element, "SSL") or "on"):lower() == "off" and not encryption then
    return IMPLICIT[port] and "tls" or "starttls"
  end
  return (port or FROM_START[protocol]) == FROM_START[protocol] and "tls" or "starttls"
end

---@param account table the element Account
---@return satchel.discovery.Server[]
function M.servers(account)
  local list = {}
  for _, element in ipairs(account) do
    local kind = element.name == "Protocol" and (element.attr.Type or text_of(element, "Type"))
    local protocol = kind and TYPES[kind:upper()]
    local port = protocol and math.tointeger(tonumber(text_of(element, "Port") or ""))
    local one = protocol and server.new(protocol, security(element, protocol, port),
      text_of(element, "Server"), port, "autodiscover")
    if one then
      one.user = text_of(element, "LoginName")
      if one.user and one.user:find "%c" then one.user = nil end
      list[#list + 1] = one
    end
  end
  return list
end

return M
