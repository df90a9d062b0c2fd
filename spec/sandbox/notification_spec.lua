local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"
local wire = require("satchel.core").wire

local ANNA, BOB = "anna@example.test", "bob@example.test"
local NEW_MAIL, CREATED, DELETED, MODIFIED, MOVED, COPIED, SEARCH = 2, 4, 8, 16, 32, 64, 128
local ALL = NEW_MAIL | CREATED | DELETED | MODIFIED | MOVED | COPIED | SEARCH

describe("notifications", function()
  local box, c, store, inbox
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret", [BOB] = "secret" } }
    c = client.new(box, ANNA)
    store = box.users:find(ANNA).store
    inbox = store.roles.inbox
  end)

  local function subscribe(types, scope)
    local fields = { notification_types = types, want_whole_store = not scope }
    if scope then fields.folder_id, fields.message_id = scope[1], scope[2] or 0 end
    return c:must("register_notification", c.logon, fields)
  end

  local function told()
    local list = {}
    for i, n in ipairs(c:notices()) do
      list[i] = n.notification_data
      list[i].handle = n.notification_handle
    end
    return list
  end

  local function seed(subject, role)
    box:seed { [ANNA] = { [role or "Inbox"] = { { subject = subject, unread = true } } } }
    local list = store.roles[role and role:lower() or "inbox"].normal:all()
    return list[#list]
  end

  it("tell of messages that come, change and go", function()
    local h = subscribe(ALL)
    local m = seed "a"
    store:mark_read(m, true)
    local moved = store:move_message(m, store.roles.sent)
    store:copy_message(moved, inbox)
    store:delete_message(moved, true)
    local list = told()
    local kinds = {}
    for i, n in ipairs(list) do kinds[i] = n.notification_flags end
    assert.are.same({ 0x8004, 0x8010, 0x8020, 0x8040, 0x8008 }, kinds)
    assert.are.equal(h, list[1].handle)
    assert.are.same({ inbox.id, m.id }, { list[1].folder_id, list[1].message_id })
    assert.are.same({ store.roles.sent.id, moved.id, inbox.id, m.id }, { list[3].folder_id,
      list[3].message_id, list[3].old_folder_id, list[3].old_message_id })
    assert.are.same({}, told())
  end)

  it("tell of new mail with its class and flags", function()
    subscribe(NEW_MAIL)
    local bob = client.new(box, BOB)
    local m = bob:must("create_message", bob.logon, { code_page_id = 0xfff,
      folder_id = bob.folders[client.ROLES.outbox], associated_flag = false })
    bob:must("modify_recipients", m, { recipient_columns = {}, recipient_rows = { { row_id = 0,
      recipient_type = 1, recipient_row = { type = "smtp", email_address = ANNA,
        display_name = "Anna", properties = {} } } } })
    bob:must("submit_message", m, { submit_flags = 0 })
    local list = told()
    assert.are.equal(1, #list)
    assert.are.same({ 0x8002, "IPM.Note", 0 },
      { list[1].notification_flags, list[1].message_class, list[1].message_flags & 1 })
  end)

  it("tell of folders", function()
    subscribe(CREATED | DELETED | MOVED | MODIFIED)
    local f = store:create_folder(inbox, "x")
    store:move_folder(f, store.roles.sent, "y")
    store:delete_folder(f)
    local list = told()
    assert.are.same({ CREATED, f.id, inbox.id },
      { list[1].notification_flags, list[1].folder_id, list[1].parent_folder_id })
    assert.are.same({ MOVED, store.roles.sent.id, inbox.id }, { list[2].notification_flags,
      list[2].parent_folder_id, list[2].old_parent_folder_id })
    assert.are.equal(DELETED, list[3].notification_flags)
  end)

  it("keep to their folder, their message and their kinds", function()
    local m = seed "watched"
    subscribe(CREATED, { inbox.id })
    local of_message = subscribe(MODIFIED, { inbox.id, m.id })
    local other = seed("elsewhere", "Sent")
    local sister = seed "sister"
    store:mark_read(other, true)
    store:mark_read(sister, true)
    store:mark_read(m, true)
    local list = told()
    assert.are.same({ 2, sister.id, of_message },
      { #list, list[1].message_id, list[2].handle })
  end)

  it("end with the release of their handle", function()
    local h = subscribe(CREATED)
    seed "a"
    c:call("release", h)
    seed "b"
    assert.are.same({}, told())
    assert.are.same({}, store.subscribers)
  end)

  it("come with the answers to other ROPs, behind them", function()
    subscribe(CREATED)
    seed "a"
    c:call("get_receive_folder_table", c.logon, {})
    local first, position = wire.decode_rop("response", c.payloads[1].rops)
    local second = wire.decode_rop("response", c.payloads[1].rops, position)
    assert.are.same({ "get_receive_folder_table", "notify" }, { first.rop, second.rop })
  end)

  local function watched_table()
    local t = c:must("get_contents_table", c:open "inbox", { table_flags = 0 })
    c:must("sort_table", t, { sort_table_flags = 0, category_count = 0, expanded_count = 0,
      sort_orders = { { tag = T.Subject, order = "ascending" } } })
    c:rows(t, { T.Subject })
    return t
  end

  it("of a table tell which row, after which other, and what is in it", function()
    local a, d = seed "a", seed "d"
    local t = watched_table()
    local m = seed "c"
    store:mark_read(d, true)
    store:delete_message(a, true)
    local list = told()
    assert.are.same({ 3, 5, 4 }, { list[1].table_event_type, list[2].table_event_type,
      list[3].table_event_type })
    assert.are.same({ 0x8100, t, inbox.id, m.id }, { list[1].notification_flags,
      list[1].handle, list[1].table_row_folder_id, list[1].table_row_message_id })
    local row = wire.decode_struct("property_row", list[1].table_row_data,
      { columns = { T.Subject } })
    assert.are.equal("c", row[T.Subject])
    assert.are.equal(m.id, list[2].insert_after_table_row_id)
    assert.are.equal(a.id, list[3].table_row_message_id)
  end)

  it("of a table that has changed much tell only that", function()
    watched_table()
    box:seed { [ANNA] = { Inbox = { { subject = "%d", count = 500 } } } }
    local list = told()
    assert.are.equal(1, list[#list].table_event_type)
    assert.is_true(#list <= 33)
    seed "one more"
    assert.are.same({}, told())
  end)

  it("of a table are not told where nobody wants them", function()
    local t = c:must("get_contents_table", c:open "inbox", { table_flags = 0x10 })
    c:rows(t, { T.Subject })
    seed "a"
    assert.are.same({}, told())
  end)

  it("of folders' counts reach their table", function()
    local t = c:must("get_hierarchy_table", c:open "ipm_subtree", { table_flags = 0 })
    c:rows(t, { T.DisplayName, T.ContentCount })
    seed "a"
    local list = told()
    assert.are.same({ 5, inbox.id },
      { list[1].table_event_type, list[1].table_row_folder_id })
    local row = wire.decode_struct("property_row", list[1].table_row_data,
      { columns = { T.DisplayName, T.ContentCount } })
    assert.are.same({ "Inbox", 1 }, { row[T.DisplayName], row[T.ContentCount] })
  end)
end)
