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

local function close_all(p, s)
  if s then s:close() end
  p:close()
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

describe("connecting", function()
  it("fails where nobody listens", function()
    local s, err = stream.open { host = "127.0.0.1", port = peer.free_port() }
    assert.is_nil(s)
    assert.equal("network", err.kind)
    assert.equal("connect", err.stage)
    assert.truthy(err.message:find "127.0.0.1:%d+ refuses connections")
    assert.truthy(err.hint)
  end)

  it("fails where there is no such name", function()
    local s, err = stream.open { host = "nowhere.invalid", port = 143 }
    assert.is_nil(s)
    assert.equal("network", err.kind)
    assert.equal("resolve", err.stage)
    assert.equal("cannot find host nowhere.invalid", err.message)
  end)

  for _, host in ipairs { "", "a b", "a\nb", "a/b", "a@b", "a\0b", "a:b:", "[::1", ("x"):rep(300),
    "host\r\nX: y", "a?b", "a#b" } do
    it(("refuses the host %q"):format(host:sub(1, 20)), function()
      local s, err = net.stream { host = host, port = 143, proxy = false }
      assert.is_nil(s)
      assert.equal("invalid", err.kind)
      assert.falsy(err.message:find "[%c]")
    end)
  end

  it("takes an IPv6 address with and without brackets", function()
    for _, host in ipairs { "::1", "[::1]" } do
      local port = peer.free_port()
      local _, err = stream.open { host = host, port = port }
      assert.equal("network", err.kind)
      assert.truthy(err.message:find("[::1]:" .. port, 1, true), err.message)
    end
  end)

  it("refuses what is no request", function()
    for _, request in ipairs { {}, { host = "a" }, { host = "a", port = 0 },
      { host = "a", port = 65536 }, { host = 1, port = 1 }, { host = "a", port = 1, proxy = 1 },
      { host = "a", port = 1, timeout = -1 }, { host = "a", port = 1, idle = "x" } } do
      assert.has_error(function() net.stream(request) end)
    end
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

describe("a proxy", function()
  local function through(scheme, p, target)
    return { host = target or "mail.example.test", port = 143, proxy = scheme .. "://" .. p.place }
  end

  local CONNECT <const> = "C: CONNECT mail.example.test:143 HTTP/1.1\nC: Host: …\n"
    .. "C: User-Agent: …\nC: Proxy-Connection: …\nC: \n"

  it("is asked by CONNECT; what follows its answer is the server's", function()
    local p <close> = line_peer.start(CONNECT .. "S: HTTP/1.1 200 Good\nS: \nS: * OK ready\n"
      .. "C: bye\nS: * BYE")
    local s, err = stream.open(p, through("http", p))
    assert(s, err and err.message)
    assert.equal("* OK ready\r\n", stream.upto(s, "\n"))
    s:write "bye\r\n"
    assert.equal("* BYE\r\n", (stream.rest(s)))
    assert.equal("mail.example.test:143", s:info().place)
    p:check()
  end)

  it("carries TLS", function()
    local p <close> = line_peer.start((CONNECT:gsub("mail%.example%.test", "localhost"))
      .. "S: HTTP/1.1 200 Good\nS: \n! tls\nS: * OK ready")
    local options = through("http", p, "localhost")
    options.tls = true
    local s, err = stream.open(p, options)
    assert(s, err and err.message)
    assert.equal("* OK ready\r\n", stream.upto(s, "\n"))
    assert.truthy(s:info().tls)
    s:close()
  end)

  it("is shown its own credentials", function()
    local asked = CONNECT .. "S: HTTP/1.1 407 Who\nS: Proxy-Authenticate: Basic realm=\"p\"\n"
      .. "S: Content-Length: 0\nS: \n"
    local p <close> = line_peer.start(asked .. CONNECT:gsub("C: User",
      "C: Proxy-Authorization: Basic dTpw\nC: User") .. "S: HTTP/1.1 200 Good\nS: \nS: hello")
    local options = through("http", p)
    options.proxy = "http://u:p@" .. p.place
    local s, err = stream.open(p, options)
    assert(s, err and err.message)
    assert.equal("hello\r\n", stream.upto(s, "\n"))
    p:check()
  end)

  it("may want credentials", function()
    local p <close> = line_peer.start(CONNECT .. "S: HTTP/1.1 407 Who\n"
      .. "S: Proxy-Authenticate: Basic realm=\"p\"\nS: Content-Length: 0\nS: ")
    local s, err = stream.open(p, through("http", p))
    assert.is_nil(s)
    assert.equal("auth", err.kind)
    assert.equal("proxy", err.stage)
    assert.truthy(err.message:find(p.place, 1, true))
    assert.truthy(err.hint)
  end)

  it("may refuse, and its credentials are in no error", function()
    local p <close> = line_peer.start(CONNECT:gsub("C: User", "C: …\nC: User")
      .. "S: HTTP/1.1 403 No\nS: Content-Length: 0\nS: ")
    local options = through("http", p)
    options.proxy = "http://user:hidden@" .. p.place
    local s, err = stream.open(p, options)
    assert.is_nil(s)
    assert.equal("network", err.kind)
    assert.falsy((err.message .. (err.hint or "")):find("hidden", 1, true))
  end)

  it("may be silent", function()
    local p <close> = line_peer.start(CONNECT .. "! stall")
    local options = through("http", p)
    options.timeout = 0.2
    local s, err = stream.open(p, options)
    assert.is_nil(s)
    assert.equal("timeout", err.kind)
    assert.equal("proxy", err.stage)
    assert.equal(("no connection to mail.example.test:143 by the proxy %s within 0.2 s")
      :format(p.place), err.message)
  end)

  it("may not be there", function()
    local port = peer.free_port()
    local s, err = stream.open({ port = 143 }, { host = "mail.example.test",
      proxy = "http://127.0.0.1:" .. port })
    assert.is_nil(s)
    assert.equal(("the proxy 127.0.0.1:%d refuses connections"):format(port), err.message)
    assert.equal("connect", err.stage)
  end)

  -- RFC 1928: one method, none; CONNECT to a name of 17 bytes at port 143
  it("speaks SOCKS5, and finds the name itself", function()
    local p <close> = line_peer.start("C# 3\nS- \\x05\\x00\nC# 24\n"
      .. "S- \\x05\\x00\\x00\\x01\\x7f\\x00\\x00\\x01\\x00\\x8f\nS: * OK ready\n! drain")
    local s, err = stream.open(p, through("socks5h", p))
    assert(s, err and err.message)
    assert.equal("* OK ready\r\n", stream.upto(s, "\n"))
    assert.truthy(p:heard():find("mail.example.test", 1, true))
    s:close()
  end)

  it("may say why by SOCKS5", function()
    local p <close> = line_peer.start("C# 3\nS- \\x05\\x00\nC# 24\n"
      .. "S- \\x05\\x05\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\n! drain")
    local s, err = stream.open(p, through("socks5h", p))
    assert.is_nil(s)
    assert.equal("network", err.kind)
    assert.equal("proxy", err.stage)
    assert.truthy(err.message:find("the proxy " .. p.place, 1, true), err.message)
  end)

  -- in a process of its own, for the environment is one's own
  local function alone(environment, p)
    local pipe = io.popen(([[%s lua5.4 -e '
      local task = require "satchel.task"
      local s = assert(require "satchel.core".net.stream { host = "127.0.0.1", port = %d })
      local ok, err = task.result(s)
      print(ok and "connected" or err.message)']]):format(environment, p.port))
    local output = pipe:read "a"
    pipe:close()
    return output
  end

  it("is taken from the environment, with its exceptions", function()
    local p <close> = line_peer.start "S: hello"
    local port = peer.free_port()
    local url = "http://127.0.0.1:" .. port
    local refused = ("the proxy 127.0.0.1:%d refuses connections\n"):format(port)
    assert.equal(refused, alone("no_proxy= all_proxy=" .. url, p))
    assert.equal(refused, alone("no_proxy= all_proxy= ALL_PROXY=" .. url, p))
    assert.equal("connected\n", alone("no_proxy=127.0.0.1 all_proxy=" .. url, p))
    assert.equal("connected\n", alone("all_proxy= ALL_PROXY= http_proxy=" .. url, p))
  end)

  -- RFC 1929: version 1; the user, the password
  for name, case in pairs {
    ["garbage for an answer"] = { "http", "C: CONNECT …\nS: SSH-2.0-OpenSSH_9.2\n! close" },
    ["no answer"] = { "http", "C: CONNECT …\n! close" },
    ["half an answer"] = { "http", "C: CONNECT …\nS: HTTP/1.1 200 Go\n! close" },
    ["another version of SOCKS"] = { "socks5h", "C# 4\nS- \\x04\\x00\n! drain" },
    ["a method that was not offered"] = { "socks5h", "C# 4\nS- \\x05\\x01\n! drain" },
    ["half an answer by SOCKS"] = { "socks5h", "C# 4\nS- \\x05\n! close" },
    ["no words for a refusal"] = { "http", "C: CONNECT …\nS: HTTP/1.1 502 x\n"
      .. "S: Content-Length: 0\nS: \n! drain" },
  } do
    it("may have " .. name, function()
      local p <close> = line_peer.start(case[2])
      local options = through(case[1], p)
      options.proxy, options.timeout = ("%s://u:hidden@%s"):format(case[1], p.place), 2
      local s, err = stream.open(p, options)
      assert.is_nil(s)
      assert.equal("network", err.kind, err.message)
      assert.equal("proxy", err.stage)
      assert.matches("the proxy " .. p.place, err.message, 1, true)
      assert.not_matches("hidden", err.message .. (err.hint or ""), 1, true)
    end)
  end

  it("may not like the password it is given", function()
    for scheme, script in pairs {
      http = "C: CONNECT …\nS: HTTP/1.1 401 No\nS: Content-Length: 0\nS: \n! drain",
      socks5h = "C# 4\nS- \\x05\\x02\nC# 10\nS- \\x01\\x01\n! drain",
    } do
      local p <close> = line_peer.start(script)
      local options = through(scheme, p)
      options.proxy = ("%s://u:hidden@%s"):format(scheme, p.place)
      local s, err = stream.open(p, options)
      assert.is_nil(s)
      assert.equal("auth", err.kind, err.message)
      assert.matches("refuses the user and the password", err.message)
      assert.not_matches("hidden", err.message .. err.hint, 1, true)
    end
  end)

  it("is a URL", function()
    for url, kind in pairs { ["ftp://u:hidden@b"] = "unsupported",
      ["http://u:hid den@b"] = "invalid", ["http://u:hidden@b:port"] = "invalid",
      ["http://u:hidden@"] = "invalid" } do
      local s, err = net.stream { host = "a", port = 143, proxy = url }
      assert.is_nil(s, url)
      assert.equal(kind, err.kind, err.message)
      assert.not_matches("hid", err.message, 1, true)
    end
  end)

  it("is not spoken to by TLS, and its name has no control characters", function()
    local s, err = net.stream { host = "a", port = 143, proxy = "https://b" }
    assert.is_nil(s)
    assert.equal("unsupported", err.kind)
    s, err = net.stream { host = "a", port = 143, proxy = "http://b\r\nX: y" }
    assert.is_nil(s)
    assert.equal("invalid", err.kind)
  end)
end)

-- the other way, with a server that compresses: spec/satchel/sasl_spec.lua
describe("DEFLATE", function()
  -- "hello\r\n", raw and flushed (RFC 1951)
  local HELLO <const> = "\\xca\\x48\\xcd\\xc9\\xc9\\xe7\\xe5\\x02\\x00\\x00\\x00\\xff\\xff"

  it("begins where it is told to, with what is unread", function()
    for _, piece in ipairs { 0, 1 } do
      local p <close> = line_peer.start("S: go\nS- " .. HELLO .. HELLO, { piece = piece })
      local s = assert(stream.open(p))
      assert.equal("go\r\n", stream.line(s))
      assert.is_true((s:compress()))
      local rest, err = stream.rest(s)
      assert.equal("hello\r\nhello\r\n", rest)
      assert.is_true(err.closed)
    end
  end)

  it("gives what came before a cut", function()
    line_peer.each_cut("S- " .. HELLO, nil, function(p, bytes)
      local s = assert(stream.open(p))
      assert(s:compress())
      local rest, err = stream.rest(s)
      assert.equal(rest, ("hello\r\n"):sub(1, #rest))
      assert.is_true(#rest <= bytes)
      assert.is_true(err.closed)
    end)
  end)

  it("refuses bytes that are not compressed", function()
    local p <close> = line_peer.start "S: go\nS: these are no compressed bytes\n! stall"
    local s = assert(stream.open(p))
    stream.line(s)
    assert(s:compress())
    local rest, err = stream.rest(s)
    assert.equal("", rest)
    assert.equal("protocol", err.kind)
    assert.truthy(err.message:find("compressed bytes that make no sense", 1, true))
    assert.is_nil(s:write "x")
  end)

  it("keeps small what swells", function()
    -- 64 MiB of zeros in 65 KiB
    local p <close> = line_peer.start("S: go\n! zeros 64\n! stall")
    local s = assert(stream.open(p))
    stream.line(s)
    assert(s:compress())
    assert(task.result(s))
    for _ = 1, 10 do task.sleep(0.01) end
    assert.is_true(s:info().received <= 3 << 20, tostring(s:info().received))
    local got = 0
    while got < 64 << 20 do got = got + #assert(stream.some(s)) end
    assert.equal(64 << 20, got)
    s:close()
  end)
end)

it("a bare stream has nothing to bind to", function()
  local p <close> = line_peer.start "S: hello\n! stall"
  local s = assert(stream.open(p))
  for _, kind in ipairs { "tls-exporter", "tls-unique", "tls-server-end-point", "x" } do
    assert.is_nil(s:binding(kind))
  end
  close_all(p, s)
end)
