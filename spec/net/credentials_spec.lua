-- When a password is given away, and how many requests that takes.
local listen = require "satchel.sandbox.listen"
local transport = require "satchel.transport"

describe("a password", function()
  local server, seen, offers

  local function field(request, name)
    for _, header in ipairs(request.headers) do
      if header[1]:lower() == name then return header[2] end
    end
  end

  local function answer(request)
    local authorization = field(request, "authorization")
    seen[#seen + 1] = (authorization or "nothing"):match "^%a+"
    if authorization == "Basic dTpw" and offers[1] == "Basic" then
      return { status = 200, headers = {}, body = "welcome" }
    end
    local headers = {}
    for i, name in ipairs(offers) do headers[i] = { "WWW-Authenticate", name } end
    return { status = 401, headers = headers, body = "who?" }
  end

  local function start(tls, given)
    seen, offers = {}, given
    server = listen.listen(answer, { tls = tls })
  end

  local function send(tls)
    local post = transport.new { user = "u", password = "p", timeout = 5, tls = tls }
    return post { method = "POST", url = server.base .. "/", body = "x" }
  end

  after_each(function() server:close() end)

  it("goes with the first request to a server that TLS has shown", function()
    start(true, { "Basic" })
    assert.are.equal("welcome", send({ ca = server.ca }).body)
    assert.are.same({ "Basic" }, seen)
  end)

  it("is not sent twice where it was refused", function()
    start(true, { "Basic" })
    offers = {}
    local response, err = send { ca = server.ca }
    assert.is_nil(response)
    assert.are.equal("auth", err.kind)
    assert.are.same({ "Basic" }, seen)
  end)

  it("is used as the server says where that is not Basic", function()
    start(true, { "NTLM" })
    assert.is_nil((send { ca = server.ca }))
    assert.are.same({ "Basic", "NTLM" }, { seen[1], seen[#seen] })
  end)

  for what, tls in pairs { ["is not verified"] = { verify = false }, ["is not there"] = false } do
    it("waits for the server's offer where TLS " .. what, function()
      start(tls ~= false, { "Basic" })
      assert.are.equal("welcome", send(tls).body)
      assert.are.same({ "nothing", "Basic" }, seen)
    end)
  end
end)
