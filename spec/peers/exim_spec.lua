-- Handing mail to Exim.

local log_on = require "scenario.log_on"
local servers = require "support.mail_servers"
local submission = require "scenario.submission"

describe("Exim", function()
  local server
  setup(function()
    server = require "support.peers.exim".start(servers.users, servers.dovecot())
  end)
  teardown(function()
    if server then server:stop() end
  end)

  local function options_of(scheme, user)
    return { url = ("%s://127.0.0.1:%d"):format(scheme, server[scheme]), user = user,
      password = servers.users[user], tls = { ca = server.ca }, proxy = false }
  end

  submission(_ENV, { name = "Exim", auth = true, sizes = true, options = function(more)
    local options = options_of("smtp", "anna@example.test")
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end })

  local schemes <const> = { "smtps", "smtp" }

  log_on.run(_ENV, { name = "Exim by SMTP", schemes = schemes, options = function(scheme)
    return options_of(scheme, "carol@example.test")
  end, has = { PLAIN = true, LOGIN = true, ["CRAM-MD5"] = true, NTLM = true } })

  local function with_certificate(scheme, user)
    local options = options_of(scheme, user)
    options.password, options.tls.cert = nil, server.client .. "/cert.pem"
    options.tls.key = server.client .. "/key.pem"
    return options
  end

  log_on.run(_ENV, { name = "Exim by SMTP", schemes = schemes, options = function(scheme)
    return with_certificate(scheme, "carol@example.test")
  end, has = { EXTERNAL = true }, wrong = false })

  it("another's certificate leaves us unknown, as none does", function()
    assert.is_nil(log_on.by(with_certificate("smtps", "bob@example.test"), "EXTERNAL"))
  end)
end)
