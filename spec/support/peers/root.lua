-- Servers whose Debian packages exclude each other: a package and all that it
-- depends on is downloaded and unpacked (never installed) into a folder of
-- build/peers, which then is the root folder of its server.  Needs root.

local server = require "support.server"

local M = {}

-- what dpkg would have made of it: users, a place for each, null and random
local PASSWD <const> = [[
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
cyrus:x:501:8:cyrus:/var/lib/cyrus:/bin/sh
courier:x:502:502:courier:/var/lib/courier:/usr/sbin/nologin
Debian-exim:x:503:503:exim:/var/spool/exim4:/usr/sbin/nologin
opensmtpd:x:504:504:opensmtpd:/run/empty:/usr/sbin/nologin
opensmtpq:x:505:505:opensmtpq:/run/empty:/usr/sbin/nologin
vmail:x:506:506:vmail:/home:/usr/sbin/nologin
dovecot:x:507:507:dovecot:/run/empty:/usr/sbin/nologin
dovenull:x:508:508:dovenull:/run/empty:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
]]
local GROUP <const> = [[
root:x:0:
daemon:x:1:
mail:x:8:
courier:x:502:
Debian-exim:x:503:
opensmtpd:x:504:
opensmtpq:x:505:
vmail:x:506:
dovecot:x:507:
dovenull:x:508:
nogroup:x:65534:
]]

-- packages of Debian 13 count on that, those of Debian 12 do not mind
local MERGED <const> = [[
for d in bin sbin lib lib64; do mkdir -p usr/$d && ln -s usr/$d $d; done
]]

local DEVICES <const> = [[
mkdir -p dev proc run tmp etc home root var/tmp var/run var/lib var/log var/spool run/empty
chmod 1777 tmp var/tmp
[ -e dev/null ] || mknod -m 666 dev/null c 1 3
[ -e dev/zero ] || mknod -m 666 dev/zero c 1 5
[ -e dev/random ] || mknod -m 666 dev/random c 1 8
[ -e dev/urandom ] || mknod -m 666 dev/urandom c 1 9
]]

-- the names of the packages with all they need, as on an empty machine
local function closure(packages)
  local list, seen = {}, {}
  -- what was downloaded before would not be named
  local text = server.run("mkdir -p build/peers/archives/partial && touch build/peers/empty && "
    .. "apt-get install --print-uris -y -q --no-install-recommends -o Debug::NoLocking=1 "
    .. "-o Dir::State::status=$PWD/build/peers/empty "
    .. "-o Dir::Cache::archives=$PWD/build/peers/archives %s", packages)
  for file in text:gmatch "'[^']+' (%S+%.deb) %d+" do
    local name, version = file:match "^([^_]+)_([^_]+)_"
    if not seen[name] then
      seen[name] = true
      list[#list + 1] = { name = name, version = version:gsub("%%3a", ":"), file = file }
    end
  end
  assert(#list > 0, text)
  return list
end

local function download(list)
  local missing = {}
  for _, each in ipairs(list) do
    if server.slurp("build/peers/debs/" .. each.file) == "" then
      missing[#missing + 1] = each.name .. "=" .. each.version
    end
  end
  if #missing == 0 then return end
  server.run("mkdir -p build/peers/debs && cd build/peers/debs && "
    .. "apt-get download -q -o APT::Sandbox::User=root %s", table.concat(missing, " "))
end

---The root folder of a server, made when it is not there.  It stays for the next
---run, unless the servers' users cannot come to build/peers.
---@param name string
---@param packages string names, separated by spaces
---@return string path
---@return string finish a command for the end
function M.make(name, packages)
  server.need_root(name)
  local base, stays = server.base()
  local root = stays and base .. "/root-" .. name or server.place("root-" .. name)
  local finish = stays and "true" or ("rm -rf '%s'"):format(root)
  if server.slurp(root .. "/packages") == packages then return root, finish end
  if not server.run "ls /var/lib/apt/lists":find "_Packages" then server.run "apt-get update -q" end
  local list = closure(packages)
  download(list)
  server.run("rm -rf '%s' && mkdir -m 755 '%s' && cd '%s' || exit\n%s", root, root, root, MERGED)
  for _, each in ipairs(list) do
    server.run("dpkg-deb --fsys-tarfile 'build/peers/debs/%s' | "
      .. "tar -x --keep-directory-symlink -C '%s'", each.file, root)
  end
  server.run("cd '%s'\n%s", root, DEVICES)
  server.write(root .. "/etc/passwd", PASSWD)
  server.write(root .. "/etc/group", GROUP)
  server.write(root .. "/etc/hosts", "127.0.0.1 localhost mail.example.test\n")
  server.write(root .. "/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")
  server.write(root .. "/etc/services", "smtp 25/tcp\nlmtp 24/tcp\nimap2 143/tcp\npop3 110/tcp\n")
  server.write(root .. "/packages", packages)
  return root, finish
end

---A folder of this run below the root: its path outside, and inside.
---@param root string
---@param name? string where the root has several servers
---@return string outside
---@return string inside
function M.place(root, name)
  local file <close> = assert(io.open "/proc/self/stat")
  local inside = ("/srv/%d%s"):format(file:read "n", name and "-" .. name or "")
  server.run("rm -rf '%s%s' && mkdir -p -m 755 '%s%s'", root, inside, root, inside)
  return root .. inside, inside
end

return M
