-- Incremental change synchronization: [MS-OXCFXICS] 2.2.3.2.

local core = require "satchel.core"

local tag = core.names.tag

local SUBJECT <const>, FLAGS <const> = tag "PidTagSubject", tag "PidTagMessageFlags"
local SOURCE_KEY <const>, CHANGE_KEY <const> = tag "PidTagSourceKey", tag "PidTagChangeKey"
local PCL <const> = tag "PidTagPredecessorChangeList"
local MODIFIED <const> = tag "PidTagLastModificationTime"
-- [MS-OXCFXICS] 2.2.1.1: the state
local GIVEN <const>, SEEN <const> = 0x40170003, 0x67960102
local SEEN_FAI <const>, READ <const> = 0x67da0102, 0x67d20102
-- 2.2.4.1.4: markers
local CHANGE <const>, END <const> = 0x40120003, 0x40140003
local STATE_BEGIN <const>, STATE_END <const> = 0x403a0003, 0x403b0003
local CONTENTS <const>, HIERARCHY <const> = 1, 2
local DONE <const> = 3
-- a replica of our own: what is imported was changed there
local OURS <const> = "\x5a\x7c\x3e\x10\x91\xd4\x4b\x62\x8f\x0e\x2d\x6b\x8a\x41\xc7\xf5"
local NOON <const> = 0x01dc5b9b5e5a8000

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local folder, collector, imported, changes, next_id = nil, nil, nil, 0, nil

  setup(function()
    folder = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "synchronized", comment = "" }, world.folder)
    local message = world.ok("create_message", { code_page_id = 0x0fff,
      folder_id = folder.folder_id, associated_flag = false }, folder)
    world.ok("set_properties", { property_values = {
      { tag = SUBJECT, value = "here before" } } }, message)
    world.ok("save_changes_message", { save_flags = 0 }, message)
    local ids = world.ok("get_local_replica_ids", { id_count = 16 })
    local first = (">I6"):unpack(ids.global_count)
    next_id = function()
      first = first + 1
      return core.text.guid_bytes(ids.repl_guid) .. (">I6"):pack(first - 1)
    end
  end)

  -- the key and the predecessors of a change made here
  local function change()
    changes = changes + 1
    local key = OURS .. (">I4"):pack(changes)
    return key, string.char(#key) .. key
  end

  local function source_key(id)
    local long = world.ok("long_term_id_from_id", { object_id = id }).long_term_id
    return core.text.guid_bytes(long.database_guid) .. long.global_counter
  end

  local function configure(kind)
    return world.ok("synchronization_configure", { synchronization_type = kind,
      send_options = 1, synchronization_flags = kind == CONTENTS and 0x0020 or 0,
      synchronization_extra_flags = 1, property_tags = {} }, folder)
  end

  local function download(source)
    local reply = world.ok("fast_transfer_source_get_buffer", { buffer_size = 0xbabe,
      maximum_buffer_size = 30000 }, source)
    assert.equal(DONE, reply.transfer_status)
    return reply.transfer_buffer
  end

  local function count(data, marker)
    return select(2, data:gsub((("<I4"):pack(marker):gsub("%p", "%%%0")), ""))
  end

  -- the state within what was downloaded, by tag
  local function state_of(data)
    local at = data:find(("<I4"):pack(STATE_BEGIN), 1, true) + 4
    local state = {}
    while true do
      local property
      property, at = ("<I4"):unpack(data, at)
      if property == STATE_END then return state end
      state[property], at = ("<s4"):unpack(data, at)
    end
  end

  local function upload_state(object, state)
    for _, property in ipairs { GIVEN, SEEN, SEEN_FAI, READ } do
      local data = state[property]
      if data then
        world.ok("synchronization_upload_state_stream_begin", { state_property = property,
          transfer_buffer_size = #data }, object)
        world.ok("synchronization_upload_state_stream_continue", { stream_data = data }, object)
        world.ok("synchronization_upload_state_stream_end", {}, object)
      end
    end
  end

  local state

  it("gives what is new, and nothing where nothing is", function()
    local source = configure(CONTENTS)
    upload_state(source, { [SEEN] = "" })
    local data = download(source)
    assert.equal(1, count(data, CHANGE))
    assert.equal(1, count(data, END))
    state = state_of(data)
    assert.truthy(state[SEEN])
    local again = configure(CONTENTS)
    upload_state(again, state)
    assert.equal(0, count(download(again), CHANGE))
    world.refused("InvalidParameter", "[MS-OXCFXICS] 3.2.5.9.1.1", "synchronization_configure",
      { synchronization_type = 4, send_options = 1, synchronization_flags = 0,
        synchronization_extra_flags = 0, property_tags = {} }, folder)
  end)

  it("takes a new message", function()
    collector = world.ok("synchronization_open_collector", { is_contents_collector = true },
      folder)
    upload_state(collector, state)
    imported = next_id()
    local key, predecessors = change()
    local message = world.ok("synchronization_import_message_change", { import_flag = 0,
      property_values = { { tag = SOURCE_KEY, value = imported },
        { tag = MODIFIED, value = NOON }, { tag = CHANGE_KEY, value = key },
        { tag = PCL, value = predecessors } } }, collector)
    world.ok("set_properties", { property_values = { { tag = SUBJECT, value = "imported" } } },
      message)
    world.ok("save_changes_message", { save_flags = 0x0a }, message)
    assert.equal(2, world.ok("get_contents_table", { table_flags = 0 }, folder).row_count)
  end)

  it("tells what it knows now", function()
    local transfer = world.ok("synchronization_get_transfer_state", {}, collector)
    local after = state_of(download(transfer))
    assert.truthy(after[SEEN])
    assert.are_not.equal(state[SEEN], after[SEEN])
    state = after
  end)

  local function rows(columns, on)
    local tab = world.ok("get_contents_table", { table_flags = 0 }, on)
    world.ok("set_columns", { set_columns_flags = 0, property_tags = columns }, tab)
    return world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 50 }, tab).row_data
  end

  it("takes what was read", function()
    local function is_read()
      for _, row in ipairs(rows({ SUBJECT, FLAGS }, folder)) do
        if row[SUBJECT] == "imported" then return row[FLAGS] & 1 == 1 end
      end
    end
    for _, read in ipairs { false, true } do
      world.ok("synchronization_import_read_state_changes", { message_read_states = {
        { message_id = imported, mark_as_read = read } } }, collector)
      assert.equal(read, is_read())
    end
  end)

  it("takes a folder", function()
    local hierarchy = world.ok("synchronization_open_collector",
      { is_contents_collector = false }, folder)
    local key, predecessors = change()
    local made = next_id()
    local fields = { hierarchy_values = { { tag = tag "PidTagParentSourceKey", value = "" },
      { tag = SOURCE_KEY, value = made }, { tag = MODIFIED, value = NOON },
      { tag = CHANGE_KEY, value = key }, { tag = PCL, value = predecessors },
      { tag = tag "PidTagDisplayName", value = "imported" } }, property_values = {} }
    world.ok("synchronization_import_hierarchy_change", fields, hierarchy)
    assert.equal(1, world.ok("get_hierarchy_table", { table_flags = 0 }, folder).row_count)
    world.ok("synchronization_import_deletes", { import_delete_flags = 3,
      property_values = { { tag = 0x00001102, value = { made } } } }, hierarchy)
    local source = configure(HIERARCHY)
    assert.equal(0, count(download(source), CHANGE))
  end)

  it("takes a move", function()
    local target = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "synchronized too", comment = "" }, world.folder)
    local into = world.ok("synchronization_open_collector", { is_contents_collector = true },
      target)
    local key, predecessors = change()
    local moved = next_id()
    local reply = world.run("synchronization_import_message_move", {
      source_folder_id = source_key(folder.folder_id), source_message_id = imported,
      predecessor_change_list = predecessors, destination_message_id = moved,
      change_number = key }, into)
    -- [MS-OXCFXICS] 2.2.3.2.4.4.2: the server's is the older one
    assert.is_true(reply.return_value == 0 or reply.return_value == 0x00040821)
    world.book:note "synchronization_import_message_move"
    assert.equal("imported", rows({ SUBJECT }, target)[1][SUBJECT])
    assert.equal(1, #rows({ SUBJECT }, folder))
    world.refused("SyncObjectDeleted", "[MS-OXCDATA] 2.4",
      "synchronization_import_message_move", {
        source_folder_id = source_key(folder.folder_id), source_message_id = imported,
        predecessor_change_list = predecessors, destination_message_id = next_id(),
        change_number = key }, into)
    world.ok("synchronization_import_deletes", { import_delete_flags = 2,
      property_values = { { tag = 0x00001102, value = { moved } } } }, into)
    assert.same({}, rows({ SUBJECT }, target))
  end)
end
