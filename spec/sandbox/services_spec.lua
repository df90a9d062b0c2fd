local core = require "satchel.core"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"
local transport = require "satchel.transport"

local ANNA, BOB = "anna@example.test", "bob@example.test"

local function start()
  return sandbox.start { users = { [ANNA] = { password = "secret", name = "Anna" },
    [BOB] = "hidden" } }
end

describe("the users of a box", function()
  it("are addresses with passwords, not a list", function()
    local ok, err = pcall(sandbox.start, { users = { ANNA } })
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
    assert.matches("[address] = password", err.message, 1, true)
  end)
end)

for _, tls in ipairs { false, true } do
  describe("a listening box, TLS " .. tostring(tls), function()
    local box, server, send
    local account = { user = ANNA, password = "secret" }

    before_each(function()
      box = start()
      server = box:listen { tls = tls }
      send = transport.new { tls = server.ca and { ca = server.ca } or false, proxy = false,
        timeout = 5 }
    end)
    after_each(function() box:close() end)

    local function connect(user, password)
      return satchel.connect { url = server.url, user = user, password = password,
        tls = server.ca and { ca = server.ca } or false, proxy = false, timeout = 5 }
    end

    local function nspi(kind, name, fields, cookie, auth)
      local response = assert(send { method = "POST", url = server.nspi(ANNA),
        auth = auth or account, body = assert(core.wire.encode_body("request", name, fields)),
        headers = { "X-RequestType: " .. kind, cookie and "Cookie: " .. cookie or nil } })
      local body = response.body:match "\r\n\r\n(.*)$"
      return response, body and core.wire.decode_body("response", name, body)
    end

    it("is found by discovery at its host", function()
      local session <close> = connect(ANNA, "secret")
      assert.are.equal("mapi", session.protocol)
      assert.are.equal("Inbox", session.inbox.name)
    end)

    it("refuses a wrong password", function()
      local ok, err = satchel.try(connect, ANNA, "hidden")
      assert.is_falsy(ok)
      assert.are.equal("auth", err.kind)
    end)

    it("asks for credentials", function()
      local response, err = send { method = "POST", url = server.mapi(ANNA), body = "" }
      assert.is_nil(response)
      assert.are.equal("auth", err.kind)
      assert.is_truthy(err.message:find("Basic", 1, true))
    end)

    it("names the POX service to anybody", function()
      local response = assert(send { method = "GET", url = server.base
        .. "/autodiscover/autodiscover.json/v1.0/anna@example.test?Protocol=AutodiscoverV1" })
      assert.is_truthy(response.body:find(server.autodiscover, 1, true))
    end)

    it("keeps a session context for the address book", function()
      local response = nspi("Bind", "bind", { flags = 0 })
      assert.are.equal("0", response.fields["x-responsecode"])
      local cookies = {}
      for _, header in ipairs(response.headers) do
        if header[1]:lower() == "set-cookie" then
          cookies[#cookies + 1] = header[2]:match "^[^;]+"
        end
      end
      local _, answer = nspi("GetAddressBookUrl", "get_address_book_url",
        { flags = 0, user_dn = "" }, table.concat(cookies, "; "))
      assert.are.equal(server.nspi(ANNA), answer.server_url)
    end)

    it("asks for the context and for a request type it knows", function()
      local response = nspi("QueryColumns", "query_columns", { mapi_flags = 0 })
      assert.are.equal("13", response.fields["x-responsecode"])
      response = nspi("Dance", "query_columns", { mapi_flags = 0 })
      assert.are.equal("5", response.fields["x-responsecode"])
    end)

    it("tells who waits for news when there are some", function()
      local anna <close> = connect(ANNA, "secret")
      local bob <close> = connect(BOB, "hidden")
      local inbox = anna.inbox
      anna.mapi:rop("register_notification", { notification_types = 0x02,
        want_whole_store = true })
      local started, news = os.time(), nil
      local waiter = satchel.spawn(function() news = anna.mapi.connection:wait(5) end)
      satchel.sleep(0.05)
      assert.is_nil(news)
      bob:send { to = ANNA, subject = "News", text = "now" }
      waiter:join()
      assert.is_true(news)
      assert.is_true(os.time() - started < 4)
      assert.are.equal("News", inbox:query():first().subject)
    end)

    for _, fault in ipairs { "cut", "expire", "rotate", "lost" } do
      it("survives on the wire: " .. fault, function()
        local session <close> = connect(ANNA, "secret")
        local inbox = session.inbox
        box:fault(fault, { on = "Execute" })
        assert.are.equal("Inbox", inbox:reload().name)
      end)
    end

    it("keeps to the time that a client gives it", function()
      local session <close> = satchel.connect { url = server.url, user = ANNA,
        password = "secret", tls = server.ca and { ca = server.ca } or false, proxy = false,
        timeout = 0.3 }
      box:fault("delay", { on = "Execute", seconds = 5, times = 9 })
      local ok, err = satchel.try(session.inbox.reload, session.inbox)
      assert.is_false(ok)
      assert.are.equal("timeout", err.kind)
      box.faults:clear()
    end)

    it("answers nothing once it is closed", function()
      box:close()
      local response, err = transport.new { tls = false, proxy = false } {
        url = server.base:gsub("^https", "http") .. "/" }
      assert.is_nil(response)
      assert.are.equal("network", err.kind)
    end)
  end)
end

describe("the urls of a listening box", function()
  it("name users, and refuse who is none", function()
    local box <close> = start()
    local server = box:listen()
    assert.are.equal(box.users:find(BOB).dn, server.user_dn(BOB))
    assert.is_truthy(server.mapi(BOB):find(server.base, 1, true))
    local ok, err = pcall(server.mapi, "carl@example.test")
    assert.is_false(ok)
    assert.are.equal("invalid", err.kind)
  end)

  it("refuse an option that does not exist", function()
    local box <close> = start()
    local ok, err = pcall(box.listen, box, { prot = 1 })
    assert.is_false(ok)
    assert.is_truthy(err.message:find("port", 1, true))
  end)
end)
