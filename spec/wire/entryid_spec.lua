local codec = require "support.codec"
local wire <const> = require("satchel.core").wire

local one <const> = "00112233-4455-6677-8899-aabbccddeeff"
local one_hex <const> = "33221100 5544 7766 8899 aabbccddeeff"
local two <const> = "0a0b0c0d-0e0f-1011-1213-141516171819"
local two_hex <const> = "0d0c0b0a 0f0e 1110 1213 141516171819"
local mailbox <const> = "20fa551b-66aa-cd11-9bc8-00aa002fc45a"

-- [MS-OXCDATA] 2.2: name, value, bytes; the providers are those of the text
local ids <const> = {
  { "folder", { kind = "folder", flags = 0, provider = one, type = 1, version = 0,
    database_guid = two, global_counter = "\0\0\0\0\1\2" },
    "00000000" .. one_hex .. "0100" .. two_hex .. "000000000102 0000" },
  { "message", { kind = "message", flags = 0, provider = one, type = 7, version = 0,
    database_guid = two, global_counter = "\0\0\0\0\1\2", message_database_guid = one,
    message_global_counter = "\0\0\0\0\1\3" },
    "00000000" .. one_hex .. "0700" .. two_hex .. "000000000102 0000" .. one_hex ..
    "000000000103 0000" },
  { "store", { kind = "store", flags = 0, provider = "10bba138-e505-1a10-a1bb-08002b2a56c2",
    type = 12, version = 0, flag = 0, dll = "emsmdb.dll\0\0\0\0", wrapped_flags = 0,
    wrapped_provider = mailbox, server = "srv", mailbox_dn = "/cn=a", data = "" },
    "00000000 38a1bb1005e5101aa1bb08002b2a56c2 00 00 656d736d64622e646c6c00000000" ..
    "00000000 1b55fa20aa6611cd9bc800aa002fc45a 0c000000 73727600 2f636e3d6100" },
  { "one-off", { kind = "one_off", flags = 0, provider = "a41f2b81-a3be-1910-9d6e-00dd010f5402",
    type = 0, version = 0, bits = 0x9001, display_name = "B", address_type = "SMTP",
    email_address = "b@x" },
    "00000000 812b1fa4bea310199d6e00dd010f5402 0000 0190 4200 0000" ..
    "5300 4d00 5400 5000 0000 6200 4000 7800 0000" },
  { "one-off in 8-bit text", { kind = "one_off", flags = 0, type = 0, version = 0,
    provider = "a41f2b81-a3be-1910-9d6e-00dd010f5402", bits = 0, display_name = "\xe9",
    address_type = "SMTP", email_address = "" },
    "00000000 812b1fa4bea310199d6e00dd010f5402 0000 0000 e900 534d545000 00" },
  { "address book", { kind = "address_book", flags = 0, type = 0, version = 1,
    provider = "c840a7dc-42c0-1a10-b4b9-08002b2fe182", x500dn = "/o=x" },
    "00000000 dca740c8c042101ab4b908002b2fe182 01000000 00000000 2f6f3d7800" },
  { "contact", { kind = "contact", flags = 0, type = 4, version = 3, index = 1, data = "ee",
    provider = "0aaa42fe-c718-101a-e885-0b651c240000" },
    "00000000 fe42aa0a18c71a10e8850b651c240000 03000000 04000000 01000000 02000000 6565" },
  { "ephemeral", { kind = "ephemeral", flags = 0x87, provider = one, type = 0, version = 1,
    index = 16 }, "87000000" .. one_hex .. "01000000 00000000 10000000" },
}

describe("an entry id", function()
  for _, case in ipairs(ids) do
    local name <const>, value <const>, hex <const> = table.unpack(case)
    it("of a " .. name, function()
      assert.are.same(value, codec.decode("entry_id", hex))
      local bytes <const> = assert(wire.encode_struct("entry_id", value))
      assert.are.equal(codec.hex(codec.bytes(hex)), codec.hex(bytes))
    end)
  end

  it("is refused when cut, where its form is known by its provider", function()
    for i = 3, 7 do
      local bytes <const> = codec.bytes(ids[i][3])
      local whole <const> = i == 3 and #bytes - 6 or #bytes -- a store may have no mailbox
      for n = 0, whole - 1 do
        local value = wire.decode_struct("entry_id", bytes:sub(1, n))
        if n >= 20 then assert.is_nil(value, ids[i][1] .. " cut at " .. n) end
      end
      local more <const> = i == 7 and "00000000" or "00"
      if i ~= 3 then codec.refuses("entry_id", ids[i][3] .. more, "too many") end
    end
    codec.refuses("entry_id", ("00"):rep(19), "truncated")
  end)

  it("of a contact may have padding", function() -- QUIRKS 17
    local value <const> = codec.decode("entry_id", ids[7][3] .. "1b0300")
    assert.are.equal("ee", value.data)
    assert.are.equal("\x1b\3\0", value.padding)
    assert.are.equal(codec.hex(codec.bytes(ids[7][3])) .. "1b0300",
      codec.hex(assert(wire.encode_struct("entry_id", value))))
  end)

  it("of a folder of contacts is of no known form", function()
    local hex <const> = ids[7][3]:gsub("04000000", "03000000")
    assert.are.equal("other", codec.decode("entry_id", hex).kind)
  end)

  it("of an unknown form is kept as it is", function()
    for _, tail in ipairs { "", "61", ids[1][3]:sub(1, 60):gsub("%s", "") .. "00" } do
      local hex <const> = "00000000" .. one_hex .. tail
      local value <const> = codec.decode("entry_id", hex)
      assert.are.equal("other", value.kind)
      assert.are.equal(codec.hex(codec.bytes(hex)),
        codec.hex(assert(wire.encode_struct("entry_id", value))))
    end
  end)

  it("needs only what the specification does not fix", function()
    local cases <const> = {
      { 5, { kind = "one_off", bits = 0, display_name = "\xe9", address_type = "SMTP" } },
      { 6, { kind = "address_book", x500dn = "/o=x" } },
      { 7, { kind = "contact", index = 1, data = "ee" } },
      { 3, { kind = "store", server = "srv", mailbox_dn = "/cn=a" } },
      { 1, { kind = "folder", provider = one, database_guid = two,
        global_counter = "\0\0\0\0\1\2" } },
    }
    for _, case in ipairs(cases) do
      assert.are.equal(codec.hex(codec.bytes(ids[case[1]][3])),
        codec.hex(assert(wire.encode_struct("entry_id", case[2]))))
    end
  end)

  it("of a script names the mistake", function()
    codec.invalid("entry_id", { kind = "file" }, "unknown entry id \"file\"")
    codec.invalid("entry_id", { kind = "folder" }, "database_guid")
    codec.invalid("entry_id", { kind = "folder", database_guid = one, global_counter = "x" },
      "6 bytes")
  end)

  it("of any kind survives", function()
    for seed = 1, 400 do
      local bytes <const> = assert(wire.random_struct("entry_id", seed))
      local value <const> = codec.decode("entry_id", codec.hex(bytes))
      assert.are.equal(codec.hex(bytes), codec.hex(assert(wire.encode_struct("entry_id", value))))
    end
  end)

  it("reads well in a trace", function()
    assert.are.equal('{one_off name="B" type="SMTP" address="b@x"}',
      codec.print("entry_id", ids[4][3]))
    assert.are.equal('{address_book type=0 dn="/o=x"}', codec.print("entry_id", ids[6][3]))
  end)
end)
