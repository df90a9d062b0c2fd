-- How a stream gets to its server: names, addresses, proxies.

local line_peer = require "support.line_peer"
local net = require "satchel.core".net
local peer = require "support.peer"
local stream = require "support.stream"

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
