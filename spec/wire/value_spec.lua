local codec = require "support.codec"

local guid <const> = "00062008-0000-0000-c000-000000000046"
local guid_hex <const> = "08200600 0000 0000 c000 000000000046"

-- [MS-OXCDATA] 2.11.1, in the ROP dialect: tag, value, bytes
local values <const> = {
  { "Integer16", 0x36010002, -2, "feff" },
  { "Integer32", 0x00170003, 1, "01000000" },
  { "Integer32 below 0", 0x0e070003, -2147483648, "00000080" },
  { "Floating32", 0x3a000004, 1.5, "0000c03f" },
  { "Floating64", 0x3a000005, -2.25, "00000000000002c0" },
  { "Currency", 0x3a000006, 12345, "3930000000000000" },
  { "FloatingTime", 0x3a000007, 2.5, "0000000000000440" },
  { "ErrorCode", 0x3001000a, 0x8004010f, "0f010480" },
  { "Boolean", 0x0e1b000b, true, "01" },
  { "Boolean, false", 0x0e1b000b, false, "00" },
  { "Object", 0x3701000d, "ab", "0200 6162" },
  { "Integer64", 0x67480014, -1, "ffffffffffffffff" },
  { "String8", 0x0037001e, "h\xe9", "68 e9 00" },
  { "String", 0x0037001f, "hé€", "6800 e900 ac20 0000" },
  { "String, empty", 0x0037001f, "", "0000" },
  { "String, another plane", 0x0037001f, "😀", "3dd8 00de 0000" },
  { "Time", 0x0e060040, 0x01dd7a3e00000000, "00000000 3e7add01" },
  { "Guid", 0x0e280048, guid, guid_hex },
  { "ServerId", 0x0ff600fb, "\1" .. ("x"):rep(20), "1500 01 " .. ("78"):rep(20) },
  { "Restriction", 0x667900fd, { type = "exist", tag = 0x0037001f }, "08 1f003700" },
  { "RuleAction", 0x668000fe, { { type = "delete", flavor = 0, flags = 0 } },
    "0100 0900 0a 00000000 00000000" },
  { "Binary", 0x0fff0102, "\1\0\3", "0300 010003" },
  { "MultipleInteger16", 0x80001002, { 1, -1 }, "02000000 0100 ffff" },
  { "MultipleInteger32", 0x80001003, { 7 }, "01000000 07000000" },
  { "MultipleFloating32", 0x80001004, { 1.5 }, "01000000 0000c03f" },
  { "MultipleFloating64", 0x80001005, { -2.25 }, "01000000 00000000000002c0" },
  { "MultipleCurrency", 0x80001006, { 1 }, "01000000 0100000000000000" },
  { "MultipleFloatingTime", 0x80001007, { 2.5 }, "01000000 0000000000000440" },
  { "MultipleInteger64", 0x80001014, { 1, 2 },
    "02000000 0100000000000000 0200000000000000" },
  { "MultipleString8", 0x8000101e, { "a", "" }, "02000000 6100 00" },
  { "MultipleString", 0x8000101f, { "a", "" }, "02000000 61000000 0000" },
  { "MultipleTime", 0x80001040, { 5 }, "01000000 0500000000000000" },
  { "MultipleGuid", 0x80001048, { guid }, "01000000" .. guid_hex },
  { "MultipleBinary", 0x80001102, { "", "a" }, "02000000 0000 0100 61" },
  { "none of several", 0x8000101f, {}, "00000000" },
  { "Unspecified", 0x00370000, { type = 0x000b, value = true }, "0b00 01" },
}

local function tag_hex(tag) return codec.hex(("<I4"):pack(tag)) end

describe("a property value", function()
  for _, case in ipairs(values) do
    local name <const>, tag <const>, value <const>, hex <const> = table.unpack(case)
    it("of type " .. name, function()
      codec.round("property", tag_hex(tag) .. hex, { tag = tag, value = value })
    end)
  end

  it("of type Null is nil", function()
    codec.round("property", "01003700", { tag = 0x00370001 })
  end)

  it("has 32-bit counts in extended rules", function()
    local extended <const> = { dialect = "extended" }
    codec.round("property", "0201ff0f 03000000 010003",
      { tag = 0x0fff0102, value = "\1\0\3" }, extended)
    codec.round("property", "02110080 01000000 01000000 61",
      { tag = 0x80001102, value = { "a" } }, extended)
  end)

  -- [MS-OXCMAPIHTTP] 2.2.1.1
  it("says in the address book whether it is there", function()
    local nspi <const> = { dialect = "nspi" }
    codec.round("property", "1f000130 ff 61000000", { tag = 0x3001001f, value = "a" }, nspi)
    codec.round("property", "0201ff0f ff 01000000 61", { tag = 0x0fff0102, value = "a" }, nspi)
    codec.round("property", "1f100f80 ff 01000000 ff 61000000",
      { tag = 0x800f101f, value = { "a" } }, nspi)
    codec.round("property", "03001700 01000000", { tag = 0x00170003, value = 1 }, nspi)
    assert.are.same({ tag = 0x3001001f }, codec.decode("property", "1f000130 00", nspi))
    assert.are.same({ tag = 0x800f101f, value = { "" } },
      codec.decode("property", "1f100f80 ff 01000000 00", nspi))
    codec.refuses("property", "1f000130 01 61000000", "HasValue", nspi)
  end)

  it("is true for any byte but 0", function()
    assert.is_true(codec.decode("property", "0b001b0e ff").value)
  end)

  it("is refused when malformed", function()
    codec.refuses("property", "ff0f0130 00", "unknown type 0x0fff")
    codec.refuses("property", "0b101b0e 0000000000", "unknown type 0x100b")
    codec.refuses("property", "00003700 0000", "unknown type 0x0000")
    codec.refuses("property", "02100080 ffffffff 0100", "count")
    codec.refuses("property", "1f100080 00000040 0000", "count")
    codec.refuses("property", "0201ff0f ffff 00", "truncated")
    codec.refuses("property", "1f003700 6100 61", "unterminated")
  end)

  it("of the wrong kind is refused with its tag", function()
    local cases <const> = {
      { 0x36010002, 65536, "0x36010002.*range" },
      { 0x00170003, "1", "0x00170003.*integer expected" },
      { 0x00170003, 1.5, "integer expected" },
      { 0x0037001f, "\xff", "not UTF%-8" },
      { 0x0037001f, "a\0b", "NUL" },
      { 0x0037001f, nil, "string expected, got nil" },
      { 0x0e28004f, "x", "unknown type" },
      { 0x0e280048, "x", "not a GUID" },
      { 0x0e1b000b, 1, "boolean expected" },
      { 0x8000101f, "a", "table expected" },
      { 0x8000101f, { "a", 1 }, "string expected" },
      { 0x00370000, { value = 1 }, "type" },
    }
    for _, case in ipairs(cases) do
      codec.invalid("property", { tag = case[1], value = case[2] }, case[3])
    end
    codec.invalid("property", { value = 1 }, "tag")
    codec.invalid("property", { tag = 0x0fff0102, value = ("x"):rep(65536) }, ".")
  end)

  it("of any type survives", function()
    for _, dialect in ipairs { "rop", "extended", "nspi", "fx" } do
      codec.survives("property", { dialect = dialect }, 200)
    end
  end)

  it("reads well in a trace", function()
    local cases <const> = {
      { "1f003700 6800e900 2200 0000", 'PidTagSubject = "hé\\""' },
      { "1e003700 6100", 'PidTagSubject:String8 = "a"' },
      { "1f000080 6100 0000", '0x8000001f = "a"' },
      { "4000060e 00803ed5deb19d01", "PidTagMessageDeliveryTime = 1970-01-01T00:00:00Z" },
      { "0b001b0e 01", "PidTagHasAttachments = true" },
      { "0300070e ffffffff", "PidTagMessageFlags = -1" },
      { "0201ff0f 0200 00ff", "PidTagEntryId = <00ff>" },
      { "02100080 02000000 0100 0200", "0x80001002 = [1, 2]" },
      { "0a003700 0f010480", "PidTagSubject:ErrorCode = error NotFound" },
      { "fd007966 08 1f003700", "PidTagRuleCondition = exists PidTagSubject" },
    }
    for _, case in ipairs(cases) do
      assert.are.equal(case[2], codec.print("property", case[1]))
    end
  end)
end)
