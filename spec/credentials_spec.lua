-- Names, passwords and tokens that are not what one thinks of first, on Dovecot and
-- Postfix: by every mechanism that takes a password, and by functions.

local dovecot = require "support.dovecot"
local line_peer = require "support.line_peer"
local log_on = require "scenario.log_on"
local postfix = require "support.postfix"
local satchel = require "satchel"

local ascii = {}
for c = 0x20, 0x7e do ascii[#ascii + 1] = string.char(c) end

-- name, and password
local people <const> = {
  ["anna@example.test"] = table.concat(ascii),
  ["thousand@example.test"] = ("%s9ü €\\"):rep(100),
  ["blank@example.test"] = "  at both ends  ",
  ["percent@example.test"] = "100%d %n %% %00 %s",
  ["ümläut@example.test"] = "pässwörd €uro",
  ["key@example.test"] = "\u{1f511}",
  ["two words@example.test"] = "simple",
  ["o'neil@example.test"] = "simple",
  ["\"quoted\"@example.test"] = "\"",
  ["back\\slash@example.test"] = "\\",
  ["n=a,b@example.test"] = "n=,r=,",
}

local names = {}
for name in pairs(people) do names[#names + 1] = name end
table.sort(names)

local MECHANISMS <const> = { "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "PLAIN",
  "LOGIN" }

-- what libgsasl does not do: quotes, characters that Unicode had not in 2002. The next
-- mechanism does (satchel/sasl_spec.lua).
local cannot <const> = { ["DIGEST-MD5"] = '["\\]', ["CRAM-MD5"] = "^key" }

local box, relay

describe("log-on", function()
  setup(function()
    box = dovecot.start { users = people, protocols = { "imap", "pop3" },
      settings = "auth_username_chars =\n" }
    relay = postfix.start { users = { ["anna@example.test"] = true }, dovecot = box }
  end)
  teardown(function()
    if relay then relay:stop() end
    if box then box:stop() end
  end)

  local function options_of(scheme, name, more)
    local options = { url = (relay[scheme] and relay or box).url(scheme), user = name,
      password = people[name], tls = { ca = box.ca }, proxy = false, timeout = 10 }
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end

  for _, name in ipairs(names) do
    it("of " .. name, function()
      for _, mechanism in ipairs(MECHANISMS) do
        if not (cannot[mechanism] and name:find(cannot[mechanism])) then
          for _, scheme in ipairs { "imaps", "pop3s", "submission" } do
            assert.equal(mechanism, log_on.by(options_of(scheme, name), mechanism), scheme)
          end
        end
      end
      if #people[name] < 200 then -- Dovecot takes no longer lines before log-on
        assert.equal("the command LOGIN",
          log_on.by(options_of("imaps", name), "the command LOGIN"))
        assert.equal("USER", log_on.by(options_of("pop3s", name), "USER"))
      end
      assert.equal(name:find " " and "USER" or "APOP",
        log_on.by(options_of("pop3", name, { tls = false }), "APOP"))
      assert.is_string(log_on.by(options_of("imap", name, { tls = false })))
    end)
  end

  local schemes <const> = { "imaps", "imap", "pop3s", "submission" }

  -- the error, in which the secret is not
  local function refused(scheme, what, value, mechanism)
    local options = options_of(scheme, "anna@example.test", { [what] = value })
    local ok, err = satchel.try(log_on.by, options, mechanism)
    assert.is_false(ok)
    assert.equal("invalid", err.kind, tostring(err))
    assert.not_matches("hidden", tostring(err), 1, true)
    return err
  end

  for _, bad in ipairs { "hid\rden hidden", "hidden\nhidden", "hidden\r\nQUIT", "hidden\0x", "" } do
    it(("with the password %q is refused before it is said"):format(bad), function()
      for _, scheme in ipairs(schemes) do
        for _, mechanism in ipairs { "SCRAM-SHA-256", "PLAIN", "CRAM-MD5", "USER" } do
          if not (scheme == "submission" and mechanism == "USER") then
            refused(scheme, "password", bad, mechanism)
            local err = refused(scheme, "password", function() return bad end, mechanism)
            assert.matches("the function of option 'password' gave", err.message)
          end
        end
      end
    end)
  end

  it("by a function that waits, and takes longer than the time for an answer", function()
    for _, scheme in ipairs(schemes) do
      local asked, others = 0, 0
      local how
      local slow = satchel.spawn(function()
        how = log_on.by(options_of(scheme, "anna@example.test", { timeout = 1,
          password = function()
            asked = asked + 1
            satchel.sleep(1.5)
            return people["anna@example.test"]
          end }), "PLAIN")
      end)
      satchel.spawn(function()
        while not how and others < 1000 do
          others = others + 1
          satchel.sleep(0.05)
        end
      end)
      satchel.run()
      slow:join()
      assert.equal("PLAIN", how)
      assert.equal(1, asked)
      assert.is_true(others > 10)
    end
  end)

  it("by a function that gives no text says what it gave", function()
    for _, scheme in ipairs(schemes) do
      for _, value in ipairs { 7, true, {} } do
        local err = refused(scheme, "password", function() return value end, "PLAIN")
        assert.matches("gave " .. type(value) .. " instead of text", err.message)
      end
      assert.matches("gave nil", refused(scheme, "password", function() end, "PLAIN").message)
    end
  end)

  it("by a function that raises raises that", function()
    local reason = {}
    for _, scheme in ipairs(schemes) do
      local ok, err = pcall(log_on.by, options_of(scheme, "anna@example.test",
        { password = function() error(reason) end }), "PLAIN")
      assert.is_false(ok)
      assert.equal(reason, err)
    end
  end)
end)

describe("a token", function()
  local greetings <const> = {
    imap = "S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER] x\n! drain",
    pop3 = "S: +OK x\nC: CAPA\nS: +OK\nS: SASL XOAUTH2 OAUTHBEARER\nS: .\n! drain",
    smtp = "S: 220 x\nC: EHLO …\nS: 250-x\nS: 250 AUTH XOAUTH2 OAUTHBEARER\n! drain",
  }

  local function try(scheme, token)
    local peer <close> = line_peer.start(greetings[scheme])
    local ok, err = pcall(satchel.connect, { url = scheme .. "://" .. peer.place, user = "anna",
      token = token, tls = false, proxy = false, timeout = 3 })
    assert.is_false(ok)
    assert.not_matches("AUTH", peer:heard())
    assert.not_matches("hidden", tostring(err), 1, true)
    return err
  end

  for scheme in pairs(greetings) do
    it("that cannot be one is refused before it is said: " .. scheme, function()
      for _, bad in ipairs { "hidden\r\nX", "hidden\nX", "hidden\0", "hidden\1auth=x", "" } do
        assert.equal("invalid", try(scheme, bad).kind)
        assert.equal("invalid", try(scheme, function() return bad end).kind)
      end
      for _, value in ipairs { 7, true, {} } do
        assert.matches("gave " .. type(value) .. " instead of text",
          try(scheme, function() return value end).message)
      end
      assert.matches("gave nil", try(scheme, function() end).message)
    end)

    it("that cannot be had is that error: " .. scheme, function()
      local reason = {}
      assert.equal(reason, try(scheme, function() error(reason) end))
    end)
  end
end)
