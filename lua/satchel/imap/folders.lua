-- Folders of one mailbox: listed, found, made, renamed, moved, copied, emptied and
-- deleted.  Each verb states its round trips.

local error_object = require "satchel.error"
local mailboxes = require "satchel.imap.mailboxes"
local roles = require "satchel.imap.roles"
local task = require "satchel.task"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

local ROOT <const> = mailboxes.ROOT

-- Records -------------------------------------------------------------------------

local function attribute(entry, name)
  for each in pairs(entry.attributes) do
    if each:lower() == name then return true end
  end
  return false
end

local function holds_items(entry)
  return not attribute(entry, "\\noselect") and not attribute(entry, "\\nonexistent")
end

local function has_folders(entry)
  if attribute(entry, "\\haschildren") then return true end
  if attribute(entry, "\\hasnochildren") or attribute(entry, "\\noinferiors") then return false end
end

local function role_of(self, id)
  if id == self.tree.inbox then return "inbox" end
  for role, known in pairs(self.roles or {}) do
    if known == id then return role end
  end
  return self.roles and false or nil -- it has none, or nobody knows
end

-- a record of what LIST and STATUS said; without STATUS the counts are read when touched
local function record(self, entry)
  local id, status = entry.id, entry.status
  local empty = not holds_items(entry)
  return {
    id = id, name = self.tree:name(id), parent_id = self.tree:parent(id), kind = "mail",
    total = empty and 0 or status and status.messages,
    unread = empty and 0 or status and status.unseen, size = empty and 0 or status and status.size,
    role = role_of(self, id), depth = entry.depth, has_folders = has_folders(entry),
  }
end

-- LIST ----------------------------------------------------------------------------

local function takes_return(self)
  return self:has "LIST-EXTENDED" or self:has "LIST-STATUS"
end

-- ("a" "b"), or one of them alone, which every server understands
local function patterns(self, list)
  local parts = { list[2] and "(" or "" }
  for i, pattern in ipairs(list) do
    words.add(parts, i > 1 and " " or "", words.mailbox(self.conn, pattern))
  end
  return words.add(parts, list[2] and ")" or "")
end

local function list_command(self, pattern_list, status)
  local parts = words.add({ 'LIST "" ' }, table.unpack(patterns(self, pattern_list)))
  local wanted = {}
  if takes_return(self) then
    if self:has "SPECIAL-USE" then wanted[#wanted + 1] = "SPECIAL-USE" end
    if self:has "LIST-EXTENDED" then wanted[#wanted + 1] = "CHILDREN" end
    if status and self:has "LIST-STATUS" then
      wanted[#wanted + 1] = "STATUS (" .. status .. ")"
    end
  end
  if #wanted > 0 then words.add(parts, " RETURN (" .. table.concat(wanted, " ") .. ")") end
  return parts
end

-- one LIST for all patterns, or one for each
local function list_commands(self, pattern_list, status)
  if takes_return(self) or not pattern_list[2] then
    return { list_command(self, pattern_list, status) }
  end
  local list = {}
  for i, pattern in ipairs(pattern_list) do list[i] = list_command(self, { pattern }, status) end
  return list
end

-- takes the answers to LIST and STATUS; the same name comes once
local function collector(self)
  local entries, by_id = {}, {}
  local function on(response)
    local name = response.name and mailboxes.canonical(response.name, self.tree.delimiter)
    if response.type == "list" then
      local entry = by_id[name] or { id = name }
      if not entry.attributes then entries[#entries + 1] = entry end
      by_id[name], entry.attributes = entry, response.attributes
      self.renamed[name] = nil -- there is another of that name
      if response.raw_name ~= name then self.raw_names[name] = response.raw_name end
    elseif response.type == "status" and name then
      by_id[name] = by_id[name] or { id = name }
      by_id[name].status = response
    else
      return false
    end
  end
  return entries, on, by_id
end

local function status_command(self, id, items)
  return words.add({ "STATUS " }, self:mailbox_part(id), " (" .. items .. ")")
end

-- STATUS of those that have none yet, in one flight; a folder that has gone meanwhile,
-- or that this user may not look into, has no counts
local function add_status(self, entries, items)
  local list, asked = {}, {}
  for _, entry in ipairs(entries) do
    if not entry.status and holds_items(entry) then
      local command = status_command(self, entry.id, items)
      command.on = function(response)
        if response.type ~= "status" or response.name ~= entry.id then return false end
        entry.status = response
      end
      list[#list + 1], asked[#asked + 1] = command, entry
    end
  end
  if #list > 0 then self.conn:pipeline(list) end
end

local COUNTS <const> = "MESSAGES UNSEEN"

---What LIST says: 1 round trip, or 2 with counts where the server has no LIST-STATUS.
---@param op string
---@param pattern_list string[]
---@param items string|nil of STATUS
---@return table[] entries
function Driver:list(op, pattern_list, items)
  if #pattern_list == 0 then return {} end
  local entries, on
  local commands = list_commands(self, pattern_list, items)
  for i, command in ipairs(commands) do
    command.on = function(response) return on(response) end
    if i == 1 then command.reset = function() entries, on = collector(self) end end
  end
  self:run(op, "folders", commands)
  if items then add_status(self, entries, items) end
  return entries
end

-- LIST and STATUS of one folder in one flight, where no LIST brings the other along
local function list_with_status(self, op, id, items)
  local entries, on
  local commands = { list_command(self, { id }), status_command(self, id, items) }
  for i = 1, 2 do commands[i].on = function(response) return on(response) end end
  commands[1].reset = function() entries, on = collector(self) end
  local completions = self.conn:pipeline(commands)
  if completions[1].error then
    error_object.raise(self:place_error(completions[1].error, op, self:show_folder(id)))
  end
  return entries
end

---One folder as LIST has it: 1 round trip.
---@param id string
---@param items? string of STATUS
---@param op? string
---@return table|nil entry nil where there is none
function Driver:list_one(id, items, op)
  id, op = self:mailbox_of(id), op or "folder"
  local entries = items and not self:has "LIST-STATUS" and list_with_status(self, op, id, items)
    or self:list(op, { id }, items)
  for _, entry in ipairs(entries) do
    if entry.id == id and not (attribute(entry, "\\nonexistent")
      and has_folders(entry) == false) then
      return entry
    end
  end
end

-- A folder that has others in it and is not listed itself: RFC 9051 6.3.9.4 lets
-- servers leave it out. Asked only for what LIST does not know.
local function implied(self, id)
  local entries = self:list("folder", self.tree:patterns(self:mailbox_of(id), true))
  for _, entry in ipairs(self.tree:ordered(entries, id)) do
    if entry.id ~= id then
      return { id = id, attributes = { ["\\NonExistent"] = true } }
    end
  end
end

-- Roles ---------------------------------------------------------------------------

---Which folders are the well-known ones: 1 round trip, once.
---@return table<string, string> ids by role
function Driver:learn_roles()
  if not self.roles then
    local entries = self:list("folders", self.tree:patterns(ROOT, true))
    self.roles = roles.find(self.tree:ordered(entries, ROOT), self.tree)
  end
  return self.roles
end

---@param id string
---@return string|nil role
function Driver:folder_role(id)
  id = self:mailbox_of(id)
  if id == self.tree.inbox then return "inbox" end
  self:learn_roles()
  return role_of(self, id)
end

local function of_mail(kind, verb)
  if kind and kind ~= "mail" then
    error_object.unsupported("%s: a folder of kind '%s': IMAP has mail alone", verb, kind)
  end
end

local function create_role(self, role)
  local row = roles.roles[role]
  local id = self.tree:new_child(ROOT, row.name, role)
  local use = row.use and self:has "CREATE-SPECIAL-USE" and row.use or nil
  local done = self:create_mailbox(id, use)
  -- somebody made it meanwhile, or it is no folder that could have the role
  if done.error and done.error.kind ~= "exists" then
    error_object.raise(self:place_error(done.error, role, self:show_folder(id)))
  end
  self.roles[role] = id
  return id
end

---Whether `role_folder` would have to make the folder.
---@param role string
---@return boolean
function Driver:lacks_role(role)
  return role ~= "inbox" and roles.roles[role] ~= nil and not self:learn_roles()[role]
end

---A well-known folder: 1 round trip the first time but for the inbox; one that is
---missing is made, which is 1 more.
---@param role string
---@return table record
function Driver:role_folder(role)
  if role == "inbox" then
    return { id = self.tree.inbox, name = "Inbox", parent_id = ROOT, kind = "mail", role = role }
  end
  if not roles.roles[role] then
    error_object.unsupported("%s: IMAP has no such folder, it has mail alone", role)
  end
  local id = self:learn_roles()[role] or create_role(self, role)
  return { id = id, name = self.tree:name(id), parent_id = self.tree:parent(id), kind = "mail",
    role = role }
end

-- Reading -------------------------------------------------------------------------

---The top of the folders: asks nothing.
---@return table record
function Driver.root()
  return { id = ROOT, name = "Top", kind = "mail", total = 0, unread = 0, size = 0 }
end

---All folders below one, depth first: 1 round trip; 2 where the server has no
---LIST-STATUS.
---@param parent_id string|nil the top if absent
---@param recursive boolean
---@return table[] records
function Driver:list_folders(parent_id, recursive)
  local top = self:mailbox_of(parent_id or ROOT)
  local entries = self:list("folders", self.tree:patterns(top, recursive), COUNTS)
  entries = self.tree:ordered(entries, top)
  if top == ROOT and recursive then self.roles = roles.find(entries, self.tree) end
  local list = {}
  for i, entry in ipairs(entries) do list[i] = record(self, entry) end
  return list
end

-- the bytes of all items, where STATUS cannot tell: RFC 8438
local function sum_of_sizes(self, id)
  local sum = 0
  local list = { { "UID FETCH 1:* (RFC822.SIZE)", reset = function() sum = 0 end,
    on = function(response)
      if response.type ~= "fetch" or not response.size then return false end
      sum = sum + response.size
    end } }
  self:in_folder("size", id, list, { refresh = true })
  return sum
end

---A folder by its id: 1 round trip; where the server does not sum up sizes, that is
---done when the size is touched.
---@param id string
---@param touched? string the field that is wanted
---@return table record
function Driver:get_folder(id, touched)
  id = self:mailbox_of(id)
  if id == ROOT then return self:root() end
  local tells_size = self:has "STATUS=SIZE"
  local entry = self:list_one(id, tells_size and COUNTS .. " SIZE" or COUNTS, "folder")
    or implied(self, id)
  if not entry then return self:no_folder(id, "folder") end
  local found = record(self, entry)
  if touched == "size" and not found.size then found.size = sum_of_sizes(self, id) end
  return found
end

---The folder of a name in another, or nil: 1 round trip.
---@param parent_id string
---@param name string
---@return table|nil record
function Driver:find_folder(parent_id, name)
  local id = self.tree:child(self:mailbox_of(parent_id), name)
  if not id then return nil end
  local entry = self:list_one(id, COUNTS, "folder") or implied(self, id)
  return entry and record(self, entry)
end

-- Making --------------------------------------------------------------------------

local PATIENCE <const> = 3 -- seconds

-- A folder that the server has made, or says so: some tell of it a moment later, which
-- shows in that it cannot be subscribed to (QUIRKS 51).
local function settle(self, id, subscribed)
  if not subscribed.error then return end
  local wait, waited = 0.01, 0
  while waited < PATIENCE and not self:list_one(id) do
    task.sleep(wait)
    waited, wait = waited + wait, wait * 2
  end
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

-- what was subscribed to under the old name is so under the new one; most servers
-- leave that to the client (RFC 9051 6.3.6)
local function rename(self, op, from, to)
  local old, new = self:mailbox_part(from), words.mailbox(self.conn, to)
  local flight = leave_commands(self, from)
  local n = #flight
  flight[n + 1] = words.add({ "RENAME " }, old, " ", new)
  flight[n + 2] = words.add({ "SUBSCRIBE " }, new)
  flight[n + 3] = words.add({ "UNSUBSCRIBE " }, old)
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
  settle(self, to, done[2])
  for role, id in pairs(self.roles or {}) do
    if id == from then self.roles[role] = to end
  end
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
  if holds_items(entry) then copy_items(self, id, made.id) end
  for _, each in ipairs(inside) do
    local to = made.id .. each.id:sub(#id + 1)
    local done = self:create_mailbox(to)
    if done.error then
      error_object.raise(self:place_error(done.error, "copy", self:show_folder(each.id)))
    end
    if holds_items(each) then copy_items(self, each.id, to) end
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

-- the folders in one, the deepest first, are removed for good: 2 round trips
local function remove_inside(self, op, id, and_itself)
  local inside, commands, gone = in_tree(self, id), leave_commands(self, id), {}
  local left = #commands
  local function remove(each)
    gone[#gone + 1] = each
    commands[left + 2 * #gone - 1], commands[left + 2 * #gone] = delete_commands(self, each)
  end
  for i = #inside, 1, -1 do
    if not attribute(inside[i], "\\nonexistent") then remove(inside[i].id) end
  end
  if and_itself then remove(id) end
  local completions = self.conn:pipeline(commands)
  for i, each in ipairs(gone) do
    local err = completions[left + 2 * i - 1].error
    if err then
      if each == id and err.kind == "not_found" then return self:no_folder(id, op) end
      remove_again(self, op, each, err, each ~= id)
    end
  end
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
