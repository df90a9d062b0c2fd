-- A server and a network that fail, through real sockets: the right kind, one
-- clear line with a hint, in time.

local core = require "satchel.core"
local error_object = require "satchel.error"
local peer = require "support.peer"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local USER <const>, PASSWORD <const> = "anna@example.test", "secret-pass"

-- the error, which came within `most` seconds
local function fails(most, fn, ...)
  local before = core.net.now()
  local ok, err = pcall(fn, ...)
  local took = core.net.now() - before
  assert.is_false(ok, "no error")
  assert.is_true(error_object.is(err), tostring(err))
  local line = tostring(err)
  assert.truthy(line:find "^[^\n]*network_spec.lua:%d+: [^\n]+$", line)
  assert.falsy(line:find(PASSWORD, 1, true))
  assert.is_true(took < most, ("took %.1f s: %s"):format(took, line))
  return err
end

local function connect_to(url, more)
  local options = { user = USER, password = PASSWORD, url = url, user_dn = "/o=x/cn=anna",
    tls = false, proxy = false, timeout = 0.4 }
  for k, v in pairs(more or {}) do options[k] = v end
  return satchel.connect(options)
end

describe("an endpoint with bad manners", function()
  local bad

  setup(function() bad = peer.start() end)
  teardown(function() bad:close() end)

  local behaviours <const> = {
    -- what it does, the error's kind, words of its line
    { "slow:9", "timeout", "no answer from" }, { "drip:30", "timeout", "no complete answer" },
    { "endless", nil }, { "cut:0", "network" }, { "cut:50", "network" },
    { "cut_head", "network" }, { "cut_chunk", "network" }, { "hangup", "network" },
    { "garbage", "protocol", "HTTP" }, { "headers:1000", "limit" },
    { "long_header:300000", "limit" }, { "html", "protocol", "not MAPI: Welcome" },
    { "echo", "protocol" }, { "redirect", "protocol", "redirects" },
    { "busy", "throttled", "7 seconds" }, { "proxy_auth", "auth", "proxy" },
  }
  for _, case in ipairs(behaviours) do
    it(("ends log-on by an error: %s"):format(case[1]), function()
      local err = fails(1.5, connect_to, bad.url .. case[1])
      if case[2] then assert.equal(case[2], err.kind, tostring(err)) end
      assert.truthy(tostring(err):find(case[3] or "", 1, true), tostring(err))
      if case[2] == "throttled" then assert.equal(7, err.retry_after) end
    end)

    it(("ends discovery by an error: %s"):format(case[1]), function()
      local err = fails(3, satchel.connect, { user = USER, password = PASSWORD, timeout = 0.4,
        url = "mapi://" .. bad.place .. "/" .. case[1], tls = false, proxy = false })
      assert.equal("discovery", err.stage)
      assert.is_table(err.steps)
    end)
  end
end)

describe("a place where nobody is", function()
  it("refuses the connection", function()
    local port = peer.free_port()
    local err = fails(1, connect_to, ("http://127.0.0.1:%d/mapi/"):format(port))
    assert.equal("network", err.kind)
    assert.truthy(err.message:find "refuses connections")
    assert.is_string(err.hint)
    assert.is_true(err.retryable)
  end)

  it("has no name", function()
    local err = fails(3, connect_to, "https://no-such-host.invalid/mapi/",
      { tls = true, timeout = 2 })
    assert.equal("network", err.kind)
    assert.truthy(err.message:find("cannot find host no-such-host.invalid", 1, true))
  end)

  it("is told of by discovery, step by step", function()
    local err = fails(5, satchel.connect, { user = "a@no-such-host.invalid", password = PASSWORD,
      timeout = 2, proxy = false })
    assert.is_true(err.kind == "network" or err.kind == "not_found", tostring(err))
    assert.is_true(#err.steps >= 2)
    assert.truthy(err.hint:find("mapi://host", 1, true))
  end)

  it("says nothing at all", function()
    local listener = require "cqueues.socket".listen { host = "127.0.0.1", port = 0 }
    listener:listen()
    local _, _, port = listener:localname()
    for _, case in ipairs { { "http", false }, { "https", true } } do
      local err = fails(1.5, connect_to, ("%s://127.0.0.1:%d/mapi/"):format(case[1], port),
        { tls = case[2] })
      assert.equal("timeout", err.kind)
      assert.equal(case[2] and "tls" or "answer", err.stage)
    end
    listener:close()
  end)
end)

for _, tls in ipairs { false, true } do
  describe(("a listening box%s"):format(tls and " with TLS" or ""), function()
    local box, urls, requests

    before_each(function()
      box = sandbox.start { users = { [USER] = PASSWORD, ["bert@example.test"] = "x" } }
      urls = box:listen { tls = tls }
      local handle = box.handle
      requests = 0
      function box.handle(...)
        requests = requests + 1
        return handle(...)
      end
    end)
    after_each(function() box:close() end)

    local function options(more)
      local o = { user = USER, password = PASSWORD, url = urls.url, proxy = false,
        tls = tls and { ca = urls.ca } or false, timeout = 5 }
      for k, v in pairs(more or {}) do o[k] = v end
      return o
    end

    it("refuses a wrong password without asking often", function()
      local err = fails(2, satchel.connect, options { password = "another" })
      assert.equal("auth", err.kind)
      assert.truthy(err.hint:find "password")
      assert.is_true(requests <= 3, requests .. " requests")
    end)

    it("asks a function for a token again, once", function()
      local asked = 0
      local given = options { token = function()
        asked = asked + 1
        return "stale"
      end }
      given.password = nil
      local err = fails(2, satchel.connect, given)
      assert.equal("auth", err.kind)
      assert.is_true(asked <= 2)
    end)

    it("does not know a user that is another's", function()
      local err = fails(2, satchel.connect, options { user = "nobody@example.test" })
      assert.is_true(err.kind == "auth" or err.kind == "not_found", tostring(err))
    end)

    for _, case in ipairs {
      { "cut", {}, "network" }, { "cut", { bytes = 10 }, "network" },
      { "throttle", { retry_after = 600 }, "throttled" }, { "html", {}, "protocol" },
      { "unauthorized", {}, "auth" }, { "malformed", {}, nil }, { "truncated", {}, nil },
      { "delay", { seconds = 2 }, "timeout" },
    } do
      it(("is told of: %s"):format(case[1]), function()
        local session <close> = satchel.connect(options { timeout = 0.5 })
        local given = { times = 50, on = "Execute" }
        for k, v in pairs(case[2]) do given[k] = v end
        box:fault(case[1], given)
        local err = fails(2, function() return session.inbox:query({}):count() end)
        if case[3] then assert.equal(case[3], err.kind, tostring(err)) end
        box.faults:clear()
        assert.equal(0, session.inbox:query({}):count())
      end)
    end

    it("that drops a loop's connections is read to the end", function()
      local session <close> = satchel.connect(options())
      local list = {}
      for i = 1, 120 do list[i] = { subject = ("%03d"):format(i) } end
      session.inbox:create_all(list)
      local n = 0
      for item in session.inbox:items { order = "subject", fields = { "subject", "to" } } do
        n = n + 1
        assert.equal(("%03d"):format(n), item.subject)
        if n % 50 == 10 then box:fault(n < 50 and "cut" or "lost", { on = "Execute" }) end
      end
      assert.equal(120, n)
    end)

    it("that goes away is told of, and found again", function()
      local session = satchel.connect(options { timeout = 1 })
      assert.equal(0, session.inbox:query({}):count())
      local port = math.tointeger(tonumber(urls.base:match ":(%d+)$"))
      box.listener:close()
      local err = fails(3, function() return session.inbox:query({}):count() end)
      assert.equal(tls and "tls" or "network", err.kind) -- its certificate is gone, too
      if not tls then
        box:listen { port = port }
        assert.equal(0, session.inbox:query({}):count())
      end
      session:close()
    end)
  end)
end

describe("a certificate", function()
  local box, urls

  setup(function()
    box = sandbox.start { users = { [USER] = PASSWORD } }
    urls = box:listen { tls = true }
  end)
  teardown(function() box:close() end)

  it("of an unknown authority is refused", function()
    local err = fails(3, satchel.connect, { user = USER, password = PASSWORD, proxy = false,
      url = urls.url })
    assert.equal("tls", err.kind)
    assert.truthy(err.hint:find("ca", 1, true))
    err = fails(3, connect_to, urls.mapi(USER), { tls = true, timeout = 3 })
    assert.equal("tls", err.kind)
    assert.is_falsy(err.retryable)
  end)

  it("is not asked for where it should not be", function()
    local err = fails(3, satchel.connect, { user = USER, password = PASSWORD, proxy = false,
      url = urls.url, tls = { ca = "/nonexistent/ca.pem" } })
    assert.is_true(err.kind == "tls" or err.kind == "invalid", tostring(err))
    assert.truthy(tostring(err):find("/nonexistent/ca.pem", 1, true), tostring(err))
  end)

  it("is not there where TLS is expected", function()
    local plain = sandbox.start { users = { [USER] = PASSWORD } }
    local where = plain:listen()
    local url = where.mapi(USER):gsub("^http:", "https:")
    local err = fails(3, connect_to, url, { tls = true, timeout = 2 })
    assert.is_true(err.kind == "tls" or err.kind == "network", tostring(err))
    plain:close()
  end)
end)
