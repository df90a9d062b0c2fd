-- The check of an account: which steps there are, which one fails for what the
-- world does, what is said then, and that nothing is raised.
local advice = require "satchel.check.advice"
local line_peer = require "support.line_peer"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local USER <const>, PASSWORD <const> = "anna@example.test", "s3cret/Ü"

local function check(options)
  options.user, options.password = options.user or USER, options.password or PASSWORD
  if options.token then options.password = nil end
  options.timeout, options.proxy = options.timeout or 5, false
  return satchel.check(options)
end

local function names(report)
  local list = {}
  for i, step in ipairs(report.steps) do
    list[i] = (step.ok and "" or "!") .. step.step
    assert.is_string(step.detail)
    assert.is_number(step.seconds)
  end
  return table.concat(list, " ")
end

local GREETING <const> = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR NAMESPACE] hello\n"

-- a server of IMAP, or what pretends to be one: greets the first connection, plays
-- the script on the second
local function imap(script, options)
  local greeting = script:match "^[^\n]*\n"
  return line_peer.start({ greeting, script }, options)
end

describe("a check of IMAP", function()
  local LOG_ON <const> = GREETING .. "C: $tag AUTHENTICATE PLAIN …\n"

  it("goes step by step to the inbox", function()
    local p <close> = imap(LOG_ON .. "S: $tag OK [CAPABILITY IMAP4rev1] in\n"
      .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
      .. "C: $tag …\n! close\n", { tls = true })
    local report = check { url = "imaps://" .. p.place, tls = { ca = p.ca } }
    assert.equal("resolve connect tls greeting capabilities login !inbox", names(report))
    assert.equal("inbox", report.failed)
    assert.is_false(report.ok)
    assert.equal("imap", report.protocol)
    assert.matches("TLSv1.%d, certificate for", report.steps[3].detail)
  end)

  it("says that the password is wrong", function()
    local p <close> = imap(LOG_ON .. "S: $tag NO [AUTHENTICATIONFAILED] Authentication failed\n",
      { tls = true })
    local report = check { url = "imaps://" .. p.place, tls = { ca = p.ca } }
    assert.equal("resolve connect tls greeting !login", names(report))
    assert.equal("auth", report.steps[5].error.kind)
    assert.matches("Authentication failed", report.steps[5].detail)
    assert.matches("check user and password", report.hint)
    assert.falsy(tostring(report):find(PASSWORD, 1, true))
  end)

  it("says that STARTTLS is missing", function()
    local p <close> = imap(GREETING)
    local report = check { url = "imap://" .. p.place }
    assert.equal("resolve connect greeting !tls", names(report))
    assert.matches("offers no encryption at this port", report.hint)
    assert.matches("993", report.hint)
  end)

  it("says that the certificate is not known here", function()
    local p <close> = imap(GREETING, { tls = true })
    local report = check { url = "imaps://" .. p.place }
    assert.equal("resolve connect !tls", names(report))
    assert.matches("tls = { ca = ", report.hint)
  end)

  it("says that there is no TLS at this port", function()
    local p <close> = imap(GREETING)
    local report = check { url = "imaps://" .. p.place }
    assert.equal("resolve connect !tls", names(report))
    assert.matches("may not have TLS from the start", report.hint)
  end)

  it("says that something else is there", function()
    local p <close> = imap "S: 220 smtp.example.test ESMTP\n"
    local report = check { url = "imap://" .. p.place }
    assert.equal("resolve connect !greeting", names(report))
    assert.matches("something else than IMAP", report.hint)
  end)

  it("says that nobody answers", function()
    local p <close> = imap "! stall\n"
    local report = check { url = "imap://" .. p.place, timeout = 0.3 }
    assert.equal("resolve connect !greeting", names(report))
    assert.equal("timeout", report.steps[3].error.kind)
  end)

  it("says that the port is closed", function()
    local report = check { url = "imap://127.0.0.1:1" }
    assert.equal("resolve !connect", names(report))
    assert.matches("nobody listens at port 1", report.hint)
  end)

  it("says that there is no such host", function()
    local report = check { url = "imaps://mail.invalid" }
    assert.equal("!resolve", names(report))
    assert.matches("how mail.invalid is spelt", report.hint)
  end)

  it("says that the password would travel in clear text, and sends none", function()
    local p <close> = imap("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN STARTTLS] hello\n"
      .. "C: $tag STARTTLS\nS: $tag NO not now\n")
    local report = check { url = "imap://" .. p.place }
    assert.equal("resolve connect greeting !tls", names(report))
    assert.falsy(p:heard():find "AUTHENTICATE")
  end)
end)

describe("a check of sending", function()
  it("follows that of the mailbox, with real servers", function()
    for _, scheme in ipairs { "imaps", "pop3" } do
      local options = servers.options(scheme, USER)
      local report = satchel.check(options)
      assert.is_true(report.ok, tostring(report))
      assert.equal((scheme == "imaps" and "resolve connect tls greeting capabilities login inbox"
        or "resolve connect greeting tls capabilities login inbox") .. " smtp resolve smtp connect "
        .. "smtp greeting smtp tls smtp capabilities smtp login", names(report))
      assert.equal(options.smtp, report.smtp)
    end
  end)

  it("has a password of its own", function()
    local options = servers.options("imaps", USER)
    options.smtp = { url = options.smtp, password = "wrong" }
    local report = satchel.check(options)
    assert.equal("smtp login", report.failed)
    assert.matches("check user and password", report.hint)
  end)

  it("names its steps so", function()
    local p <close> = line_peer.start({ "S: 220 hello\n", "S: 220 hello\nC: EHLO …\n"
      .. "S: 250-hello\nS: 250 AUTH PLAIN\nC: AUTH PLAIN …\nS: 535 5.7.8 no\n" }, { tls = true })
    local report = check { url = "smtps://" .. p.place, tls = { ca = p.ca } }
    assert.equal("resolve connect tls greeting !login", names(report))
    assert.equal("smtp", report.protocol)
  end)
end)

describe("a check of Exchange", function()
  local box, urls

  it("in a box has no way to go", function()
    local near <close> = sandbox.start { users = { [USER] = PASSWORD } }
    local report = check { sandbox = near }
    assert.equal("login inbox", names(report))
    assert.is_true(report.ok)
    assert.equal("mapi", report.protocol)
  end)

  setup(function()
    box = sandbox.start { users = { [USER] = PASSWORD } }
    urls = box:listen { tls = true }
  end)
  teardown(function() box:close() end)

  it("begins by its Autodiscover", function()
    local report = check { url = urls.url, tls = { ca = urls.ca } }
    assert.equal("discovery resolve connect tls login inbox", names(report))
    assert.is_true(report.ok)
    assert.is_nil(report.failed)
    assert.is_true(#report.steps[1].places >= 1)
    assert.matches("all is well", tostring(report))
  end)

  it("says that the password is wrong", function()
    local report = check { url = urls.url, tls = { ca = urls.ca }, password = "wrong" }
    assert.equal("!login", names(report))
    assert.matches("check user", report.hint)
    assert.is_true(#report.steps[1].places >= 1)
  end)

  it("says that its certificate is not known here", function()
    local report = check { url = urls.url }
    assert.equal("!discovery", names(report))
    assert.equal("tls", report.steps[1].error.kind)
  end)
end)

describe("a check without a url", function()
  local saved
  before_each(function() saved = package.loaded["satchel.discovery"] end)
  after_each(function() package.loaded["satchel.discovery"] = saved end)

  it("tells all that discovery asked", function()
    package.loaded["satchel.discovery"] = { discover = function()
      require("satchel.error").raise { kind = "not_found", message = "no mail server was found",
        steps = { { url = "https://a.test/x", result = "answered HTTP status 404" } } }
    end }
    local report = check {}
    assert.equal("!discovery", names(report))
    assert.matches("https://a.test/x answered HTTP status 404", tostring(report))
    assert.matches("imaps://host", report.hint)
  end)

  it("goes on with what was found", function()
    package.loaded["satchel.discovery"] = { discover = function()
      return { protocol = "imap", url = "imap://127.0.0.1:1", source = "srv", steps = {} }
    end }
    local report = check {}
    assert.equal("discovery resolve !connect", names(report))
    assert.equal("imap://127.0.0.1:1, by srv", report.steps[1].detail)
    assert.equal("imap://127.0.0.1:1", report.url)
  end)

  it("survives a token function that fails", function()
    local report = check { url = "imap://127.0.0.1:1", token = function() error "no" end }
    assert.is_false(report.ok)
  end)
end)

describe("a check raises", function()
  for _, case in ipairs {
    { {}, "option 'user' is missing" },
    { { user = USER, url = "impa://x" }, "did you mean 'imap'" },
    { { user = USER, url = "imap://x:99999" }, "port" },
    { { user = USER, pasword = "x" }, "did you mean 'password'" },
  } do
    it("the caller's mistake: " .. case[2], function()
      local ok, err = satchel.try(satchel.check, case[1])
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.truthy(tostring(err):find(case[2], 1, true), tostring(err))
    end)
  end
end)

describe("advice", function()
  local function of(step, err, context)
    for name, value in pairs { host = "imap.one.test", port = 993, protocol = "imap",
      secure = "tls", token = false } do
      if context[name] == nil then context[name] = value end
    end
    return advice.of(step, err, context)
  end

  for _, case in ipairs {
    { "login", { kind = "auth", message = "no" }, { host = "imap.gmail.com" }, "app password" },
    { "login", { kind = "auth", message = "no" }, { host = "imap.gmail.com", token = true },
      "https://mail.google.com/" },
    { "login", { kind = "auth", message = "no" }, { host = "outlook.office365.com" },
      "provider = 'microsoft'" },
    { "login", { kind = "auth", message = "no" }, { host = "smtp.office365.com", token = true,
      protocol = "smtp" }, "authenticated SMTP" },
    { "login", { kind = "auth", message = "no" }, { host = "imap.mail.me.com" }, "app-specific" },
    { "login", { kind = "auth", message = "x takes none; it offers OAUTHBEARER, XOAUTH2" }, {},
      "takes no passwords" },
    { "login", { kind = "auth", message = "no" }, { host = "imap.notgmail.com" }, "login = …" },
    { "connect", { kind = "timeout", message = "no connection" }, { protocol = "smtp", port = 25 },
      "port 25 is closed" },
    { "connect", { kind = "timeout", message = "no connection" }, {}, "firewall" },
    { "tls", { kind = "tls", message = "the certificate … has expired" }, {}, "clock" },
    { "tls", { kind = "tls", message = "the certificate …: hostname mismatch" }, {},
      "another name" },
    { "tls", { kind = "network", message = "the connection broke: reset by peer" }, {},
      "may not have TLS from the start" },
    { "tls", { kind = "tls", message = "cannot read the CA file 'x'", hint = "spelt?" }, {},
      "spelt?" },
    { "login", { kind = "throttled", message = "later", hint = "wait" }, {}, "wait" },
  } do
    it(("for %s (%s) says: %s"):format(case[1], case[2].message, case[4]), function()
      local text = of(case[1], case[2], case[3])
      assert.truthy(text and text:find(case[4], 1, true), text)
    end)
  end
end)
