-- Handing mail to Postfix, and by LMTP to Dovecot.

local servers = require "support.mail_servers"
local submission = require "scenario.submission"

local function peer(name, options)
  local p = { name = name, column = name }
  function p.options(more)
    local all = { user = "anna@example.test", proxy = false }
    for _, set in ipairs { options(), more or {} } do
      for k, v in pairs(set) do all[k] = v end
    end
    return all
  end
  return p
end

local postfix = peer("Postfix", function()
  return { url = servers.postfix().url "submission", password = "secret",
    tls = { ca = servers.postfix().ca } }
end)
postfix.auth, postfix.sizes = true, true
submission(_ENV, postfix)

submission(_ENV, peer("Dovecot LMTP", function()
  return { url = servers.dovecot().url "lmtp", tls = { ca = servers.dovecot().ca } }
end))
