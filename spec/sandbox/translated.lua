-- Sends recorded requests to a box.  Ids, handles and the numbers of named
-- properties are translated into the box's own, as its answers teach them; so
-- what is compared afterwards is compared by meaning.
--   local t = translated.new(function(exchange, body) return body of the answer end)
--   t:learn_id(recorded, own)
--   t:execute(exchange, path, found)    -- found[i] = { path =, theirs =, ours = }

local core = require "satchel.core"

local wire = core.wire

local translated = {}

local Translator = {}
Translator.__index = Translator

local ID_KEYS = { folder_id = true, message_id = true, folder_ids = true, message_ids = true,
  object_id = true }
local ID_TAGS = { [0x67480014] = true, [0x674a0014] = true, [0x674d0014] = true,
  [0x67490014] = true }
local TAG_KEYS = { tag = true, tag1 = true, tag2 = true, subobject = true, property_tag = true }
local TAG_LISTS = { property_tags = true, recipient_columns = true, excluded_tags = true,
  columns = true }

---@param send fun(exchange: table, body: string): string|nil body of the answer
function translated.new(send)
  return setmetatable({ send = send, ids = {}, handles = {}, names = {} }, Translator)
end

function Translator:learn_id(recorded, own) self.ids[recorded] = own end
function Translator:learn_handle(recorded, own) self.handles[recorded] = own end

function Translator:tag(tag)
  local id = self.names[tag >> 16]
  return id and id << 16 | tag & 0xffff or tag
end

-- a request as the box would have been asked
function Translator:request(v, key)
  if type(v) ~= "table" then
    if ID_KEYS[key] then return self.ids[v] or v end
    if TAG_KEYS[key] and math.type(v) == "integer" then return self:tag(v) end
    return v
  end
  local copy = {}
  for k, x in pairs(v) do
    if TAG_LISTS[key] and math.type(x) == "integer" then
      copy[k] = self:tag(x)
    elseif ID_KEYS[key] then
      copy[k] = self.ids[x] or x
    elseif key == "property_ids" then
      copy[k] = self.names[x] or x
    elseif key == "properties" then
      copy[self:tag(k)] = x
    else
      copy[k] = self:request(x, k)
    end
  end
  return copy
end

-- both id and equal so far, or new: then this is what it is called here
local function learn(map, theirs, ours)
  if map[theirs] == nil then map[theirs] = ours end
  return map[theirs] == ours
end

local function differ(found, path, theirs, ours)
  found[#found + 1] = { path = path, theirs = theirs, ours = ours }
end

local function name_of(k)
  return math.type(k) == "integer" and k > 0xffff and ("%08x"):format(k) or tostring(k)
end

function Translator:same(theirs, ours, key, parent)
  if theirs == ours then return true end
  if math.type(theirs) ~= "integer" or math.type(ours) ~= "integer" then return false end
  if ID_KEYS[key] or ID_KEYS[parent] or ID_TAGS[key] then
    return learn(self.ids, theirs, ours)
  end
  if parent == "property_ids" then return learn(self.names, theirs, ours) end
  if TAG_KEYS[key] or TAG_LISTS[parent] then return self:tag(theirs) == ours end
  return false
end

-- tagged values in any order
local function by_tag(list)
  local map = {}
  for _, p in ipairs(list) do map[p.tag] = p.value end
  return map
end

---Answers side by side.
function Translator:compare(path, theirs, ours, found, key, parent)
  if key == "property_values" and type(theirs) == "table" and type(ours) == "table" then
    theirs, ours, key = by_tag(theirs), by_tag(ours), nil
  end
  if type(theirs) ~= "table" or type(ours) ~= "table" then
    if not self:same(theirs, ours, key, parent) then differ(found, path, theirs, ours) end
    return
  end
  local seen = {}
  local keys = {}
  for k in pairs(theirs) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, k in ipairs(keys) do
    local own = math.type(k) == "integer" and k > 0xffff and self:tag(k) or k
    seen[own] = true
    self:compare(path .. "." .. name_of(k), theirs[k], ours[own], found, k, key)
  end
  for k, v in pairs(ours) do
    if not seen[k] then differ(found, path .. "." .. name_of(k), nil, v) end
  end
end

local function decode_payload(direction, payload, columns)
  local list, position = {}, 1
  while position <= #payload.rops do
    local rop, following = wire.decode_rop(direction, payload.rops, position,
      { columns = columns.now })
    assert(rop, type(following) == "table" and following.message)
    if direction == "request" and rop.property_tags and (rop.rop == "set_columns"
      or rop.rop == "get_properties_specific") then
      columns.now = rop.property_tags
    elseif rop.recipient_columns then
      columns.now = rop.recipient_columns
    end
    list[#list + 1], position = rop, following
  end
  return list
end

---The request in the box's words, and the columns of both.
function Translator:encode(body)
  local request = assert(wire.decode_body("request", "execute", body))
  local theirs, ours, payloads = {}, {}, {}
  for i, payload in ipairs(assert(wire.unwrap(request.rop_buffer))) do
    local parts, handles = {}, {}
    for j, rop in ipairs(decode_payload("request", payload, theirs)) do
      local own = self:request(rop)
      own.rop = nil
      parts[j] = assert(wire.encode_rop("request", rop.rop, own))
      if own.property_tags and (rop.rop == "set_columns"
        or rop.rop == "get_properties_specific") then
        ours.now = own.property_tags
      end
    end
    for j, handle in ipairs(payload.handles) do handles[j] = self.handles[handle] or handle end
    payloads[i] = { rops = table.concat(parts), handles = handles }
  end
  return wire.encode_body("request", "execute", { flags = request.flags,
    rop_buffer = wire.wrap(payloads), max_rop_out = request.max_rop_out,
    auxiliary_buffer = "" }), theirs, ours
end

function Translator:learn_handles(theirs, ours)
  for i, handle in ipairs(theirs) do
    if ours[i] and handle ~= 0xffffffff then self.handles[handle] = ours[i] end
  end
end

---One recorded Execute; what differs is added to `found`.
---@param exchange table of support.replay
---@param path string
---@param found table
function Translator:execute(exchange, path, found)
  local body, their_columns, our_columns = self:encode(exchange.request_body)
  local function payloads_of(bytes)
    local answer = assert(wire.decode_body("response", "execute", bytes:match "\r\n\r\n(.*)$"))
    return assert(wire.unwrap(answer.rop_buffer))
  end
  local theirs, ours = payloads_of(exchange.response_body), payloads_of(self.send(exchange, body))
  self:compare(path .. ".payloads", #theirs, #ours, found)
  for i, payload in ipairs(theirs) do
    if ours[i] then
      self:learn_handles(payload.handles, ours[i].handles)
      self:compare(path .. ".rops", decode_payload("response", payload, their_columns),
        decode_payload("response", ours[i], our_columns), found)
    end
  end
end

return translated
