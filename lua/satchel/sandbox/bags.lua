-- Logons, folders, messages and attachments as property bags: one way to
-- read, list, set and remove, whatever the object ([MS-OXCPRPT] 3.2.5).

local attachment = require "satchel.sandbox.attachment"
local code = require "satchel.sandbox.code"
local folder = require "satchel.sandbox.folder"
local ids = require "satchel.sandbox.ids"
local instance = require "satchel.sandbox.instance"
local message = require "satchel.sandbox.message"
local permissions = require "satchel.sandbox.permissions"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local bags = {}

-- stores ---------------------------------------------------------------------

local computed = {}

local function entry_id_of(role)
  return function(store)
    local f = store.roles[role]
    return f and ids.folder_entry_id(store, f.id)
  end
end

computed[tags.IpmSubtreeEntryId] = entry_id_of "ipm_subtree"
computed[tags.IpmOutboxEntryId] = entry_id_of "outbox"
computed[tags.IpmWastebasketEntryId] = entry_id_of "deleted"
computed[tags.IpmSentMailEntryId] = entry_id_of "sent"
computed[tags.ViewsEntryId] = entry_id_of "views"
computed[tags.CommonViewsEntryId] = entry_id_of "common_views"
computed[tags.FinderEntryId] = entry_id_of "finder"
computed[tags.DisplayName] = function(s)
  return s.private and s.owner.name or "Public Folders"
end
computed[tags.MailboxOwnerName] = function(s) return s.private and s.owner.name or nil end
computed[tags.MailboxOwnerEntryId] = function(s) return s.private and s.owner.entry_id or nil end
computed[tags.EmailAddress] = function(s) return s.private and s.owner.dn or nil end
computed[tags.EntryId] = function(s) return s:entry_id() end
computed[tags.StoreEntryId] = computed[tags.EntryId]
computed[tags.RecordKey] = function(s) return s.mailbox_guid_bytes end
computed[tags.StoreRecordKey] = computed[tags.RecordKey]
computed[tags.SearchKey] = computed[tags.RecordKey]
computed[tags.MappingSignature] = function(s) return s.mapping_bytes end
computed[tags.ObjectType] = function() return 1 end
computed[tags.AccessLevel] = function() return 1 end
computed[tags.StoreState] = function() return 0 end
computed[tags.StoreSupportMask] = function() return 0x003ee7ff end
computed[tags.ValidFolderMask] = function() return 0xff end
computed[tags.MaximumSubmitMessageSize] = function() return 0x7fffffff >> 10 end
computed[tags.OutOfOfficeState] = function() return false end
computed[tags.LocaleId] = function() return 0x409 end
computed[tags.SortLocaleId] = computed[tags.LocaleId]
computed[tags.CodePageId] = function() return 1252 end
computed[tags.MessageSizeExtended] = function(s)
  local sum = 0
  for _, f in pairs(s.folders) do sum = sum + f.size end
  return sum
end
computed[tags.MessageSize] = function(s)
  return math.min(computed[tags.MessageSizeExtended](s), 0x7fffffff)
end
computed[tags.ContentCount] = function(s)
  local sum = 0
  for _, f in pairs(s.folders) do
    if f.type ~= 2 then sum = sum + f.normal.count end
  end
  return sum
end

local function of_user(tag)
  return tag == tags.UserEntryId
end

local logon = {}

function logon.read(object, tag)
  if of_user(tag) then return object.user.entry_id end
  local f = computed[tag]
  if f then return f(object.store) end
  return object.store.props[tag]
end

function logon.find(object, id)
  if tags.UserEntryId >> 16 == id then return tags.UserEntryId, object.user.entry_id end
  for tag, f in pairs(computed) do
    if tag >> 16 == id then return tag, f(object.store) end
  end
  for tag, v in pairs(object.store.props) do
    if tag >> 16 == id then return tag, v end
  end
end

function logon.tags(object)
  local list = { tags.UserEntryId }
  for tag, f in pairs(computed) do
    if f(object.store) ~= nil then list[#list + 1] = tag end
  end
  for tag in pairs(object.store.props) do list[#list + 1] = tag end
  table.sort(list)
  return list
end

function logon.set(object, tag, v, call)
  if object.store.owner ~= call.user then return code.AccessDenied end
  tag, v = value.store(tag, v)
  if computed[tag] or of_user(tag) or tag & 0xffff == 0x000d then return code.AccessDenied end
  object.store.props[tag] = v
end

function logon.remove(object, tag)
  tag = value.stored_tag(tag)
  if computed[tag] then return code.AccessDenied end
  object.store.props[tag] = nil
end

-- folders --------------------------------------------------------------------

local folders = {}

function folders.read(object, tag)
  if tag == tags.Access then return permissions.access(object.folder, object.user) end
  if tag == tags.Rights then return permissions.of(object.folder, object.user) end
  return folder.read(object.folder, tag)
end
function folders.find(object, id) return folder.find(object.folder, id) end
function folders.tags(object) return folder.tags(object.folder) end

function folders.writable(object, call)
  if not permissions.may(object.folder, call.user, permissions.right.owner) then
    return code.AccessDenied
  end
end

function folders.set(object, tag, v)
  local f = object.folder
  tag, v = value.store(tag, v)
  if folder.is_readonly(f, tag) then return code.AccessDenied end
  if tag == tags.DisplayName then
    local other = f.parent and f.parent:child(v)
    if other and other ~= f or v == "" then return code.DuplicateName end
    f.name = v
  elseif tag == tags.ContainerClass then
    f.class = v
  else
    f.props[tag] = v
  end
end

function folders.remove(object, tag)
  local f = object.folder
  tag = value.stored_tag(tag)
  if folder.is_readonly(f, tag) or tag == tags.DisplayName then return code.AccessDenied end
  if tag == tags.ContainerClass then f.class = nil end
  f.props[tag] = nil
end

function folders.changed(object)
  object.store:touch_folder(object.folder)
  object.store:emit { kind = "modified", folder = object.folder }
end

-- messages and attachments -----------------------------------------------------

local messages = {
  read = message.read, find = message.find, tags = message.tags,
  set = instance.set, remove = instance.remove,
}
local attachments = {
  read = attachment.read, find = attachment.find_property, tags = attachment.tags,
  set = attachment.set, remove = attachment.remove,
}

function messages.writable(object)
  if not object.writable then return code.AccessDenied end
end
attachments.writable = messages.writable

local KINDS = {
  logon = logon, folder = folders, message = messages, attachment = attachments,
}

---@param object any
---@return table read, find, tags, set, remove, writable, changed
function bags.of(object)
  return KINDS[object.kind]
end

return bags
