local client = require "sandbox.client"
local core = require "satchel.core"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local wire = core.wire
local ANNA = "anna@example.test"

local function decode_all(payload, columns)
  local list, position = {}, 1
  while position <= #payload.rops do
    local reply, following = assert(wire.decode_rop("response", payload.rops, position,
      { columns = columns }))
    list[#list + 1], position = reply, following
  end
  return list
end

describe("Execute", function()
  local box, c
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    box:seed { [ANNA] = { Inbox = { { subject = "message %d", count = 3000, text = "x" } } } }
    c = client.new(box, ANNA)
  end)

  -- requests in one buffer: { name, fields } … with handle indexes as given
  local function encode(list)
    local parts = {}
    for i, r in ipairs(list) do
      r[2].logon_id = 0
      parts[i] = assert(wire.encode_rop("request", r[1], r[2], {}))
    end
    return table.concat(parts)
  end

  local NONE = 0xffffffff

  local function table_of(columns, more)
    local list = {
      { "open_folder", { input_handle_index = 0, output_handle_index = 1,
        folder_id = c.folders[client.ROLES.inbox], open_mode_flags = 0 } },
      { "get_contents_table", { input_handle_index = 1, output_handle_index = 2,
        table_flags = 0 } },
      { "set_columns", { input_handle_index = 2, set_columns_flags = 0,
        property_tags = columns } },
    }
    list[#list + 1] = more
    return encode(list)
  end

  it("chains handles through one buffer", function()
    local payloads = c:execute(table_of({ T.Subject }, { "query_rows", { input_handle_index = 2,
      query_rows_flags = 0, forward_read = true, row_count = 2 } }), { c.logon, NONE, NONE })
    local replies = decode_all(payloads[1], { T.Subject })
    assert.are.same({ "open_folder", "get_contents_table", "set_columns", "query_rows" },
      { replies[1].rop, replies[2].rop, replies[3].rop, replies[4].rop })
    assert.are.equal("message 2", replies[4].row_data[2][T.Subject])
    assert.are.equal(3, #payloads[1].handles)
  end)

  it("goes on after a failure, whose handle is none", function()
    local bytes = encode {
      { "open_folder", { input_handle_index = 0, output_handle_index = 1, folder_id = 99,
        open_mode_flags = 0 } },
      { "get_contents_table", { input_handle_index = 1, output_handle_index = 2,
        table_flags = 0 } },
      { "get_store_state", { input_handle_index = 0 } },
    }
    local payloads = c:execute(bytes, { c.logon, NONE, NONE })
    local replies = decode_all(payloads[1])
    assert.are.same({ 0x80070057, 0x4b9, 0x80040fff }, { replies[1].return_value,
      replies[2].return_value, replies[3].return_value })
    assert.are.same({ c.logon, NONE, NONE }, payloads[1].handles)
  end)

  it("refuses an object of the wrong kind", function()
    assert.are.equal(0x80040102, c:call("query_position", c:open "inbox", {}).return_value)
    assert.are.equal(0x4b9, c:call("query_position", 0x4711, {}).return_value)
  end)

  local function paged(flags, count)
    local bytes = table_of({ T.Subject, T.Mid }, { "query_rows", { input_handle_index = 2,
      query_rows_flags = 0, forward_read = true, row_count = count } })
    local payloads = c:execute(bytes, { c.logon, NONE, NONE }, flags, 0x40000)
    local rows = 0
    for i, payload in ipairs(payloads) do
      assert.is_true(#payload.rops + 4 * #payload.handles + 10 <= 0x8000)
      for _, reply in ipairs(decode_all(payload, { T.Subject, T.Mid })) do
        assert.is_true(i == 1 or reply.rop == "query_rows")
        rows = rows + (reply.row_data and #reply.row_data or 0)
      end
    end
    return #payloads, rows
  end

  it("fills one payload with rows", function()
    local payloads, rows = paged(3, 3000)
    assert.are.equal(1, payloads)
    assert.is_true(rows > 500 and rows < 1500)
  end)

  it("chains payloads of rows when asked, up to what the client takes", function()
    local payloads, rows = paged(7, 3000)
    assert.is_true(payloads >= 2)
    assert.are.equal(3000, rows)
    payloads, rows = paged(7, 1200)
    assert.are.equal(2, payloads)
    assert.are.equal(1200, rows)
  end)

  it("chains payloads of a stream", function()
    local m = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.inbox], associated_flag = false })
    local s = c:must("open_stream", m, { property_tag = T.Html, open_mode_flags = 2 })
    local data = ("0123456789"):rep(3000)
    for _ = 1, 4 do c:must("write_stream", s, { data = data }) end
    c:must("seek_stream", s, { origin = 0, offset = 0 })
    local bytes, handles = c:encode("read_stream", s,
      { byte_count = 0xbabe, maximum_byte_count = 0x40000 })
    local payloads, parts = c:execute(bytes, handles, 7, 0x40000), {}
    for _, payload in ipairs(payloads) do
      for _, reply in ipairs(decode_all(payload)) do parts[#parts + 1] = reply.data end
    end
    assert.is_true(#payloads > 3)
    assert.is_true(data:rep(4) == table.concat(parts))
  end)

  it("gives back what had no room", function()
    c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.inbox], associated_flag = false })
    local list, body = {}, ("x"):rep(3000)
    local store = box.users:find(ANNA).store
    for _, m in ipairs(store.roles.inbox.normal:all()) do m.props[T.Body] = body end
    local id = store.roles.inbox.normal:all()[1].id
    list[1] = { "open_message", { input_handle_index = 0, output_handle_index = 1,
      code_page_id = 0xfff, folder_id = 0, open_mode_flags = 0, message_id = id } }
    for i = 2, 12 do
      list[i] = { "get_properties_specific", { input_handle_index = 1, property_size_limit = 0,
        want_unicode = true, property_tags = { T.Body } } }
    end
    local bytes = encode(list)
    local payloads = c:execute(bytes, { c.logon, NONE })
    local replies = decode_all(payloads[1], { T.Body })
    local last = replies[#replies]
    assert.are.equal("buffer_too_small", last.rop)
    assert.is_true(#replies > 3 and #replies < 12)
    assert.are.equal(bytes:sub(-#last.request_buffers), last.request_buffers)
    local single = #encode { list[2] }
    assert.are.equal((12 - (#replies - 1)) * single, #last.request_buffers)
  end)

  it("tells no news behind what it gives back", function()
    c:must("register_notification", c.logon, { notification_types = 4, want_whole_store = true })
    box:seed { [ANNA] = { Inbox = { "news" } } }
    box:fault("too_small", { rop = "get_receive_folder_table" })
    local bytes, handles = c:encode("get_receive_folder_table", c.logon, {})
    local replies = decode_all(c:execute(bytes, handles)[1])
    assert.are.same({ 1, bytes }, { #replies, replies[1].request_buffers })
    assert.are.equal(1, #c:notices())
  end)

  it("says so when not even one row fits", function()
    local columns = {}
    for i = 1, 80 do columns[i] = T.Body end
    local store = box.users:find(ANNA).store
    for _, m in ipairs(store.roles.inbox.normal:all()) do m.props[T.Body] = ("x"):rep(255) end
    local bytes = table_of(columns, { "query_rows", { input_handle_index = 2,
      query_rows_flags = 0, forward_read = true, row_count = 1 } })
    local payloads = c:execute(bytes, { c.logon, NONE, NONE })
    local replies = decode_all(payloads[1], columns)
    assert.are.equal("buffer_too_small", replies[#replies].rop)
  end)

  it("releases handles, a logon with all of its own", function()
    local f = c:open "inbox"
    local t = c:must("get_contents_table", f, { table_flags = 0 })
    c:call("release", f)
    assert.are.equal(0, c:call("query_position", t, {}).return_value)
    assert.are.equal(0x4b9, c:call("get_properties_list", f, {}).return_value)
    c:call("release", c.logon)
    assert.are.equal(0x4b9, c:call("query_position", t, {}).return_value)
  end)

  it("compresses and obfuscates unless told not to", function()
    local bytes, handles = c:encode("get_receive_folder_table", c.logon, {})
    local answer = c:request("execute", { flags = 0, max_rop_out = 0x10008,
      rop_buffer = wire.wrap { { rops = bytes, handles = handles } } })
    local flags = string.unpack("<I2", answer.rop_buffer, 3)
    assert.are.equal(2, flags & 2)
    assert.are.equal("get_receive_folder_table",
      decode_all(wire.unwrap(answer.rop_buffer)[1])[1].rop)
  end)

  for _, case in ipairs {
    { "no buffer at all", "" }, { "a cut buffer", "\0\0\4\0\9" },
    { "a ROP that is cut", wire.wrap { { rops = "\2\0\0", handles = { 0 } } } },
    { "an output outside the handle table", wire.wrap { { handles = { 0 },
      rops = wire.encode_rop("request", "open_folder", { logon_id = 0, input_handle_index = 0,
        output_handle_index = 9, folder_id = 1, open_mode_flags = 0 }) } } },
    { "a ROP that there is not", wire.wrap { { rops = "\xee\0\0", handles = { 0 } } } },
  } do
    it("refuses " .. case[1], function()
      local answer = c:request("execute",
        { flags = 3, rop_buffer = case[2], max_rop_out = 0x10008 })
      assert.are.equal(0x4b6, answer.error_code)
    end)
  end

  it("gives every ROP on every kind of object an answer", function()
    local inbox = c:open "inbox"
    local m = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.sent], associated_flag = false })
    local objects = { c.logon, inbox, m, c:must("create_attachment", m, {}),
      c:must("get_contents_table", inbox, { table_flags = 0 }),
      c:must("open_stream", m, { property_tag = T.Body, open_mode_flags = 2 }), 0x7777 }
    local answered, asked = 0, 0
    for _, info in ipairs(wire.rops()) do
      if info.request and info.name ~= "release" and info.name ~= "logon" then
        for i, object in ipairs(objects) do
          local fields = wire.decode_rop("request", wire.random_rop("request", info.name, i))
          for _, name in ipairs(info.handles) do fields[name] = 0 end
          if fields.output_handle_index then fields.output_handle_index = 1 end
          fields.rop, fields.logon_id = nil, 0
          local bytes = assert(wire.encode_rop("request", info.name, fields))
          asked = asked + 1
          if c:execute(bytes, { object, NONE }) then answered = answered + 1 end
        end
      end
    end
    assert.are.equal(asked, answered)
  end)
end)
