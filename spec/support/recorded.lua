-- The ROPs of a recording: what a client asked and a real server answered, and
-- by which columns each row is laid out.

local replay = require "support.replay"
local wire = require("satchel.core").wire

local M = {}

local rows_of_table = { query_rows = true, find_row = true, expand_row = true }

-- What a recording's messages leave to those before them: the columns of a
-- table by its place, the tags asked for, the columns of recipients.
local function new_memory() return { tables = {}, asked = {}, answered = 0 } end

local function note_request(memory, rop)
  local ask = { name = rop.rop }
  if rop.rop == "set_columns" then
    memory.tables[rop.input_handle_index] = rop.property_tags
  elseif rows_of_table[rop.rop] then
    ask.columns = memory.tables[rop.input_handle_index]
  elseif rop.rop == "get_properties_specific" then
    ask.columns = rop.property_tags
  end
  if rop.rop ~= "release" then memory.asked[#memory.asked + 1] = ask end
end

-- the request that an answer belongs to: they come in order
local function asked(memory, id)
  local ask = memory.asked[memory.answered + 1]
  if ask and M.ids[ask.name] == id then
    memory.answered = memory.answered + 1
    if ask.name == "read_recipients" then return memory.recipients end
    return ask.columns
  end
end

-- the ROPs of a body; columns_of(id) says what lays out the next one
local function each_rop(direction, body, columns_of, visit)
  local execute = assert(wire.decode_body(direction, "execute", body))
  for _, payload in ipairs(assert(wire.unwrap(execute.rop_buffer))) do
    local pos = 1
    while pos <= #payload.rops do
      local columns = columns_of(payload.rops:byte(pos))
      local rop, after = wire.decode_rop(direction, payload.rops, pos, { columns = columns })
      assert(rop, type(after) == "table" and after.message)
      visit(rop, payload.rops:sub(pos, after - 1), columns)
      pos = after
    end
  end
end

M.ids = {}
for _, rop in ipairs(wire.rops()) do M.ids[rop.name] = rop.id end

---Each ROP of each Execute: visit(direction, rop, bytes, columns).
---@param path string
---@param visit fun(direction: string, rop: table, bytes: string, columns: integer[]|nil)
function M.each(path, visit)
  local memory = new_memory()
  for _, exchange in ipairs(replay.load(path)) do
    if exchange.request_headers["X-RequestType"] == "Execute" then
      memory.asked, memory.answered = {}, 0
      each_rop("request", exchange.request_body, function() end, function(rop, bytes)
        note_request(memory, rop)
        visit("request", rop, bytes)
      end)
      each_rop("response", exchange.response_body:match "\r\n\r\n(.*)$",
        function(id) return asked(memory, id) end, function(rop, bytes, columns)
          memory.recipients = rop.recipient_columns or memory.recipients
          visit("response", rop, bytes, columns)
        end)
    end
  end
end

return M
