-- Folders of one mailbox: listed, found, made, renamed, moved, copied, emptied
-- and deleted.  Each verb states its round trips.

local depth_first = require "satchel.depth_first"
local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local kind = require "satchel.kind"
local P = require "satchel.mapi.props"
local roles = require "satchel.mapi.roles"
local values = require "satchel.mapi.values"

---@class satchel.mapi.Driver
local Driver = {}

local DEPTH <const> = 0x04 -- TableFlags of the hierarchy table
local SEARCH <const> = 2 -- PidTagFolderType
local DEL_MESSAGES <const>, DEL_FOLDERS <const>, HARD <const> = 0x01, 0x04, 0x10

local function columns()
  return { P.PidTagFolderId, P.PidTagParentFolderId, P.PidTagDisplayName,
    P.PidTagContainerClass, P.PidTagContentCount, P.PidTagContentUnreadCount,
    P.PidTagMessageSizeExtended, P.PidTagFolderType, P.PidTagSubfolders, P.PidTagDepth }
end

local function role_of(self, fid)
  for role, known in pairs(self:known_roles()) do
    if known == fid then return role end
  end
end

local function record(self, row)
  local function get(name) return (values.get(row, P[name])) end
  local fid, parent = get "PidTagFolderId", get "PidTagParentFolderId"
  return {
    id = ids.folder(fid), name = get "PidTagDisplayName" or "",
    parent_id = parent and ids.folder(parent) or nil,
    kind = get "PidTagFolderType" == SEARCH and "search"
      or kind.of_folder_class(get "PidTagContainerClass"),
    total = get "PidTagContentCount", unread = get "PidTagContentUnreadCount",
    size = get "PidTagMessageSizeExtended", has_folders = get "PidTagSubfolders",
    depth = get "PidTagDepth", role = role_of(self, fid), fid = fid,
  }
end

---FIDs of the well-known folders as far as they are known; asks nothing.
---@return table<string, integer>
function Driver:known_roles()
  local known = {}
  for _, role in ipairs(roles.names) do
    known[role] = roles.of_logon(self.logon, role)
      or self.role_fids and self.role_fids[role] or nil
  end
  return known
end

-- asks once for the well-known folders that the logon does not name
local function learn_roles(self)
  if not self.role_fids then self.role_fids = roles.others_of(self.logon) end
  return self.role_fids
end

---All folders below one, depth first: 1 round trip, however many they are
---(a server that chains sends about 2,000 at once).
---@param parent_id string|nil the top of the mailbox if absent
---@param recursive boolean
---@return table[] records
function Driver:list_folders(parent_id, recursive)
  local top = parent_id and ids.parse_folder(parent_id) or roles.of_logon(self.logon, "root")
  local rows = self:read_table({ kind = "hierarchy", folder = top, columns = columns(),
    flags = recursive and DEPTH or 0 }, "list_folders", parent_id)
  local list = {}
  for i, row in ipairs(rows) do list[i] = record(self, row) end
  local top_id = ids.folder(top)
  if not recursive then
    for _, folder in ipairs(list) do folder.depth, folder.parent_id = 1, top_id end
    return list
  end
  return depth_first(list, top_id)
end

local function open_folder(b, fid, options)
  return b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 }, nil, options)
end

local function ask(self, fid)
  local ref
  self:run("folder", "folder " .. ids.folder(fid), function(b)
    ref = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = columns() }, open_folder(b, fid))
  end)
  local row = ref.result.row_data
  if not values.get(row, P.PidTagFolderId) then row[P.PidTagFolderId] = fid end
  return record(self, row)
end

---@param id string
---@return table record 1 round trip
function Driver:get_folder(id)
  return ask(self, ids.parse_folder(id))
end

---The top of the folders, as far as it is known without asking.
---@return table record
function Driver:root()
  local fid = roles.of_logon(self.logon, "root")
  return { id = ids.folder(fid), fid = fid, role = "root", kind = "mail" }
end

-- makes a well-known folder that the mailbox lacks, and notes it
local function create_role(self, role)
  local other = roles.others[role]
  local top = roles.of_logon(self.logon, "root")
  local found = self:find_folder(ids.folder(top), other.name)
    or self:create_folder(ids.folder(top), other.name, other.kind)
  local fid = ids.parse_folder(found.id)
  local entry, list
  self:run("folder", role, function(b)
    entry = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { P.PidTagEntryId } }, open_folder(b, fid))
    list = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { roles.tag_of(other) } },
      open_folder(b, self.logon.reply.folder_ids[5]), { may_fail = true })
  end)
  local entry_id = values.get(entry.result.row_data, P.PidTagEntryId)
  if entry_id then
    local old = list.result.row_data and values.get(list.result.row_data, roles.tag_of(other))
    self:run("folder", role, function(b) roles.note(b, self.logon, role, entry_id, old) end)
  end
  return fid
end

---A well-known folder, as far as it is known without asking: no round trip, 3
---the first time for some; a missing one is created.
---@param role string
---@return table record
function Driver:role_folder(role)
  if not roles.exists(role) then error_object.invalid("no folder is called '%s'", role) end
  local fid = roles.of_logon(self.logon, role) or learn_roles(self)[role]
  if not fid then
    fid = create_role(self, role)
    self.role_fids[role] = fid
  end
  return { id = ids.folder(fid), fid = fid, role = role,
    kind = roles.others[role] and roles.others[role].kind or "mail" }
end

---The role of a folder, if it has one: no round trip, 3 the first time.
---@param id string
---@return string|nil
function Driver:folder_role(id)
  local fid = ids.parse_folder(id)
  learn_roles(self)
  return role_of(self, fid)
end

local function by_name(name)
  return { type = "content", tag = P.PidTagDisplayName, fuzzy_level_low = 0,
    fuzzy_level_high = 1, value = { tag = P.PidTagDisplayName, value = name } }
end

-- adds ROPs that look for a folder of that name in an open one
local function ask_by_name(b, on, name)
  local try = { may_fail = true }
  local tab = b:rop("get_hierarchy_table", { table_flags = 0 }, on, try)
  b:rop("set_columns", { set_columns_flags = 0, property_tags = columns() }, tab, try)
  b:rop("restrict", { restrict_flags = 0, restriction_data = by_name(name) }, tab, try)
  return b:rop("query_rows", { query_rows_flags = 0, forward_read = true, row_count = 50 }, tab,
    try)
end

-- of folders in one, that which has the name, in another case if need be
local function named(self, rows, fid, name)
  local folded
  for _, row in ipairs(rows) do
    local found = record(self, row)
    found.parent_id = ids.folder(fid)
    if found.name == name then return found end
    folded = folded or found.name:lower() == name:lower() and found
  end
  return folded or nil
end

---One folder by its name: 1 round trip.
---@param parent_id string|nil
---@param name string
---@return table|nil record
function Driver:find_folder(parent_id, name)
  local fid = parent_id and ids.parse_folder(parent_id) or roles.of_logon(self.logon, "root")
  local rows = self:read_table({ kind = "hierarchy", folder = fid, columns = columns(),
    restriction = by_name(name) }, "folder", parent_id)
  return named(self, rows, fid, name)
end

---Makes a folder: 1 round trip.
---@param parent_id string|nil
---@param name string
---@param folder_kind? string
---@return table record
function Driver:create_folder(parent_id, name, folder_kind)
  local fid = parent_id and ids.parse_folder(parent_id) or roles.of_logon(self.logon, "root")
  local class = kind.folder_class_of(folder_kind or "mail")
  if not class then
    error_object.invalid("create_folder: no folder is of kind '%s'", tostring(folder_kind))
  end
  local made, row
  self:run("create_folder", ("folder '%s'"):format(name), function(b)
    made = b:rop("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = name, comment = "" },
      open_folder(b, fid))
    b:rop("set_properties", { property_values = { { tag = P.PidTagContainerClass,
      value = class } } }, made)
    row = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = columns() }, made)
  end)
  local data = row.result.row_data
  data[P.PidTagFolderId] = made.result.folder_id
  local found = record(self, data)
  found.parent_id = ids.folder(fid)
  return found
end

---1 round trip.
---@param id string
---@param name string
function Driver:rename_folder(id, name)
  local fid = ids.parse_folder(id)
  self:run("rename", ("folder '%s'"):format(name), function(b)
    b:rop("set_properties", { property_values = { { tag = P.PidTagDisplayName, value = name } } },
      open_folder(b, fid))
  end)
end

-- FID of the folder that a folder lies in, and its name
local function place(self, fid)
  local found = ask(self, fid)
  return found.parent_id and ids.parse_folder(found.parent_id), found.name
end

local function is_partial(ref)
  return ref.result.partial_completion
end

local function incomplete(verb, what)
  error_object.raise { kind = "server", op = verb,
    message = ("%s: %s was done in part only"):format(verb, what) }
end

-- how a folder gets from where it lies into another, and what looks there then
---@class satchel.mapi.FolderTransfer
---@field rop "move_folder"|"copy_folder"
---@field fid integer
---@field source integer
---@field target integer
---@field name string
---@field after? fun(b: satchel.mapi.Batch, to: satchel.mapi.Ref)

local function transfer(self, way)
  local ref
  local fields = { want_asynchronous = false, use_unicode = true, folder_id = way.fid,
    new_folder_name = way.name }
  if way.rop == "copy_folder" then fields.want_recursive = true end
  self:run(way.rop, ("folder '%s'"):format(way.name), function(b)
    local from, to = open_folder(b, way.source), open_folder(b, way.target)
    ref = b:rop(way.rop, fields, from, { to = to })
    if way.after then way.after(b, to) end
  end)
  if is_partial(ref) then incomplete(way.rop, ("folder '%s'"):format(way.name)) end
end

---2 round trips.
---@param id string
---@param parent_id string
---@param name? string
function Driver:move_folder(id, parent_id, name)
  local fid, target = ids.parse_folder(id), ids.parse_folder(parent_id)
  local source, old_name = place(self, fid)
  transfer(self, { rop = "move_folder", fid = fid, source = source, target = target,
    name = name or old_name })
end

---With all in it: 2 round trips.
---@param id string
---@param parent_id string
---@param name? string
---@return table|nil record of the copy
function Driver:copy_folder(id, parent_id, name)
  local fid, target = ids.parse_folder(id), ids.parse_folder(parent_id)
  local source, old_name = place(self, fid)
  name = name or old_name
  local rows
  transfer(self, { rop = "copy_folder", fid = fid, source = source, target = target,
    name = name, after = function(b, to) rows = ask_by_name(b, to, name) end })
  return named(self, rows.result.row_data or {}, target, name)
end

local function free_name(self, parent_id, name)
  local taken, n, try = true, 1, name
  while taken and n < 100 do
    taken = self:find_folder(parent_id, try)
    if taken then
      n = n + 1
      try = ("%s (%d)"):format(name, n)
    end
  end
  return try
end

-- to the trash; a name that is taken there gets a number
local function move_to_trash(self, fid, source, name)
  local trash = roles.of_logon(self.logon, "trash")
  local way = { rop = "move_folder", fid = fid, source = source, target = trash, name = name }
  local ok, err = pcall(transfer, self, way)
  if ok then return end
  if type(err) ~= "table" or err.kind ~= "exists" then error(err, 0) end
  way.name = free_name(self, ids.folder(trash), name)
  transfer(self, way)
end

local function delete_hard(self, fid, parent, name)
  local ref
  self:run("delete", ("folder '%s'"):format(name), function(b)
    ref = b:rop("delete_folder", { delete_folder_flags = DEL_MESSAGES | DEL_FOLDERS | HARD,
      folder_id = fid }, open_folder(b, parent))
  end)
  if is_partial(ref) then incomplete("delete", ("folder '%s'"):format(name)) end
end

---To the trash, or for good: 2 round trips.
---@param id string
---@param hard? boolean
function Driver:delete_folder(id, hard)
  local fid = ids.parse_folder(id)
  local parent, name = place(self, fid)
  local delete = hard and delete_hard or move_to_trash
  delete(self, fid, parent, name)
end

-- everything in the folder goes to the trash
local function empty_to_trash(self, id)
  for _, folder in ipairs(self:list_folders(id, false)) do
    move_to_trash(self, folder.fid, ids.parse_folder(id), folder.name)
  end
  local list = self:ids { folder_id = id }
  if #list > 0 then
    local trash = ids.folder(roles.of_logon(self.logon, "trash"))
    for _, result in ipairs(self:move(list, id, trash, {})) do
      if not result.ok then error_object.raise(result.error) end
    end
  end
end

---Removes all items and folders in a folder: 1 round trip for good.
---@param id string
---@param hard? boolean
function Driver:empty_folder(id, hard)
  local fid = ids.parse_folder(id)
  local in_trash = fid == roles.of_logon(self.logon, "trash")
  if not hard and not in_trash then return empty_to_trash(self, id) end
  local ref
  self:run("empty", "folder " .. id, function(b)
    ref = b:rop("hard_delete_messages_and_subfolders",
      { want_asynchronous = false, want_delete_associated = false }, open_folder(b, fid))
  end)
  if is_partial(ref) then incomplete("empty", "folder " .. id) end
end

return Driver
