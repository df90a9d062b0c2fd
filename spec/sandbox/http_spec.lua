local client = require "sandbox.client"
local core = require "satchel.core"
local sandbox = require "satchel.sandbox"
local task = require "satchel.task"

local ANNA, BOB = "anna@example.test", "bob@example.test"

local HEADERS = { ["X-RequestType"] = "PING", ["X-RequestId"] = "{1}:1", ["X-ClientInfo"] = "{1}" }

local function request(box, changes)
  local headers = {}
  for name, v in pairs(HEADERS) do headers[name] = v end
  for name, v in pairs(changes.headers or {}) do headers[name] = v or nil end
  return box:handle { method = changes.method or "POST", headers = headers,
    url = changes.url or box:discover(ANNA).url, body = changes.body or "",
    auth = changes.auth ~= false and { user = ANNA, password = "secret" } or nil }
end

describe("the HTTP face", function()
  local box
  before_each(function()
    box = sandbox.start { users = { [ANNA] = "secret", [BOB] = { password = "x", token = "t0" } },
      notification_wait = 0.2 }
  end)

  local function basic(user, password)
    return "Basic " .. core.text.base64(user .. ":" .. password)
  end

  for _, case in ipairs {
    { "nobody", nil, 401 }, { "a wrong password", basic(ANNA, "wrong"), 401 },
    { "an unknown user", basic("x@example.test", "secret"), 401 },
    { "nonsense", "Basic !!!", 401 }, { "the right password", basic(ANNA, "secret"), 200 },
    { "another case of the address", basic("Anna@Example.Test", "secret"), 200 },
    { "a token", "Bearer t0", 200 }, { "a wrong token", "Bearer t1", 401 },
  } do
    it(("answers %s with %d"):format(case[1], case[3]), function()
      local response = request(box, { auth = false, headers = { Authorization = case[2] } })
      assert.are.equal(case[3], response.status)
      assert.are.equal(case[3] == 401, response.fields["www-authenticate"] ~= nil)
    end)
  end

  for _, case in ipairs {
    { "another verb", { method = "GET" }, "2" },
    { "a missing request id", { headers = { ["X-RequestId"] = false } }, "7" },
    { "a missing client id", { headers = { ["X-ClientInfo"] = false } }, "7" },
    { "an unknown type", { headers = { ["X-RequestType"] = "Dance" } }, "5" },
    { "no cookies", { headers = { ["X-RequestType"] = "Execute" } }, "13" },
    { "an unknown context", { headers = { ["X-RequestType"] = "Execute",
      Cookie = "MapiContext=1; MapiSequence=2" } }, "10" },
    { "a malformed body", { headers = { ["X-RequestType"] = "Connect" }, body = "\1" }, "12" },
  } do
    it("refuses " .. case[1], function()
      local response = request(box, case[2])
      assert.are.equal(case[3], response.fields["x-responsecode"])
      assert.are.equal("{1}", case[1]:find "client" and "{1}" or response.fields["x-clientinfo"])
    end)
  end

  it("knows no other path", function()
    assert.are.equal(404, request(box, { url = "https://x/elsewhere" }).status)
  end)

  it("connects a user to their own DN only", function()
    local c = client.new(box, ANNA)
    assert.are.equal("Anna", c.connected.display_name)
    local transport = box:transport { user = ANNA, password = "secret" }
    local other = client.open(transport, box:discover(ANNA).url, box:discover(BOB).user_dn)
    assert.are.equal(0x80070005, other.connected.error_code)
    other = client.open(transport, box:discover(ANNA).url, "/o=nobody")
    assert.are.equal(0x3eb, other.connected.error_code)
  end)

  it("changes the sequence cookie with each Execute and wants the last one", function()
    local c = client.new(box, ANNA)
    local before = c.cookies.MapiSequence
    c:must("get_receive_folder_table", c.logon, {})
    assert.are_not.equal(before, c.cookies.MapiSequence)
    c.cookies.MapiSequence = before
    local failed = c:call("get_receive_folder_table", c.logon, {}).failed
    assert.are.equal("15", failed.fields["x-responsecode"])
  end)

  it("keeps contexts apart", function()
    local anna, bob = client.new(box, ANNA), client.new(box, BOB, "x")
    local mine = bob.cookies
    bob.cookies = anna.cookies
    local failed = bob:call("get_receive_folder_table", bob.logon, {}).failed
    assert.are.equal("11", failed.fields["x-responsecode"])
    bob.cookies = mine
    assert.are.equal(0, bob:call("get_receive_folder_table", bob.logon, {}).return_value)
  end)

  it("ends a context at Disconnect", function()
    local c = client.new(box, ANNA)
    assert.are.equal(0, c:request("disconnect", {}).error_code)
    local failed = c:call("get_receive_folder_table", c.logon, {}).failed
    assert.are.equal("10", failed.fields["x-responsecode"])
  end)

  it("forgets contexts that were left behind when another begins", function()
    local c = client.new(box, ANNA)
    box.sessions[c.cookies.MapiContext].used = os.time() - 1000
    client.new(box, BOB, "x")
    local failed = c:call("get_receive_folder_table", c.logon, {}).failed
    assert.are.equal("10", failed.fields["x-responsecode"])
  end)

  it("frames answers and says whom they answer", function()
    local c = client.new(box, ANNA)
    local response = c:post("NotificationWait", ("\0"):rep(8))
    assert.is_truthy(response.body:find(
      "^PROCESSING\r\nDONE\r\nX%-ElapsedTime: %d+\r\nX%-StartTime: [^\r]+ GMT\r\n\r\n"))
    assert.are.equal("NotificationWait", response.fields["x-requesttype"])
    assert.are.equal("application/mapi-http", response.fields["content-type"])
  end)

  it("lets NotificationWait wait for news, and no longer", function()
    local c = client.new(box, ANNA)
    c:must("register_notification", c.logon, { notification_types = 2, want_whole_store = true })
    local waiting = task.spawn(function()
      return c:request("notification_wait", { flags = 0 }).event_pending
    end)
    task.sleep(0.05)
    local inbox = box.users:find(ANNA).store.roles.inbox
    box:seed { [ANNA] = { Inbox = { "news" } } }
    inbox.store:emit { kind = "new_mail", folder = inbox, message = inbox.normal:all()[1] }
    assert.are.equal(1, waiting:join())
    c:notices()
    assert.are.equal(0, c:request("notification_wait", { flags = 0 }).event_pending)
  end)

  it("answers PING", function()
    local c = client.new(box, ANNA)
    assert.are.equal("0", c:post("PING", "").fields["x-responsecode"])
  end)

  it("answers no more when closed", function()
    local c = client.new(box, ANNA)
    box:close()
    local response, err = c:post("PING", "")
    assert.is_nil(response)
    assert.are.equal("network", err.kind)
  end)
end)
