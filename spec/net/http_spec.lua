local line_peer = require "support.line_peer"
local net = require "satchel.core".net
local peer = require "support.peer"
local task = require "satchel.task"

-- one exchange; the peer speaks plain HTTP on the loopback
local function fetch(request)
  if request.proxy == nil then request.proxy = false end
  if request.tls == nil then request.tls = false end
  request.timeout = request.timeout or 5
  local op, err = net.http(request)
  if not op then return nil, err end
  return task.result(op)
end

describe("core.net.http", function()
  local p
  setup(function() p = peer.start() end)
  teardown(function() p:close() end)

  local function get(path, more)
    local request = { url = p.url .. path }
    for k, v in pairs(more or {}) do request[k] = v end
    return fetch(request)
  end

  it("sends the request as given", function()
    local r = get("echo?a=b", { method = "POST", body = "a\0b",
      headers = { "Content-Type: application/mapi-http", "X-RequestId: {1}:1" } })
    assert.equal(200, r.status)
    assert.truthy(r.body:find("POST /echo?a=b\n", 1, true))
    assert.truthy(r.body:find("X-RequestId: {1}:1\n", 1, true))
    assert.truthy(r.body:find("Content-Type: application/mapi-http\n", 1, true))
    assert.truthy(r.body:find("Content-Length: 3\n", 1, true))
    assert.equal("\n\na\0b", r.body:sub(-5))
    assert.equal(p.url .. "echo?a=b", r.effective_url)
  end)

  it("adds neither a form's type nor a wait for 100 Continue", function()
    local r = get("echo", { method = "POST", body = ("x"):rep(5000000) })
    assert.falsy(r.body:find "Content%-Type")
    assert.falsy(r.body:find "Expect")
    assert.equal(5000000, #r.body:match "\n\n(x+)$")
  end)

  for _, method in ipairs { "GET", "HEAD", "OPTIONS", "PUT", "DELETE" } do
    it("knows " .. method, function()
      local r = get("echo", { method = method, body = method == "PUT" and "b" or nil })
      assert.equal(200, r.status)
      local line = method == "HEAD" and "" or method .. " /echo\n"
      assert.equal(line, r.body:sub(1, #line))
    end)
  end

  it("keeps the last head, repeated and folded headers", function()
    local r = get "interim"
    assert.equal(200, r.status)
    assert.equal("final", r.body)
    assert.is_nil(r.fields["x-early"])
    assert.equal("a=1, b=2", r.fields["set-cookie"])
    assert.equal("one two", r.fields["x-folded"])
    assert.same({ "Set-Cookie", "b=2" }, r.headers[2])
  end)

  it("joins chunks", function()
    local r = get "drip:1"
    assert.equal("PROCESSING\r\nDONE\r\n", r.body)
  end)

  it("uses one connection again", function()
    local first = get "count"
    local second = get "count"
    assert.equal(0, second.connections)
    assert.equal(first.body:match "^%d+", second.body:match "^%d+")
    assert.equal(first.body:match "%d+$" + 1, math.tointeger(second.body:match "%d+$"))
  end)

  it("gives redirects and pages as they are", function()
    local r = get "redirect"
    assert.equal(302, r.status)
    assert.equal("/echo", r.fields.location)
    r = get "html"
    assert.equal("text/html", r.fields["content-type"])
  end)

  it("reads Retry-After, seconds and date", function()
    assert.equal(7, get "busy".retry_after)
    assert.equal(503, get "busy".status)
    local wait = get "busy_date".retry_after
    assert.truthy(wait > 50 and wait <= 60)
    assert.is_nil(get "echo".retry_after)
  end)

  local failures = {
    { "cut:0", "network", "in the middle of its answer" },
    { "cut:99", "network", "in the middle of its answer" },
    { "cut_head", "network", "in the middle of its answer" },
    { "cut_chunk", "network", "in the middle of its answer" },
    { "hangup", "network", "without an answer" },
    { "garbage", "protocol", "does not answer in HTTP" },
    { "headers:1000", "limit", "head of more than 65536 bytes" },
    { "long_header:70000", "limit", "head of more than 65536 bytes" },
    { "long_header:300000", "limit", "header that is too long" },
    { "proxy_auth", "auth", "proxy" },
  }
  for _, f in ipairs(failures) do
    it("explains " .. f[1], function()
      local r, err = get(f[1])
      assert.is_nil(r)
      assert.equal(f[2], err.kind)
      assert.truthy(err.message:find(f[3], 1, true), err.message)
      assert.equal(f[2] == "network", err.retryable)
      assert.equal("answer", err.stage)
      assert.is_true(err.sent)
    end)
  end

  it("bounds the body, whole or endless", function()
    assert.equal(100000, #get("body:100000", { max_body = 100000 }).body)
    for _, path in ipairs { "body:100001", "endless" } do
      local _, err = get(path, { max_body = 100000 })
      assert.equal("limit", err.kind)
      assert.truthy(err.message:find("more than 100000 bytes", 1, true))
    end
  end)

  it("bounds the head", function()
    assert.equal(200, get("headers:10", { max_head = 2000 }).status)
    local _, err = get("headers:10", { max_head = 500 })
    assert.equal("limit", err.kind)
  end)

  it("gives up at the deadline", function()
    local before = os.time()
    local _, err = get("slow:9", { timeout = 0.2 })
    assert.equal("timeout", err.kind)
    assert.truthy(err.message:find("no answer from " .. p.place .. " within 0.2 s", 1, true))
    assert.is_true(err.retryable)
    assert.is_true(err.sent)
    assert.truthy(os.time() - before < 3)
    _, err = get("drip:20", { timeout = 0.35 })
    assert.truthy(err.message:find("no complete answer", 1, true))
  end)

  it("renews the idle time with each byte", function()
    local r = assert(get("drip:6", { idle_timeout = 0.3, timeout = 9 }))
    assert.equal(6 * 12 + 6, #r.body)
    local _, err = get("slow:9", { idle_timeout = 0.2, timeout = 9 })
    assert.equal("timeout", err.kind)
    assert.truthy(err.message:find("within 0.2 s", 1, true))
  end)

  it("gives the same response each time it is asked", function()
    local op = net.http { url = p.url .. "html", tls = false, proxy = false }
    local first = task.result(op)
    local done, second = op:step()
    assert.is_true(done)
    assert.equal(first, second)
    assert.equal("<html>Welcome</html>", second.body)
  end)

  it("shows the body while it comes", function()
    local op = net.http { url = p.url .. "drip:3", tls = false, proxy = false }
    local seen = {}
    while op:step() == false do
      net.loop():step(0.05)
      local n = #op:partial()
      if n > 0 and seen[#seen] ~= n then seen[#seen + 1] = n end
    end
    assert.truthy(#seen >= 3)
    assert.equal(200, op:status())
    assert.equal("", op:partial(1000))
  end)

  it("does not repeat a request whose answer was lost", function()
    assert.equal("call 1", get("tired:1", { method = "POST", body = "x" }).body)
    local _, err = get("tired:1", { method = "POST", body = "x" })
    assert.equal("network", err.kind)
    assert.is_true(err.sent)
    assert.equal("call 3", get("tired:1", { method = "POST", body = "x" }).body)
  end)

  it("repeats it if it may", function()
    assert.equal("call 1", get("tired:2", { method = "POST", body = "y" }).body)
    local r = get("tired:2", { method = "POST", body = "y", repeatable = true })
    assert.equal("call 3", r.body)
    assert.equal(1, r.connections)
  end)

  it("explains a host that does not exist", function()
    local _, err = fetch { url = "http://no-such-host.invalid/" }
    assert.equal("network", err.kind)
    assert.equal("cannot find host no-such-host.invalid", err.message)
    assert.equal("resolve", err.stage)
    assert.is_false(err.sent)
  end)

  it("explains a port where nobody listens", function()
    local port = peer.free_port()
    local _, err = fetch { url = ("http://127.0.0.1:%d/"):format(port) }
    assert.equal("network", err.kind)
    assert.equal(("127.0.0.1:%d refuses connections"):format(port), err.message)
    assert.equal("connect", err.stage)
    assert.is_false(err.sent)
    assert.truthy(err.hint)
  end)

  it("says when TLS hangs", function()
    local listener = require "cqueues.socket".listen { host = "127.0.0.1", port = 0 }
    listener:listen()
    local _, _, port = listener:localname()
    local _, err = fetch { url = ("https://127.0.0.1:%d/"):format(port), timeout = 0.2 }
    listener:close()
    assert.equal("timeout", err.kind)
    assert.equal("tls", err.stage)
    assert.truthy(err.message:find "^no TLS with 127.0.0.1:")
    assert.is_false(err.sent)
  end)

  it("goes through a proxy, and names it when it fails", function()
    local r = fetch { url = "http://elsewhere.invalid/echo", proxy = p.url }
    assert.truthy(r.body:find("GET http://elsewhere.invalid/echo", 1, true))
    local port = peer.free_port()
    local _, err = fetch { url = p.url,
      proxy = ("http://u:secret@127.0.0.1:%d"):format(port) }
    assert.equal(("the proxy 127.0.0.1:%d refuses connections"):format(port), err.message)
    _, err = fetch { url = p.url, proxy = "http://no-such-host.invalid:1" }
    assert.equal("cannot find the proxy no-such-host.invalid:1", err.message)
    for _, bad in ipairs { "ftp://u:hidden@b", "http://u:hid den@b" } do
      _, err = fetch { url = p.url, proxy = bad }
      assert.truthy(err.kind == "unsupported" or err.kind == "invalid")
      assert.falsy(err.message:find("hid", 1, true))
    end
  end)

  it("is told who a proxy of https wants, not that the server has gone", function()
    for _, case in ipairs { { 407, "auth", "" }, { 401, "auth", "u:hidden@" },
      { 403, "network", "u:hidden@" } } do
      local status, kind, account = table.unpack(case)
      local proxy <close> = line_peer.start(("C: CONNECT …\nS: HTTP/1.1 %d x\n"
        .. "S: Content-Length: 0\nS: \n! drain"):format(status))
      local r, err = fetch { url = "https://mail.example.test/", tls = {},
        proxy = "http://" .. account .. proxy.place }
      assert.is_nil(r)
      assert.equal(kind, err.kind, err.message)
      assert.equal("proxy", err.stage)
      assert.truthy(err.message:find("the proxy " .. proxy.place, 1, true))
      assert.falsy(err.message:find("hidden", 1, true))
    end
  end)

  local invalid = {
    { url = "ftp://host/" }, { url = "host" }, { url = "" }, { url = "http://" },
    { url = "http://u:secret@host/" }, { url = "http://host/\r\nX: y" },
    { method = "GET /", url = "http://host/" }, { method = "", url = "http://host/" },
    { url = "http://host/", headers = { "A: b\r\nC: d" } },
    { url = "http://host/", headers = { "A: b\nC: d" } },
    { url = "http://host/", headers = { "no colon" } },
  }
  for i, request in ipairs(invalid) do
    it("refuses the request " .. i, function()
      local r, err = fetch(request)
      assert.is_nil(r)
      assert.equal("invalid", err.kind)
      assert.falsy(err.message:find "secret")
    end)
  end

  local misuse = {
    {}, { url = 1 }, { url = "http://h/", timeout = "x" }, { url = "http://h/", timeout = -1 },
    { url = "http://h/", timeout = 0 / 0 }, { url = "http://h/", headers = "A: b" },
    { url = "http://h/", headers = { 1 } }, { url = "http://h/", headers = { "A: \0" } },
    { url = "http://h/", auth = { user = "u", methods = "magic" } },
    { url = "http://h/", auth = "u" }, { url = "http://h/", tls = { ca = 1 } },
  }
  for i, request in ipairs(misuse) do
    it("throws for the mistake " .. i, function()
      assert.has_error(function() net.http(request) end)
    end)
  end

  it("can be cancelled at any time", function()
    local op = net.http { url = p.url .. "slow:9", tls = false, proxy = false }
    op:step()
    op:cancel()
    op:cancel()
    local r, err = op:step()
    assert.is_nil(r)
    assert.equal("cancelled", err.kind)
    op = net.http { url = p.url .. "echo", tls = false, proxy = false }
    op:cancel()
    assert.equal("cancelled", select(2, op:step()).kind)
  end)

  it("leaves no descriptor open", function()
    local function round()
      for _, path in ipairs { "echo", "cut:5", "hangup", "garbage", "headers:1000" } do
        get(path)
      end
      get("slow:9", { timeout = 0.05 })
      get("endless", { max_body = 1000 })
      local op = net.http { url = p.url .. "slow:9", tls = false, proxy = false }
      op:step()
      op:cancel()
    end
    round()
    collectgarbage()
    local before = peer.descriptors()
    for _ = 1, 20 do round() end
    collectgarbage()
    assert.equal(before, peer.descriptors())
  end)

  it("forgets a request that nobody holds", function()
    for _ = 1, 20 do net.http { url = p.url .. "slow:9", tls = false, proxy = false } end
    collectgarbage()
    collectgarbage()
    assert.equal("late", get "slow:0".body)
  end)
end)
