-- Sends recorded requests to a box.  Ids, handles and the numbers of named
-- properties are translated into the box's own, as its answers teach them; so
-- what is compared afterwards is compared by meaning.
--   local t = translated.new(function(exchange, body) return body of the answer end)
--   t.whole = true        -- it begins with the logon: other handles are unknown
--   t:learn_id(recorded, own)
--   t:execute(exchange, path, found)    -- found[i] = { path =, theirs =, ours = }

local columns = require "support.rop_columns"
local core = require "satchel.core"

local wire = core.wire

local NEW = 0xffffffff -- no handle yet

local translated = {}

local Translator = {}
Translator.__index = Translator

local ID_KEYS = { folder_id = true, message_id = true, folder_ids = true, message_ids = true,
  object_id = true, category_id = true, row_id = true }
-- of folders, messages and rows; of members and rules, which count by themselves
local ID_TAGS = { [0x67480014] = true, [0x674a0014] = true, [0x674d0014] = true,
  [0x67490014] = true }
local OTHER_IDS = { [0x66710014] = true, [0x66740014] = true }
-- bytes that only who made them understands
local OPAQUE_KEYS = { bookmark = true, collapse_state = true, database_guid = true,
  global_counter = true }
-- what tells one row from the others: names of folders, entry ids of members
local KEY_TAGS = { 0x3001001f, 0x0fff0102 }
local TAG_KEYS = { tag = true, tag1 = true, tag2 = true, subobject = true, property_tag = true }
local TAG_LISTS = { property_tags = true, recipient_columns = true, excluded_tags = true,
  columns = true }

---@param send fun(exchange: table, body: string): string|nil body of the answer
function translated.new(send)
  return setmetatable({ send = send, ids = {}, handles = {}, names = {}, bytes = {},
    others = { [0x66710014] = {}, [0x66740014] = {} },
    theirs = columns.new(), ours = columns.new() }, Translator)
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
    if OPAQUE_KEYS[key] then return self.bytes[v] or v end
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
  if ID_TAGS[v.tag] then copy.value = self.ids[v.value] or v.value end
  if OTHER_IDS[v.tag] then copy.value = self.others[v.tag][v.value] or v.value end
  return copy
end

local function without_name(rop)
  local fields = {}
  for k, v in pairs(rop) do if k ~= "rop" then fields[k] = v end end
  return fields
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
  if OPAQUE_KEYS[key] and theirs and ours then
    self.bytes[theirs] = ours
    return true
  end
  if math.type(theirs) ~= "integer" or math.type(ours) ~= "integer" then
    return theirs == ours
  end
  if ID_KEYS[key] or ID_KEYS[parent] or ID_TAGS[key] then
    return learn(self.ids, theirs, ours)
  elseif OTHER_IDS[key] then
    return learn(self.others[key], theirs, ours)
  end
  if parent == "property_ids" then return learn(self.names, theirs, ours) end
  if TAG_KEYS[key] or TAG_LISTS[parent] then return self:tag(theirs) == ours end
  return theirs == ours
end

-- tagged values in any order
local function by_tag(list)
  local map = {}
  for _, p in ipairs(list) do map[p.tag] = p.value end
  return map
end

-- rows in the order of what tells them apart; those of one side only at the end
local function in_order(list, others)
  local key
  for _, tag in ipairs(KEY_TAGS) do key = key or list[1] and list[1][tag] and tag end
  if not key then return list end
  local there, both, rest = {}, {}, {}
  for _, row in ipairs(others) do there[(row[key] or ""):lower()] = true end
  for i, row in ipairs(list) do
    local name = (row[key] or ""):lower()
    table.insert(there[name] and both or rest, { name = name, i = i, row = row })
  end
  table.sort(both, function(a, b)
    if a.name ~= b.name then return a.name < b.name end
    return a.i < b.i
  end)
  table.move(rest, 1, #rest, #both + 1, both)
  for i, entry in ipairs(both) do both[i] = entry.row end
  return both
end

---Answers side by side.
function Translator:compare(path, theirs, ours, found, key, parent)
  if key == "property_values" and type(theirs) == "table" and type(ours) == "table" then
    theirs, ours, key = by_tag(theirs), by_tag(ours), nil
  elseif key == "row_data" and type(theirs) == "table" and type(ours) == "table" then
    theirs, ours = in_order(theirs, ours), in_order(ours, theirs)
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

---The request in the box's words: its bytes, and for each payload the ROPs and
---handles of both; nil if the box has not made what it is about.
function Translator:encode(body)
  local request = assert(wire.decode_body("request", "execute", body))
  local payloads, both = {}, {}
  for i, payload in ipairs(assert(wire.unwrap(request.rop_buffer))) do
    local parts, handles = {}, {}
    local theirs, ours = self.theirs:requests(payload), {}
    for j, rop in ipairs(theirs) do
      local own = self:request(rop)
      ours[j] = own
      parts[j] = assert(wire.encode_rop("request", rop.rop, without_name(own),
        { private = not self.theirs.public[rop.logon_id] }))
    end
    for j, handle in ipairs(payload.handles) do
      handles[j] = self.handles[handle] or handle
      if self.whole and handle ~= NEW and not self.handles[handle] then return nil end
    end
    self.ours.public = self.theirs.public
    payloads[i] = { rops = table.concat(parts), handles = handles }
    both[i] = { theirs = theirs, ours = ours, handles = payload.handles, own = handles }
  end
  return wire.encode_body("request", "execute", { flags = request.flags,
    rop_buffer = wire.wrap(payloads), max_rop_out = request.max_rop_out,
    auxiliary_buffer = "" }), both
end

function Translator:learn_handles(theirs, ours)
  for i, handle in ipairs(theirs) do
    if ours[i] and handle ~= NEW then
      self.handles[handle] = ours[i] ~= NEW and ours[i] or nil
    end
  end
end

---One recorded Execute; what differs is added to `found`.
---@param exchange table of support.replay
---@param path string
---@param found table
---@return boolean asked false: the box has not made what it is about
function Translator:execute(exchange, path, found)
  local body, both = self:encode(exchange.request_body)
  if not body then return false end
  local function payloads_of(bytes)
    local answer = assert(wire.decode_body("response", "execute", bytes:match "\r\n\r\n(.*)$"))
    return assert(wire.unwrap(answer.rop_buffer))
  end
  local theirs, ours = payloads_of(exchange.response_body), payloads_of(self.send(exchange, body))
  self:compare(path .. ".payloads", #theirs, #ours, found)
  for i, payload in ipairs(theirs) do
    if ours[i] then
      local asked = both[i] or both[#both]
      self:learn_handles(payload.handles, ours[i].handles)
      self:compare(path .. ".rops", self.theirs:answers(asked.theirs, asked.handles, payload),
        self.ours:answers(asked.ours, asked.own, ours[i]), found)
    end
  end
  return true
end

return translated
