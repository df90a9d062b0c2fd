local connection = require "satchel.mapi.connection"
local fake_mapi = require "support.fake_mapi"
local table_reader = require "satchel.mapi.table"

local ID <const>, SUBJECT <const> = 0x674a0014, 0x0037001f
local EXPIRED <const> = { status = 200, headers = { { "X-ResponseCode", "10" } }, body = "" }

-- a server with one table of n rows, which gives at most `most` a request
local function server(n, most)
  local at = 0
  local fake = fake_mapi.new {
    get_contents_table = function() at = 0; return { row_count = n } end,
    seek_row = function(r)
      at = (r.origin == 0 and 0 or at) + r.row_count
      return { has_sought_less = false, rows_sought = 0 }
    end,
    query_position = function() return { numerator = at, denominator = n } end,
    query_rows = function(r)
      local rows = {}
      while at < n and #rows < math.min(most, r.row_count) do
        at = at + 1
        rows[#rows + 1] = { [ID] = at, [SUBJECT] = "row " .. at }
      end
      return { origin = at == n and 2 or 1, row_data = rows, columns = { ID, SUBJECT } }
    end,
  }
  local conn = connection.open { transport = fake.transport, url = "https://h/",
    user_dn = "/cn=alice" }
  fake.requests = {}
  return conn, fake
end

local function collect(tab)
  local ids = {}
  for row in tab:rows() do ids[#ids + 1] = row[ID] end
  return ids
end

local function upto(from, to)
  local list = {}
  for i = from, to do list[#list + 1] = i end
  return list
end

local COLUMNS <const> = { folder = 5, columns = { ID, SUBJECT } }

local function with(options)
  local o = {}
  for k, v in pairs(COLUMNS) do o[k] = v end
  for k, v in pairs(options) do o[k] = v end
  return o
end

describe("a table", function()
  it("is opened and gives its first window in one request", function()
    local conn, fake = server(30, 100)
    local tab = table_reader.open(conn, with {
      sort = { { tag = SUBJECT, order = "ascending" } },
      restriction = { type = "exist", tag = SUBJECT }, count = true })
    assert.equal(30, tab.total)
    assert.same(upto(1, 30), collect(tab))
    assert.equal(1, #fake.requests)
    local names = {}
    for i, rop in ipairs(fake.requests[1].rops) do names[i] = rop.rop end
    assert.same({ "open_folder", "get_contents_table", "set_columns", "restrict", "sort_table",
      "query_position", "query_rows" }, names)
    assert.equal(7, fake.requests[1].flags)
  end)

  local sizes = { { 0, 10, 1 }, { 1, 10, 1 }, { 10, 10, 1 }, { 11, 10, 2 }, { 95, 10, 10 } }
  for _, case in ipairs(sizes) do
    it(("of %d rows in windows of %d takes %d requests"):format(table.unpack(case)), function()
      local conn, fake = server(case[1], case[2])
      assert.same(upto(1, case[1]), collect(table_reader.open(conn, COLUMNS)))
      assert.equal(case[3], #fake.requests)
    end)
  end

  it("takes limit, offset and window", function()
    local conn = server(50, 100)
    assert.same(upto(1, 7), collect(table_reader.open(conn, with { limit = 7, window = 3 })))
    assert.same(upto(41, 50), collect(table_reader.open(conn, with { offset = 40 })))
    assert.same(upto(6, 15), collect(table_reader.open(conn, with { offset = 5, limit = 10,
      window = 4 })))
    assert.same({}, collect(table_reader.open(conn, with { limit = 0 })))
  end)

  it("gives no more than its limit where the server sends more", function()
    local conn, fake = server(50, 100)
    local query = fake.handlers.query_rows
    fake.handlers.query_rows = function() return query { row_count = 20 } end
    assert.same(upto(1, 7), collect(table_reader.open(conn, with { limit = 7 })))
    assert.same(upto(1, 30), collect(table_reader.open(conn, with { limit = 30 })))
    assert.same(upto(1, 50), collect(table_reader.open(conn, with { window = 3 })))
  end)

  it("goes on where it was after the session was lost", function()
    for lost = 1, 9 do
      local conn, fake = server(95, 10)
      local tab, ids = table_reader.open(conn, COLUMNS), {}
      local windows = 0
      for rows in function() return tab:next_window() end do
        for _, row in ipairs(rows) do ids[#ids + 1] = row[ID] end
        windows = windows + 1
        if windows == lost then fake:fault(EXPIRED) end
      end
      assert.same(upto(1, 95), ids)
    end
  end)

  it("goes on after somebody else connected anew", function()
    local conn, fake = server(20, 10)
    local tab = table_reader.open(conn, COLUMNS)
    assert.equal(10, #tab:next_window())
    fake:fault(EXPIRED)
    conn:rop "get_store_state"
    assert.equal(11, tab:next_window()[1][ID])
    assert.is_nil(tab:next_window())
  end)

  it("raises what the server refuses", function()
    local conn, fake = server(20, 10)
    fake.handlers.open_folder = function() return { return_value = 0x8004010f } end
    local ok, err = pcall(table_reader.open, conn, COLUMNS)
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
  end)

  it("of an unknown kind is the caller's mistake", function()
    local ok, err = pcall(table_reader.open, (server(1, 1)), with { kind = "chairs" })
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
  end)

  it("gives nothing once it is closed, and its handle is released", function()
    local conn, fake = server(20, 10)
    local tab = table_reader.open(conn, COLUMNS)
    tab:close()
    assert.is_nil(tab:next_window())
    collectgarbage()
    conn:rop "get_store_state"
    local released = 0
    for _, rop in ipairs(fake.requests[2].rops) do
      if rop.rop == "release" then released = released + 1 end
    end
    assert.equal(2, released) -- the folder and the table
  end)
end)
