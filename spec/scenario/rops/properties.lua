-- Properties of objects, and names of them: [MS-OXCPRPT].

local tag = require("satchel.core").names.tag

local SUBJECT <const>, BODY <const> = tag "PidTagSubject", tag "PidTagBody"
local COMMENT <const> = tag "PidTagComment"
local SET <const> = "5a7c3e10-91d4-4b62-8f0e-2d6b8a41c7f4"

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local message, copy

  local function create()
    return world.ok("create_message", { code_page_id = 0x0fff, folder_id = world.top_id,
      associated_flag = false }, world.folder)
  end

  local function get(on, ...)
    return world.ok("get_properties_specific", { property_size_limit = 0,
      want_unicode = true, property_tags = { ... } }, on).row_data
  end

  setup(function()
    message, copy = create(), create()
  end)

  it("are set, read one by one and all, and deleted", function()
    local reply = world.ok("set_properties", { property_values = {
      { tag = SUBJECT, value = "properties" }, { tag = BODY, value = "of a message" },
      { tag = tag "PidTagImportance", value = 2 } } }, message)
    assert.same({}, reply.property_problems)
    local row = get(message, SUBJECT, tag "PidTagImportance", COMMENT)
    assert.equal("properties", row[SUBJECT])
    assert.equal(2, row[tag "PidTagImportance"])
    assert.equal(0x8004010f, row[COMMENT & 0xffff0000 | 0x000a])
    local all = {}
    for _, p in ipairs(world.ok("get_properties_all", { property_size_limit = 0,
      want_unicode = true }, message).property_values) do all[p.tag] = p.value end
    assert.equal("of a message", all[BODY])
    local listed = {}
    for _, t in ipairs(world.ok("get_properties_list", {}, message).property_tags) do
      listed[t] = true
    end
    assert.is_true(listed[tag "PidTagImportance"])
    world.ok("delete_properties", { property_tags = { BODY } }, message)
    assert.is_nil(get(message, BODY)[BODY])
  end)

  it("are set and deleted without being replicated", function()
    world.ok("set_properties_no_replicate", { property_values = {
      { tag = COMMENT, value = "here alone" } } }, world.folder)
    assert.equal("here alone", get(world.folder, COMMENT)[COMMENT])
    world.ok("delete_properties_no_replicate", { property_tags = { COMMENT } }, world.folder)
    assert.is_nil(get(world.folder, COMMENT)[COMMENT])
  end)

  it("that a client may not set are named", function()
    local reply = world.ok("set_properties", { property_values = {
      { tag = tag "PidTagMid", value = 1 }, { tag = SUBJECT, value = "properties" } } }, message)
    assert.equal(1, #reply.property_problems)
    assert.same({ 0, tag "PidTagMid" }, { reply.property_problems[1].index,
      reply.property_problems[1].property_tag })
  end)

  it("have names and ids", function()
    local names = { { guid = SET, name = "SatchelOne" }, { guid = SET, lid = 0x8123 } }
    local ids = world.ok("get_property_ids_from_names", { flags = 2, property_names = names })
      .property_ids
    assert.equal(2, #ids)
    assert.is_true(ids[1] >= 0x8000 and ids[2] >= 0x8000)
    local back = world.ok("get_names_from_property_ids", { property_ids = ids })
      .property_names
    assert.same(names, back)
    world.ok("set_properties", { property_values = {
      { tag = ids[1] << 16 | 0x1f, value = "named" } } }, message)
    local listed = world.ok("query_named_properties", { query_flags = 0, property_guid = SET },
      message)
    assert.equal(#listed.property_ids, #listed.property_names)
  end)

  it("are copied, some of them or all but some", function()
    local reply = world.ok("copy_properties", { want_asynchronous = false, copy_flags = 0,
      property_tags = { SUBJECT } }, message, { to = copy })
    assert.same({}, reply.property_problems)
    assert.equal("properties", get(copy, SUBJECT)[SUBJECT])
    world.ok("set_properties", { property_values = { { tag = BODY, value = "body" } } }, message)
    world.ok("copy_to", { want_asynchronous = false, want_sub_objects = true, copy_flags = 0,
      excluded_tags = { SUBJECT } }, message, { to = copy })
    assert.equal("body", get(copy, BODY)[BODY])
    world.refused("InvalidParameter", "[MS-OXCPRPT] 3.2.5.7", "copy_properties",
      { want_asynchronous = false, copy_flags = 0x40, property_tags = { SUBJECT } }, message,
      { to = copy })
  end)

  it("are never copied in the background, so there is no progress", function()
    world.refused("NotSupported", "[MS-OXCPRPT] 3.2.5.20", "progress", { want_cancel = false },
      world.folder)
  end)
end
