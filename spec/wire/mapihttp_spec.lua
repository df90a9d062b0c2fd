local core = require "satchel.core"
local wire = core.wire

local function unhex(s)
  return (s:gsub("%s+", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

describe("the list of bodies", function()
  local bodies = wire.bodies()

  it("has every request type of [MS-OXCMAPIHTTP] 2.2.4 and 2.2.5 but PING", function()
    local types = {}
    for _, body in ipairs(bodies) do types[#types + 1] = body.type end
    assert.equal("Connect Execute Disconnect NotificationWait Bind Unbind CompareMIds DNToMId "
      .. "GetMatches GetPropList GetProps GetSpecialTable GetTemplateInfo ModLinkAtt ModProps "
      .. "QueryRows QueryColumns ResolveNames ResortRestriction SeekEntries UpdateStat "
      .. "GetMailboxUrl GetAddressBookUrl", table.concat(types, " "))
  end)

  it("tells the section and the endpoint", function()
    for i, body in ipairs(bodies) do
      local mailbox = i <= 4
      assert.equal(mailbox and "emsmdb" or "nspi", body.endpoint)
      assert.equal(mailbox and "2.2.4." .. i or "2.2.5." .. i - 4, body.section)
    end
  end)
end)

local state <const> = { sort_type = 0, container_id = 0, current_rec = 0, delta = -1, num_pos = 0,
  total_recs = 0, code_page = 1252, template_locale = 1033, sort_locale = 1033 }
local STATE <const> = "00000000 00000000 00000000 ffffffff 00000000 00000000 e4040000 09040000 "
  .. "09040000"

local cases = {
  { "request", "connect", "41 00 01 00 00 00 e4 04 00 00 09 04 00 00 09 04 00 00 00 00 00 00",
    { user_dn = "A", flags = 1, default_code_page = 1252, lcid_sort = 1033, lcid_string = 1033,
      auxiliary_buffer = "" } },
  { "response", "connect", "00000000 00000000 60ea0000 06000000 10270000 00 41 00 00 00 00000000",
    { status_code = 0, error_code = 0, polls_max = 60000, retry_count = 6, retry_delay = 10000,
      dn_prefix = "", display_name = "A", auxiliary_buffer = "" } },
  -- [MS-OXCMAPIHTTP] 2.2.2.2.2: the failure has no more than this
  { "response", "execute", "00000005 00000000", { status_code = 0x05000000,
    auxiliary_buffer = "" } },
  { "request", "execute", "03000000 02000000 0102 08000100 01000000 ff", { flags = 3,
    rop_buffer = "\1\2", max_rop_out = 65544, auxiliary_buffer = "\xff" } },
  { "request", "bind", "00000000 01 " .. STATE .. " 00000000", { flags = 0, has_state = true,
    state = state, auxiliary_buffer = "" } },
  { "request", "bind", "00000000 00 00000000", { flags = 0, has_state = false,
    auxiliary_buffer = "" } },
  { "request", "resolve_names", "00000000 00 01 01000000 1f000130 01 02000000 6200 0000 6300 0000 "
    .. "00000000", { has_state = false, has_property_tags = true, property_tag_count = 1,
    property_tags = { 0x3001001f }, has_names = true, name_count = 2, names = { "b", "c" },
    auxiliary_buffer = "" } },
  { "response", "resolve_names", "00000000 00000000 b0040000 01 02000000 02000000 01000000 "
    .. "01 01000000 1f000130 01000000 00 ff 6200 0000 00000000", { status_code = 0,
    error_code = 0, code_page = 1200, has_minimal_ids = true, minimal_id_count = 2,
    minimal_ids = { 2, 1 }, has_rows_and_columns = true, property_tag_count = 1,
    property_tags = { 0x3001001f }, row_count = 1, row_data = { { [0x3001001f] = "b" } },
    auxiliary_buffer = "" } },
  { "request", "get_matches", "00000000 00 00 00000000 01 08 1f000130 00 32000000 00 00000000",
    { has_state = false, has_minimal_ids = false, interface_option_flags = 0, has_filter = true,
      filter = { type = "exist", tag = 0x3001001f }, has_property_name = false, row_count = 50,
      has_columns = false, auxiliary_buffer = "" } },
  { "response", "get_props", "00000000 00000000 b0040000 01 01000000 0300fe0f 06000000 00000000",
    { status_code = 0, error_code = 0, code_page = 1200, has_property_values = true,
      property_value_count = 1, property_values = { { tag = 0x0ffe0003, value = 6 } },
      auxiliary_buffer = "" } },
  { "response", "compare_min_ids", "00000000 00000000 ffffffff 00000000", { status_code = 0,
    error_code = 0, result = -1, auxiliary_buffer = "" } },
}

describe("bodies by the book:", function()
  for _, case in ipairs(cases) do
    local dir, name, bytes, fields = case[1], case[2], unhex(case[3]), case[4]
    it(dir .. " of " .. name, function()
      local got, err = wire.decode_body(dir, name, bytes)
      assert.is_nil(err and err.message)
      assert.same(fields, got)
      assert.equal(bytes, wire.encode_body(dir, name, fields))
    end)
  end
end)

describe("every body", function()
  local function each(seeds, fn)
    for seed = 1, seeds do
      for _, body in ipairs(wire.bodies()) do
        for _, dir in ipairs { "request", "response" } do
          fn(body.name, dir, assert(wire.random_body(dir, body.name, seed)))
        end
      end
    end
  end

  it("survives being read, written and read again", function()
    each(60, function(name, dir, bytes)
      local fields, err = wire.decode_body(dir, name, bytes)
      assert.is_nil(err and err.message)
      local again = assert(wire.encode_body(dir, name, fields))
      assert.same(fields, wire.decode_body(dir, name, again))
    end)
  end)

  it("is refused when cut anywhere, and with bytes behind it", function()
    each(6, function(name, dir, bytes)
      for n = 0, #bytes - 1 do
        local fields, err = wire.decode_body(dir, name, bytes:sub(1, n))
        assert.is_nil(fields, name)
        assert.equal("protocol", err.kind)
      end
      assert.is_nil((wire.decode_body(dir, name, bytes .. "\0")))
    end)
  end)
end)

describe("the auxiliary buffer", function()
  it("is never printed", function()
    local bytes = assert(wire.encode_body("request", "disconnect",
      { auxiliary_buffer = "MACHINE" }))
    assert.equal("Disconnect auxiliary_buffer=***", wire.print_body("request", "disconnect", bytes))
  end)
end)

describe("what is no body", function()
  it("is a mistake of the caller", function()
    assert.error_matches(function() wire.decode_body("request", "conect", "") end,
      "no body is called 'conect'")
  end)

  it("is refused with the field that is wrong", function()
    local bytes, err = wire.encode_body("request", "notification_wait", { flags = "x" })
    assert.is_nil(bytes)
    assert.equal("notification_wait: flags: an integer expected, got string", err.message)
  end)
end)
