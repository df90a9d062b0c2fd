-- A browser as far as signing in needs one: it follows redirects, keeps the
-- cookies of each host, and sends the form of a page.

local form = require "satchel.oauth.form"

local Browser = {}
Browser.__index = Browser

local M = {}

function M.new()
  return setmetatable({ jar = {}, pages = {},
    transport = require("satchel.transport").new { tls = false, proxy = false, timeout = 10 } },
    Browser)
end

local function host_of(url) return url:match "^%a+://([^/?#]+)" end

local function keep(self, url, response)
  local jar = self.jar[host_of(url)] or {}
  self.jar[host_of(url)] = jar
  for _, header in ipairs(response.headers) do
    if header[1]:lower() == "set-cookie" then
      local name, value = header[2]:match "^([^=]+)=([^;]*)"
      jar[name] = not header[2]:lower():find "expires=thu, 01 jan 1970" and value or nil
    end
  end
end

local function cookies(self, url)
  local list = {}
  for name, value in pairs(self.jar[host_of(url)] or {}) do
    list[#list + 1] = name .. "=" .. value
  end
  return table.concat(list, "; ")
end

-- opens a page and those that it leads to; gives the last one
function Browser:open(url, fields)
  while true do
    local response = assert(self.transport { url = url, method = fields and "POST" or "GET",
      auth = false, any_status = true, body = fields and form.encode(fields),
      headers = { "Cookie: " .. cookies(self, url),
        fields and "Content-Type: application/x-www-form-urlencoded" or nil } })
    keep(self, url, response)
    response.url = url
    self.pages[#self.pages + 1] = response
    local to = response.fields.location
    if not to then return response end
    url, fields = to:find "^%a+:" and to or url:match "^%a+://[^/]+" .. to, nil
  end
end

-- sends the form of a page; `more` are fields that the user fills in
function Browser:submit(page, more)
  local action = assert(page.body:match '<form[^>]- action="([^"]+)"', page.body)
  local fields = more or {}
  for input in page.body:gmatch "<input[^>]+>" do
    local name, value = input:match 'name="([^"]+)"', input:match 'value="([^"]*)"'
    if name and value and input:find 'type="hidden"' then fields[#fields + 1] = { name, value } end
  end
  if not action:find "^%a+:" then action = page.url:match "^%a+://[^/]+" .. action end
  return self:open(action, fields)
end

return M
