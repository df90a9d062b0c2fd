-- Discovery of mail servers from an address: what is asked, which answer wins,
-- what is refused, and what is said when nothing is found.
local discovery = require "satchel.discovery"
local satchel = require "satchel"

local EXCHANGE <const> = "https://one.test/autodiscover/autodiscover.xml"
local AUTOCONFIG <const> = "https://autoconfig.one.test/mail/config-v1.1.xml?emailaddress="
  .. "anna@one.test"
local WELL_KNOWN <const> = "https://one.test/.well-known/autoconfig/mail/config-v1.1.xml"
local DATABASE <const> = discovery.database .. "one.test"

local function pox(inner)
  return ('<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
    .. 'responseschema/2006"><Response xmlns="http://schemas.microsoft.com/exchange/autodiscover/'
    .. 'outlook/responseschema/2006a"><User><LegacyDN>/o=x/cn=anna</LegacyDN></User>'
    .. "<Account><AccountType>email</AccountType><Action>settings</Action>%s</Account></Response>"
    .. "</Autodiscover>"):format(inner)
end

local MAPI <const> = pox('<Protocol Type="mapiHttp" Version="1"><MailStore><ExternalUrl>'
  .. "https://mail.one.test/mapi/emsmdb/?M=1</ExternalUrl></MailStore></Protocol>")

local function protocol(kind, host, port, rest)
  return ("<Protocol><Type>%s</Type><Server>%s</Server><Port>%d</Port>%s</Protocol>")
    :format(kind, host, port, rest or "<SSL>on</SSL>")
end

local function incoming(kind, host, port, socket, rest)
  return ('<incomingServer type="%s"><hostname>%s</hostname><port>%d</port><socketType>%s'
    .. "</socketType>%s</incomingServer>"):format(kind, host, port, socket, rest
    or "<username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>")
end

local function outgoing(host, port, socket)
  return ('<outgoingServer type="smtp"><hostname>%s</hostname><port>%d</port><socketType>%s'
    .. "</socketType><username>%%EMAILLOCALPART%%</username></outgoingServer>")
    :format(host, port, socket)
end

local function config(...)
  return '<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="one.test">'
    .. "<domain>one.test</domain>" .. table.concat { ... } .. "</emailProvider></clientConfig>"
end

-- world = { [url] = body | { status =, location = } | error, [srv name] = records,
-- [server url] = greeting }; gives ok, result or error, and what was asked
local function run(world, more)
  local asked = {}
  local options = { user = "anna@one.test", auth = { user = "anna@one.test", password = "pw" } }
  function options.transport(request)
    asked[#asked + 1] = request.url
    asked[request.url] = request
    local answer = world[request.url]
    if world.delay and request.url == EXCHANGE then satchel.sleep(world.delay) end
    if answer == nil then return nil, { kind = "network", message = "cannot find host" } end
    if type(answer) == "string" then answer = { status = 200, body = answer } end
    if answer.kind then return nil, answer end
    return { status = answer.status, fields = { location = answer.location }, headers = {},
      body = answer.body or "" }
  end
  function options.srv(name)
    asked[#asked + 1] = name
    return world[name] or {}
  end
  function options.greeting(server)
    asked[#asked + 1] = server.url
    if world[server.url] then return world[server.url] end
    return nil, { kind = "network", message = server.host .. " refuses connections" }
  end
  for k, v in pairs(more or {}) do options[k] = v end
  if options.auth == false then options.auth = nil end
  local ok, result = satchel.try(discovery.discover, options)
  return ok, result, asked
end

local function find(world, more)
  local ok, result, asked = run(world, more)
  assert.is_true(ok, tostring(result))
  return result, asked
end

local function was_asked(asked, pattern)
  for _, url in ipairs(asked) do
    if url:find(pattern) then return true end
  end
  return false
end

local IMAPS <const> = { ["_imaps._tcp.one.test"] = { { target = "imap.one.test", port = 993 } } }

local function with(base, more)
  local all = {}
  for k, v in pairs(base) do all[k] = v end
  for k, v in pairs(more) do all[k] = v end
  return all
end

describe("discovery", function()
  it("takes Exchange where its Autodiscover answers", function()
    local found = find(with(IMAPS, { [EXCHANGE] = MAPI }))
    assert.equal("mapi", found.protocol)
    assert.equal("https://mail.one.test/mapi/emsmdb/?M=1", found.url)
    assert.equal("/o=x/cn=anna", found.endpoints.user_dn)
    assert.equal("autodiscover", found.source)
  end)

  it("takes IMAP before POP3 otherwise, with SMTP beside it", function()
    local found = find {
      ["_pop3s._tcp.one.test"] = { { target = "pop.one.test", port = 995 } },
      ["_imaps._tcp.one.test"] = { { target = "imap.one.test.", port = 1993 },
        { target = "imap2.one.test", port = 993 } },
      ["_imap._tcp.one.test"] = { { target = "imap.one.test", port = 143 } },
      ["_submissions._tcp.one.test"] = { { target = "smtp.one.test", port = 465 } },
    }
    assert.equal("imap", found.protocol)
    assert.equal("imaps://imap.one.test:1993", found.url)
    assert.equal("smtps://smtp.one.test", found.smtp)
    assert.equal("srv", found.source)
  end)

  it("takes POP3 where that is all there is", function()
    local found = find { ["_pop3._tcp.one.test"] = { { target = "pop.one.test", port = 110 } },
      ["_submission._tcp.one.test"] = { { target = "smtp.one.test", port = 587 } } }
    assert.equal("pop3", found.protocol)
    assert.equal("pop3://pop.one.test", found.url)
    assert.equal("smtp://smtp.one.test", found.smtp)
  end)

  it("does not wait long for Exchange where another server is known", function()
    local started = require("satchel.core").net.now()
    local found = find(with(IMAPS, { delay = 5, [EXCHANGE] = MAPI }), { patience = 0.05 })
    assert.equal("imap", found.protocol)
    assert.is_true(require("satchel.core").net.now() - started < 2)
    local noted = false
    for _, step in ipairs(found.steps) do noted = noted or step.result:find "was not waited for" end
    assert.is_truthy(noted)
  end)

  it("works inside of a task, beside others", function()
    local task = satchel.spawn(function() return find(IMAPS) end)
    local ran = false
    satchel.spawn(function() ran = true end)
    satchel.run()
    assert.equal("imap", task:join().protocol)
    assert.is_true(ran)
  end)

  it("without credentials leaves Exchange out", function()
    local found, asked = find(IMAPS, { auth = false })
    assert.equal("imap", found.protocol)
    assert.is_false(was_asked(asked, "autodiscover"))
  end)

  it("looks only for the protocol that is asked for", function()
    local world = with(IMAPS, { [EXCHANGE] = MAPI,
      ["_pop3s._tcp.one.test"] = { { target = "pop.one.test", port = 995 } } })
    local found, asked = find(world, { protocol = "pop3" })
    assert.equal("pop3s://pop.one.test", found.url)
    assert.is_false(was_asked(asked, "_imap"))
    assert.is_false(was_asked(asked, "autodiscover"))
    assert.equal("mapi", find(world, { protocol = "mapi" }).protocol)
    world["_submission._tcp.one.test"] = { { target = "smtp.one.test", port = 587 } }
    assert.equal("smtp://smtp.one.test", find(world, { protocol = "smtp" }).url)
  end)

  it("needs an address", function()
    assert.equal("invalid", select(2, run({}, { user = "anna" })).kind)
  end)
end)

describe("a record", function()
  it("that is offered by nobody is none", function()
    local ok, err = run({ ["_imaps._tcp.one.test"] = { { target = ".", port = 0 } },
      ["_imap._tcp.one.test"] = { { target = "", port = 0 } } })
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
  end)

  it("of another domain is refused, and says what to do", function()
    local ok, err = run { ["_imaps._tcp.one.test"] = { { target = "mx.evil.test", port = 993 } } }
    assert.is_false(ok)
    assert.matches("if that is right, connect with url = 'imaps://mx.evil.test'", err.hint)
  end)

  it("of a name that only looks like the domain is refused", function()
    for _, host in ipairs { "imap.notone.test", "one.test.evil.test", "gmail.com.evil.test" } do
      assert.is_false((run { ["_imaps._tcp.one.test"] = { { target = host, port = 993 } } }))
    end
  end)

  it("of a provider that everybody knows is taken", function()
    local found = find { ["_imaps._tcp.one.test"] = { { target = "imap.gmail.com", port = 993 } } }
    assert.equal("imaps://imap.gmail.com", found.url)
  end)
end)

describe("a document of autoconfig", function()
  it("names servers, logins and ways to log on", function()
    local found, asked = find { [AUTOCONFIG] = config(
      incoming("imap", "imap.%EMAILDOMAIN%", 993, "SSL", "<username>%EMAILLOCALPART%</username>"
        .. "<authentication>OAuth2</authentication><authentication>password-cleartext"
        .. "</authentication>"), outgoing("smtp.else.test", 465, "SSL")) }
    assert.equal("imaps://imap.one.test", found.url)
    assert.equal("anna", found.user)
    assert.same({ "oauth2", "password" }, found.authentication)
    assert.equal("smtps://smtp.else.test", found.smtp)
    assert.equal("anna", found.smtp_user)
    assert.equal("autoconfig", found.source)
    assert.is_false(was_asked(asked, "thunderbird"))
    assert.equal(false, asked[AUTOCONFIG].auth)
  end)

  it("is found at the well-known place, too", function()
    local found = find { [WELL_KNOWN] = config(incoming("pop3", "pop.one.test", 995, "SSL")) }
    assert.equal("pop3s://pop.one.test", found.url)
    assert.is_nil(found.user)
  end)

  it("keeps the provider's order within a protocol", function()
    local found = find { [AUTOCONFIG] = config(incoming("pop3", "a.one.test", 995, "SSL"),
      incoming("imap", "b.one.test", 143, "STARTTLS"), incoming("imap", "c.one.test", 993, "SSL")) }
    assert.equal("imap://b.one.test", found.url)
  end)

  it("is less than a record", function()
    local found = find(with(IMAPS, {
      [AUTOCONFIG] = config(incoming("imap", "x.test", 993, "SSL")) }))
    assert.equal("imaps://imap.one.test", found.url)
  end)

  it("names servers without TLS in vain, unless that is allowed", function()
    local world = { [AUTOCONFIG] = config(incoming("imap", "imap.one.test", 143, "plain")) }
    local ok, err = run(world)
    assert.is_false(ok)
    local why
    for _, step in ipairs(err.steps) do
      if step.url == AUTOCONFIG then why = step.result end
    end
    assert.equal("names no server that can be used", why)
    assert.equal("imap://imap.one.test", find(world, { tls = false }).url)
  end)

  it("is looked for in the central database last, which learns the domain alone", function()
    local found, asked = find { [DATABASE] = config(incoming("imap", "i.host.test", 993, "SSL")) }
    assert.equal("imaps://i.host.test", found.url)
    assert.equal("database", found.source)
    for _, url in ipairs(asked) do
      if url:find "thunderbird" then assert.falsy(url:find "anna") end
    end
    local ok, _, without = run({}, { database = false })
    assert.is_false(ok)
    assert.is_false(was_asked(without, "thunderbird"))
  end)

  it("is followed by https only", function()
    local there = "https://conf.else.test/x.xml"
    local found = find { [AUTOCONFIG] = { status = 302, location = there },
      [there] = config(incoming("imap", "imap.one.test", 993, "SSL")) }
    assert.equal("imap", found.protocol)
    local ok, _, asked = run { [AUTOCONFIG] = { status = 302, location = "http://conf.else.test/" },
      ["http://conf.else.test/"] = config(incoming("imap", "imap.one.test", 993, "SSL")) }
    assert.is_false(ok)
    assert.is_false(was_asked(asked, "^http://conf"))
    ok, _, asked = run { [AUTOCONFIG] = { status = 302, location = AUTOCONFIG } }
    assert.is_false(ok)
    local n = 0
    for _, url in ipairs(asked) do n = n + (url == AUTOCONFIG and 1 or 0) end
    assert.equal(4, n)
  end)

  for _, case in ipairs {
    { "no XML", "<html><p>Hello" },
    { "another document", "<html></html>" },
    { "no provider", "<clientConfig/>" },
    { "a host with a slash", config(incoming("imap", "a/b", 993, "SSL")) },
    { "a host with a user", config(incoming("imap", "x@evil.test", 993, "SSL")) },
    { "a host with a line break", config(incoming("imap", "a&#10;b", 993, "SSL")) },
    { "a port of 0", config(incoming("imap", "a.test", 0, "SSL")) },
    { "a port of 70000", config(incoming("imap", "a.test", 70000, "SSL")) },
    { "a login with a line break", config(incoming("imap", "a.test", 993, "SSL",
      "<username>a&#10;b</username>")) },
    { "a kind of security that nobody knows", config(incoming("imap", "a.test", 993, "SSH")) },
    { "a protocol that nobody knows", config(incoming("nntp", "a.test", 993, "SSL")) },
    { "no host", config '<incomingServer type="imap"><port>993</port></incomingServer>' },
  } do
    it("names no server by " .. case[1], function()
      assert.is_false((run { [AUTOCONFIG] = case[2] }))
    end)
  end
end)

describe("an answer of Autodiscover", function()
  for _, case in ipairs {
    { protocol("IMAP", "imap.x.test", 993), "imaps://imap.x.test" },
    { protocol("IMAP", "imap.x.test", 143, "<SSL>off</SSL><Encryption>TLS</Encryption>"),
      "imap://imap.x.test" },
    { protocol("IMAP", "imap.x.test", 143, "<Encryption>Auto</Encryption>"), "imap://imap.x.test" },
    { protocol("IMAP", "imap.x.test", 993, "<SSL>off</SSL>"), "imaps://imap.x.test" },
    { protocol("POP3", "pop.x.test", 1995, "<Encryption>SSL</Encryption>"),
      "pop3s://pop.x.test:1995" },
    { protocol("POP3", "pop.x.test", 995) .. protocol("IMAP", "imap.x.test", 993),
      "imaps://imap.x.test" },
  } do
    it("names " .. case[2], function()
      local found = find { [EXCHANGE] = pox(case[1] .. protocol("SMTP", "smtp.x.test", 587,
        "<Encryption>TLS</Encryption><LoginName>anna1</LoginName>")) }
      assert.equal(case[2], found.url)
      assert.equal("smtp://smtp.x.test", found.smtp)
      assert.equal("anna1", found.smtp_user)
      assert.equal("autodiscover", found.source)
    end)
  end

  it("without TLS is taken only where that is allowed", function()
    local world = { [EXCHANGE] = pox(protocol("IMAP", "imap.x.test", 143,
      "<SSL>off</SSL><Encryption>None</Encryption>")) }
    assert.is_false((run(world)))
    assert.equal("imap://imap.x.test", find(world, { tls = false }).url)
  end)

  it("is asked for where one protocol is looked for and nobody else knows it", function()
    local found = find({ [EXCHANGE] = pox(protocol("POP3", "pop.x.test", 995)) },
      { protocol = "pop3" })
    assert.equal("pop3s://pop.x.test", found.url)
  end)
end)

describe("a usual name", function()
  it("is tried where nothing is known", function()
    local found, asked = find { ["imaps://mail.one.test"] = "* OK hello",
      ["smtp://smtp.one.test"] = "220 hello", ["pop3s://pop.one.test"] = "+OK" }
    assert.equal("imaps://mail.one.test", found.url)
    assert.equal("smtp://smtp.one.test", found.smtp)
    assert.equal("name", found.source)
    assert.is_true(was_asked(asked, "^imaps://imap%.one%.test$"))
  end)

  it("is tried for SMTP alone where the rest is known", function()
    local found, asked = find(with(IMAPS, { ["smtps://mail.one.test"] = "220 x" }))
    assert.equal("smtps://mail.one.test", found.smtp)
    assert.is_false(was_asked(asked, "^imaps?://"))
    assert.is_false(was_asked(asked, "thunderbird"))
  end)

  it("is not tried where the caller does not want that", function()
    local ok, _, asked = run({ ["imaps://imap.one.test"] = "* OK" }, { probe = false })
    assert.is_false(ok)
    assert.is_false(was_asked(asked, "^imaps://"))
  end)

  it("is not told the password that Autodiscover refused", function()
    local ok, err, asked = run { [EXCHANGE] = { kind = "auth", message = "refused" },
      ["imaps://imap.one.test"] = "* OK" }
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.matches("check user and password", err.hint)
    assert.is_false(was_asked(asked, "^imaps://"))
  end)
end)

describe("a discovery that finds nothing", function()
  it("tells all steps in the error and what to do", function()
    local ok, err, asked = run {}
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
    assert.equal("discovery", err.stage)
    assert.matches("give the server by url", err.hint)
    local told = {}
    for _, step in ipairs(err.steps) do
      assert.is_string(step.result)
      told[step.url] = true
    end
    for _, url in ipairs(asked) do assert.is_true(told[url], url) end
    assert.matches("^spec/satchel/discovery_spec.lua:%d+: discovery for anna@one.test failed after",
      tostring(err))
  end)

  it("never tells the password", function()
    local _, err = run({}, { auth = { user = "anna@one.test", password = "s3cr3t" } })
    for _, step in ipairs(err.steps) do
      assert.falsy((step.url .. step.result):find("s3cr3t", 1, true))
    end
  end)
end)

describe("a greeting", function()
  local probe = require "satchel.discovery.probe"
  local server = require "satchel.discovery.server"
  local peer = require "support.peer"
  local p
  setup(function() p = peer.start() end)
  teardown(function() p:close() end)

  it("of another protocol is none", function()
    local port = tonumber(p.url:match ":(%d+)")
    local one = server.new("imap", "starttls", "127.0.0.1", port, "name")
    local line, err = probe.greeting(one, { proxy = false, timeout = 1 })
    assert.is_nil(line)
    assert.is_string(err.message)
  end)

  it("does not come from a port where nobody is", function()
    local one = server.new("imap", "tls", "127.0.0.1", 1, "name")
    local line, err = probe.greeting(one, { proxy = false, timeout = 1 })
    assert.is_nil(line)
    assert.equal("network", err.kind)
  end)
end)
