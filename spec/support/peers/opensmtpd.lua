-- An OpenSMTPD of the specs' own: SMTP on a loopback port, delivering by LMTP
-- into a support.dovecot.  Without TLS it takes no passwords: mail is sent in
-- clear, and a second port has STARTTLS.  The handshakes of Debian 12's fail, for
-- its 6.8 does not get on with OpenSSL 3.

local root = require "support.peers.root"
local server = require "support.server"

local M = { name = "OpenSMTPD" }

local PACKAGES <const> = "opensmtpd dash coreutils"

local CONFIG <const> = [[
pki mail cert "$in/cert.pem"
pki mail key "$in/key.pem"
table users file:$in/users
smtp max-message-size 20M
listen on 127.0.0.1 port $smtp hostname mail.example.test
listen on 127.0.0.1 port $starttls tls pki mail hostname mail.example.test
action "deliver" lmtp "127.0.0.1:$lmtp" rcpt-to virtual <users>
match from any for domain "example.test" action "deliver"
]]

---@param users table<string, string> address and password
---@param dovecot spec.Dovecot where mail goes
---@return table peer with ports smtp, starttls; shakes_hands: whether TLS works
function M.start(users, dovecot)
  local path, finish = root.make("opensmtpd", PACKAGES)
  local p = { name = M.name }
  local inside
  p.dir, inside = root.place(path)
  p.ca = server.certificate(p.dir)
  p.smtp, p.starttls = server.ports(2)
  local names = {}
  for user in pairs(users) do names[#names + 1] = user .. " vmail\n" end
  server.write(p.dir .. "/users", table.concat(names))
  local values = { ["in"] = inside, smtp = p.smtp, starttls = p.starttls, lmtp = dovecot.lmtp }
  server.write(p.dir .. "/smtpd.conf", (CONFIG:gsub("%$(%l+)", values)))
  -- 7.6 wants authorities though it verifies nobody
  server.run("mkdir -p '%s/etc/ssl/certs' && cp '%s' '%s/etc/ssl/certs/ca-certificates.crt'",
    path, p.ca, path)
  server.run("chmod 600 '%s/key.pem' && rm -rf '%s/var/spool/smtpd' && mkdir -p '%s/home' && "
    .. "mkdir -p -m 711 '%s/var/spool/smtpd'", p.dir, path, path, path)
  local version = server.run("chroot '%s' /usr/sbin/smtpd -h || true", path)
  p.shakes_hands = tonumber(version:match "OpenSMTPD (%d+)") >= 7
  p.process = server.start(M.name, p.dir,
    ("chroot '%s' /usr/sbin/smtpd -d -f %s/smtpd.conf"):format(path, inside), { p.smtp }, finish)
  function p:stop() self.process:stop() end
  function p.log() return p.process:log() end
  return p
end

return M
