-- A stored message.  What was given is in `props`, under stored tags; what
-- follows from it and from its place is computed, here and nowhere else.
-- Recipients are a list of rows { props = }, attachments a list of records
-- { num =, props =, embedded = message or nil }; neither kind of record is
-- changed once it is stored, so copies share them.
-- A message made by a generator has an empty `props` and asks `made(tag, i)`.

local tags = require "satchel.sandbox.tags"
local ids = require "satchel.sandbox.ids"
local value = require "satchel.sandbox.value"
local subject = require "satchel.sandbox.subject"
local body = require "satchel.sandbox.body"

local message = {}

---@class satchel.sandbox.message
---@field id integer
---@field store satchel.sandbox.store
---@field folder satchel.sandbox.folder|nil
---@field props table<integer, any>
---@field recipients table[]|nil
---@field attachments table[]|nil
---@field is_read boolean
---@field flags integer the bits of PidTagMessageFlags that are kept
---@field change integer
---@field size integer
---@field order integer place in the folder's order of arrival
local Message = {}
Message.__index = Message

local NONE = setmetatable({}, { __newindex = function() error("shared") end })

---[MS-OXCMSG] 2.2.1.6
message.flag = {
  read = 0x1, unmodified = 0x2, submitted = 0x4, unsent = 0x8,
  has_attachments = 0x10, from_me = 0x20, associated = 0x40,
  notify_read = 0x100, notify_unread = 0x200, ever_read = 0x400,
}
local FLAG = message.flag

local KEPT = FLAG.unmodified | FLAG.submitted | FLAG.unsent | FLAG.from_me
  | FLAG.ever_read

---@param fields table
---@return satchel.sandbox.message
function message.new(fields)
  fields.props = fields.props or {}
  fields.flags = fields.flags or 0
  fields.is_read = fields.is_read or false
  fields.size = fields.size or 0
  return setmetatable(fields, Message)
end

---What was given for a stored tag, or nothing.
---@param tag integer
function Message:raw(tag)
  local v = self.props[tag]
  if v == nil and self.made then return self.made(tag, self.index) end
  return v
end

function Message:recipient_list()
  return self.recipients or (self.made and self.made("recipients", self.index)) or NONE
end

function Message:attachment_list()
  return self.attachments or (self.made and self.made("attachments", self.index)) or NONE
end

---Every tag that was given.
function Message:given()
  local list = {}
  for tag in pairs(self.props) do list[#list + 1] = tag end
  if self.made then
    for _, tag in ipairs(self.made "tags") do
      if self.props[tag] == nil then list[#list + 1] = tag end
    end
  end
  return list
end

local computed = {}
message.computed = computed

computed[tags.Mid] = function(m) return m.folder and m.id end
computed[tags.InstID] = computed[tags.Mid]
computed[tags.InstanceNum] = function() return 0 end
computed[tags.FolderId] = function(m) return m.folder and m.folder.id end
computed[tags.ParentFolderId] = computed[tags.FolderId]
computed[tags.RowType] = function() return 1 end
computed[tags.ObjectType] = function() return 5 end
computed[tags.Access] = function(m) return m.access or 0x07 end
computed[tags.AccessLevel] = function(m) return m.writable and 1 or 0 end
computed[tags.Read] = function(m) return m.is_read end
computed[tags.Associated] = function(m) return m.associated or false end
computed[tags.ChangeNumber] = function(m) return m.change end

computed[tags.EntryId] = function(m)
  return m.folder and ids.message_entry_id(m.store, m.folder.id, m.id)
end
computed[tags.RecordKey] = computed[tags.EntryId]
computed[tags.InstanceKey] = function(m)
  return m.folder and string.pack("<i8i8i4", m.folder.id, m.id, 0)
end
computed[tags.ParentEntryId] = function(m)
  return m.folder and ids.folder_entry_id(m.store, m.folder.id)
end
computed[tags.SourceKey] = function(m)
  return m:raw(tags.SourceKey) or m.folder and ids.xid(m.store, m.id)
end
computed[tags.ParentSourceKey] = function(m)
  return m.folder and ids.xid(m.store, m.folder.id)
end
computed[tags.ChangeKey] = function(m)
  return m:raw(tags.ChangeKey) or m.change and ids.xid(m.store, m.change)
end
computed[tags.PredecessorChangeList] = function(m)
  return m:raw(tags.PredecessorChangeList)
    or m.change and ids.change_list(m.store, m.change)
end
computed[tags.StoreRecordKey] = function(m) return m.store.mailbox_guid_bytes end
computed[tags.StoreEntryId] = function(m) return m.store:entry_id() end
computed[tags.MappingSignature] = function(m) return m.store.mapping_bytes end

computed[tags.MessageFlags] = function(m)
  local flags = m.flags & KEPT
  if m.is_read then flags = flags | FLAG.read end
  if m.associated then flags = flags | FLAG.associated end
  if message.has_attachments(m) then flags = flags | FLAG.has_attachments end
  if m:raw(tags.ReadReceiptRequested) and not m.is_read then
    flags = flags | FLAG.notify_read
  end
  if m:raw(tags.NonReceiptNotificationRequested) then
    flags = flags | FLAG.notify_unread
  end
  return flags
end

computed[tags.MessageSize] = function(m) return m:total_size() end
computed[tags.MessageSizeExtended] = computed[tags.MessageSize]
computed[tags.MessageStatus] = function(m) return m.status or 0 end

---Attachments that are not hidden.
---@return boolean
function message.has_attachments(m)
  local list = m:attachment_list()
  for i = 1, #list do
    if list[i].props[0x7ffe000b] ~= true then return true end
  end
  return false
end
computed[tags.HasAttachments] = message.has_attachments

computed[tags.Subject] = function(m)
  local whole = m:raw(tags.Subject)
  if whole then return whole end
  local normalized = m:raw(tags.NormalizedSubject)
  local prefix = m:raw(tags.SubjectPrefix)
  return (normalized or prefix) and (prefix or "") .. (normalized or "")
end
computed[tags.NormalizedSubject] = function(m)
  local normalized = m:raw(tags.NormalizedSubject)
  if normalized then return normalized end
  local whole = m:raw(tags.Subject)
  if not whole then return nil end
  local prefix = m:raw(tags.SubjectPrefix)
  if prefix and whole:sub(1, #prefix) == prefix then return whole:sub(#prefix + 1) end
  return (select(2, subject.split(whole)))
end
computed[tags.SubjectPrefix] = function(m)
  local prefix = m:raw(tags.SubjectPrefix)
  if prefix then return prefix end
  local whole = m:raw(tags.Subject)
  return whole and (subject.split(whole))
end
computed[tags.ConversationTopic] = function(m)
  if m.fresh then return nil end
  return m:raw(tags.ConversationTopic) or computed[tags.NormalizedSubject](m)
end
computed[tags.ConversationId] = function(m)
  local index = m:raw(tags.ConversationIndex)
  return index and #index >= 22 and index:sub(7, 22) or nil
end

local function display(kind)
  return function(m)
    local names = {}
    local list = m:recipient_list()
    if m.fresh and #list == 0 then return nil end
    for i = 1, #list do
      local p = list[i].props
      if p[tags.RecipientType] & 0xf == kind then
        names[#names + 1] = p[tags.DisplayName] or p[tags.SmtpAddress]
          or p[tags.EmailAddress] or ""
      end
    end
    if #list == 0 and m.made then
      return m:raw(kind == 1 and tags.DisplayTo or kind == 2 and tags.DisplayCc
        or tags.DisplayBcc) or ""
    end
    return table.concat(names, "; ")
  end
end
computed[tags.DisplayTo] = display(1)
computed[tags.DisplayCc] = display(2)
computed[tags.DisplayBcc] = display(3)

computed[tags.Body] = body.text
computed[tags.Html] = body.html
computed[tags.BodyHtml] = function(m)
  local html = body.html(m)
  return html and body.as_text(html)
end
computed[tags.RtfCompressed] = body.rtf
computed[tags.NativeBody] = function(m)
  local native = body.native(m)
  return native ~= 0 and native or nil
end
computed[tags.RtfInSync] = function(m)
  if body.native(m) == 0 then return nil end
  return m:raw(tags.RtfCompressed) ~= nil
end

computed[tags.HasNamedProperties] = function(m)
  for _, tag in ipairs(m:given()) do
    if tag & 0xffffffff >= 0x80000000 then return true end
  end
  return false
end

---A property by its stored tag.
---@param m satchel.sandbox.message
---@param tag integer
function message.read(m, tag)
  local f = computed[tag]
  if f then return f(m) end
  if tag & 0xffff == 0 then
    local _, v = message.find(m, tag >> 16)
    return v
  end
  return m:raw(tag & ~0x2000)
end

---A property by its id alone.
---@return integer|nil tag, any value
function message.find(m, id)
  for tag in pairs(computed) do
    if tag >> 16 == id then
      local v = computed[tag](m)
      if v ~= nil then return tag, v end
    end
  end
  for _, tag in ipairs(m:given()) do
    if tag >> 16 == id then return tag, m:raw(tag) end
  end
end

-- what a list of all properties leaves out, beside what is not there
local UNLISTED = {
  [tags.InstID] = true, [tags.InstanceNum] = true, [tags.RowType] = true,
  [tags.BodyHtml] = true, [tags.StoreEntryId] = true,
  [tags.InstanceKey] = true, [tags.ConversationTopic] = true,
}
local BODIES = {
  [tags.Body] = true, [tags.Html] = true, [tags.RtfCompressed] = true,
}

---Every tag that has a value.
---@return integer[]
function message.tags(m)
  local list, seen = {}, {}
  for _, tag in ipairs(m:given()) do
    if not seen[tag] then
      seen[tag] = true
      list[#list + 1] = tag
    end
  end
  local bodies = body.native(m) ~= 0
  for tag, f in pairs(computed) do
    if not seen[tag] and not UNLISTED[tag] then
      if BODIES[tag] then
        if bodies and tag ~= tags.RtfCompressed then list[#list + 1] = tag end
      elseif f(m) ~= nil then
        list[#list + 1] = tag
      end
    end
  end
  table.sort(list)
  return list
end

local function weight_of(props)
  local sum = 0
  for tag, v in pairs(props) do sum = sum + value.weight(tag, v) end
  return sum
end

---The size of all properties, recipients and attachments.
function message.weigh(m)
  local sum = 0
  for _, tag in ipairs(m:given()) do sum = sum + value.weight(tag, m:raw(tag)) end
  for _, row in ipairs(m:recipient_list()) do sum = sum + weight_of(row.props) end
  for _, a in ipairs(m:attachment_list()) do
    sum = sum + weight_of(a.props)
    if a.embedded then sum = sum + message.weigh(a.embedded) end
  end
  return sum
end

function Message:total_size()
  return self.fresh and message.weigh(self) or self.size
end

---What a copy of a message takes over.
---@return table fields for message.new
function message.contents(m)
  local props = {}
  for _, tag in ipairs(m:given()) do props[tag] = m:raw(tag) end
  return {
    props = props, recipients = m:recipient_list(),
    attachments = m:attachment_list(), associated = m.associated,
    is_read = m.is_read, flags = m.flags & KEPT, status = m.status, native = m.native,
    size = m:total_size(),
  }
end

message.methods = Message

return message
