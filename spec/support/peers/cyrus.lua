-- A Cyrus of the specs' own: IMAP, POP3 and LMTP on loopback ports.

local dialogue = require "support.dialogue"
local root = require "support.peers.root"
local server = require "support.server"

local M = { name = "Cyrus" }

local PACKAGES <const> = "cyrus-imapd cyrus-pop3d sasl2-bin libsasl2-modules dash coreutils"

local SERVER <const> = "mail.example.test"

local IMAPD <const> = [[
configdirectory: $in/conf
partition-default: $in/spool
defaultpartition: default
proc_path: $in/conf/proc
mboxname_lockpath: $in/conf/lock
servername: $server
admins: cyrus
virtdomains: userid
defaultdomain: nowhere.test
altnamespace: yes
unixhierarchysep: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $in/sasldb
sasl_mech_list: PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256$mechanisms
allowplaintext: yes
allowstarttls: yes
tls_server_cert: $in/cert.pem
tls_server_key: $in/key.pem
autocreate_quota: 0
autocreate_inbox_folders: Sent|Drafts|Trash|Junk|Archive
autocreate_subscribe_folders: Sent|Drafts|Trash|Junk|Archive
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
xlist-junk: Junk
xlist-archive: Archive
expunge_mode: immediate
delete_mode: immediate
idlesocket: $in/conf/socket/idle
lmtpsocket: $in/conf/socket/lmtp
statuscache: 1
maxlogins_per_user: 200
failedloginpause: 0
]]

local CYRUS <const> = [[
START {
  recover cmd="ctl_cyrusdb -r"
}
SERVICES {
  imap cmd="imapd" listen="127.0.0.1:$imap" prefork=0
  imaps cmd="imapd -s" listen="127.0.0.1:$imaps" prefork=0
  pop3 cmd="pop3d" listen="127.0.0.1:$pop3" prefork=0
  lmtp cmd="lmtpd -a" listen="127.0.0.1:$lmtp" prefork=0
}
EVENTS {
}
DAEMON {
  idled cmd="idled"
}
]]

local RUN <const> = [[
mkdir -p $in/conf/db $in/conf/socket $in/spool $in/conf/proc $in/conf/lock
chown -R cyrus:mail $in
exec /usr/sbin/cyrmaster -p $in/master.pid
]]

---@param users table<string, string> address and password
---@param options? { mechanisms: string, settings: string } further ones
---@return table peer with ports imap, imaps, pop3, lmtp
function M.start(users, options)
  local path, finish = root.make("cyrus", PACKAGES)
  local p = { name = M.name }
  local inside
  p.dir, inside = root.place(path)
  p.ca = server.certificate(p.dir)
  p.imap, p.imaps, p.pop3, p.lmtp = server.ports(4)
  local values = { ["in"] = inside, imap = p.imap, imaps = p.imaps, pop3 = p.pop3,
    lmtp = p.lmtp, server = SERVER, mechanisms = options and " " .. options.mechanisms or "" }
  for name, text in pairs { ["/etc/imapd.conf"] = IMAPD, ["/etc/cyrus.conf"] = CYRUS,
    [inside .. "/run"] = RUN } do
    server.write(path .. name, (text:gsub("%$(%w+)", values)))
  end
  if options then server.write(path .. "/etc/imapd.conf", IMAPD:gsub("%$(%w+)", values)
    .. options.settings) end
  for user, password in pairs(users) do
    local name, domain = user:match "^(.*)@(.*)$"
    -- NTLM drops the domain: such a user is one of the server's own
    for _, realm in ipairs { domain, options and SERVER } do
      server.run("printf %%s '%s' | chroot '%s' /usr/sbin/saslpasswd2 -c -p -f %s/sasldb -u %s %s",
        password, path, inside, realm, name)
    end
  end
  p.process = server.start(M.name, p.dir, ("chroot '%s' /bin/sh %s/run"):format(path, inside),
    { p.imap, p.pop3, p.lmtp }, finish)
  for user, password in pairs(users) do
    local d = dialogue.open(p.imap) -- the first login makes the mailboxes
    d:hear "^%* OK"
    assert(d:run(('LOGIN "%s" "%s"'):format(user, password)):find " OK ")
    d.c:close()
  end
  function p:stop() self.process:stop() end
  function p.log() return p.process:log() end
  return p
end

return M
