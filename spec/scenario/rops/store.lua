-- The mailbox itself: [MS-OXCSTOR] and the ids of [MS-OXCFXICS] 2.2.3.2.4.6-7.

local core = require "satchel.core"

local NO_GUID <const> = "00000000-0000-0000-0000-000000000000"

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local function logon_of_mapi() return world.mapi.logon end

  it("log on, once more on the same session", function()
    local reply = world.ok("logon", { logon_flags = 1, open_flags = 0x01000004,
      store_state = 0, essdn = logon_of_mapi().mailbox_dn }, nil, { logon_id = 99 })
    assert.equal(13, #reply.folder_ids)
    assert.same(logon_of_mapi().reply.folder_ids, reply.folder_ids)
    assert.equal(logon_of_mapi().reply.mailbox_guid, reply.mailbox_guid)
    assert.equal(2, reply.response_flags & 2, "OwnerRight")
    local inbox = world.ok("open_folder", { folder_id = reply.folder_ids[5],
      open_mode_flags = 0 }, reply)
    assert.is_boolean(inbox.has_rules)
    world.mapi:rop("release", {}, inbox)
    world.mapi:rop("release", {}, reply)
  end)

  it("refuse a logon without its flag, and of nobody", function()
    local fields = { logon_flags = 1, open_flags = 4, store_state = 0,
      essdn = logon_of_mapi().mailbox_dn }
    world.refused("InvalidParameter", "[MS-OXCSTOR] 3.2.5.1.1", "logon", fields, nil,
      { logon_id = 98 })
    fields.open_flags = 0x01000004
    fields.essdn = "/o=Nowhere/ou=None/cn=Recipients/cn=nobody"
    world.refused("UnknownUser", "[MS-OXCSTOR] 3.2.5.1.1", "logon", fields, nil,
      { logon_id = 98 })
  end)

  it("know where messages of a class arrive", function()
    local inbox = logon_of_mapi().reply.folder_ids[5]
    local reply = world.ok("get_receive_folder", { message_class = "IPM.Note" })
    assert.equal(inbox, reply.folder_id)
    world.ok("set_receive_folder", { folder_id = world.top_id,
      message_class = "IPM.Satchel" })
    reply = world.ok("get_receive_folder", { message_class = "IPM.Satchel.Test" })
    assert.equal(world.top_id, reply.folder_id)
    assert.equal("IPM.SATCHEL", reply.explicit_message_class:upper())
    local rows, found = world.ok("get_receive_folder_table", {}).rows, nil
    for _, row in ipairs(rows) do
      if row[core.names.tag "PidTagFolderId"] == world.top_id then found = row end
    end
    assert.equal("IPM.SATCHEL", found[0x001a001e]:upper())
    world.ok("set_receive_folder", { folder_id = 0, message_class = "IPM.Satchel" })
    reply = world.ok("get_receive_folder", { message_class = "IPM.Satchel" })
    assert.equal(inbox, reply.folder_id)
    world.refused("AccessDenied", "[MS-OXCSTOR] 3.2.5.3", "set_receive_folder",
      { folder_id = world.top_id, message_class = "IPM" })
    world.refused("NotSupported", "[MS-OXCSTOR] 3.2.5.2", "get_receive_folder",
      { message_class = "IPM" }, world.folder)
  end)

  it("have no state of the store", function()
    world.refused("NotImplemented", "[MS-OXCSTOR] 3.2.5.5", "get_store_state", {})
  end)

  it("turn ids into long ones and back", function()
    local long = world.ok("long_term_id_from_id", { object_id = world.top_id }).long_term_id
    assert.equal(6, #long.global_counter)
    assert.equal(world.top_id,
      world.ok("id_from_long_term_id", { long_term_id = long }).object_id)
    long.database_guid = NO_GUID
    world.refused("InvalidParameter", "[MS-OXCSTOR] 3.2.5.9", "id_from_long_term_id",
      { long_term_id = long })
  end)

  it("give out ids and take them back", function()
    local reply = world.ok("get_local_replica_ids", { id_count = 16 })
    assert.equal(36, #reply.repl_guid)
    local first = (">I6"):unpack(reply.global_count)
    world.replica = reply.repl_guid
    local function long(n)
      return { database_guid = reply.repl_guid, global_counter = (">I6"):pack(n) }
    end
    world.ok("set_local_replica_midset_deleted", { long_term_id_ranges = {
      { min_long_term_id = long(first), max_long_term_id = long(first + 3) } } }, world.folder)
  end)

  it("keep nothing per user of a mailbox", function()
    local long = world.ok("long_term_id_from_id", { object_id = world.top_id }).long_term_id
    local ids = world.ok("get_per_user_long_term_ids", { database_guid = long.database_guid })
    assert.same({}, ids.long_term_ids)
    world.refused("NotFound", "[MS-OXCSTOR] 3.2.5.11", "get_per_user_guid",
      { long_term_id = long })
    local read = world.ok("read_per_user_information", { folder_id = long, data_offset = 0,
      max_data_size = 0 })
    assert.is_true(read.has_finished)
    assert.equal("", read.data)
    world.ok("write_per_user_information", { folder_id = long, has_finished = true,
      data_offset = 0, data = "", repl_guid = long.database_guid })
  end)

  it("know no ghosts", function()
    assert.is_false(world.ok("public_folder_is_ghosted", { folder_id = world.top_id })
      .is_ghosted)
  end)
end
