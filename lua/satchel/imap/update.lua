-- Changes of stored items.  Flags and categories are changed where the item is, many at
-- once.  Any other change makes another message: it is stored, and the old one removed,
-- so that the item has a new id (in one step where the server has REPLACE, RFC 8508).

local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"
local keywords = require "satchel.imap.keywords"
local null = require "satchel.null"
local rewrite = require "satchel.imap.rewrite"
local storing = require "satchel.imap.storing"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

local no_edits <const> = { add = {}, remove = {} }

local in_content <const> = { text = true, html = true, rtf = true, received = true }

-- changes of flags, and all others
local function split(op, changes)
  local flags, others = {}, {}
  for name, value in pairs(changes) do
    if keywords.flags[name] or name == "categories" then
      flags[name] = value
    elseif rewrite.header_names[name] or in_content[name] then
      others[name] = value
    else
      error_object.unsupported("%s: IMAP keeps no '%s' of an item", op, name)
    end
  end
  return flags, others
end

-- The new message -----------------------------------------------------------------

-- flags of the old message with changes; \Recent is the server's own
local function new_flags(flags, change)
  local gone, list, seen = { ["\\recent"] = true }, {}, {}
  for _, flag in ipairs(change.remove) do gone[flag:lower()] = true end
  local function add(flag)
    if not seen[flag:lower()] then
      seen[flag:lower()], list[#list + 1] = true, flag
    end
  end
  for _, flag in ipairs(flags) do
    local other = change.categories and keywords.is_category(flag)
      and not change.categories[flag:lower()]
    if not gone[flag:lower()] and not other then add(flag) end
  end
  for _, flag in ipairs(change.add) do add(flag) end
  return list
end

-- the id that a completion tells, RFC 4315 3
local function given_id(done, seen)
  local code = seen or done.code
  if not code or code.name ~= "APPENDUID" then return nil end
  local uids = core.imap.ids(code.uids)
  return uids and uids[1] and ids.item(code.uidvalidity, uids[1])
end

-- RFC 8508 3.3: stored and removed in one step
local function replace(self, op, id, folder_id, parcel)
  local _, uid = ids.parse(id)
  local command = words.add({ ("UID REPLACE %d "):format(uid) }, self:mailbox_part(folder_id))
  storing.message(self.conn, command, { flags = parcel.flags, date = parcel.date,
    utf8 = parcel.utf8, size = parcel.size, read = parcel.read })
  local seen
  function command.on(response)
    if not response.code or response.code.name ~= "APPENDUID" then return false end
    seen = response.code
  end
  command.reset = parcel.rewind
  local done = self:in_folder(op, folder_id, { command }, { write = true })
  self:check(op, folder_id, done)
  return given_id(done[1], seen)
end

-- where the server puts the message together it is stored beside the old one, whose
-- parts it has
local function replaces(self, parcel)
  if not self:has "REPLACE" then return false end
  if parcel.pieces and not self:has "UIDPLUS" then parcel.fill() end
  return not parcel.pieces
end

local function store_beside(self, op, id, folder_id, parcel)
  local result = self:store(op, folder_id, { parcel })[1]
  if not result.ok then error_object.raise(result.error) end
  local _, uid = ids.parse(id)
  -- the new one is there, whatever becomes of the old
  error_object.after(self.expunge, self, op, folder_id, { uid })
  return result.id
end

---Stores an item anew with changes, and removes the old: 4 round trips for a small
---message, 3 where the server has REPLACE.
---@param op string
---@param id string
---@param folder_id string
---@param flags table changes of flags
---@param changes table other changes
---@param edits { add: table[], remove: any[] }
---@return string|nil new_id nil where the server does not tell it
function Driver:rewrite(op, id, folder_id, flags, changes, edits)
  local _ <close> = self.conn:enter()
  local validity, uid, part = ids.parse(id)
  if part then
    error_object.unsupported("%s: the item is part of another and not in a folder", op)
  end
  if not self:has "REPLACE" then self:need_uid_expunge(op) end
  local selected = self:select_for_writing(op, folder_id)
  if selected.uidvalidity ~= validity then
    error_object.raise(ids.renumbered(self.tree:name(selected.name), validity,
      selected.uidvalidity, id))
  end
  local change = self:flag_change(op, selected, flags)
  local stored = rewrite.stored(self, op, folder_id, id)
  local date = stored.date
  if changes.received and not rawequal(changes.received, null) then date = changes.received end
  local message = rewrite.message(self, id, folder_id, stored, changes, edits)
  local parcel = self:parcel(message, new_flags(stored.flags, change), date)
  local store = replaces(self, parcel) and replace or store_beside
  local ok, new_id = pcall(store, self, op, id, folder_id, parcel)
  parcel.close()
  if not ok then error(new_id, 0) end
  self:forget_items(folder_id, { uid })
  if self.ahead and self.ahead.id == id then self.ahead = nil end
  return new_id
end

-- Verbs ---------------------------------------------------------------------------

local function store_flags(self, list, folder_id, flags, opts)
  local batch = self:batch("update", folder_id, list)
  local change = self:flag_change("update", self.conn.selected, flags)
  return self:store_flags("update", folder_id, batch, change, opts)
end

---Changes fields of many items: 1 round trip for flags, 2 with categories; other
---fields cost those of rewrite for each item.
---@param list string[] ids
---@param folder_id string
---@param changes table
---@param opts? table progress
---@return table[] results
function Driver:update(list, folder_id, changes, opts)
  local _ <close> = self.conn:enter()
  local flags, others = split("update", changes)
  if not next(others) then return store_flags(self, list, folder_id, flags, opts) end
  local results = {}
  for i, id in ipairs(list) do
    local ok, new_id = error_object.try(self.rewrite, self, "update", id, folder_id, flags,
      others, no_edits)
    results[i] = { id = id, ok = ok, new_id = ok and new_id or nil,
      error = not ok and new_id or nil }
    if opts and opts.progress then opts.progress(i, #list) end
  end
  return self:outcome { results = results }
end

---Changes one item and its attachments.
---@param id string
---@param folder_id string
---@param changes table
---@param edits? { add: table[], remove: any[] }
---@return table record with the id that the item has now
function Driver:save(id, folder_id, changes, edits)
  edits = edits or no_edits
  local flags, others = split("save", changes)
  if not next(others) and #edits.add == 0 and #edits.remove == 0 then
    local result = store_flags(self, { id }, folder_id, flags)[1]
    if not result.ok then error_object.raise(result.error) end
    return { id = id, folder_id = folder_id }
  end
  local new_id = self:rewrite("save", id, folder_id, flags, others, edits)
  return { id = new_id or id, folder_id = folder_id }
end

return Driver
