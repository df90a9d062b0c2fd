-- A Kerberos realm of the specs' own: an MIT KDC on a loopback port, which knows
-- users and services. Its root has a Dovecot that takes tickets, too.

local root = require "support.peers.root"
local server = require "support.server"

local M = { realm = "EXAMPLE.TEST" }

local PACKAGES <const> = "krb5-kdc krb5-admin-server krb5-user dovecot-imapd dovecot-pop3d "
  .. "dovecot-gssapi dash coreutils"

-- nothing of this machine's names and realms has a part in it
local CLIENT <const> = [[
[libdefaults]
default_realm = $realm
dns_lookup_kdc = false
dns_lookup_realm = false
dns_canonicalize_hostname = false
rdns = false
clockskew = 3
qualify_shortname = ""
[realms]
$realm = {
  kdc = 127.0.0.1:$port
}
[domain_realm]
localhost = $realm
]]

local KDC <const> = [[
[kdcdefaults]
kdc_listen = 127.0.0.1:$port
kdc_tcp_listen = 127.0.0.1:$port
[realms]
$realm = {
  database_name = $in/principal
  key_stash_file = $in/stash
  max_life = 1h
}
[logging]
kdc = STDERR
]]

---@class spec.Kerberos
---@field root string for the Dovecot that is to take tickets (support.dovecot)
---@field keytab string inside of the root, as config
---@field config string
---@field realm string
local Kerberos = {}
Kerberos.__index = Kerberos

-- a command of Kerberos, in its root
function Kerberos:run(command, ...)
  return server.run("chroot '%s' /usr/bin/env KRB5_CONFIG=%s KRB5_KDC_PROFILE=%s %s", self.root,
    self.config, self.inside .. "/kdc.conf", command:format(...))
end

---Starts it.
---@param users table<string, string> name and password
---@param services string[] as "imap/localhost", whose keys the keytab has
---@return spec.Kerberos
function M.start(users, services)
  local path, finish = root.make("kerberos", PACKAGES)
  -- where there may be others (Debian 13) it is an alternative, made by who installs
  server.run("[ -e '%s/usr/bin/kinit' ] || ln -s kinit.mit '%s/usr/bin/kinit'", path, path)
  local self = setmetatable({ root = path, realm = M.realm, tickets = 0 }, Kerberos)
  self.dir, self.inside = root.place(path, "kdc")
  self.port = server.ports(1)
  self.config, self.keytab = self.inside .. "/krb5.conf", self.inside .. "/keytab"
  local values = { ["in"] = self.inside, port = self.port, realm = M.realm }
  server.write(self.dir .. "/krb5.conf", (CLIENT:gsub("%$(%l+)", values)))
  server.write(self.dir .. "/kdc.conf", (KDC:gsub("%$(%l+)", values)))
  self:run("kdb5_util create -s -r %s -P master", M.realm)
  for user, password in pairs(users) do
    self:run("kadmin.local addprinc -pw '%s' %s", password, user)
  end
  for _, service in ipairs(services) do
    self:run("kadmin.local addprinc -randkey %s", service)
    self:run("kadmin.local ktadd -k %s %s", self.keytab, service)
  end
  server.run("chmod 644 '%s/keytab'", self.dir)
  self.process = server.start("KDC", self.dir, ("chroot '%s' /usr/bin/env KRB5_CONFIG=%s "
    .. "KRB5_KDC_PROFILE=%s/kdc.conf krb5kdc -n"):format(path, self.config, self.inside),
    { self.port }, finish, true)
  return self
end

---The environment in which a program has a user's ticket; without a user: none.
---@param user? string
---@param password? string
---@param life? string "1s"
---@return string environment NAME=VALUE …
---@return string cache of tickets, inside of the root
function Kerberos:ticket(user, password, life)
  self.tickets = self.tickets + 1
  local cache = ("/cache-%d"):format(self.tickets)
  if user then
    self:run("sh -c \"echo '%s' | kinit -l %s -c %s%s %s\"", password, life or "1h", self.inside,
      cache, user)
  end
  return ("KRB5_CONFIG='%s/krb5.conf' KRB5CCNAME='FILE:%s%s'"):format(self.dir, self.dir, cache),
    self.inside .. cache
end

---Waits until the KDC gives nothing more for the tickets of a cache.
---@param cache string
---@param service string
function Kerberos:expire(cache, service)
  self:run("sh -c 'while kvno -q -c %s %s; do sleep 0.1; done'", cache, service)
end

function Kerberos:log() return self.process:log() end

function Kerberos:stop() self.process:stop() end

return M
