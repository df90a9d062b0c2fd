-- The behavioural spec of the objects on Cyrus, by IMAP and by POP3, and its extensions;
-- and how it lets one log on, with all the mechanisms of Cyrus SASL that take a password.

local extensions = require "scenario.extensions"
local face = require "scenario.face"
local log_on = require "scenario.log_on"
local servers = require "support.mail_servers"

describe("Cyrus", function()
  local imap, pop3, start, stop = require("support.mail_peers").of "cyrus"
  setup(start)
  teardown(stop)
  face(_ENV, imap)
  face(_ENV, pop3)
  extensions(_ENV, imap)
end)

-- its SASL binds by tls-unique, which TLS 1.3 does not have
describe("Cyrus by TLS 1.2:", function()
  local cyrus

  setup(function()
    cyrus = require("support.peers.cyrus").start(servers.users, {
      settings = "tls_versions: tls1_2\n",
      mechanisms = "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS NTLM" })
  end)
  teardown(function()
    if cyrus then cyrus:stop() end
  end)

  local function peer(name, schemes, has)
    for _, mechanism in ipairs { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256",
      "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM", "PLAIN", "LOGIN" } do
      has[mechanism] = true
    end
    log_on.run(_ENV, { name = name, has = has, schemes = schemes, options = function(scheme)
      return { url = ("%s://127.0.0.1:%d"):format(scheme, cyrus[scheme]), proxy = false,
        user = "carol@example.test", password = servers.users["carol@example.test"],
        tls = { ca = cyrus.ca }, timeout = 10 }
    end })
  end
  peer("Cyrus by IMAP", { "imaps", "imap" }, { ["the command LOGIN"] = true })
  peer("Cyrus by POP3", { "pop3" }, { USER = true })
end)
