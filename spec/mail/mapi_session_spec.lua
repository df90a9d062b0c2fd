local core = require "satchel.core"
local replay = require "support.replay"

local CAPTURES <const> = "spec/recordings/gromox-3.10-checks.jsonl"

local function session(options)
  local o = { url = "https://h/mapi/emsmdb/?MailboxId=x@example.test", user_dn = "/o=x/cn=alice" }
  for k, v in pairs(options or {}) do o[k] = v end
  return core.mapi.session(o)
end

local function headers_of(request)
  local h = {}
  for _, line in ipairs(request.headers) do
    local k, v = line:match "^([^:]+): (.*)$"
    h[k] = v
  end
  return h
end

local function recorded(kind)
  for _, e in ipairs(replay.load(CAPTURES)) do
    if e.request_headers["X-RequestType"] == kind then return e end
  end
end

local function response(kind, changes)
  local e = recorded(kind)
  local r = { status = e.status, headers = e.response_headers, body = e.response_body }
  for k, v in pairs(changes or {}) do r[k] = v end
  return r
end

local function connected(s, set_cookie)
  local op = s:connect()
  op:step()
  local r = response "Connect"
  for _, c in ipairs(set_cookie or {}) do r.headers[#r.headers + 1] = { "Set-Cookie", c } end
  assert.equal("done", (op:step(r)))
  return s
end

local function ok(code)
  return { { "Content-Type", "application/mapi-http" }, { "X-ResponseCode", code or "0" } }
end

describe("a session's requests", function()
  it("post to the URL exactly as given", function()
    local action, request = session():connect():step()
    assert.equal("send", action)
    assert.equal("POST", request.method)
    assert.equal("https://h/mapi/emsmdb/?MailboxId=x@example.test", request.url)
  end)

  it("carry the headers that servers require", function()
    local _, request = session():connect():step()
    local h = headers_of(request)
    assert.equal("application/mapi-http", h["Content-Type"])
    assert.equal("Connect", h["X-RequestType"])
    local guid, n = h["X-RequestId"]:match "^({%x+%-%x+%-%x+%-%x+%-%x+}):(%d+)$"
    assert.equal("1", n)
    assert.equal(guid, h["X-ClientInfo"])
    local build = h["X-ClientApplication"]:match "^Outlook/16%.0%.(%d+)%."
    assert.is_true(tonumber(build) >= 10000)
  end)

  it("have the recorded Connect body", function()
    local e = recorded "Connect"
    local dn = e.request_body:match "^[^\0]+"
    local _, request = session({ user_dn = dn }):connect():step()
    assert.equal(e.request_body, request.body)
  end)

  it("have the recorded bodies of the others", function()
    local s = connected(session())
    for kind, op in pairs { Disconnect = s:disconnect(), NotificationWait = s:wait() } do
      local _, request = op:step()
      assert.equal(recorded(kind).request_body, request.body, kind)
    end
    assert.equal("", select(2, s:ping():step()).body)
  end)

  it("count up, and send the newest cookie of each name", function()
    local s = connected(session(), { "sid=one; path=/mapi; secure", "sequence=two; HttpOnly" })
    local op = s:ping()
    local h = headers_of(select(2, op:step()))
    assert.equal("2", h["X-RequestId"]:match ":(%d+)$")
    assert.equal("sid=one; sequence=two", h.Cookie)
    local headers = ok()
    headers[3] = { "set-cookie", "sequence=three" }
    op:step { status = 200, headers = headers, body = "DONE\r\n\r\n" }
    assert.equal("sid=one; sequence=three", headers_of(select(2, s:ping():step())).Cookie)
  end)

  it("leave out cookies that are malformed or expired", function()
    local s = connected(session(), { "=x", "noequals", "bad name=1", "a=b c", "gone=1",
      "gone=; Max-Age=0", ("x"):rep(5000) .. "=1", "good=1" })
    assert.equal("good=1", headers_of(select(2, s:ping():step())).Cookie)
  end)

  it("forget the cookies with a new Connect", function()
    local s = connected(session(), { "sid=one" })
    assert.is_nil(headers_of(select(2, s:connect():step())).Cookie)
  end)
end)

describe("a session's answers", function()
  it("give what Connect tells", function()
    local op = session():connect()
    op:step()
    local action, value = op:step(response "Connect")
    assert.equal("done", action)
    assert.equal("Alice Example", value.display_name)
    assert.equal(60000, value.polls_max)
  end)

  it("refuse every prefix of a Connect answer", function()
    local body = response "Connect".body
    for n = 0, #body - 1 do
      local s = session()
      local op = s:connect()
      op:step()
      local action, value, err = op:step(response("Connect", { body = body:sub(1, n) }))
      assert.equal("done", action)
      assert.is_nil(value, n)
      assert.is_string(err.kind)
      assert.is_false(s:connected())
    end
  end)

  it("refuse bytes behind the end", function()
    local op = session():connect()
    op:step()
    local _, value, err = op:step(response("Connect", { body = response "Connect".body .. "x" }))
    assert.is_nil(value)
    assert.equal("protocol", err.kind)
  end)

  it("tell whether something happened", function()
    local op = connected(session()):wait()
    op:step()
    local _, event = op:step(response "NotificationWait")
    assert.is_true(event)
  end)

  local page = "<html><title>Outlook</title>Please sign in</html>"
  local failures = {
    { "a web page", { headers = { { "Content-Type", "text/html; charset=utf-8" } }, body = page },
      "protocol", "not MAPI: Outlook", true },
    { "control characters", { headers = { { "Content-Type", "text/\27[31m\7\xff" } },
      body = page }, "protocol", "with text/?[31m??, not MAPI", true },
    { "no content type", { headers = {}, body = page }, "protocol", "nothing, not MAPI", true },
    { "response code 10", { headers = { { "X-ResponseCode", "10" },
      { "Content-Type", "text/html" } }, body = page }, "network", "context was not found", true },
    { "response code 15", { headers = ok "15" }, "network", "out of sequence", true },
    { "response code 8", { headers = ok "8" }, "auth", "anonymous", false },
    { "response code 11", { headers = ok "11" }, "denied", "no privileges", true },
    { "response code 99", { headers = ok "99" }, "server", "unknown code", true },
    { "a response code that is no number", { headers = ok "1x" }, "protocol", "not a number",
      true },
    { "status 401", { status = 401 }, "auth", "credentials", false },
    { "status 403", { status = 403 }, "denied", "403", false },
    { "status 404", { status = 404 }, "not_found", "no MAPI endpoint", false },
    { "status 302", { status = 302 }, "protocol", "redirects", false },
    { "status 500", { status = 500 }, "server", "500", true },
    { "an envelope cut off", { headers = ok(), body = "PROCESSING\r\n" }, "network", "done", true },
    { "a late response code", { headers = ok(), body = "DONE\r\nX-ResponseCode: 6\r\n\r\n" },
      "network", "context cookie", true },
  }
  for _, case in ipairs(failures) do
    it("say what is wrong with " .. case[1], function()
      local s = connected(session())
      local op = s:ping()
      op:step()
      local action, value, err = op:step(response("Connect", case[2]))
      assert.equal("done", action)
      assert.is_nil(value)
      assert.equal(case[3], err.kind)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      assert.equal(case[5], err.lost)
    end)
  end

  local waits = {
    { "seconds", "17", 17 }, { "no header", nil, nil }, { "nonsense", "soon", nil },
    { "a date gone by", "Sun, 06 Nov 1994 08:49:37 GMT", nil },
    { "a date to come", function()
      return os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 3600)
    end, 3600 },
  }
  for _, case in ipairs(waits) do
    it("pass on Retry-After: " .. case[1], function()
      local op = connected(session()):ping()
      op:step()
      local value = case[2]
      if type(value) == "function" then value = value() end
      local _, _, err = op:step { status = 503, body = "",
        headers = { value and { "Retry-After", value } } }
      assert.equal("throttled", err.kind)
      assert.is_true(err.retryable)
      if case[3] then
        assert.near(case[3], err.retry_after, 5)
      else
        assert.is_nil(err.retry_after)
      end
    end)
  end

  it("pass on the transport's error", function()
    local s = connected(session())
    local op = s:connect()
    op:step()
    local given = { kind = "network", message = "cut" }
    local action, value, err = op:step(nil, given)
    assert.equal("done", action)
    assert.is_nil(value)
    assert.equal(given, err)
    assert.is_true(err.lost)
  end)
end)

describe("a session's options", function()
  local bad = {
    { "no url", { user_dn = "x" }, "'url'" },
    { "no user_dn", { url = "x" }, "'user_dn'" },
    { "a limit of 0", { url = "x", user_dn = "x", limits = { request = 0 } }, "'request'" },
    { "more than 32,768 bytes", { url = "x", user_dn = "x", limits = { request = 32769 } },
      "'request'" },
    { "more than 255 handles", { url = "x", user_dn = "x", limits = { handles = 256 } },
      "'handles'" },
  }
  for _, case in ipairs(bad) do
    it("throw for " .. case[1], function()
      local fine, message = pcall(core.mapi.session, case[2])
      assert.is_false(fine)
      assert.truthy(message:find(case[3], 1, true), message)
    end)
  end
end)
