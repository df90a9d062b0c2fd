-- Notifications ([MS-OXCNOTIF]): subscriptions and tables listen to a store;
-- what concerns them waits in the session until the next Execute takes it.

local wire = require("satchel.core").wire
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
  store.subscribers[#store.subscribers + 1] = self
  return {}, self
end)

-- tables ---------------------------------------------------------------------

local ROW_ADDED, ROW_DELETED, ROW_MODIFIED = 3, 4, 5
local ROWS_LIMIT = 32

-- what an event does to the rows of a folder's contents table
local function contents_rows(t, event)
  local m, list = event.message, {}
  if not m or event.kind == "new_mail" then return list end
  if event.folder == t.folder then
    local kind = event.kind == "deleted" and ROW_DELETED
      or event.kind == "modified" and ROW_MODIFIED or ROW_ADDED
    list[1] = { kind = kind, row = m }
  end
  if event.kind == "moved" and event.old_folder == t.folder then
    list[#list + 1] = { kind = ROW_DELETED, row = event.old_message }
  end
  return list
end

-- to a hierarchy table: counts are in its rows
local function hierarchy_rows(_, event)
  if event.kind == "new_mail" or event.kind == "search" then return {} end
  if not event.message then
    local kind = event.kind == "created" and ROW_ADDED
      or event.kind == "deleted" and ROW_DELETED or ROW_MODIFIED
    return { { kind = kind, row = event.folder } }
  end
  local list = { { kind = ROW_MODIFIED, row = event.folder } }
  if event.kind == "moved" and event.old_folder ~= event.folder then
    list[2] = { kind = ROW_MODIFIED, row = event.old_folder }
  end
  return list
end

local Watcher = {}
Watcher.__index = Watcher

---A change in the store; too many at once become "everything changed".
function Watcher:take(event)
  local t, pending = self.table, self.session.pending
  if t.told then return end
  local rows_of = t.source.kind == "contents" and contents_rows or hierarchy_rows
  for _, change in ipairs(rows_of(t, event)) do
    self.count = self.count + 1
    if self.count > ROWS_LIMIT then
      t.told = true
      pending[#pending + 1] = { object = t, changed = true }
      return
    end
    change.object, change.watcher = t, self
    pending[#pending + 1] = change
  end
end

---A table that a client reads learns of changes.
---@param t satchel.sandbox.table
function notification.watch(t, session)
  if t.listener or not t.flags or t.flags & NO_NOTIFICATIONS ~= 0 or not t.folder then return end
  t.listener = setmetatable({ table = t, session = session, count = 0 }, Watcher)
  local watchers = t.store.watchers
  watchers[#watchers + 1] = t.listener
end

---Nothing more for an object that was released.
function notification.forget(object)
  local store = object.store
  if not store then return end
  if object.kind == "subscription" then store:forget(object) end
  if object.listener then store:forget(object.listener) end
end

local function place_of(rows, wanted)
  for i, row in ipairs(rows) do
    if row == wanted or row.folder == wanted and row.depth then return i end
  end
end

local function name_row(data, prefix, row)
  local m = row and not row.depth and row
  data[prefix .. "table_row_folder_id"] = row and row.folder and row.folder.id or 0
  return m and m.id or 0
end

-- the fields of one row's change; nothing if the row is not to be seen
local function of_row(entry)
  local t, kind = entry.object, entry.kind
  local contents = t.source.kind == "contents"
  local rows = t:rows()
  local place = kind ~= ROW_DELETED and place_of(rows, entry.row)
  if kind ~= ROW_DELETED and not place then
    if kind == ROW_ADDED then return nil end
    kind = ROW_DELETED
  end
  local data = { table_event_type = kind, notification_flags = TABLE_MODIFIED
    | (contents and MESSAGE or 0) }
  local folder = contents and t.folder or entry.row
  data.table_row_folder_id = folder.id
  if contents then data.table_row_message_id, data.table_row_instance = entry.row.id, 0 end
  if kind == ROW_DELETED then return data end
  local previous = rows[place - 1]
  local id = name_row(data, "insert_after_", previous)
  if contents then
    data.insert_after_table_row_id, data.insert_after_table_row_instance = id, 0
  end
  local bytes = wire.encode_struct("property_row", (t:row(rows[place])),
    { columns = t.column_tags })
  data.table_row_data = bytes
  return bytes and data
end

-- what is told ---------------------------------------------------------------

local function of_message(event)
  local m, data = event.message, { folder_id = event.folder.id, message_id = event.message.id }
  if event.kind == "new_mail" then
    data.message_flags = message.read(m, tags.MessageFlags)
    data.unicode_flag = false
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

---The fields of RopNotify for what waits, if that is still true.
---@param entry table
---@return table|nil notification_data
function notification.data(entry)
  if entry.watcher then
    entry.watcher.count = math.max(entry.watcher.count - 1, 0)
    return not entry.object.told and entry.object.columns and of_row(entry) or nil
  end
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
