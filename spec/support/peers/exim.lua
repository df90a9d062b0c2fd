-- An Exim of the specs' own: SMTP with STARTTLS and AUTH on a loopback port,
-- delivering by LMTP into a support.dovecot.

local root = require "support.peers.root"
local server = require "support.server"

local M = { name = "Exim" }

local PACKAGES <const> = "exim4-daemon-heavy dash coreutils"

local CONFIG <const> = [[
primary_hostname = mail.example.test
exim_user = Debian-exim
exim_group = Debian-exim
spool_directory = $in/spool
log_file_path = $in/log-%s
keep_environment =
pid_file_path = $in/exim.pid
domainlist local = example.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = $smtp : $smtps
tls_on_connect_ports = $smtps
message_size_limit = 20M
acl_smtp_rcpt = rcpt
acl_smtp_mail = accept
tls_advertise_hosts = *
tls_certificate = $in/cert.pem
tls_privatekey = $in/key.pem
tls_try_verify_hosts = *
tls_verify_certificates = $in/client/cert.pem
auth_advertise_hosts = *
chunking_advertise_hosts = *
dsn_advertise_hosts = *
smtputf8_advertise_hosts = *
pipelining_advertise_hosts = *
accept_8bitmime = true
never_users =
host_lookup =
rfc1413_query_timeout = 0s
queue_only = false
smtp_accept_max = 200
smtp_accept_max_per_host = 200
prdr_enable = true

begin acl
rcpt:
  deny message = no such user here
    domains = +local
    !recipients = $list
  accept domains = +local
  accept authenticated = *
  deny message = relay not permitted

begin routers
all:
  driver = accept
  domains = +local
  transport = lmtp

begin transports
lmtp:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  allow_localhost
  hosts_override
  port = $lmtp
  hosts_avoid_tls = *

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if eq{$auth3}{${lookup{$auth2}lsearch{$in/passwords}}}}
  server_set_id = $auth2
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_condition = ${if eq{$auth2}{${lookup{$auth1}lsearch{$in/passwords}}}}
  server_set_id = $auth1
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${lookup{$auth1}lsearch{$in/passwords}{$value}fail}
  server_set_id = $auth1
ntlm:
  driver = spa
  public_name = NTLM
  server_password = ${lookup{$auth1@example.test}lsearch{$in/passwords}{$value}fail}
  server_set_id = $auth1
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = $tls_in_certificate_verified
  server_condition = ${if eq{$auth1}{${certextract{subject,CN}{$tls_in_peercert}}}}
  server_set_id = $auth1
]]

---@param users table<string, string> address and password
---@param dovecot spec.Dovecot where mail goes
---@return table peer with ports smtp, smtps; `client`: the folder of a certificate that
---carol@example.test may show
function M.start(users, dovecot)
  local path, finish = root.make("exim", PACKAGES)
  local p = { name = M.name }
  local inside
  p.dir, inside = root.place(path)
  p.ca, p.client = server.certificate(p.dir), p.dir .. "/client"
  server.run("mkdir -m 755 '%s'", p.client)
  server.certificate(p.client, "carol@example.test")
  p.smtp, p.smtps = server.ports(2)
  local passwords, list = {}, {}
  for user, password in pairs(users) do
    passwords[#passwords + 1] = ('"%s": %s\n'):format(user, password)
    list[#list + 1] = user
  end
  server.write(p.dir .. "/passwords", table.concat(passwords))
  local values = { ["in"] = inside, smtp = p.smtp, smtps = p.smtps, lmtp = dovecot.lmtp,
    list = table.concat(list, " : ") }
  server.write(path .. "/etc/exim4/exim4.conf", (CONFIG:gsub("%$(%l+)", values)))
  server.run("mkdir '%s/spool' && chown -R 503:503 '%s'", p.dir, p.dir)
  p.process = server.start(M.name, p.dir, ("chroot '%s' /usr/sbin/exim4 -bdf -q1s"):format(path),
    { p.smtp }, finish)
  function p:stop() self.process:stop() end
  function p.log()
    return p.process:log() .. server.slurp(p.dir .. "/log-main") .. server.slurp(p.dir
      .. "/log-reject") .. server.slurp(p.dir .. "/log-panic")
  end
  return p
end

return M
