-- A mailbox, or the public store: the tree of folders, all messages by id,
-- named properties, receive folders, and whom to tell of changes.

local core = require "satchel.core"
local clock = require "satchel.sandbox.clock"
local folder = require "satchel.sandbox.folder"
local ids = require "satchel.sandbox.ids"
local layout = require "satchel.sandbox.layout"
local message = require "satchel.sandbox.message"
local named = require "satchel.sandbox.named"
local permissions = require "satchel.sandbox.permissions"

local store = {}

-- the counter of the first message; folders have those below
local MESSAGES = 1 << 32

---@class satchel.sandbox.store
---@field owner satchel.sandbox.user|nil
---@field private boolean
---@field roles table<string, satchel.sandbox.folder>
---@field folders table<integer, satchel.sandbox.folder>
---@field messages table<integer, satchel.sandbox.message>
local Store = {}
Store.__index = Store

local function new_guid(self, name)
  local text = core.text.guid()
  self[name] = text
  self[name .. "_bytes"] = core.text.guid_bytes(text)
end

---@param owner satchel.sandbox.user|nil nothing: a public store
---@return satchel.sandbox.store
function store.new(owner)
  local self = setmetatable({
    owner = owner, private = owner ~= nil, roles = {}, folders = {},
    messages = {}, props = {}, next_id = MESSAGES, next_folder = 1, next_change = 0,
    contents_seq = 0, hierarchy_seq = 0, receive = {},
    subscribers = {}, watchers = {},
  }, Store)
  new_guid(self, "guid")
  new_guid(self, "mailbox_guid")
  new_guid(self, "mapping")
  self.named = named.new()
  self:plant(self.private and layout.private or layout.public)
  if self.private then self:receive_at_first() end
  return self
end

function Store:plant(list)
  for _, entry in ipairs(list) do
    local counter, role, name, class, parent = table.unpack(entry, 1, 5)
    local f = folder.new {
      id = ids.make(counter), store = self, name = name, class = class,
      role = role, parent = parent and self.roles[parent],
      type = parent and 1 or 0,
    }
    f.permissions = permissions.at_birth(self, role)
    self.roles[role] = f
    self:link(f)
  end
end

function Store:receive_at_first()
  local now = clock.now()
  for _, entry in ipairs { { "", "inbox" }, { "IPC", "root" }, { "IPM", "inbox" },
    { "REPORT.IPM", "inbox" } } do
    self.receive[#self.receive + 1] =
      { class = entry[1], folder_id = self.roles[entry[2]].id, time = now }
  end
end

---Ids are never neighbours, so that one beside an id is nobody's.
---@return integer
function Store:new_id()
  local counter = self.next_id
  self.next_id = counter + 2
  return ids.make(counter)
end

---A folder comes with a block of ids, as on real servers.
---@return integer
function Store:new_folder_id()
  local n = self.next_folder
  self.next_folder = n + 1
  return ids.make(n << 16)
end

---@return integer
function Store:new_change()
  self.next_change = self.next_change + 1
  return ids.make(0x10000 + self.next_change)
end

-- [MS-OXCDATA] 2.2.4.3
local WRAPPER = "\0\0\0\0\x38\xa1\xbb\x10\x05\xe5\x10\x1a\xa1\xbb\x08\x00\x2b\x2a\x56\xc2"
  .. "\0\0emsmdb.dll\0\0\0\0" .. "\0\0\0\0"
local PRIVATE = "\x1b\x55\xfa\x20\xaa\x66\x11\xcd\x9b\xc8\x00\xaa\x00\x2f\xc4\x5a\x0c\0\0\0"
local PUBLIC = "\x1c\x83\x02\x10\xaa\x66\x11\xcd\x9b\xc8\x00\xaa\x00\x2f\xc4\x5a\x06\0\0\0"

function Store:entry_id()
  if self.private then
    return WRAPPER .. PRIVATE .. "sandbox\0" .. self.owner.dn .. "\0"
  end
  return WRAPPER .. PUBLIC .. "sandbox\0"
end

-- folders ------------------------------------------------------------------

function Store:link(f)
  self.folders[f.id] = f
  if f.parent then
    local siblings = f.parent.children
    siblings[#siblings + 1] = f
  end
  self.hierarchy_seq = self.hierarchy_seq + 1
end

local function take_from(list, item)
  for i, x in ipairs(list) do
    if x == item then return table.remove(list, i) end
  end
end

function Store:unlink(f)
  take_from(f.parent.children, f)
  self.hierarchy_seq = self.hierarchy_seq + 1
end

---A change of the folder's own properties.
function Store:touch_folder(f)
  f.change = self:new_change()
  f.modified = clock.now()
  self.hierarchy_seq = self.hierarchy_seq + 1
end

---@param parent satchel.sandbox.folder
---@param name string
---@param fields table|nil type, class, props
---@return satchel.sandbox.folder
function Store:create_folder(parent, name, fields)
  local f = folder.new {
    id = self:new_folder_id(), store = self, parent = parent, name = name,
    type = fields and fields.type or 1, props = fields and fields.props,
    class = fields and fields.class,
  }
  f.permissions = permissions.inherit(parent.permissions)
  self:link(f)
  self:touch_folder(parent)
  self:emit { kind = "created", folder = f, parent = parent }
  return f
end

---Removes a folder with everything in it.
function Store:delete_folder(f)
  for i = #f.children, 1, -1 do self:delete_folder(f.children[i]) end
  self:empty(f, true, true)
  self:unlink(f)
  self.folders[f.id] = nil
  f.gone = true
  self:touch_folder(f.parent)
  self:emit { kind = "deleted", folder = f, parent = f.parent }
end

---@param f satchel.sandbox.folder
---@param hard boolean
---@param associated boolean
function Store:empty(f, hard, associated)
  local function clear(list)
    for _, m in ipairs(table.move(list, 1, #list, 1, {})) do
      self:delete_message(m, hard)
    end
  end
  if f.type ~= 2 then clear(f.normal:all()) end
  if associated then clear(f.associated:all()) end
  if hard then clear(f.deleted:all()) end
end

---@param f satchel.sandbox.folder
---@param parent satchel.sandbox.folder
---@param name string
function Store:move_folder(f, parent, name)
  local from = f.parent
  self:unlink(f)
  f.parent, f.name = parent, name
  self:link(f)
  self:touch_folder(f)
  self:emit { kind = "moved", folder = f, parent = parent, old_folder = f, old_parent = from }
end

---@return satchel.sandbox.folder copy
function Store:copy_folder(f, parent, name, recursive)
  local props = {}
  for tag, v in pairs(f.props) do props[tag] = v end
  local copy = self:create_folder(parent, name, { type = f.type, props = props, class = f.class })
  copy.criteria = f.criteria
  if f.type ~= 2 then
    for _, m in ipairs(f.normal:all()) do self:copy_message(m, copy) end
    for _, m in ipairs(f.associated:all()) do self:copy_message(m, copy) end
  end
  if recursive then
    for _, child in ipairs(table.move(f.children, 1, #f.children, 1, {})) do
      if child ~= copy then self:copy_folder(child, copy, child.name, true) end
    end
  end
  return copy
end

-- messages -----------------------------------------------------------------

---Puts a new message into a folder.
---@param f satchel.sandbox.folder
---@param m satchel.sandbox.message
---@param event string|false|nil "created" unless told otherwise
function Store:add_message(f, m, event)
  m.store = self
  m.id = m.id or self:new_id()
  m.change = m.change or self:new_change()
  self.messages[m.id] = m
  f:add(m)
  self:emit { kind = event == nil and "created" or event, folder = f, message = m }
end

---@param m satchel.sandbox.message
---@param hard boolean
function Store:delete_message(m, hard)
  local f, was_deleted = m.folder, m.list == m.folder.deleted
  if was_deleted and not hard then return end
  f:remove(m, not hard)
  if hard then
    self.messages[m.id] = nil
    m.gone = true
  end
  if not was_deleted then self:emit { kind = "deleted", folder = f, message = m } end
end

---@return satchel.sandbox.message the copy
function Store:copy_message(m, f)
  local copy = message.new(message.contents(m))
  copy.size = m.size
  self:add_message(f, copy, false)
  self:emit { kind = "copied", folder = f, message = copy, old_folder = m.folder, old_message = m }
  return copy
end

---A moved message is a new object: ids never survive a move.
---@return satchel.sandbox.message the message in its new place
function Store:move_message(m, f)
  local from = m.folder
  local moved = message.new(message.contents(m))
  moved.size = m.size
  from:remove(m)
  self.messages[m.id] = nil
  m.gone = true
  self:add_message(f, moved, false)
  self:emit { kind = "moved", folder = f, message = moved, old_folder = from, old_message = m }
  return moved
end

---The message of this id, wherever it is.
---@param id integer
---@param deleted boolean|nil find soft-deleted ones too
function Store:find_message(id, deleted)
  local m = self.messages[id]
  if m and (deleted or m.list ~= m.folder.deleted) then return m end
end

---@param m satchel.sandbox.message
---@param is_read boolean
function Store:mark_read(m, is_read)
  if not m.folder:mark(m, is_read) then return false end
  -- [MS-OXCMSG] 2.2.1.6: both flags are set and cleared together
  m.flags = m.flags & ~message.flag.ever_read | (is_read and message.flag.ever_read or 0)
  m.change = self:new_change()
  self:emit { kind = "modified", folder = m.folder, message = m }
  return true
end

-- receive folders ([MS-OXCSTOR] 2.2.1.2) -------------------------------------

---@param class string
---@return satchel.sandbox.folder, string explicit the class that was found
function Store:receive_folder(class)
  local best = { class = "", folder_id = self.roles.inbox.id }
  local wanted = class:lower()
  for _, entry in ipairs(self.receive) do
    local c = entry.class:lower()
    if #c > #best.class and (c == wanted or wanted:sub(1, #c + 1) == c .. ".") then
      best = entry
    elseif c == "" and best.class == "" then
      best = entry
    end
  end
  return self.folders[best.folder_id] or self.roles.inbox, best.class
end

---@param class string
---@param folder_id integer 0: forget the class
function Store:set_receive_folder(class, folder_id)
  local wanted = class:lower()
  for i, entry in ipairs(self.receive) do
    if entry.class:lower() == wanted then
      if folder_id == 0 and class ~= "" then
        table.remove(self.receive, i)
      else
        entry.folder_id, entry.time = folder_id, clock.now()
      end
      return
    end
  end
  if folder_id == 0 then return end
  self.receive[#self.receive + 1] =
    { class = class, folder_id = folder_id, time = clock.now() }
end

-- events -------------------------------------------------------------------

---Tells the subscribers, then the tables ([MS-OXCNOTIF] 3.1.4.3).
---@param event table kind, folder, message, parent, old_folder, old_message
function Store:emit(event)
  if not event.kind then return end
  for _, subscriber in ipairs(self.subscribers) do subscriber:take(event) end
  for _, watcher in ipairs(self.watchers) do watcher:take(event) end
end

---Nothing more for a subscriber or watcher.
function Store:forget(listener)
  take_from(self.subscribers, listener)
  take_from(self.watchers, listener)
end

store.methods = Store

return store
