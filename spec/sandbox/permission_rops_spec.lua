local client = require "sandbox.client"
local ids = require "satchel.sandbox.ids"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA, BOB = "anna@example.test", "bob@example.test"
local READER, AUTHOR, EDITOR, OWNER = 0x401, 0x41b, 0x47b, 0x7fb

describe("permissions", function()
  local box, anna, bob, f, folder, message_id
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret", [BOB] = "secret" } }
    box:seed { [ANNA] = { ["Inbox/shared"] = { "one" } } }
    anna, bob = client.new(box, ANNA), client.new(box, BOB)
    folder = box.users:find(ANNA).store.roles.inbox:child "shared"
    message_id = folder.normal:all()[1].id
    f = anna:must("open_folder", anna.logon, { folder_id = folder.id, open_mode_flags = 0 })
  end)

  local function members()
    local t = anna:must("get_permissions_table", f, { table_flags = 0 })
    return anna:rows(t, { T.MemberId, T.MemberName, T.MemberRights })
  end

  local function grant(rights)
    anna:must("modify_permissions", f, { modify_flags = 0, permissions_data = { {
      permission_data_flags = 1, property_values = {
        { tag = T.EntryId, value = ids.address_book_entry_id(bob.user_dn) },
        { tag = T.MemberRights, value = rights } } } } })
    local reply = bob:log_on(anna.user_dn, 1)
    assert.are.equal(0, reply.return_value)
    return reply
  end

  local function open_shared()
    return bob:call("open_folder", bob.logon, { folder_id = folder.id, open_mode_flags = 0 })
  end

  it("let nobody else into a mailbox", function()
    assert.are.equal(0x3f2, bob:log_on(anna.user_dn, 1).return_value)
    assert.are.equal(0x3eb, bob:log_on("/o=nobody", 1).return_value)
  end)

  it("are listed, added, changed and removed", function()
    assert.are.equal(2, #members())
    grant(READER)
    local member = members()[3]
    assert.are.same({ "Bob", READER }, { member[T.MemberName], member[T.MemberRights] })
    local function modify(what, ...)
      return anna:call("modify_permissions", f, { modify_flags = 0, permissions_data = { {
        permission_data_flags = what, property_values = { ... } } } }).return_value
    end
    local id = { tag = T.MemberId, value = member[T.MemberId] }
    assert.are.equal(0, modify(2, id, { tag = T.MemberRights, value = EDITOR }))
    assert.are.equal(EDITOR, members()[3][T.MemberRights])
    assert.are.equal(0, modify(4, id))
    assert.are.equal(2, #members())
    assert.are.equal(0x8004010f, modify(4, id))
    assert.are.equal(0x3f2, bob:log_on(anna.user_dn, 1).return_value)
  end)

  it("of a reader: reads, no more", function()
    local logon = grant(READER)
    assert.are.equal(0, logon.response_flags & 2)
    assert.are.equal(0x8004010f, bob:call("open_folder", bob.logon,
      { folder_id = bob.folders[client.ROLES.inbox], open_mode_flags = 0 }).return_value)
    local _, h = open_shared()
    local t = bob:must("get_contents_table", h, { table_flags = 0 })
    assert.are.equal(1, #bob:rows(t, { T.Mid }))
    local function open(mode)
      return bob:call("open_message", bob.logon, { code_page_id = 0xfff, folder_id = folder.id,
        open_mode_flags = mode, message_id = message_id })
    end
    assert.are.equal(0, open(0).return_value)
    assert.are.equal(0x80070005, open(1).return_value)
    local _, best = open(3)
    assert.are.equal(0, bob:must("get_properties_specific", best, { property_size_limit = 0,
      want_unicode = true, property_tags = { T.AccessLevel } }).row_data[T.AccessLevel])
    assert.are.equal(0x80070005, bob:call("create_message", bob.logon, { code_page_id = 0xfff,
      folder_id = folder.id, associated_flag = false }).return_value)
    local reply = bob:call("delete_messages", h,
      { want_asynchronous = false, notify_non_read = false, message_ids = { message_id } })
    assert.are.same({ 0x80070005, true }, { reply.return_value, reply.partial_completion })
    assert.are.equal(0x80070005, bob:call("set_properties", h,
      { property_values = { { tag = T.Comment, value = "x" } } }).return_value)
    assert.are.equal(0x80070005, bob:call("modify_permissions", h,
      { modify_flags = 0, permissions_data = {} }).return_value)
    local p = bob:must("get_properties_specific", h, { property_size_limit = 0,
      want_unicode = true, property_tags = { T.Access, T.Rights } }).row_data
    assert.are.same({ [T.Access] = 2, [T.Rights] = READER }, p)
  end)

  it("of an author: adds, and changes or deletes what is their own", function()
    grant(AUTHOR)
    open_shared()
    local m = bob:must("create_message", bob.logon, { code_page_id = 0xfff,
      folder_id = folder.id, associated_flag = false })
    local own = bob:must("save_changes_message", m, { save_flags = 2 }).message_id
    assert.are.equal(2, folder.normal.count)
    local function open(id)
      return bob:call("open_message", bob.logon, { code_page_id = 0xfff, folder_id = folder.id,
        open_mode_flags = 1, message_id = id }).return_value
    end
    assert.are.same({ 0, 0x80070005 }, { open(own), open(message_id) })
    local _, h = open_shared()
    local reply = bob:must("delete_messages", h, { want_asynchronous = false,
      notify_non_read = false, message_ids = { own, message_id } })
    assert.is_true(reply.partial_completion)
    assert.are.equal(message_id, folder.normal:all()[1].id)
    assert.are.equal(1, folder.normal.count)
  end)

  it("of an owner: everything", function()
    grant(OWNER)
    local _, h = open_shared()
    bob:must("set_properties", h, { property_values = { { tag = T.Comment, value = "x" } } })
    bob:must("create_folder", h, { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "mine", comment = "" })
    assert.is_not_nil(folder:child "mine")
  end)

  it("are passed on to folders made below", function()
    grant(READER)
    anna:must("create_folder", f, { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "below", comment = "" })
    local below = folder:child "below"
    assert.are.equal(0, bob:call("open_folder", bob.logon,
      { folder_id = below.id, open_mode_flags = 0 }).return_value)
  end)
end)
