local core = require "satchel.core"
local line_peer = require "support.line_peer"
local stream = require "support.stream"
local task = require "satchel.task"
local tls_peer = require "support.tls_peer"

local net = core.net

local folder, servers

setup(function()
  folder, servers = tls_peer.folder(), {}
  local names = "DNS:localhost,IP:127.0.0.1"
  tls_peer.certificate(folder, "good", names, "-days 2")
  tls_peer.certificate(folder, "client", "DNS:anna", "-days 2")
  tls_peer.certificate(folder, "other", "DNS:elsewhere.test", "-days 2")
  tls_peer.certificate(folder, "old", names,
    "-startdate 20200101000000Z -enddate 20210101000000Z")
  tls_peer.certificate(folder, "named", "DNS:localhost", "-days 2")
end)

teardown(function()
  for _, server in pairs(servers) do server:close() end
  tls_peer.remove(folder)
end)

-- a server of openssl with a certificate and further options
local function server(name, more)
  local key = name .. " " .. (more or "")
  if not servers[key] then servers[key] = tls_peer.start(folder, name, more) end
  return servers[key]
end

local function open(name, options, more)
  local request = { tls = true, policy = { ca = folder .. "/ca.pem" } }
  for k, v in pairs(options or {}) do request[k] = v end
  local s = server(name, more)
  return stream.open({ host = "127.0.0.1", port = math.tointeger(tonumber(s.port)) }, request)
end

local function read(name)
  local f <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return f:read "a"
end

describe("TLS on a stream", function()
  it("is verified, and says what it is", function()
    local s = assert(open "good")
    local info = s:info()
    assert.equal("TLSv1.3", info.tls)
    assert.truthy(info.cipher:find "^TLS_")
    assert.equal("CN=good", info.peer_name)
    assert.equal("CN=Spec CA", info.issuer)
    assert.is_true(info.verified)
    assert.is_true(info.expires > os.time() and info.expires < os.time() + 3 * 86400)
    s:write "GET / HTTP/1.0\r\n\r\n"
    local page, err = stream.rest(s)
    assert.truthy(page:find "^HTTP/1.0 200")
    assert.is_true(err.closed)
    assert.truthy(err.message:find "closed the connection$")
  end)

  local anything = { verify = false }
  local trusting = nil
  for _, case in ipairs {
    { "good", "unable to get local issuer certificate", "ca = ", { policy = {} } },
    { "old", "certificate has expired", "renewed", trusting },
    { "other", "it is made for another host name", "host name", trusting },
    { "named", "it is made for another host name", "host name", trusting },
  } do
    it("explains: " .. case[2], function()
      local s, err = open(case[1], case[4])
      assert.is_nil(s)
      assert.equal("tls", err.kind)
      assert.equal("tls", err.stage)
      assert.equal(("the certificate of %s is not accepted: %s"):format(err.server, case[2]),
        err.message)
      assert.truthy(err.hint:find(case[3], 1, true), err.hint)
      assert.is_false(err.retryable)
    end)
  end

  it("accepts anything if told so, and says so", function()
    for _, name in ipairs { "good", "old", "other" } do
      local s = assert(open(name, { policy = anything }))
      assert.is_false(s:info().verified)
      s:close()
    end
  end)

  it("takes a name for what it is, and an address", function()
    for _, host in ipairs { "localhost", "LOCALHOST", "127.0.0.1" } do
      local s, err = open("good", { host = host })
      assert(s, err and err.message)
      s:close()
    end
  end)

  it("takes a folder of certificates", function()
    assert(os.execute(("mkdir -p %s/hashed && cp %s/ca.pem %s/hashed && "
      .. "openssl rehash %s/hashed"):format(folder, folder, folder, folder)))
    assert(open("good", { policy = { ca = folder .. "/hashed" } })):close()
  end)

  it("names files that cannot be used", function()
    for key, what in pairs { ca = "CA certificates", cert = "client certificate",
      key = "client key" } do
      local _, err = open("good", { policy = { [key] = "/no/such/file" } })
      assert.equal("tls", err.kind)
      assert.equal(("cannot read the %s '/no/such/file'"):format(what), err.message)
    end
    local _, err = open("good", { policy = { ca = folder .. "/ca.cnf" } })
    assert.truthy(err.message:find("the CA certificates cannot be used", 1, true))
    _, err = open("good", { policy = { ca = folder .. "/ca.pem", cert = folder .. "/ca.cnf" } })
    assert.truthy(err.message:find("the client certificate cannot be used", 1, true))
    _, err = open("good", { policy = { ca = folder .. "/ca.pem", cert = folder .. "/client.pem",
      key = folder .. "/good.key" } })
    assert.truthy(err.message:find("the client certificate cannot be used", 1, true))
  end)

  it("asks nobody for a pass phrase", function()
    assert(os.execute(("cd %s && openssl ec -in client.key -aes128 -passout pass:word "
      .. "-out locked.key >/dev/null 2>&1"):format(folder)))
    local _, err = open("good", { policy = { ca = folder .. "/ca.pem",
      cert = folder .. "/client.pem", key = folder .. "/locked.key" } })
    assert.truthy(err.message:find("the client certificate cannot be used", 1, true))
  end)

  for _, version in ipairs { "-tls1_3", "-tls1_2" } do
    it("shows the client's certificate by " .. version, function()
      local strict = ("%s -Verify 1 -verify_return_error -CAfile %s/ca.pem"):format(version, folder)
      local policy = { ca = folder .. "/ca.pem" }
      local s, err = open("good", { policy = policy }, strict)
      -- by TLS 1.3 the refusal comes behind the handshake
      if s then
        local _
        _, err = stream.rest(s)
      end
      assert.equal("tls", err.kind)
      assert.truthy(err.message:find("wants a client certificate", 1, true), err.message)
      assert.truthy(err.hint:find("cert = ", 1, true))
      policy.cert, policy.key = folder .. "/client.pem", folder .. "/client.key"
      s, err = open("good", { policy = policy }, strict)
      assert(s, err and err.message)
      s:write "GET / HTTP/1.0\r\n\r\n"
      assert.truthy((stream.rest(s)):find "^HTTP/1.0 200")
    end)
  end

  it("speaks nothing older than TLS 1.2", function()
    local s, err = open("good", nil, "-tls1_1 -cipher ALL:@SECLEVEL=0")
    assert.is_nil(s)
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("speaks", 1, true), err.message)
    assert.truthy(err.hint:find("TLS 1.2", 1, true))
  end)

  it("explains a port that begins in clear text", function()
    local p <close> = line_peer.start "S: * OK ready\n! stall"
    local s, err = stream.open(p, { tls = true })
    assert.is_nil(s)
    assert.equal("tls", err.kind)
    assert.equal(("no TLS with %s: it does not answer in TLS"):format(p.place), err.message)
    assert.truthy(err.hint:find("STARTTLS", 1, true))
  end)

  it("explains a port that closes", function()
    local p <close> = line_peer.start "! close"
    local s, err = stream.open(p, { tls = true })
    assert.is_nil(s)
    assert.equal("tls", err.stage)
    assert.is_true(err.kind == "tls" or err.kind == "network")
  end)

  it("is not waited for without end", function()
    local p <close> = line_peer.start "! stall"
    local s, err = stream.open(p, { tls = true, timeout = 0.2 })
    assert.is_nil(s)
    assert.equal("timeout", err.kind)
    assert.equal(("no TLS with %s within 0.2 s"):format(p.place), err.message)
    assert.is_true(err.retryable)
  end)

  it("tells a farewell from a cut", function()
    local p <close> = line_peer.start({ "S: bye\n! close", "S: bye\n! cut" }, { tls = true })
    for _, words in ipairs { "closed the connection",
      "cut the connection, without the farewell of TLS" } do
      local s = assert(stream.open(p, { tls = true }))
      local rest, err = stream.rest(s)
      assert.equal("bye\r\n", rest)
      assert.equal("network", err.kind)
      assert.is_true(err.closed)
      assert.equal(p.place .. " " .. words, err.message)
    end
  end)

  it("gives what came before a cut, wherever it is", function()
    local cuts = line_peer.each_cut("S: hello\nS: bye", { tls = true }, function(p, bytes)
      local s = assert(stream.open(p, { tls = true }))
      local rest, err = stream.rest(s)
      assert.equal(("hello\r\nbye\r\n"):sub(1, bytes), rest)
      assert.is_true(err.closed)
    end)
    assert.equal(12, cuts)
  end)
end)

describe("STARTTLS", function()
  local SCRIPT <const> = "S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\n! tls\n"
    .. "C: $tag NOOP\nS: $tag OK safe"

  local function ask(p, options)
    local s = assert(stream.open(p, options))
    stream.upto(s, "ready\r\n")
    s:write "a1 STARTTLS\r\n"
    stream.line(s) -- and what is behind it stays unread
    return s
  end

  it("begins TLS on a stream", function()
    for _, piece in ipairs { 0, 1 } do
      local p <close> = line_peer.start(SCRIPT, { piece = piece })
      local s = ask(p)
      assert.is_nil(s:info().tls)
      assert.is_true((s:start_tls()))
      assert.is_true(task.result(s))
      assert.truthy(s:info().tls)
      assert.is_true(s:info().verified)
      s:write "a2 NOOP\r\n"
      assert.equal("a2 OK safe\r\n", (stream.rest(s)))
      p:check()
    end
  end)

  it("holds what is written meanwhile until TLS is there", function()
    local p <close> = line_peer.start(SCRIPT)
    local s = ask(p)
    assert(s:start_tls())
    assert.equal(9, s:write "a2 NOOP\r\n")
    assert.is_true(task.result(s))
    assert.equal("a2 OK safe\r\n", (stream.rest(s)))
  end)

  -- the bytes are in the same write as the answer, or come just behind it
  for name, injected in pairs {
    ["in the same write"] = "S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\n"
      .. "S: * CAPABILITY X\n! tls",
    ["a byte of it"] = "S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\nS- x\n! tls",
    ["in the next write"] = "S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\n! sleep 0\n"
      .. "S: * CAPABILITY X\n! tls",
  } do
    it("refuses an answer injected before it, " .. name, function()
      local p <close> = line_peer.start(injected)
      local s = ask(p)
      if name == "in the next write" then os.execute "sleep 0.1" end
      local ok, err = s:start_tls()
      assert.is_nil(ok)
      assert.equal("protocol", err.kind)
      assert.truthy(err.message:find("injection", 1, true), err.message)
      assert.is_nil(s:write "a2 NOOP\r\n")
      local _, again = task.result(s)
      assert.equal(err.message, again and again.message or err.message)
    end)
  end

  it("is refused where it makes no sense", function()
    local p <close> = line_peer.start(SCRIPT)
    local s = ask(p)
    assert(stream.start_tls(s))
    local ok, err = s:start_tls()
    assert.is_nil(ok)
    assert.equal("invalid", err.kind)
    local q <close> = line_peer.start "! sleep 5"
    s = assert(stream.open(q))
    s:write(("x"):rep(32 << 20))
    assert.is_true(s:pending() > 0)
    ok, err = s:start_tls()
    assert.is_nil(ok)
    assert.truthy(err.message:find("before all is written", 1, true))
  end)

  it("explains a server that does not mean it", function()
    local p <close> = line_peer.start("S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\n"
      .. "C# 5\nS: what?")
    local s = ask(p)
    local ok, err = stream.start_tls(s)
    assert.is_nil(ok)
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("does not answer in TLS", 1, true), err.message)
  end)

  it("has time of its own", function()
    local p <close> = line_peer.start "S: * OK ready\nC: $tag STARTTLS\nS: $tag OK go\n! stall"
    local s = ask(p, { timeout = 0.3 })
    task.sleep(0.4) -- what connecting was given has passed
    local ok, err = stream.start_tls(s)
    assert.is_nil(ok)
    assert.equal(("no TLS with %s within 0.3 s"):format(p.place), err.message)
  end)
end)

describe("channel bindings", function()
  local function start(version)
    return line_peer.start("S: go\n! tls " .. version .. "\n! bindings\n! stall")
  end

  local function connect(p)
    local s = assert(stream.open(p))
    stream.line(s)
    assert(stream.start_tls(s))
    return s
  end

  it("of TLS 1.3 are the exporter's (RFC 9266)", function()
    local p <close> = start "1.3"
    local s = connect(p)
    assert.equal("TLSv1.3", s:info().tls)
    assert.equal(p:noted "exporter", core.text.hex(s:binding "tls-exporter"))
    assert.is_nil(s:binding "tls-unique")
    s:close()
  end)

  it("of TLS 1.2 are the client's Finished message (RFC 5929)", function()
    local p <close> = start "1.2"
    local s = connect(p)
    assert.equal("TLSv1.2", s:info().tls)
    assert.equal(p:noted "finished", core.text.hex(s:binding "tls-unique"))
    assert.equal(p:noted "exporter", core.text.hex(s:binding "tls-exporter"))
    s:close()
  end)

  it("of the end point are the certificate's digest", function()
    for _, version in ipairs { "-tls1_2", "-tls1_3" } do
      local s = assert(open("good", nil, version))
      assert.equal(net.thumbprint(read "good.pem"), s:binding "tls-server-end-point")
      assert.is_nil(s:binding "tls-unheard-of")
      s:close()
    end
  end)
end)
