-- Connecting to SMTP and LMTP servers that play scripts: greeting, EHLO, STARTTLS,
-- logging on, keeping the connection and opening it anew.

local connection = require "satchel.smtp.connection"
local line_peer = require "support.line_peer"
local native = require "satchel.smtp.native"
local satchel = require "satchel"

local function options(peer, more)
  local opts = { url = "smtp://" .. peer.place, tls = false, timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  if opts.secure then opts.tls = { ca = peer.ca } end
  return opts
end

-- opens against a script; the connection is closed at once
local function open(script, more, use)
  local peer <close> = line_peer.start(script)
  local ok, result = satchel.try(function()
    local c <close> = connection.open(options(peer, more))
    return use and use(native.new(c), c) or c
  end)
  return ok, result, peer:heard()
end

local function refused(kind, pattern, script, more)
  local ok, err, heard = open(script, more)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  assert.truthy(err.message:find(pattern, 1, true), err.message)
  assert.equal("127.0.0.1", err.server)
  return err, heard
end

local hello = [[
  S: 220 mx.test ESMTP
  C: EHLO [127.0.0.1]
  S: 250-mx.test hello
  S: 250-SIZE 1000
  S: 250-AUTH=LOGIN
  S: 250-AUTH PLAIN LOGIN
  S: 250 8BITMIME
]]

describe("a greeting", function()
  it("of several lines is read, and EHLO's keywords", function()
    local ok, n = open("S: 220-one\nS: 220 two\n" .. hello:gsub("^[^\n]*\n", "")
      .. "C: QUIT\nS: 221 bye", nil, function(n)
      return { n.server, n.capabilities, n.round_trips }
    end)
    assert.is_true(ok, tostring(n))
    assert.same({ "one", { SIZE = { "1000" }, AUTH = { "LOGIN", "PLAIN", "LOGIN" },
      ["8BITMIME"] = {} }, 2 }, n)
  end)

  for _, case in ipairs {
    { "S: 554 5.7.1 no service for you", "denied", "554 5.7.1 no service for you" },
    { "S: 421 4.3.2 later", "throttled", "421 4.3.2 later" },
    { "S: SSH-2.0-none", "protocol", "no reply code" },
    { "S: 220 x\nS: 250 injected\nC: EHLO …\nS: 250 y", "protocol", "nothing asked for" },
    { "S- 220 x\\n", "protocol", "without CR" },
    { "! close", "network", "closed" },
    { "S- 220 no end", "network", "closed" },
    { "S- 220 " .. ("x"):rep(20000), "limit", "16384" },
  } do
    it("is refused: " .. case[1]:sub(1, 40), function()
      refused(case[2], case[3], case[1])
    end)
  end

  it("that never comes is a timeout", function()
    local err = refused("timeout", "", "! stall", { timeout = 0.3 })
    assert.is_true(err.retryable)
  end)
end)

describe("EHLO", function()
  it("gives way to HELO where it is not known", function()
    local ok, n, heard = open([[
      S: 220 x
      C: EHLO [127.0.0.1]
      S: 502 5.5.1 what?
      C: HELO [127.0.0.1]
      S: 250 x
      C: QUIT
      S: 221 bye]], nil, function(n) return n.capabilities end)
    assert.is_true(ok, tostring(n))
    assert.same({}, n)
    assert.equal("C: EHLO [127.0.0.1]\nC: HELO [127.0.0.1]\nC: QUIT", heard)
  end)

  it("says a name that is given", function()
    local ok = open([[
      S: 220 x
      C: EHLO client.test
      S: 250 x
      C: QUIT
      S: 221 bye]], { name = "client.test" })
    assert.is_true(ok)
  end)

  it("is LHLO to a server of LMTP, which has no HELO", function()
    local peer <close> = line_peer.start [[
      S: 220 x
      C: LHLO [127.0.0.1]
      S: 500 5.5.1 what?]]
    local ok, err = satchel.try(connection.open, options(peer, { url = "lmtp://" .. peer.place }))
    assert.is_false(ok)
    assert.equal("protocol", err.kind)
    assert.equal("C: LHLO [127.0.0.1]", peer:heard())
  end)

  it("that is refused for now does not give way", function()
    local _, heard = refused("throttled", "450 busy", "S: 220 x\nC: EHLO …\nS: 450 busy")
    assert.equal("C: EHLO [127.0.0.1]", heard)
  end)
end)

describe("STARTTLS", function()
  it("is asked for, and all is said again", function()
    local ok, n, heard = open([[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250-XCLEAR
      S: 250 STARTTLS
      C: STARTTLS
      S: 220 go
      ! tls
      C: EHLO …
      S: 250-x
      S: 250 XTLS
      C: QUIT
      S: 221 bye]], { secure = true }, function(n) return n.capabilities end)
    assert.is_true(ok, tostring(n))
    assert.same({ XTLS = {} }, n)
    assert.equal("C: EHLO [127.0.0.1]\nC: STARTTLS\nC: EHLO [127.0.0.1]\nC: QUIT", heard)
  end)

  it("that is stripped is an error, and nothing more is said", function()
    local err, heard = refused("tls", "offers no STARTTLS", hello,
      { secure = true, user = "anna", password = "secret" })
    assert.matches("tls = false", err.hint)
    assert.equal("C: EHLO [127.0.0.1]", heard)
  end)

  it("is not forgotten where EHLO is refused", function()
    refused("tls", "offers no STARTTLS",
      "S: 220 x\nC: EHLO …\nS: 502 no\nC: HELO …\nS: 250 x", { secure = true })
  end)

  it("that is refused is an error", function()
    refused("tls", "454 4.7.0 TLS not available", [[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250 STARTTLS
      C: STARTTLS
      S: 454 4.7.0 TLS not available]], { secure = true })
  end)

  it("does not take answers that came before it", function()
    local err = refused("protocol", "", [[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250 STARTTLS
      C: STARTTLS
      S: 220 go
      S: 250-injected
      S: 250 AUTH PLAIN
      ! tls]], { secure = true })
    assert.is_falsy(err.retryable)
  end)
end)

describe("logging on", function()
  local plain = "AGFubmEAc2VjcmV0"

  it("by PLAIN in one step", function()
    local ok, err = open(hello .. "C: AUTH PLAIN " .. plain
      .. "\nS: 235 2.7.0 ok\nC: QUIT\nS: 221 bye", { user = "anna", password = "secret" })
    assert.is_true(ok, tostring(err))
  end)

  it("by LOGIN in three", function()
    local ok, err = open([[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250 AUTH LOGIN
      C: AUTH LOGIN
      S: 334 VXNlcm5hbWU6
      C: YW5uYQ==
      S: 334 UGFzc3dvcmQ6
      C: c2VjcmV0
      S: 235 ok
      C: QUIT
      S: 221 bye]], { user = "anna", password = "secret" })
    assert.is_true(ok, tostring(err))
  end)

  it("goes on with the next where the mechanism is refused", function()
    local ok, err = open([[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250 AUTH CRAM-MD5 PLAIN
      C: AUTH CRAM-MD5
      S: 504 5.5.4 not today
      C: AUTH PLAIN …
      S: 235 ok
      C: QUIT
      S: 221 bye]], { user = "anna", password = "secret" })
    assert.is_true(ok, tostring(err))
  end)

  it("does not try a refused password again, and has the server's words", function()
    local err, heard = refused("auth", "535 5.7.8 wrong password", [[
      S: 220 x
      C: EHLO …
      S: 250-x
      S: 250 AUTH PLAIN LOGIN
      C: AUTH PLAIN …
      S: 535 5.7.8 wrong password]], { user = "anna", password = "secret" })
    assert.equal(535, err.code)
    assert.equal("5.7.8", err.name)
    assert.is_false(err.retryable)
    assert.not_matches("LOGIN", heard)
  end)

  it("that fails for now may be tried again", function()
    local err = refused("throttled", "454 4.7.0 later", hello
      .. "C: AUTH PLAIN …\nS: 454 4.7.0 later", { user = "anna", password = "secret" })
    assert.is_true(err.retryable)
  end)

  it("that is not offered is an error, but not where the password is another's", function()
    local bare = "S: 220 x\nC: EHLO …\nS: 250 x\nC: QUIT\nS: 221 bye"
    refused("auth", "no way to log on", bare, { user = "anna", password = "secret" })
    assert.is_true((open(bare, { user = "anna", password = "secret", borrowed = true })))
    assert.is_true((open(bare, { user = "anna" })))
  end)

  it("never sends a password over a clear connection", function()
    local peer <close> = line_peer.start(hello)
    local c = connection.new(options(peer, { user = "anna", password = "secret" }))
    c.options.tls = { ca = peer.ca }
    c.endpoint.tls = "none"
    local ok, err = satchel.try(c.ready, c)
    assert.is_false(ok)
    assert.equal("tls", err.kind)
    assert.equal("C: EHLO [127.0.0.1]", peer:heard())
  end)

  it("keeps secrets out of the trace", function()
    local lines = {}
    open(hello .. "C: AUTH PLAIN …\nS: 235 ok\nC: QUIT\nS: 221 bye", { user = "anna",
      password = "secret", trace = function(event)
        assert.equal("smtp", event.layer)
        lines[#lines + 1] = event.direction .. " " .. event.text
      end })
    local text = table.concat(lines, "\n")
    assert.matches("send AUTH PLAIN %*%*%*", text)
    assert.matches("receive 220 mx.test ESMTP", text)
    assert.is_nil(text:find(plain, 1, true))
    assert.is_nil(text:find("secret", 1, true))
  end)
end)

describe("the connection", function()
  local bare = "S: 220 x\nC: EHLO …\nS: 250 x\n"

  it("is opened anew when the server has closed it meanwhile", function()
    local peer <close> = line_peer.start { bare .. "C: NOOP\nS: 250 ok",
      bare .. "C: NOOP\nS: 250 again\nC: QUIT\nS: 221 bye" }
    local c <close> = connection.open(options(peer))
    local n = native.new(c)
    assert.equal("ok", n:noop()[1])
    satchel.sleep(0.1)
    assert.equal("again", n:noop()[1])
    assert.equal(6, n.round_trips)
  end)

  it("is opened anew when the server has said 421 meanwhile", function()
    local peer <close> = line_peer.start { bare .. "S: 421 4.4.2 idle for too long",
      bare .. "C: NOOP\nS: 250 again\nC: QUIT\nS: 221 bye" }
    local c <close> = connection.open(options(peer))
    satchel.sleep(0.1)
    assert.equal("again", native.new(c):noop()[1])
  end)

  it("is of no more use when the server speaks unasked", function()
    local peer <close> = line_peer.start { bare .. "S: 250 surprise\n! drain",
      bare .. "C: NOOP\nS: 250 again\nC: QUIT\nS: 221 bye" }
    local c <close> = connection.open(options(peer))
    satchel.sleep(0.1)
    assert.equal("again", native.new(c):noop()[1])
  end)

  it("is closed once, with QUIT", function()
    local peer <close> = line_peer.start(bare .. "C: QUIT\nS: 221 bye")
    local c = connection.open(options(peer))
    c:close()
    c:close()
    peer:check()
    local ok, err = satchel.try(c.ready, c)
    assert.is_false(ok)
    assert.matches("closed", err.message)
  end)

  it("is refused to URLs that do not send", function()
    local ok, err = satchel.try(connection.new, { url = "imap://h" })
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
  end)
end)
