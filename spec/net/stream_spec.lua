-- Byte streams: what is read and written, time, and their end.

local line_peer = require "support.line_peer"
local net = require "satchel.core".net
local peer = require "support.peer"
local stream = require "support.stream"
local task = require "satchel.task"

-- "\0\1…\255\0\1…", so many bytes
local function pattern(n)
  local block = {}
  for i = 0, 255 do block[i + 1] = string.char(i) end
  return (table.concat(block):rep(n // 256 + 1):sub(1, n))
end

describe("a stream", function()
  it("connects, reads and writes", function()
    local p <close> = line_peer.start "S: * OK ready\nC: $tag NOOP\nS: $tag OK"
    local s = assert(stream.open(p))
    assert.equal("* OK ready\r\n", stream.upto(s, "\n"))
    assert.equal(0, s:write "a1 NOOP\r\n")
    local rest, err = stream.rest(s)
    assert.equal("a1 OK\r\n", rest)
    assert.equal("network", err.kind)
    assert.is_true(err.closed)
    assert.is_true(err.retryable)
    assert.equal("receive", err.stage)
    assert.equal(p.place, err.server)
    assert.equal(p.place .. " closed the connection", err.message)
    p:check()
  end)

  it("says what it is", function()
    local p <close> = line_peer.start "S: hello\n! stall"
    local s = assert(stream.open(p))
    stream.upto(s, "\n")
    s:write "you\r\n"
    assert.same({ host = "127.0.0.1", place = p.place, address = p.place, sent = 5, received = 7,
      verified = false, compressed = false }, s:info())
    s:close()
  end)

  it("finds names", function()
    local p <close> = line_peer.start "S: hello"
    p.host = "localhost"
    local s = assert(stream.open(p))
    assert.equal("localhost:" .. p.port, s:info().place)
    assert.equal("127.0.0.1:" .. p.port, s:info().address)
    assert.equal("hello\r\n", (stream.rest(s)))
  end)

  it("reads the same byte by byte as all at once", function()
    for _, piece in ipairs { 0, 1, 2, 7 } do
      local p <close> = line_peer.start("S: one\nS- {4}\\r\\na\\0\\xffb\nS: two", { piece = piece })
      local s = assert(stream.open(p))
      assert.equal("one\r\n{4}\r\na\0\xffbtwo\r\n", (stream.rest(s)))
    end
  end)

  it("gives what came before a cut, wherever it is", function()
    local all = "hello\r\nbye\r\n"
    local cuts = line_peer.each_cut("S: hello\nS: bye", nil, function(p, bytes)
      local s = assert(stream.open(p))
      local rest, err = stream.rest(s)
      assert.equal(all:sub(1, bytes), rest)
      assert.is_true(err.closed)
    end)
    assert.equal(#all, cuts)
  end)

  it("is read in parts", function()
    local p <close> = line_peer.start "S: abcdef"
    local s = assert(stream.open(p))
    assert(task.result(s))
    local parts = {}
    while #table.concat(parts) < 8 do parts[#parts + 1] = s:read(3) or nil end
    assert.equal("abcdef\r\n", table.concat(parts))
    assert.equal("abc", parts[1])
    assert.has_error(function() s:read(0) end)
  end)

  it("keeps its end: every further call gives the same error", function()
    local p <close> = line_peer.start "S: bye"
    local s = assert(stream.open(p))
    local _, err = stream.rest(s)
    for _, call in ipairs { "read", "step", "start_tls", "compress", "drained" } do
      local answer, again = s[call](s)
      assert.is_nil(answer)
      assert.equal(err.message, again.message)
    end
    assert.is_nil(s:write "x")
    s:close()
    s:close()
    assert.has_error(function() s:read() end, "attempt to use a closed satchel.stream")
  end)

  it("gives what was said before the other end would hear no more", function()
    local p <close> = line_peer.start "S: * BYE too late\n! close"
    local s = assert(stream.open(p))
    os.execute "sleep 0.2"
    -- nobody reads: the first write is answered by a reset, the next one fails
    for _ = 1, 5 do
      if not s:write(("x"):rep(100)) then break end
      os.execute "sleep 0.05"
    end
    local rest, err = stream.rest(s)
    assert.equal("* BYE too late\r\n", rest)
    assert.is_true(err.closed)
  end)

  it("explains a reset", function()
    local p <close> = line_peer.start "S: hello\nC: go\n! reset"
    local s = assert(stream.open(p))
    stream.upto(s, "\n")
    s:write "go\r\n"
    local _, err = stream.rest(s)
    assert.equal("network", err.kind)
    assert.is_true(err.closed)
  end)

  it("takes a half-closed peer for one that has gone", function()
    local p <close> = line_peer.start "S: hello\n! half\n! stall"
    local s = assert(stream.open(p))
    local rest, err = stream.rest(s)
    assert.equal("hello\r\n", rest)
    assert.is_true(err.closed)
  end)
end)

describe("many bytes", function()
  it("come whole and in order", function()
    local n <const> = 30000001
    for _, tls in ipairs { false, true } do
      local p <close> = line_peer.start("! bytes " .. n, { tls = tls })
      local s = assert(stream.open(p, { tls = tls }))
      local rest = stream.rest(s)
      assert.equal(n, #rest)
      assert.is_true(rest == pattern(n))
      assert.equal(n, s:info().received)
    end
  end)

  it("are not read without bound ahead of who takes them", function()
    for _, tls in ipairs { false, true } do
      local p <close> = line_peer.start("! bytes 30000000\n! stall", { tls = tls })
      local s = assert(stream.open(p, { tls = tls }))
      assert(task.result(s))
      for _ = 1, 20 do task.sleep(0.01) end
      assert.is_true(s:info().received <= 3 << 20, tostring(s:info().received))
      local got = 0
      while got < 30000000 do got = got + #assert(stream.some(s)) end
      s:close()
    end
  end)

  it("go out and come back at the same time", function()
    local n <const> = 24 << 20
    for _, tls in ipairs { false, true } do
      local p <close> = line_peer.start("! echo", { tls = tls })
      local s = assert(stream.open(p, { tls = tls }))
      local all = pattern(n)
      local pending = assert(s:write(all))
      assert.is_true(pending > 0 and pending <= n)
      local got, parts = 0, {}
      while got < n do
        parts[#parts + 1] = assert(stream.some(s))
        got = got + #parts[#parts]
      end
      assert.is_true(table.concat(parts) == all)
      assert.equal(0, s:pending())
      s:close()
    end
  end)

  it("can be waited for until they are written", function()
    local p <close> = line_peer.start "! sleep 0.2\n! drain"
    local s = assert(stream.open(p))
    s:write(pattern(16 << 20))
    assert.is_false((s:drained()))
    assert.is_true(s:pending() > 256 << 10)
    assert.is_true(stream.flush(s, 256 << 10))
    assert.is_true(s:pending() <= 256 << 10)
    assert.is_true(stream.flush(s))
    assert.equal(0, s:pending())
    assert.is_true((s:drained()))
    s:close()
  end)
end)

describe("time", function()
  it("runs out for a waiter", function()
    local p <close> = line_peer.start "S: hello\n! stall"
    local s = assert(stream.open(p, { idle = 0.1 }))
    local rest, err = stream.rest(s)
    assert.equal("hello\r\n", rest)
    assert.equal("timeout", err.kind)
    assert.equal(("no answer from %s within 0.1 s"):format(p.place), err.message)
    assert.is_true(err.retryable)
    assert.is_nil(err.closed)
  end)

  it("runs out however often somebody looks", function()
    local p <close> = line_peer.start "! stall"
    local s = assert(stream.open(p, { idle = 0.2 }))
    local from = net.now()
    while s:step() == false and net.now() - from < 3 do task.sleep(0.01) end
    local _, err = s:step()
    assert.equal("timeout", err and err.kind)
  end)

  it("does not run out while nobody waits, nor while bytes come", function()
    local p <close> = line_peer.start("S: 0123456789\n! sleep 0.4\nS: end", { piece = 1 })
    local s = assert(stream.open(p, { idle = 0.2 }))
    stream.upto(s, "\n")
    task.sleep(0.5)
    assert.equal("end\r\n", (stream.rest(s)))
  end)

  it("can be given anew", function()
    local p <close> = line_peer.start "! sleep 0.3\nS: late"
    local s = assert(stream.open(p, { idle = 0.1 }))
    s:idle(5)
    assert.equal("late\r\n", (stream.rest(s)))
    assert.has_error(function() s:idle(-1) end)
  end)

  it("runs out for who writes", function()
    local p <close> = line_peer.start "! sleep 30"
    local s = assert(stream.open(p, { idle = 0.1 }))
    s:write(pattern(16 << 20))
    local ok, err = stream.flush(s)
    assert.is_nil(ok)
    assert.equal("timeout", err.kind)
    assert.equal("send", err.stage)
  end)
end)

describe("a stream's end", function()
  it("is a cancelled task's", function()
    local p <close> = line_peer.start "S: hello\n! stall"
    local s, result
    local waiter = task.spawn(function()
      s = assert(stream.open(p))
      stream.upto(s, "\n")
      result = table.pack(pcall(stream.rest, s))
    end)
    while not (s and s:info().received > 0) do task.step() end
    waiter:cancel()
    pcall(task.run)
    assert.is_false(result[1])
    assert.equal("cancelled", result[2].kind)
    local _, err = s:read()
    assert.equal("cancelled", err.kind)
  end)

  it("frees its descriptors, whoever forgets it", function()
    local p <close> = line_peer.start "S: hello\n! stall"
    collectgarbage()
    local before = peer.descriptors()
    for _ = 1, 10 do assert(stream.open(p)) end
    for _ = 1, 10 do assert(stream.new(p)) end
    for _ = 1, 10 do assert(stream.open(p)):cancel() end
    for _ = 1, 10 do assert(stream.open(p)):close() end
    collectgarbage()
    collectgarbage()
    assert.equal(before, peer.descriptors())
  end)

  it("may come while it connects", function()
    local p <close> = line_peer.start "S: hello"
    local s = assert(stream.new(p))
    s:cancel()
    local ok, err = task.result(s)
    assert.is_nil(ok)
    assert.equal("cancelled", err.kind)
    assert(stream.new(p)):close()
  end)
end)

it("hundreds of streams go on at once", function()
  local p <close> = line_peer.start("S: hello\n! echo", { tls = true })
  local n <const> = 300
  local open, most, done = 0, 0, 0
  for i = 1, n do
    task.spawn(function()
      local s = assert(stream.open(p, { tls = true, timeout = 60, idle = 60 }))
      open = open + 1
      most = math.max(most, open)
      stream.upto(s, "hello\r\n")
      while open < n and done == 0 do task.sleep(0.01) end
      for _ = 1, 3 do
        local text = ("%d "):format(i):rep(200) .. "\n"
        s:write(text)
        assert.equal(text, stream.upto(s, "\n"))
      end
      done = done + 1
      s:close()
    end)
  end
  task.run()
  assert.equal(n, most)
  assert.equal(n, done)
end)
