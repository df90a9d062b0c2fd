-- Faults on demand.  `box:fault(name, options)` lays one in wait; options
-- say for how many requests (times, 1), after how many (after, 0), of which
-- request type (on = "Execute" …) or with which ROP (rop = "query_rows").
--
--   cut        drop the connection (bytes = after so many of the body)
--   delay      seconds = before the answer
--   throttle   status = 503 (or 429), retry_after = seconds
--   expire     forget the session context
--   rotate     change the sequence cookie behind the client's back
--   html       an HTML page instead of MAPI/HTTP (status = 200)
--   truncated  bytes = so many of the body, no more
--   malformed  a body that is no MAPI body
--   oversized  bytes = of filling behind the answer
--   lost       do the work, then drop the connection
--   unauthorized   401
--   backoff    RopBackoff for the first ROP (milliseconds = 100)
--   too_small  RopBufferTooSmall for the ROP

local core = require "satchel.core"
local error_object = require "satchel.error"
local http = require "satchel.sandbox.http"
local nearest = require "satchel.nearest"
local options = require "satchel.options"

local faults = {}

---@class satchel.sandbox.faults
local Faults = {}
Faults.__index = Faults

local COMMON = { times = { type = "integer", default = 1 },
  after = { type = "integer", default = 0 }, on = { type = "string", convert = string.lower },
  rop = { type = "string" } }

-- the options of each fault beside the common ones
local NAMES = {
  cut = { bytes = { type = "integer" } }, delay = { seconds = { type = "number", default = 1 } },
  throttle = { status = { type = "integer", default = 503 },
    retry_after = { type = "number", default = 1 } },
  expire = {}, rotate = {}, html = { status = { type = "integer", default = 200 } },
  truncated = { bytes = { type = "integer" } }, malformed = {},
  oversized = { bytes = { type = "integer", default = 0x400000 } }, lost = {},
  unauthorized = {}, backoff = { milliseconds = { type = "integer", default = 100 } },
  too_small = {},
}
for _, rows in pairs(NAMES) do
  for name, row in pairs(COMMON) do rows[name] = row end
end
local OF_ROPS = { backoff = true, too_small = true }

---@return satchel.sandbox.faults
function faults.new()
  return setmetatable({ list = {}, rops = {}, count = 0 }, Faults)
end

---@param name string
---@param given table|nil
function Faults:add(name, given)
  if not NAMES[name] then
    error_object.invalid("no fault is called '%s'%s", tostring(name),
      nearest.suggestion(name, NAMES))
  end
  local o = options.check("fault " .. name, given, NAMES[name])
  if o.rop and not self.ids()[o.rop] then
    error_object.invalid("no ROP is called '%s'%s", o.rop, nearest.suggestion(o.rop, self.ids()))
  end
  local fault = { name = name, times = o.times, after = o.after, on = o.on, rop = o.rop,
    options = o }
  local list = OF_ROPS[name] and self.rops or self.list
  list[#list + 1] = fault
end

function Faults:clear()
  self.list, self.rops = {}, {}
end

-- the first fault that wants this occasion
local function pick(list, wants)
  for i, fault in ipairs(list) do
    if wants(fault) then
      if fault.after > 0 then
        fault.after = fault.after - 1
      else
        fault.times = fault.times - 1
        if fault.times <= 0 then table.remove(list, i) end
        return fault
      end
    end
  end
end

local function header_of(request, wanted)
  return http.fields(request.headers)[wanted]
end

local function page(status, text, headers)
  headers = headers or {}
  headers[#headers + 1] = { "Content-Type", "text/html" }
  local fields = {}
  for _, h in ipairs(headers) do fields[h[1]:lower()] = h[2] end
  return { status = status, headers = headers, fields = fields,
    body = ("<html><head><title>%s</title></head><body>%s</body></html>"):format(text, text) }
end

local function session_of(box, request)
  local id = (header_of(request, "cookie") or ""):match "MapiContext=([^;%s]+)"
  return id and box.sessions[id]
end

-- before the work: these give the answer, or nothing and go on
local before = {}

function before.cut(fault)
  if not fault.options.bytes then return { cut = 0 } end
end
function before.throttle(fault)
  local o = fault.options
  return page(o.status, "Server Too Busy", { { "Retry-After", ("%g"):format(o.retry_after) } })
end
function before.html(fault)
  return page(fault.options.status, "Sign in")
end
function before.unauthorized()
  return page(401, "Unauthorized", { { "WWW-Authenticate", 'Basic realm="sandbox"' } })
end
function before.expire(_, box, request)
  local s = session_of(box, request)
  if s then box:end_session(s) end
end
function before.rotate(_, box, request)
  local s = session_of(box, request)
  if s then s:rotate() end
end

-- after the work: these change the answer
local after = {}

function after.delay(fault, response)
  response.delay = fault.options.seconds
end
function after.cut(fault, response)
  response.cut = fault.options.bytes or 0
end
function after.lost(_, response)
  response.cut = 0
end
function after.truncated(fault, response)
  local body = response.body or ""
  response.body = body:sub(1, fault.options.bytes or #body // 2)
end
function after.malformed(_, response)
  local head = (response.body or ""):match "^.-\r\n\r\n" or ""
  response.body = head .. ("\xff"):rep(64)
end
function after.oversized(fault, response)
  response.body = (response.body or "") .. ("\0"):rep(fault.options.bytes)
end

-- whether a request of type Execute has a ROP; handles of other logons than
-- private ones do not matter for that
local function has_rop(request, name)
  local body = core.wire.decode_body("request", "execute", request.body or "")
  local payloads = body and core.wire.unwrap(body.rop_buffer) or {}
  for _, payload in ipairs(payloads) do
    local at = 1
    while at and at <= #payload.rops do
      local fields, following = core.wire.decode_rop("request", payload.rops, at,
        { private = true })
      if fields and fields.rop == name then return true end
      at = fields and following
    end
  end
  return false
end

---Answers a request through the fault that waits for it.
---@param box table
---@param request table
---@param work fun(request: table): table the real answer
---@return table response
function Faults:around(box, request, work)
  if #self.list == 0 then return work(request) end
  local kind = (header_of(request, "x-requesttype") or ""):lower()
  local fault = pick(self.list, function(f)
    if f.on and f.on ~= kind then return false end
    return not f.rop or kind == "execute" and has_rop(request, f.rop)
  end)
  if not fault then return work(request) end
  self.count = self.count + 1
  local early = before[fault.name]
  local response = early and early(fault, box, request) or work(request)
  if after[fault.name] and not response.waiting then after[fault.name](fault, response) end
  return response
end

---What a ROP gets instead of its own answer, or nothing.
---@param bytes string the ROPs of the buffer
---@param position integer of this one
---@return string|nil bytes
function Faults:rop(bytes, position)
  if #self.rops == 0 then return nil end
  local id = bytes:byte(position)
  local fault = pick(self.rops, function(f)
    return not f.rop or self.ids()[f.rop] == id
  end)
  if not fault then return nil end
  self.count = self.count + 1
  if fault.name == "too_small" then
    return assert(core.wire.encode_rop("response", "buffer_too_small",
      { size_needed = 0x8000, request_buffers = bytes:sub(position) }))
  end
  return assert(core.wire.encode_rop("response", "backoff", {
    logon_id = bytes:byte(position + 1) or 0,
    duration = fault.options.milliseconds, backoff_rop_data = {},
    additional_data = "" }))
end

local by_name

---ROP ids by name.
function Faults.ids()
  if not by_name then
    by_name = {}
    for _, rop in ipairs(core.wire.rops()) do by_name[rop.name] = rop.id end
  end
  return by_name
end

return faults
