-- An open message: a copy with a place, which others see only once it is
-- saved ([MS-OXCMSG] 3.2.5.3).  Its lists of recipients and attachments are
-- replaced, never changed, because the stored message may share them.

local core = require "satchel.core"
local clock = require "satchel.sandbox.clock"
local code = require "satchel.sandbox.code"
local message = require "satchel.sandbox.message"
local rope = require "satchel.sandbox.rope"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local instance = {}

local FLAG = message.flag
local SAVED_FLAGS = FLAG.unsent | FLAG.unmodified | FLAG.from_me | FLAG.ever_read

local READONLY = {}
for _, name in ipairs { "Access", "AccessLevel", "Associated", "ChangeNumber",
  "ConversationId", "CreatorName", "CreatorEntryId", "DisplayBcc", "DisplayCc",
  "DisplayTo", "EntryId", "FolderId", "ParentFolderId", "HasAttachments",
  "HasNamedProperties", "LastModifierEntryId", "Mid", "InstID", "InstanceNum",
  "ObjectType", "ParentEntryId", "ParentSourceKey", "StoreEntryId",
  "StoreRecordKey", "RecordKey", "MessageSize", "MessageSizeExtended",
  "MessageStatus", "MappingSignature", "NativeBody", "InstanceKey" } do
  READONLY[tags[name]] = true
end

-- a client may give these to a new message only
local ONCE = {}
for _, name in ipairs { "ChangeKey", "CreationTime", "LastModificationTime",
  "PredecessorChangeList", "SourceKey" } do
  ONCE[tags[name]] = true
end

---@param m satchel.sandbox.message
local function open(m, fields)
  local opened = message.new(message.contents(m))
  for name, v in pairs(fields) do opened[name] = v end
  return opened
end

---@param m satchel.sandbox.message a stored one
---@param writable boolean
---@return satchel.sandbox.message
function instance.open(m, writable)
  return open(m, { kind = "message", stored = m, id = m.id, store = m.store,
    folder = m.folder, change = m.change, writable = writable })
end

---A message that is nowhere yet.
---@param store satchel.sandbox.store
---@param user satchel.sandbox.user its creator
---@param codepage integer
function instance.new(store, user, codepage)
  local now = clock.now()
  return message.new {
    kind = "message", store = store, writable = true, fresh = true,
    is_read = true, flags = FLAG.unsent | FLAG.ever_read,
    props = {
      [tags.MessageClass] = "IPM.Note", [tags.Importance] = 1,
      [tags.Sensitivity] = 0, [tags.CreationTime] = now,
      [tags.SearchKey] = core.text.random(16), [tags.MessageCodepage] = codepage,
      [tags.CodePageId] = codepage,
      [tags.MessageLocaleId] = 0x409, [tags.LocaleId] = 0x409,
      [tags.CreatorName] = user.name, [tags.CreatorEntryId] = user.entry_id,
      [tags.InternetMessageId] = instance.message_id(user),
    },
  }
end

---A message id nobody else has.
function instance.message_id(user)
  local domain = user.email:match "@(.*)$" or "sandbox"
  return ("<%s@%s>"):format(core.text.hex(core.text.random(16)), domain)
end

---The message inside an attachment.
---@param attachment table an open attachment
---@param writable boolean
function instance.embedded(attachment, writable)
  local inner = attachment.embedded
  return open(inner, { kind = "message", id = inner.id, store = inner.store,
    change = inner.change, writable = writable, attachment = attachment })
end

-- PidTagMessageFlags: what a client may say ([MS-OXCMSG] 2.2.1.6)
local function set_flags(m, flags)
  if m.fresh then
    m.flags = (m.flags & ~SAVED_FLAGS) | (flags & SAVED_FLAGS)
    m.is_read = flags & FLAG.read ~= 0
  end
  m.props[tags.ReadReceiptRequested] = flags & FLAG.notify_read ~= 0 or nil
  m.props[tags.NonReceiptNotificationRequested] = flags & FLAG.notify_unread ~= 0 or nil
end

local setters = {}

setters[tags.MessageFlags] = set_flags

setters[tags.Read] = function(m, v)
  m.is_read = v
  m.read_was_set = true
end

setters[tags.Subject] = function(m, v)
  m.props[tags.Subject] = v
  m.props[tags.NormalizedSubject], m.props[tags.SubjectPrefix] = nil, nil
end

local function part_of_subject(tag)
  return function(m, v)
    local other = tag == tags.SubjectPrefix and tags.NormalizedSubject or tags.SubjectPrefix
    if m.props[tags.Subject] then
      m.props[other] = message.read(m, other)
      m.props[tags.Subject] = nil
    end
    m.props[tag] = v
  end
end
setters[tags.NormalizedSubject] = part_of_subject(tags.NormalizedSubject)
setters[tags.SubjectPrefix] = part_of_subject(tags.SubjectPrefix)

-- the last body that was given is the native one ([MS-OXBBODY] 2.1.3); with
-- the next save it replaces those that were not given with it
local function body_setter(tag, native)
  return function(m, v)
    m.props[tag], m.native = v, native
    m.bodies = m.bodies or {}
    m.bodies[tag] = true
  end
end
setters[tags.Body] = body_setter(tags.Body, 1)
setters[tags.RtfCompressed] = body_setter(tags.RtfCompressed, 2)
setters[tags.Html] = body_setter(tags.Html, 3)
setters[tags.BodyHtml] = setters[tags.Html]
setters[tags.RtfInSync] = function() end

local function settle_bodies(m)
  if not m.bodies then return end
  for _, tag in ipairs { tags.Body, tags.RtfCompressed, tags.Html } do
    if not m.bodies[tag] then m.props[tag] = nil end
  end
  m.bodies = nil
end

---@param m satchel.sandbox.message
---@param tag integer as the client gave it
---@return integer|nil code
function instance.set(m, tag, v)
  tag, v = value.store(tag, v)
  local kind = tag & 0xffff
  if kind == 0 or kind == 1 or kind == 0x000a then return code.InvalidParameter end
  if kind == 0x000d or READONLY[tag] then return code.AccessDenied end
  if ONCE[tag] and not m.fresh then return code.AccessDenied end
  if rops.is_streaming(m, tag) then return code.AccessDenied end
  local setter = setters[tag]
  if setter then setter(m, v) else m.props[tag] = v end
  m.touched = true
end

---@return integer|nil code
function instance.remove(m, tag)
  tag = value.stored_tag(tag)
  if READONLY[tag] or tag & 0xffff == 0x000d then return code.AccessDenied end
  if tag == tags.Subject then
    m.props[tags.NormalizedSubject], m.props[tags.SubjectPrefix] = nil, nil
  elseif tag == tags.BodyHtml then
    tag = tags.Html
  end
  m.props[tag] = nil
  m.touched = true
end

local function stamp(m, user)
  local now = clock.now()
  local p = m.props
  p[tags.LastModificationTime], p[tags.LocalCommitTime] = now, now
  p[tags.LastModifierName], p[tags.LastModifierEntryId] = user.name, user.entry_id
end

-- [MS-OXOMSG] 2.2.1.3: a conversation of its own
local function conversation_index(now)
  return "\1" .. string.pack(">i8", now):sub(1, 5) .. core.text.random(16)
end

-- what a client did not give but every message has
local function complete(m)
  local p = m.props
  settle_bodies(m)
  if p[tags.InternetCodepage] == nil then p[tags.InternetCodepage] = 65001 end
  if p[tags.ConversationIndex] == nil then
    p[tags.ConversationIndex] = conversation_index(p[tags.LastModificationTime])
  end
  if p[tags.MessageClass] == nil then p[tags.MessageClass] = "IPM.Note" end
  if p[tags.Importance] == nil then p[tags.Importance] = 1 end
  if p[tags.SearchKey] == nil then p[tags.SearchKey] = core.text.random(16) end
  if not m.fresh then m.flags = m.flags & ~FLAG.unmodified end
end

local function freeze(m)
  local fields = message.contents(m)
  fields.size = message.weigh(m)
  m.size = fields.size
  return fields
end

local function save_embedded(m)
  local fields = freeze(m)
  fields.store, fields.id, fields.change = m.store, m.id, m.change
  m.attachment.embedded = message.new(fields)
  m.attachment.touched = true
end

local function save_again(m)
  local stored, fields = m.stored, freeze(m)
  stored.props, stored.recipients = fields.props, fields.recipients
  stored.attachments, stored.made = fields.attachments, nil
  stored.flags, stored.change, stored.native = fields.flags, m.change, fields.native
  if m.read_was_set then m.folder:mark(stored, m.is_read) end
  m.folder:resized(stored, fields.size)
  m.store:emit { kind = "modified", folder = m.folder, message = stored }
end

local function save_first(m)
  local fields = freeze(m)
  fields.id, fields.change = m.id, m.change
  local stored = message.new(fields)
  m.store:add_message(m.folder, stored)
  m.stored = stored
end

---Lets everybody see what was changed.
---@param m satchel.sandbox.message
---@param user satchel.sandbox.user
---@param force boolean|nil even if someone else saved in between
---@return integer|nil code
function instance.save(m, user, force)
  local stored = m.stored
  if stored and stored.gone then return code.ObjectDeleted end
  if stored and not force and stored.change ~= m.change then return code.ObjectModified end
  if m.folder and m.folder.gone then return code.ObjectDeleted end
  if stored and not m.touched then return nil end
  stamp(m, user)
  complete(m)
  m.change = m.store:new_change()
  if m.attachment then save_embedded(m)
  elseif stored then save_again(m)
  else save_first(m) end
  m.fresh, m.touched, m.read_was_set = nil, nil, nil
end

---Takes the state of the stored message over again.
function instance.reload(m)
  local fields = message.contents(m.stored)
  for name, v in pairs(fields) do m[name] = v end
  m.made = nil
  m.change = m.stored.change
end

---A value for a stream: what is there as a rope that may be written.
function instance.stream_of(m, tag)
  return rope.of(message.read(m, tag) or "")
end

return instance
