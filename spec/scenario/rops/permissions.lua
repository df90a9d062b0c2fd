-- Permissions, and what another user may do with them: [MS-OXCPERM].

local tag = require("satchel.core").names.tag

local MEMBER <const>, NAME <const> = tag "PidTagMemberId", tag "PidTagMemberName"
local RIGHTS <const>, ENTRY_ID <const> = tag "PidTagMemberRights", tag "PidTagEntryId"
local SUBJECT <const> = tag "PidTagSubject"
local ADD <const>, MODIFY <const>, REMOVE <const> = 1, 2, 4
-- ReadAny, Create, EditOwned, DeleteOwned, FolderVisible
local AUTHOR <const>, REVIEWER <const> = 0x0000041b, 0x00000401

-- [MS-OXCDATA] 2.2.5.2
local function entry_id(dn)
  return "\0\0\0\0\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"
    .. ("<I4I4"):pack(1, 0) .. dn .. "\0"
end

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local guest, guest_dn, owner_dn, theirs, guest_call
  local store -- the owner's mailbox as the guest has it

  setup(function()
    guest = world.peer.connect(2)
    guest_dn, owner_dn = guest.mapi.logon.mailbox_dn, world.mapi.logon.mailbox_dn
    local message = world.ok("create_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, associated_flag = false }, world.folder)
    world.ok("set_properties", { property_values = { { tag = SUBJECT, value = "shared" } } },
      message)
    theirs = world.ok("save_changes_message", { save_flags = 0 }, message).message_id
    guest_call = world.book:caller(function() return guest.mapi end)
  end)

  teardown(function() guest:close() end)

  local function modify(flags, values)
    world.ok("modify_permissions", { modify_flags = 0, permissions_data = {
      { permission_data_flags = flags, property_values = values } } }, world.folder)
  end

  local function member(name)
    local tab = world.ok("get_permissions_table", { table_flags = 0 }, world.folder)
    world.ok("set_columns", { set_columns_flags = 0,
      property_tags = { MEMBER, NAME, RIGHTS, ENTRY_ID } }, tab)
    for _, row in ipairs(world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 50 }, tab).row_data) do
      if row[ENTRY_ID] and row[ENTRY_ID]:lower():find(name:lower(), 1, true) then return row end
    end
  end

  local function logon()
    return { logon_flags = 1, open_flags = 0x01000004, store_state = 0, essdn = owner_dn }
  end

  local function open()
    return { folder_id = world.top_id, open_mode_flags = 0 }
  end

  it("are needed to open another's mailbox", function()
    assert.is_nil(member(guest_dn))
    local closed = guest_call.run("logon", logon(), nil, { logon_id = 50 })
    if closed.return_value == 0 then -- some folder is open to all
      guest_call.refused("NotFound", "[MS-OXCFOLD] 3.2.5.1", "open_folder", open(), closed)
      guest.mapi:rop("release", {}, closed)
    end
    local fields = logon()
    fields.open_flags = 0x01000001
    guest_call.refused("LoginPermission", "[MS-OXCSTOR] 3.2.5.1.3", "logon", fields, nil,
      { logon_id = 50 })
  end)

  it("are given", function()
    modify(ADD, { { tag = ENTRY_ID, value = entry_id(guest_dn) },
      { tag = RIGHTS, value = AUTHOR } })
    local row = member(guest_dn)
    assert.equal(AUTHOR, row[RIGHTS] & AUTHOR)
    assert.is_string(row[NAME])
  end)

  it("let the other user in", function()
    store = guest_call.ok("logon", logon(), nil, { logon_id = 51 })
    assert.equal(0, store.response_flags & 2, "OwnerRight")
    local folder = guest_call.ok("open_folder", open(), store)
    local message = guest_call.ok("open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 3, message_id = theirs }, folder)
    assert.equal("shared", message.normalized_subject)
    guest_call.refused("NotFound", "[MS-OXCFOLD] 3.2.5.1", "open_folder",
      { folder_id = store.folder_ids[5], open_mode_flags = 0 }, store)
    local before = world.ok("get_contents_table", { table_flags = 0 }, world.folder).row_count
    local made = guest_call.ok("create_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, associated_flag = false }, folder)
    guest_call.ok("set_properties", { property_values = {
      { tag = SUBJECT, value = "from the guest" } } }, made)
    local id = guest_call.ok("save_changes_message", { save_flags = 0 }, made).message_id
    assert.equal(before + 1,
      world.ok("get_contents_table", { table_flags = 0 }, world.folder).row_count)
    assert.equal("from the guest", world.ok("open_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, open_mode_flags = 0, message_id = id }).normalized_subject)
  end)

  it("are changed", function()
    modify(MODIFY, { { tag = MEMBER, value = member(guest_dn)[MEMBER] },
      { tag = RIGHTS, value = REVIEWER } })
    assert.equal(REVIEWER, member(guest_dn)[RIGHTS] & AUTHOR)
    local folder = guest_call.ok("open_folder", open(), store)
    guest_call.refused("AccessDenied", "[MS-OXCMSG] 3.2.5.2", "create_message",
      { code_page_id = 0x0fff, folder_id = world.top_id, associated_flag = false }, folder)
    guest_call.refused("AccessDenied", "[MS-OXCPERM] 3.2.5.2", "modify_permissions",
      { modify_flags = 0, permissions_data = {} }, folder)
    guest_call.refused("AccessDenied", "[MS-OXCFOLD] 3.2.5.2", "create_folder",
      { folder_type = 1, use_unicode_strings = true, open_existing = false,
        display_name = "x", comment = "" }, folder)
    guest.mapi:rop("release", {}, store)
  end)

  it("are taken back", function()
    modify(REMOVE, { { tag = MEMBER, value = member(guest_dn)[MEMBER] } })
    assert.is_nil(member(guest_dn))
    local closed = guest_call.run("logon", logon(), nil, { logon_id = 52 })
    if closed.return_value == 0 then
      guest_call.refused("NotFound", "[MS-OXCFOLD] 3.2.5.1", "open_folder", open(), closed)
    end
  end)
end
