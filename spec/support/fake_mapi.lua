-- A MAPI/HTTP endpoint of a few lines, for specs of the client: it answers each
-- ROP by a handler of the spec's own, and notes what every request looked like.
--
--   local fake = fake_mapi.new { query_rows = function(request) return {...} end }
--   fake.transport, fake.requests (list of { type =, size =, handles =, rops = })
--
-- A handler returns the fields of the response (return_value 0 if absent), or
-- one of the words below.

local core = require "satchel.core"

local M = {}

---The handler's ROP and all behind it come back in RopBufferTooSmall.
M.TOO_SMALL = {}

local Fake = {}
Fake.__index = Fake

local LOGON = { logon_flags = 1, folder_ids = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 },
  response_flags = 0, mailbox_guid = ("0"):rep(8) .. "-0000-0000-0000-" .. ("0"):rep(12),
  repl_id = 1, repl_guid = ("0"):rep(8) .. "-0000-0000-0000-" .. ("0"):rep(12),
  logon_time = { seconds = 0, minutes = 0, hour = 0, day_of_week = 0, day = 1, month = 1,
    year = 2026 }, gwart_time = 0, store_state = 0 }

-- what is answered where the spec has no handler
local DEFAULTS <const> = {
  logon = LOGON,
  get_contents_table = { row_count = 0 }, get_hierarchy_table = { row_count = 0 },
  set_columns = { table_status = 0 }, restrict = { table_status = 0 },
  sort_table = { table_status = 0 }, get_store_state = { store_state = 0 },
  create_folder = { folder_id = 9, is_existing_folder = false },
}

---A response as bytes; a mistake in it fails the spec.
function M.response(name, fields, ctx)
  local bytes, err = core.wire.encode_rop("response", name, fields, ctx)
  return bytes or error(name .. ": " .. err.message, 2)
end

---@param handlers table<string, fun(request: table, fake: table): table>
---@return table
function M.new(handlers)
  local self = setmetatable({ handlers = handlers or {}, requests = {}, next_handle = 100,
    faults = {} }, Fake)
  function self.transport(request) return self:answer(request) end
  return self
end

---The next request gets this answer: a response, or nil and an error.
---@param response table|nil
---@param err? table
function Fake:fault(response, err)
  table.insert(self.faults, { response, err })
end

local function header(request, name)
  for _, line in ipairs(request.headers) do
    local k, v = line:match "^([^:]+): (.*)$"
    if k == name then return v end
  end
end

local function envelope(body)
  return { status = 200, headers = { { "Content-Type", "application/mapi-http" },
    { "X-ResponseCode", "0" } }, body = "PROCESSING\r\nDONE\r\n\r\n" .. body }
end

function Fake:answer(request)
  local kind = header(request, "X-RequestType")
  local note = { type = kind, cookie = header(request, "Cookie") }
  table.insert(self.requests, note)
  local fault = table.remove(self.faults, 1)
  if fault and (fault[1] or fault[2]) then return fault[1], fault[2] end
  if kind == "Connect" then
    return envelope(string.pack("<I4I4I4I4I4z", 0, 0, 60000, 6, 10, "")
      .. "A\0l\0\0\0" .. ("\0"):rep(4))
  elseif kind == "Execute" then
    return envelope(self:execute(request.body, note))
  end
  return envelope(string.pack("<I4I4I4", 0, 0, 0))
end

local function output_index(fields)
  return fields.output_handle_index
end

function Fake:one(fields, handles)
  local handler = self.handlers[fields.rop]
  local reply = handler and handler(fields, self) or DEFAULTS[fields.rop] or {}
  if reply == M.TOO_SMALL then return nil end
  local out = output_index(fields)
  local copy = { handle_index = out or fields.response_handle_index
    or fields.source_handle_index or fields.input_handle_index, return_value = 0 }
  for k, v in pairs(reply) do copy[k] = v end
  copy.columns = nil
  if out and copy.return_value == 0 then
    self.next_handle = self.next_handle + 1
    handles[out + 1] = self.next_handle
  end
  return M.response(fields.rop, copy, { columns = reply.columns })
end

function Fake:execute(body, note)
  local flags, buffer, most = string.unpack("<I4s4I4", body)
  local payload = core.wire.unwrap(buffer)[1]
  local rops, handles = payload.rops, payload.handles
  note.size, note.handles, note.flags = 2 + #rops + 4 * #handles, #handles, flags
  note.most, note.rops, note.table = most, {}, table.move(handles, 1, #handles, 1, {})
  local pos, out = 1, {}
  while pos <= #rops do
    local fields, after = core.wire.decode_rop("request", rops, pos)
    table.insert(note.rops, fields)
    if fields.rop ~= "release" then
      local bytes = self:one(fields, handles)
      if not bytes then
        out[#out + 1] = M.response("buffer_too_small",
          { size_needed = 32767, request_buffers = rops:sub(pos) })
        break
      end
      out[#out + 1] = bytes
    end
    pos = after
  end
  out[#out + 1] = self.aside
  local payloads = { { rops = table.concat(out), handles = handles } }
  for _, more in ipairs(self.chained or {}) do
    payloads[#payloads + 1] = { rops = more, handles = handles }
  end
  local wrapped = core.wire.wrap(payloads)
  return string.pack("<I4I4I4s4I4", 0, 0, 0, wrapped, 0)
end

return M
