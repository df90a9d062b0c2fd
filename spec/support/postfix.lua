-- A Postfix of the specs' own: SMTP and submission on loopback ports, its
-- queue below its folder, authentication and delivery by a support.dovecot.
-- Its master runs as root only.

local server = require "support.server"

local M = {}

local MAIN <const> = [[
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
maillog_file = /dev/stdout
myhostname = mail.example.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:5.1.1 no local users
default_transport = error:5.4.4 nothing leaves this machine
relay_transport = error:5.4.4 nothing leaves this machine
virtual_mailbox_domains = example.test
virtual_mailbox_maps = $maps
virtual_alias_maps = inline:{ { list@example.test = $first }, $aliases }
virtual_transport = $transport
virtual_mailbox_base = $base
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$uid
virtual_minimum_uid = 100
lmtp_tls_security_level = none
recipient_delimiter = +
message_size_limit = $size
mailbox_size_limit = 0
smtpd_tls_security_level = may
smtpd_tls_cert_file = $dir/cert.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_auth_only = no
smtpd_tls_session_cache_database =
smtpd_recipient_restrictions = reject_unlisted_recipient, permit_mynetworks,
  permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject
smtpd_delay_reject = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $sasl
smtputf8_enable = yes
strict_mailbox_ownership = no
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
minimal_backoff_time = 1s
queue_run_delay = 1s
]]

-- chroot is off, for the folder has no libraries
local MASTER <const> = [[
127.0.0.1:$smtp inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=$auth
127.0.0.1:$submission inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_tls_security_level=encrypt
  -o smtpd_recipient_restrictions=reject_unlisted_recipient,permit_sasl_authenticated,reject
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$smtps inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_recipient_restrictions=reject_unlisted_recipient,permit_sasl_authenticated,reject
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$plain inet n - n - - smtpd
  -o smtpd_discard_ehlo_keywords=chunking,dsn,8bitmime,smtputf8
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
]]

-- what runs in the foreground is a script: its master ends by itself
local END <const> = "m=$(cat queue/pid/master.pid); kill $m; "
  .. "while kill -0 $m 2>/dev/null; do sleep 0.05; done"

local function inline(users)
  local rows = {}
  for user in pairs(users) do rows[#rows + 1] = ("{ %s = %s/Maildir/ }"):format(user, user) end
  return "inline:{ " .. table.concat(rows, ", ") .. " }"
end

---@class spec.Postfix
---@field dir string
---@field ca string a PEM file
---@field smtp integer port of SMTP: no password is asked for
---@field submission integer STARTTLS and a password are asked for
---@field smtps integer implicit TLS, a password is asked for
---@field plain integer as smtp, with PIPELINING for its only extension of sending

---Starts it.  Options: dovecot = a support.dovecot, which knows the passwords;
---users as its own; lmtp = the port of who takes the mail, default the Dovecot's;
---or maildirs = { base = folder of ADDRESS/Maildir, uid = whose }; size = the
---largest message; settings = further lines of main.cf.
---@param options table
---@return spec.Postfix
function M.start(options)
  server.need_root "Postfix"
  local p = { dir = server.place "postfix" }
  server.run("cp '%s/cert.pem' '%s/key.pem' '%s'", options.dovecot.dir, options.dovecot.dir, p.dir)
  p.ca = p.dir .. "/cert.pem"
  p.smtp, p.submission, p.smtps, p.plain = server.ports(4)
  p.smtp = options.dovecot.relay or p.smtp -- who sends to us knows the port already
  local first = next(options.users)
  local values = { dir = p.dir, maps = inline(options.users), first = first,
    aliases = "{ first@example.test = " .. first .. " }",
    transport = options.maildirs and "virtual:"
      or "lmtp:inet:127.0.0.1:" .. (options.lmtp or options.dovecot.lmtp),
    base = options.maildirs and options.maildirs.base or "/nonexistent",
    uid = options.maildirs and options.maildirs.uid or 65534,
    size = options.size or 20 << 20, sasl = options.dovecot.sasl, auth = "yes",
    smtp = p.smtp, submission = p.submission, smtps = p.smtps,
    plain = p.plain }
  server.write(p.dir .. "/main.cf", MAIN:gsub("%$(%w+)", values) .. (options.settings or ""))
  server.write(p.dir .. "/master.cf", (MASTER:gsub("%$(%w+)", values)))
  server.run("cd '%s' && mkdir queue data && chown postfix data", p.dir)
  p.process = server.start("Postfix", p.dir, "postfix -c '" .. p.dir .. "' start-fg",
    { p.smtp, p.submission }, END)

  ---@param scheme string "smtp", "submission" (STARTTLS), "smtps" or "plain"
  function p.url(scheme)
    return ("%s://127.0.0.1:%d"):format(scheme == "smtps" and scheme or "smtp", p[scheme])
  end

  function p.log() return p.process:log() end

  ---Kills the processes of a service, "smtpd"; or stops them ("STOP").
  function p:kill(name, signal)
    local master = server.slurp(self.dir .. "/queue/pid/master.pid"):match "%d+"
    return server.signal(server.children(master, name), signal)
  end

  function p:stop() self.process:stop() end

  return setmetatable(p, { __close = p.stop })
end

return M
