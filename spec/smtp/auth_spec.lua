-- What is SMTP's own when it logs on to a real Postfix; the mechanisms are in
-- log_on_spec.lua.

local line_peer = require "support.line_peer"
local log_on = require "scenario.log_on"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local user <const> = "carol@example.test"

local function by(mechanism, scheme, more)
  local options = { url = servers.postfix().url(scheme), user = user,
    password = servers.users[user], tls = { ca = servers.dovecot().ca }, proxy = false }
  for name, value in pairs(more or {}) do options[name] = value end
  return log_on.by(options, mechanism)
end

it("by the strongest that both have", function()
  assert.equal("SCRAM-SHA-256", by(nil, "submission"))
end)

for _, mechanism in ipairs { "PLAIN", "LOGIN", "SCRAM-SHA-256" } do
  it("is refused with a wrong password: " .. mechanism, function()
    local ok, err = satchel.try(by, mechanism, "submission", { password = "wrong" })
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.equal("5.7.8", err.name)
    assert.equal(535, err.code)
    assert.is_nil(tostring(err):find("wrong", 1, true))
  end)
end

it("by a ticket that is not there comes to nothing, and a refusal says why", function()
  local peer <close> = line_peer.start("S: 220 x\nC: EHLO …\nS: 250-x\nS: 250 AUTH GSSAPI\n"
    .. "C: MAIL …\nS: 530 5.7.0 log on first\n! drain")
  local session <close> = satchel.connect { url = "smtp://" .. peer.place, user = user,
    tls = false, proxy = false, timeout = 3 }
  local ok, err = satchel.try(session.send, session, { to = user, subject = "x" })
  assert.is_false(ok)
  assert.equal("auth", err.kind)
  assert.matches("log on first", err.message)
  assert.matches("no Kerberos ticket.*kinit", err.hint)
end)

it("is left out where nothing is given, and the server's refusal says so", function()
  local options = { url = servers.postfix().url "submission", user = user,
    tls = { ca = servers.dovecot().ca }, proxy = false }
  local session <close> = satchel.connect(options)
  local ok, err = satchel.try(session.send, session, { to = user, subject = "x" })
  assert.is_false(ok)
  assert.is_true(err.kind == "denied" or err.kind == "auth", tostring(err))
end)
