local codec = require "support.codec"

local columns <const> = { 0x67480014, 0x0037001f, 0x0e1b000b }
local ctx <const> = { columns = columns }

-- [MS-OXCDATA] 2.8.1
describe("a property row", function()
  it("is standard when each value is there", function()
    codec.round("property_row", "00 0100000000000000 6100 0000 01",
      { [0x67480014] = 1, [0x0037001f] = "a", [0x0e1b000b] = true }, ctx)
  end)

  it("is flagged when one is absent, with or without a reason", function()
    codec.round("property_row", "01 00 0100000000000000 0a 0f010480 01",
      { [0x67480014] = 1, [0x0037000a] = 0x8004010f }, ctx)
    codec.round("property_row", "01 01 01 01", {}, ctx)
  end)

  it("names the type where the column has none", function()
    local untyped <const> = { columns = { 0x30010000, 0x0e1b0000 } }
    codec.round("property_row", "00 1f00 61000000 0b00 01",
      { [0x3001001f] = "a", [0x0e1b000b] = true }, untyped)
    assert.are.same({ [0x3001001f] = "a", [0x0e1b000a] = 5 }, codec.decode("property_row",
      "01 1f00 00 61000000 0000 0a 05000000", untyped))
    assert.are.same({}, codec.decode("property_row", "01 0000 01 1f00 01", untyped))
    codec.refuses("property_row", "01 0000 00 1f00 01", "without a type", untyped)
  end)

  it("has one value of a multi-valued property in a column of instances", function()
    local instances <const> = { columns = { 0x9000301f } }
    codec.round("property_row", "00 6100 0000", { [0x9000301f] = "a" }, instances)
  end)

  it("of the address book may lack values without flags", function()
    local nspi <const> = { columns = { 0x3001001f, 0x39fe001f }, dialect = "nspi" }
    codec.round("property_row", "00 ff 61000000 ff 0000",
      { [0x3001001f] = "a", [0x39fe001f] = "" }, nspi)
    codec.round("property_row", "00 00 ff 0000", { [0x39fe001f] = "" }, nspi)
    codec.round("property_row", "01 01 0a 0f010480", { [0x39fe000a] = 0x8004010f }, nspi)
  end)

  it("is refused when malformed", function()
    codec.refuses("property_row", "02 0100000000000000 6100 0000 01", "row flag", ctx)
    codec.refuses("property_row", "01 02 00", "value flag", ctx)
    codec.refuses("property_row", "00 0100000000000000 61", "columns%[1%].*unterminated", ctx)
  end)

  it("of a script is refused with the tag of the mistake", function()
    codec.invalid("property_row", { [0x0037001f] = 1 }, "0x0037001f.*string expected", ctx)
    codec.invalid("property_row", 1, "table expected", ctx)
  end)

  it("of any values survives", function()
    local any <const> = { 0x67480014, 0x0037001f, 0x0e1b000b, 0x101f101f, 0x30010000,
      0x0fff0102, 0x9000301f, 0x667900fd }
    for _, dialect in ipairs { "rop", "nspi" } do
      codec.survives("property_row", { columns = any, dialect = dialect }, 300)
    end
  end)

  it("reads well in a trace", function()
    assert.are.equal("{PidTagFolderId = 1, PidTagSubject = error NotFound, " ..
      "PidTagHasAttachments = none}",
      codec.print("property_row", "01 00 0100000000000000 0a 0f010480 01", ctx))
  end)

  it("of a real server reads and writes back", function()
    local wire <const> = require("satchel.core").wire
    local answers <const> = {}
    require("support.recorded").each("spec/recordings/gromox-3.10-rows.jsonl",
      function(direction, rop, bytes, tags)
        if direction == "request" or rop.rop ~= "query_rows" then return end
        answers[#answers + 1] = rop
        local again <const> = assert(wire.encode_rop("response", "query_rows", rop,
          { columns = tags }))
        assert.are.equal(codec.hex(bytes), codec.hex(again))
      end)
    assert.are.equal(1, #answers)
    assert.are.equal(64, #answers[1].row_data)
    local first <const> = answers[1].row_data[1]
    assert.are.equal("Re: figures of week 1, größer", first[0x0037001f])
    assert.are.equal("Bob Example", first[0x0c1a001f])
    assert.are.equal("IPM.Note", first[0x001a001f])
    assert.are.equal(0x01dd7a3e00000000 + 600000000, first[0x0e060040])
    assert.is_false(first[0x0e1b000b])
    assert.is_true(first[0x0e080003] > 0)
  end)
end)
