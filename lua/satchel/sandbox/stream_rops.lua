-- ROPs on streams ([MS-OXCPRPT] 3.2.5.13 to 3.2.5.21).  What is written
-- reaches the property when it is committed, when the stream is released and
-- when its object is saved.

local bags = require "satchel.sandbox.bags"
local code = require "satchel.sandbox.code"
local core = require "satchel.core"
local rope = require "satchel.sandbox.rope"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local on = rops.on

local READ_WRITE, CREATE = 0x01, 0x02
local LIMIT = 0x80000000

-- text travels as UTF-16LE or 8-bit, as the tag says, with its terminator
local function to_bytes(tag, v)
  if v == nil then return nil end
  local kind = tag & 0xffff
  if kind == 0x1f then return core.text.utf16(value.present(tag, v)) .. "\0\0" end
  if kind == 0x1e then return value.present(tag, v) .. "\0" end
  if type(v) == "table" and not rope.is(v) then return nil end
  return v
end

local function from_bytes(stream)
  local kind = stream.tag & 0xffff
  if kind == 0x1f then
    local s = stream.rope:text()
    if #s % 2 == 1 then s = s:sub(1, -2) end
    return (core.text.utf8(s):gsub("%z+$", ""))
  elseif kind == 0x1e then
    return (stream.rope:text():gsub("%z+$", ""))
  end
  return stream.rope:value()
end

local READABLE = {
  folder = { [0x102] = true },
  message = { [0x102] = true, [0x1e] = true, [0x1f] = true, [0xd] = true },
  attachment = { [0x102] = true, [0x1e] = true, [0x1f] = true, [0xd] = true },
}

on("open_stream", "folder message attachment", function(request, object, call)
  local tag, mode = request.property_tag, request.open_mode_flags
  local kind = tag & 0xffff
  if not READABLE[object.kind][kind] then return nil, code.NotSupported end
  if kind == 0x000d and tag ~= tags.AttachDataObject then return nil, code.NotFound end
  local bag = bags.of(object)
  local writes = mode & (READ_WRITE | CREATE) ~= 0
  if writes then
    local err = bag.writable(object, call)
    if err then
      if mode & 0x3 ~= 0x3 then return nil, err end
      writes = false
    end
  end
  local v = to_bytes(tag, bag.read(object, value.stored_tag(tag)))
  if v == nil and mode & CREATE == 0 then return nil, code.NotFound end
  if mode & 0x3 == CREATE then v = nil end
  local stream = { kind = "stream", object = object, tag = tag, store = object.store,
    writable = writes, position = 0, rope = writes and rope.of(v)
      or rope.is(v) and v or rope.new(v), call_user = call.user }
  object.open_streams = object.open_streams or setmetatable({}, { __mode = "k" })
  object.open_streams[stream] = true
  return { stream_size = stream.rope.size }, stream
end)

---Gives the property what was written.
---@param stream table
---@return integer|nil code
local function commit(stream)
  if not stream.dirty then return nil end
  stream.dirty = nil
  local kept = stream.rope
  local err = bags.of(stream.object).set(stream.object, stream.tag, from_bytes(stream))
  if stream.object.kind == "folder" and not err then
    bags.of(stream.object).changed(stream.object)
  end
  stream.rope = rope.of(kept)
  return err
end

---Commits every open stream of an object.
function rops.flush(object)
  for stream in pairs(object.open_streams or {}) do commit(stream) end
end

---Is a property being written through a stream?
function rops.is_streaming(object, tag)
  for stream in pairs(object.open_streams or {}) do
    if stream.dirty and value.stored_tag(stream.tag) == tag then return true end
  end
  return false
end

---A released stream gives what it has; others have nothing to give.
function rops.released(object)
  if object.kind == "stream" then
    commit(object)
    if object.object.open_streams then object.object.open_streams[object] = nil end
  end
end

local ASK_MAXIMUM = 0xbabe

on("read_stream", "stream", function(request, stream, call)
  local n = request.byte_count
  if n == ASK_MAXIMUM then n = request.maximum_byte_count end
  n = math.min(n, math.max(call.room - 16, 0), 0xffff)
  local data = stream.rope:read(stream.position, n)
  stream.position = stream.position + #data
  return { data = data }
end)

local function write(stream, data)
  if not stream.writable then return code.StreamAccessDenied end
  if stream.position + #data > LIMIT then return code.TooBig end
  stream.rope:write(stream.position, data)
  stream.position = stream.position + #data
  stream.dirty = true
end

local function write_stream(request, stream)
  local err = write(stream, request.data)
  if err then return nil, err end
  return { written_size = #request.data }
end
on("write_stream", "stream", write_stream)
on("write_stream_extended", "stream", write_stream)

on("commit_stream", "stream", function(_, stream)
  local err = commit(stream)
  if err then return nil, err end
  return {}
end)

on("get_stream_size", "stream", function(_, stream)
  return { stream_size = stream.rope.size }
end)

on("set_stream_size", "stream", function(request, stream)
  local size = request.stream_size
  if size < 0 or size > LIMIT then return nil, code.InvalidParameter end
  if not stream.writable then return nil, code.StreamAccessDenied end
  stream.rope:resize(size)
  stream.position = math.min(stream.position, size)
  stream.dirty = true
  return {}
end)

on("seek_stream", "stream", function(request, stream)
  local from = ({ [0] = 0, stream.position, stream.rope.size })[request.origin]
  if not from then return nil, code.InvalidParameter end
  local target = from + request.offset
  if target < 0 or target > LIMIT then return nil, code.StreamSeekError end
  stream.position = target
  return { new_position = target }
end)

on("copy_to_stream", "stream", function(request, stream, call)
  local target = call:object(request.dest_handle_index)
  if not target or target.kind ~= "stream" then
    return nil, code.DestinationNullObject, { dest_handle_index = request.dest_handle_index,
      read_byte_count = 0, written_byte_count = 0 }
  end
  if not target.writable then return nil, code.AccessDenied end
  local left, done = request.byte_count, 0
  while left > 0 do
    local part = stream.rope:read(stream.position, math.min(left, 0x8000))
    if part == "" then break end
    stream.position = stream.position + #part
    local err = write(target, part)
    if err then return nil, err end
    left, done = left - #part, done + #part
  end
  return { read_byte_count = done, written_byte_count = done }
end)

rops.refuse(code.NotImplemented, "lock_region_stream", "unlock_region_stream",
  "write_and_commit_stream", "clone_stream")
