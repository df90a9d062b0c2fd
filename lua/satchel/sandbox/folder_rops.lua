-- ROPs on folders ([MS-OXCFOLD] 3.2.5).

local code = require "satchel.sandbox.code"
local ids = require "satchel.sandbox.ids"
local layout = require "satchel.sandbox.layout"
local permissions = require "satchel.sandbox.permissions"
local rops = require "satchel.sandbox.rops"
local sources = require "satchel.sandbox.sources"
local tables = require "satchel.sandbox.table"

local on, may, RIGHT = rops.on, permissions.may, permissions.right

local PARTIAL = { partial_completion = true }

---An open folder.
local function opened(f, user)
  return { kind = "folder", folder = f, store = f.store, user = user }
end

on("open_folder", "logon folder", function(request, object, call)
  local store = object.store
  if store.private and ids.replica(request.folder_id) ~= 1 then
    return nil, code.InvalidParameter
  end
  local f = store.folders[request.folder_id]
  if not f then return nil, code.NotFound end
  local always = f.role == "root" or f.role == "ipm_subtree"
  if not always and not may(f, call.user, RIGHT.read_any, RIGHT.visible) then
    return nil, code.NotFound
  end
  return { has_rules = f.rules ~= nil and #f.rules > 0, is_ghosted = false },
    opened(f, call.user)
end)

on("create_folder", "folder", function(request, object, call)
  local kind, parent, store = request.folder_type, object.folder, object.store
  if kind ~= 1 and kind ~= 2 then return nil, code.InvalidParameter end
  if parent.gone then return nil, code.ObjectDeleted end
  if parent.type == 2 or kind == 2 and not store.private then return nil, code.NotSupported end
  if request.display_name == "" then return nil, code.InvalidParameter end
  if not may(parent, call.user, RIGHT.create_subfolder) then return nil, code.AccessDenied end
  local f = parent:child(request.display_name)
  if f then
    if not request.open_existing or f.type ~= kind then return nil, code.DuplicateName end
  else
    f = store:create_folder(parent, request.display_name, { type = kind,
      props = request.comment ~= "" and { [0x3004001f] = request.comment } or nil })
    if store.owner ~= call.user then permissions.set(f, call.user, 0x5fb) end
  end
  return { folder_id = f.id, is_existing_folder = false }, opened(f, call.user)
end)

local DEL_MESSAGES, DEL_FOLDERS, HARD = 0x01, 0x04, 0x10

on("delete_folder", "folder", function(request, object, call)
  local store, id, flags = object.store, request.folder_id, request.delete_folder_flags
  if flags & ~(DEL_MESSAGES | DEL_FOLDERS | HARD) ~= 0 then
    return nil, code.InvalidParameter
  end
  if ids.counter(id) < layout.first_free then return nil, code.AccessDenied end
  local f = store.folders[id]
  if not f then return { partial_completion = false } end
  if not may(f, call.user, RIGHT.owner) then return nil, code.AccessDenied end
  local full = f.type ~= 2 and f.normal.count > 0 and flags & DEL_MESSAGES == 0
  if full or #f.children > 0 and flags & DEL_FOLDERS == 0 then return PARTIAL end
  store:delete_folder(f)
  return { partial_completion = false }
end)

-- moving and copying ---------------------------------------------------------

local function destination(request, call)
  local object = call:object(request.dest_handle_index)
  if not object then
    return nil, code.DestinationNullObject,
      { dest_handle_index = request.dest_handle_index, partial_completion = true }
  end
  if object.kind ~= "folder" then return nil, code.NotSupported end
  return object.folder
end

on("move_folder", "folder", function(request, object, call)
  local target, err, extra = destination(request, call)
  if not target then return nil, err, extra end
  local store = object.store
  if ids.counter(request.folder_id) < layout.first_free then
    return nil, code.AccessDenied
  end
  local f = store.folders[request.folder_id]
  if not f then return nil, code.NotFound end
  if not may(f, call.user, RIGHT.owner) or not may(target, call.user, RIGHT.create_subfolder) then
    return nil, code.AccessDenied
  end
  if target:is_below(f) then return nil, code.RootFolder end
  local name = request.new_folder_name ~= "" and request.new_folder_name or f.name
  local other = target:child(name)
  if other and other ~= f then return nil, code.DuplicateName end
  if target.store ~= store then return nil, code.NotSupported end
  store:move_folder(f, target, name)
  return { partial_completion = false }
end)

on("copy_folder", "folder", function(request, object, call)
  local target, err, extra = destination(request, call)
  if not target then return nil, err, extra end
  local f = object.store.folders[request.folder_id]
  if not f then return nil, code.NotFound end
  if f.role == "root" then return nil, code.AccessDenied end
  if not may(f, call.user, RIGHT.read_any) or not may(target, call.user, RIGHT.create_subfolder)
  then
    return nil, code.AccessDenied
  end
  if target:is_below(f) then return nil, code.RootFolder end
  local name = request.new_folder_name ~= "" and request.new_folder_name or f.name
  if target:child(name) then return nil, code.DuplicateName end
  target.store:copy_folder(f, target, name, request.want_recursive)
  return { partial_completion = false }
end)

on("move_copy_messages", "folder", function(request, object, call)
  if #request.message_ids == 0 then return { partial_completion = false } end
  local target, err, extra = destination(request, call)
  if not target then return nil, err, extra end
  if target.type == 2 then return nil, code.NotSupported end
  local from, store = object.folder, object.store
  if not may(target, call.user, RIGHT.create) then return nil, code.AccessDenied end
  if not request.want_copy
    and not may(from, call.user, RIGHT.delete_any, RIGHT.delete_owned) then
    return nil, code.AccessDenied
  end
  local partial = false
  for _, id in ipairs(request.message_ids) do
    local m = store:find_message(id)
    if not m or from.type ~= 2 and m.folder ~= from or not request.want_copy
      and not permissions.may_to(m, call.user, RIGHT.delete_any, RIGHT.delete_owned) then
      partial = true
    elseif request.want_copy or target.store ~= store then
      target.store:copy_message(m, target)
      if not request.want_copy then store:delete_message(m, true) end
    else
      store:move_message(m, target)
    end
  end
  return { partial_completion = partial }
end)

-- deleting -------------------------------------------------------------------

local function delete_messages(hard)
  return function(request, object, call)
    local f, store = object.folder, object.store
    if not may(f, call.user, RIGHT.delete_any, RIGHT.delete_owned) then
      return nil, code.AccessDenied
    end
    local partial = false
    for _, id in ipairs(request.message_ids) do
      local m = store:find_message(id, hard)
      if m and (m.folder == f or f.type == 2)
        and permissions.may_to(m, call.user, RIGHT.delete_any, RIGHT.delete_owned) then
        store:delete_message(m, hard)
      elseif m then
        partial = true
      end
    end
    return { partial_completion = partial }
  end
end
on("delete_messages", "folder", delete_messages(false))
on("hard_delete_messages", "folder", delete_messages(true))

local function empty_folder(hard)
  return function(request, object, call)
    local f, store = object.folder, object.store
    if not may(f, call.user, RIGHT.delete_any, RIGHT.delete_owned) then
      return nil, code.AccessDenied
    end
    local partial = false
    for i = #f.children, 1, -1 do
      if ids.counter(f.children[i].id) < layout.first_free then
        store:empty(f.children[i], hard, request.want_delete_associated)
      else
        store:delete_folder(f.children[i])
      end
    end
    store:empty(f, hard, request.want_delete_associated)
    return { partial_completion = partial }
  end
end
on("empty_folder", "folder", empty_folder(false))
on("hard_delete_messages_and_subfolders", "folder", empty_folder(true))

-- search folders -------------------------------------------------------------

local STOP, RESTART, RECURSIVE = 0x1, 0x2, 0x4
local RUNNING, STATE_RECURSIVE, COMPLETE = 0x1, 0x4, 0x08000000

on("set_search_criteria", "folder", function(request, object, call)
  local f, store, flags = object.folder, object.store, request.search_flags
  if not store.private then return nil, code.NotSupported end
  if f.type ~= 2 then return nil, code.NotSearchFolder end
  if not may(f, call.user, RIGHT.owner) then return nil, code.AccessDenied end
  local old = f.criteria
  local restriction, folders = request.restriction_data, request.folder_ids
  if (not restriction or #folders == 0) and not old then return nil, code.NotInitialized end
  for _, id in ipairs(folders) do
    if ids.replica(id) ~= 1 or id == f.id then return nil, code.SearchFolderScopeViolation end
    if not store.folders[id] then return nil, code.NotFound end
  end
  if flags & (STOP | RESTART) == 0 then flags = flags | RESTART end
  local criteria = { restriction = restriction or old.restriction,
    folders = #folders > 0 and folders or old.folders,
    recursive = flags & RECURSIVE ~= 0, flags = flags }
  f.criteria = criteria
  if flags & STOP ~= 0 and flags & RESTART == 0 then
    criteria.result, criteria.stopped = f.normal:all(), true
  end
  f:changed()
  store:emit { kind = "search", folder = f }
  return {}
end)

on("get_search_criteria", "folder", function(request, object, call)
  local f = object.folder
  if not object.store.private then return nil, code.NotSupported end
  if f.type ~= 2 then return nil, code.NotSearchFolder end
  local c = f.criteria
  if not c then return nil, code.NotInitialized end
  local state = (c.stopped and 0 or RUNNING) | COMPLETE
    | (c.recursive and STATE_RECURSIVE or 0)
  return { restriction_data = request.include_restriction and c.restriction or nil,
    logon_id = call.logon.id, folder_ids = request.include_folders and c.folders or {},
    search_flags = state }
end)

-- tables ---------------------------------------------------------------------

local DEPTH, ASSOCIATED, SOFT_DELETES, CONVERSATION = 0x04, 0x02, 0x20, 0x80

on("get_hierarchy_table", "folder", function(request, object, call)
  if request.table_flags & ~0xfc ~= 0 then return nil, code.InvalidParameter end
  local t = tables.new(sources.hierarchy(object.folder, request.table_flags & DEPTH ~= 0,
    call.user))
  if request.table_flags & SOFT_DELETES ~= 0 then t.restriction = { type = "or" } end
  t.store, t.folder, t.flags = object.store, object.folder, request.table_flags
  return { row_count = #t:rows() }, t
end)

on("get_contents_table", "folder", function(request, object, call)
  local flags, f = request.table_flags, object.folder
  if flags & CONVERSATION ~= 0 then return nil, code.InvalidParameter end
  if not may(f, call.user, RIGHT.read_any) then return nil, code.AccessDenied end
  local list = flags & SOFT_DELETES ~= 0 and f.deleted
    or flags & ASSOCIATED ~= 0 and f.associated or f.normal
  local t = tables.new(sources.contents(list))
  t.store, t.folder, t.flags = object.store, f, flags
  return { row_count = list.count }, t
end)
