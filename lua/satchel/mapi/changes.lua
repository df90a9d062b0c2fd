-- What is to be written to an object: values and removals, collected from
-- fields and then added to a batch.  No request may exceed 32 KiB, so values
-- are split over several ROPs and a large one is written as a stream.

local P = require "satchel.mapi.props"
local bodies = require "satchel.mapi.bodies"
local fields = require "satchel.mapi.fields"
local null = require "satchel.null"

---@class satchel.mapi.Changes
---@field values table[] { tag =, value = }
---@field removed integer[]
local Changes = {}
Changes.__index = Changes

local M = {}

-- a value above this is streamed; one ROP carries at most this much
local INLINE <const> = 24 * 1024
local CHUNK <const> = 30000

---@return satchel.mapi.Changes
function M.new()
  return setmetatable({ values = {}, removed = {} }, Changes)
end

---@param tag integer
---@param value any
function Changes:set(tag, value)
  self.values[#self.values + 1] = { tag = tag, value = value }
end

---@param tag integer
function Changes:remove(tag)
  self.removed[#self.removed + 1] = tag
end

-- bytes that a value takes on the wire, roughly and never less
local function size_of(value)
  if type(value) == "string" then return 2 * #value + 8 end
  if type(value) ~= "table" then return 12 end
  local size = 12
  for _, each in ipairs(value) do size = size + size_of(each) end
  return size
end

local function is_stream(entry)
  local kind = entry.tag & 0xffff
  if kind ~= 0x001f and kind ~= 0x0102 then return false end
  return size_of(entry.value) > (kind == 0x0102 and 2 * INLINE or INLINE)
end

local function is_empty(value)
  return value == nil or value == null
end

---Collects the properties of fields; recipients and attachments are not theirs.
---@param given table<string, any> field values
---@param tag_of fun(key: any): integer|nil
---@return satchel.mapi.Changes self
function Changes:add_fields(given, tag_of)
  local names = {}
  for name in pairs(given) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local field, value = fields.find(name), given[name]
    if field and field.write then
      local function tag(i) return tag_of(field.tags[i]) end
      if is_empty(value) then
        for i = 1, #field.tags do self:remove(tag(i)) end
      else
        field.write(self, value, tag)
      end
    end
  end
  bodies.write(self, given, null)
  return self
end

local function stream_value(b, on, entry, options, refs)
  local function rop(...)
    local ref = b:rop(...)
    refs[#refs + 1] = ref
    return ref
  end
  local value = entry.value
  if entry.tag & 0xffff == 0x001f then value = require("satchel.core").text.utf16(value) end
  local stream = rop("open_stream", { property_tag = entry.tag, open_mode_flags = 0x02 },
    on, options)
  for at = 1, #value, CHUNK do
    rop("write_stream", { data = value:sub(at, at + CHUNK - 1) }, stream, options)
  end
  rop("commit_stream", {}, stream, options)
  b:rop("release", {}, stream)
end

---Adds ROPs that write everything to an object.
---@param b satchel.mapi.Batch
---@param on satchel.mapi.Ref
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref[] the ROPs whose answers tell how it went
function Changes:apply(b, on, options)
  local refs, list, size = {}, {}, 0
  local function flush()
    if #list == 0 then return end
    refs[#refs + 1] = b:rop("set_properties", { property_values = list }, on, options)
    list, size = {}, 0
  end
  for _, entry in ipairs(self.values) do
    if is_stream(entry) then
      flush()
      stream_value(b, on, entry, options, refs)
    else
      local n = size_of(entry.value) // (entry.tag & 0xffff == 0x0102 and 2 or 1)
      if size + n > INLINE then flush() end
      list[#list + 1] = entry
      size = size + n
    end
  end
  flush()
  if #self.removed > 0 then
    refs[#refs + 1] = b:rop("delete_properties", { property_tags = self.removed }, on, options)
  end
  return refs
end

---The flags that only a new message takes.
---@param given table fields of a draft
function Changes:add_flags(given)
  local flags = 0
  if given.unread == false then flags = flags | fields.READ end
  if given.draft then flags = flags | fields.UNSENT end
  self:set(P.PidTagMessageFlags, flags)
end

return M
