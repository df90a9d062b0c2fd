local codec = require "support.codec"
local wire <const> = require("satchel.core").wire

local columns <const> = { 0x0ffe0003, 0x3a40000b }
local ctx <const> = { columns = columns }

-- [MS-OXCDATA] 2.8.3.2: name, value, bytes
local rows <const> = {
  { "of the directory, with the client's prefix", { recipient_flags = 0x0251, type = "x500dn",
    address_prefix_used = 3, display_type = 0, x500dn = "bob", display_name = "B",
    column_count = 0, properties = {} }, "5102 03 00 626f6200 4200 0000 0000 00" },
  { "by SMTP", { recipient_flags = 0x021b, type = "smtp", email_address = "b@x",
    display_name = "B", column_count = 1, properties = { [0x0ffe0003] = 6 } },
    "1b02 6200 4000 7800 0000 4200 0000 0100 00 06000000" },
  { "of a type of its own", { recipient_flags = 0x8208, type = "none", address_type = "EX",
    email_address = "/o=x", column_count = 0, properties = {} },
    "0882 455800 2f00 6f00 3d00 7800 0000 0000 00" },
  { "without a type", { recipient_flags = 0x0000, type = "none", column_count = 0,
    properties = {} }, "0000 0000 00" },
  { "a personal distribution list", { recipient_flags = 0x0006, type = "pdl1",
    entry_id = "ee", search_key = "k", column_count = 0, properties = {} },
    "0600 0200 6565 0100 6b 0000 00" },
  { "the other kind of list", { recipient_flags = 0x0007, type = "pdl2", entry_id = "",
    search_key = "", column_count = 0, properties = {} }, "0700 0000 0000 0000 00" },
  { "by fax, in 8-bit text", { recipient_flags = 0x000c, type = "fax",
    email_address = "\xe9", column_count = 0, properties = {} }, "0c00 e900 0000 00" },
  { "with each of the names", { recipient_flags = 0x0630, type = "none", display_name = "d",
    simple_display_name = "s", transmittable_display_name = "t", column_count = 0,
    properties = {} }, "3006 6400 0000 7300 0000 7400 0000 0000 00" },
  { "with absent properties", { recipient_flags = 0x0003, type = "smtp", column_count = 2,
    properties = { [0x0ffe000a] = 0x8004010f, [0x3a40000b] = true } },
    "0300 0200 01 0a 0f010480 00 01" },
}

describe("a recipient row", function()
  for _, case in ipairs(rows) do
    local name <const>, value <const>, hex <const> = table.unpack(case)
    it(name, function() codec.round("recipient_row", hex, value, ctx) end)
  end

  it("gets its flags from what is there", function()
    local cases <const> = {
      { { email_address = "b@x", display_name = "B" }, "1b02" },
      { { x500dn = "bob" }, "0102" },
      { { entry_id = "e", search_key = "k" }, "0602" },
      { { address_type = "EX", email_address = "e" }, "0882" },
      { { type = "fax", email_address = "1", transmittable_display_name = "t" }, "2c02" },
      { { display_name = "B" }, "1002" },
    }
    for _, case in ipairs(cases) do
      local bytes <const> = assert(wire.encode_struct("recipient_row", case[1], ctx))
      assert.are.equal(case[2], codec.hex(bytes):sub(1, 4))
    end
  end)

  it("has all columns unless it says otherwise", function()
    local bytes <const> = assert(wire.encode_struct("recipient_row",
      { display_name = "B", properties = { [0x0ffe0003] = 6 } }, ctx))
    assert.are.equal("1002" .. "42000000" .. "0200" .. "01" .. "0006000000" .. "01",
      codec.hex(bytes))
  end)

  it("is refused when malformed", function()
    codec.refuses("recipient_row", "0300 0300 00", "3 columns of 2", ctx)
    codec.refuses("recipient_row", "0600 ffff 00", "truncated", ctx)
  end)

  it("of a script names the mistake", function()
    codec.invalid("recipient_row", { type = "pigeon" }, "unknown recipient \"pigeon\"", ctx)
    codec.invalid("recipient_row", { email_address = 1 }, "email_address: a string", ctx)
    codec.invalid("recipient_row", { column_count = 3 }, "3 of 2 columns", ctx)
    codec.invalid("recipient_row", { properties = { [0x0ffe0003] = "x" } }, "0x0ffe0003", ctx)
  end)

  it("of any kind survives", function() codec.survives("recipient_row", ctx, 400) end)

  it("reads well in a trace", function()
    assert.are.equal('{smtp (0x021b) email="b@x" name="B" {PidTagObjectType = 6}}',
      codec.print("recipient_row",
        "1b02 6200 4000 7800 0000 4200 0000 0100 00 06000000", ctx))
  end)

  it("sent to a real server reads and writes back", function()
    local sent <const> = {}
    require("support.recorded").each("spec/recordings/gromox-3.10-send.jsonl",
      function(direction, rop, bytes)
        if direction == "response" or rop.rop ~= "modify_recipients" then return end
        sent[#sent + 1] = rop.recipient_rows[1].recipient_row
        assert.are.equal(codec.hex(bytes),
          codec.hex(assert(wire.encode_rop("request", "modify_recipients", rop))))
      end)
    assert.are.same({ { recipient_flags = 0x021b, type = "smtp",
      email_address = "bob@example.test", display_name = "Bob Example", column_count = 0,
      properties = {} } }, sent)
  end)
end)
