-- A Courier of the specs' own: IMAP and POP3 on loopback ports, Maildir++
-- below its folder, which a Postfix can deliver into.

local root = require "support.peers.root"
local server = require "support.server"

local M = { name = "Courier" }

local PACKAGES <const> = "courier-imap courier-pop courier-authlib-userdb dash coreutils openssl"

-- couriertcpd has its configuration from the environment; what Debian's
-- scripts source is sourced here
local RUN <const> = [[
set -a
. /etc/courier/imapd
. /etc/courier/imapd-ssl
. /etc/courier/pop3d
. /etc/courier/pop3d-ssl
LOGGEROPTS= DEFAULTOPTIONS=
TLS_CERTFILE=$in/both.pem TLS_DHPARAMS= TLS_TRUSTCERTS= TLS_CACHEFILE=
PATH=/usr/sbin:/usr/bin:/sbin:/bin
IMAP_STARTTLS=YES POP3_STARTTLS=YES IMAP_EMPTYTRASH= COURIERTLS=/usr/bin/couriertls
IMAP_CAPABILITY="$IMAP_CAPABILITY AUTH=CRAM-MD5" IMAP_CHECK_ALL_FOLDERS=1
set +a
mkdir -p /run/courier/authdaemon
/usr/lib/courier/courier-authlib/authdaemond &
a=$!
case $(/usr/sbin/couriertcpd -noidentlookup 2>&1) in
*Invalid*) ident= ;; # since 5.2 nobody is asked
*) ident=-noidentlookup ;;
esac
tcpd="/usr/sbin/couriertcpd -address=127.0.0.1 -maxprocs=100 -maxperip=100 -nodnslookup $ident"
lib=/usr/lib/courier/courier
$tcpd $imap $lib/imaplogin /usr/bin/imapd Maildir &
b=$!
$tcpd $pop3 $lib/courierpop3login $lib/courierpop3d Maildir &
c=$!
trap 'kill $a $b $c' TERM
wait
wait
]]

local AUTH <const> = [[
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=3
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=1
DEFAULTOPTIONS=""
LOGGEROPTS=""
]]

local function account(p, path, inside, user, password)
  local home = "/mail/" .. user
  server.run([[mkdir -p '%s%s' && chroot '%s' /bin/sh -c '
    cd %s%s && /usr/bin/maildirmake.courier Maildir &&
    for f in Sent Drafts Trash Junk; do /usr/bin/maildirmake.courier -f $f Maildir; done &&
    chown -R vmail:vmail .']], p.dir, home, path, inside, home)
  local crypt = server.run("openssl passwd -6 '%s'", password):gsub("\n", "")
  local hmac = server.run("printf '%%s\\n%%s\\n' '%s' '%s' | chroot '%s' /usr/sbin/userdbpw "
    .. "-hmac-md5", password, password, path):match "%x+\n?$":gsub("\n", "")
  return ("%s\tuid=506|gid=506|home=%s%s|systempw=%s|hmac-md5pw=%s\n"):format(user, inside, home,
    crypt, hmac)
end

---@param users table<string, string> address and password
---@return table peer with ports imap, pop3; `mail` is the folder of USER/Maildir
function M.start(users)
  local path, finish = root.make("courier", PACKAGES)
  local p = { name = M.name, prefix = "INBOX." }
  local inside
  p.dir, inside = root.place(path)
  p.ca = server.certificate(p.dir)
  p.imap, p.pop3 = server.ports(2)
  p.mail = p.dir .. "/mail"
  server.run("cd '%s' && cat key.pem cert.pem >both.pem && chmod 600 both.pem && "
    .. "chown 502 both.pem", p.dir)
  local lines = {}
  for user, password in pairs(users) do
    lines[#lines + 1] = account(p, path, inside, user, password)
  end
  server.run("rm -f '%s'/etc/courier/userdb*", path)
  server.write(path .. "/etc/courier/userdb", table.concat(lines))
  server.write(path .. "/etc/courier/authdaemonrc", AUTH)
  server.run("chmod 600 '%s/etc/courier/userdb' && chroot '%s' /usr/sbin/makeuserdb", path, path)
  local values = { ["in"] = inside, imap = p.imap, pop3 = p.pop3 }
  server.write(p.dir .. "/run", (RUN:gsub("%$(%w+)", values)))
  p.process = server.start(M.name, p.dir, ("chroot '%s' /bin/sh %s/run"):format(path, inside),
    { p.imap, p.pop3 }, finish)
  function p:stop() self.process:stop() end
  function p.log() return p.process:log() end
  return p
end

return M
