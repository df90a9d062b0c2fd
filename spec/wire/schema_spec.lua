-- The engine, seen through messages that use each word of its vocabulary.

local core = require "satchel.core"
local wire = core.wire

local function unhex(s)
  return (s:gsub("%s+", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

local function request(name, fields, ctx)
  fields.logon_id, fields.input_handle_index = 0, 0
  return wire.encode_rop("request", name, fields, ctx)
end

local function refusal(name, fields)
  local bytes, err = request(name, fields)
  assert.is_nil(bytes)
  assert.equal("invalid", err.kind)
  return err.message
end

describe("a table of fields", function()
  it("need not say counts, but may", function()
    local bytes = assert(request("set_columns", { set_columns_flags = 0,
      property_tags = { 0x0037001f } }))
    assert.equal(bytes, request("set_columns", { set_columns_flags = 0, property_tag_count = 1,
      property_tags = { 0x0037001f } }))
    assert.equal("set_columns: property_tags: 1 elements, not 2",
      refusal("set_columns", { set_columns_flags = 0, property_tag_count = 2,
        property_tags = { 0x0037001f } }))
  end)

  it("has lists of the same length where they share a count", function()
    local guid = "00062008-0000-0000-c000-000000000046"
    local function encode(ids, names)
      return wire.encode_rop("response", "query_named_properties", { handle_index = 0,
        return_value = 0, property_ids = ids, property_names = names })
    end
    assert(encode({ 1 }, { { guid = guid, lid = 1 } }))
    local _, err = encode({ 1, 2 }, { { guid = guid, lid = 1 } })
    assert.equal("query_named_properties: property_names: 1 elements, not 2", err.message)
  end)

  it("need not say false, nor empty lists and bytes", function()
    assert.equal(unhex "1e 00 00 00 00 00 00", request("delete_messages", {}))
    assert.equal(unhex "2d 00 00 00 00", request("write_stream", {}))
  end)

  it("need not say that a group is there", function()
    local with = request("query_named_properties", { query_flags = 0,
      property_guid = "00062008-0000-0000-c000-000000000046" })
    assert.equal(1, with:byte(5))
    assert.equal(21, #with)
    assert.equal(unhex "5f 00 00 00 00", request("query_named_properties", { query_flags = 0 }))
    assert.equal("query_named_properties: property_guid: it is missing",
      refusal("query_named_properties", { query_flags = 0, has_guid = true }))
  end)

  for _, case in ipairs {
    { "missing", "seek_row_fractional", { numerator = 1 },
      "seek_row_fractional: denominator: it is missing" },
    { "of another type", "get_receive_folder", { message_class = 5 },
      "get_receive_folder: message_class: a string expected, got number" },
    { "too large", "submit_message", { submit_flags = 256 },
      "submit_message: submit_flags: 256 is out of range" },
    { "negative", "submit_message", { submit_flags = -1 },
      "submit_message: submit_flags: -1 is out of range" },
    { "no integer", "submit_message", { submit_flags = 1.5 },
      "submit_message: submit_flags: an integer expected, got number" },
    { "unknown", "submit_message", { submit_flags = 1, submit_flag = 1 },
      "submit_message: no field is called submit_flag (submit_flags is)" },
    { "reserved", "reload_cached_information", { reserved = 1 },
      "reload_cached_information: no field is called reserved" },
    { "positional", "set_spooler", { 5 }, "set_spooler: no field is called number" },
    { "left out by another one", "read_stream", { byte_count = 1, maximum_byte_count = 2 },
      "read_stream: maximum_byte_count: the other fields leave it out" },
    { "no list", "delete_properties", { property_tags = "x" },
      "delete_properties: property_tags: a table expected, got string" },
    { "wrong within a list", "delete_properties", { property_tags = { 1, "x" } },
      "delete_properties: property_tags: an integer expected, got string" },
    { "wrong within a structure", "sort_table", { sort_table_flags = 0, category_count = 0,
      expanded_count = 0, sort_orders = { { tag = 1, order = "up" } } },
      'sort_table: order: "ascending", "descending" or "maximum_category" expected' },
    { "text with NUL", "get_receive_folder", { message_class = "a\0b" },
      "get_receive_folder: message_class: NUL in text" },
    { "of the wrong length", "tell_version", { version = { 1, 2 } },
      "tell_version: version: 2 elements, not 3" },
    { "bytes of the wrong size", "id_from_long_term_id", { long_term_id = {
      database_guid = "00062008-0000-0000-c000-000000000046", global_counter = "12345" } },
      "id_from_long_term_id: global_counter: 5 bytes do not fit" },
    { "no GUID", "get_per_user_long_term_ids", { database_guid = "x" },
      "get_per_user_long_term_ids: database_guid: not a GUID" },
  } do
    it("is refused with a field that is " .. case[1], function()
      assert.equal(case[4], refusal(case[2], case[3]))
    end)
  end

  it("is refused when it is too large for the size before it", function()
    assert.equal("set_properties: a value is too large", refusal("set_properties",
      { property_values = { { tag = 0x10090102, value = ("x"):rep(40000) },
        { tag = 0x10130102, value = ("x"):rep(40000) } } }))
    assert.equal("write_stream: data: 65536 bytes do not fit",
      refusal("write_stream", { data = ("x"):rep(65536) }))
    assert.equal(65535 + 5, #request("write_stream", { data = ("x"):rep(65535) }))
  end)

  it("calls no metamethod", function()
    local fields = setmetatable({}, { __index = function() error "called" end })
    assert.equal("submit_message: submit_flags: it is missing", refusal("submit_message", fields))
  end)
end)

describe("bytes", function()
  local function refused(dir, hex, ctx)
    local fields, err = wire.decode_rop(dir, unhex(hex), 1, ctx)
    assert.is_nil(fields)
    assert.equal("protocol", err.kind)
    return err.message
  end

  it("must end where a size says", function()
    assert.equal("set_properties @ 0x7: 1 bytes too many",
      refused("request", "0a 00 00 03 00 00 00 00"))
    assert.equal("restrict @ 0xb: 1 bytes too many",
      refused("request", "14 00 01 00 06 00 08 1f 00 37 00 00"))
    assert.equal("set_properties @ 0x5: size 4 is beyond the end",
      refused("request", "0a 00 00 04 00 00 00"))
    assert.equal("get_address_types @ 0xd: 1 bytes too many",
      refused("response", "49 00 00 00 00 00 01 00 04 00 45 58 00 53"))
  end)

  it("must have what a count says, before memory is taken", function()
    assert.equal("delete_properties.property_tags @ 0x5: count 65535 is beyond the end",
      refused("request", "0b 00 00 ff ff 00 00 00 00"))
    assert.equal("set_local_replica_midset_deleted.long_term_id_ranges @ 0x9: "
      .. "count 4294967295 is beyond the end",
      refused("request", "93 00 00 04 00 ff ff ff ff"))
  end)

  it("say where they are wrong", function()
    assert.equal("modify_permissions.permissions_data[1].property_values[0] @ 0x10: truncated",
      refused("request", "40 00 00 00 02 00 01 00 00 02 01 00 03 00 01 66 00"))
    assert.equal("sort_table.sort_orders[0].order @ 0xf: no order has number 9",
      refused("request", "13 00 01 00 01 00 00 00 00 00 40 00 06 0e 09"))
    assert.equal("open_message.subject_prefix @ 0x8: no string has type 7",
      refused("response", "03 00 00 00 00 00 00 07"))
  end)

  it("of text that is no UTF-16 are read with replacements", function()
    local fields = assert(wire.decode_rop("response",
      unhex "03 00 00 00 00 00 00 04 00 d8 00 00 04 e4 00 00 00 00 00 00 00 00"))
    assert.equal("\u{fffd}", fields.subject_prefix)
    assert.equal("ä", fields.normalized_subject)
  end)

  it("of a flag are true unless they are 0", function()
    assert.is_true(wire.decode_rop("request", unhex "50 00 00 ff").want_cancel)
  end)
end)

describe("the structures by themselves", function()
  local ctx = { columns = { 0x0037001f, 0x0e080003 } }

  it("are all there", function()
    local known = {}
    for _, name in ipairs(wire.structs()) do known[name] = true end
    for _, name in ipairs { "restriction", "property_row", "recipient_row", "sort_order",
      "entry_id", "rule_actions", "property", "property_name", "long_term_id", "stat",
      "typed_string", "notification_data" } do
      assert.is_true(known[name], name)
    end
  end)

  it("survive being read and written", function()
    for _, name in ipairs(wire.structs()) do
      for seed = 1, 20 do
        local bytes = assert(wire.random_struct(name, seed, ctx))
        local value, err = wire.decode_struct(name, bytes, ctx)
        assert.is_nil(err, name)
        assert.is_string(wire.print_struct(name, bytes, ctx))
        if value ~= nil then
          local again = assert(wire.encode_struct(name, value, ctx))
          assert.same(value, wire.decode_struct(name, again, ctx), name)
        end
      end
    end
  end)

  it("are the whole of the bytes", function()
    local bytes = wire.encode_struct("sort_order", { tag = 0x0e060040, order = "descending" })
    assert.equal(unhex "40 00 06 0e 01", bytes)
    local value, err = wire.decode_struct("sort_order", bytes .. "x")
    assert.is_nil(value)
    assert.equal("sort_order @ 0x5: 1 bytes behind it", err.message)
  end)

  it("are written in the dialect asked for", function()
    local res = { type = "and" }
    assert.equal(unhex "00 00 00", wire.encode_struct("restriction", res))
    assert.equal(unhex "00 00 00 00 00",
      wire.encode_struct("restriction", res, { dialect = "nspi" }))
  end)

  it("are refused by an unknown name", function()
    assert.error_matches(function() wire.decode_struct("sort_ordr", "") end,
      "no structure is called 'sort_ordr'")
  end)
end)
