local core = require "satchel.core"
local wire = core.wire

local function unhex(s)
  return (s:gsub("%s+", ""):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end))
end

local function hex(s)
  return (s:gsub(".", function(c) return ("%02x "):format(c:byte()) end):sub(1, -2))
end

-- what a script need not say is shown all the same: left out of comparisons
local function without(fields, names)
  local copy = {}
  for k, v in pairs(fields) do copy[k] = v end
  for _, name in ipairs(names or {}) do copy[name] = nil end
  return copy
end

describe("the list of ROPs", function()
  local rops = wire.rops()

  it("has every id of [MS-OXCROPS] 2.2.2", function()
    local ids = {}
    for _, rop in ipairs(rops) do ids[#ids + 1] = ("%02x"):format(rop.id) end
    assert.equal("01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 "
      .. "1a 1b 1c 1d 1e 1f 20 21 22 23 24 25 26 27 29 2a 2b 2c 2d 2e 2f 30 31 32 33 34 35 36 "
      .. "37 38 39 3a 3b 3e 3f 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 51 52 53 54 "
      .. "55 56 57 58 59 5a 5b 5c 5d 5e 5f 60 61 63 64 66 67 68 69 6b 6c 6d 6e 6f 70 72 73 74 "
      .. "75 76 77 78 79 7a 7b 7e 7f 80 81 82 86 89 90 91 92 93 9d a3 f9 fe ff",
      table.concat(ids, " "))
  end)

  it("names each once, with its own section", function()
    local names, sections = {}, {}
    for _, rop in ipairs(rops) do
      assert.is_nil(names[rop.name])
      assert.is_nil(sections[rop.section])
      assert.truthy(rop.section:find "^2%.2%.%d+%.%d+$")
      names[rop.name], sections[rop.section] = true, true
    end
    -- no section of 2.2.3 to 2.2.15 is missing between the first and the last
    local last = { 13, 14, 19, 18, 9, 13, 13, 2, 3, 9, 13, 3, 3 }
    for i, n in ipairs(last) do
      for k = 1, n do
        assert.is_true(sections[("2.2.%d.%d"):format(i + 2, k)], i + 2 .. "." .. k)
      end
      assert.is_nil(sections[("2.2.%d.%d"):format(i + 2, n + 1)])
    end
  end)

  it("tells what has a request and what a response", function()
    local only = {}
    for _, rop in ipairs(rops) do
      if not (rop.request and rop.response) then
        only[rop.name] = rop.request and "request" or "response"
      end
    end
    assert.same({ release = "request", notify = "response", pending = "response",
      backoff = "response", buffer_too_small = "response" }, only)
  end)

  it("tells the handle indexes of a request", function()
    local by_name = {}
    for _, rop in ipairs(rops) do by_name[rop.name] = rop end
    assert.same({ "output_handle_index" }, by_name.logon.handles)
    assert.same({ "input_handle_index", "output_handle_index" }, by_name.open_folder.handles)
    assert.same({ "source_handle_index", "dest_handle_index" }, by_name.copy_to.handles)
    assert.same({ "response_handle_index", "input_handle_index" },
      by_name.save_changes_message.handles)
    assert.same({}, by_name.notify.handles)
    assert.is_true(by_name.open_folder.input and by_name.open_folder.output)
    assert.is_false(by_name.logon.input)
    assert.is_false(by_name.release.output)
  end)
end)

local COLUMNS <const> = { 0x0037001f, 0x0e080003 }

local examples = {
  -- [MS-OXCFOLD] 4.5.1
  { "request", "35 00 01 02 01 01 01 00 00 00 0E 8E DF 36 46 00 6F 00 6C 00 64 00 65 00 72 00 "
    .. "31 00 00 00",
    { rop = "move_folder", logon_id = 0, source_handle_index = 1, dest_handle_index = 2,
      want_asynchronous = true, use_unicode = true, folder_id = 0x36df8e0e00000001,
      new_folder_name = "Folder1" } },
  -- [MS-OXCTABL] 4.5.3.1, 4.3.2
  { "request", "15 00 00 00 01 32 00",
    { rop = "query_rows", logon_id = 0, input_handle_index = 0, query_rows_flags = 0,
      forward_read = true, row_count = 50 } },
  { "response", "13 01 00 00 00 00 00",
    { rop = "sort_table", handle_index = 1, return_value = 0, table_status = 0 } },
  -- [MS-OXORULE] 4.2.2
  { "response", "3f 01 00 00 00 00",
    { rop = "get_rules_table", handle_index = 1, return_value = 0 } },
  { "response", "12 01 00 00 00 00 00",
    { rop = "set_columns", handle_index = 1, return_value = 0, table_status = 0 } },
  -- the same ROP in 8-bit text
  { "request", "36 00 01 02 00 01 00 01 00 00 00 00 00 00 09 41 00",
    { rop = "copy_folder", logon_id = 0, source_handle_index = 1, dest_handle_index = 2,
      want_asynchronous = false, want_recursive = true, use_unicode = false,
      folder_id = 0x0900000000000001, new_folder_name = "A" } },
  -- a failure is the head alone
  { "response", "02 01 0f 01 04 80",
    { rop = "open_folder", handle_index = 1, return_value = 0x8004010f } },
  { "response", "2d 03 05 00 07 80",
    { rop = "write_stream", handle_index = 3, return_value = 0x80070005 } },
  -- but for what says so
  { "response", "1e 00 05 00 07 80 01",
    { rop = "delete_messages", handle_index = 0, return_value = 0x80070005,
      partial_completion = true } },
  { "response", "33 00 03 05 00 00 07 00 00 00 00",
    { rop = "move_copy_messages", handle_index = 0, return_value = 0x503, dest_handle_index = 7,
      partial_completion = false } },
  { "response", "39 00 03 05 00 00 07 00 00 00",
    { rop = "copy_to", handle_index = 0, return_value = 0x503, dest_handle_index = 7 } },
  { "response", "3a 00 03 05 00 00 07 00 00 00 01 00 00 00 00 00 00 00 02 00 00 00 00 00 00 00",
    { rop = "copy_to_stream", handle_index = 0, return_value = 0x503, dest_handle_index = 7,
      read_byte_count = 1, written_byte_count = 2 } },
  { "response", "3a 00 05 00 07 80",
    { rop = "copy_to_stream", handle_index = 0, return_value = 0x80070005 } },
  -- QUIRKS 5: the rest of a failure may be there
  { "response", "3a 00 05 00 07 80 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    { rop = "copy_to_stream", handle_index = 0, return_value = 0x80070005,
      read_byte_count = 0, written_byte_count = 0 } },
  { "response", "2c 01 05 00 07 80 00 00",
    { rop = "read_stream", handle_index = 1, return_value = 0x80070005, data = "" } },
  { "response", "2d 01 05 00 07 80 00 00",
    { rop = "write_stream", handle_index = 1, return_value = 0x80070005, written_size = 0 } },
  { "response", "a3 01 05 00 07 80 00 00 00 00",
    { rop = "write_stream_extended", handle_index = 1, return_value = 0x80070005,
      written_size = 0 } },
  { "response", "90 01 05 00 07 80 00 00",
    { rop = "write_and_commit_stream", handle_index = 1, return_value = 0x80070005,
      written_size = 0 } },
  { "response", "66 00 05 00 07 80 01",
    { rop = "set_read_flags", handle_index = 0, return_value = 0x80070005,
      partial_completion = true } },
  { "response", "66 00 05 00 07 80",
    { rop = "set_read_flags", handle_index = 0, return_value = 0x80070005 } },
  { "response", "52 00 00 00 00 00 02 00 00 00 00 00 00 00 01 00 00 00",
    { rop = "get_valid_attachments", handle_index = 0, return_value = 0,
      attachment_id_count = 2, attachment_id_array = { 0, 1 } } },
  { "response", "fe 00 78 04 00 00 01 04 73 72 76 00",
    { rop = "logon", handle_index = 0, return_value = 0x478, logon_flags = 1,
      server_name = "srv" } },
  { "response", "4e 00 80 04 00 00 00 00 00 00 00 00 00 00 00 64 00 00 00",
    { rop = "fast_transfer_source_get_buffer", handle_index = 0, return_value = 0x480,
      transfer_status = 0, in_progress_count = 0, total_step_count = 0, transfer_buffer = "",
      backoff_time = 100 } },
  { "response", "56 00 80 03 04 00 02 00 00 80 00 00",
    { rop = "get_property_ids_from_names", handle_index = 0, return_value = 0x40380,
      property_id_count = 2, property_ids = { 0x8000, 0 } } },
  -- a value that says that another one follows
  { "request", "2c 00 01 be ba 00 00 01 00",
    { rop = "read_stream", logon_id = 0, input_handle_index = 1, byte_count = 0xbabe,
      maximum_byte_count = 65536 } },
  { "request", "2c 00 01 00 10",
    { rop = "read_stream", logon_id = 0, input_handle_index = 1, byte_count = 4096 } },
  -- nothing where there is no restriction
  { "request", "14 00 01 00 00 00",
    { rop = "restrict", logon_id = 0, input_handle_index = 1, restrict_flags = 0 } },
  { "request", "14 00 01 00 05 00 08 1f 00 37 00",
    { rop = "restrict", logon_id = 0, input_handle_index = 1, restrict_flags = 0,
      restriction_data = { type = "exist", tag = 0x0037001f } } },
  { "request", "13 00 01 00 02 00 00 00 00 00 40 00 06 0e 01 1f 00 37 00 00",
    { rop = "sort_table", logon_id = 0, input_handle_index = 1, sort_table_flags = 0,
      sort_order_count = 2, category_count = 0, expanded_count = 0,
      sort_orders = { { tag = 0x0e060040, order = "descending" },
        { tag = 0x0037001f, order = "ascending" } } } },
  { "request", "55 00 00 01 00 03 80",
    { rop = "get_names_from_property_ids", logon_id = 0, input_handle_index = 0,
      property_id_count = 1, property_ids = { 0x8003 } } },
  { "request", "56 00 00 02 02 00 00 08 20 06 00 00 00 00 00 c0 00 00 00 00 00 00 46 05 85 00 00 "
    .. "01 29 03 02 00 00 00 00 00 c0 00 00 00 00 00 00 46 04 61 00 00 00",
    { rop = "get_property_ids_from_names", logon_id = 0, input_handle_index = 0, flags = 2,
      property_name_count = 2, property_names = {
        { guid = "00062008-0000-0000-c000-000000000046", lid = 0x8505 },
        { guid = "00020329-0000-0000-c000-000000000046", name = "a" } } } },
  -- rows by the columns that the context gives
  { "response", "15 00 00 00 00 00 02 02 00 00 41 00 00 00 07 00 00 00 01 0a 0f 01 04 80 00 09 00 "
    .. "00 00",
    { rop = "query_rows", handle_index = 0, return_value = 0, origin = 2, row_count = 2,
      row_data = { { [0x0037001f] = "A", [0x0e080003] = 7 },
        { [0x0037000a] = 0x8004010f, [0x0e080003] = 9 } } } },
  { "response", "4f 00 00 00 00 00 00 01 00 42 00 00 00 01 00 00 00",
    { rop = "find_row", handle_index = 0, return_value = 0, row_no_longer_visible = false,
      has_row_data = true, row_data = { [0x0037001f] = "B", [0x0e080003] = 1 } } },
  { "response", "4f 00 00 00 00 00 00 00",
    { rop = "find_row", handle_index = 0, return_value = 0, row_no_longer_visible = false,
      has_row_data = false } },
  -- negative numbers
  { "request", "18 00 00 01 fe ff ff ff 01",
    { rop = "seek_row", logon_id = 0, input_handle_index = 0, origin = 1, row_count = -2,
      want_row_moved_count = true } },
  -- a new message, its text in each form
  { "response", "03 01 00 00 00 00 00 01 04 e9 00 00 00 00 00 00 00 00",
    { rop = "open_message", handle_index = 1, return_value = 0, has_named_properties = false,
      subject_prefix = "", normalized_subject = "é", recipient_count = 0, column_count = 0,
      recipient_columns = {}, row_count = 0, recipient_rows = {} } },
  -- without a request
  { "response", "6e 05 00", { rop = "pending", session_index = 5 } },
  { "response", "f9 00 e8 03 00 00 01 15 d0 07 00 00 00 00",
    { rop = "backoff", logon_id = 0, duration = 1000, backoff_rop_count = 1,
      backoff_rop_data = { { rop_id_backoff = 0x15, duration = 2000 } }, additional_data = "" } },
  { "response", "ff 00 80 15 00 00 00 01 32 00",
    { rop = "buffer_too_small", size_needed = 32768,
      request_buffers = "\x15\0\0\0\x01\x32\0" } },
  { "response", "49 00 00 00 00 00 02 00 08 00 45 58 00 53 4d 54 50 00",
    { rop = "get_address_types", handle_index = 0, return_value = 0, address_type_count = 2,
      address_types = { "EX", "SMTP" } } },
}

describe("ROPs by the book:", function()
  for _, case in ipairs(examples) do
    local dir, text, fields = case[1], case[2], case[3]
    it(("%s of %s %s"):format(dir, fields.rop, text:sub(1, 24)), function()
      local ctx = { columns = COLUMNS }
      local bytes = unhex(text)
      local got, after = wire.decode_rop(dir, bytes, 1, ctx)
      assert(got, got == nil and after.message)
      assert.same(fields, got)
      assert.equal(#bytes + 1, after)
      assert.equal(hex(bytes), hex(assert(wire.encode_rop(dir, fields.rop, fields, ctx))))
    end)
  end
end)

describe("a property without a name", function()
  local zeros <const> = ("00 "):rep(16)
  local ps_mapi <const> = "00 28 03 02 00 00 00 00 00 c0 00 00 00 00 00 00 46 1a 00 00 00"

  -- QUIRKS 16
  for _, ends in ipairs { "", "2e 02 00 00 00 00 05 00 00 00 00 00 00 00" } do
    for _, first in ipairs { "ff ", "ff " .. zeros } do
      for _, last in ipairs { "ff ", "ff " .. zeros } do
        it(("is read from %s and %s before '%s'"):format(first, last, ends), function()
          local bytes = unhex("55 00 00 00 00 00 03 00" .. first .. ps_mapi .. last)
          local got, after = wire.decode_rop("response", bytes .. unhex(ends))
          local none = { guid = "00000000-0000-0000-0000-000000000000" }
          assert.same({ none, { guid = "00020328-0000-0000-c000-000000000046", lid = 26 }, none },
            got.property_names)
          assert.equal(#bytes + 1, after)
        end)
      end
    end
  end

  it("is written with a GUID of zeros", function()
    local bytes = assert(wire.encode_struct("property_name",
      { guid = "00020328-0000-0000-c000-000000000046" }))
    assert.equal(hex(unhex("ff" .. zeros)), hex(bytes))
  end)
end)

describe("a failure that may lack its end", function()
  local next_response <const> = unhex "2e 02 00 00 00 00 05 00 00 00 00 00 00 00"

  for _, text in ipairs { "66 00 05 00 07 80", "66 00 05 00 07 80 01", "2c 01 05 00 07 80",
    "2c 01 05 00 07 80 00 00", "2d 01 05 00 07 80", "a3 01 05 00 07 80 00 00 00 00",
    "3a 00 05 00 07 80", "3a 00 05 00 07 80" .. (" 00"):rep(16) } do
    it(text .. " is followed by another response", function()
      local bytes = unhex(text)
      local _, after = wire.decode_rop("response", bytes .. next_response)
      assert.equal(#bytes + 1, after)
      assert.equal("seek_stream", wire.decode_rop("response", bytes .. next_response, after).rop)
    end)
  end
end)

describe("RopNotify", function()
  local function notify(data)
    local bytes = assert(wire.encode_rop("response", "notify",
      { notification_handle = 4, logon_id = 1, notification_data = data }))
    local got = assert(wire.decode_rop("response", bytes))
    assert.same(data, got.notification_data)
    return #bytes - 1 - 4 - 1 - 2
  end

  for _, case in ipairs {
    { "new mail", { notification_flags = 0x8002, folder_id = 1, message_id = 2,
      message_flags = 3, unicode_flag = true, message_class = "IPM" }, 16 + 4 + 1 + 8 },
    { "new mail, 8-bit", { notification_flags = 0x8002, folder_id = 1, message_id = 2,
      message_flags = 3, unicode_flag = false, message_class = "IPM" }, 16 + 4 + 1 + 4 },
    { "a new folder", { notification_flags = 0x0004, folder_id = 1, parent_folder_id = 2,
      tags = {} }, 8 + 8 + 2 },
    { "a new message", { notification_flags = 0x8004, folder_id = 1, message_id = 2,
      tags = { 0x0037001f } }, 16 + 2 + 4 },
    { "a message of a search folder", { notification_flags = 0xc008, folder_id = 1,
      message_id = 2, parent_folder_id = 3 }, 24 },
    { "a folder with counts, changes unsaid", { notification_flags = 0x3010, folder_id = 1,
      total_message_count = 7, unread_message_count = 8 }, 8 + 2 + 8 },
    { "a folder moved", { notification_flags = 0x0020, folder_id = 1, parent_folder_id = 2,
      old_folder_id = 3, old_parent_folder_id = 4 }, 32 },
    { "a message copied", { notification_flags = 0x8040, folder_id = 1, message_id = 2,
      old_folder_id = 3, old_message_id = 4 }, 32 },
    { "a search complete", { notification_flags = 0x0080, folder_id = 1 }, 8 },
    { "a table changed", { notification_flags = 0x0100, table_event_type = 1 }, 2 },
    { "a row of folders added", { notification_flags = 0x0100, table_event_type = 3,
      table_row_folder_id = 1, insert_after_table_row_folder_id = 2, table_row_data = "abc" },
      2 + 16 + 5 },
    { "a row of messages modified", { notification_flags = 0x8100, table_event_type = 5,
      table_row_folder_id = 1, table_row_message_id = 2, table_row_instance = 3,
      insert_after_table_row_folder_id = 4, insert_after_table_row_id = 5,
      insert_after_table_row_instance = 6, table_row_data = "" }, 2 + 20 + 20 + 2 },
    { "a row of messages deleted", { notification_flags = 0x8100, table_event_type = 4,
      table_row_folder_id = 1, table_row_message_id = 2, table_row_instance = 3 }, 2 + 20 },
  } do
    it("of " .. case[1], function() assert.equal(case[3], notify(case[2])) end)
  end
end)

describe("RopLogon's response", function()
  local ids = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 }
  local guid <const> = "01234567-89ab-cdef-0123-456789abcdef"

  it("is that of a mailbox or of public folders, as its flags say", function()
    local mailbox = { handle_index = 0, return_value = 0, logon_flags = 1, folder_ids = ids,
      response_flags = 7, mailbox_guid = guid, repl_id = 5, repl_guid = guid,
      logon_time = { seconds = 1, minutes = 2, hour = 3, day_of_week = 4, day = 5, month = 6,
        year = 2026 }, gwart_time = -1, store_state = 0 }
    local public = { handle_index = 0, return_value = 0, logon_flags = 0, folder_ids = ids,
      repl_id = 5, repl_guid = guid, per_user_guid = guid }
    for size, fields in pairs { [160 + 6] = mailbox, [1 + 104 + 2 + 32 + 6] = public } do
      local bytes = assert(wire.encode_rop("response", "logon", fields))
      assert.equal(size, #bytes)
      assert.same(fields, without(wire.decode_rop("response", bytes), { "rop" }))
    end
  end)
end)

describe("the context", function()
  it("says whether the logon is to a mailbox", function()
    local fields = { logon_id = 0, response_handle_index = 0, input_handle_index = 1,
      read_flags = 1 }
    local private = assert(wire.encode_rop("request", "set_message_read_flag", fields))
    assert.equal(5, #private)
    fields.client_data = ("x"):rep(24)
    local public = { private = false }
    local bytes = assert(wire.encode_rop("request", "set_message_read_flag", fields, public))
    assert.equal(29, #bytes)
    assert.equal(fields.client_data,
      wire.decode_rop("request", bytes, 1, public).client_data)
    assert.is_nil((wire.encode_rop("request", "set_message_read_flag", fields)))
  end)

  it("must have the columns of rows", function()
    local rows = unhex "15 00 00 00 00 00 02 01 00 00 41 00 00 00 07 00 00 00"
    local fields, err = wire.decode_rop("response", rows)
    assert.is_nil(fields)
    assert.equal("query_rows.row_data[0] @ 0x9: the columns are not known", err.message)
    local _, wrong = wire.encode_rop("response", "query_rows", { handle_index = 0,
      return_value = 0, origin = 0, row_data = { {} } })
    assert.equal("invalid", wrong.kind)
    -- no rows need none
    assert(wire.encode_rop("response", "query_rows", { handle_index = 0,
      return_value = 0, origin = 0, row_data = {} }))
  end)

  it("lays out recipients by the columns in the same message", function()
    local fields = { logon_id = 0, input_handle_index = 0, recipient_columns = { 0x3001001f },
      recipient_rows = {
        { row_id = 0, recipient_type = 1, recipient_row = { type = "smtp",
          email_address = "a@b.test", display_name = "A",
          properties = { [0x3001001f] = "Anna" } } },
        { row_id = 1, recipient_type = 2 } } }
    local bytes = assert(wire.encode_rop("request", "modify_recipients", fields))
    local got = assert(wire.decode_rop("request", bytes))
    assert.equal("Anna", got.recipient_rows[1].recipient_row.properties[0x3001001f])
    assert.is_nil(got.recipient_rows[2].recipient_row)
    assert.equal(bytes, wire.encode_rop("request", "modify_recipients", got))
  end)
end)

describe("every ROP", function()
  local contexts = { { columns = { 0x0037001f, 0x0e080003, 0x67480014 }, private = true },
    { columns = { 0x00000000 }, private = false } }

  local function each(seeds, fn)
    for seed = 1, seeds do
      for _, ctx in ipairs(contexts) do
        for _, rop in ipairs(wire.rops()) do
          for _, dir in ipairs { "request", "response" } do
            if rop[dir] then
              fn(rop, dir, assert(wire.random_rop(dir, rop.name, seed, ctx)), ctx)
            end
          end
        end
      end
    end
  end

  it("survives being read, written and read again", function()
    each(25, function(rop, dir, bytes, ctx)
      local fields, after = wire.decode_rop(dir, bytes, 1, ctx)
      assert(fields, fields == nil and after.message)
      assert.equal(#bytes + 1, after)
      local name = dir == "response" and rop.response_id ~= rop.id and rop.name or fields.rop
      local again = assert(wire.encode_rop(dir, name, fields, ctx))
      assert.same(fields, (wire.decode_rop(dir, again, 1, ctx)))
      assert.equal(again, wire.encode_rop(dir, name, fields, ctx))
    end)
  end)

  it("is refused when cut anywhere", function()
    each(4, function(rop, dir, bytes, ctx)
      local shortest = rop.name == "buffer_too_small" and 3 or #bytes
      for n = 0, shortest - 1 do
        local fields, err = wire.decode_rop(dir, bytes:sub(1, n), 1, ctx)
        assert.is_nil(fields, rop.name)
        assert.equal("protocol", err.kind)
      end
    end)
  end)

  it("is printed on one line that begins with its name", function()
    each(2, function(rop, dir, bytes, ctx)
      local text, after = wire.print_rop(dir, bytes, 1, ctx)
      assert.equal(#bytes + 1, after)
      assert.is_nil(text:find "\n")
      if rop.response_id == rop.id then
        assert.equal(rop.name, text:match "^[%l_]+")
      end
    end)
  end)

  it("stands among others", function()
    local bytes = ""
    for _, rop in ipairs(wire.rops()) do
      if rop.request then bytes = bytes .. assert(wire.random_rop("request", rop.name, 9)) end
    end
    local at = 1
    for _, rop in ipairs(wire.rops()) do
      if rop.request then
        local fields
        fields, at = wire.decode_rop("request", bytes, at)
        assert.equal(rop.name, fields.rop)
      end
    end
    assert.equal(#bytes + 1, at)
  end)
end)

describe("the fields of a ROP", function()
  it("are told with their kinds, in the order of the wire", function()
    local texts = {}
    for _, f in ipairs(wire.rop_fields("response", "open_folder")) do
      texts[#texts + 1] = ("%s %s%s%s"):format(f.name, f.kind, f.list and "[]" or "",
        f.sometimes and "?" or "")
    end
    assert.equal("handle_index u8, return_value code, has_rules bool8?, is_ghosted bool8?, "
      .. "server_count u16?, cheap_server_count u16?, servers astr[]?", table.concat(texts, ", "))
    texts = {}
    for _, f in ipairs(wire.rop_fields("request", "set_columns")) do
      texts[#texts + 1] = f.name .. (f.sometimes and "?" or "")
    end
    assert.equal("logon_id input_handle_index set_columns_flags property_tag_count property_tags",
      table.concat(texts, " "))
  end)
end)

describe("what is no ROP", function()
  it("is refused", function()
    for _, case in ipairs { { "request", "\0" }, { "request", "\x28abc" }, { "request", "" },
      { "request", "\x2a\0\0\0\0\0\0\0" }, { "response", "\x01\0\0" } } do
      local fields, err = wire.decode_rop(case[1], case[2])
      assert.is_nil(fields)
      assert.equal("protocol", err.kind)
    end
  end)

  it("is a mistake of the caller when it is a name or a direction", function()
    assert.error_matches(function() wire.encode_rop("request", "open_foldr", {}) end,
      "no ROP is called 'open_foldr'")
    assert.error_matches(function() wire.encode_rop("request", "notify", {}) end,
      "notify has no request")
    assert.error_matches(function() wire.decode_rop("sideways", "") end, "invalid option")
    assert.error_matches(function() wire.decode_rop("request", "", 3) end, "out of range")
  end)
end)
