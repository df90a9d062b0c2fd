-- The ROPs of a recording: what a client asked and a real server answered.

local replay = require "support.replay"
local wire = require("satchel.core").wire

local M = {}

-- the ROPs of one direction; visit(rop, bytes, columns)
local function each_rop(direction, body, columns, visit)
  local execute = assert(wire.decode_body(direction, "execute", body))
  for _, payload in ipairs(assert(wire.unwrap(execute.rop_buffer))) do
    local pos = 1
    while pos <= #payload.rops do
      local rop, after = wire.decode_rop(direction, payload.rops, pos, { columns = columns })
      assert(rop, type(after) == "table" and after.message)
      visit(rop, payload.rops:sub(pos, after - 1), columns)
      if rop.rop == "set_columns" and rop.property_tags then columns = rop.property_tags end
      pos = after
    end
  end
  return columns
end

---Each ROP of each Execute, requests first: visit(direction, rop, bytes, columns).
---The columns are those that the request set.
---@param path string
---@param visit fun(direction: string, rop: table, bytes: string, columns: integer[]|nil)
function M.each(path, visit)
  for _, exchange in ipairs(replay.load(path)) do
    if exchange.request_headers["X-RequestType"] == "Execute" then
      local columns = each_rop("request", exchange.request_body, nil, function(...)
        visit("request", ...)
      end)
      each_rop("response", exchange.response_body:match "\r\n\r\n(.*)$", columns, function(...)
        visit("response", ...)
      end)
    end
  end
end

return M
