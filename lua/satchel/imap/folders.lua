-- Folders of one mailbox: listed, counted, found by id, name and role.  Each verb
-- states its round trips; what changes folders is in satchel.imap.arranging.

local error_object = require "satchel.error"
local mailboxes = require "satchel.imap.mailboxes"
local roles = require "satchel.imap.roles"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

local ROOT <const> = mailboxes.ROOT
local has_attribute <const>, holds_items <const> = mailboxes.has_attribute, mailboxes.holds_items

-- Records -------------------------------------------------------------------------

local function has_folders(entry)
  if has_attribute(entry, "\\haschildren") then return true end
  if has_attribute(entry, "\\hasnochildren") or has_attribute(entry, "\\noinferiors") then
    return false
  end
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
  local status = completions[2]
  local err = completions[1].error or status.broken and status.error
  if err then error_object.raise(self:place_error(err, op, self:show_folder(id))) end
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
    if entry.id == id and not (has_attribute(entry, "\\nonexistent")
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
  self:check("size", id, self:in_folder("size", id, list, { refresh = true }))
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

return Driver
