-- Folders.  What the server told about one is kept until reload(); the rest is
-- read when touched.  A folder is one object as long as somebody holds it.

local compose = require "satchel.compose"
local error_object = require "satchel.error"
local iterator = require "satchel.iterator"
local nearest = require "satchel.nearest"
local options = require "satchel.options"
local path = require "satchel.path"
local query = require "satchel.query"
local windows = require "satchel.windows"

---@class satchel.Folder
---@field id string stable across sessions
---@field name string
---@field path string resolves to this folder by session:folder
---@field kind "mail"|"calendar"|"contacts"|"tasks"|"notes"|"journal"|"search"
---@field total integer number of items
---@field unread integer number of unread items
---@field size integer bytes
---@field role? string "inbox", "sent", … for well-known folders
---@field parent_id? string
---@field parent? satchel.Folder
---@field session satchel.Session
local Folder = { __name = "satchel.Folder" }
local methods = {}

local M = {}

---@param store satchel.Store
---@param record table
---@return satchel.Folder
function M.new(store, record)
  return setmetatable({ _ = { store = store, record = record } }, Folder)
end

---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Folder
end

M.methods = methods

local computed <const> = {}
local stored <const> = { id = true, name = true, kind = true, total = true, unread = true,
  size = true, parent_id = true }

local function loaded(folder, name)
  local state = folder._
  local record = state.record
  local unread = not state.complete or name == "size" -- which some servers sum up
  if record[name] == nil and name ~= "id" and unread then
    local fresh = state.store:call("get_folder", record.id, name)
    for k, v in pairs(fresh) do record[k] = v end
    state.complete = true
  end
  return record[name]
end

-- false: it is known to have none
function computed.role(folder)
  local record, driver = folder._.record, folder._.store:driver()
  if record.role == nil then
    record.role = driver.folder_role and driver:folder_role(folder.id) or false
  end
  return record.role or nil
end

function computed.session(folder) return folder._.store.session end

function computed.parent(folder)
  local store = folder._.store
  if folder.id == store.root_id then return nil end
  local parent_id = loaded(folder, "parent_id")
  if not parent_id then return nil end
  return store:folder_by_id(parent_id)
end

function computed.path(folder)
  local store, names, at = folder._.store, {}, folder
  local root_id = store.root_id or store:root().id
  while at and at.id ~= root_id and #names < 1000 do
    table.insert(names, 1, at.name)
    at = at.parent
  end
  return path.join(names)
end

M.fields = {}
for _, list in ipairs { stored, computed } do
  for name in pairs(list) do M.fields[name] = true end
end

function Folder:__index(name)
  if methods[name] then return methods[name] end
  if stored[name] then return loaded(self, name) end
  if computed[name] then return computed[name](self) end
  if type(name) ~= "string" then return nil end
  return error_object.invalid("a folder has no '%s'%s", name,
    nearest.among(name, M.fields, methods))
end

function Folder.__newindex(_, name)
  error_object.raise { kind = "invalid",
    message = ("'%s' of a folder is not assigned"):format(tostring(name)),
    hint = "see folder:rename and folder:move" }
end

-- what is known now, by name; nothing is read for it
function Folder:__pairs()
  local known = {}
  for name in pairs(stored) do known[name] = self._.record[name] end
  known.role = self._.record.role or nil
  return next, known, nil
end

function Folder:__tostring()
  local record = self._.record
  local counts = record.total and (" (%d item%s, %d unread)"):format(record.total,
    record.total == 1 and "" or "s", record.unread or 0) or ""
  return ('folder "%s"%s'):format(record.name or record.role or record.id, counts)
end

---Reads the folder's name and counts again.
---@return satchel.Folder self
function methods:reload()
  local state = self._
  local fresh = state.store:call("get_folder", state.record.id)
  state.record = fresh
  state.complete = true
  return self
end

local folders_rows <const> = { recursive = { type = "boolean", default = false } }

---The folders in this one; with { recursive = true } all below it, depth first.
---@param opts? { recursive: boolean }
---@return satchel.Iterator
function methods:folders(opts)
  local store = self._.store
  local recursive = options.check("folders", opts, folders_rows).recursive
  local list = {}
  for i, record in ipairs(store:call("list_folders", self.id, recursive)) do
    list[i] = store:folder(record)
  end
  return iterator.over(list)
end

local function not_found(folder, name, whole)
  local children = {}
  local ok, list = pcall(folder._.store.call, folder._.store, "list_folders", folder.id, false)
  for _, record in ipairs(ok and list or {}) do children[record.name] = true end
  local near = nearest.find(name, children)
  local refusals = folder._.store:driver().refusals
  local hint = near and ("there is '%s'"):format(near)
    or not (refusals and refusals.create_folder) and "{ create = true } makes it" or nil
  error_object.raise { kind = "not_found", hint = hint,
    message = ("folder '%s' not found: '%s' has no '%s'"):format(whole, folder.name, name) }
end

-- `is_new`: there is nothing in the folder yet
local function child(folder, name, opts, whole, is_new)
  local store = folder._.store
  local record = not is_new and store:call("find_folder", folder.id, name)
  local created = not record and opts.create
  if created then
    record = store:call("create_folder", folder.id, name, opts.kind or folder.kind)
  end
  return record and store:folder(record) or not_found(folder, name, whole), created
end

local folder_rows <const> = { create = { type = "boolean", default = false },
  kind = { type = "string", one_of = { "mail", "calendar", "contacts", "tasks", "notes",
    "journal" } } }

---The folder below another by names, one for each level.
---@param top satchel.Folder
---@param names string[]
---@param opts table|nil create, kind
---@param whole string the path as the caller wrote it
---@return satchel.Folder
function M.resolve(top, names, opts, whole)
  local checked, at, is_new = options.check("folder", opts, folder_rows), top, false
  for i, name in ipairs(names) do
    local kind = i == #names and checked.kind or nil
    at, is_new = child(at, name, { create = checked.create, kind = kind }, whole, is_new)
  end
  return at
end

---A folder below this one, by its path; only this path is resolved.
---@param sub_path string '/' separates, '//' is a slash in a name
---@param opts? { create: boolean, kind: string } create: what is missing
---@return satchel.Folder
function methods:folder(sub_path, opts)
  options.argument("folder", "the path", sub_path, "string")
  return M.resolve(self, path.split(sub_path), opts, sub_path)
end

local create_rows <const> = { kind = folder_rows.kind }

---Creates a folder in this one.
---@param name string
---@param opts? { kind: string } default: the kind of this folder
---@return satchel.Folder
function methods:create_folder(name, opts)
  M.check_name(name, "create_folder")
  local checked, store = options.check("create_folder", opts, create_rows), self._.store
  return store:folder(store:call("create_folder", self.id, name, checked.kind or self.kind))
end

---Raises unless a folder could be called so.
---@param name any
---@param verb string
function M.check_name(name, verb)
  options.argument(verb, "the name", name, "string")
  if name == "" or name:find "[%c]" then
    error_object.invalid("%s: '%s' is no name for a folder", verb, (name:gsub("%c", "?")))
  end
end

-- RFC 9051 6.3.6; other servers let it be renamed, and then nobody finds it
local function check_stays(folder, verb)
  if folder._.record.role == "inbox" then
    error_object.invalid("%s: the inbox stays where it is", verb)
  end
end

---Renames the folder.
---@param name string
---@return satchel.Folder self
function methods:rename(name)
  M.check_name(name, "rename")
  self._.store:need "rename_folder"
  check_stays(self, "rename")
  local renamed = self._.store:call("rename_folder", self.id, name)
  self._.record.name = name
  self._.store:folder_moved(self, renamed)
  return self
end

---Moves the folder into another.
---@param parent satchel.Folder|string
---@return satchel.Folder self
function methods:move(parent)
  local target = self._.store:target(parent, "move", "move_folder")
  check_stays(self, "move")
  local moved = self._.store:call("move_folder", self.id, target.id)
  self._.record.parent_id = target.id
  self._.store:folder_moved(self, moved)
  return self
end

---Copies the folder with all that is in it.
---@param parent satchel.Folder|string
---@param name? string default: the same name
---@return satchel.Folder copy
function methods:copy(parent, name)
  local store = self._.store
  local target = store:target(parent, "copy", "copy_folder")
  if name ~= nil then M.check_name(name, "copy") end
  name = name or self.name
  local record = store:call("copy_folder", self.id, target.id, name)
  record = record or store:call("find_folder", target.id, name)
  return record and store:folder(record) or not_found(target, name, name)
end

local delete_rows <const> = { hard = { type = "boolean", default = false } }

-- whether the folder is the trash or lies in it
local function in_trash(folder)
  local trash, at, depth = folder._.store:role "trash", folder, 0
  while at and depth < 1000 do
    if at.id == trash.id then return true end
    if at._.record.role then return false end -- a well-known one lies in no other
    at, depth = at.parent, depth + 1
  end
  return false
end

---Moves the folder to the trash; with { hard = true } removes it for good.
---@param opts? { hard: boolean }
function methods:delete(opts)
  local hard = options.check("delete", opts, delete_rows).hard
  if not hard and in_trash(self) then
    error_object.raise { kind = "invalid", hint = "{ hard = true } removes it for good",
      message = ("delete: folder '%s' is in the trash already"):format(self.name) }
  end
  local store = self._.store
  local moved = store:call("delete_folder", self.id, hard)
  if hard then store:forget(self.id) else self._.record.parent_id = nil end
  store:folder_moved(self, moved)
  self._.complete = nil
end

---Removes all items and folders in this one, past the trash; without
---{ hard = true } the server may still keep them for recovery.
---@param opts? { hard: boolean }
function methods:empty(opts)
  local hard = options.check("empty", opts, delete_rows).hard
  self._.store:call("empty_folder", self.id, hard)
  self._.record.total, self._.record.unread, self._.complete = nil, nil, nil
end

---The items that a query finds, one after the other, in windows.
---@param opts? satchel.ItemsOptions
---@return satchel.Iterator
function methods:items(opts)
  return query.new(self, opts):each()
end

---The same as items, as a value: nothing is sent yet.  { ids = {…} } stands for
---items that are known; bulk verbs then read nothing first.
---@param opts? table
---@return satchel.Query
function methods:query(opts)
  return query.new(self, opts)
end

---One item by its id.
---@param id string
---@return satchel.Item
function methods:get(id)
  options.argument("get", "the id", id, "string")
  return self._.store:item(self._.store:call("get", self.id, id))
end

local function place(folder)
  local is_drafts = folder._.store:is_drafts(folder)
  return { kind = folder.kind, role = is_drafts and "drafts" or nil }
end

---Stores a new item.
---@param fields satchel.NewItem any field of the folder's kinds
---@return satchel.Item
function methods:create(fields)
  local store = self._.store
  local draft = compose.draft(fields, "create", place(self))
  local result = store:call("create", self.id, { draft }, {})[1]
  if not result.ok then error_object.raise(result.error) end
  local item = store:item { id = result.id, folder_id = self.id, class = draft.class,
    kind = draft.kind, draft = draft.draft }
  item._.addressed = #(draft.to or {}) + #(draft.cc or {}) + #(draft.bcc or {}) > 0
  return item
end

---Stores many new items with few requests.  An error that ends it before all
---were tried has what became of the others as `results`.
---@param given table|function a list of tables of fields, or an iterator of such
---@param opts? { progress: fun(done: integer, total: integer|nil) }
---@return satchel.Result[]
function methods:create_all(given, opts)
  local where = place(self)
  return windows.store("create_all", given, opts,
    function(fields) return compose.draft(fields, "create_all", where) end,
    function(drafts) return self._.store:call("create", self.id, drafts, {}) end)
end

---Stores an item of a file or text: an Internet message as it is.
---@param source satchel.ImportSource
---@return satchel.Item
function methods:import(source)
  options.argument("import", "the source", source, "table")
  return require("satchel.import").one(self, source)
end

---Stores many messages with few requests, as create_all does.
---@param given satchel.ImportSource[]|fun(): satchel.ImportSource|nil
---@param opts? { progress: fun(done: integer, total: integer|nil) }
---@return satchel.Result[]
function methods:import_all(given, opts)
  return require("satchel.import").all(self, given, opts)
end

---What changed since a token.  Not yet supported.
---@param token? string
function methods.changes(_, token)
  options.argument("changes", "the token", token or "", "string")
  return error_object.unsupported "changes: a folder is not followed yet"
end

---Events of this folder.  Not yet supported.
---@param opts? table
function methods.watch(_, opts)
  options.argument("watch", "the options", opts or {}, "table")
  return error_object.unsupported "watch: folders are not watched yet"
end

return M
