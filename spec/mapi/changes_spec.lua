-- Changes as ROPs: small values together, none of them past what a request holds.
local changes = require "satchel.mapi.changes"
local core = require "satchel.core"
local P = require "satchel.mapi.props"

-- a batch that only notes what was added
local function noted(out)
  local list = {}
  local batch = {}
  function batch.rop(_, name, fields, on)
    list[#list + 1] = { rop = name, fields = fields, on = on }
    return list[#list]
  end
  local refs = out:apply(batch, "message")
  return list, refs
end

describe("mapi changes", function()
  it("go in one request", function()
    local out = changes.new()
    out:set(P.PidTagSubject, "x")
    out:set(P.PidTagImportance, 2)
    out:remove(P.PidTagBody)
    local list = noted(out)
    assert.equal("set_properties", list[1].rop)
    assert.equal(2, #list[1].fields.property_values)
    assert.equal("delete_properties", list[2].rop)
    assert.same({ P.PidTagBody }, list[2].fields.property_tags)
  end)

  it("are split where they would not fit", function()
    local out = changes.new()
    for i = 1, 40 do out:set(P.PidTagSubject + (i << 16), ("x"):rep(1000)) end
    local list, n = noted(out), 0
    assert.is_true(#list > 1)
    for _, one in ipairs(list) do
      n = n + #one.fields.property_values
      one.fields.logon_id, one.fields.input_handle_index = 0, 0
      local bytes = assert(core.wire.encode_rop("request", one.rop, one.fields))
      assert.is_true(#bytes < 32000, #bytes .. " bytes")
    end
    assert.equal(40, n)
  end)

  for _, case in ipairs {
    { P.PidTagBody, ("ü"):rep(40000), function(s) return core.text.utf16(s) end },
    { P.PidTagHtml, ("y"):rep(70000), function(s) return s end },
  } do
    it(("are streamed where they are large: %08x"):format(case[1]), function()
      local out = changes.new()
      out:set(case[1], case[2])
      local list, refs = noted(out)
      assert.equal("open_stream", list[1].rop)
      assert.equal(case[1], list[1].fields.property_tag)
      local parts = {}
      for _, one in ipairs(list) do
        if one.rop == "write_stream" then
          assert.is_true(#one.fields.data <= 32000)
          parts[#parts + 1] = one.fields.data
        end
      end
      assert.equal(case[3](case[2]), table.concat(parts))
      assert.equal("commit_stream", list[#list - 1].rop)
      assert.is_true(#refs >= #parts + 2)
    end)
  end

  it("take fields", function()
    local out = changes.new()
    out:add_fields({ importance = "low", flagged = false, subject = "s", categories = { "a" } },
      function(key) return key == "PidNameKeywords" and 0x8001101f or P[key] end)
    local values = {}
    for _, entry in ipairs(out.values) do values[entry.tag] = entry.value end
    assert.same({ [P.PidTagImportance] = 0, [P.PidTagSubject] = "s", [0x8001101f] = { "a" } },
      values)
    assert.same({ P.PidTagFlagStatus, P.PidTagFollowupIcon }, out.removed)
  end)
end)
