local codec = require "support.codec"

local subject <const>, flags <const> = 0x0037001f, 0x0e070003
local exist <const> = { type = "exist", tag = subject }

-- [MS-OXCDATA] 2.12, in the ROP dialect
local restrictions <const> = {
  { "and", { type = "and", exist, exist }, "00 0200 08 1f003700 08 1f003700" },
  { "or of nothing", { type = "or" }, "01 0000" },
  { "not", { type = "not", exist }, "02 08 1f003700" },
  { "content", { type = "content", tag = subject, fuzzy_level_low = 1, fuzzy_level_high = 1,
    value = { tag = subject, value = "x" } }, "03 0100 0100 1f003700 1f003700 7800 0000" },
  { "property", { type = "property", relop = "ge", tag = flags,
    value = { tag = flags, value = 4 } }, "04 03 0300070e 0300070e 04000000" },
  { "property, member of a list", { type = "property", relop = "member_of_dl",
    tag = 0x0fff0102, value = { tag = 0x0fff0102, value = "" } },
    "04 64 0201ff0f 0201ff0f 0000" },
  { "compare properties", { type = "compare_properties", relop = "ne", tag1 = 0x30070040,
    tag2 = 0x30080040 }, "05 05 40000730 40000830" },
  { "bitmask", { type = "bitmask", nonzero = true, tag = flags, mask = 0x80000001 },
    "06 01 0300070e 01000080" },
  { "bitmask, zero", { type = "bitmask", nonzero = false, tag = flags, mask = 1 },
    "06 00 0300070e 01000000" },
  { "size", { type = "size", relop = "gt", tag = subject, size = 1024 },
    "07 02 1f003700 00040000" },
  { "exist", exist, "08 1f003700" },
  { "sub-object", { type = "sub_object", subobject = 0x0e12000d, exist },
    "09 0d00120e 08 1f003700" },
  { "comment", { type = "comment", values = { { tag = flags, value = 1 } }, exist },
    "0a 01 0300070e 01000000 01 08 1f003700" },
  { "comment alone", { type = "comment", values = {} }, "0a 00 00" },
  { "count", { type = "count", count = 5, exist }, "0b 05000000 08 1f003700" },
}

describe("a restriction", function()
  for _, case in ipairs(restrictions) do
    local name <const>, value <const>, hex <const> = table.unpack(case)
    it(name, function() codec.round("restriction", hex, value) end)
  end

  it("has 32-bit counts in extended rules and the address book", function()
    for _, dialect in ipairs { "extended", "nspi" } do
      codec.round("restriction", "00 01000000 08 1f003700", { type = "and", exist },
        { dialect = dialect })
    end
  end)

  it("says in the address book whether it has a value", function()
    codec.round("restriction", "04 04 1f00 0130 ff 1f00 0130 ff 6100 0000",
      { type = "property", relop = "eq", tag = 0x3001001f,
        value = { tag = 0x3001001f, value = "a" } }, { dialect = "nspi" })
  end)

  it("takes a plain value for one of the property's type", function()
    local plain <const> = { type = "property", relop = "eq", tag = subject, value = "x" }
    local wire <const> = require("satchel.core").wire
    assert.are.equal("0404" .. "1f003700" .. "1f003700" .. "78000000",
      codec.hex(assert(wire.encode_struct("restriction", plain))))
  end)

  it("nests to a bounded depth", function()
    local inner <const> = " 08 1f003700"
    codec.decode("restriction", ("02"):rep(63) .. inner)
    codec.refuses("restriction", ("02"):rep(64) .. inner, "too deeply")
    local deep = exist
    for _ = 1, 64 do deep = { type = "not", deep } end
    codec.invalid("restriction", deep, "too deeply")
  end)

  it("is refused when malformed", function()
    codec.refuses("restriction", "0c", "unknown restriction")
    codec.refuses("restriction", "00 ffff 08 1f003700", "count")
    codec.refuses("restriction", "04 07 0300070e 0300070e 04000000", "unknown operator")
    codec.refuses("restriction", "06 02 0300070e 01000000", "bit operator")
    codec.refuses("restriction", "0a 00 02", "RestrictionPresent")
  end)

  it("of a script names the mistake", function()
    local cases <const> = {
      { {}, "type: a string expected" },
      { { type = "xor" }, "unknown restriction \"xor\"" },
      { { type = "not" }, "not: one restriction" },
      { { type = "not", exist, exist }, "one restriction" },
      { { type = "property", tag = flags, value = 1 }, "relop" },
      { { type = "property", relop = "eq", value = 1 }, "tag" },
      { { type = "property", relop = "about", tag = flags, value = 1 }, "relop: \"about\"" },
      { { type = "property", relop = "eq", tag = flags }, "integer expected" },
      { { type = "bitmask", tag = flags }, "mask" },
      { { type = "and", 1 }, "table expected" },
      { { type = "content", tag = subject, value = "x", fuzzy_level_low = 70000 }, "fuzzy" },
    }
    for _, case in ipairs(cases) do codec.invalid("restriction", case[1], case[2]) end
  end)

  it("of any shape survives", function()
    for _, dialect in ipairs { "rop", "extended", "nspi" } do
      codec.survives("restriction", { dialect = dialect }, 300)
    end
  end)

  it("reads well in a trace", function()
    local cases <const> = {
      { "00 0200 08 1f003700 06 01 0300070e 01000000",
        "(exists PidTagSubject and PidTagMessageFlags & 0x1 != 0)" },
      { "03 0100 0100 1f003700 1f003700 7800 0000",
        'PidTagSubject contains "x" ignoring case' },
      { "02 04 03 0300070e 0300070e 04000000", "not (PidTagMessageFlags >= 4)" },
      { "05 05 40000730 40000830", "PidTagCreationTime != PidTagLastModificationTime" },
      { "07 02 1f003700 00040000", "size of PidTagSubject > 1024" },
      { "01 0000", "(or of nothing)" },
    }
    for _, case in ipairs(cases) do
      assert.are.equal(case[2], codec.print("restriction", case[1]))
    end
  end)
end)
