-- The Dovecot and the Postfix that all specs of a run share: started when
-- they are first asked for, ended with the run.

local M = {}

M.users = {
  ["anna@example.test"] = "secret", ["bob@example.test"] = "secret-2",
  ["carol@example.test"] = "secret-3", ["quota@example.test"] = "secret-4",
}

-- how much quota@example.test may keep
M.quota = "100K"

---IMAP, POP3, LMTP.
---@return spec.Dovecot
function M.dovecot()
  M._dovecot = M._dovecot or require "support.dovecot".start {
    users = M.users, quota = { ["quota@example.test"] = M.quota } }
  return M._dovecot
end

---SMTP with delivery into that Dovecot.
---@return spec.Postfix
function M.postfix()
  M._postfix = M._postfix or require "support.postfix".start {
    users = M.users, dovecot = M.dovecot() }
  return M._postfix
end

---Options of satchel.connect: of a user by "imap", "imaps", "pop3", "pop3s",
---with sending by Postfix.
---@param scheme string
---@param user string
---@param more? table
---@return table
function M.options(scheme, user, more)
  local dovecot, postfix = M.dovecot(), M.postfix()
  local options = { url = dovecot.url(scheme), user = user, password = M.users[user],
    smtp = postfix.url "submission", tls = { ca = dovecot.ca }, proxy = false }
  for k, v in pairs(more or {}) do options[k] = v end
  return options
end

return M
