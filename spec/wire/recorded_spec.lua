-- What a real server was asked and answered, byte for byte: each ROP reads,
-- writes back equal, and no prefix of it is taken for the whole.

local codec = require "support.codec"
local recorded = require "support.recorded"
local wire <const> = require("satchel.core").wire

local recordings <const> = { "checks", "send", "rows", "values" }

-- text that a message may carry in either of two forms
local two_forms <const> = { open_message = true, open_embedded_message = true }

local function check(direction, rop, bytes, columns)
  local ctx <const> = { columns = columns }
  local again, err = wire.encode_rop(direction, rop.rop, rop, ctx)
  assert(again, err and err.message)
  assert.are.same(rop, wire.decode_rop(direction, again, 1, ctx))
  if not two_forms[rop.rop] then
    assert.are.equal(codec.hex(bytes), codec.hex(again), direction .. " " .. rop.rop)
  end
  for n = 0, #bytes - 1, 1 + #bytes // 200 do
    local part, after = wire.decode_rop(direction, bytes:sub(1, n), 1, ctx)
    assert.is_nil(part, ("%s %s: %d of %d bytes"):format(direction, rop.rop, n, #bytes))
    assert.are.equal("protocol", after.kind)
  end
end

describe("the recording", function()
  for _, name in ipairs(recordings) do
    it(name, function()
      local count = 0
      recorded.each(("spec/recordings/gromox-3.10-%s.jsonl"):format(name), function(...)
        check(...)
        count = count + 1
      end)
      assert.is_true(count > 4)
    end)
  end
end)

describe("the recorded values", function()
  local path <const> = "spec/recordings/gromox-3.10-values.jsonl"

  it("come back from the server as they were set, of every type", function()
    local set, got
    recorded.each(path, function(direction, rop)
      if rop.rop == "set_properties" and direction == "request" then set = rop end
      if rop.rop == "get_properties_specific" and direction == "response" then got = rop end
    end)
    local types <const> = {}
    for _, property in ipairs(set.property_values) do
      if property.tag >> 31 == 1 then
        types[#types + 1] = property.tag & 0xffff
        assert.are.same(property.value, got.row_data[property.tag])
      end
    end
    assert.are.equal(24, #types)
  end)

  it("have every restriction and every action of a rule", function()
    local restrictions <const>, actions <const> = {}, {}
    recorded.each(path, function(direction, rop)
      if direction == "request" and rop.rop == "restrict" then
        restrictions[rop.restriction_data.type] = true
      elseif direction == "response" and rop.rop == "query_rows" then
        for _, row in ipairs(rop.row_data) do
          for _, action in ipairs(row[0x668000fe] or {}) do actions[action.type] = true end
        end
      end
    end)
    local function names(set)
      local list = {}
      for name in pairs(set) do list[#list + 1] = name end
      table.sort(list)
      return table.concat(list, " ")
    end
    assert.are.equal("and bitmask comment compare_properties content count exist not or "
      .. "property size sub_object", names(restrictions))
    assert.are.equal("bounce defer_action delegate delete forward mark_as_read move oof_reply "
      .. "reply tag", names(actions))
  end)
end)
