-- Where the rows of tables come from: the folders below a folder, the
-- messages in one, the attachments of a message, the members of an access
-- list, the rules of a folder.

local attachment = require "satchel.sandbox.attachment"
local categories = require "satchel.sandbox.categories"
local folder = require "satchel.sandbox.folder"
local message = require "satchel.sandbox.message"
local permissions = require "satchel.sandbox.permissions"
local restrict = require "satchel.sandbox.restrict"
local tags = require "satchel.sandbox.tags"
local view = require "satchel.sandbox.view"

local sources = {}

-- hierarchy ------------------------------------------------------------------

local Hierarchy = { kind = "hierarchy" }
Hierarchy.__index = Hierarchy

function Hierarchy.read(row, tag)
  if tag == tags.Access then return permissions.access(row.folder, row.user) end
  if tag == tags.Rights then return permissions.of(row.folder, row.user) end
  if tag == tags.Depth then return row.depth end
  if tag == tags.RowType then return 1 end
  return folder.read(row.folder, tag)
end

local function visible(f, user)
  return permissions.may(f, user, permissions.right.visible, permissions.right.read_any)
end

function Hierarchy:collect(t)
  local rows = {}
  local test = t.restriction and restrict.compile(t.restriction, Hierarchy.read)
  local user = self.user
  local function take(f, depth)
    local row = { folder = f, depth = depth, user = user }
    if visible(f, user) and (not test or test(row)) then rows[#rows + 1] = row end
  end
  if self.deep then
    self.folder:walk(take)
  else
    for _, f in ipairs(self.folder.children) do take(f, 1) end
  end
  return rows
end

function Hierarchy:rows(t)
  local store = self.folder.store
  if self.seq ~= store.hierarchy_seq or self.restriction ~= t.restriction then
    local anchor = self.list and self.list[t.pos + 1]
    self.list = self:collect(t)
    self.seq, self.restriction = store.hierarchy_seq, t.restriction
    t.pos = math.min(t.pos, #self.list)
    if anchor then
      for i, row in ipairs(self.list) do
        if row.folder == anchor.folder then t.pos = i - 1 end
      end
    end
  end
  return self.list
end

Hierarchy.all_columns = { tags.FolderId, tags.DisplayName, tags.FolderType,
  tags.ContentCount, tags.ContentUnreadCount, tags.Subfolders, tags.ContainerClass,
  tags.Depth, tags.EntryId, tags.ParentEntryId, tags.MessageSize, tags.Access,
  tags.Rights, tags.Comment, tags.LastModificationTime, tags.SourceKey, tags.ChangeKey,
  tags.InstanceKey, tags.ParentSourceKey, tags.FolderChildCount, tags.CreationTime }

---@param f satchel.sandbox.folder
---@param deep boolean everything below, not only the children
---@param user satchel.sandbox.user
function sources.hierarchy(f, deep, user)
  return setmetatable({ folder = f, deep = deep, user = user }, Hierarchy)
end

-- contents -------------------------------------------------------------------

local Contents = { kind = "contents", read = message.read }
Contents.__index = Contents

function Contents:rows(t)
  local v = self.view
  if not v then
    v = view.of(self.collection, t.sort, t.restriction, message.read)
    self.view = v
    v.cursors[t] = true
    for _, bookmark in pairs(t.bookmarks) do v.cursors[bookmark] = true end
  end
  v:refresh()
  if t.categories then return categories.rows(t, v) end
  return v.rows
end

---The order or the restriction changed: the next rows are another view's.
function Contents:renew(t)
  if self.view then self.view.cursors[t] = nil end
  self.view = nil
end

Contents.all_columns = { tags.Mid, tags.FolderId, tags.InstID, tags.InstanceNum,
  tags.Subject, tags.NormalizedSubject, tags.SubjectPrefix, tags.MessageClass,
  tags.MessageFlags, tags.MessageSize, tags.MessageDeliveryTime, tags.ClientSubmitTime,
  tags.CreationTime, tags.LastModificationTime, tags.SenderName, tags.SenderEmailAddress,
  tags.SenderAddressType, tags.SentRepresentingName, tags.SentRepresentingEmailAddress,
  tags.DisplayTo, tags.DisplayCc, tags.DisplayBcc, tags.HasAttachments, tags.Importance,
  tags.Sensitivity, tags.EntryId, tags.ParentEntryId, tags.InstanceKey, tags.SourceKey,
  tags.ChangeKey, tags.InternetMessageId, tags.Body, tags.Read, tags.RowType, tags.Depth }

---@param collection table
function sources.contents(collection)
  return setmetatable({ collection = collection }, Contents)
end

-- plain lists ----------------------------------------------------------------

local function plain(kind, list, read, all_columns)
  return { kind = kind, read = read, all_columns = all_columns,
    rows = function(_, t)
      local rows = list()
      if t.restriction then
        local test, kept = restrict.compile(t.restriction, read), {}
        for _, row in ipairs(rows) do
          if test(row) then kept[#kept + 1] = row end
        end
        rows = kept
      end
      t.pos = math.min(t.pos, #rows)
      return rows
    end }
end

---@param m satchel.sandbox.message
function sources.attachments(m)
  return plain("attachments", function() return m:attachment_list() end, attachment.read,
    { tags.AttachNumber, tags.AttachSize, tags.AttachMethod, tags.RenderingPosition,
      tags.AttachFilename, tags.AttachLongFilename, tags.DisplayName, tags.AttachMimeTag,
      tags.AttachContentId, tags.AttachFlags })
end

local function read_member(member, tag)
  if tag == tags.MemberId then return member.id end
  if tag == tags.MemberName then return member.name end
  if tag == tags.MemberRights then return member.rights end
  if tag == tags.EntryId then return member.user and member.user.entry_id or "" end
end

---@param f satchel.sandbox.folder
---@param mask integer the rights to show
function sources.permissions(f, mask)
  return plain("permissions", function() return f.permissions end, function(member, tag)
    local v = read_member(member, tag)
    return tag == tags.MemberRights and v & mask or v
  end, { tags.EntryId, tags.MemberId, tags.MemberName, tags.MemberRights })
end

---@param f satchel.sandbox.folder
function sources.rules(f)
  return plain("rules", function() return f.rules or {} end,
    function(rule, tag) return rule[tag] end,
    { 0x66740014, 0x66760003, 0x66770003, 0x66780003, 0x6679001f & ~0xffff | 0x00fd,
      0x668000fe, 0x6681001f, 0x6682001f, 0x66830003, 0x66840102 })
end

return sources
