local peer = require "support.peer"
local transport = require "satchel.transport"

describe("authentication", function()
  local p
  setup(function() p = peer.start() end)
  teardown(function() p:close() end)

  -- a transport and the masked messages that it sent and received
  local function traced(options)
    local events = {}
    options.tls, options.proxy, options.timeout = false, false, 5
    options.trace = function(event) events[#events + 1] = event end
    return transport.new(options), events
  end

  local function sent(events)
    local n = 0
    for _, event in ipairs(events) do
      if event.direction == "send" then n = n + 1 end
    end
    return n
  end

  it("asks which methods there are, once", function()
    local send, events = traced { user = "u", password = "p" }
    assert.equal("welcome", send { url = p.url .. "basic" }.body)
    assert.equal(2, sent(events))
    assert.equal("welcome", send { url = p.url .. "basic" }.body)
    assert.equal(3, sent(events))
  end)

  it("falls back where Negotiate is offered without a ticket", function()
    local send = traced { user = "u", password = "p" }
    local r = assert(send { url = p.url .. "several", method = "POST", body = "b" })
    assert.equal("basic", r.auth)
  end)

  it("authenticates a connection by NTLM", function()
    local send, events = traced { user = "u", password = "p", methods = "ntlm" }
    local r = assert(send { url = p.url .. "ntlm:1", method = "POST", body = "abc" })
    assert.equal("ntlm", r.auth)
    assert.equal("abc", r.body:match "%a+")
    local before = sent(events)
    r = assert(send { url = p.url .. "ntlm:1", method = "POST", body = "def" })
    assert.equal("def", r.body:match "%a+")
    assert.equal(before + 1, sent(events))
  end)

  it("prefers NTLM to Basic, and forgets what no longer works", function()
    local send = traced { user = "u", password = "p" }
    assert.equal("ntlm", send { url = p.url .. "ntlm:2" }.auth)
    assert.equal("basic", send { url = p.url .. "several" }.auth)
  end)

  it("takes credentials with the request, or none", function()
    local send = traced { user = "u", password = "wrong" }
    local url = p.url .. "basic"
    assert.equal(200, send { url = url, auth = { user = "u", password = "p" } }.status)
    local _, err = send { url = url, auth = false }
    assert.truthy(err.message:find("wants to know who asks; it offers Basic", 1, true))
    assert.equal(401, err.status)
  end)

  it("says what was refused and what is offered", function()
    local send = traced { user = "u", password = "wrong-secret" }
    local _, err = send { url = p.url .. "basic" }
    assert.equal("auth", err.kind)
    assert.equal(401, err.code)
    assert.equal(p.place .. " refused the credentials; it offers Basic", err.message)
    assert.same({ "basic" }, err.offered)
    assert.falsy(err.retryable)
    send = traced { user = "u", password = "p", methods = "ntlm" }
    _, err = send { url = p.url .. "basic" }
    assert.truthy(err.message:find("none of our ways", 1, true))
    send = traced { methods = "negotiate" }
    _, err = send { url = p.url .. "negotiate" }
    assert.equal("auth", err.kind)
  end)

  it("asks for a token, and again after 401", function()
    local asked = {}
    local send = traced { token = function(refused)
      asked[#asked + 1] = refused
      return refused and "fresh" or "stale"
    end }
    assert.equal("welcome", send { url = p.url .. "bearer" }.body)
    assert.equal("welcome", send { url = p.url .. "bearer" }.body)
    assert.same({ false, true }, asked)
    send = traced { token = "stale" }
    local _, err = send { url = p.url .. "bearer" }
    assert.truthy(err.message:find("refused the credentials; it offers Bearer", 1, true))
  end)

  it("gives 401 as a response where that is asked for", function()
    local response = assert((traced {}) { url = p.url .. "basic", any_status = true })
    assert.equal(401, response.status)
    assert.equal("who?", response.body)
  end)

  it("asks for a token no third time", function()
    local n = 0
    local send = traced { token = function() n = n + 1 return "stale" end }
    local _, err = send { url = p.url .. "bearer" }
    assert.equal("auth", err.kind)
    assert.equal(2, n)
  end)

  it("sends no credentials in clear text unless told to", function()
    for _, auth in ipairs { { user = "u", password = "p" }, { token = "t" } } do
      local send = transport.new { proxy = false }
      local _, err = send { url = p.url .. "echo", auth = auth }
      assert.equal("tls", err.kind)
      assert.truthy(err.message:find("clear text", 1, true))
    end
    assert.equal(200, transport.new { proxy = false } { url = p.url .. "echo" }.status)
  end)

  it("traces without secrets", function()
    local send, events = traced { user = "u", password = "p" }
    send { url = p.url .. "basic?password=hunter2", headers = { "Cookie: sid=hunter3" } }
    send { url = p.url .. "interim", auth = false }
    send { url = p.url .. "cut:5", auth = false }
    local text = {}
    for _, event in ipairs(events) do
      text[#text + 1] = event.url .. (event.path or "")
      for _, line in ipairs(event.headers) do text[#text + 1] = line end
    end
    text = table.concat(text, "\n")
    for _, secret in ipairs { "dTpw", "hunter", "a=1", "b=2" } do
      assert.falsy(text:find(secret, 1, true), secret)
    end
    assert.truthy(text:find("Authorization: Basic ***", 1, true))
    assert.same({ "send", "GET", 0 }, { events[1].direction, events[1].method, events[1].bytes })
    assert.same({ "receive", 401 }, { events[2].direction, events[2].status })
    assert.same({ "receive", 200 }, { events[4].direction, events[4].status })
    assert.is_true(events[4].bytes > 0)
    local last = events[#events]
    assert.equal("error", last.direction)
    assert.truthy(last.message:find("in the middle", 1, true))
  end)
end)
