-- Discovery: which places are asked in which order, what their answers lead to,
-- and what is said when none of them knows.
local discovery = require "satchel.mapi.discovery"

local NS <const> = "http://schemas.microsoft.com/exchange/autodiscover/"
local PATH <const> = "/autodiscover/autodiscover.xml"

local function document(inner)
  return ('<?xml version="1.0"?><Autodiscover xmlns="%sresponseschema/2006"><Response xmlns="%s'
    .. 'outlook/responseschema/2006a">%s</Response></Autodiscover>'):format(NS, NS, inner)
end

local function settings(host)
  return document(("<User><DisplayName>Anna &amp; Co</DisplayName>"
    .. "<LegacyDN>/o=x/cn=anna</LegacyDN>"
    .. "<AutoDiscoverSMTPAddress>anna@one.test</AutoDiscoverSMTPAddress></User><Account>"
    .. "<AccountType>email</AccountType><Action>settings</Action>"
    .. '<Protocol><Type>EXPR</Type></Protocol><Protocol Type="mapiHttp" Version="1"><MailStore>'
    .. "<InternalUrl>https://in/x</InternalUrl>"
    .. "<ExternalUrl>https://%s/mapi/emsmdb/?M=1</ExternalUrl>"
    .. "</MailStore><AddressBook><InternalUrl>https://%s/mapi/nspi/?M=1</InternalUrl></AddressBook>"
    .. "</Protocol></Account>"):format(host, host))
end

local function redirect_to(name, value)
  return document(("<Account><Action>redirect</Action><%s>%s</%s></Account>")
    :format(name, value, name))
end

-- answers = { ["url"] = body | { status =, location = } | error }; asked gets the urls
local function transport_of(answers, asked)
  return function(request)
    asked[#asked + 1] = { method = request.method, url = request.url, auth = request.auth,
      body = request.body, headers = request.headers }
    local answer = answers[request.method .. " " .. request.url] or answers[request.url]
    if answer == nil then
      return nil, { kind = "network", message = "cannot find host" }
    end
    if type(answer) == "string" then answer = { status = 200, body = answer } end
    if answer.kind then return nil, answer end
    return { status = answer.status, headers = {}, fields = { location = answer.location },
      body = answer.body or "" }
  end
end

local function run(answers, more)
  local asked = {}
  local options = { user = "anna@one.test", auth = { user = "anna@one.test", password = "pw" },
    transport = transport_of(answers, asked) }
  for k, v in pairs(more or {}) do options[k] = v end
  local ok, result = pcall(discovery.discover, options)
  return ok, result, asked
end

local ROOT <const> = "https://one.test" .. PATH
local AUTO <const> = "https://autodiscover.one.test" .. PATH
local PLAIN <const> = "http://autodiscover.one.test" .. PATH
local JSON <const> = "https://one.test/autodiscover/autodiscover.json?Email=anna@one.test"
  .. "&Protocol=AutodiscoverV1&RedirectCount=1"

describe("discovery", function()
  it("asks the domain first and gives what it says", function()
    local ok, found, asked = run { [ROOT] = settings "mail.one.test" }
    assert.is_true(ok, tostring(found))
    assert.equal("https://mail.one.test/mapi/emsmdb/?M=1", found.url)
    assert.equal("https://mail.one.test/mapi/nspi/?M=1", found.nspi_url)
    assert.equal("/o=x/cn=anna", found.user_dn)
    assert.equal("Anna & Co", found.display_name)
    assert.equal("anna@one.test", found.email)
    assert.equal(1, #asked)
    assert.equal("POST", asked[1].method)
    assert.truthy(asked[1].body:find("<EMailAddress>anna@one.test</EMailAddress>", 1, true))
  end)

  it("goes on to the next place", function()
    local ok, found, asked = run { [ROOT] = { status = 404 }, [AUTO] = settings "m.one.test" }
    assert.is_true(ok, tostring(found))
    assert.equal(AUTO, asked[#asked].url)
  end)

  it("asks only the host that is named", function()
    local ok, found, asked = run({ ["https://h.two.test" .. PATH] = settings "h.two.test" },
      { host = "h.two.test" })
    assert.is_true(ok, tostring(found))
    assert.equal(1, #asked)
  end)

  local moved = {
    { "an HTTP redirect", { [ROOT] = { status = 302, location = "https://x.two.test/a" },
      ["https://x.two.test/a"] = settings "x.two.test" } },
    { "a relative HTTP redirect", { [ROOT] = { status = 301, location = "/other.xml" },
      ["https://one.test/other.xml"] = settings "x.two.test" } },
    { "redirectUrl", { [ROOT] = redirect_to("RedirectUrl", "https://x.two.test/b"),
      ["https://x.two.test/b"] = settings "x.two.test" } },
    { "redirectAddr", { [ROOT] = redirect_to("RedirectAddr", "anna@two.test"),
      ["https://two.test" .. PATH] = settings "x.two.test" } },
    { "JSON", { [ROOT] = { status = 404 },
      [JSON] = '{"Protocol":"AutodiscoverV1","Url":"https://x.two.test/c"}',
      ["https://x.two.test/c"] = settings "x.two.test" } },
    { "the plain redirect", { [PLAIN] = { status = 302, location = "https://s.one.test/d" },
      ["https://s.one.test/d"] = settings "x.two.test" } },
  }
  for _, case in ipairs(moved) do
    it("follows " .. case[1], function()
      local ok, found, asked = run(case[2])
      assert.is_true(ok, tostring(found))
      assert.equal("https://x.two.test/mapi/emsmdb/?M=1", found.url)
      for _, request in ipairs(asked) do
        if request.url:find "^http:" then assert.is_falsy(request.auth) end
      end
    end)
  end

  it("asks the records of the domain", function()
    local ok, found = run({ ["https://srv.one.test:444" .. PATH] = settings "m.one.test" },
      { srv = function(name)
        assert.equal("_autodiscover._tcp.one.test", name)
        return { { target = "srv.one.test", port = 444 } }
      end })
    assert.is_true(ok, tostring(found))
  end)

  local refused = {
    { "nobody answers", {}, "network" },
    { "the password is wrong", { [ROOT] = { kind = "auth", message = "refused" } }, "auth" },
    { "the certificate is bad", { [ROOT] = { kind = "tls", message = "self-signed" } }, "tls" },
    { "a web page answers", { [ROOT] = "<html><body>Hi</body></html>" }, "protocol" },
    { "garbage answers", { [ROOT] = "\0\1\2" }, "protocol" },
    { "the address is unknown", { [ROOT] = document(
      "<Error><ErrorCode>500</ErrorCode><Message>no such</Message></Error>") }, "not_found" },
    { "there is no MAPI", { [ROOT] = document(
      "<Account><Protocol><Type>EXCH</Type></Protocol></Account>") }, "unsupported" },
    { "it redirects to clear text", { [ROOT] = { status = 302, location = "http://x/" } },
      "server" },
    { "it redirects in circles", { [ROOT] = redirect_to("RedirectUrl", AUTO),
      [AUTO] = redirect_to("RedirectUrl", ROOT) }, "network" },
    { "a plain redirect leads elsewhere", { [PLAIN] = { status = 302,
      location = "https://evil.test/x" } }, "denied" },
    { "it is too busy", { [ROOT] = { status = 503 } }, "throttled" },
  }
  for _, case in ipairs(refused) do
    it("tells that " .. case[1], function()
      local ok, err, asked = run(case[2])
      assert.is_false(ok)
      assert.equal(case[3], err.kind)
      assert.equal("discovery", err.stage)
      assert.is_true(#err.steps > 0)
      assert.truthy(err.message:find("anna@one.test", 1, true), err.message)
      assert.is_falsy(tostring(err):find("pw", 1, true))
      for _, request in ipairs(asked) do
        assert.is_falsy(request.url:find("evil", 1, true))
      end
    end)
  end

  it("ends redirects without end", function()
    local n = 0
    local ok, err = run({}, { transport = function()
      n = n + 1
      return { status = 302, headers = {}, fields = { location = "https://one.test/" .. n },
        body = "" }
    end })
    assert.is_false(ok)
    assert.is_true(n < 40)
    assert.equal("server", err.kind)
  end)

  it("asks for an address", function()
    for _, user in ipairs { "anna", "DOMAIN\\anna", "@one.test ", "" } do
      local ok, err = run({}, { user = user })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end
  end)
end)
