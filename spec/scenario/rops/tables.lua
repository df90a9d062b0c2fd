-- Tables: [MS-OXCTABL], with bookmarks and categories.

local tag = require("satchel.core").names.tag

local SUBJECT <const>, IMPORTANCE <const> = tag "PidTagSubject", tag "PidTagImportance"
local ROW_TYPE <const>, INST <const> = tag "PidTagRowType", tag "PidTagInstID"
local COUNT <const> = tag "PidTagContentCount"
local BEGINNING <const>, CURRENT <const>, END <const> = 0, 1, 2
local LEAF <const>, COLLAPSED <const>, EXPANDED <const> = 1, 4, 3

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local folder, tab

  -- nine messages: a … i, of importance 0, 1, 2, 0, …
  setup(function()
    folder = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "tables", comment = "" }, world.folder)
    world.mapi:batch(function(b)
      for i = 0, 8 do
        local message = b:rop("create_message", { code_page_id = 0x0fff,
          folder_id = folder.folder_id, associated_flag = false }, folder)
        b:rop("set_properties", { property_values = {
          { tag = SUBJECT, value = string.char(97 + i) },
          { tag = IMPORTANCE, value = i % 3 } } }, message)
        b:rop("save_changes_message", { save_flags = 0 }, message)
      end
    end)
  end)

  local function open(columns, sort)
    local t = world.ok("get_contents_table", { table_flags = 0 }, folder)
    if columns then
      assert.equal(0, world.ok("set_columns", { set_columns_flags = 0,
        property_tags = columns }, t).table_status)
    end
    if sort then
      local fields = { sort_table_flags = 0, category_count = 0, expanded_count = 0,
        sort_orders = sort }
      for k, v in pairs(sort) do
        if type(k) == "string" then fields[k] = v end
      end
      world.ok("sort_table", fields, t)
    end
    return t
  end

  local function rows(count, forward)
    return world.ok("query_rows", { query_rows_flags = 0, forward_read = forward ~= false,
      row_count = count }, tab)
  end

  local function subjects(count, forward)
    local list = {}
    for i, row in ipairs(rows(count, forward).row_data) do list[i] = row[SUBJECT] end
    return table.concat(list)
  end

  local function seek(origin, count)
    return world.ok("seek_row", { origin = origin, row_count = count,
      want_row_moved_count = true }, tab)
  end

  local function equals(property, value)
    return { type = "property", relop = "eq", tag = property,
      value = { tag = property, value = value } }
  end

  it("are sorted and read forward and backward", function()
    tab = open({ SUBJECT, IMPORTANCE }, { { tag = SUBJECT, order = "descending" } })
    assert.equal(9, tab.row_count)
    assert.equal("ihg", subjects(3))
    assert.equal("f", subjects(1))
    assert.equal("fg", subjects(2, false))
    seek(BEGINNING, 0)
    local last = rows(20)
    assert.equal(END, last.origin)
    assert.equal(9, #last.row_data)
    world.refused("NullObject", "[MS-OXCTABL] 3.2.5.5", "query_rows",
      { query_rows_flags = 0, forward_read = true, row_count = 1 }, open())
  end)

  it("are restricted", function()
    world.ok("restrict", { restrict_flags = 0, restriction_data = equals(IMPORTANCE, 2) }, tab)
    assert.equal("ifc", subjects(9))
    world.ok("restrict", { restrict_flags = 0 }, tab)
    assert.equal("ihgfedcba", subjects(9))
  end)

  it("have a position", function()
    seek(BEGINNING, 4)
    local position = world.ok("query_position", {}, tab)
    assert.same({ 4, 9 }, { position.numerator, position.denominator })
    assert.equal(-2, seek(CURRENT, -2).rows_sought)
    assert.equal("g", subjects(1))
    assert.is_true(seek(CURRENT, 50).has_sought_less)
    world.ok("seek_row_fractional", { numerator = 1, denominator = 3 }, tab)
    assert.equal("f", subjects(1))
    world.refused("NotSupported", "[MS-OXCTABL] 3.2.5.11", "seek_row_fractional",
      { numerator = 1, denominator = 2 }, folder)
  end)

  it("have bookmarks", function()
    seek(BEGINNING, 3)
    local bookmark = world.ok("create_bookmark", {}, tab).bookmark
    seek(END, 0)
    local reply = world.ok("seek_row_bookmark", { bookmark = bookmark, row_count = 1,
      want_row_moved_count = true }, tab)
    assert.is_false(reply.row_no_longer_visible)
    assert.equal("e", subjects(1))
    world.ok("free_bookmark", { bookmark = bookmark }, tab)
    world.refused("InvalidBookmark", "[MS-OXCTABL] 3.2.5.15", "seek_row_bookmark",
      { bookmark = bookmark, row_count = 0, want_row_moved_count = false }, tab)
  end)

  it("are searched", function()
    local function find(origin, restriction)
      return { find_row_flags = 0, restriction_data = restriction, origin = origin,
        bookmark = "" }
    end
    local reply = world.ok("find_row", find(BEGINNING, equals(SUBJECT, "d")), tab)
    assert.equal("d", reply.row_data[SUBJECT])
    assert.equal("dcb", subjects(3))
    world.refused("NotFound", "[MS-OXCTABL] 3.2.5.14", "find_row",
      find(BEGINNING, equals(SUBJECT, "z")), tab)
  end)

  it("name their columns and say that they are ready", function()
    local all = {}
    for _, t in ipairs(world.ok("query_columns_all", {}, tab).property_tags) do all[t] = true end
    assert.is_true(all[tag "PidTagMid"])
    assert.equal(0, world.ok("get_status", {}, tab).table_status)
    world.refused("AbortFailed", "[MS-OXCTABL] 3.2.5.6", "abort", {}, tab)
    world.refused("NotSupported", "[MS-OXCTABL] 3.2.5.7", "get_status", {}, folder)
  end)

  it("are reset", function()
    world.ok("restrict", { restrict_flags = 0, restriction_data = equals(IMPORTANCE, 2) }, tab)
    world.ok("reset_table", {}, tab)
    world.refused("NullObject", "[MS-OXCTABL] 3.2.5.5", "query_rows",
      { query_rows_flags = 0, forward_read = true, row_count = 1 }, tab)
    world.ok("set_columns", { set_columns_flags = 0, property_tags = { SUBJECT } }, tab)
    assert.equal(9, #rows(20).row_data)
  end)

  describe("with categories", function()
    local first

    local function row_types()
      seek(BEGINNING, 0)
      local list = {}
      for i, row in ipairs(rows(50).row_data) do list[i] = row[ROW_TYPE] end
      return table.concat(list, " ")
    end

    it("begin collapsed", function()
      tab = open({ ROW_TYPE, INST, COUNT, IMPORTANCE, SUBJECT }, { category_count = 1,
        { tag = IMPORTANCE, order = "descending" }, { tag = SUBJECT, order = "ascending" } })
      local data = rows(50).row_data
      assert.equal(3, #data)
      first = data[1][INST]
      assert.same({ COLLAPSED, 3, 2 }, { data[1][ROW_TYPE], data[1][COUNT],
        data[1][IMPORTANCE] })
    end)

    it("are expanded", function()
      local reply = world.ok("expand_row", { max_row_count = 2, category_id = first }, tab)
      assert.equal(3, reply.expanded_row_count)
      assert.same({ "c", "f" }, { reply.row_data[1][SUBJECT], reply.row_data[2][SUBJECT] })
      assert.equal(("%d %d %d %d %d %d"):format(EXPANDED, LEAF, LEAF, LEAF, COLLAPSED,
        COLLAPSED), row_types())
      world.refused("NotCollapsed", "[MS-OXCTABL] 3.2.5.17", "expand_row",
        { max_row_count = 0, category_id = first }, tab)
    end)

    it("keep their state", function()
      local state = world.ok("get_collapse_state", { row_id = first,
        row_instance_number = 0 }, tab).collapse_state
      local reply = world.ok("collapse_row", { category_id = first }, tab)
      assert.equal(3, reply.collapsed_row_count)
      assert.equal(("%d %d %d"):format(COLLAPSED, COLLAPSED, COLLAPSED), row_types())
      world.refused("NotExpanded", "[MS-OXCTABL] 3.2.5.18", "collapse_row",
        { category_id = first }, tab)
      local bookmark = world.ok("set_collapse_state", { collapse_state = state }, tab).bookmark
      assert.equal(4, #bookmark)
      assert.equal(6, select(2, row_types():gsub("%d", "")))
    end)
  end)
end
