-- The bodies of MAPI over HTTP as a protocol inspector shows them: each ROP of
-- an Execute and each answer, the bodies of the other request types.  What an
-- answer looks like depends on what was asked before, so the columns of tables
-- are kept by their handles, as long as these are open.

local core = require "satchel.core"

local wire = core.wire

local M = {}

---@class satchel.mapi.Trace
---@field show fun(event: table)
---@field columns table<integer, integer[]> by handle
---@field public table<integer, boolean> by logon id
local Trace = {}
Trace.__index = Trace

local NONE <const> = 0xffffffff
local NOTIFY <const> = 0x2a

local by_id, bodies = {}, { emsmdb = {}, nspi = {} }
for _, rop in ipairs(wire.rops()) do by_id[rop.id] = rop end
for _, body in ipairs(wire.bodies()) do bodies[body.endpoint][body.type] = body.name end

-- where the tags stand in requests that decide how answers are laid out
local has_tags <const> = { set_columns = true, get_properties_specific = true }
-- answers that say how recipients are laid out
local has_recipients <const> = { open_message = true, open_embedded_message = true,
  reload_cached_information = true }

---@param show fun(event: table)
---@return satchel.mapi.Trace
function M.new(show)
  return setmetatable({ show = show, columns = {}, public = {} }, Trace)
end

local function request_type(request)
  for _, line in ipairs(request.headers or {}) do
    local value = line:match "^[Xx]%-[Rr]equest[Tt]ype:%s*(%S+)"
    if value then return value end
  end
end

---The name of a request's body, or nil.
---@param request satchel.Request
---@return string|nil name
---@return string|nil type X-RequestType
function M.body_name(request)
  local kind = request_type(request)
  if not kind then return nil end
  local endpoint = request.url:find "/nspi" and "nspi" or "emsmdb"
  return bodies[endpoint][kind] or bodies.nspi[kind] or bodies.emsmdb[kind], kind
end

-- One payload ------------------------------------------------------------------

-- a ROP of a request: which slots it is for, and which its answer bears
local function asked_of(rop, bytes, pos)
  local first, second = bytes:byte(pos + 2, pos + 3)
  local names = rop.handles
  local one = { name = rop.name, answer = rop.response and rop.response_id, slot = first,
    logon = bytes:byte(pos + 1) }
  if names[1] == "input_handle_index" then
    one.input = first
    if names[2] then one.slot, one.output = second, second end
  elseif names[1] == "output_handle_index" then
    one.output = first
  else
    one.input = names[1] == "response_handle_index" and second or first
  end
  return one
end

local function undecoded(bytes, pos, err)
  return ("? %d bytes: %s"):format(#bytes - pos + 1, err.message)
end

function Trace:say(direction, round_trip, rop, text)
  self.show { layer = "rop", direction = direction, rop = rop, text = text,
    round_trip = round_trip }
end

-- the ROPs of a request, shown; what is needed to read their answers
function Trace:requests(payload, round_trip)
  local bytes, pos, list = payload.rops, 1, {}
  while pos <= #bytes do
    local rop = by_id[bytes:byte(pos)]
    local text, following = wire.print_rop("request", bytes, pos)
    if not text or not rop then
      self:say("send", round_trip, nil, undecoded(bytes, pos, following or {}))
      break
    end
    self:say("send", round_trip, rop.name, text)
    local one = asked_of(rop, bytes, pos)
    if has_tags[rop.name] then
      one.tags = wire.decode_rop("request", bytes, pos).property_tags
    end
    if rop.name == "release" then
      self.columns[payload.handles[(one.input or -1) + 1] or NONE] = nil
    end
    list[#list + 1] = one
    pos = following
  end
  return list
end

-- the ROP that an answer is for: in order, those without one are passed by
local function asked_for(reading, id)
  for i = reading.at, #reading.asked do
    if reading.asked[i].answer == id then
      reading.at = i + 1
      return reading.asked[i]
    end
  end
  local last = reading.asked[#reading.asked]
  return last and last.answer == id and last or nil -- chained to the last
end

function Trace:context(reading, bytes, pos, one)
  if bytes:byte(pos) == NOTIFY and #bytes >= pos + 4 then
    return { columns = self.columns[(string.unpack("<I4", bytes, pos + 1))] }
  end
  if not one then return nil end
  local columns = one.name == "get_properties_specific" and one.tags
    or reading.slots[one.input or -1]
  return { columns = columns, private = not self.public[one.logon] }
end

-- what a success changes
function Trace:learn(reading, one, bytes, pos, ctx)
  if #bytes < pos + 5 or string.unpack("<I4", bytes, pos + 2) ~= 0 then return end
  local slot = one.output or one.input
  if one.name == "set_columns" then
    reading.slots[slot] = one.tags
  elseif one.name == "reset_table" then
    reading.slots[slot] = nil
  elseif has_recipients[one.name] then
    local answer = wire.decode_rop("response", bytes, pos, ctx)
    reading.slots[slot] = answer and answer.recipient_columns
  elseif one.name == "logon" then
    local answer = wire.decode_rop("response", bytes, pos, ctx)
    self.public[one.logon] = answer and answer.logon_flags & 1 == 0 or nil
  end
end

function Trace:answers(reading, payload, round_trip)
  local bytes, pos = payload.rops, 1
  while pos <= #bytes do
    local one = asked_for(reading, bytes:byte(pos))
    local ctx = self:context(reading, bytes, pos, one)
    local text, following = wire.print_rop("response", bytes, pos, ctx)
    if not text then
      self:say("receive", round_trip, one and one.name, undecoded(bytes, pos, following))
      return
    end
    self:say("receive", round_trip, one and one.name or text:match "^%S+", text)
    if one then self:learn(reading, one, bytes, pos, ctx) end
    pos = following
  end
end

-- One Execute ------------------------------------------------------------------

local function first_payload(direction, body)
  local execute = wire.decode_body(direction, "execute", body)
  return execute and execute.rop_buffer and wire.unwrap(execute.rop_buffer)
end

-- columns by slot, for the handles that a request names
function Trace:slots(handles)
  local slots = {}
  for i, handle in ipairs(handles) do slots[i - 1] = self.columns[handle] end
  return slots
end

function Trace:keep(slots, handles)
  for i, handle in ipairs(handles) do
    if handle ~= NONE then self.columns[handle] = slots[i - 1] end
  end
end

-- behind the meta-tags and additional headers ([MS-OXCMAPIHTTP] 2.2.2.2)
local function proper(body)
  local at = body and body:find("\r\n\r\n", 1, true)
  return at and body:sub(at + 4)
end

function Trace:body(direction, name, body, round_trip)
  local text = body and wire.print_body(direction == "send" and "request" or "response", name,
    body)
  if text then
    self.show { layer = "body", direction = direction, body = name, text = text,
      round_trip = round_trip }
  end
end

---Shows what a request says.
---@param request satchel.Request
---@param round_trip integer
---@return fun(response: satchel.Response)|nil shows the answer
function Trace:request(request, round_trip)
  local name = M.body_name(request)
  if not name then return nil end
  if name ~= "execute" then
    self:body("send", name, request.body, round_trip)
    return function(response)
      self:body("receive", name, proper(response.body), round_trip)
    end
  end
  local payloads = first_payload("request", request.body)
  if not payloads then return nil end
  local slots = self:slots(payloads[1].handles)
  local reading = { asked = self:requests(payloads[1], round_trip), at = 1, slots = slots }
  return function(response)
    local answers = first_payload("response", proper(response.body) or "")
    for _, payload in ipairs(answers or {}) do self:answers(reading, payload, round_trip) end
    if answers then self:keep(reading.slots, answers[1].handles) end
  end
end

return M
