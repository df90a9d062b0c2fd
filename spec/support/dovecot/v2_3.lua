-- What of Dovecot 2.3's configuration 2.4 says otherwise.

local server = require "support.server"

local M = {}

M.head = ""

-- where one listener listens
M.address = "address"

M.settings = [[
ssl_cert = <$dir/cert.pem
ssl_key = <$dir/key.pem
disable_plaintext_auth = no
mail_location = maildir:~/Maildir:LAYOUT=fs
mail_attribute_dict = file:%h/attributes
mail_plugins = acl quota
passdb {
  driver = passwd-file
  args = username_format=%u $dir/users
}
userdb {
  driver = passwd-file
  args = username_format=%u $dir/users
}
namespace shared {
  type = shared
  prefix = shared/%%u/
  separator = /
  location = maildir:%%h/Maildir:LAYOUT=fs:INDEXPVT=~/shared/%%u
  subscriptions = no
  list = children
}
local 127.0.0.2 {
  protocol imap {
    imap_capability = $plain
  }
}
protocol imap {
  mail_plugins = $mail_plugins imap_acl imap_quota imap_zlib
}
plugin {
  acl = vfile
  acl_shared_dict = file:$dir/mail/shared-mailboxes
  quota = count:User quota
  quota_rule = *:storage=1G
  quota_vsizes = yes
}
service imap-login {
  service_count = 0
}
service pop3-login {
  service_count = 0
}
]]

---The field of a user who may keep so much.
---@param limit string
---@return string
function M.quota(limit)
  return "userdb_quota_rule=*:storage=" .. limit
end

local CERTIFICATES <const> = [[
ssl_ca = <$ca
ssl_verify_client_cert = yes
ssl_require_crl = no
ssl_cert_username_field = commonName
auth_ssl_username_from_cert = yes
passdb {
  driver = static
  mechanisms = external
  args = nopassword=y
}
]]

---Settings for users who show a certificate with their name.
---@param ca string a PEM file
---@return string
function M.certificates(ca)
  return (CERTIFICATES:gsub("%$ca", ca))
end

local TICKETS <const> = [[
auth_gssapi_hostname = localhost
auth_krb5_keytab = $keytab
auth_default_realm = example.test
auth_username_format = %Lu
import_environment = TZ KRB5_CONFIG=$config
]]

---Settings for users who show a ticket of Kerberos.
---@param realm { keytab: string, config: string } files
---@return string
function M.tickets(realm)
  return (TICKETS:gsub("%$(%w+)", realm))
end

local OAUTH <const> = [[
introspection_url = $issuer/token/introspection
introspection_mode = post
client_id = $id
client_secret = $secret
username_attribute = username
active_attribute = active
active_value = true
force_introspection = yes
]]

---Settings for tokens that a provider is asked about.
---@param provider { issuer: string, id: string, secret: string }
---@param path string of a file that may be written for it
---@return string
function M.oauth(provider, path)
  server.write(path, (OAUTH:gsub("%$(%w+)", provider)))
  server.run("chmod 644 '%s'", path)
  return ([[
passdb {
  driver = oauth2
  mechanisms = oauthbearer xoauth2
  args = %s
}
]]):format(path)
end

return M
