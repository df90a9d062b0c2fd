-- session.imap: quotas (RFC 9208) and rights (RFC 4314).

local error_object = require "satchel.error"
local mailbox = require "satchel.imap.mailbox"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

-- runs a command and gives the responses of some types
local function ask(conn, parts, ...)
  local wanted, list = {}, {}
  for _, type in ipairs { ... } do wanted[type] = true end
  function parts.on(r) if wanted[r.type] then list[#list + 1] = r end end
  function parts.reset() list = {} end
  conn:run(parts)
  return list
end

local function name_of(self, folder)
  return words.mailbox(self.connection, mailbox.name(folder))
end

local function resources(response)
  local list = { root = response.root }
  for name, resource in pairs(response.resources) do list[name] = resource end
  return list
end

local function first(list, op)
  if list[1] then return list[1] end
  return error_object.raise { kind = "not_found", op = op,
    message = op .. ": the server says nothing of it" }
end

---The quotas of a folder.
---@param folder? satchel.Folder|string default INBOX
---@return table[] list of { root =, STORAGE = { usage =, limit = }, MESSAGE = … }; STORAGE in
---units of 1024 bytes
function Native:quota(folder)
  local conn, list = self.connection, {}
  conn:need("quota", "QUOTA")
  for i, r in ipairs(ask(conn, { "GETQUOTAROOT ", name_of(self, folder or "INBOX") }, "quota")) do
    list[i] = resources(r)
  end
  return list
end

---One quota root.
---@param root string
---@return table { root =, STORAGE = { usage =, limit = } }
function Native:quota_root(root)
  local conn = self.connection
  conn:need("quota_root", "QUOTA")
  return resources(first(ask(conn, { "GETQUOTA ", words.string(root, "a quota root") }, "quota"),
    "quota_root"))
end

---Sets limits of a quota root (RFC 9208 4.1.3); those not named are lifted.
---@param root string
---@param limits table<string, integer> { STORAGE = 100000 }
function Native:set_quota(root, limits)
  local conn, list, names = self.connection, {}, {}
  conn:need("set_quota", "QUOTA")
  for name in pairs(limits) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    if math.type(limits[name]) ~= "integer" or limits[name] < 0 then
      error_object.invalid("set_quota: the limit of %s is no number", name)
    end
    list[i] = ("%s %d"):format(words.atom(name, "resource"), limits[name])
  end
  conn:run { "SETQUOTA ", words.string(root, "a quota root"), " (" .. table.concat(list, " ")
    .. ")" }
end

---Who may do what with a folder.
---@param folder satchel.Folder|string
---@return table<string, string> rights by identifier
function Native:acl(folder)
  local conn = self.connection
  conn:need("acl", "ACL")
  return first(ask(conn, { "GETACL ", name_of(self, folder) }, "acl"), "acl").rights
end

---Gives rights ("lrs"), adds ("+w") or takes some ("-w").
---@param folder satchel.Folder|string
---@param who string "bob", "anyone"
---@param rights string
function Native:set_acl(folder, who, rights)
  local conn = self.connection
  conn:need("set_acl", "ACL")
  if not words.raw(rights, "rights"):find "^[+-]?%w*$" then
    error_object.invalid("set_acl: '%s' are no rights", rights)
  end
  conn:run { "SETACL ", name_of(self, folder), " ", words.string(who, "an identifier"), " ",
    words.string(rights) }
end

---Takes all rights that were given to somebody.
---@param folder satchel.Folder|string
---@param who string
function Native:delete_acl(folder, who)
  local conn = self.connection
  conn:need("delete_acl", "ACL")
  conn:run { "DELETEACL ", name_of(self, folder), " ", words.string(who, "an identifier") }
end

---What we may do with a folder.
---@param folder satchel.Folder|string
---@return string rights
function Native:my_rights(folder)
  local conn = self.connection
  conn:need("my_rights", "ACL")
  return first(ask(conn, { "MYRIGHTS ", name_of(self, folder) }, "myrights"), "my_rights").rights
end

---What somebody could be given.
---@param folder satchel.Folder|string
---@param who string
---@return { required: string, optional: string[] }
function Native:list_rights(folder, who)
  local conn = self.connection
  conn:need("list_rights", "ACL")
  local r = first(ask(conn, { "LISTRIGHTS ", name_of(self, folder), " ",
    words.string(who, "an identifier") }, "listrights"), "list_rights")
  return { required = r.required, optional = r.optional }
end

return Native
