-- A folder: its place, its messages, its counts, who may do what in it, and
-- the properties that follow from these ([MS-OXCFOLD] 2.2.2).

local collection = require "satchel.sandbox.collection"
local clock = require "satchel.sandbox.clock"
local ids = require "satchel.sandbox.ids"
local search = require "satchel.sandbox.search"
local tags = require "satchel.sandbox.tags"

local folder = {}

---@class satchel.sandbox.folder
---@field id integer
---@field store satchel.sandbox.store
---@field parent satchel.sandbox.folder|nil
---@field name string
---@field type integer 0 root, 1 generic, 2 search
---@field role string|nil
---@field children satchel.sandbox.folder[]
---@field normal satchel.sandbox.collection
---@field associated satchel.sandbox.collection
---@field deleted satchel.sandbox.collection
---@field unread integer
---@field size integer
local Folder = {}
Folder.__index = Folder

---@param fields table
---@return satchel.sandbox.folder
function folder.new(fields)
  fields.props = fields.props or {}
  fields.children = {}
  fields.associated = collection.new()
  fields.deleted = collection.new()
  fields.type = fields.type or 1
  fields.unread, fields.size = 0, 0
  fields.created = fields.created or clock.now()
  fields.modified = fields.created
  fields.change = fields.store:new_change()
  local self = setmetatable(fields, Folder)
  self.normal = self.type == 2 and search.new(self) or collection.new()
  return self
end

---@param m satchel.sandbox.message
---@return satchel.sandbox.collection
function Folder:home_of(m)
  return m.associated and self.associated or self.normal
end

---Takes a message in.
---@param m satchel.sandbox.message
function Folder:add(m)
  m.folder = self
  self:home_of(m):add(m)
  self.size = self.size + m.size
  if not m.associated and not m.is_read then self.unread = self.unread + 1 end
  self:changed()
end

---Lets a message go; `soft` keeps it among the deleted ones.
---@param m satchel.sandbox.message
---@param soft boolean|nil
function Folder:remove(m, soft)
  if m.list ~= self.deleted then
    self.size = self.size - m.size
    if not m.associated and not m.is_read then self.unread = self.unread - 1 end
  end
  m.list:remove(m)
  if soft then
    m.deleted_on = clock.now()
    self.deleted:add(m)
  end
  self:changed()
end

---@param m satchel.sandbox.message
---@param is_read boolean
---@return boolean changed
function Folder:mark(m, is_read)
  if m.is_read == is_read then return false end
  m.is_read = is_read
  if not m.associated and m.list ~= self.deleted then
    self.unread = self.unread + (is_read and -1 or 1)
  end
  if m.list then m.list:touch(m) end
  self:changed()
  return true
end

---After the contents of `m` were replaced.
---@param m satchel.sandbox.message
---@param size integer its new size
function Folder:resized(m, size)
  self.size = self.size + size - m.size
  m.size = size
  if m.list then m.list:touch(m) end
  self:changed()
end

---Counts or contents changed: who looks at folders must see it.
function Folder:changed()
  self.store.contents_seq = self.store.contents_seq + 1
  self.store.hierarchy_seq = self.store.hierarchy_seq + 1
  self.committed = clock.now()
end

---@param name string
---@return satchel.sandbox.folder|nil
function Folder:child(name)
  local wanted = name:lower()
  for _, f in ipairs(self.children) do
    if f.name:lower() == wanted then return f end
  end
end

---Is this folder `other` or below it?
---@param other satchel.sandbox.folder
function Folder:is_below(other)
  local f = self
  while f do
    if f == other then return true end
    f = f.parent
  end
  return false
end

---Every folder below, depth first.
---@param visit fun(f: satchel.sandbox.folder, depth: integer)
function Folder:walk(visit, depth)
  depth = depth or 1
  for _, f in ipairs(self.children) do
    visit(f, depth)
    f:walk(visit, depth + 1)
  end
end

function Folder:unread_count()
  if self.type ~= 2 then return self.unread end
  local n = 0
  for _, m in ipairs(self.normal:all()) do
    if not m.is_read then n = n + 1 end
  end
  return n
end

local computed = {}
folder.computed = computed

computed[tags.FolderId] = function(f) return f.id end
computed[tags.ParentFolderId] = function(f) return (f.parent or f).id end
computed[tags.DisplayName] = function(f) return f.name end
computed[tags.FolderType] = function(f) return f.type end
computed[tags.ContentCount] = function(f)
  return f.type == 2 and #f.normal:all() or f.normal.count
end
computed[tags.ContentUnreadCount] = function(f) return f:unread_count() end
computed[tags.AssociatedContentCount] = function(f) return f.associated.count end
computed[tags.Subfolders] = function(f) return #f.children > 0 end
computed[tags.FolderChildCount] = function(f) return #f.children end
computed[tags.MessageSize] = function(f) return math.min(f.size, 0x7fffffff) end
computed[tags.MessageSizeExtended] = function(f) return f.size end
computed[tags.ContainerClass] = function(f) return f.class end
computed[tags.CreationTime] = function(f) return f.created end
computed[tags.LastModificationTime] = function(f) return f.modified end
computed[tags.LocalCommitTime] = function(f) return f.modified end
computed[tags.LocalCommitTimeMax] = function(f) return f.committed or f.modified end
computed[tags.ChangeNumber] = function(f) return f.change end
computed[tags.HierarchyChangeNumber] = function(f) return ids.counter(f.change) & 0x7fffffff end
computed[tags.ChangeKey] = function(f) return ids.xid(f.store, f.change) end
computed[tags.PredecessorChangeList] = function(f) return ids.change_list(f.store, f.change) end
computed[tags.SourceKey] = function(f) return ids.xid(f.store, f.id) end
computed[tags.ParentSourceKey] = function(f)
  return f.parent and ids.xid(f.store, f.parent.id) or ("\0"):rep(22)
end
computed[tags.EntryId] = function(f) return ids.folder_entry_id(f.store, f.id) end
computed[tags.RecordKey] = computed[tags.EntryId]
computed[tags.InstanceKey] = function(f) return string.pack("<i8i8i4", 0, f.id, 0) end
computed[tags.ParentEntryId] = function(f)
  return ids.folder_entry_id(f.store, (f.parent or f).id)
end
computed[tags.StoreRecordKey] = function(f) return f.store.mailbox_guid_bytes end
computed[tags.StoreEntryId] = function(f) return f.store:entry_id() end
computed[tags.MappingSignature] = function(f) return f.store.mapping_bytes end
computed[tags.ObjectType] = function() return 3 end
computed[tags.Access] = function() return 0x3f end
computed[tags.AccessLevel] = function() return 1 end
computed[tags.Rights] = function() return 0x7fb end
computed[tags.HasRules] = function() return false end
computed[tags.DeletedCountTotal] = function(f) return f.deleted.count end
computed[tags.DeletedMessageCount] = computed[tags.DeletedCountTotal]
computed[tags.DeletedFolderCount] = function() return 0 end
computed[tags.FolderFlags] = function(f) return f.type == 2 and 2 or f.parent and 5 or 4 end
computed[tags.Comment] = function(f) return f.props[tags.Comment] or f.role and "" or nil end

-- the entry ids the Inbox and the root give away ([MS-OXOSFLD] 2.2.3)
local SPECIAL = {
  [tags.IpmAppointmentEntryId] = "calendar", [tags.IpmContactEntryId] = "contacts",
  [tags.IpmJournalEntryId] = "journal", [tags.IpmNoteEntryId] = "notes",
  [tags.IpmTaskEntryId] = "tasks", [tags.IpmDraftsEntryId] = "drafts",
  [tags.IpmArchiveEntryId] = "archive",
}

local function gives_special(f)
  return f.store.private and (f.role == "inbox" or f.role == "root")
end

for tag, role in pairs(SPECIAL) do
  computed[tag] = function(f)
    local target = gives_special(f) and f.store.roles[role]
    return target and ids.folder_entry_id(f.store, target.id)
      or f.props[tag]
  end
end

-- conflicts, sync issues, local failures, server failures, junk
computed[tags.AdditionalRenEntryIds] = function(f)
  if not gives_special(f) then return f.props[tags.AdditionalRenEntryIds] end
  local list = {}
  for i, role in ipairs { "conflicts", "sync_issues", "local_failures",
    "server_failures", "junk" } do
    list[i] = ids.folder_entry_id(f.store, f.store.roles[role].id)
  end
  return list
end

---A property by its stored tag.
---@param f satchel.sandbox.folder
---@param tag integer
function folder.read(f, tag)
  local g = computed[tag]
  if g then return g(f) end
  if tag & 0xffff == 0 then
    local _, v = folder.find(f, tag >> 16)
    return v
  end
  return f.props[tag]
end

---A property by its id alone.
---@return integer|nil tag, any value
function folder.find(f, id)
  for tag, g in pairs(computed) do
    if tag >> 16 == id then
      local v = g(f)
      if v ~= nil then return tag, v end
    end
  end
  for tag, v in pairs(f.props) do
    if tag >> 16 == id then return tag, v end
  end
end

---Every tag that has a value.
---@return integer[]
function folder.tags(f)
  local list = {}
  for tag in pairs(f.props) do
    if not computed[tag] then list[#list + 1] = tag end
  end
  for tag, g in pairs(computed) do
    if g(f) ~= nil then list[#list + 1] = tag end
  end
  table.sort(list)
  return list
end

local WRITABLE = { [tags.DisplayName] = true, [tags.Comment] = true, [tags.ContainerClass] = true,
  [tags.AdditionalRenEntryIds] = true }

---May a client set this?
function folder.is_readonly(f, tag)
  if tag & 0xffff == 0x000d then return true end
  if SPECIAL[tag] then return gives_special(f) end
  if tag == tags.FolderFlags then return true end
  return computed[tag] ~= nil and not WRITABLE[tag]
end

folder.methods = Folder

return folder
