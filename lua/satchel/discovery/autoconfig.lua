-- Mail servers by the documents of Thunderbird's kind (draft-ietf-mailmaint-
-- autoconfig): a provider's own, by https, or the one in a central database. The
-- order of the servers in a document is the provider's and is kept.

local core = require "satchel.core"
local server = require "satchel.discovery.server"

local M = {}

local SECURE <const> = { SSL = "tls", STARTTLS = "starttls", plain = "clear" }
local MAX_REDIRECTS <const> = 3
local REDIRECTS <const> = { [301] = true, [302] = true, [303] = true, [307] = true, [308] = true }

local AUTHENTICATION <const> = { ["password-cleartext"] = "password", plain = "password",
  ["password-encrypted"] = "password", secure = "password", NTLM = "ntlm", GSSAPI = "gssapi",
  OAuth2 = "oauth2", ["TLS-client-cert"] = "certificate", none = "none",
  ["client-IP-address"] = "none" }

local function children(element, name)
  local list = {}
  for _, child in ipairs(element or {}) do
    if child.name == name then list[#list + 1] = child end
  end
  return list
end

local function text_of(element, name)
  local child = children(element, name)[1]
  local text = child and child.text:match "^%s*(.-)%s*$"
  return text ~= "" and text or nil
end

local function fill(text, email)
  if not text then return nil end
  local part, domain = email:match "^(.*)@([^@]+)$"
  local values = { EMAILADDRESS = email, EMAILLOCALPART = part, EMAILDOMAIN = domain }
  return (text:gsub("%%(%u+)%%", values))
end

local function read_server(element, email, source)
  local protocol = element.attr.type
  local port = text_of(element, "port")
  local one = server.new(protocol, SECURE[text_of(element, "socketType") or ""],
    fill(text_of(element, "hostname"), email), port and tonumber(port), source)
  if not one then return nil end
  one.user = fill(text_of(element, "username"), email)
  if one.user and one.user:find "%c" then return nil end
  one.authentication = {}
  for _, way in ipairs(children(element, "authentication")) do
    local name = AUTHENTICATION[way.text:match "^%s*(.-)%s*$"]
    one.authentication[#one.authentication + 1] = name
  end
  return one
end

---The servers of a document.
---@param text string
---@param email string
---@param source string
---@return satchel.discovery.Server[]|nil
---@return string|nil why not
function M.parse(text, email, source)
  local root, err = core.xml.parse(text)
  if not root then return nil, err.message end
  local provider = root.name == "clientConfig" and children(root, "emailProvider")[1]
  if not provider then return nil, "it describes no mail servers" end
  local list = {}
  for _, kind in ipairs { "incomingServer", "outgoingServer" } do
    for _, element in ipairs(children(provider, kind)) do
      list[#list + 1] = read_server(element, email, source)
    end
  end
  return list
end

local function get(search, url, redirects)
  local response = search:get(url)
  if not response then return nil end
  local to = REDIRECTS[response.status] and response.fields.location
  if to then
    if not to:find "^https://" or redirects == 0 then
      search:record(url, "redirects to " .. to .. ", where nothing is asked", "not_found")
      return nil
    end
    search:record(url, "redirects to " .. to)
    return get(search, to, redirects - 1)
  end
  if response.status ~= 200 then
    search:record(url, ("answered HTTP status %d"):format(response.status), "not_found")
    return nil
  end
  return response.body, url
end

local function ask(search, first, source)
  local body, url = get(search, first, MAX_REDIRECTS)
  if not body then return end
  local list, why = M.parse(body, search.email, source)
  if not list then return search:record(url, "answered no configuration: " .. why, "protocol") end
  local names = {}
  for _, one in ipairs(list) do
    if search:found(one) then names[#names + 1] = one.url end
  end
  if names[1] then return search:record(url, "names " .. table.concat(names, ", ")) end
  search:record(url, "names no server that can be used", "unsupported")
end

local function escape(text)
  return (text:gsub("[^%w@._-]", function(c) return ("%%%02X"):format(c:byte()) end))
end

---The provider's own documents, as functions that may run beside each other.
---@param search satchel.discovery.Search
---@return function[]
function M.steps(search)
  local domain = search.domain
  local urls = {
    ("https://autoconfig.%s/mail/config-v1.1.xml?emailaddress=%s"):format(domain,
      escape(search.email)),
    ("https://%s/.well-known/autoconfig/mail/config-v1.1.xml"):format(domain),
  }
  local list = {}
  for i, url in ipairs(urls) do
    list[i] = function() ask(search, url, "autoconfig") end
  end
  return list
end

---The central database, which is told the domain.
---@param search satchel.discovery.Search
---@return function[]
function M.database(search)
  local base = search.options.database
  if not base then return {} end
  return { function() ask(search, base .. search.domain, "database") end }
end

return M
