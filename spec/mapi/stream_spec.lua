local connection = require "satchel.mapi.connection"
local fake_mapi = require "support.fake_mapi"
local stream = require "satchel.mapi.stream"

local DATA <const> = 0x37010102
local EXPIRED <const> = { status = 200, headers = { { "X-ResponseCode", "10" } }, body = "" }

-- a server with one stream; it gives at most `most` bytes a request
local function server(content, most)
  local at = 0
  local fake
  fake = fake_mapi.new {
    open_stream = function(r)
      at = 0
      if r.open_mode_flags == 2 then fake.content = "" end
      return { stream_size = #fake.content }
    end,
    seek_stream = function(r) at = r.offset; return { new_position = at } end,
    read_stream = function(r)
      assert.equal(0xbabe, r.byte_count)
      local data = fake.content:sub(at + 1, at + most)
      at = at + #data
      return { data = data }
    end,
    write_stream = function(r)
      fake.content = fake.content .. r.data
      return { written_size = #r.data }
    end,
    commit_stream = function() fake.committed = fake.content end,
  }
  fake.content = content
  local conn = connection.open { transport = fake.transport, url = "https://h/",
    user_dn = "/cn=alice" }
  local on = conn:rop("open_folder", { folder_id = 1, open_mode_flags = 0 }).object
  fake.requests = {}
  return conn, fake, on
end

local function bytes(n)
  local parts = {}
  for i = 1, n // 4 + 1 do parts[i] = ("<I4"):pack(i) end
  return table.concat(parts):sub(1, n)
end

describe("a stream for reading", function()
  for _, size in ipairs { 0, 1, 999, 1000, 1001, 12345 } do
    it(("gives all %d bytes"):format(size), function()
      local conn, fake, on = server(bytes(size), 1000)
      local reader = stream.reader(conn, { on = on, tag = DATA })
      assert.equal(size, reader.size)
      local parts = {}
      for chunk in reader:chunks() do parts[#parts + 1] = chunk end
      assert.equal(fake.content, table.concat(parts))
      assert.equal(math.max(1, -(-size // 1000)), #fake.requests)
      assert.equal(size, reader.position)
      assert.is_nil(reader:read())
    end)
  end

  it("gives chunks as small as asked for", function()
    local conn, fake, on = server(bytes(2500), 1000)
    local reader, parts = stream.reader(conn, { on = on, tag = DATA }), {}
    for chunk in reader:chunks(300) do
      assert.is_true(#chunk <= 300)
      parts[#parts + 1] = chunk
    end
    assert.equal(fake.content, table.concat(parts))
  end)

  it("goes on where it was after the session was lost", function()
    for lost = 1, 5 do
      local conn, fake = server(bytes(5500), 1000)
      local reader = stream.reader(conn, { tag = DATA, open = function(b)
        return b:rop("open_folder", { folder_id = 1, open_mode_flags = 0 })
      end })
      local parts = {}
      for chunk in reader:chunks() do
        parts[#parts + 1] = chunk
        if #parts == lost then fake:fault(EXPIRED) end
      end
      assert.equal(fake.content, table.concat(parts))
    end
  end)

  it("gives nothing once it is closed", function()
    local conn, _, on = server(bytes(2500), 1000)
    local reader = stream.reader(conn, { on = on, tag = DATA })
    reader:close()
    assert.is_nil(reader:read())
  end)
end)

describe("a stream for writing", function()
  for _, size in ipairs { 0, 1, 32699, 32700, 32701, 100000 } do
    it(("takes %d bytes in requests of at most 32 KiB"):format(size), function()
      local conn, fake, on = server("old", 1000)
      local writer, content = stream.writer(conn, { on = on, tag = DATA }), bytes(size)
      for at = 1, size, 777 do writer:write(content:sub(at, at + 776)) end
      assert.equal(size, writer:finish())
      assert.equal(content, fake.committed)
      for _, r in ipairs(fake.requests) do assert.is_true(r.size <= 32768) end
      assert.is_true(#fake.requests <= size // 32700 + 2)
    end)
  end

  it("does not go on after the session was lost", function()
    local conn, fake, on = server("", 1000)
    local writer = stream.writer(conn, { on = on, tag = DATA })
    writer:write(bytes(32700))
    fake:fault(EXPIRED)
    local ok, err = pcall(writer.write, writer, bytes(32700))
    assert.is_false(ok)
    assert.is_true(err.stale)
    assert.is_nil(fake.committed)
  end)

  it("takes nothing once it is closed", function()
    local conn, _, on = server("", 1000)
    local writer = stream.writer(conn, { on = on, tag = DATA })
    writer:close()
    local ok, err = pcall(writer.write, writer, "x")
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
  end)
end)
