-- The address book over HTTP ([MS-OXCMAPIHTTP] 2.2.5): one request, one answer,
-- with the cookies that the server set.  What the bodies mean is core.wire's.

local core = require "satchel.core"
local error_object = require "satchel.error"
local patience = require "satchel.mapi.patience"

---@class satchel.mapi.Nspi
local Nspi = {}
Nspi.__index = Nspi

local M = {}

-- an 8-bit code page: servers refuse 1200 at Bind ([MS-OXNSPI] 3.1.4.1.1)
local CODE_PAGE <const>, LOCALE <const> = 1252, 1033

---@return table stat for a request
function M.stat()
  return { sort_type = 0, container_id = 0, current_rec = 0, delta = 0, num_pos = 0,
    total_recs = 0, code_page = CODE_PAGE, template_locale = LOCALE, sort_locale = LOCALE }
end

---@param settings table transport, nspi_url, auth, tls, proxy, timeout
---@return satchel.mapi.Nspi
function M.new(settings)
  if not settings.nspi_url then
    error_object.raise { kind = "unsupported", message = "the address book is at no known place",
      hint = "give nspi_url, or let url = 'mapi://host' discover it" }
  end
  return setmetatable({ settings = settings, cookies = {}, client = "{" .. core.text.guid() .. "}",
    count = 0 }, Nspi)
end

local function cookie_line(cookies)
  local parts = {}
  for name, value in pairs(cookies) do parts[#parts + 1] = name .. "=" .. value end
  table.sort(parts)
  return #parts > 0 and "Cookie: " .. table.concat(parts, "; ") or nil
end

local function keep_cookies(self, response)
  for _, header in ipairs(response.headers or {}) do
    if header[1]:lower() == "set-cookie" then
      local name, value = header[2]:match "^%s*([^=;%s]+)=([^;]*)"
      if name then self.cookies[name] = value end
    end
  end
end

-- [MS-OXCMAPIHTTP] 2.2.2.2: meta-tags, further headers, an empty line, the body
local function payload(body)
  local at = body:find("\r\n\r\n", 1, true)
  if not at then return nil end
  local code = body:sub(1, at + 1):match "\r\n[Xx]%-[Rr]esponse[Cc]ode:%s*(%d+)"
  return body:sub(at + 4), tonumber(code)
end

local STATUS_KINDS <const> = { [401] = "auth", [403] = "denied", [404] = "not_found",
  [429] = "throttled", [503] = "throttled" }

local function fail(self, kind, message, code, retry_after)
  error_object.raise { kind = kind, message = "address book: " .. message, op = "directory",
    code = code, retry_after = retry_after,
    server = self.settings.nspi_url:match "^%a+://([^/:]+)" }
end

-- HTTP request types have names of their own
local TYPES <const> = { bind = "Bind", unbind = "Unbind", resolve_names = "ResolveNames",
  get_matches = "GetMatches", query_rows = "QueryRows" }

local function ask(self, name, fields)
  local settings, wire = self.settings, core.wire
  self.count = self.count + 1
  local headers = { "Content-Type: application/mapi-http", "X-RequestType: " .. TYPES[name],
    ("X-RequestId: %s:%d"):format(self.client, self.count), "X-ClientInfo: " .. self.client,
    "X-ClientApplication: Outlook/16.0.10000.0" }
  headers[#headers + 1] = cookie_line(self.cookies)
  local response, err = patience.new(settings.timeout):exchange(settings.transport, {
    method = "POST", url = settings.nspi_url, headers = headers, auth = settings.auth,
    tls = settings.tls, proxy = settings.proxy, max_body = 16 << 20,
    body = error_object.assert(wire.encode_body("request", M.body_name(name), fields)) })
  if not response then error_object.raise(err) end
  keep_cookies(self, response)
  local code = tonumber((response.fields or {})["x-responsecode"])
  if response.status ~= 200 then
    fail(self, STATUS_KINDS[response.status] or "server",
      ("answered HTTP status %d"):format(response.status), nil, response.retry_after)
  end
  local body, late = payload(response.body or "")
  code = late or code
  if not code then
    fail(self, "protocol", ("the URL answers with %s, not MAPI"):format(
      (response.fields or {})["content-type"] or "nothing"))
  end
  if code ~= 0 or not body then
    fail(self, "protocol", ("%s was refused (code %d)"):format(name, code), code)
  end
  return error_object.assert(wire.decode_body("response", M.body_name(name), body))
end

-- X-ResponseCodes of a session context that is gone (QUIRKS 7)
local EXPIRED <const> = { [2] = true, [6] = true, [7] = true, [10] = true, [13] = true,
  [15] = true }

---Sends one request: 1 round trip, and 2 more when the session was lost.  It
---changes nothing, so that it may be sent again.
---@param name string of the body: "bind", "resolve_names"
---@param fields table
---@return table response
function Nspi:call(name, fields)
  local ok, result = pcall(ask, self, name, fields)
  if ok then return result end
  if not error_object.is(result) then error(result, 0) end
  local lost = result.kind == "network" or EXPIRED[result.code]
  if not lost or name == "bind" then error_object.raise(result) end
  self.bound, self.cookies = false, {}
  self:bind()
  return ask(self, name, fields)
end

---The name that core.wire has for a body.
---@param name string
---@return string
function M.body_name(name)
  if not M.names then
    M.names = {}
    for _, known in ipairs(core.wire.bodies()) do
      M.names[type(known) == "table" and known.name or known] = true
    end
  end
  return M.names["nspi_" .. name] and "nspi_" .. name or name
end

---Begins a session with the address book: 1 round trip, once.
function Nspi:bind()
  if self.bound then return end
  local reply = self:call("bind", { flags = 0, has_state = true, state = M.stat() })
  if reply.error_code ~= 0 then
    fail(self, "denied", ("Bind was refused: %s"):format(core.names.error_name(reply.error_code)
      or reply.error_code), reply.error_code)
  end
  self.bound = true
end

return M
