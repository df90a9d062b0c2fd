-- The Dovecot and Postfix of this run as peers of the scenarios, by protocol.

local satchel = require "satchel"
local servers = require "support.mail_servers"

local M = {}

local users <const> = { "anna@example.test", "bob@example.test" }

---@param scheme "imap"|"imaps"|"pop3"|"pop3s"
---@return table peer
local function peer(scheme, name)
  local p = { name = name, column = name:gsub(" by ", " ") }
  function p.user(n) return users[n] end
  function p.options(n, more) return servers.options(scheme, users[n], more) end
  function p.connect(n, more) return satchel.connect(p.options(n, more)) end
  return p
end

M.imap = peer("imap", "Dovecot by IMAP")
M.pop3 = peer("pop3", "Dovecot by POP3")
M.pop3.writer = M.imap.connect

return M
