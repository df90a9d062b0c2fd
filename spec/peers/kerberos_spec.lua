-- Log-on by GSSAPI (RFC 4752) with tickets of a real KDC, to Dovecot by IMAP and POP3
-- and to Postfix by SMTP. Tickets are in the environment: each log-on has a process.

local dovecot = require "support.dovecot"
local kerberos = require "support.peers.kerberos"
local log_on = require "scenario.log_on"
local log_on_by_itself = require "support.log_on_process"
local postfix = require "support.postfix"

local ANNA <const>, BOB <const> = "anna@example.test", "bob@example.test"
local PASSWORDS <const> = { [ANNA] = "of the mailbox", [BOB] = "of bob's" }

local realm, box, relay, with_ticket, without

describe("a Kerberos ticket", function()
  setup(function()
    realm = kerberos.start({ anna = "secret", bob = "secret-2" },
      { "imap/localhost", "pop/localhost", "smtp/localhost" })
    box = dovecot.start { root = realm.root, users = PASSWORDS, mechanisms = "gssapi plain",
      protocols = { "imap", "pop3" }, fields = {
        [ANNA] = "k5principals=anna@" .. realm.realm, [BOB] = "k5principals=bob@" .. realm.realm },
      settings = dovecot.dialect().tickets(realm) }
    relay = postfix.start { users = PASSWORDS, dovecot = box }
    with_ticket, without = realm:ticket("anna", "secret"), realm:ticket()
  end)

  teardown(function()
    if relay then relay:stop() end
    if box then box:stop() end
    if realm then realm:stop() end
  end)

  local schemes <const> = { "imaps", "imap", "pop3s", "pop3", "submission", "smtps" }
  local columns <const> = { imap = "Dovecot by IMAP", pop3 = "Dovecot by POP3",
    submission = "Postfix by SMTP" }

  local function url(scheme, host)
    local server = relay[scheme] and relay or box
    return (server.url(scheme):gsub("127%.0%.0%.1", host or "localhost"))
  end

  local function try(environment, scheme, more)
    local options = { url = url(scheme), user = ANNA, tls = { ca = box.ca }, proxy = false,
      timeout = 10 }
    for k, v in pairs(more or {}) do options[k] = v end
    return log_on_by_itself(environment, options)
  end

  -- the error, which says what to do
  local function refused(...)
    local result = try(...)
    assert.is_false(result.ok)
    assert.equal("auth", result.kind, result.message)
    return result
  end

  local function tried(result, mechanism)
    local command = result.seen:match "A%d+ AUTHENTICATE (%u%S*)"
      or result.seen:match "\nAUTH (%u%S*)"
    assert.equal(mechanism, command, result.seen)
  end

  for _, scheme in ipairs(schemes) do
    it("is all that is needed by " .. scheme, function()
      local result = try(with_ticket, scheme)
      assert.is_true(result.ok, result.message)
      tried(result, "GSSAPI")
      if relay[scheme] then assert.matches("235 ", result.seen) end
      if columns[scheme] then log_on.note(columns[scheme], "GSSAPI") end
    end)
  end

  it("serves the name of its owner alone, too", function()
    local result = try(with_ticket, "imaps", { login = "anna" })
    assert.is_true(result.ok, result.message)
  end)

  -- whoever names bob's mailbox and has Anna's ticket does not get Anna's
  for _, scheme in ipairs { "imaps", "pop3s" } do
    it("opens nobody else's mailbox by " .. scheme, function()
      local result = refused(with_ticket, scheme, { user = BOB })
      assert.matches("refused to let bob@example.test in by GSSAPI", result.message, 1, true)
      assert.matches("klist", result.hint)
      assert.matches("login =", result.hint, 1, true)
    end)
  end

  for _, scheme in ipairs { "imaps", "pop3s" } do
    it("that is not there is an error that says how to get one: " .. scheme, function()
      local result = refused(without, scheme)
      assert.matches("no Kerberos ticket", result.message)
      assert.matches("kinit", result.hint)
    end)
  end

  it("that is not there is not missed by SMTP until the server wants it", function()
    local result = try(without, "submission")
    assert.is_true(result.ok, result.message)
  end)

  it("that has expired is as good as none", function()
    local environment, cache = realm:ticket("anna", "secret", "1s")
    realm:expire(cache, "imap/localhost")
    local result = refused(environment, "imaps")
    assert.matches("no Kerberos ticket", result.message)
    assert.matches("kinit", result.hint)
  end)

  it("does not serve a host that Kerberos does not know by that name", function()
    local result = refused(with_ticket, "imaps", { url = url("imaps", "127.0.0.1") })
    assert.matches("none for imap/127.0.0.1", result.message, 1, true)
    assert.matches("name the host as Kerberos does", result.hint)
  end)

  for _, environment in ipairs { "with", "without" } do
    it("is not looked at where there is a password: " .. environment .. " one", function()
      for _, scheme in ipairs(schemes) do
        local result = try(environment == "with" and with_ticket or without, scheme,
          { password = PASSWORDS[ANNA] })
        assert.is_true(result.ok, result.message)
        tried(result, "PLAIN")
      end
    end)
  end

  it("is what the hint names where nothing else will do", function()
    local result = refused(with_ticket, "imap", { token = "a.token" })
    assert.matches("leave out password and token", result.hint)
  end)
end)
