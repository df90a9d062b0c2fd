-- Names of mailboxes and the tree of folders that they make.  A mailbox is called
-- prefix .. names with the server's delimiter between (RFC 9051 5.1, RFC 2342); the
-- face has a root with folders in it.  The root is the personal namespace: its id is
-- "", every other folder's id is the name of its mailbox in UTF-8.
--
-- Where the prefix is "INBOX." all folders lie below INBOX on the server; here they
-- lie in the root beside the inbox, as people see them elsewhere.

local depth_first = require "satchel.depth_first"
local error_object = require "satchel.error"

---@class satchel.imap.Tree
---@field prefix string of the personal namespace, "" or "INBOX."
---@field delimiter string|nil nil: there are no folders in folders
---@field inbox string id of the inbox
---@field foreign string[] prefixes of what belongs to others
local Tree = {}
Tree.__index = Tree

local M = {}

M.ROOT = ""

local function first_of(list) return list and list[1] end

---@param namespaces table|nil response of NAMESPACE
---@param delimiter string|nil of the mailboxes, where there is no NAMESPACE
---@return satchel.imap.Tree
function M.new(namespaces, delimiter)
  local personal = first_of(namespaces and namespaces.personal) or { prefix = "",
    delimiter = delimiter }
  local foreign = {}
  for _, kind in ipairs { "other", "shared" } do
    for _, space in ipairs(namespaces and namespaces[kind] or {}) do
      if space.prefix ~= "" then foreign[#foreign + 1] = space.prefix end
    end
  end
  return setmetatable({ prefix = M.canonical(personal.prefix, personal.delimiter),
    delimiter = personal.delimiter, inbox = "INBOX", foreign = foreign }, Tree)
end

---The tree of another user's mailboxes.
---@param prefix string "shared/bob/"
---@param delimiter string
---@param inbox string
---@return satchel.imap.Tree
function M.guest(prefix, delimiter, inbox)
  return setmetatable({ prefix = prefix, delimiter = delimiter, inbox = inbox, foreign = {} },
    Tree)
end

---INBOX is the same in any case, and begins the names below it so.
---@param name string
---@param delimiter string|nil
---@return string
function M.canonical(name, delimiter)
  if #name < 5 or name:sub(1, 5):upper() ~= "INBOX" then return name end
  if #name == 5 or name:sub(6, 6) == delimiter then return "INBOX" .. name:sub(6) end
  return name
end

local function begins(text, prefix) return text:sub(1, #prefix) == prefix end

---Whether a mailbox is in this tree.
---@param id string
---@return boolean
function Tree:has(id)
  if id == self.inbox then return true end
  for _, prefix in ipairs(self.foreign) do
    if begins(id, prefix) or id .. (self.delimiter or "") == prefix then return false end
  end
  return begins(id, self.prefix) and id ~= self.prefix
end

-- the name behind the prefix of the tree
local function inner(self, id)
  return begins(id, self.prefix) and id:sub(#self.prefix + 1) or id
end

---@param id string
---@return string|nil parent_id nil for the root
function Tree:parent(id)
  if id == M.ROOT then return nil end
  if id == self.inbox or not self.delimiter then return M.ROOT end
  local rest = inner(self, id)
  local at = 0
  repeat
    local next_at = rest:find(self.delimiter, at + 1, true)
    if next_at and next_at < #rest then at = next_at else next_at = nil end
  until not next_at
  if at <= 1 then return M.ROOT end
  return id:sub(1, #id - #rest + at - 1)
end

---@param id string
---@return string name as people see it
function Tree:name(id)
  if id == M.ROOT then return "Top" end
  if id == self.inbox then return "Inbox" end
  local parent = self:parent(id)
  if parent == M.ROOT then return inner(self, id) end
  return id:sub(#parent + 2)
end

---What the mailboxes in a folder begin with.
---@param id string
---@return string|nil nil where there can be none
function Tree:below(id)
  if id == M.ROOT then return self.prefix end
  if not self.delimiter then return nil end
  return id .. self.delimiter
end

---The id of a folder in another, whether it exists or not.
---@param parent_id string
---@param name string
---@return string|nil id nil where no folder can be called so
---@return string|nil why
function Tree:child(parent_id, name)
  if name == "" then return nil, "a folder has a name" end
  if self.delimiter and name:find(self.delimiter, 1, true) then
    return nil, ("on this server '%s' stands between folders and in no name"):format(
      self.delimiter)
  end
  if parent_id == M.ROOT and name:upper() == "INBOX" then return self.inbox end
  local prefix = self:below(parent_id)
  if not prefix then return nil, "this server has no folders in folders" end
  return M.canonical(prefix .. name, self.delimiter)
end

---As `child`; raises where no folder can be called so.
---@param parent_id string
---@param name string
---@param verb string
---@return string id
function Tree:new_child(parent_id, name, verb)
  local id, why = self:child(parent_id, name)
  if id then return id end
  return error_object.invalid("%s: no folder is called '%s': %s", verb, name, why)
end

---Whether a folder lies in another, at any depth, or is it.
---@param id string
---@param top string
---@return boolean
function Tree:lies_in(id, top)
  if top == M.ROOT or id == top then return true end
  return self.delimiter ~= nil and begins(id, top .. self.delimiter)
end

-- Listing -------------------------------------------------------------------------

---Whether LIST says something of a mailbox, in any case (RFC 3501 9).
---@param entry table with attributes
---@param name string in lower case
---@return boolean
function M.has_attribute(entry, name)
  for each in pairs(entry.attributes) do
    if each:lower() == name then return true end
  end
  return false
end

---Whether a mailbox can be selected.
---@param entry table with attributes
---@return boolean
function M.holds_items(entry)
  return not M.has_attribute(entry, "\\noselect") and not M.has_attribute(entry, "\\nonexistent")
end

-- patterns are quoted by nothing: a name that has one of these lists others, too,
-- which are left out by has() and lies_in()

---Patterns of LIST for what lies in a folder.
---@param parent_id string
---@param recursive boolean
---@return string[] patterns
function Tree:patterns(parent_id, recursive)
  local below, wild = self:below(parent_id), recursive and "*" or "%"
  if not below then return {} end
  if parent_id ~= M.ROOT or self.prefix == "" and self.inbox == "INBOX" then
    return { below .. wild }
  end
  return { self.inbox, below .. wild }
end

-- parents that the server did not list
local function with_parents(self, entries, top)
  local known, list = {}, {}
  for _, entry in ipairs(entries) do known[entry.id] = entry end
  local function add(entry)
    local parent = self:parent(entry.id)
    if parent and parent ~= M.ROOT and parent ~= top and not known[parent]
      and self:lies_in(parent, top) then
      known[parent] = { id = parent, attributes = { ["\\NonExistent"] = true } }
      add(known[parent])
    end
    list[#list + 1] = entry
  end
  for _, entry in ipairs(entries) do add(entry) end
  return list
end

---Entries of LIST as folders, depth first, the inbox before its siblings; each gets
---parent_id, name and depth.
---@param entries table[] with id and attributes
---@param top string whose folders they are
---@return table[]
function Tree:ordered(entries, top)
  local list, seen = {}, {}
  for _, entry in ipairs(with_parents(self, entries, top)) do
    local parent = self:parent(entry.id)
    if not seen[entry.id] and entry.id ~= top and self:has(entry.id)
      and self:lies_in(entry.id, top) then
      seen[entry.id] = true
      entry.parent_id, entry.name = parent, self:name(entry.id)
      table.insert(list, entry.id == self.inbox and 1 or #list + 1, entry)
    end
  end
  return depth_first(list, top)
end

return M
