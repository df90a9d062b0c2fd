-- Attachments ([MS-OXCMSG] 2.2.2): a stored record { num =, props =,
-- embedded = } never changes; an open one is a copy that its message takes
-- over when it is saved.

local clock = require "satchel.sandbox.clock"
local code = require "satchel.sandbox.code"
local message = require "satchel.sandbox.message"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local attachment = {}

local function copy_of(props)
  local copy = {}
  for tag, v in pairs(props) do copy[tag] = v end
  return copy
end

---@param m satchel.sandbox.message the open message
---@param num integer
---@return table|nil record
function attachment.find(m, num)
  for _, a in ipairs(m:attachment_list()) do
    if a.num == num then return a end
  end
end

---@param m satchel.sandbox.message
---@param record table
---@param writable boolean
function attachment.open(m, record, writable)
  return { kind = "attachment", num = record.num, props = copy_of(record.props),
    embedded = record.embedded, owner = m, store = m.store, writable = writable }
end

---@param m satchel.sandbox.message
function attachment.new(m)
  local num = m.next_attachment or 0
  for _, a in ipairs(m:attachment_list()) do num = math.max(num, a.num + 1) end
  m.next_attachment = num + 1
  local now = clock.now()
  return { kind = "attachment", num = num, owner = m, store = m.store,
    writable = true, fresh = true, touched = true,
    props = { [tags.RenderingPosition] = -1, [tags.CreationTime] = now,
      [tags.LastModificationTime] = now } }
end

-- a list with the record put in or taken out; the old list stays as it was
local function with(list, num, record)
  local new, found = {}, false
  for _, a in ipairs(list) do
    if a.num ~= num then
      new[#new + 1] = a
    elseif record then
      new[#new + 1], found = record, true
    end
  end
  if record and not found then new[#new + 1] = record end
  return new
end

---Its message takes it over.
function attachment.save(a)
  local m = a.owner
  if a.touched then
    a.props[tags.LastModificationTime] = clock.now()
    local record = { num = a.num, props = copy_of(a.props), embedded = a.embedded }
    m.attachments = with(m:attachment_list(), a.num, record)
    m.touched = true
  end
  a.fresh, a.touched = nil, nil
end

---Takes one away; it need not be there.
function attachment.delete(m, num)
  m.attachments = with(m:attachment_list(), num, nil)
  m.touched = true
end

local computed = {}

computed[tags.AttachNumber] = function(a) return a.num end
computed[tags.ObjectType] = function() return 7 end
computed[tags.AccessLevel] = function(a) return a.writable and 1 or 0 end
computed[tags.AttachSize] = function(a)
  local sum = a.embedded and message.weigh(a.embedded) or 0
  for tag, v in pairs(a.props) do sum = sum + value.weight(tag, v) end
  return sum
end

---A property by its stored tag; of stored records and open attachments.
function attachment.read(a, tag)
  local f = computed[tag]
  if f then return f(a) end
  if tag & 0xffff == 0 then
    local _, v = attachment.find_property(a, tag >> 16)
    return v
  end
  return a.props[tag]
end

---@return integer|nil tag, any value
function attachment.find_property(a, id)
  for tag, f in pairs(computed) do
    if tag >> 16 == id then return tag, f(a) end
  end
  for tag, v in pairs(a.props) do
    if tag >> 16 == id then return tag, v end
  end
end

---@return integer[]
function attachment.tags(a)
  local list = {}
  for tag in pairs(computed) do list[#list + 1] = tag end
  for tag in pairs(a.props) do
    if not computed[tag] then list[#list + 1] = tag end
  end
  table.sort(list)
  return list
end

local READONLY = {
  [tags.Mid] = true, [tags.AccessLevel] = true, [tags.ObjectType] = true,
  [tags.RecordKey] = true, [tags.AttachNumber] = true, [tags.StoreEntryId] = true,
  [tags.StoreRecordKey] = true,
}
local ONCE = {
  [tags.AttachSize] = true, [tags.CreationTime] = true, [tags.LastModificationTime] = true,
}

---@return integer|nil code
function attachment.set(a, tag, v)
  tag, v = value.store(tag, v)
  local kind = tag & 0xffff
  if READONLY[tag] or kind == 0x000d and tag ~= tags.AttachDataObject then
    return code.AccessDenied
  end
  if ONCE[tag] and not a.fresh then return code.AccessDenied end
  a.props[tag] = v
  a.touched = true
end

---@return integer|nil code
function attachment.remove(a, tag)
  tag = value.stored_tag(tag)
  if READONLY[tag] then return code.AccessDenied end
  a.props[tag] = nil
  if tag == tags.AttachDataObject then a.embedded = nil end
  a.touched = true
end

return attachment
