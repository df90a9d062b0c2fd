-- Handing mail to Exim.

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

  submission(_ENV, { name = "Exim", auth = true, sizes = true, options = function(more)
    local options = { url = "smtp://127.0.0.1:" .. server.smtp, user = "anna@example.test",
      password = "secret", tls = { ca = server.ca }, proxy = false }
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end })
end)
