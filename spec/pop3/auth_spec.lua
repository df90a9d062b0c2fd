-- What is POP3's own when it logs on to a real Dovecot; the mechanisms of SASL are in
-- log_on_spec.lua.

local log_on = require "scenario.log_on"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local user <const> = "carol@example.test"

-- logs on by one mechanism; the one that was used
local function by(mechanism, scheme, more)
  return log_on.by(servers.options(scheme, user, more), mechanism)
end

it("by USER and PASS in TLS, where no mechanism will do", function()
  assert.equal("USER", by("NONE", "pop3s"))
  assert.equal("USER", by("NONE", "pop3"))
end)

it("by APOP rather than by the password itself in clear text", function()
  assert.equal("APOP", by("PLAIN", "pop3", { tls = false }))
  assert.equal("APOP", by("NONE", "pop3", { tls = false }))
end)

for _, mechanism in ipairs { "PLAIN", "SCRAM-SHA-256", "NONE" } do
  it("is refused with a wrong password: " .. mechanism, function()
    local ok, err = satchel.try(by, mechanism, "pop3s", { password = "wrong" })
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.equal("AUTH", err.name)
    assert.matches("[Aa]uthentication failed", err.message)
    assert.is_nil(tostring(err):find("wrong", 1, true))
  end)
end
