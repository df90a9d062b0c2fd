-- The sandbox's Autodiscover service: the POX form ([MS-OXDSCLI] 2.2.3, 2.2.4)
-- and JSON v2, which names the POX address.  It answers for the users of one
-- box and knows where that box listens.

local core = require "satchel.core"

local M = {}

local OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"

local escapes = {
  ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;",
}

local function escape(text)
  return (text:gsub('[&<>"]', escapes))
end

-- the first element of this name below `node`
local function find(node, name)
  for _, child in ipairs(node) do
    if child.name == name then return child end
    local found = find(child, name)
    if found then return found end
  end
end

local answer = [[
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a">
    <User>
      <DisplayName>%(name)</DisplayName>
      <LegacyDN>%(user_dn)</LegacyDN>
      <AutoDiscoverSMTPAddress>%(email)</AutoDiscoverSMTPAddress>
      <DeploymentId>00000000-0000-0000-0000-000000000000</DeploymentId>
    </User>
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
      <MicrosoftOnline>False</MicrosoftOnline>
      <Protocol Type="mapiHttp" Version="1">
        <MailStore><ExternalUrl>%(url)</ExternalUrl></MailStore>
        <AddressBook><ExternalUrl>%(nspi_url)</ExternalUrl></AddressBook>
      </Protocol>
    </Account>
  </Response>
</Autodiscover>
]]

local failure = [[
<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006">
  <Response>
    <Error Time="00:00:00.0000000" Id="1">
      <ErrorCode>%(code)</ErrorCode>
      <Message>%(message)</Message>
      <DebugData/>
    </Error>
  </Response>
</Autodiscover>
]]

local function fill(template, values)
  return (template:gsub("%%(%b())", function(key)
    return escape(tostring(values[key:sub(2, -2)]))
  end))
end

local function response(status, kind, body)
  return { status = status, headers = { { "Content-Type", kind } }, body = body }
end

local function fail(code, message)
  return response(200, "text/xml", fill(failure, { code = code, message = message }))
end

---The POX form: POST with the address in XML.
---@param request table the HTTP request: body
---@param lookup fun(email: string): table? { email, name, user_dn, url, nspi_url }
---@return table response
function M.pox(request, lookup)
  local document = core.xml.parse(request.body or "")
  local address = document and find(document, "EMailAddress")
  local schema = document and find(document, "AcceptableResponseSchema")
  if not address or not schema then return fail(600, "Invalid Request") end
  if schema.text ~= OUTLOOK .. "responseschema/2006a" then
    return fail(601, "Provider is not available")
  end
  local user = lookup(address.text)
  if not user then return fail(500, "The e-mail address cannot be found.") end
  return response(200, "text/xml", fill(answer, user))
end

---JSON v2: where the POX form is.
---@param request table the HTTP request: url with the query Protocol=
---@param base string the scheme and host of this server
---@return table response
function M.json(request, base)
  local protocol = request.url:match("[?&][Pp]rotocol=([^&]*)") or ""
  if protocol:lower() ~= "autodiscoverv1" then
    return response(400, "application/json", '{"ErrorCode":"ProtocolNotSupported",'
      .. '"ErrorMessage":"The given protocol value is not supported."}')
  end
  return response(200, "application/json", ('{"Protocol":"AutodiscoverV1",'
    .. '"Url":"%s/autodiscover/autodiscover.xml"}'):format(base))
end

return M
