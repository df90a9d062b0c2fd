-- Every way to log on to a real Postfix, over TLS and in clear text.

local sasl = require "satchel.sasl"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local user <const> = "carol@example.test"

local function by(mechanism, scheme, more)
  local choose = sasl.choose
  sasl.choose = function(options)
    options.mechanism = mechanism
    return choose(options)
  end
  local _ <close> = setmetatable({}, { __close = function() sasl.choose = choose end })
  local options = { url = servers.postfix().url(scheme), user = user,
    password = servers.users[user], tls = { ca = servers.dovecot().ca }, proxy = false }
  for name, value in pairs(more or {}) do options[name] = value end
  local session <close> = satchel.connect(options)
  return session._.store:driver().connection.mechanism
end

for _, mechanism in ipairs { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1",
  "SCRAM-SHA-256" } do
  it("by " .. mechanism, function()
    assert.equal(mechanism, by(mechanism, "smtps"))
    assert.equal(mechanism, by(mechanism, "submission"))
    assert.equal(mechanism, by(mechanism, "smtp", { tls = false }))
  end)
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

it("is left out where nothing is given, and the server's refusal says so", function()
  local options = { url = servers.postfix().url "submission", user = user,
    tls = { ca = servers.dovecot().ca }, proxy = false }
  local session <close> = satchel.connect(options)
  local ok, err = satchel.try(session.send, session, { to = user, subject = "x" })
  assert.is_false(ok)
  assert.is_true(err.kind == "denied" or err.kind == "auth", tostring(err))
end)
