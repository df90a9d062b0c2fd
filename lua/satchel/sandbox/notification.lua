-- Notifications ([MS-OXCNOTIF]): subscriptions and tables listen to a store;
-- what concerns them waits in the session until the next Execute takes it.

local code = require "satchel.sandbox.code"
local message = require "satchel.sandbox.message"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"

local notification = {}

-- [MS-OXCNOTIF] 2.2.1.1
local BITS = { new_mail = 0x0002, created = 0x0004, deleted = 0x0008, modified = 0x0010,
  moved = 0x0020, copied = 0x0040, search = 0x0080 }
local TABLE_MODIFIED, MESSAGE, TABLE_CHANGED = 0x0100, 0x8000, 1
local TOTAL, UNREAD = 0x1000, 0x2000
local NO_NOTIFICATIONS = 0x10

local PENDING_LIMIT = 5000

---@class satchel.sandbox.subscription
local Subscription = { kind = "subscription" }
Subscription.__index = Subscription

local function concerns(self, event)
  if self.whole then return true end
  if self.message_id ~= 0 then
    local m, old = event.message, event.old_message
    return m and m.id == self.message_id or old and old.id == self.message_id
  end
  local id = self.folder_id
  local f, from = event.folder, event.old_folder
  return f and f.id == id or from and from.id == id
    or event.parent and event.parent.id == id
end

---A change in the store.
---@param event table
function Subscription:take(event)
  if self.types & BITS[event.kind] == 0 or not concerns(self, event) then return end
  local pending = self.session.pending
  if #pending < PENDING_LIMIT then
    pending[#pending + 1] = { object = self, event = event }
  end
end

rops.on("register_notification", "logon folder message", function(request, object, call)
  local store = object.store
  local self = setmetatable({
    store = store, session = call.session, types = request.notification_types,
    whole = request.want_whole_store, folder_id = request.folder_id or 0,
    message_id = request.message_id or 0, logon_id = request.logon_id,
  }, Subscription)
  if not self.whole and self.folder_id == 0 then return nil, code.InvalidParameter end
  store.subscribers[self] = true
  return {}, self
end)

-- tables ---------------------------------------------------------------------

local Listener = {}
Listener.__index = Listener

function Listener:take(event)
  local t = self.table
  if t.told then return end
  if t.source.kind == "contents" then
    if event.folder ~= t.folder and event.old_folder ~= t.folder then return end
    if not event.message then return end
  elseif event.message and event.kind ~= "new_mail" and event.kind ~= "created"
    and event.kind ~= "deleted" and event.kind ~= "modified" and event.kind ~= "moved" then
    return
  end
  t.told = true
  local pending = self.session.pending
  pending[#pending + 1] = { object = t, changed = true }
end

---A table that a client reads learns of changes, once until it reads again.
---@param t satchel.sandbox.table
function notification.watch(t, session)
  if t.listener or not t.flags or t.flags & NO_NOTIFICATIONS ~= 0 or not t.folder then return end
  t.listener = setmetatable({ table = t, session = session }, Listener)
  t.store.subscribers[t.listener] = true
end

---Nothing more for an object that was released.
function notification.forget(object)
  local store = object.store
  if not store then return end
  if object.kind == "subscription" then store.subscribers[object] = nil end
  if object.listener then store.subscribers[object.listener] = nil end
end

-- what is told ---------------------------------------------------------------

local function of_message(event)
  local m, data = event.message, { folder_id = event.folder.id, message_id = event.message.id }
  if event.kind == "new_mail" then
    data.message_flags = message.read(m, tags.MessageFlags)
    data.unicode_flag = true
    data.message_class = m:raw(tags.MessageClass) or "IPM.Note"
  elseif event.kind == "moved" or event.kind == "copied" then
    data.old_folder_id, data.old_message_id = event.old_folder.id, event.old_message.id
  elseif event.kind == "created" or event.kind == "modified" then
    data.tags = {}
  end
  return BITS[event.kind] | MESSAGE, data
end

local function of_folder(event)
  local f, bits = event.folder, BITS[event.kind]
  local data = { folder_id = f.id }
  if event.kind == "created" or event.kind == "deleted" or event.kind == "moved"
    or event.kind == "copied" then
    data.parent_folder_id = (event.parent or f.parent).id
  end
  if event.kind == "moved" or event.kind == "copied" then
    data.old_folder_id, data.old_parent_folder_id = event.old_folder.id, event.old_parent.id
  elseif event.kind == "created" then
    data.tags = {}
  elseif event.kind == "modified" then
    data.tags = {}
    data.total_message_count, data.unread_message_count = f.normal.count, f:unread_count()
    bits = bits | TOTAL | UNREAD
  end
  return bits, data
end

---The fields of RopNotify for what waits.
---@param entry table
---@return table notification_data
function notification.data(entry)
  if entry.changed then
    return { notification_flags = TABLE_MODIFIED, table_event_type = TABLE_CHANGED }
  end
  local event = entry.event
  local bits, data
  if event.message then bits, data = of_message(event) else bits, data = of_folder(event) end
  data.notification_flags = bits
  return data
end

return notification
