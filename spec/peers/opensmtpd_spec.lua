-- Handing mail to OpenSMTPD.

local servers = require "support.mail_servers"
local submission = require "scenario.submission"

describe("OpenSMTPD", function()
  local server
  setup(function()
    server = require "support.peers.opensmtpd".start(servers.users, servers.dovecot())
  end)
  teardown(function()
    if server then server:stop() end
  end)

  local function options(more)
    local all = { url = "smtp://127.0.0.1:" .. server.smtp, user = "anna@example.test",
      tls = false, proxy = false }
    for k, v in pairs(more or {}) do all[k] = v end
    return all
  end

  submission(_ENV, { name = "OpenSMTPD", sizes = true, options = options,
    shakes_hands = function() return server.shakes_hands end,
    starttls = function()
      return options { url = "smtp://127.0.0.1:" .. server.starttls, tls = { ca = server.ca } }
    end })
end)
