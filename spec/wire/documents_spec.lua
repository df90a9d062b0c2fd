-- The bytes that the documents show: each example reads as the document says
-- and is written back as it stands there.

local codec = require "support.codec"
local wire <const> = require("satchel.core").wire

---@class satchel.spec.Example
---@field [1] string document and section
---@field [2] "request"|"response"
---@field [3] string the bytes
---@field [4] table the fields that the document names
---@field columns? integer[] the columns set before

local FOLDER_1 <const> = "46 00 6F 00 6C 00 64 00 65 00 72 00 31 00 00 00"

---@type satchel.spec.Example[]
local examples <const> = {
  { "MS-OXCFOLD 4.1.1", "request", "1C 00 00 01 01 01 00 00" .. FOLDER_1 .. "00 00",
    { rop = "create_folder", logon_id = 0, input_handle_index = 0, output_handle_index = 1,
      folder_type = 1, use_unicode_strings = true, open_existing = false,
      display_name = "Folder1", comment = "" } },
  { "MS-OXCFOLD 4.1.2", "response", "1C 01 00 00 00 00 01 00 00 00 0E 91 52 12 00",
    { rop = "create_folder", handle_index = 1, return_value = 0,
      folder_id = 0x1252910e00000001, is_existing_folder = false } },
  { "MS-OXCFOLD 4.2.1", "request", "1D 00 01 05 01 00 00 00 0E 8E DF 36",
    { rop = "delete_folder", logon_id = 0, input_handle_index = 1, delete_folder_flags = 5,
      folder_id = 0x36df8e0e00000001 } },
  { "MS-OXCFOLD 4.3.1", "request",
    "1E 00 00 00 01 02 00 01 00 00 00 0E 8E F1 48 01 00 00 00 0E 8E C3 02",
    { rop = "delete_messages", logon_id = 0, input_handle_index = 0, want_asynchronous = false,
      notify_non_read = true, message_id_count = 2,
      message_ids = { 0x48f18e0e00000001, 0x02c38e0e00000001 } } },
  { "MS-OXCFOLD 4.3.2", "response", "1E 00 00 00 00 00 00",
    { rop = "delete_messages", handle_index = 0, return_value = 0,
      partial_completion = false } },
  { "MS-OXCFOLD 4.4.1", "request", "33 00 00 01 01 00 01 00 00 00 0E 8E EC 5D 00 00",
    { rop = "move_copy_messages", logon_id = 0, source_handle_index = 0, dest_handle_index = 1,
      message_id_count = 1, message_ids = { 0x5dec8e0e00000001 }, want_asynchronous = false,
      want_copy = false } },
  { "MS-OXCFOLD 4.5.1", "request", "35 00 01 02 01 01 01 00 00 00 0E 8E DF 36" .. FOLDER_1,
    { rop = "move_folder", logon_id = 0, source_handle_index = 1, dest_handle_index = 2,
      want_asynchronous = true, use_unicode = true, folder_id = 0x36df8e0e00000001,
      new_folder_name = "Folder1" } },
  { "MS-OXCFOLD 4.5.2", "response", "35 01 00 00 00 00 00",
    { rop = "move_folder", handle_index = 1, return_value = 0, partial_completion = false } },
  { "MS-OXCFOLD 4.6.1", "request", "36 00 00 01 01 01 01 01 00 00 00 0E 8E DF 36" .. FOLDER_1,
    { rop = "copy_folder", logon_id = 0, source_handle_index = 0, dest_handle_index = 1,
      want_asynchronous = true, want_recursive = true, use_unicode = true,
      folder_id = 0x36df8e0e00000001, new_folder_name = "Folder1" } },
  { "MS-OXCFOLD 4.6.2", "response", "36 00 00 00 00 00 00",
    { rop = "copy_folder", handle_index = 0, return_value = 0, partial_completion = false } },
  { "MS-OXCFOLD 4.8.2", "response", "30 01 00 00 00 00",
    { rop = "set_search_criteria", handle_index = 1, return_value = 0 } },
  { "MS-OXCFOLD 4.9.1", "request", "31 00 00 01 01 00",
    { rop = "get_search_criteria", logon_id = 0, input_handle_index = 0, use_unicode = true,
      include_restriction = true, include_folders = false } },

  { "MS-OXCTABL 4.1.1", "request", "05 00 00 01 00",
    { rop = "get_contents_table", logon_id = 0, input_handle_index = 0,
      output_handle_index = 1, table_flags = 0 } },
  { "MS-OXCTABL 4.2.1", "request",
    "12 00 01 00 06 00 14 00 48 67 14 00 4a 67 14 00 4d 67 03 00 4e 67 1f 00 37 00 40 00 06 0e",
    { rop = "set_columns", logon_id = 0, input_handle_index = 1, set_columns_flags = 0,
      property_tag_count = 6, property_tags = { 0x67480014, 0x674a0014, 0x674d0014, 0x674e0003,
        0x0037001f, 0x0e060040 } } },
  { "MS-OXCTABL 4.3.2", "response", "13 01 00 00 00 00 00",
    { rop = "sort_table", handle_index = 1, return_value = 0, table_status = 0 } },
  { "MS-OXCTABL 4.5.3.1", "request", "15 00 00 00 01 32 00",
    { rop = "query_rows", logon_id = 0, input_handle_index = 0, query_rows_flags = 0,
      forward_read = true, row_count = 50 } },

  { "MS-OXORULE 4.2.1", "request", "3f 00 00 01 40",
    { rop = "get_rules_table", logon_id = 0, input_handle_index = 0, output_handle_index = 1,
      table_flags = 0x40 } },
  { "MS-OXORULE 4.2.1", "request", "12 00 01 00 03 00 14 00 74 66 02 01 84 66 1f 00 82 66",
    { rop = "set_columns", logon_id = 0, input_handle_index = 1, set_columns_flags = 0,
      property_tag_count = 3, property_tags = { 0x66740014, 0x66840102, 0x6682001f } } },
  { "MS-OXORULE 4.2.1", "request", "15 00 01 00 01 32 00",
    { rop = "query_rows", logon_id = 0, input_handle_index = 1, query_rows_flags = 0,
      forward_read = true, row_count = 50 } },
  { "MS-OXORULE 4.2.2", "response", "3f 01 00 00 00 00",
    { rop = "get_rules_table", handle_index = 1, return_value = 0 } },
  { "MS-OXORULE 4.2.2", "response", "12 01 00 00 00 00 00",
    { rop = "set_columns", handle_index = 1, return_value = 0, table_status = 0 } },
  { "MS-OXORULE 4.2.2", "response",
    "15 01 00 00 00 00 02 01 00 00 01 00 00 00 01 3f f8 56 10 00 01 00 00 00 01 00 00 00 "
      .. "55 55 55 55 d1 44 e3 40 50 00 72 00 6f 00 6a 00 65 00 63 00 74 00 20 00 58 00 00 00",
    { rop = "query_rows", handle_index = 1, return_value = 0, origin = 2, row_count = 1,
      row_data = { { [0x66740014] = 0x56f83f0100000001, [0x6682001f] = "Project X",
        [0x66840102] = "\x01\0\0\0\x01\0\0\0UUUU\xd1\x44\xe3\x40" } } },
    columns = { 0x66740014, 0x66840102, 0x6682001f } },

  { "MS-OXCPERM 4.1", "request", "2B 00 01 02 1F 00 6A 0E 00",
    { rop = "open_stream", logon_id = 0, input_handle_index = 1, output_handle_index = 2,
      property_tag = 0x0e6a001f, open_mode_flags = 0 } },
  { "MS-OXCPERM 4.1", "response", "2B 02 02 01 04 80",
    { rop = "open_stream", handle_index = 2, return_value = 0x80040102 } },
  { "MS-OXCPERM 4.1", "request", "3E 00 00 01 02",
    { rop = "get_permissions_table", logon_id = 0, input_handle_index = 0,
      output_handle_index = 1, table_flags = 2 } },

  { "MS-OXOMSG 4.1.1", "request", "32 00 02 00",
    { rop = "submit_message", logon_id = 0, input_handle_index = 2, submit_flags = 0 } },
  { "MS-OXOMSG 4.3.1", "request", "34 00 00 01 00 00 03 b4 79 ca 47 01 00 00 03 b7 e6 5f a7",
    { rop = "abort_submit", logon_id = 0, input_handle_index = 0,
      folder_id = 0x47ca79b403000001, message_id = -0x58a01948fcffffff } },

  { "MS-OXCPRPT 4.1.2", "response", "56 00 00 00 00 00 02 00 3E 86 3F 86",
    { rop = "get_property_ids_from_names", handle_index = 0, return_value = 0,
      property_id_count = 2, property_ids = { 0x863e, 0x863f } } },
  { "MS-OXCPRPT 4.2.1", "request",
    "0A 00 00 24 00 02 00 1F 00 3D 00 00 00 1F 00 1D 0E 48 00 65 00 6C 00 6C 00 6F 00 20 00 "
      .. "57 00 6F 00 72 00 6C 00 64 00 00 00",
    { rop = "set_properties", logon_id = 0, input_handle_index = 0, property_value_count = 2,
      property_values = { { tag = 0x003d001f, value = "" },
        { tag = 0x0e1d001f, value = "Hello World" } } } },
  { "MS-OXCPRPT 4.2.2", "response", "0A 00 00 00 00 00 00 00",
    { rop = "set_properties", handle_index = 0, return_value = 0, property_problem_count = 0,
      property_problems = {} } },
  { "MS-OXCPRPT 4.3.1", "request",
    "07 00 00 00 00 01 00 03 00 0B 00 3E 86 03 00 3F 86 02 01 E2 65",
    { rop = "get_properties_specific", logon_id = 0, input_handle_index = 0,
      property_size_limit = 0, want_unicode = true, property_tag_count = 3,
      property_tags = { 0x863e000b, 0x863f0003, 0x65e20102 } } },
  { "MS-OXCPRPT 4.4.1.1", "request", "2B 01 00 01 02 01 9A 0E 01",
    { rop = "open_stream", logon_id = 1, input_handle_index = 0, output_handle_index = 1,
      property_tag = 0x0e9a0102, open_mode_flags = 1 } },
}

describe("the example of", function()
  for _, example in ipairs(examples) do
    local section <const>, direction <const>, text <const>, fields <const> =
      table.unpack(example)
    it(("[%s]: %s of %s"):format(section, direction, fields.rop), function()
      local bytes <const> = codec.bytes(text)
      local ctx <const> = { columns = example.columns }
      local got, after = wire.decode_rop(direction, bytes, 1, ctx)
      assert(got, got == nil and after.message)
      assert.are.same(fields, got)
      assert.are.equal(#bytes + 1, after)
      assert.are.equal(codec.hex(bytes),
        codec.hex(assert(wire.encode_rop(direction, fields.rop, fields, ctx))))
      for n = 0, #bytes - 1 do
        assert.is_nil((wire.decode_rop(direction, bytes:sub(1, n), 1, ctx)))
      end
    end)
  end

  it("[MS-OXCTABL 4.5.3.2]: the first row of a categorized table", function()
    -- a header row: no PidTagMid; expanded, of depth 0
    codec.round("property_row",
      "01 00 01 00 00 00 00 f1 1f 32 0a 0f 01 04 80 00 01 00 00 00 00 f1 88 bd 00 00 00 00 00 "
        .. "00 03 00 00 00 00 00 00 00 00",
      { [0x67480014] = 0x321ff10000000001, [0x674a000a] = 0x8004010f,
        [0x674d0014] = -0x42770effffffffff, [0x674e0003] = 0, [0x0ff50003] = 3,
        [0x30050003] = 0 },
      { columns = { 0x67480014, 0x674a0014, 0x674d0014, 0x674e0003, 0x0ff50003, 0x30050003 } })
  end)
end)

-- the beginning of what a server sent (Microsoft, "MS-OXCFXICS - How to parse
-- the FastTransfer Stream"), behind its first marker: tag, value, bytes
local FAST_TRANSFER <const> = {
  { 0x65e10102, "", "02 01 E1 65 00 00 00 00" },
  { 0x65e00102, "52F685EC7D432E4AA960345088 53D90A 00 00 00 00 03 F5",
    "02 01 E0 65 16 00 00 00 52 F6 85 EC 7D 43 2E 4A A9 60 34 50 88 53 D9 0A 00 00 00 00 03 F5" },
  { 0x30080040, 0x01d08581a89ed000, "40 00 08 30 00 D0 9E A8 81 85 D0 01" },
  { 0x3001001f, "49 4E 42 4F 58", "1F 00 01 30 0C 00 00 00 49 00 4E 00 42 00 4F 00 58 00 00 00" },
  { 0x67490014, -0x0bfcffffffffffff, "14 00 49 67 01 00 00 00 00 00 03 F4" },
  { 0x66390003, 0x3fb, "03 00 39 66 FB 03 00 00" },
  { 0x10f4000b, false, "0B 00 F4 10 00 00" },
}

describe("[MS-OXCFXICS] 2.2.4", function()
  for _, case in ipairs(FAST_TRANSFER) do
    local tag <const>, value <const>, hex <const> = table.unpack(case)
    it(("has values like that of 0x%08x"):format(tag), function()
      codec.round("property", hex,
        { tag = tag, value = type(value) == "string" and codec.bytes(value) or value },
        { dialect = "fx" })
    end)
  end
end)

-- [MS-OXCROPS] 2.2.2: "Reserved"; it has 0x52 and 0x9d as such too, which
-- 2.2.6.18 and 2.2.12.3 give to ROPs
local RESERVED <const> = codec.bytes [[
  00 28 3c 3d 62 65 6a 71 7c 7d 83 84 85 87 88 8a 8b 8c 8d 8e 8f 94 95 96 97 98 99 9a 9b 9c
  9e 9f a0 a1 a2 a4 a5 a6 a7 a8 a9 aa ab ac ad ae af b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 ba bb bc
  bd be bf c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 ca cb cc cd ce cf d0 d1 d2 d3 d4 d5 d6 d7 d8 d9 da
  db dc dd de df e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 ea eb ec ed ee ef f0 f1 f2 f3 f4 f5 f6 f7 f8
  fa fb fc fd ]]

describe("[MS-OXCROPS] 2.2.2", function()
  it("reserves every RopId that is not a ROP's", function()
    local known <const> = {}
    for _, rop in ipairs(wire.rops()) do known[rop.id] = rop.name end
    local reserved = {}
    for id = 0, 255 do
      if not known[id] then reserved[#reserved + 1] = string.char(id) end
    end
    assert.are.equal(codec.hex(RESERVED), codec.hex(table.concat(reserved)))
  end)

  it("lets nothing reserved be read", function()
    for id in RESERVED:gmatch(".") do
      for _, direction in ipairs { "request", "response" } do
        local rop, err = wire.decode_rop(direction, id .. ("\0"):rep(40))
        assert.is_nil(rop)
        assert.are.equal("protocol", err.kind)
      end
    end
  end)
end)
