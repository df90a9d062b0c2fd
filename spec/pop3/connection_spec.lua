-- Connecting to POP3 servers that play scripts: greeting, CAPA, STLS, UTF8, logging
-- on, and the connection that is kept or opened anew.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local function options(peer, more)
  local opts = { url = "pop3://" .. peer.place, user = "anna", password = "secret", tls = false,
    timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  if opts.token then opts.password = nil end
  if opts.secure then opts.secure, opts.tls = nil, { ca = peer.ca } end
  return opts
end

-- opens against a script; what `use` gives
local function open(script, more, use)
  local peer <close> = line_peer.start(script)
  local ok, result = satchel.try(function()
    local session <close> = satchel.connect(options(peer, more))
    return use and use(session)
  end)
  return ok, result, peer:heard()
end

local function opened(...)
  local ok, result, heard = open(...)
  assert.is_true(ok, tostring(result))
  return result, heard
end

local function refused(kind, pattern, ...)
  local ok, err, heard = open(...)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  assert.truthy(err.message:find(pattern, 1, true), err.message)
  assert.equal("127.0.0.1", err.server)
  return err, heard
end

local function capa(list)
  local lines = { "C: CAPA", "S: +OK" }
  for name in list:gmatch "[^,]+" do lines[#lines + 1] = "S: " .. name end
  return table.concat(lines, "\n") .. "\nS: .\n"
end

local bye <const> = "C: QUIT\nS: +OK bye"
local no_capa <const> = "C: CAPA\nS: -ERR what?\n"
local user_pass <const> = "C: USER anna\nS: +OK\nC: PASS secret\nS: +OK 1 message\n"

describe("logging on", function()
  it("by USER and PASS where the server has no CAPA", function()
    local _, heard = opened("S: +OK\n" .. no_capa .. user_pass .. bye)
    assert.equal("C: CAPA\nC: USER anna\nC: PASS secret\nC: QUIT", heard)
  end)

  it("by SASL with an initial response", function()
    opened("S: +OK <1@x>\n" .. capa "SASL PLAIN,USER" .. "C: APOP …\nS: +OK\n" .. bye)
    opened("S: +OK\n" .. capa "SASL PLAIN,USER" .. "C: AUTH PLAIN AGFubmEAc2VjcmV0\nS: +OK\n"
      .. bye)
  end)

  it("by APOP with the digest of RFC 1939", function()
    opened("S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\n" .. no_capa
      .. "C: APOP mrose c4c9334bac560ecc979e58001b3e22fb\nS: +OK maildrop has 1 message\n" .. bye,
      { user = "mrose", password = "tanstaaf" })
  end)

  it("by a challenge", function()
    opened("S: +OK\n" .. capa "SASL LOGIN" .. [[
      C: AUTH LOGIN
      S: + VXNlcm5hbWU6
      C: YW5uYQ==
      S: + UGFzc3dvcmQ6
      C: c2VjcmV0
      S: +OK
    ]] .. bye)
  end)

  it("puts a long first response behind the challenge for it (RFC 2449 4)", function()
    local token = ("t"):rep(300)
    local _, heard = opened("S: +OK\n" .. capa "SASL XOAUTH2" .. [[
      C: AUTH XOAUTH2
      S: +
      C: …
      S: +OK
    ]] .. bye, { token = token })
    assert.matches("C: dXNlcj1hbm5h", heard)
  end)

  for _, case in ipairs {
    { "the password", "auth", "no such luck", "C: USER anna\nS: +OK\nC: PASS …\n"
      .. "S: -ERR no such luck" },
    { "the user", "auth", "who?", "C: USER anna\nS: -ERR who?" },
    { "for now", "throttled", "disk", "C: USER anna\nS: +OK\nC: PASS …\nS: -ERR [SYS/TEMP] disk" },
    { "in use", "conflict", "locked", "C: USER anna\nS: +OK\nC: PASS …\nS: -ERR [IN-USE] locked" },
    { "too often", "throttled", "wait", "C: USER anna\nS: +OK\nC: PASS …\n"
      .. "S: -ERR [LOGIN-DELAY] wait" },
  } do
    it("that is refused has the server's words: " .. case[1], function()
      local err, heard = refused(case[2], case[3], "S: +OK\n" .. no_capa .. case[4])
      assert.equal(case[2] ~= "auth", err.retryable or false)
      assert.not_matches("QUIT", heard)
    end)
  end

  it("by a mechanism that the server refuses is not tried by another", function()
    local _, heard = refused("auth", "wrong password", "S: +OK\n" .. capa "SASL PLAIN LOGIN,USER"
      .. "C: AUTH PLAIN …\nS: -ERR [AUTH] wrong password 'secret'")
    assert.not_matches("LOGIN\n", heard)
    assert.not_matches("USER", heard)
  end)

  it("never sends a password over a clear connection", function()
    local peer <close> = line_peer.start("S: +OK\n" .. capa "USER,SASL PLAIN" .. "! drain")
    local connection = require "satchel.pop3.connection"
    local c = connection.new(options(peer, { secure = true }))
    c.endpoint.tls = "none"
    local ok, err = satchel.try(c.ready, c)
    assert.is_false(ok)
    assert.equal("tls", err.kind)
    assert.equal("C: CAPA", peer:heard())
  end)

  it("keeps secrets out of the trace", function()
    local lines = {}
    opened("S: +OK\n" .. no_capa .. "C: USER anna\nS: +OK\nC: PASS …\nS: +OK secret is right\n"
      .. bye, { trace = function(event)
        assert.equal("pop3", event.layer)
        lines[#lines + 1] = event.direction .. " " .. event.text
      end })
    local text = table.concat(lines, "\n")
    assert.matches("send PASS %*%*%*", text)
    assert.is_nil(text:find("secret", 1, true))
  end)

  for _, user in ipairs { "anna\r\nDELE 1", "anna\n" } do
    it(("refuses a user of two lines: %q"):format(user), function()
      local ok, err = satchel.try(satchel.connect, { url = "pop3://127.0.0.1:1", user = user,
        password = "x", tls = false })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  it("refuses a password of two lines", function()
    local ok, err, heard = open("S: +OK\n" .. no_capa .. "C: USER anna\nS: +OK\n! drain",
      { password = "secret\r\nDELE 1" })
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
    assert.not_matches("DELE", heard)
  end)
end)

describe("a greeting", function()
  for _, case in ipairs {
    { "S: -ERR [SYS/TEMP] later", "throttled", "later" },
    { "S: * OK IMAP4rev1", "protocol", "neither +OK nor -ERR" },
    { "S: +OK\nS: +OK injected\n! drain", "protocol", "nothing asked for" },
    { "! close", "network", "closed" },
    { "S- +OK", "network", "closed" },
    { "S- +OK" .. (" x"):rep(10000), "limit", "16384" },
  } do
    it("is refused: " .. case[1]:sub(1, 30), function()
      refused(case[2], case[3], case[1])
    end)
  end

  it("that never comes is a timeout", function()
    refused("timeout", "", "! stall", { timeout = 0.3 })
  end)
end)

describe("STLS", function()
  it("is asked for, and the capabilities again", function()
    local _, heard = opened("S: +OK\n" .. capa "STLS,SASL PLAIN" .. "C: STLS\nS: +OK go\n! tls\n"
      .. capa "SASL PLAIN" .. "C: AUTH PLAIN …\nS: +OK\n" .. bye, { secure = true })
    assert.matches("^C: CAPA\nC: STLS\nC: CAPA\nC: AUTH PLAIN", heard)
  end)

  it("that is stripped is an error, and nothing more is said", function()
    local err, heard = refused("tls", "offers no STLS", "S: +OK\n" .. capa "USER" .. "! drain",
      { secure = true })
    assert.matches("tls = false", err.hint)
    assert.equal("C: CAPA", heard)
  end)

  it("is tried where the server has no CAPA", function()
    opened("S: +OK\n" .. no_capa .. "C: STLS\nS: +OK go\n! tls\n" .. no_capa .. user_pass .. bye,
      { secure = true })
    local _, heard = refused("tls", "refuses STLS: what?", "S: +OK\n" .. no_capa
      .. "C: STLS\nS: -ERR what?", { secure = true })
    assert.not_matches("USER", heard)
  end)

  it("does not take answers that came before it", function()
    local _, heard = refused("protocol", "", "S: +OK\n" .. capa "STLS"
      .. "C: STLS\nS: +OK go\nS: +OK injected\n! tls", { secure = true })
    assert.equal("C: CAPA\nC: STLS", heard)
  end)
end)

describe("UTF8", function()
  it("is asked for before logging on", function()
    local _, heard = opened("S: +OK\n" .. capa "UTF8 USER,USER" .. "C: UTF8\nS: +OK\n" .. user_pass
      .. bye)
    assert.matches("C: UTF8\nC: USER", heard)
  end)

  it("may be refused", function()
    opened("S: +OK\n" .. capa "UTF8,USER" .. "C: UTF8\nS: -ERR no\n" .. user_pass .. bye)
  end)
end)

local ready <const> = "S: +OK\n" .. no_capa .. user_pass
local two <const> = [[
  C: LIST
  S: +OK
  S: 1 100
  S: 2 200
  S: .
  C: UIDL
  S: +OK
  S: 1 one
  S: 2 two
  S: .
]]

describe("the connection", function()
  it("is opened anew when it was lost and nothing was marked", function()
    local peer <close> = line_peer.start { ready .. two, ready .. [[
      C: STAT
      S: +OK 2 300
    ]] .. bye }
    local session <close> = satchel.connect(options(peer))
    assert.equal(2, session.inbox.total)
    satchel.sleep(0.1)
    assert.equal(2, session.pop3:stat())
  end)

  it("reads again what was cut in the middle", function()
    local header = "C: TOP 1 0\nS: +OK\nS: Subject: x\n"
    local peer <close> = line_peer.start { ready .. two .. header, ready .. two .. header
      .. "S:\nS: .\n" .. bye }
    local session <close> = satchel.connect(options(peer))
    assert.equal("x", session.inbox:get("one").subject)
  end)

  it("that is cut again is an error", function()
    local peer <close> = line_peer.start(ready .. two .. "C: TOP 1 0\nS: +OK\nS: Subj\n")
    local session <close> = satchel.connect(options(peer))
    local ok, err = satchel.try(session.inbox.get, session.inbox, "one")
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(err.retryable)
    assert.is_nil(err.uncertain)
  end)

  it("says once what was not deleted when it is lost, and goes on", function()
    local deleting = "C: DELE 2\nS: +OK\n"
    local peer <close> = line_peer.start { ready .. two .. deleting, ready .. two .. [[
      C: STAT
      S: +OK 2 300
    ]] .. bye }
    local session <close> = satchel.connect(options(peer))
    session.inbox:query({ ids = { "two" } }):delete { hard = true }
    assert.same({ "two" }, session.pop3.marked)
    satchel.sleep(0.1)
    local ok, err = satchel.try(session.inbox.reload, session.inbox)
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.matches("1 messages marked for deletion were not deleted: two", err.message)
    assert.same({ "two" }, err.undeleted)
    assert.is_nil(err.uncertain)
    assert.equal(2, session.inbox:reload().total)
    assert.equal(2, session.pop3:stat())
    session:close()
  end)

  it("deletes at the end of the session and not before", function()
    local peer <close> = line_peer.start(ready .. two .. "C: TOP 1 0\nS: +OK\nS:\nS: .\n"
      .. "C: DELE 1\nS: +OK\nC: QUIT\nS: +OK gone")
    local session = satchel.connect(options(peer))
    session.inbox:get("one"):delete { hard = true }
    assert.equal(1, session.inbox:reload().total)
    assert.same({ "two" }, session.inbox:query():ids())
    session:close()
    session:close()
    peer:check()
  end)

  for _, case in ipairs {
    { "is lost before QUIT", "C: DELE 1\nS: +OK\n", "network", "were not deleted: one", nil },
    { "is lost in QUIT", "C: DELE 1\nS: +OK\nC: QUIT\n", "network", "is not known: one", true },
    { "is cut in the answer to QUIT", "C: DELE 1\nS: +OK\nC: QUIT\nS- +O\n", "network",
      "is not known: one", true },
    { "is told that not all is gone", "C: DELE 1\nS: +OK\nC: QUIT\nS: -ERR some are left\n",
      "server", "some are left", true },
  } do
    it("says what became of deletions when it " .. case[1], function()
      local peer <close> = line_peer.start { ready .. two .. case[2], ready .. two .. bye }
      local session = satchel.connect(options(peer))
      session.pop3:dele "one"
      satchel.sleep(0.1)
      local ok, err = satchel.try(session.close, session)
      assert.is_false(ok)
      assert.equal(case[3], err.kind, tostring(err))
      assert.truthy(err.message:find(case[4], 1, true), err.message)
      assert.equal(case[5], err.uncertain)
      assert.same({ "one" }, err.undeleted)
    end)
  end

  it("ends quietly when nothing was marked", function()
    local peer <close> = line_peer.start(ready)
    local session = satchel.connect(options(peer))
    satchel.sleep(0.1)
    session:close()
    peer:check()
  end)

  it("refuses another's mailbox", function()
    local ok, err = satchel.try(satchel.connect, { url = "pop3://127.0.0.1:1", user = "a",
      password = "x", tls = false, mailbox = "b@c.test" })
    assert.is_false(ok)
    assert.equal("unsupported", err.kind)
  end)
end)
