local client = require "sandbox.client"
local sandbox = require "satchel.sandbox"
local T = require "satchel.sandbox.tags"

local ANNA = "anna@example.test"

local function filled()
  local box = sandbox.start { users = { [ANNA] = "secret" } }
  local items = {}
  for i, subject in ipairs { "Delta", "alpha", "Charlie", "bravo", "Echo" } do
    items[i] = { subject = subject, from = i % 2 == 0 and "x@example.org" or "y@example.org",
      received = 1700000000 + i * 60, unread = i > 3, importance = i == 5 and "high" or nil }
  end
  box:seed { [ANNA] = { ["Inbox/t"] = items, ["Inbox/t/below/deep"] = {} } }
  local c = client.new(box, ANNA)
  local inbox = box.users:find(ANNA).store.roles.inbox
  local f = c:must("open_folder", c.logon,
    { folder_id = inbox:child("t").id, open_mode_flags = 0 })
  return c, f, box, inbox:child "t"
end

local function contents(c, f, columns)
  local t = c:must("get_contents_table", f, { table_flags = 0 })
  c:must("set_columns", t, { set_columns_flags = 0, property_tags = columns or { T.Subject } })
  return t
end

local function query(c, t, n, options)
  local fields = { query_rows_flags = 0, forward_read = true, row_count = n }
  for k, v in pairs(options or {}) do fields[k] = v end
  local reply = c:must("query_rows", t, fields)
  local list = {}
  for i, row in ipairs(reply.row_data) do list[i] = row[T.Subject] end
  return table.concat(list, " "), reply.origin
end

local function sort(c, t, ...)
  local orders = {}
  for i, o in ipairs { ... } do orders[i] = { tag = o[1], order = o[2] } end
  c:must("sort_table", t,
    { sort_table_flags = 0, category_count = 0, expanded_count = 0, sort_orders = orders })
end

describe("a contents table", function()
  local c, f, box, folder
  before_each(function() c, f, box, folder = filled() end)

  for _, case in ipairs {
    { {}, "Delta alpha Charlie bravo Echo" },
    { { { T.Subject, "ascending" } }, "alpha bravo Charlie Delta Echo" },
    { { { T.Subject, "descending" } }, "Echo Delta Charlie bravo alpha" },
    { { { T.MessageDeliveryTime, "descending" } }, "Echo bravo Charlie alpha Delta" },
    { { { T.SenderName, "ascending" }, { T.Subject, "descending" } },
      "bravo alpha Echo Delta Charlie" },
  } do
    it("sorts to " .. case[2], function()
      local t = contents(c, f)
      sort(c, t, table.unpack(case[1]))
      assert.are.equal(case[2], (query(c, t, 10)))
    end)
  end

  it("goes forward, back and nowhere", function()
    local t = contents(c, f)
    assert.are.same({ "Delta alpha", 1 }, { query(c, t, 2) })
    assert.are.same({ "Charlie", 1 }, { query(c, t, 1, { query_rows_flags = 1 }) })
    assert.are.same({ "Charlie bravo Echo", 2 }, { query(c, t, 9) })
    assert.are.same({ "Echo bravo", 1 }, { query(c, t, 2, { forward_read = false }) })
    assert.are.same({ "Charlie alpha Delta", 0 }, { query(c, t, 9, { forward_read = false }) })
  end)

  for _, case in ipairs {
    { 0, 2, false, 2, "Charlie" }, { 2, -2, false, -2, "bravo" }, { 0, 9, true, 5, "" },
    { 1, -1, true, 0, "Delta" },
  } do
    it(("seeks from %d by %d"):format(case[1], case[2]), function()
      local t = contents(c, f)
      local reply = c:must("seek_row", t,
        { origin = case[1], row_count = case[2], want_row_moved_count = true })
      assert.are.equal(case[3], reply.has_sought_less)
      assert.are.equal(case[4], reply.rows_sought)
      assert.are.equal(case[5], (query(c, t, 1)))
    end)
  end

  for _, case in ipairs { { 0, -1 }, { 2, 1 }, { 9, 0 } } do
    it(("refuses to seek from %d by %d"):format(case[1], case[2]), function()
      local reply = c:call("seek_row", contents(c, f),
        { origin = case[1], row_count = case[2], want_row_moved_count = true })
      assert.are.equal(0x80070057, reply.return_value)
    end)
  end

  it("answers without columns that it has none", function()
    local t = c:must("get_contents_table", f, { table_flags = 0 })
    local reply = c:call("query_rows", t,
      { query_rows_flags = 0, forward_read = true, row_count = 1 })
    assert.are.equal(0x4b9, reply.return_value)
    assert.are.equal(0x80070057,
      c:call("set_columns", t, { set_columns_flags = 0, property_tags = {} }).return_value)
  end)

  it("shows values as asked: other types, missing ones, long ones cut", function()
    folder.normal:all()[1].props[T.Body] = ("ä"):rep(1000)
    local t = contents(c, f, { 0x0037001e, T.Body, 0x5555001f, T.Importance })
    local row = c:must("query_rows", t,
      { query_rows_flags = 0, forward_read = true, row_count = 1 }).row_data[1]
    assert.are.equal("Delta", row[0x0037001e])
    assert.are.equal(254, utf8.len(row[T.Body]))
    assert.are.equal(0x8004010f, row[0x5555000a])
    assert.are.equal(1, row[T.Importance])
  end)

  it("keeps its place while messages come and go", function()
    local t = contents(c, f)
    query(c, t, 2)
    local list = folder.normal:all()
    folder.store:delete_message(list[1], true)
    box:seed { [ANNA] = { ["Inbox/t"] = { { subject = "Foxtrot" } } } }
    assert.are.same({ "Charlie bravo Echo Foxtrot", 2 }, { query(c, t, 9) })
    local reply = c:must("query_position", t, {})
    assert.are.same({ 5, 5 }, { reply.numerator, reply.denominator })
  end)

  it("returns to a bookmark and says when its row is gone", function()
    local t = contents(c, f)
    query(c, t, 2)
    local bookmark = c:must("create_bookmark", t, {}).bookmark
    query(c, t, 2)
    local function seek()
      return c:call("seek_row_bookmark", t,
        { bookmark = bookmark, row_count = 0, want_row_moved_count = true })
    end
    assert.is_false(seek().row_no_longer_visible)
    assert.are.equal("Charlie", (query(c, t, 1)))
    folder.store:delete_message(folder.normal:all()[3], true)
    assert.is_true(seek().row_no_longer_visible)
    c:must("free_bookmark", t, { bookmark = bookmark })
    assert.are.equal(0x80040405, seek().return_value)
  end)

  it("finds rows from the cursor on, forward and back", function()
    local t = contents(c, f)
    local function find(text, options)
      local fields = { find_row_flags = 0, origin = 0, bookmark = "", restriction_data = {
        type = "content", tag = T.Subject, fuzzy_level_low = 1, fuzzy_level_high = 1,
        value = { tag = T.Subject, value = text } } }
      for k, v in pairs(options or {}) do fields[k] = v end
      local reply = c:call("find_row", t, fields)
      return reply.row_data and reply.row_data[T.Subject] or reply.return_value
    end
    assert.are.equal("Delta", find "a")
    query(c, t, 1)
    assert.are.equal("alpha", find("a", { origin = 1 }))
    assert.are.equal("bravo", find("a", { origin = 2, find_row_flags = 1 }))
    assert.are.equal(0x8004010f, find "zulu")
    assert.are.equal("bravo", (query(c, t, 1)))
  end)

  it("groups rows under headings that open and close", function()
    local t = c:must("get_contents_table", f, { table_flags = 0 })
    c:must("sort_table", t, { sort_table_flags = 0, category_count = 1, expanded_count = 1,
      sort_orders = { { tag = T.SenderName, order = "ascending" },
        { tag = T.Subject, order = "ascending" } } })
    c:must("set_columns", t, { set_columns_flags = 0, property_tags = { T.SenderName, T.Subject,
      T.RowType, T.Depth, T.ContentCount, T.ContentUnreadCount, T.InstID } })
    local rows = c:must("query_rows", t,
      { query_rows_flags = 0, forward_read = true, row_count = 99 }).row_data
    assert.are.equal(7, #rows)
    assert.are.same({ 3, 0, 2, 1 }, { rows[1][T.RowType], rows[1][T.Depth],
      rows[1][T.ContentCount], rows[1][T.ContentUnreadCount] })
    assert.are.same({ 1, 1, "alpha" }, { rows[2][T.RowType], rows[2][T.Depth],
      rows[2][T.Subject] })
    local id = { category_id = rows[1][T.InstID] }
    assert.are.equal(2, c:must("collapse_row", t, id).collapsed_row_count)
    assert.are.equal(0x4f7, c:call("collapse_row", t, id).return_value)
    assert.are.equal(5, c:must("query_position", t, {}).denominator)
    id.max_row_count = 1
    local reply = c:must("expand_row", t, id)
    assert.are.same({ 2, "alpha" }, { reply.expanded_row_count, reply.row_data[1][T.Subject] })
    assert.are.equal(0x4f8, c:call("expand_row", t, id).return_value)
  end)
end)

describe("a hierarchy table", function()
  it("shows children, or all below with their depth", function()
    local c, f = filled()
    local _, reply = c:must("get_hierarchy_table", f, { table_flags = 0 })
    assert.are.equal(1, reply.row_count)
    local t
    t, reply = c:must("get_hierarchy_table", f, { table_flags = 4 })
    assert.are.equal(2, reply.row_count)
    local rows = c:rows(t, { T.DisplayName, T.Depth, T.Subfolders })
    assert.are.same({ { [T.DisplayName] = "below", [T.Depth] = 1, [T.Subfolders] = true },
      { [T.DisplayName] = "deep", [T.Depth] = 2, [T.Subfolders] = false } }, rows)
  end)

  it("sorts not", function()
    local c, f = filled()
    local t = c:must("get_hierarchy_table", f, { table_flags = 0 })
    assert.are.equal(0x80040102, c:call("sort_table", t, { sort_table_flags = 0,
      category_count = 0, expanded_count = 0,
      sort_orders = { { tag = T.DisplayName, order = "ascending" } } }).return_value)
  end)
end)
