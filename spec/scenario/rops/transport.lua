-- Sending: [MS-OXOMSG].

local tag = require("satchel.core").names.tag

local MID <const> = tag "PidTagMid"
local SUBJECT <const> = tag "PidTagSubject"
local HOURS <const> = 1

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local receiver

  setup(function() receiver = world.peer.connect(2) end)
  teardown(function() receiver:close() end)

  local function outbox()
    return world.mapi.logon.reply.folder_ids[6]
  end

  local function message(subject, more)
    local made = world.ok("create_message", { code_page_id = 0x0fff, folder_id = outbox(),
      associated_flag = false })
    local values = { { tag = SUBJECT, value = subject },
      { tag = tag "PidTagMessageClass", value = "IPM.Note" },
      { tag = tag "PidTagBody", value = "text" },
      { tag = tag "PidTagDeleteAfterSubmit", value = true } }
    table.move(more or {}, 1, #(more or {}), #values + 1, values)
    world.ok("set_properties", { property_values = values }, made)
    world.ok("modify_recipients", { recipient_columns = {}, recipient_rows = { {
      row_id = 0, recipient_type = 1, recipient_row = { type = "smtp",
        email_address = world.peer.user(2), display_name = "User 2" } } } }, made)
    made.id = world.ok("save_changes_message", { save_flags = 0x0a }, made).message_id
    return made
  end

  -- waits for a message in the receiver's inbox and removes it
  local function arrives(subject)
    local call = world.book:caller(receiver.mapi)
    local inbox = call.ok("open_folder", { open_mode_flags = 0,
      folder_id = receiver.mapi.logon.reply.folder_ids[5] })
    local tab = call.ok("get_contents_table", { table_flags = 0 }, inbox)
    call.ok("set_columns", { set_columns_flags = 0, property_tags = { MID, SUBJECT } }, tab)
    call.ok("restrict", { restrict_flags = 0, restriction_data = { type = "property",
      relop = "eq", tag = SUBJECT, value = { tag = SUBJECT, value = subject } } }, tab)
    for _ = 1, 50 do
      local row = call.ok("query_rows", { query_rows_flags = 1, forward_read = true,
        row_count = 1 }, tab).row_data[1]
      if row then
        call.ok("hard_delete_messages", { want_asynchronous = false, notify_non_read = false,
          message_ids = { row[MID] } }, inbox)
        return row[SUBJECT]
      end
      world.wait(0.2)
    end
  end

  it("says where and how it sends", function()
    assert.equal(outbox(), world.ok("get_transport_folder", {}).folder_id)
    local types = world.ok("get_address_types", {}).address_types
    assert.same({ "SMTP", "EX" }, types)
    local data = world.ok("options_data", { address_type = "SMTP", want_win32 = 0 })
    assert.is_string(data.options_info)
    assert.equal("", data.help_file)
  end)

  it("submits a message", function()
    local sent = message "satchel rop submitted"
    world.ok("submit_message", { submit_flags = 0 }, sent)
    assert.equal("satchel rop submitted", arrives "satchel rop submitted")
  end)

  it("aborts what waits to be sent", function()
    local late = message("satchel rop aborted", {
      { tag = tag "PidTagDeferredSendNumber", value = 2 },
      { tag = tag "PidTagDeferredSendUnits", value = HOURS } })
    world.refused("NotInQueue", "MAPI_E_NOT_IN_QUEUE", "abort_submit",
      { folder_id = outbox(), message_id = late.id })
    world.ok("submit_message", { submit_flags = 0 }, late)
    world.ok("abort_submit", { folder_id = outbox(), message_id = late.id })
    local folder = world.ok("open_folder", { folder_id = outbox(), open_mode_flags = 0 })
    world.ok("hard_delete_messages", { want_asynchronous = false, notify_non_read = false,
      message_ids = { late.id } }, folder)
    world.refused("NotFound", "[MS-OXCDATA] 2.4", "abort_submit",
      { folder_id = outbox(), message_id = late.id })
  end)

  it("sends as a spooler does", function()
    world.ok("set_spooler", {})
    local spooled = message "satchel rop spooled"
    world.ok("spooler_lock_message", { message_id = spooled.id, lock_state = 0 })
    local reply = world.ok("transport_send", {}, spooled)
    assert.is_false(reply.no_properties_returned)
    local values = {}
    for _, p in ipairs(reply.property_values) do values[p.tag] = p.value end
    assert.is_string(values[tag "PidTagSenderName"])
    assert.equal("satchel rop spooled", arrives "satchel rop spooled")
    world.refused("NotInQueue", "MAPI_E_NOT_IN_QUEUE", "spooler_lock_message",
      { message_id = spooled.id, lock_state = 2 })
  end)

  it("tells of new mail", function()
    world.ok("transport_new_mail", { message_id = 1, folder_id = world.top_id,
      message_class = "IPM.Note", message_flags = 0 })
  end)

  it("refuses what is no message", function()
    world.refused("NotSupported", "[MS-OXCDATA] 2.4", "submit_message",
      { submit_flags = 0 }, world.folder)
    world.refused("NotSupported", "[MS-OXCDATA] 2.4", "transport_send", {}, world.folder)
  end)
end
