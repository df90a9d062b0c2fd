-- The store of public folders: [MS-OXCSTOR] 3.2.5.1.3.

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local store

  setup(function()
    store = world.ok("logon", { logon_flags = 0, open_flags = 0x01000006, store_state = 0 },
      nil, { logon_id = 100 })
  end)

  teardown(function() world.mapi:rop("release", {}, store) end)

  it("has folders of its own", function()
    assert.equal(13, #store.folder_ids)
    assert.is_nil(store.mailbox_guid)
    assert.equal(36, #store.per_user_guid)
    local tree = world.ok("open_folder", { folder_id = store.folder_ids[2],
      open_mode_flags = 0 }, store)
    local tab = world.ok("get_hierarchy_table", { table_flags = 0 }, tree)
    assert.is_true(tab.row_count >= 0)
  end)

  it("names the server of a folder", function()
    local reply = world.ok("get_owning_servers", { folder_id = store.folder_ids[2] }, store)
    assert.equal(1, #reply.owning_servers)
    assert.truthy(reply.owning_servers[1]:find "^/o=")
    assert.is_false(world.ok("public_folder_is_ghosted",
      { folder_id = store.folder_ids[2] }, store).is_ghosted)
  end)

  it("takes what one user has read", function()
    local long = world.ok("long_term_id_from_id", { object_id = store.folder_ids[2] },
      store).long_term_id
    world.ok("write_per_user_information", { folder_id = long, has_finished = true,
      data_offset = 0, data = "" }, store)
    assert.is_true(world.ok("read_per_user_information", { folder_id = long,
      data_offset = 0, max_data_size = 512 }, store).has_finished)
  end)

  it("receives no mail", function()
    world.refused("NotSupported", "[MS-OXCSTOR] 3.2.5.2", "get_receive_folder",
      { message_class = "IPM.Note" }, store)
    world.refused("NotSupported", "[MS-OXCSTOR] 3.2.5.4", "get_receive_folder_table", {}, store)
    world.refused("NotSupported", "[MS-OXCDATA] 2.4", "get_transport_folder", {}, store)
    world.refused("NotSupported", "[MS-OXCSTOR] 3.2.5.10", "get_per_user_long_term_ids",
      { database_guid = store.repl_guid }, store)
  end)
end
