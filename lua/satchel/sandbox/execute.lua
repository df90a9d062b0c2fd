-- Execute ([MS-OXCROPS] 3.2.5, [MS-OXCRPC] 3.1.4.2): takes ROP buffers
-- apart, runs each ROP on the object behind its handle, and puts the answers
-- together: at most 32 KiB a payload, further payloads where the client asks
-- for chained answers.

local wire = require("satchel.core").wire
local code = require "satchel.sandbox.code"
local notification = require "satchel.sandbox.notification"
local rops = require "satchel.sandbox.rops"
local with = require "satchel.with"

local execute = {}

local PAYLOAD = 0x8000
local NO_HANDLE = 0xffffffff
local MAX_PAYLOADS = 96

-- [MS-OXCMAPIHTTP] 2.2.4.2.1: flags of the request
local NO_COMPRESSION, NO_XOR, CHAIN = 0x1, 0x2, 0x4

---@class satchel.sandbox.call
---@field session table
---@field box table
---@field user satchel.sandbox.user
---@field logon table the logon of the ROP's logon id
---@field room integer bytes left in this payload
---@field alone boolean the only ROP of the buffer
local Call = {}
Call.__index = Call

---The object behind a handle index of the buffer.
---@param index integer
function Call:object(index)
  local handle = self.handles[index + 1]
  return handle and self.session.objects[handle]
end

-- handles --------------------------------------------------------------------

local function keep(call, object, request)
  local session = call.session
  local handle = session.next_handle
  session.next_handle = handle + 1
  object.handle, object.logon_id = handle, request.logon_id
  session.objects[handle] = object
  return handle
end

-- everything opened by way of a logon goes with it
local function drop_logon(session, id)
  for handle, object in pairs(session.objects) do
    if object.logon_id == id then
      notification.forget(object)
      session.objects[handle] = nil
    end
  end
  session.logons[id] = nil
end

local function release(call, request)
  local index = request.input_handle_index + 1
  local handle = call.handles[index]
  local object = handle and call.session.objects[handle]
  if not object then return end
  rops.released(object)
  notification.forget(object)
  call.session.objects[handle] = nil
  if object.kind == "logon" then drop_logon(call.session, object.logon_id) end
end

-- one ROP --------------------------------------------------------------------

local FLUSHING = { save_changes_message = true, save_changes_attachment = true }

local function input_of(call, request)
  if request.rop == "logon" then return nil end
  local object = call:object(request.input_handle_index or request.source_handle_index)
  if object and object.logon_id ~= request.logon_id then return nil end
  return object
end

local function answer_index(request)
  return request.output_handle_index or request.response_handle_index
    or request.source_handle_index or request.input_handle_index
end

-- what the answer of a failure has beside its code
local PARTIAL = { partial_completion = true }
local STATUS = { transfer_status = 0, in_progress_count = 0, total_step_count = 0 }
local FAILED = {
  delete_folder = PARTIAL, move_folder = PARTIAL, copy_folder = PARTIAL, empty_folder = PARTIAL,
  hard_delete_messages_and_subfolders = PARTIAL, move_copy_messages = PARTIAL,
  delete_messages = PARTIAL, hard_delete_messages = PARTIAL,
  fast_transfer_source_get_buffer = with(STATUS, { transfer_buffer = "" }),
  fast_transfer_destination_put_buffer = with(STATUS, { buffer_used_size = 0 }),
  fast_transfer_destination_put_buffer_extended = with(STATUS, { buffer_used_size = 0 }),
}

-- a mistake of the sandbox's own is told, but ends nothing
local function attempt(name, request, object, call)
  local ok, reply, output, extra =
    xpcall(rops.run, debug.traceback, name, request, object, call)
  if ok then return reply, output, extra end
  io.stderr:write("sandbox: ", name, ": ", tostring(reply), "\n")
  return nil, code.GeneralFailure
end

-- the answer's fields, its columns, and its code
local function run(call, request)
  local object = input_of(call, request)
  local name = request.rop
  if object and object.told then object.told = nil end
  if FLUSHING[name] and object then rops.flush(object) end
  local reply, output, extra = attempt(name, request, object, call)
  local columns
  if reply then
    columns, reply = reply.columns, with(reply, { return_value = reply.return_value or 0 })
    reply.columns = nil
    if output and request.output_handle_index then
      call.handles[request.output_handle_index + 1] = keep(call, output, request)
    end
    if name == "query_rows" then notification.watch(object, call.session) end
  else
    reply = with(extra or FAILED[name] or {}, { return_value = output })
    if request.output_handle_index then
      call.handles[request.output_handle_index + 1] = NO_HANDLE
    end
  end
  reply.handle_index = answer_index(request)
  return reply, columns
end

local function context_of(columns, logon)
  return { columns = columns, private = logon == nil or logon.store.private }
end

-- the answer as bytes, or nothing if there is none
local function answer(call, request)
  if request.rop == "release" then
    release(call, request)
    return "", nil
  end
  call.logon = call.session.logons[request.logon_id]
  local reply, columns = run(call, request)
  if reply.return_value == code.BufferTooSmall then return nil, reply end
  local ctx = context_of(columns, call.logon)
  local bytes, err = wire.encode_rop("response", request.rop, reply, ctx)
  if not bytes then -- a value that cannot be told, such as text that is none
    io.stderr:write("sandbox: ", request.rop, ": ", err.message, "\n")
    reply = with(FAILED[request.rop] or {}, { return_value = code.GeneralFailure,
      handle_index = reply.handle_index })
    bytes = assert(wire.encode_rop("response", request.rop, reply, ctx))
  end
  return bytes, reply
end

-- payloads -------------------------------------------------------------------

local function too_small(rest)
  return (assert(wire.encode_rop("response", "buffer_too_small",
    { size_needed = PAYLOAD, request_buffers = rest })))
end

local function logon_of(call, bytes, position)
  local id = bytes:byte(position + 1)
  return id and call.session.logons[id]
end

local function decode(call, bytes, position)
  local logon = logon_of(call, bytes, position)
  return wire.decode_rop("request", bytes, position, context_of(nil, logon))
end

-- an injected answer instead of the ROP's own (faults.lua)
local function injected(call, bytes, position)
  local faults = call.box.faults
  return faults and faults:rop(bytes, position)
end

-- does it want its output where the handle table has no place?
local function outside(call, request)
  local index = request.output_handle_index
  return index ~= nil and index >= #call.handles
end

-- runs the ROPs of one payload; gives the answers, and the last request with
-- its answer if all were run; a call that was cut short tells no news
local function run_payload(call, bytes, limit)
  local out, size, position = {}, 0, 1
  local last, last_reply
  while position <= #bytes do
    local special = injected(call, bytes, position)
    if special then
      out[#out + 1], call.cut_short = special, true
      return table.concat(out)
    end
    local request, following = decode(call, bytes, position)
    if not request or outside(call, request) then return nil, code.RpcFormat end
    call.room = limit - size
    call.alone = position == 1 and following > #bytes
    local reply_bytes, reply = answer(call, request)
    if not reply_bytes or size + #reply_bytes > limit then
      local rest = too_small(bytes:sub(position))
      if size + #rest > PAYLOAD then return nil, code.BufferTooSmall end
      out[#out + 1], call.cut_short = rest, true
      return table.concat(out)
    end
    out[#out + 1] = reply_bytes
    size, position = size + #reply_bytes, following
    last, last_reply = request, reply
  end
  call.room = limit - size
  return table.concat(out), last, last_reply
end

-- what waits in the session goes behind the answers, as far as there is room
local function notices(call)
  local session, parts = call.session, {}
  local pending = session.pending
  local done, size = 0, 0
  for i, entry in ipairs(pending) do
    local object = entry.object
    local data = session.objects[object.handle] == object and notification.data(entry)
    if data then
      local bytes = assert(wire.encode_rop("response", "notify", {
        notification_handle = object.handle, logon_id = object.logon_id,
        notification_data = data }))
      if size + #bytes > call.room then break end
      parts[#parts + 1], size = bytes, size + #bytes
    end
    done = i
  end
  if done > 0 then session.pending = table.move(pending, done + 1, #pending, 1, {}) end
  return table.concat(parts)
end

-- what the next payload of a chain asks for, or nothing
local chains = {}

function chains.query_rows(request, reply)
  local finished = reply.origin == (request.forward_read and 2 or 0)
  local left = request.row_count - #reply.row_data
  if finished or left <= 0 or #reply.row_data == 0 or request.query_rows_flags & 2 ~= 0 then
    return nil
  end
  return with(request, { row_count = left })
end

function chains.read_stream(request, reply)
  if reply.data == "" then return nil end
  return request
end

local function chain(call, payloads, request, reply, room)
  local limit = PAYLOAD - 10 - 4 * #call.handles
  while #payloads < MAX_PAYLOADS and room >= PAYLOAD and reply.return_value == 0 do
    request = chains[request.rop](request, reply)
    if not request then break end
    call.room = limit
    local bytes
    bytes, reply = answer(call, request)
    if not bytes then break end
    payloads[#payloads + 1] = { rops = bytes, handles = call.handles }
    room = room - #bytes - 10 - 4 * #call.handles
  end
end

---Runs a ROP buffer.
---@param session table
---@param flags integer
---@param buffer string
---@param max_out integer the most the client takes
---@return string|nil buffer, integer|nil code
function execute.run(session, flags, buffer, max_out)
  local given = wire.unwrap(buffer)
  if not given or #given == 0 then return nil, code.RpcFormat end
  local call = setmetatable({ session = session, box = session.box, user = session.user,
    handles = given[1].handles }, Call)
  local limit = math.min(max_out, PAYLOAD) - 10 - 4 * #call.handles
  local bytes, last, reply = run_payload(call, given[1].rops, limit)
  if not bytes then return nil, last end
  if not call.cut_short then bytes = bytes .. notices(call) end
  local payloads = { { rops = bytes, handles = call.handles } }
  if flags & CHAIN ~= 0 and last and chains[last.rop] and reply.return_value == 0 then
    chain(call, payloads, last, reply, max_out - #bytes - 10 - 4 * #call.handles)
  end
  return wire.wrap(payloads, { compress = flags & NO_COMPRESSION == 0
    and not (last and last.rop == "read_stream"), xor = flags & NO_XOR == 0 })
end

return execute
