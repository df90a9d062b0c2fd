-- A Dovecot of the specs' own: IMAP, POP3 and LMTP on loopback ports, Maildir
-- below its folder, accounts with passwords in clear so that every mechanism
-- can be tried.  Runs as root, or as the caller.  2.4 has another language of
-- configuration than 2.3 (support.dovecot.v2_3, v2_4).

local core = require "satchel.core"
local root = require "support.peers.root"
local server = require "support.server"

local M = {}

local ROOTLESS <const> = [[
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service pop3-login {
  chroot =
}
service imap-urlauth-login {
  chroot =
}
service stats {
  chroot =
}
service lmtp {
  user = $user
}
]]

-- what 2.3 and 2.4 both understand; $settings is in the words of one of them
local CONFIG <const> = [[
$head
base_dir = $dir/run
state_dir = $dir/state
instance_name = satchel-specs
protocols = $protocols
listen = 127.0.0.1, 127.0.0.2
log_path = /dev/stderr
ssl = $ssl
auth_mechanisms = $mechanisms
auth_failure_delay = 0
auth_debug = no
login_trusted_networks =
mail_max_userip_connections = 200
first_valid_uid = 1
mail_fsync = never
imap_metadata = yes
imap_urlauth_host = localhost
lmtp_save_to_detail_mailbox = no
recipient_delimiter = +
$rootless
$settings
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    special_use = \Sent
    auto = subscribe
  }
  mailbox Drafts {
    special_use = \Drafts
    auto = subscribe
  }
  mailbox Trash {
    special_use = \Trash
    auto = create
  }
  mailbox Junk {
    special_use = \Junk
  }
  mailbox Archive {
    special_use = \Archive
  }
}
protocol imap {
  imap_idle_notify_interval = 1 mins
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $dir/sasl {
    mode = 0666
  }
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service pop3-login {
  inet_listener pop3 {
    port = $pop3
  }
  inet_listener pop3s {
    port = $pop3s
    ssl = yes
  }
}
service lmtp {
  inet_listener lmtp {
    $address = 127.0.0.1
    port = $lmtp
  }
}
]]

-- a proxy before somebody who delivers, which reads by BURL what IMAP has
local SUBMISSION <const> = [[
hostname = localhost
imap_urlauth_port = $imap
submission_relay_host = 127.0.0.1
submission_relay_port = $relay
service submission-login {
  chroot =
  inet_listener submission {
    $address = 127.0.0.1
    port = $submission
  }
  inet_listener submissions {
    port = 0
  }
}
]]

---What the installed version's configuration is written with.
---@return table
function M.dialect()
  local major, minor = server.run "dovecot --version":match "^(%d+)%.(%d+)"
  local new = tonumber(major) > 2 or tonumber(minor) > 3
  return require(new and "support.dovecot.v2_4" or "support.dovecot.v2_3")
end

-- mail belongs to nobody, for Dovecot takes no mail of root's
local function owner()
  local who = server.is_root() and "nobody" or ""
  return server.run("id -u " .. who):match "%d+", server.run("id -g " .. who):match "%d+"
end

local function write_users(d, options)
  local uid, gid = owner()
  local lines = {}
  for user, password in pairs(options.users) do
    local quota = options.quota and options.quota[user]
    local fields = { quota and M.dialect().quota(quota) or "",
      options.fields and options.fields[user] }
    -- it looks for names as it would quote them
    local name = user:gsub("[\\'\"]", "\\%0")
    lines[#lines + 1] = ("%s:{PLAIN.b64}%s:%s:%s::%s/mail/%s::%s"):format(name,
      core.text.base64(password), uid, gid, d.inside, user, table.concat(fields, " "))
  end
  server.write(d.dir .. "/users", table.concat(lines, "\n") .. "\n")
  server.run("mkdir -p '%s/mail' && chown %s:%s '%s/mail'", d.dir, uid, gid, d.dir)
end

local function config(d, options, protocols)
  local dialect = M.dialect()
  local values = { head = dialect.head, address = dialect.address, plain = "IMAP4rev1 UIDPLUS",
    dir = d.inside, imap = d.imap, imaps = d.imaps, pop3 = d.pop3, pop3s = d.pop3s, lmtp = d.lmtp,
    submission = d.submission, relay = d.relay, ssl = options.ssl or "yes", rootless = "",
    protocols = table.concat(protocols, " "), mechanisms = options.mechanisms
      or "plain login cram-md5 digest-md5 scram-sha-1 scram-sha-256 apop" }
  if not server.is_root() then
    local names = { user = server.run "id -un":match "%S+",
      group = server.run "id -gn":match "%S+" }
    values.rootless = ROOTLESS:gsub("%$(%w+)", names)
  end
  -- what is not ours ($mail_plugins) is Dovecot's
  values.settings = dialect.settings:gsub("%$(%w+)", values)
  local text = CONFIG .. (d.relay and SUBMISSION or "")
  return text:gsub("%$(%w+)", values) .. (options.settings or "")
end

---@class spec.Dovecot
---@field dir string
---@field ca string a PEM file
---@field imap integer port; so imaps, pop3, pop3s, lmtp, submission
---@field relay? integer with submission: the port of SMTP that it sends to
---@field sasl string the socket at which Postfix asks for authentication

---Starts it.  Options: users = { ["a@example.test"] = "secret" }, protocols (of imap,
---pop3, lmtp, submission; not the last by default),
---settings = further configuration, mechanisms, ssl, quota = { [user] = "100K" }, fields =
---{ [user] = what else its passdb says }, root = the root folder (support.peers.root) it is
---to run in instead of this machine's own.
---@param options table
---@return spec.Dovecot
function M.start(options)
  local d, command = {}, "dovecot -F -c dovecot.conf"
  if options.root then
    d.dir, d.inside = root.place(options.root, "dovecot")
    command = ("chroot '%s' /usr/sbin/dovecot -F -c %s/dovecot.conf"):format(options.root, d.inside)
  else
    d.dir = server.place "dovecot"
    d.inside = d.dir
  end
  d.ca = server.certificate(d.dir)
  d.sasl = d.dir .. "/sasl"
  d.imap, d.imaps, d.pop3, d.pop3s, d.lmtp = server.ports(5)
  local ports, protocols = {}, options.protocols or { "imap", "pop3", "lmtp" }
  for _, protocol in ipairs(protocols) do
    if protocol == "submission" then d.submission, d.relay = server.ports(2) end
    ports[#ports + 1] = d[protocol]
  end
  write_users(d, options)
  server.write(d.dir .. "/dovecot.conf", config(d, options, protocols))
  local processes = {} -- whoever ends removes the folder: none does before the last
  local function launch()
    d.process = server.start("Dovecot", d.dir, command, ports)
    processes[#processes + 1] = d.process
  end
  launch()

  ---@param scheme string "imap", "imaps", "pop3", "pop3s", "lmtp", "submission" (STARTTLS)
  function d.url(scheme)
    return ("%s://127.0.0.1:%d"):format(scheme == "submission" and "smtp" or scheme, d[scheme])
  end

  function d.log() return d.process:log() end

  ---Kills the processes of sessions: of "imap" or "pop3", or stops them ("STOP").
  function d.kill(_, name, signal)
    return server.signal(server.children(d.process:pid(), name), signal)
  end

  ---Kills all of it, as a machine that goes down.
  function d.halt() d.process:halt() end

  ---Starts it again on the same ports with the same mail.
  function d.resume()
    os.remove(d.dir .. "/run/master.pid")
    launch()
  end

  ---The subjects of the mail in a folder of Maildir, each with how often it is there.
  function d.subjects(user, folder)
    local found = {}
    local path = ("%s/mail/%s/Maildir/%s"):format(d.dir, user, folder or ".")
    for _, kind in ipairs { "cur", "new" } do
      local lines = server.run("find '%s/%s' -type f -exec grep -ah -m1 ^Subject: {} + || true",
        path, kind)
      for subject in lines:gmatch "Subject: ([^\r\n]*)" do
        found[subject] = (found[subject] or 0) + 1
      end
    end
    return found
  end

  function d.stop()
    for i = #processes, 1, -1 do processes[i]:stop() end
  end

  return setmetatable(d, { __close = d.stop })
end

return M
