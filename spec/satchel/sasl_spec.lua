local dovecot = require "support.dovecot"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"
local sasl = require "satchel.sasl"
local scram_server = require "support.scram_server"
local stream = require "support.stream"

local net = core.net

local USER <const>, PASSWORD <const> = "anna@example.test", "hidden"

local function names(candidates)
  local list = {}
  for i, candidate in ipairs(candidates) do list[i] = candidate.mechanism end
  return table.concat(list, " ")
end

local ALL <const> = { "PLAIN", "login", "Cram-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1",
  "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "GSSAPI", "EXTERNAL", "XOAUTH2",
  "OAUTHBEARER", "ANONYMOUS", "KERBEROS_V4", "" }

describe("the choice of mechanisms", function()
  local with = {
    password = { user = USER, password = PASSWORD },
    token = { user = USER, token = "t" },
    callable = { user = USER, token = function() return "t" end },
    ticket = { user = USER },
    certificate = { certificate = true },
  }

  for _, case in ipairs {
    { "password", true, "SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 PLAIN LOGIN NTLM" },
    { "password", false, "SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 NTLM" },
    { "token", true, "OAUTHBEARER XOAUTH2" },
    { "callable", true, "OAUTHBEARER XOAUTH2" },
    { "token", false, "" },
    { "ticket", true, "GSSAPI" },
    { "certificate", true, "EXTERNAL GSSAPI" },
  } do
    it(("with a %s, %s"):format(case[1], case[2] and "by TLS" or "in clear text"), function()
      local options = { offered = ALL, secure = case[2] }
      for k, v in pairs(with[case[1]]) do options[k] = v end
      assert.equal(case[3], names(sasl.choose(options)))
    end)
  end

  it("has clear text where it is allowed, weakest last", function()
    assert.equal("SCRAM-SHA-256 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 NTLM PLAIN LOGIN",
      names(sasl.choose { offered = ALL, secure = false, clear_allowed = true, user = USER,
        password = PASSWORD }))
    assert.equal("OAUTHBEARER XOAUTH2", names(sasl.choose { offered = ALL, secure = false,
      clear_allowed = true, user = USER, token = "t" }))
  end)

  it("has only what is offered, or the one that is asked for", function()
    assert.equal("PLAIN", names(sasl.choose { offered = { "plain", "X" }, secure = true,
      user = USER, password = PASSWORD }))
    assert.equal("CRAM-MD5", names(sasl.choose { offered = ALL, secure = true,
      user = USER, password = PASSWORD, mechanism = "cram-md5" }))
    assert.equal("", names(sasl.choose { offered = {}, secure = true, user = USER,
      password = PASSWORD }))
    assert.equal("", names(sasl.choose { secure = true, user = USER, password = PASSWORD }))
  end)

  it("begins with what binds to the channel", function()
    local p <close> = line_peer.start("! stall", { tls = true })
    local s = assert(stream.open(p, { tls = true }))
    local candidates = sasl.choose { offered = ALL, secure = true, user = USER,
      password = PASSWORD, stream = s }
    assert.truthy(names(candidates):find "^SCRAM%-SHA%-256%-PLUS SCRAM%-SHA%-1%-PLUS SCRAM")
    assert.equal(s, candidates[1].stream)
    assert.is_nil(candidates[3].stream) -- "n": it chose not to bind
    candidates = sasl.choose { offered = { "SCRAM-SHA-256" }, secure = true, user = USER,
      password = PASSWORD, stream = s }
    assert.equal(s, candidates[1].stream) -- "y": the server had not offered it
    s:close()
  end)
end)

describe("a run", function()
  local function options(more)
    local o = { offered = { "PLAIN", "LOGIN", "CRAM-MD5" }, secure = true, user = USER,
      password = PASSWORD, host = "mail.example.test" }
    for k, v in pairs(more or {}) do o[k] = v or nil end
    return o
  end

  -- runs, noting what was tried; `answers` are what the server says of each
  local function run(more, answers)
    local tried = {}
    local ok, result = pcall(sasl.run, sasl.choose(options(more)), function(name, initial)
      tried[#tried + 1] = name .. (initial and " " .. initial or "")
      local answer = answers[#tried]
      if answer == true then return true end
      return false, answer
    end)
    return ok, result, tried
  end

  it("gives the mechanism that was accepted", function()
    local ok, mechanism, tried = run({ offered = { "PLAIN" } }, { true })
    assert.is_true(ok)
    assert.equal("PLAIN", mechanism)
    assert.same({ "PLAIN \0" .. USER .. "\0" .. PASSWORD }, tried)
  end)

  it("tries the next only where the mechanism was refused", function()
    local gone = { message = "not here", unavailable = true }
    local ok, result, tried = run({ offered = { "PLAIN", "CRAM-MD5" } }, { gone, true })
    assert.is_true(ok)
    assert.equal("PLAIN", result)
    assert.equal(2, #tried)
    ok, result, tried = run(nil,
      { { message = "NO wrong password", name = "AUTHENTICATIONFAILED" } })
    assert.is_false(ok)
    assert.same({ "CRAM-MD5" }, tried)
    assert.is_true(errors.is(result))
    assert.equal("auth", result.kind)
    assert.equal("AUTHENTICATIONFAILED", result.name)
    assert.equal("mail.example.test", result.server)
    assert.equal("auth", result.stage)
    assert.equal("mail.example.test refused to let anna@example.test in by CRAM-MD5: "
      .. "NO wrong password", result.message)
    assert.truthy(result.hint)
  end)

  it("leaves to the next what libgsasl cannot say", function()
    local tried = {}
    local o = options { offered = { "CRAM-MD5", "PLAIN" }, password = "\u{1f511}" }
    assert.equal("PLAIN", sasl.run(sasl.choose(o), function(name, _, respond)
      tried[#tried + 1] = name
      if name == "PLAIN" then return true end
      assert.is_nil(respond "<1@x>")
      return false, { message = "BAD cancelled" }
    end))
    assert.same({ "CRAM-MD5", "PLAIN" }, tried)
    for _, user in ipairs { 'a"b', "a\\b" } do
      assert.equal("CRAM-MD5", names(sasl.choose { offered = { "DIGEST-MD5", "CRAM-MD5" },
        user = user, password = "x" }))
    end
  end)

  it("passes on what kind of refusal it was", function()
    local _, err = run(nil, { { message = "later", kind = "throttled", retry_after = 3 } })
    assert.equal("throttled", err.kind)
    assert.equal(3, err.retry_after)
  end)

  it("says so when the server gives no reason", function()
    for _, refusal in ipairs { { message = "" }, { message = " \r\n" }, {} } do
      local _, err = run(nil, { refusal })
      assert.truthy(err.message:find("it gave no reason", 1, true))
    end
  end)

  it("says what is offered when nothing is left", function()
    local gone = { message = "not here", unavailable = true }
    local ok, err = run(nil, { gone, gone, gone })
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.equal("mail.example.test takes none of our ways to authenticate; "
      .. "it offers CRAM-MD5, LOGIN, PLAIN, and says: not here", err.message)
    ok, err = run({ offered = { "KERBEROS_V4" } }, {})
    assert.is_false(ok)
    assert.truthy(err.message:find("it offers KERBEROS_V4", 1, true))
    ok, err = run({ offered = {} }, {})
    assert.is_false(ok)
    assert.truthy(err.message:find("it offers no mechanism", 1, true))
    ok, err = run({ offered = { "GSSAPI" } }, {})
    assert.is_false(ok)
    assert.equal("leave out password and token to log on by a Kerberos ticket", err.hint)
  end)

  it("says what libgsasl was built without", function()
    local has = net.sasl_has
    local _ <close> = setmetatable({}, { __close = function() net.sasl_has = has end })
    function net.sasl_has() return false end
    local ok, err = run({ offered = { "GSSAPI", "NTLM" }, password = false }, {})
    assert.is_false(ok)
    assert.equal("mail.example.test takes none of our ways to authenticate; "
      .. "it offers GSSAPI, NTLM (libgsasl has no GSSAPI here)", err.message)
  end)

  it("gives nothing away in clear text", function()
    local ok, err, tried = run({ offered = { "PLAIN", "LOGIN" }, secure = false }, {})
    assert.is_false(ok)
    assert.same({}, tried)
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("in clear text", 1, true))
    assert.truthy(err.hint:find("tls = false", 1, true))
  end)

  it("raises what the exchange raises", function()
    local ok, err = pcall(sasl.run, sasl.choose(options()), function()
      errors.raise { kind = "network", message = "lost" }
    end)
    assert.is_false(ok)
    assert.equal("lost", err.message)
  end)

  it("asks for a token anew, once", function()
    local asked = {}
    local function token(refused)
      asked[#asked + 1] = refused
      return "t" .. #asked
    end
    local more = { offered = { "XOAUTH2" }, password = false, token = token }
    local ok, _, tried = run(more, { { message = "expired" }, true })
    assert.is_true(ok)
    assert.same({ false, true }, asked)
    assert.truthy(tried[2]:find("Bearer t2", 1, true))
    asked = {}
    ok = run(more, { { message = "expired" }, { message = "still" }, true })
    assert.is_false(ok)
    assert.same({ false, true }, asked)
    ok, _, tried = run({ offered = { "XOAUTH2" }, password = false, token = "fixed" },
      { { message = "expired" }, true })
    assert.is_false(ok)
    assert.equal(1, #tried)
  end)

  it("shows what the server says inside of a mechanism", function()
    for reason, shown in pairs {
      ['{"status":"invalid_token","scope":"https://mail.example.test/"}'] =
        "invalid_token (scope https://mail.example.test/)",
      ['{"status":"400","schemes":"bearer"}'] = "400",
      ["no JSON"] = "no JSON",
    } do
      local o = options { offered = { "OAUTHBEARER" }, password = false, token = "to.ken" }
      local ok, err = pcall(sasl.run, sasl.choose(o), function(_, _, respond)
        assert.equal("\1", respond(reason))
        return false, { message = "NO refused" }
      end)
      assert.is_false(ok)
      assert.truthy(err.message:find("NO refused: " .. shown, 1, true), err.message)
      assert.falsy(tostring(err):find("to.ken", 1, true))
    end
  end)

  it("takes a password that is a function", function()
    local ok, _, tried = run({ offered = { "PLAIN" }, password = function() return "called" end },
      { true })
    assert.is_true(ok)
    assert.truthy(tried[1]:find("called", 1, true))
  end)

  it("believes no server that has proven nothing", function()
    local o = options { offered = { "SCRAM-SHA-256" } }
    local ok, err = pcall(sasl.run, sasl.choose(o), function() return true end)
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find("before the server proved", 1, true))
  end)

  it("believes no server that proves it wrongly, and tells the protocol to cancel", function()
    local server = scram_server.new { password = PASSWORD, lie = true }
    local o = options { offered = { "SCRAM-SHA-256", "PLAIN" } }
    local tried, last = {}, "nothing"
    local ok, err = pcall(sasl.run, sasl.choose(o), function(name, initial, respond)
      tried[#tried + 1] = name
      last = respond(server:final(respond(server:first(initial))))
      return false, { message = "NO cancelled" }
    end)
    assert.is_false(ok)
    assert.is_nil(last)
    assert.same({ "SCRAM-SHA-256" }, tried)
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find("does not prove", 1, true))
    assert.equal("mail.example.test", err.server)
  end)

  it("goes on without a binding that the server does not know", function()
    local p <close> = line_peer.start("! stall", { tls = true })
    local s = assert(stream.open(p, { tls = true }))
    local o = options { offered = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256" }, stream = s }
    local server = scram_server.new { password = PASSWORD }
    local flags = {}
    local mechanism = sasl.run(sasl.choose(o), function(name, initial, respond)
      flags[#flags + 1] = initial:match "^[^,=]*"
      if name:find "PLUS" then
        local challenge = "r=" .. initial:match "r=(.*)$" .. "x,s=c2FsdA==,i=4096"
        assert(respond(challenge))
        assert.is_nil(respond "e=unsupported-channel-binding-type")
        return false, { message = "NO" }
      end
      return respond(server:final(respond(server:first(initial)))) ~= nil
    end)
    assert.equal("SCRAM-SHA-256", mechanism)
    assert.same({ "p", "n" }, flags)
    s:close()
  end)

  it("tries no binding twice with a server that says it in words (QUIRKS 48)", function()
    local p <close> = line_peer.start("! stall", { tls = true })
    local s = assert(stream.open(p, { tls = true }))
    local o = options { offered = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "PLAIN" },
      stream = s }
    local tried = {}
    assert.equal("PLAIN", sasl.run(sasl.choose(o), function(name)
      tried[#tried + 1] = name
      return name == "PLAIN", { message = "bad protocol / cancel" }
    end))
    assert.same({ "SCRAM-SHA-256-PLUS", "PLAIN" }, tried)
    s:close()
  end)
end)

describe("with Dovecot", function()
  local d

  setup(function() d = dovecot.start { users = { [USER] = PASSWORD }, protocols = { "imap" } } end)
  teardown(function() d:stop() end)

  it("COMPRESS=DEFLATE goes both ways (RFC 4978)", function()
    local s = assert(stream.open({ host = "127.0.0.1", port = d.imaps, ca = d.ca },
      { tls = true }))
    stream.line(s)
    s:write(('b LOGIN "%s" %s\r\n'):format(USER, PASSWORD))
    assert.truthy(stream.line(s):find "^b OK")
    s:write "c COMPRESS DEFLATE\r\n"
    assert.truthy(stream.line(s):find "^c OK")
    assert.is_true((s:compress()))
    assert.is_true(s:info().compressed)
    local body = {}
    for i = 1, 60000 do body[i] = ("line %d of many\r\n"):format(i) end
    body = "Subject: x\r\n\r\n" .. table.concat(body)
    s:write(("d APPEND INBOX {%d+}\r\n"):format(#body))
    for at = 1, #body, 100000 do s:write(body:sub(at, at + 99999)) end
    s:write "\r\n"
    assert.truthy(stream.upto(s, "d OK[^\n]*\n"))
    s:write "e SELECT INBOX\r\nf FETCH 1 BODY.PEEK[]\r\n"
    local answer = stream.upto(s, "f OK[^\n]*\n")
    assert.is_true(answer:find(body, 1, true) ~= nil)
    local ok, err = s:compress()
    assert.is_nil(ok)
    assert.equal("invalid", err.kind)
    s:close()
  end)
end)
