-- A folder's life: [MS-OXCFOLD].

local tag = require("satchel.core").names.tag

local NAME <const> = tag "PidTagDisplayName"

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local first, second

  local function create(name, on, more)
    local fields = { folder_type = 1, use_unicode_strings = true, open_existing = false,
      display_name = name, comment = "a comment" }
    for k, v in pairs(more or {}) do fields[k] = v end
    return world.ok("create_folder", fields, on or world.folder)
  end

  -- names of a folder's subfolders, and of theirs
  local function names(folder)
    local tab = world.ok("get_hierarchy_table", { table_flags = 4 }, folder)
    world.ok("set_columns", { set_columns_flags = 0, property_tags = { NAME } }, tab)
    local list = {}
    for _, row in ipairs(world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 50 }, tab).row_data) do list[#list + 1] = row[NAME] end
    table.sort(list)
    return table.concat(list, " ")
  end

  it("are made, in Unicode and in 8-bit text", function()
    first = create "first"
    assert.is_false(first.is_existing_folder)
    second = create("second", nil, { use_unicode_strings = false })
    local inner = create("größer", first)
    assert.are_not.equal(first.folder_id, inner.folder_id)
    assert.equal("first größer second", names(world.folder))
    local again = create("first", nil, { open_existing = true })
    assert.equal(first.folder_id, again.folder_id)
    world.refused("CollidingNames", "[MS-OXCFOLD] 3.2.5.2", "create_folder",
      { folder_type = 1, use_unicode_strings = true, open_existing = false,
        display_name = "first", comment = "" }, world.folder)
    world.refused("InvalidParameter", "[MS-OXCFOLD] 3.2.5.2", "create_folder",
      { folder_type = 7, use_unicode_strings = true, open_existing = false,
        display_name = "of no type", comment = "" }, world.folder)
  end)

  it("are opened", function()
    local reply = world.ok("open_folder", { folder_id = first.folder_id, open_mode_flags = 0 })
    assert.is_false(reply.has_rules)
    assert.is_false(reply.is_ghosted)
    world.refused("NotFound", "[MS-OXCFOLD] 3.2.5.1", "open_folder",
      { folder_id = first.folder_id + (1 << 56), open_mode_flags = 0 })
  end)

  it("are renamed", function()
    local reply = world.ok("set_properties", { property_values = {
      { tag = NAME, value = "renamed" } } }, first)
    assert.same({}, reply.property_problems)
    assert.equal("größer renamed second", names(world.folder))
  end)

  it("are moved", function()
    local reply = world.ok("move_folder", { want_asynchronous = false, use_unicode = true,
      folder_id = second.folder_id, new_folder_name = "moved" }, world.folder, { to = first })
    assert.is_false(reply.partial_completion)
    assert.equal("größer moved renamed", names(world.folder))
    assert.equal("größer moved", names(first))
    world.refused("FolderCycle", "[MS-OXCDATA] 2.4", "move_folder",
      { want_asynchronous = false, use_unicode = true, folder_id = first.folder_id,
        new_folder_name = "x" }, world.folder, { to = second })
  end)

  it("are copied", function()
    local reply = world.ok("copy_folder", { want_asynchronous = false, want_recursive = true,
      use_unicode = true, folder_id = first.folder_id, new_folder_name = "copy" },
      world.folder, { to = world.folder })
    assert.is_false(reply.partial_completion)
    assert.equal("copy größer größer moved moved renamed", names(world.folder))
    world.refused("CollidingNames", "[MS-OXCDATA] 2.4", "copy_folder",
      { want_asynchronous = false, want_recursive = false, use_unicode = true,
        folder_id = first.folder_id, new_folder_name = "copy" },
      world.folder, { to = world.folder })
  end)

  it("are emptied and deleted", function()
    assert.is_false(world.ok("empty_folder", { want_asynchronous = false,
      want_delete_associated = false }, first).partial_completion)
    assert.equal("", names(first))
    create("again", first)
    assert.is_false(world.ok("hard_delete_messages_and_subfolders",
      { want_asynchronous = false, want_delete_associated = true }, first).partial_completion)
    assert.equal("", names(first))
    assert.is_false(world.ok("delete_folder", { delete_folder_flags = 0x15,
      folder_id = first.folder_id }, world.folder).partial_completion)
    assert.equal("copy größer moved", names(world.folder))
    world.ok("empty_folder", { want_asynchronous = false, want_delete_associated = false },
      world.folder)
    assert.equal("", names(world.folder))
    world.refused("AccessDenied", "[MS-OXCFOLD] 3.2.5.3", "delete_folder",
      { delete_folder_flags = 5, folder_id = world.mapi.logon.reply.folder_ids[5] },
      world.folder)
  end)
end
