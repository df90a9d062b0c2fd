-- A message's life: [MS-OXCMSG], and [MS-OXCFOLD] where it moves and goes.

local tag = require("satchel.core").names.tag

local SUBJECT <const>, BODY <const> = tag "PidTagSubject", tag "PidTagBody"
local FLAGS <const> = tag "PidTagMessageFlags"
local READ <const> = 1

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local made, id, other

  setup(function()
    other = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "other", comment = "" }, world.folder)
  end)

  local function create(subject)
    local message = world.ok("create_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, associated_flag = false }, world.folder)
    world.ok("set_properties", { property_values = {
      { tag = SUBJECT, value = subject }, { tag = BODY, value = "text" } } }, message)
    return message
  end

  local function save(message)
    return world.ok("save_changes_message", { save_flags = 0x0a }, message).message_id
  end

  local function recipient(row_id, kind, address, name)
    return { row_id = row_id, recipient_type = kind,
      recipient_row = { type = "smtp", email_address = address, display_name = name } }
  end

  local function count(folder)
    return world.ok("get_contents_table", { table_flags = 0 }, folder).row_count
  end

  local function flags()
    local message = world.ok("open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 0, message_id = id })
    return world.ok("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { FLAGS } }, message).row_data[FLAGS]
  end

  it("is made with recipients and saved", function()
    made = create "RE: Grüße"
    world.ok("modify_recipients", { recipient_columns = { tag "PidTagObjectType" },
      recipient_rows = { recipient(0, 1, "bob@example.test", "Bob"),
        recipient(1, 2, "carol@example.test", "Carol") } }, made)
    local rows = world.ok("read_recipients", { row_id = 0 }, made).recipient_rows
    assert.equal(2, #rows)
    assert.same({ 1, 2 }, { rows[1].recipient_type, rows[2].recipient_type })
    assert.equal("Carol", rows[2].recipient_row.display_name)
    id = save(made)
    assert.equal(1, count(world.folder))
    world.refused("NotFound", "[MS-OXCMSG] 3.2.5.6", "read_recipients", { row_id = 9 }, made)
  end)

  it("is opened and read again", function()
    local message = world.ok("open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 1, message_id = id })
    assert.equal("RE: ", message.subject_prefix)
    assert.equal("Grüße", message.normalized_subject)
    assert.equal(2, message.recipient_count)
    local rows = message.recipient_rows
    assert.equal("bob@example.test", rows[1].recipient_row.email_address)
    local again = world.ok("reload_cached_information", {}, message)
    assert.equal("Grüße", again.normalized_subject)
    assert.same(message.recipient_columns, again.recipient_columns)
    assert.equal(2, #again.recipient_rows)
    world.refused("NotFound", "[MS-OXCMSG] 3.2.5.1", "open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 0, message_id = id + (1 << 56) })
  end)

  it("loses its recipients", function()
    world.ok("remove_all_recipients", {}, made)
    save(made)
    assert.equal(0, world.ok("reload_cached_information", {}, made).recipient_count)
  end)

  it("is marked as read and unread", function()
    assert.equal(READ, flags() & READ)
    world.ok("set_read_flags", { want_asynchronous = false, read_flags = 4,
      message_ids = { id } }, world.folder)
    assert.equal(0, flags() & READ)
    local message = world.ok("open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 1, message_id = id })
    local reply = world.ok("set_message_read_flag", { read_flags = 0 }, message)
    assert.is_boolean(reply.read_status_changed)
    assert.equal(READ, flags() & READ)
  end)

  it("has a status", function()
    local old = world.ok("get_message_status", { message_id = id }, world.folder)
      .message_status_flags
    world.ok("set_message_status", { message_id = id, message_status_flags = 2,
      message_status_mask = 2 }, world.folder)
    assert.equal(old | 2, world.ok("get_message_status", { message_id = id }, world.folder)
      .message_status_flags)
  end)

  it("is copied and moved", function()
    local function move(copy)
      local reply = world.ok("move_copy_messages", { message_ids = { id },
        want_asynchronous = false, want_copy = copy }, world.folder, { to = other })
      assert.is_false(reply.partial_completion)
    end
    move(true)
    assert.same({ 1, 1 }, { count(world.folder), count(other) })
    move(false)
    assert.same({ 0, 2 }, { count(world.folder), count(other) })
  end)

  it("is deleted, softly and hard", function()
    local one, two = save(create "one"), save(create "two")
    assert.is_false(world.ok("delete_messages", { want_asynchronous = false,
      notify_non_read = false, message_ids = { one } }, world.folder).partial_completion)
    assert.is_false(world.ok("hard_delete_messages", { want_asynchronous = false,
      notify_non_read = true, message_ids = { two } }, world.folder).partial_completion)
    assert.equal(0, count(world.folder))
    world.refused("NotSupported", "[MS-OXCFOLD] 3.2.5.12", "hard_delete_messages",
      { want_asynchronous = false, notify_non_read = false, message_ids = { two } })
  end)
end
