-- Folders of one mailbox made, renamed, moved, copied, emptied and deleted.  Each
-- verb states its round trips; satchel.imap.folders lists them.

local error_object = require "satchel.error"
local mailboxes = require "satchel.imap.mailboxes"
local task = require "satchel.task"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

local ROOT <const> = mailboxes.ROOT

-- Making --------------------------------------------------------------------------

local PATIENCE <const> = 3 -- seconds

-- the first of these folders that the server tells of
local function await_one(self, list)
  local wait, waited = 0.01, 0
  while true do
    for _, id in ipairs(list) do
      if self:list_one(id) then return id end
    end
    if waited >= PATIENCE then return nil end
    task.sleep(wait)
    waited, wait = waited + wait, wait * 2
  end
end

-- A folder that the server has made, or says so: some tell of it a moment later, which
-- shows in that it cannot be subscribed to (QUIRKS 51).
local function settle(self, id, subscribed)
  if not subscribed.error then return end
  await_one(self, { id })
  self.conn:pipeline { words.add({ "SUBSCRIBE " }, self:mailbox_part(id)) }
end

---CREATE and SUBSCRIBE: 1 round trip.
---@param id string
---@param use string|nil "\\Sent"
---@return satchel.imap.Response completion of CREATE
function Driver:create_mailbox(id, use)
  local create = words.add({ "CREATE " }, self:mailbox_part(id))
  if use then words.add(create, " (USE (" .. use .. "))") end -- RFC 6154 3
  local done = self.conn:pipeline { create, words.add({ "SUBSCRIBE " }, self:mailbox_part(id)) }
  local err = done[1].error
  -- not every server says why; one asks, too
  if err and err.kind ~= "exists" and self:list_one(id) then
    err.kind, err.hint = "exists", nil
  end
  if not err then settle(self, id, done[2]) end
  return done[1]
end

local function of_mail(kind, verb)
  if kind and kind ~= "mail" then
    error_object.unsupported("%s: a folder of kind '%s': IMAP has mail alone", verb, kind)
  end
end

---@param parent_id string
---@param name string
---@param kind string|nil
---@return table record
function Driver:create_folder(parent_id, name, kind)
  of_mail(kind, "create_folder")
  local parent = self:mailbox_of(parent_id)
  local id = self.tree:new_child(parent, name, "create_folder")
  self.renamed[id] = nil
  local done = self:create_mailbox(id)
  if done.error then
    error_object.raise(self:place_error(done.error, "create_folder", ("folder '%s'"):format(name)))
  end
  return { id = id, name = self.tree:name(id), parent_id = self.tree:parent(id), kind = "mail",
    total = 0, unread = 0, size = 0 }
end

-- Renaming ------------------------------------------------------------------------

local function fixed(self, id, op)
  if id == ROOT or id == self.tree.inbox then
    error_object.invalid("%s: %s stays where it is", op,
      id == ROOT and "the top of the folders" or "the inbox")
  end
end

-- ids of folders in the one that was renamed, as they are now
local function renamer(self, from, to)
  return function(id)
    if id == from then return to end
    if self.tree:lies_in(id, from) then return to .. id:sub(#from + 1) end
  end
end

-- No folder of a tree is selected any more: it is about to be renamed or deleted.  The
-- command goes with the others where the server has one for it.
local function leave_commands(self, top)
  local conn = self.conn
  local now = conn.selected
  if not now or not self.tree:lies_in(now.name, top) then return {} end
  if not self:has "UNSELECT" then
    conn:unselect()
    return {}
  end
  conn.wanted = nil
  return { { "UNSELECT", after = function() conn.selected = nil end } }
end

local function rename_command(self, from, to)
  return words.add({ "RENAME " }, words.mailbox(self.conn, from), " ",
    words.mailbox(self.conn, to))
end

-- the UIDVALIDITY of a mailbox, into.value
local function validity_command(self, id, into)
  local command = words.add({ "STATUS " }, words.mailbox(self.conn, id), " (UIDVALIDITY)")
  function command.on(response)
    if response.type ~= "status" then return false end
    into.value = response.uidvalidity
  end
  return command
end

local function validity_of(self, id)
  local into = {}
  self.conn:pipeline { validity_command(self, id, into) }
  return into.value
end

-- where a server has a folder that was renamed where it is (QUIRKS 58); nil elsewhere
local function astray(self, from, to)
  local parent = self.tree:parent(from)
  if parent == ROOT or parent ~= self.tree:parent(to) then return nil end
  return self.tree:child(ROOT, self.tree:name(from) .. self.tree:name(to))
end

-- QUIRKS 58: what is moved has its right name, so the folder leaves the one that it is in,
-- and comes back
local function bring_back(self, op, from, to, validity)
  local aside = self.tree:new_child(ROOT, ("%s %d"):format(self.tree:name(to), validity), op)
  for _, step in ipairs { { from, aside }, { aside, to } } do
    local err = self.conn:pipeline({ rename_command(self, step[1], step[2]) })[1].error
    if err then
      err.message = ("%s; the folder is '%s' now"):format(err.message, step[1])
      error_object.raise(self:place_error(err, op, self:show_folder(to)))
    end
    await_one(self, { step[2] })
  end
end

-- a folder that does not have its new name may have another
local function settle_renamed(self, op, to, subscribed, lost, validity)
  if not subscribed.error then return end
  local found = lost and validity and await_one(self, { to, lost })
  if found == lost and found and validity_of(self, lost) == validity then
    bring_back(self, op, lost, to, validity)
  end
  settle(self, to, subscribed)
end

-- what was subscribed to under the old name is so under the new one; most servers
-- leave that to the client (RFC 9051 6.3.6)
local function rename(self, op, from, to)
  local lost, validity = astray(self, from, to), {}
  local flight = leave_commands(self, from)
  if lost then flight[#flight + 1] = validity_command(self, from, validity) end
  local n = #flight
  flight[n + 1] = rename_command(self, from, to)
  flight[n + 2] = words.add({ "SUBSCRIBE " }, words.mailbox(self.conn, to))
  flight[n + 3] = words.add({ "UNSUBSCRIBE " }, words.mailbox(self.conn, from))
  local done = table.move(self.conn:pipeline(flight), n + 1, n + 3, 1, {})
  local err = done[1].error
  if err then
    if err.kind == "server" and self:list_one(to) then err.kind = "exists" end
    if err.kind == "server" and not self:list_one(from) then return self:no_folder(from, op) end
    error_object.raise(self:place_error(err, op, self:show_folder(from)))
  end
  for old_name in pairs(self.renamed) do
    if self.tree:lies_in(old_name, to) then self.renamed[old_name] = nil end
  end
  self.renamed[from] = to
  for role, id in pairs(self.roles or {}) do
    if id == from then self.roles[role] = to end
  end
  settle_renamed(self, op, to, done[2], lost, validity.value)
  return { id = to, name = self.tree:name(to), parent_id = self.tree:parent(to),
    moved = renamer(self, from, to) }
end

---1 round trip.
---@param id string
---@param name string
---@return table record what changed of the folder; `moved` gives new ids of those in it
function Driver:rename_folder(id, name)
  id = self:mailbox_of(id)
  fixed(self, id, "rename")
  local to = self.tree:new_child(self.tree:parent(id), name, "rename")
  if to == id then return { id = id } end
  return rename(self, "rename", id, to)
end

---1 round trip.
---@param id string
---@param parent_id string
---@param name? string
---@return table record as rename_folder's
function Driver:move_folder(id, parent_id, name)
  id, parent_id = self:mailbox_of(id), self:mailbox_of(parent_id)
  fixed(self, id, "move")
  if self.tree:lies_in(parent_id, id) and parent_id ~= ROOT then
    error_object.invalid("move: a folder does not go into itself")
  end
  local to = self.tree:new_child(parent_id, name or self.tree:name(id), "move")
  if to == id then return { id = id } end
  return rename(self, "move", id, to)
end

-- Copying -------------------------------------------------------------------------

local function in_tree(self, id)
  return self.tree:ordered(self:list("copy", self.tree:patterns(id, true)), id)
end

-- all messages of a folder into another that is new
local function copy_items(self, from, to)
  local command = words.add({ "UID COPY 1:* " }, self:mailbox_part(to))
  local completions = self:in_folder("copy", from, { command }, { refresh = true })
  local exists = self.conn.selected.exists
  -- 1:* names a message that is not there when there are none
  if exists > 0 then self:check("copy", from, completions) end
end

---CREATE and COPY for the folder and all in it: 3 round trips each.
---@param id string
---@param parent_id string
---@param name string
---@return table record
function Driver:copy_folder(id, parent_id, name)
  id, parent_id = self:mailbox_of(id), self:mailbox_of(parent_id)
  if id == ROOT then error_object.invalid("copy: the top of the folders is not copied") end
  if self.tree:lies_in(parent_id, id) then
    error_object.invalid("copy: a folder does not go into itself")
  end
  local _ <close> = self.conn:enter()
  local entry = self:list_one(id, nil, "copy")
  if not entry then return self:no_folder(id, "copy") end
  local inside = in_tree(self, id)
  local made = self:create_folder(parent_id, name)
  if mailboxes.holds_items(entry) then copy_items(self, id, made.id) end
  for _, each in ipairs(inside) do
    local to = made.id .. each.id:sub(#id + 1)
    local done = self:create_mailbox(to)
    if done.error then
      error_object.raise(self:place_error(done.error, "copy", self:show_folder(each.id)))
    end
    if mailboxes.holds_items(each) then copy_items(self, each.id, to) end
  end
  return { id = made.id, name = made.name, parent_id = made.parent_id, kind = "mail" }
end

-- Removing ------------------------------------------------------------------------

local function delete_commands(self, id)
  return words.add({ "DELETE " }, self:mailbox_part(id)),
    words.add({ "UNSUBSCRIBE " }, self:mailbox_part(id))
end

local passing <const> = { server = true, conflict = true, not_found = true }

-- A folder that was not removed: it may be gone all the same, or not yet be known to
-- be empty of folders (QUIRKS 51).
local function remove_again(self, op, id, err, inside)
  local wait, waited = 0.01, 0
  while passing[err.kind] and waited < 1 do
    if not self:list_one(id) then
      if inside or err.kind == "not_found" or waited > 0 then return end
      return self:no_folder(id, op)
    end
    task.sleep(wait)
    waited, wait = waited + wait, wait * 2
    local done = self.conn:pipeline { delete_commands(self, id) }
    if not done[1].error then return end
    err = done[1].error
  end
  error_object.raise(self:place_error(err, op, self:show_folder(id)))
end

-- whether a folder is listed though it was removed, into.listed
local function listed_command(self, id, into)
  local command = words.add({ 'LIST "" ' }, self:mailbox_part(id))
  function command.on(response)
    if response.type ~= "list" then return false end
    local name = mailboxes.canonical(response.name, self.tree.delimiter)
    if name == id and mailboxes.holds_items(response) then into.listed = true end
  end
  return command
end

-- until a folder that was removed is not listed any more (QUIRKS 51)
local function await_removal(self, id)
  local wait, waited = 0.01, 0
  while waited < PATIENCE do
    local entry = self:list_one(id)
    if not entry or not mailboxes.holds_items(entry) then return end
    task.sleep(wait)
    waited, wait = waited + wait, wait * 2
  end
end

-- the folders in one, the deepest first, are removed for good: 2 round trips
local function remove_inside(self, op, id, and_itself)
  local inside, commands, gone = in_tree(self, id), leave_commands(self, id), {}
  local left = #commands
  local function remove(each)
    gone[#gone + 1] = each
    commands[left + 2 * #gone - 1], commands[left + 2 * #gone] = delete_commands(self, each)
  end
  for i = #inside, 1, -1 do
    if not mailboxes.has_attribute(inside[i], "\\nonexistent") then remove(inside[i].id) end
  end
  if and_itself then remove(id) end
  local last, after = gone[#gone], {}
  if last then commands[#commands + 1] = listed_command(self, last, after) end
  local completions = self.conn:pipeline(commands)
  for i, each in ipairs(gone) do
    local err = completions[left + 2 * i - 1].error
    if err then
      if each == id and err.kind == "not_found" then return self:no_folder(id, op) end
      remove_again(self, op, each, err, each ~= id)
    end
  end
  if after.listed then await_removal(self, last) end
end

-- a name that no folder in the trash has
local function free_name(self, trash, name)
  local taken = {}
  for _, entry in ipairs(self:list("delete", self.tree:patterns(trash, false))) do
    taken[entry.id] = true
  end
  for n = 1, 1000 do
    local try = n == 1 and name or ("%s %d"):format(name, n)
    if not taken[self.tree:new_child(trash, try, "delete")] then return try end
  end
  return ("%s %d"):format(name, os.time())
end

---Into the trash, or for good: 2 round trips.
---@param id string
---@param hard boolean
---@return table|nil record what changed of a folder that is in the trash now
function Driver:delete_folder(id, hard)
  id = self:mailbox_of(id)
  fixed(self, id, "delete")
  local _ <close> = self.conn:enter()
  if hard then
    remove_inside(self, "delete", id, true)
    for role, known in pairs(self.roles or {}) do
      if self.tree:lies_in(known, id) then self.roles[role] = nil end
    end
    return nil
  end
  local trash = self:role_folder("trash").id
  local name = free_name(self, trash, self.tree:name(id))
  return rename(self, "delete", id, self.tree:new_child(trash, name, "delete"))
end

---Removes items and folders in one for good: items that come meanwhile stay.  5 round
---trips.
---@param id string
function Driver:empty_folder(id)
  id = self:mailbox_of(id)
  if id == ROOT then error_object.invalid("empty: the top of the folders is not emptied") end
  self:need_uid_expunge("empty")
  local _ <close> = self.conn:enter()
  if self.tree:parent(id) ~= nil and self.tree:below(id) and self.tree:below(id) ~= self.tree.prefix
  then
    remove_inside(self, "empty", id, false)
  end
  local uids = self:find_uids("empty", id)
  if #uids > 0 then self:expunge("empty", id, uids) end
end

return Driver
