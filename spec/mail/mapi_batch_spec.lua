local core = require "satchel.core"
local fake_mapi = require "support.fake_mapi"

local function session(limits)
  local s = core.mapi.session { url = "https://h/", user_dn = "/cn=alice", limits = limits }
  local fake = fake_mapi.new()
  local op = s:connect()
  local _, request = op:step()
  assert.equal("done", (op:step(fake.transport(request))))
  return s
end

-- drives a batch through a fake to its end; the sleeps are noted
local function run(b, fake)
  fake.sleeps = {}
  local action, x, y = b:step()
  while action ~= "done" do
    if action == "sleep" then
      table.insert(fake.sleeps, x)
      action, x, y = b:step()
    else
      action, x, y = b:step(fake.transport(x))
    end
  end
  return x, y
end

local function logon(s, fake)
  local b = core.mapi.batch(s)
  b:add("logon", { logon_flags = 1, open_flags = 0, store_state = 0, essdn = "/cn=alice" },
    nil, { keep = true })
  return assert(run(b, fake))[1].object
end

local function set_up(handlers, limits)
  local s, fake = session(limits), fake_mapi.new(handlers)
  local on = logon(s, fake)
  fake.requests = {}
  return s, fake, on
end

local FOLDER <const> = { folder_id = 5, open_mode_flags = 0 }

describe("a batch", function()
  it("chains objects through the handle table in one request", function()
    local s, fake, on = set_up { query_rows = function()
      return { origin = 2, row_data = { { [0x0037001f] = "x" } }, columns = { 0x0037001f } }
    end }
    local b = core.mapi.batch(s)
    local folder = b:add("open_folder", FOLDER, on)
    local tab = b:add("get_contents_table", { table_flags = 0 }, folder, { keep = true })
    b:add("set_columns", { set_columns_flags = 0, property_tags = { 0x0037001f } }, tab)
    b:add("query_rows", { query_rows_flags = 0, forward_read = true, row_count = 50 }, tab)
    local results = run(b, fake)
    assert.equal(1, #fake.requests)
    assert.equal(3, fake.requests[1].handles)
    assert.equal("open_folder", results[1].rop)
    assert.is_nil(results[1].object)
    assert.is_true(results[2].object:live())
    assert.same({ { [0x0037001f] = "x" } }, results[4].row_data)
  end)

  it("gives the ROPs the logon's id", function()
    local s, fake = session(), fake_mapi.new()
    local b = core.mapi.batch(s)
    local on = b:add("logon", { logon_flags = 1, open_flags = 0, store_state = 0, essdn = "x" },
      nil, { logon_id = 7 })
    local folder = b:add("open_folder", FOLDER, on)
    b:add("get_contents_table", { table_flags = 0 }, folder)
    run(b, fake)
    for _, rop in ipairs(fake.requests[1].rops) do assert.equal(7, rop.logon_id) end
  end)

  it("releases what is not kept with the next request", function()
    local s, fake, on = set_up()
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    run(b, fake)
    b:close()
    b = core.mapi.batch(s)
    b:add("get_store_state", nil, on)
    run(b, fake)
    local second = fake.requests[2]
    assert.equal("release", second.rops[1].rop)
    assert.equal(second.table[second.rops[1].input_handle_index + 1], 102)
    assert.equal("get_store_state", second.rops[2].rop)
  end)

  it("does not release again what a RopRelease of its own released", function()
    local s, fake, on = set_up()
    local b = core.mapi.batch(s)
    b:add("release", nil, b:add("open_folder", FOLDER, on))
    run(b, fake)
    b:close()
    b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    run(b, fake)
    assert.equal(1, #fake.requests[2].rops)
  end)
end)

describe("the limits of a request", function()
  local function write(s, on, sizes)
    local b = core.mapi.batch(s)
    for _, n in ipairs(sizes) do
      local index, err = b:add("write_stream", { data = ("x"):rep(n) }, on)
      if not index then return nil, err end
    end
    return b
  end
  local handlers = { write_stream = function(r) return { written_size = #r.data } end }

  -- RopSize 2, one handle 4; each ROP 5 bytes and its data
  for around = -2, 2 do
    it(("hold with 32,768 bytes %+d"):format(around), function()
      local s, fake, on = set_up(handlers)
      local first = 20000
      local second = 32768 - 2 - 4 - 5 - first - 5 + around
      assert(run(write(s, on, { first, second }), fake))
      assert.equal(around > 0 and 2 or 1, #fake.requests)
      for _, r in ipairs(fake.requests) do assert.is_true(r.size <= 32768) end
      if around <= 0 then assert.equal(32768 + around, fake.requests[1].size) end
    end)
  end

  it("refuse a ROP that no request can hold", function()
    local s, _, on = set_up(handlers)
    local b, err = write(s, on, { 32768 })
    assert.is_nil(b)
    assert.equal("limit", err.kind)
  end)

  for around = -1, 2 do
    it(("hold with 255 handles %+d"):format(around), function()
      local s, fake, on = set_up()
      local b = core.mapi.batch(s)
      for _ = 1, 254 + around do b:add("open_folder", FOLDER, on) end -- and the logon's
      local results = run(b, fake)
      assert.equal(254 + around, #results)
      assert.equal(around > 0 and 2 or 1, #fake.requests)
      for _, r in ipairs(fake.requests) do assert.is_true(r.handles <= 255) end
    end)
  end

  it("hold for every smaller limit, and every ROP is sent once, in order", function()
    for _, limits in ipairs { { request = 64 }, { request = 100 }, { handles = 3 },
      { request = 333, handles = 7 } } do
      local s, fake, on = set_up(nil, limits)
      local b = core.mapi.batch(s)
      for i = 1, 40 do
        b:add("get_contents_table", { table_flags = i % 256 },
          b:add("open_folder", { folder_id = i, open_mode_flags = 0 }, on))
      end
      assert.equal(80, #run(b, fake))
      local seen = {}
      for _, r in ipairs(fake.requests) do
        assert.is_true(r.size <= (limits.request or 32768))
        assert.is_true(r.handles <= (limits.handles or 255))
        for _, rop in ipairs(r.rops) do seen[#seen + 1] = rop.folder_id or rop.table_flags end
      end
      assert.equal(80, #seen)
      for i = 1, 80 do assert.equal((i + 1) // 2, seen[i]) end
    end
  end)

  it("carry an output handle over to the next request", function()
    local s, fake, on = set_up(nil, { handles = 2 })
    local b = core.mapi.batch(s)
    b:add("get_contents_table", { table_flags = 0 }, b:add("open_folder", FOLDER, on))
    run(b, fake)
    assert.equal(2, #fake.requests)
    assert.equal(102, fake.requests[2].table[fake.requests[2].rops[1].input_handle_index + 1])
  end)

  it("send no handle in place of one that was not opened", function()
    local s, fake, on = set_up({
      open_folder = function() return { return_value = 0x8004010f } end,
    }, { handles = 2 })
    local b = core.mapi.batch(s)
    b:add("get_contents_table", { table_flags = 0 }, b:add("open_folder", FOLDER, on))
    local results = run(b, fake)
    assert.equal(0x8004010f, results[1].return_value)
    local second = fake.requests[2]
    assert.equal(0xffffffff, second.table[second.rops[1].input_handle_index + 1])
  end)
end)

describe("what a server puts off", function()
  it("is sent again after RopBufferTooSmall, and nothing twice", function()
    local n = 0
    local s, fake, on = set_up { get_contents_table = function()
      n = n + 1
      return n % 3 == 0 and fake_mapi.TOO_SMALL or { row_count = n }
    end }
    local b = core.mapi.batch(s)
    for i = 1, 10 do
      b:add("get_contents_table", { table_flags = i }, on)
    end
    local results = run(b, fake)
    assert.equal(10, #results)
    local answered, distinct = {}, 0
    for _, r in ipairs(results) do
      if not answered[r.row_count] then distinct = distinct + 1 end
      answered[r.row_count] = true
    end
    assert.equal(10, distinct)
    assert.equal(1, fake.requests[1].rops[1].table_flags)
    assert.equal(3, fake.requests[2].rops[1].table_flags)
  end)

  it("is an error where the first answer can never fit", function()
    local s, fake, on = set_up { get_contents_table = function() return fake_mapi.TOO_SMALL end }
    local b = core.mapi.batch(s)
    b:add("get_contents_table", { table_flags = 0 }, on)
    local results, err = run(b, fake)
    assert.is_nil(results)
    assert.equal("limit", err.kind)
    assert.equal(0x47d, err.code)
    assert.equal(1, #fake.requests)
  end)

  local function backoff(duration)
    return fake_mapi.response("backoff", { logon_id = 0, duration = duration,
      backoff_rop_data = { { rop_id_backoff = 5, duration = 1500 } }, additional_data = "" })
  end

  it("waits as RopBackoff says, the longest time named, and is sent again", function()
    local s, fake, on = set_up()
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    local execute, first = fake.execute, true
    function fake:execute(body, note)
      if not first then return execute(self, body, note) end
      first = false
      local wrapped = core.wire.wrap { { rops = backoff(250), handles = { 101, 0xffffffff } } }
      return string.pack("<I4I4I4s4I4", 0, 0, 0, wrapped, 0)
    end
    assert.equal(1, #run(b, fake))
    assert.same({ 1.5 }, fake.sleeps)
    assert.equal(2, #fake.requests)
  end)

  it("is given up after as many RopBackoff in a row as the limit says", function()
    local s, fake, on = set_up(nil, { backoffs = 3 })
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    function fake.execute()
      local wrapped = core.wire.wrap { { rops = backoff(0), handles = { 101, 0xffffffff } } }
      return string.pack("<I4I4I4s4I4", 0, 0, 0, wrapped, 0)
    end
    local results, err = run(b, fake)
    assert.is_nil(results)
    assert.equal("throttled", err.kind)
    assert.equal(3, #fake.sleeps)
  end)
end)

describe("answers", function()
  it("that chaining appends are the list 'more'", function()
    local columns = { 0x67480014 }
    local function rows(from, n, origin)
      local list = {}
      for i = 1, n do list[i] = { [columns[1]] = from + i } end
      return { origin = origin, row_data = list, columns = columns }
    end
    local s, fake, on = set_up { query_rows = function() return rows(0, 3, 1) end }
    fake.chained = { fake_mapi.response("query_rows", (function()
      local r = rows(3, 2, 2)
      r.columns, r.handle_index, r.return_value = nil, 1, 0
      return r
    end)(), { columns = columns }) }
    local b = core.mapi.batch(s)
    local tab = b:add("get_contents_table", { table_flags = 0 }, on)
    b:add("set_columns", { set_columns_flags = 0, property_tags = columns }, tab)
    b:add("query_rows", { query_rows_flags = 0, forward_read = true, row_count = 5 }, tab,
      { chain = true })
    local results, err = run(b, fake)
    assert.is_nil(err and err.message)
    assert.equal(3, #results[3].row_data)
    assert.equal(2, #results[3].more[1].row_data)
    assert.equal(5, results[3].more[1].row_data[2][columns[1]])
    assert.equal(7, fake.requests[1].flags)
  end)

  it("nobody asked for are set aside", function()
    local s, fake, on = set_up()
    fake.aside = fake_mapi.response("pending", { session_index = 3 })
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    assert.equal(1, #run(b, fake))
    assert.is_true(b:pending())
  end)

  local wrong = {
    { "for another ROP", fake_mapi.response("get_store_state",
      { handle_index = 1, return_value = 0, store_state = 0 }) },
    { "for another handle", fake_mapi.response("open_folder",
      { handle_index = 9, return_value = 0, has_rules = false, is_ghosted = false }) },
    { "that are missing", "" },
    { "that are none", "\xee" },
  }
  for _, case in ipairs(wrong) do
    it(case[1] .. " are a protocol error", function()
      local s, fake, on = set_up()
      function fake.execute()
        local wrapped = core.wire.wrap { { rops = case[2], handles = { 101, 102 } } }
        return string.pack("<I4I4I4s4I4", 0, 0, 0, wrapped, 0)
      end
      local b = core.mapi.batch(s)
      b:add("open_folder", FOLDER, on)
      local results, err = run(b, fake)
      assert.is_nil(results)
      assert.equal("protocol", err.kind)
      assert.is_true(err.lost)
    end)
  end

  it("that are cut anywhere are refused", function()
    local whole
    local s, fake, on = set_up()
    local execute = fake.execute
    function fake:execute(body, note)
      whole = execute(self, body, note)
      return whole
    end
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    assert(run(b, fake))
    for n = 0, #whole - 1 do
      s, fake, on = set_up()
      fake.execute = function() return whole:sub(1, n) end
      b = core.mapi.batch(s)
      b:add("open_folder", FOLDER, on)
      local results, err = run(b, fake)
      assert.is_nil(results, n)
      assert.is_string(err.kind)
    end
  end)
end)

describe("a caller's mistake", function()
  it("with fields is an error of kind invalid", function()
    local s, _, on = set_up()
    local b = core.mapi.batch(s)
    for _, fields in ipairs { { folder_id = "x", open_mode_flags = 0 }, {}, { folder_id = 1,
      open_mode_flags = 0, colour = 1 }, { folder_id = 1, open_mode_flags = 300 } } do
      local index, err = b:add("open_folder", fields, on)
      assert.is_nil(index)
      assert.equal("invalid", err.kind)
    end
  end)

  it("with names and objects throws", function()
    local s, _, on = set_up()
    local other = session()
    local b = core.mapi.batch(s)
    assert.has_error(function() b:add("open_sesame", {}, on) end)
    assert.has_error(function() b:add("notify", {}, on) end)
    assert.has_error(function() b:add("open_folder", FOLDER, 1) end)
    assert.has_error(function() b:add("open_folder", FOLDER, "x") end)
    assert.has_error(function() core.mapi.batch(other):add("open_folder", FOLDER, on) end)
    s:close()
    assert.has_error(function() b:add("open_folder", FOLDER, on) end)
  end)

  it("with an object of an earlier connection is a conflict, and nothing is sent", function()
    local s, fake, on = set_up()
    local op = s:connect()
    local _, request = op:step()
    op:step(fake.transport(request))
    fake.requests = {}
    local b = core.mapi.batch(s)
    b:add("open_folder", FOLDER, on)
    local results, err = run(b, fake)
    assert.is_nil(results)
    assert.equal("conflict", err.kind)
    assert.is_true(err.retryable)
    assert.equal(0, #fake.requests)
  end)
end)
