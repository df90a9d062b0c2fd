-- ROPs on messages and their recipients ([MS-OXCMSG] 3.2.5).

local code = require "satchel.sandbox.code"
local ids = require "satchel.sandbox.ids"
local instance = require "satchel.sandbox.instance"
local message = require "satchel.sandbox.message"
local permissions = require "satchel.sandbox.permissions"
local recipient = require "satchel.sandbox.recipient"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"

local on, may, RIGHT = rops.on, permissions.may, permissions.right

local MODIFY, BEST_ACCESS, OPEN_SOFT_DELETED = 0x01, 0x03, 0x04
local READ, DELETE, ALL = 0x02, 0x04, 0x07

-- the first rows of a list; `numbered` ones tell their row ids
local function rows_of(list, columns, limit, numbered)
  local rows = {}
  for i = 1, math.min(#list, limit) do
    local r = list[i]
    rows[i] = { row_id = numbered and r.row_id or nil, code_page_id = 1252,
      recipient_type = r.props[tags.RecipientType],
      recipient_row = recipient.to_row(r, columns) }
  end
  return rows
end

---What RopOpenMessage and its kin tell of a message.
---@param limit integer rows of recipients at most
local function head(m, limit)
  local list = m:recipient_list()
  local columns = recipient.columns(list)
  m.recipient_columns = columns
  return {
    has_named_properties = message.read(m, tags.HasNamedProperties),
    subject_prefix = message.read(m, tags.SubjectPrefix) or "",
    normalized_subject = message.read(m, tags.NormalizedSubject) or "",
    recipient_count = #list, recipient_columns = columns,
    recipient_rows = rows_of(list, columns, limit),
  }
end

local function access_of(m, user)
  if m.store.owner == user then return ALL end
  local access, may_to = READ, permissions.may_to
  if may_to(m, user, RIGHT.edit_any, RIGHT.edit_owned) then access = access | MODIFY end
  if may_to(m, user, RIGHT.delete_any, RIGHT.delete_owned) then access = access | DELETE end
  return access
end

on("open_message", "logon folder", function(request, object, call)
  local store = object.store
  local m = store:find_message(request.message_id,
    request.open_mode_flags & OPEN_SOFT_DELETED ~= 0)
  if not m then return nil, code.NotFound end
  if not may(m.folder, call.user, RIGHT.read_any) then return nil, code.AccessDenied end
  local access = access_of(m, call.user)
  local mode = request.open_mode_flags & BEST_ACCESS
  local writable = mode ~= 0
  if writable and access & MODIFY == 0 then
    if mode ~= BEST_ACCESS then return nil, code.AccessDenied end
    writable = false
  end
  local opened = instance.open(m, writable)
  opened.access = access
  return head(opened, call.alone and 0xfe or 5), opened
end)

on("create_message", "logon folder", function(request, object, call)
  local store = object.store
  local f = store.folders[request.folder_id]
  if not f then return nil, code.NotFound end
  if f.type == 2 then return nil, code.NotSupported end
  if not may(f, call.user, RIGHT.create) then return nil, code.AccessDenied end
  local codepage = request.code_page_id == 0x0fff and 65001 or request.code_page_id
  local m = instance.new(store, call.user, codepage)
  m.id, m.folder, m.associated = store:new_id(), f, request.associated_flag
  return { message_id = m.id }, m
end)

local KEEP_READ_ONLY, KEEP_READ_WRITE, FORCE = 0x01, 0x02, 0x04

on("save_changes_message", "message", function(request, m, call)
  local flags = request.save_flags & (KEEP_READ_ONLY | KEEP_READ_WRITE | FORCE)
  if not m.writable and flags ~= FORCE then return nil, code.AccessDenied end
  local err = instance.save(m, call.user, flags == FORCE)
  if err then return nil, err end
  if flags == KEEP_READ_WRITE or flags == FORCE then m.writable = true end
  return { input_handle_index = request.input_handle_index, message_id = m.id }
end)

-- recipients -----------------------------------------------------------------

on("remove_all_recipients", "message", function(_, m)
  m.recipients, m.touched = {}, true
  return {}
end)

local REFUSED = {}
for _, name in ipairs { "AddressType", "DisplayName", "EmailAddress", "EntryId", "InstanceKey",
  "RecipientType", "SearchKey", "SendRichInfo", "TransmittableDisplayName" } do
  REFUSED[tags[name]] = true
end

-- the columns of rows read back: those that came, and those with values since
local function add_columns(m, rows)
  local list = table.move(m.recipient_columns or {}, 1, #(m.recipient_columns or {}), 1, {})
  local seen = {}
  for _, tag in ipairs(list) do seen[tag] = true end
  for _, given in ipairs(rows) do
    for tag in pairs(given.recipient_row and given.recipient_row.properties or {}) do
      if tag & 0xffff ~= 0x000a and not seen[tag] then
        list[#list + 1], seen[tag] = tag, true
      end
    end
  end
  table.sort(list)
  m.recipient_columns = list
end

on("modify_recipients", "message", function(request, m, call)
  for _, tag in ipairs(request.recipient_columns) do
    if REFUSED[tag] then return nil, code.InvalidParameter end
  end
  local by_id, order = {}, {}
  for i, r in ipairs(m:recipient_list()) do by_id[r.row_id], order[i] = r, r.row_id end
  for _, given in ipairs(request.recipient_rows) do
    local id = given.row_id
    if not given.recipient_row then
      by_id[id] = nil
    else
      if not by_id[id] then order[#order + 1] = id end
      by_id[id] = recipient.of_row(id, given.recipient_type, given.recipient_row,
        call.box.users)
    end
  end
  local list, seen = {}, {}
  for _, id in ipairs(order) do
    if by_id[id] and not seen[id] then
      seen[id] = true
      list[#list + 1] = by_id[id]
    end
  end
  m.recipients, m.touched = list, true
  add_columns(m, request.recipient_rows)
  return {}
end)

on("read_recipients", "message", function(request, m, call)
  local list = {}
  for _, r in ipairs(m:recipient_list()) do
    if r.row_id >= request.row_id then list[#list + 1] = r end
  end
  if #list == 0 then return nil, code.NotFound end
  local columns = m.recipient_columns or {}
  local limit = math.max(1, math.min(0xfe, (call.room - 16) // 600))
  return { recipient_rows = rows_of(list, columns, limit, true), columns = columns }
end)

on("reload_cached_information", "message", function(_, m)
  return head(m, 0xfe)
end)

-- status and read flags --------------------------------------------------------

on("get_message_status", "folder", function(request, object)
  local m = object.store:find_message(request.message_id)
  if not m then return nil, code.NotFound end
  return { message_status_flags = m.status or 0 }
end)

local IN_CONFLICT = 0x800

on("set_message_status", "folder", function(request, object)
  local m = object.store:find_message(request.message_id)
  if not m then return nil, code.NotFound end
  local mask, old = request.message_status_mask, m.status or 0
  local new = request.message_status_flags & mask
  if new & IN_CONFLICT ~= 0 then return nil, code.AccessDenied end
  m.status = (old & ~mask) | new
  m.list:touch(m)
  m.folder:changed()
  return { message_status_flags = old }
end)

local SUPPRESS_RECEIPT, CLEAR_READ, RECEIPT_ONLY = 0x01, 0x04, 0x10
local CLEAR_NOTIFY_READ, CLEAR_NOTIFY_UNREAD = 0x20, 0x40

-- gives what PidTagMessageFlags says of receipts another value
local function clear_notify(m, flags)
  if flags & CLEAR_NOTIFY_READ ~= 0 then m.props[tags.ReadReceiptRequested] = nil end
  if flags & CLEAR_NOTIFY_UNREAD ~= 0 then m.props[tags.NonReceiptNotificationRequested] = nil end
  if m.list then m.list:touch(m) end
end

---@return boolean changed
local function set_read(store, m, flags)
  flags = flags & ~0x0a
  if flags & (CLEAR_NOTIFY_READ | CLEAR_NOTIFY_UNREAD) ~= 0 then
    clear_notify(m, flags)
    return false
  end
  if flags & RECEIPT_ONLY ~= 0 then return false end
  if flags == 0 or flags == SUPPRESS_RECEIPT then return store:mark_read(m, true) end
  if flags & CLEAR_READ ~= 0 then return store:mark_read(m, false) end
  return false
end

on("set_read_flags", "folder", function(request, object)
  local f, store, partial = object.folder, object.store, false
  local list = request.message_ids
  if #list == 0 then
    list = {}
    for i, m in ipairs(f.normal:all()) do list[i] = m.id end
  end
  for _, id in ipairs(list) do
    local m = store:find_message(id)
    if m and (m.folder == f or f.type == 2) then
      set_read(store, m, request.read_flags)
    elseif m then
      partial = true
    end
  end
  return { partial_completion = partial }
end)

on("set_message_read_flag", "message", function(request, m, call)
  local stored = m.stored
  local changed
  if stored then
    if stored.gone then return nil, code.ObjectDeleted end
    changed = set_read(m.store, stored, request.read_flags)
    m.is_read, m.flags, m.change = stored.is_read, stored.flags, stored.change
  else
    local before = m.is_read
    m.is_read = request.read_flags & CLEAR_READ == 0
    changed = before ~= m.is_read
  end
  if not changed or m.store.private then return { read_status_changed = false } end
  return { read_status_changed = true, logon_id = call.logon.id,
    client_data = request.client_data }
end)

-- embedded messages ------------------------------------------------------------

local CREATE = 0x02

on("open_embedded_message", "attachment", function(request, a, call)
  local mode = request.open_mode_flags
  if mode & MODIFY ~= 0 and not a.writable then return nil, code.AccessDenied end
  local m
  if a.embedded then
    m = instance.embedded(a, mode & MODIFY ~= 0 or mode & CREATE ~= 0)
  elseif mode & CREATE == 0 then
    return nil, code.NotFound
  elseif not a.writable then
    return nil, code.AccessDenied
  else
    m = instance.new(a.store, call.user, request.code_page_id == 0x0fff and 65001
      or request.code_page_id)
    m.attachment = a
    m.id = ids.make(ids.counter(a.store:new_id()))
  end
  local reply = head(m, 0xfe)
  reply.message_id = m.id
  return reply, m
end)
