-- What lays out the rows of ROP answers: the columns of tables and of
-- recipients, by the handle of the object, from one request to the next; and
-- which logon is to public folders.

local wire = require("satchel.core").wire

local Columns = {}
Columns.__index = Columns

local M = {}

local ids = {}
for _, rop in ipairs(wire.rops()) do ids[rop.name] = rop.id end
ids.get_message_status = ids.set_message_status -- [MS-OXCROPS] 2.2.6.9.2

local OF_TABLES <const> = { query_rows = true, find_row = true, expand_row = true }
local OF_RECIPIENTS <const> = { read_recipients = true }
local UNASKED <const> = { notify = true, pending = true }

function M.new()
  return setmetatable({ tables = {}, recipients = {}, public = {} }, Columns)
end

---The ROPs of a request's payload.
---@param payload table { rops =, handles = }
---@return table[]
function Columns:requests(payload)
  local list, at = {}, 1
  while at <= #payload.rops do
    local rop, after = wire.decode_rop("request", payload.rops, at,
      { private = not self.public[payload.rops:byte(at + 1)] })
    assert(rop, type(after) == "table" and after.message)
    if rop.rop == "logon" then self.public[rop.logon_id] = rop.logon_flags & 1 == 0 end
    list[#list + 1], at = rop, after
  end
  return list
end

-- the request that an answer is to: answers come in order, a release has none
local function asked(requests, from, id)
  for i = from, #requests do
    if requests[i].rop ~= "release" and ids[requests[i].rop] == id then return i end
  end
end

-- slots: what was set within this payload, whose handles are not known yet
function Columns:context(request, handles, slots)
  local ctx = { private = not self.public[request.logon_id] }
  local slot = request.input_handle_index
  local handle = slot and handles[slot + 1]
  if request.rop == "get_properties_specific" then
    ctx.columns = request.property_tags
  elseif OF_TABLES[request.rop] then
    ctx.columns = slots.tables[slot] or self.tables[handle]
  elseif OF_RECIPIENTS[request.rop] then
    ctx.columns = slots.recipients[slot] or self.recipients[handle]
  end
  return ctx
end

function Columns:keep(slots, handles)
  for kind, map in pairs(slots) do
    for slot, tags in pairs(map) do
      if handles[slot + 1] then self[kind][handles[slot + 1]] = tags end
    end
  end
end

---The ROPs of an answer's payload that were asked for; each has `asked`, the
---name of its request.
---@param requests table[] what requests() gave
---@param handles integer[] of the request
---@param payload table { rops =, handles = }
---@return table[]
function Columns:answers(requests, handles, payload)
  local list, at, following = {}, 1, 1
  local slots = { tables = {}, recipients = {} }
  while at <= #payload.rops do
    local i = asked(requests, following, payload.rops:byte(at))
    local request = requests[i]
    local rop, after = wire.decode_rop("response", payload.rops, at,
      request and self:context(request, handles, slots))
    assert(rop, type(after) == "table" and after.message)
    at = after
    if not UNASKED[rop.rop] then
      rop.asked = request and request.rop or rop.rop
      list[#list + 1], following = rop, (i or following) + 1
      if rop.asked == "set_columns" then
        slots.tables[request.input_handle_index] = request.property_tags
      end
      if rop.recipient_columns then slots.recipients[rop.handle_index] = rop.recipient_columns end
    end
  end
  self:keep(slots, payload.handles)
  return list
end

return M
