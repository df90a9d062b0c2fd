-- What of Dovecot 2.4's configuration 2.3 says otherwise.

local M = {}

-- has to come first
M.head = [[
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
]]

-- where one listener listens
M.address = "listen"

M.settings = [[
ssl_server_cert_file = $dir/cert.pem
ssl_server_key_file = $dir/key.pem
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
mailbox_list_layout = fs
mail_utf8_extensions = yes
mail_attribute {
  dict file {
    path = %{home}/attributes
  }
}
mail_plugins = acl quota
acl_driver = vfile
acl_sharing_map {
  dict file {
    path = $dir/mail/shared-mailboxes
  }
}
quota_storage_size = 1G
quota_storage_grace = 0
quota "User quota" {
}
passdb passwd-file {
  passwd_file_path = $dir/users
  auth_username_format = %{user}
}
userdb passwd-file {
  passwd_file_path = $dir/users
  auth_username_format = %{user}
}
namespace shared {
  type = shared
  prefix = shared/$user/
  separator = /
  mail_path = %{owner_home}/Maildir
  mail_index_private_path = ~/shared/%{owner_user}
  subscriptions = no
  list = children
}
local 127.0.0.2 {
  protocol imap {
    imap_capability = $plain
  }
}
protocol imap {
  mail_plugins {
    imap_acl = yes
    imap_quota = yes
  }
  # 2.4 has them, and does not say so by itself
  imap_capability {
    URLAUTH = yes
    "URLAUTH=BINARY" = yes
  }
}
service imap-login {
  restart_request_count = unlimited
}
service pop3-login {
  restart_request_count = unlimited
}
]]

---The field of a user who may keep so much.
---@param limit string
---@return string
function M.quota(limit)
  return "userdb_quota_storage_size=" .. limit
end

local CERTIFICATES <const> = [[
ssl_server_ca_file = $ca
ssl_server_request_client_cert = yes
ssl_server_require_crl = no
ssl_server_cert_username_field = commonName
auth_ssl_username_from_cert = yes
passdb static {
  mechanisms_filter = external
  fields {
    nopassword = yes
  }
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
auth_default_domain = example.test
auth_username_format = %{user | lower}
import_environment {
  KRB5_CONFIG = $config
}
]]

---Settings for users who show a ticket of Kerberos.
---@param realm { keytab: string, config: string } files
---@return string
function M.tickets(realm)
  return (TICKETS:gsub("%$(%w+)", realm))
end

-- the client's name and secret go out by the URL alone
local OAUTH <const> = [[
passdb oauth2 {
  mechanisms_filter = oauthbearer xoauth2
}
oauth2 {
  introspection_url = $scheme$id:$secret@$place/token/introspection
  introspection_mode = post
  username_attribute = username
  active_attribute = active
  active_value = true
  force_introspection = yes
}
]]

---Settings for tokens that a provider is asked about.
---@param provider { issuer: string, id: string, secret: string }
---@return string
function M.oauth(provider)
  local scheme, place = provider.issuer:match "^(%a+://)(.*)$"
  return (OAUTH:gsub("%$(%w+)", { scheme = scheme, place = place, id = provider.id,
    secret = provider.secret }))
end

return M
