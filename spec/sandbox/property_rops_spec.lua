local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA = "anna@example.test"
local NAMED = "00020329-0000-0000-c000-000000000046"
local MAPI = "00020328-0000-0000-c000-000000000046"

describe("properties", function()
  local box, c, m
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret" } }
    c = client.new(box, ANNA)
    m = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.inbox], associated_flag = false })
  end)

  local function set(object, ...)
    local list = {}
    for i, p in ipairs { ... } do list[i] = { tag = p[1], value = p[2] } end
    return c:must("set_properties", object, { property_values = list }).property_problems
  end

  local function get(object, ...)
    return c:must("get_properties_specific", object,
      { property_size_limit = 0, want_unicode = true, property_tags = { ... } }).row_data
  end

  for _, case in ipairs {
    { 0x66010002, -5 }, { 0x66010003, 1 << 30 }, { 0x66010005, 0.25 }, { 0x66010006, 12345 },
    { 0x6601000b, true }, { 0x66010014, math.mininteger }, { 0x6601001f, "Größe 𝄞" },
    { 0x66010040, 133000000000000000 }, { 0x66010048, NAMED }, { 0x66010102, "\0\1\xff" },
    { 0x66011003, { 1, -2, 3 } }, { 0x6601101f, { "a", "ü" } }, { 0x66011102, { "", "\0" } },
  } do
    it(("of type %04x come back as they were set"):format(case[1] & 0xffff), function()
      assert.are.same({}, set(m, case))
      assert.are.same(case[2], get(m, case[1])[case[1]])
      c:must("save_changes_message", m, { save_flags = 2 })
      assert.are.same(case[2], get(m, case[1])[case[1]])
    end)
  end

  it("are told by their id alone with their type", function()
    set(m, { T.Subject, "x" }, { 0x66010003, 7 })
    assert.are.same({ [T.Subject] = "x", [0x66010003] = 7, [0x6602000a] = 0x8004010f },
      get(m, 0x00370000, 0x66010000, 0x66020000))
  end)

  it("convert between Unicode and 8 bits", function()
    set(m, { 0x6601001e, "Gr\xf6\xdfe" })
    assert.are.same({ [0x6601001f] = "Größe", [0x6601001e] = "Gr\xf6\xdfe" },
      get(m, 0x6601001f, 0x6601001e))
    set(m, { 0x6601001f, "Ω" })
    assert.are.equal("?", get(m, 0x6601001e)[0x6601001e])
  end)

  it("too large for an answer are told to be so", function()
    set(m, { 0x66010102, ("x"):rep(20000) }, { 0x66020102, ("y"):rep(15000) })
    assert.are.same({ 20000, 15000 }, { #get(m, 0x66010102)[0x66010102],
      #get(m, 0x66020102)[0x66020102] })
    assert.are.same({ [0x6601000a] = 0x8007000e, [0x6602000a] = 0x8007000e,
      [T.Importance] = 1 }, get(m, 0x66010102, 0x66020102, T.Importance))
    local list = c:must("get_properties_all", m,
      { property_size_limit = 16000, want_unicode = true }).property_values
    local by_tag = {}
    for _, p in ipairs(list) do by_tag[p.tag] = p.value end
    assert.are.equal(0x8007000e, by_tag[0x6601000a])
    assert.are.equal(15000, #by_tag[0x66020102])
  end)

  it("are listed when they are there", function()
    set(m, { 0x66010003, 1 })
    local function listed(tag)
      for _, t in ipairs(c:must("get_properties_list", m, {}).property_tags) do
        if t == tag then return true end
      end
      return false
    end
    assert.is_true(listed(0x66010003))
    c:must("delete_properties", m, { property_tags = { 0x66010003 } })
    assert.is_false(listed(0x66010003))
    assert.are.equal(0x80070005, c:must("delete_properties", m,
      { property_tags = { T.Mid } }).property_problems[1].error_code)
  end)

  it("are named by set and number or text", function()
    local function ids(flags, ...)
      return c:must("get_property_ids_from_names", c.logon,
        { flags = flags, property_names = { ... } }).property_ids
    end
    local text, number = { guid = NAMED, name = "Colour" }, { guid = NAMED, lid = 0x8233 }
    local list = ids(2, text, number, { guid = MAPI, lid = 0x37 })
    assert.is_true(list[1] >= 0x8000 and list[2] >= 0x8000 and list[1] ~= list[2])
    assert.are.equal(0x37, list[3])
    assert.are.same(list, ids(0, { guid = NAMED, name = "COLOUR" }, number,
      { guid = MAPI, lid = 0x37 }))
    local names = c:must("get_names_from_property_ids", m,
      { property_ids = { list[1], list[2], 0x37, 0xfff0 } }).property_names
    assert.are.same({ text, number, { guid = MAPI, lid = 0x37 } },
      { names[1], names[2], names[3] })
    assert.is_nil(names[4].name or names[4].lid)
    local reply = c:call("get_property_ids_from_names", c.logon,
      { flags = 0, property_names = { { guid = NAMED, name = "none" } } })
    assert.are.same({ 0x40380, { 0 } }, { reply.return_value, reply.property_ids })
    set(m, { list[1] << 16 | 0x1f, "green" })
    local query = c:must("query_named_properties", m, { query_flags = 0 })
    assert.are.same({ { list[1] }, { text } }, { query.property_ids, query.property_names })
  end)

  it("are copied from object to object", function()
    set(m, { T.Subject, "x" }, { T.Importance, 2 }, { 0x66010003, 5 })
    local other = c:must("create_message", c.logon, { code_page_id = 0xfff,
      folder_id = c.folders[client.ROLES.inbox], associated_flag = false })
    set(other, { 0x66010003, 6 })
    local reply = c:must("copy_properties", m, { dest = other, want_asynchronous = false,
      copy_flags = 2, property_tags = { T.Subject, 0x66010003, 0x66020003 } })
    assert.are.same({ { index = 2, property_tag = 0x66020003, error_code = 0x8004010f } },
      reply.property_problems)
    reply = c:must("copy_properties", m, { dest = other, want_asynchronous = false,
      copy_flags = 0, property_tags = { T.Mid } })
    assert.are.equal(0x80070005, reply.property_problems[1].error_code)
    assert.are.same({ [T.Subject] = "x", [T.Importance] = 1, [0x66010003] = 6 },
      get(other, T.Subject, T.Importance, 0x66010003))
    c:must("copy_to", m, { dest = other, want_asynchronous = false, want_sub_objects = true,
      copy_flags = 0, excluded_tags = { T.Subject } })
    assert.are.same({ [T.Importance] = 2, [0x66010003] = 5 },
      get(other, T.Importance, 0x66010003))
    assert.are.equal(0x80040306, c:call("copy_to", m, { dest = c:open "inbox",
      want_asynchronous = false, want_sub_objects = true, copy_flags = 0,
      excluded_tags = {} }).return_value)
    reply = c:call("copy_to", m, { dest = 0x9999, want_asynchronous = false,
      want_sub_objects = true, copy_flags = 0, excluded_tags = {} })
    assert.are.same({ 0x503, 1 }, { reply.return_value, reply.dest_handle_index })
  end)

  it("of the store tell whose it is and where its folders are", function()
    local ids = require "satchel.sandbox.ids"
    local store = box.users:find(ANNA).store
    local p = get(c.logon, T.MailboxOwnerName, T.IpmSubtreeEntryId, T.UserEntryId)
    assert.are.equal("Anna", p[T.MailboxOwnerName])
    assert.are.equal(c.folders[client.ROLES.ipm_subtree],
      (ids.of_entry_id(store, p[T.IpmSubtreeEntryId])))
    set(c.logon, { 0x6f01001f, "kept" })
    assert.are.equal("kept", get(c.logon, 0x6f01001f)[0x6f01001f])
    assert.are.equal(0x80070005, set(c.logon, { T.MailboxOwnerName, "x" })[1].error_code)
  end)

  it("of the Inbox lead to the other well-known folders", function()
    local ids = require "satchel.sandbox.ids"
    local store = box.users:find(ANNA).store
    local p = get(c:open "inbox", T.IpmDraftsEntryId, T.IpmAppointmentEntryId,
      T.AdditionalRenEntryIds)
    assert.are.equal(store.roles.drafts.id, (ids.of_entry_id(store, p[T.IpmDraftsEntryId])))
    assert.are.equal(store.roles.calendar.id,
      (ids.of_entry_id(store, p[T.IpmAppointmentEntryId])))
    assert.are.equal(store.roles.junk.id,
      (ids.of_entry_id(store, p[T.AdditionalRenEntryIds][5])))
    assert.is_nil(get(c:open "sent", T.IpmDraftsEntryId)[T.IpmDraftsEntryId])
  end)

  it("carry ids that can be taken abroad and back", function()
    local long = c:must("long_term_id_from_id", c.logon, { object_id = c.folders[5] }).long_term_id
    assert.are.equal(c.folders[5],
      c:must("id_from_long_term_id", c.logon, { long_term_id = long }).object_id)
    local key = get(c:open "inbox", T.SourceKey)[T.SourceKey]
    assert.are.equal(22, #key)
    assert.are.equal(long.global_counter, key:sub(-6))
    long.database_guid = NAMED
    assert.are.equal(0x80070057,
      c:call("id_from_long_term_id", c.logon, { long_term_id = long }).return_value)
  end)
end)
