-- The Dovecot and Postfix of this run as peers of the scenarios, by protocol.

local satchel = require "satchel"
local servers = require "support.mail_servers"

local M = {}

local users <const> = { "anna@example.test", "bob@example.test" }

local function peer(name, options)
  local p = { name = name, column = name:gsub(" by ", " "), options = options }
  function p.user(n) return users[n] end
  function p.connect(n, more) return satchel.connect(p.options(n, more)) end
  return p
end

local function dovecot(scheme)
  return function(n, more) return servers.options(scheme, users[n], more) end
end

M.imap = peer("Dovecot by IMAP", dovecot "imap")
M.pop3 = peer("Dovecot by POP3", dovecot "pop3")
M.pop3.writer = M.imap.connect

-- the same Dovecot, which says at this address that it has no extension but UIDPLUS
M.plain = peer("Dovecot by IMAP, plain", function(n, more)
  local options = servers.options("imap", users[n], more)
  options.url = options.url:gsub("127%.0%.0%.1", "127.0.0.2")
  local postfix = servers.postfix()
  options.smtp = { url = postfix.url "submission", tls = options.tls }
  options.tls = false
  return options
end)

---The IMAP and the POP3 of a server of support.peers, with a Postfix that
---delivers into it; `start` starts both, `stop` ends them.
---@param name string "cyrus", "courier"
---@return table imap a peer
---@return table pop3 another
---@return fun() start
---@return fun() stop
function M.of(name)
  local peers = require("support.peers." .. name)
  local server, postfix
  local function by(scheme)
    return peer(peers.name .. " by " .. scheme:upper(), function(n, more)
      local options = { url = ("%s://127.0.0.1:%d"):format(scheme, server[scheme]),
        user = users[n], password = servers.users[users[n]], tls = { ca = server.ca },
        smtp = { url = postfix.url "smtp", tls = false }, proxy = false }
      for k, v in pairs(more or {}) do options[k] = v end
      return options
    end)
  end
  local imap, pop3 = by "imap", by "pop3"
  pop3.writer = imap.connect
  local function start()
    server = peers.start(servers.users)
    postfix = require "support.postfix".start { users = servers.users,
      dovecot = servers.dovecot(), lmtp = server.lmtp,
      maildirs = not server.lmtp and { base = server.mail, uid = 506 } or nil }
  end
  local function stop()
    if postfix then postfix:stop() end
    if server then server:stop() end
  end
  return imap, pop3, start, stop
end

return M
