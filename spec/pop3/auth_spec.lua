-- Every way to log on to a real Dovecot by POP3, over TLS and in clear text.

local sasl = require "satchel.sasl"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local user <const> = "carol@example.test"

-- logs on by one mechanism; the one that was used
local function by(mechanism, scheme, more)
  local choose = sasl.choose
  sasl.choose = function(options)
    options.mechanism = mechanism
    return choose(options)
  end
  local _ <close> = setmetatable({}, { __close = function() sasl.choose = choose end })
  local options = servers.options(scheme, user, more)
  options.smtp = nil
  local session <close> = satchel.connect(options)
  assert.is_true(session.inbox.total >= 0)
  return session._.store:driver().connection.mechanism
end

for _, mechanism in ipairs { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
  "SCRAM-SHA-256" } do
  it("by " .. mechanism, function()
    assert.equal(mechanism, by(mechanism, "pop3s"))
    if mechanism ~= "PLAIN" and mechanism ~= "LOGIN" then
      assert.equal(mechanism, by(mechanism, "pop3", { tls = false }))
    end
  end)
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
