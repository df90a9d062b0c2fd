-- Which hosts may be used that were named by somebody who showed no certificate
-- (a DNS record, a page without https): those of the address's own domain, and
-- those of providers whose hosts nobody else has. Whoever sits on the network
-- could have named any other (RFC 6186 6).

local M = {}

-- those of mail, and of them those that have Exchange
local exchange <const> = { "outlook.com", "office365.com", "office.com" }
local mail <const> = { "outlook.com", "office365.com", "office.com", "gmail.com", "google.com",
  "googlemail.com", "yahoo.com", "icloud.com", "me.com", "fastmail.com", "messagingengine.com",
  "gmx.net", "gmx.com", "web.de", "zoho.com", "zoho.eu", "mailbox.org", "posteo.de", "aol.com" }

---The host of a URL, in lower case; "" if there is none.
---@param url string
---@return string
function M.host_of(url)
  return (url:match "^%a[%w+.-]*://([^/:?#]+)" or ""):lower()
end

local function belongs(host, domain)
  return host == domain or host:sub(-#domain - 1) == "." .. domain
end

---@param host string
---@param domain string of the address, in lower case
---@param kind "exchange"|"mail" what the host is used for
---@return boolean
function M.may_trust(host, domain, kind)
  host = host:lower()
  if belongs(host, domain) then return true end
  for _, name in ipairs(kind == "mail" and mail or exchange) do
    if belongs(host, name) then return true end
  end
  return false
end

return M
