-- The HTTP face of the box ([MS-OXCMAPIHTTP] 3.2): routes by path, Basic
-- authentication, session contexts with their cookies, request types,
-- response codes, and the envelope around each answer.
-- A request is { method =, url =, headers = {…}, body = }; a response
-- { status =, headers = { { name, value } }, fields =, body = }.

local core = require "satchel.core"
local clock = require "satchel.sandbox.clock"
local code = require "satchel.sandbox.code"
local execute = require "satchel.sandbox.execute"
local session = require "satchel.sandbox.session"

local wire = core.wire
local HTTP = code.http

local http = {}

---@class satchel.sandbox.exchange
---@field box table
---@field request table
---@field fields table<string, string> headers of the request by lower-case name
---@field path string
---@field query string
---@field user satchel.sandbox.user|nil
---@field out table[] headers of the response
local Exchange = {}
Exchange.__index = Exchange

---Headers by lower-case name, whatever form the list has.
---@param headers table "Name: value", { name, value }, or by name
---@return table<string, string>
function http.fields(headers)
  local fields = {}
  for key, h in pairs(headers or {}) do
    local name, v
    if type(key) == "string" then name, v = key, h
    elseif type(h) == "table" then name, v = h[1], h[2]
    else name, v = h:match "^([^:]+):%s*(.-)%s*$" end
    if name then fields[name:lower()] = v end
  end
  return fields
end

---@param status integer
---@param body string
---@param kind string|nil Content-Type
function Exchange:reply(status, body, kind)
  local headers = { { "Content-Type", kind or "text/html; charset=utf-8" },
    { "Date", clock.http_date() }, { "Server", "Satchel-Sandbox" } }
  table.move(self.out, 1, #self.out, #headers + 1, headers)
  local fields = {}
  for _, h in ipairs(headers) do
    local name = h[1]:lower()
    fields[name] = fields[name] and fields[name] .. ", " .. h[2] or h[2]
  end
  return { status = status, headers = headers, fields = fields, body = body }
end

---@param name string
---@param v string
function Exchange:header(name, v)
  self.out[#self.out + 1] = { name, v }
end

-- authentication -------------------------------------------------------------

-- the user whom the request names and proves to be, or nothing
local function authenticate(self)
  local given, users = self.fields.authorization, self.box.users
  if given then
    local basic = given:match "^[Bb]asic%s+(%S+)$"
    local name, password = (basic and core.text.unbase64(basic) or ""):match "^([^:]*):(.*)$"
    local user = users:find(name)
    if user and user.password and user.password == password then return user end
    local token = given:match "^[Bb]earer%s+(%S+)$"
    for _, u in ipairs(token and users.list or {}) do
      if u.token == token then return u end
    end
    return nil
  end
  local auth = self.request.auth
  local user = auth and users:find(auth.user)
  if user and (user.password and user.password == auth.password
    or user.token and user.token == auth.token) then
    return user
  end
end

local function unauthorized(self)
  self:header("WWW-Authenticate", 'Basic realm="sandbox"')
  return self:reply(401, "<html><body>401 Unauthorized</body></html>")
end

-- answers of MAPI/HTTP ---------------------------------------------------------

local ECHOED = { "X-RequestType", "X-RequestId", "X-ClientInfo" }

local function echo(self)
  for _, name in ipairs(ECHOED) do
    local v = self.fields[name:lower()]
    if v then self:header(name, v) end
  end
  self:header("X-PendingPeriod", "30000")
  self:header("X-ExpirationInfo", "900000")
  self:header("X-ServerApplication", "Exchange/15.00.0847.4040")
end

---An answer with the meta-tags and additional headers before the body.
---@param body string
---@return table response
function Exchange:answer(body)
  self:header("Cache-Control", "private")
  self:header("X-ResponseCode", "0")
  echo(self)
  local head = ("PROCESSING\r\nDONE\r\nX-ElapsedTime: 0\r\nX-StartTime: %s\r\n\r\n")
    :format(clock.http_date())
  return self:reply(200, head .. body, "application/mapi-http")
end

---A failure of MAPI/HTTP itself.
---@param response_code integer
---@param text string
---@return table response
function Exchange:failure(response_code, text)
  self:header("X-ResponseCode", tostring(response_code))
  echo(self)
  return self:reply(200, ("<html><body>%s (X-ResponseCode %d)</body></html>")
    :format(text, response_code))
end

function Exchange:encode(name, fields)
  fields.status_code = fields.status_code or 0
  fields.auxiliary_buffer = fields.auxiliary_buffer or ""
  fields.error_code = fields.error_code or 0
  return self:answer(assert(wire.encode_body("response", name, fields)))
end

-- cookies --------------------------------------------------------------------

local CONTEXT, SEQUENCE = "MapiContext", "MapiSequence"

function Exchange:set_cookie(name, v)
  self:header("Set-Cookie", ("%s=%s; path=%s; secure; HttpOnly"):format(name, v, self.path))
end

local function cookies_of(self)
  local cookies = {}
  for name, v in (self.fields.cookie or ""):gmatch "([^=;%s]+)=([^;%s]*)" do
    cookies[name] = v
  end
  return cookies
end

local function new_context(self)
  local old = self.box.sessions[cookies_of(self)[CONTEXT] or ""]
  if old and old.user == self.user then self.box:end_session(old) end
  for _, s in pairs(self.box.sessions) do
    if s:is_idle() then self.box:end_session(s) end
  end
  local s = session.new(self.box, self.user)
  self.box.sessions[s.id] = s
  self:set_cookie(CONTEXT, s.id)
  self:set_cookie(SEQUENCE, s.sequence)
  return s
end

-- the context the cookies name, or nothing and the failure to answer
local function context_of(self, moves)
  local cookies = cookies_of(self)
  if not cookies[CONTEXT] or not cookies[SEQUENCE] then
    return nil, self:failure(HTTP.MissingCookie, "a session cookie is missing")
  end
  local s = self.box.sessions[cookies[CONTEXT]]
  if not s then return nil, self:failure(HTTP.ContextNotFound, "no such session context") end
  if s.user ~= self.user then
    return nil, self:failure(HTTP.NoPrivilege, "the session context is another user's")
  end
  if cookies[SEQUENCE] ~= s.sequence then
    return nil, self:failure(HTTP.InvalidSequence, "the sequence cookie is out of turn")
  end
  if moves then
    s:rotate()
    self:set_cookie(SEQUENCE, s.sequence)
  end
  return s
end

Exchange.new_context, Exchange.context = new_context, context_of

-- request types ----------------------------------------------------------------

local emsmdb = {}

-- [MS-OXCRPC] 2.2.2.2: organization flags, what the client is to report, and
-- that one endpoint serves everything
local AUXILIARY = string.pack("<I2I2I2I2 I2BBI4 I2BBI4I4 I2BBI4", 0, 4, 28, 28,
  8, 1, 0x17, 3, 12, 1, 0x0a, 0x0c, 0x240c8400, 8, 1, 0x48, 1)

function emsmdb.connect(self)
  local request = wire.decode_body("request", "connect", self.request.body or "")
  if not request then return self:failure(HTTP.InvalidRequestBody, "the body is malformed") end
  local owner = self.box.users:of_dn(request.user_dn)
  if not owner then return self:encode_failure("connect", code.UnknownUser) end
  if owner ~= self.user then return self:encode_failure("connect", code.AccessDenied) end
  new_context(self)
  return self:encode("connect", { polls_max = 60000, retry_count = 6, retry_delay = 10000,
    dn_prefix = "", display_name = self.user.name, auxiliary_buffer = AUXILIARY })
end

---An error told in the body.
function Exchange:encode_failure(name, error_code)
  local fields = { connect = { polls_max = 0, retry_count = 0, retry_delay = 0, dn_prefix = "",
    display_name = "" }, execute = { flags = 0, rop_buffer = "" } }
  fields = fields[name] or {}
  fields.error_code = error_code
  return self:encode(name, fields)
end

function emsmdb.execute(self)
  local s, failure = context_of(self, true)
  if not s then return failure end
  local request = wire.decode_body("request", "execute", self.request.body or "")
  if not request then return self:failure(HTTP.InvalidRequestBody, "the body is malformed") end
  local buffer, err = execute.run(s, request.flags, request.rop_buffer, request.max_rop_out)
  if not buffer then return self:encode_failure("execute", err) end
  return self:encode("execute", { flags = 0, rop_buffer = buffer })
end

function emsmdb.disconnect(self)
  local s, failure = context_of(self, false)
  if not s then return failure end
  self.box:end_session(s)
  return self:encode("disconnect", {})
end

-- waits for news: whoever carries the answer asks `ready` until it is true or
-- `patience` seconds have passed, then sends what `finish` gives
function emsmdb.notification_wait(self)
  local s, failure = context_of(self, false)
  if not s then return failure end
  local function finish()
    return self:encode("notification_wait", { event_pending = s:has_news() and 1 or 0 })
  end
  if s:has_news() then return finish() end
  return { waiting = true, patience = self.box.notification_wait,
    ready = function() return s:has_news() or s.ended end, finish = finish }
end

function emsmdb.ping(self)
  local s, failure = context_of(self, false)
  if not s then return failure end
  self:header("X-ResponseCode", "0")
  echo(self)
  return self:reply(200, "", "application/mapi-http")
end

Exchange.ping = emsmdb.ping

local TYPES = { connect = "connect", execute = "execute", disconnect = "disconnect",
  notificationwait = "notification_wait", ping = "ping" }

local NEEDED = { "x-requestid", "x-clientinfo" }

---The mailbox endpoint.
---@param self satchel.sandbox.exchange
function http.mailbox(self)
  if self.method ~= "POST" then
    return self:failure(HTTP.InvalidVerb, "only POST is understood")
  end
  for _, name in ipairs(NEEDED) do
    if not self.fields[name] then
      return self:failure(HTTP.MissingHeader, "the header " .. name .. " is missing")
    end
  end
  local kind = TYPES[(self.fields["x-requesttype"] or ""):lower()]
  if not kind then return self:failure(HTTP.InvalidRequestType, "unknown request type") end
  return emsmdb[kind](self)
end

---@param self satchel.sandbox.exchange
function http.unknown(self)
  return self:reply(404, "<html><body>404 Not Found</body></html>")
end

---Finds out who asks for what and answers.
---@param box table routes = { { prefix, handler, public } … }
---@param request table
---@return table response
function http.handle(box, request)
  local target = (request.url or "/"):gsub("^%a[%w+.-]*://[^/]*", "")
  local path, query = target:match "^([^?#]*)%??([^#]*)"
  local self = setmetatable({ box = box, request = request, out = {},
    method = (request.method or "POST"):upper(), fields = http.fields(request.headers),
    path = path == "" and "/" or path, query = query }, Exchange)
  for _, route in ipairs(box.routes) do
    if self.path:lower():sub(1, #route.prefix) == route.prefix then
      self.user = authenticate(self)
      if not self.user and not route.public then return unauthorized(self) end
      return route.handler(self)
    end
  end
  return http.unknown(self)
end

return http
