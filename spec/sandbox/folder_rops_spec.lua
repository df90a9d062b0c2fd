local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA = "anna@example.test"
local NOWHERE = 0x7777777777770001

local function create(c, parent, name, options)
  local fields = { folder_type = 1, use_unicode_strings = true, open_existing = false,
    display_name = name, comment = "" }
  for k, v in pairs(options or {}) do fields[k] = v end
  return c:call("create_folder", parent, fields)
end

local function get(c, object, list)
  return c:must("get_properties_specific", object,
    { property_size_limit = 0, want_unicode = true, property_tags = list }).row_data
end

local function names_below(c, f)
  local t = c:must("get_hierarchy_table", f, { table_flags = 4 })
  local list = {}
  for i, row in ipairs(c:rows(t, { T.DisplayName })) do list[i] = row[T.DisplayName] end
  return table.concat(list, " ")
end

describe("folders", function()
  local box, c, inbox, f, id
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
    inbox = c:open "inbox"
    local reply
    reply, f = create(c, inbox, "Work")
    id = reply.folder_id
  end)

  it("are born empty, with what every folder has", function()
    local p = get(c, f, { T.DisplayName, T.FolderType, T.ContentCount, T.ContentUnreadCount,
      T.Subfolders, T.ParentFolderId, T.MessageSize })
    assert.are.same({ [T.DisplayName] = "Work", [T.FolderType] = 1, [T.ContentCount] = 0,
      [T.ContentUnreadCount] = 0, [T.Subfolders] = false, [T.MessageSize] = 0,
      [T.ParentFolderId] = c.folders[client.ROLES.inbox] }, p)
    assert.is_true(get(c, inbox, { T.Subfolders })[T.Subfolders])
  end)

  it("with the name of a sister are refused, or opened", function()
    assert.are.equal(0x80040604, (create(c, inbox, "WORK")).return_value)
    local reply = create(c, inbox, "work", { open_existing = true })
    assert.are.same({ 0, id }, { reply.return_value, reply.folder_id })
    assert.are.equal(0x80040604,
      (create(c, inbox, "work", { open_existing = true, folder_type = 2 })).return_value)
  end)

  for _, case in ipairs {
    { "of an unknown type", function() return create(c, inbox, "x", { folder_type = 7 }) end,
      0x80070057 },
    { "without a name", function() return create(c, inbox, "") end, 0x80070057 },
  } do
    it("are not made " .. case[1], function()
      assert.are.equal(case[3], case[2]().return_value)
    end)
  end

  it("that are nowhere cannot be opened", function()
    local reply = c:call("open_folder", c.logon, { folder_id = NOWHERE, open_mode_flags = 0 })
    assert.are.equal(0x8004010f, reply.return_value)
    reply = c:call("open_folder", c.logon, { folder_id = NOWHERE + 6, open_mode_flags = 0 })
    assert.are.equal(0x80070057, reply.return_value)
  end)

  it("are renamed by their property, not to a sister's name", function()
    create(c, inbox, "Other")
    local function rename(name)
      return c:must("set_properties", f,
        { property_values = { { tag = T.DisplayName, value = name } } }).property_problems
    end
    assert.are.equal(0x80040604, rename("other")[1].error_code)
    assert.are.same({}, rename "Arbeit")
    assert.are.equal("Arbeit Other", names_below(c, inbox))
  end)

  it("move and are renamed, not into themselves", function()
    local _, other = create(c, inbox, "Other")
    local _, sub = create(c, f, "Sub")
    local function move(to, name, what)
      return c:call("move_folder", inbox, { dest = to, want_asynchronous = false,
        use_unicode = true, folder_id = what or id, new_folder_name = name })
    end
    local reply = move(sub, "Work")
    assert.are.same({ 0x8004060b, true }, { reply.return_value, reply.partial_completion })
    assert.are.equal(0, move(other, "Werk").return_value)
    assert.are.equal("Other Werk Sub", names_below(c, inbox))
    assert.are.equal(0x80070005, move(f, "x", c.folders[client.ROLES.sent]).return_value)
    reply = move(0x9999, "x")
    assert.are.same({ 0x503, 1 }, { reply.return_value, reply.dest_handle_index })
  end)

  it("are copied with what is in them", function()
    box:seed { [ANNA] = { ["Inbox/Work/Sub"] = { "a", "b" }, ["Inbox/Work"] = { "c" } } }
    local function copy(recursive, name)
      c:must("copy_folder", inbox, { dest = inbox, want_asynchronous = false,
        want_recursive = recursive, use_unicode = true, folder_id = id, new_folder_name = name })
    end
    copy(true, "All")
    copy(false, "Top")
    assert.are.equal("Work Sub All Sub Top", names_below(c, inbox))
    local store = box.users:find(ANNA).store
    assert.are.equal(2, store.roles.inbox:child("All"):child("Sub").normal.count)
    assert.are.equal(1, store.roles.inbox:child("Top").normal.count)
  end)

  it("are deleted as the flags allow", function()
    create(c, f, "Sub")
    local function delete(flags, what)
      local reply = c:call("delete_folder", inbox,
        { delete_folder_flags = flags, folder_id = what or id })
      return reply.return_value, reply.partial_completion
    end
    assert.are.same({ 0, true }, { delete(0) })
    assert.are.same({ 0, false }, { delete(5) })
    assert.are.equal("", names_below(c, inbox))
    assert.are.same({ 0, false }, { delete(5, NOWHERE) })
    assert.are.same({ 0x80070005, true }, { delete(5, c.folders[client.ROLES.sent]) })
    assert.are.equal(0x8004010a, c:call("get_properties_list", f, {}).return_value)
  end)

  it("empty into what can be recovered, or for good", function()
    box:seed { [ANNA] = { ["Inbox/Work"] = { { subject = "a", count = 3 } } } }
    local function counts()
      local p = get(c, f, { T.ContentCount, T.DeletedCountTotal })
      return { p[T.ContentCount], p[T.DeletedCountTotal] }
    end
    c:must("empty_folder", f, { want_asynchronous = false, want_delete_associated = false })
    assert.are.same({ 0, 3 }, counts())
    local _, reply = c:must("get_contents_table", f, { table_flags = 0x20 })
    assert.are.equal(3, reply.row_count)
    c:must("hard_delete_messages_and_subfolders", f,
      { want_asynchronous = false, want_delete_associated = false })
    assert.are.same({ 0, 0 }, counts())
  end)
end)

describe("a search folder", function()
  it("shows what matches now", function()
    local box = sandbox.start { users = { [ANNA] = "secret" } }
    box:seed { [ANNA] = { ["Inbox/a"] = { "needle", "hay" }, ["Inbox/a/b"] = { "needles" } } }
    local c = client.new(box, ANNA)
    local finder = c:must("open_folder", c.logon,
      { folder_id = c.folders[11], open_mode_flags = 0 })
    local _, f = create(c, finder, "Needles", { folder_type = 2 })
    local store = box.users:find(ANNA).store
    local scope = store.roles.inbox:child "a"
    local criteria = { folder_ids = { scope.id }, search_flags = 2, restriction_data = {
      type = "content", tag = T.Subject, fuzzy_level_low = 1, fuzzy_level_high = 1,
      value = { tag = T.Subject, value = "needle" } } }
    assert.are.equal(0x80040605, c:call("get_search_criteria", f, { use_unicode = true,
      include_restriction = true, include_folders = true }).return_value)
    c:must("set_search_criteria", f, criteria)
    local function found()
      local t = c:must("get_contents_table", f, { table_flags = 0 })
      local list = {}
      for i, row in ipairs(c:rows(t, { T.Subject })) do list[i] = row[T.Subject] end
      return table.concat(list, " ")
    end
    assert.are.equal("needle", found())
    criteria.search_flags = 6
    c:must("set_search_criteria", f, criteria)
    assert.are.equal("needle needles", found())
    box:seed { [ANNA] = { ["Inbox/a"] = { "a needle more" } } }
    assert.are.equal("needle a needle more needles", found())
    assert.are.equal(3, get(c, f, { T.ContentCount })[T.ContentCount])
    assert.are.equal(0x461, c:call("set_search_criteria", c:open "inbox", criteria).return_value)
  end)
end)
