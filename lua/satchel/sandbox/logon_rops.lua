-- ROPs on the store ([MS-OXCSTOR] 3.2.5) and notifications' registration.

local code = require "satchel.sandbox.code"
local clock = require "satchel.sandbox.clock"
local ids = require "satchel.sandbox.ids"
local layout = require "satchel.sandbox.layout"
local permissions = require "satchel.sandbox.permissions"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"

local on = rops.on

-- [MS-OXCSTOR] 2.2.1.1.1
local PRIVATE, GHOSTED = 0x01, 0x04
local USE_ADMIN, PUBLIC, ALTERNATE_SERVER, PER_MDB = 0x01, 0x02, 0x80000, 0x1000000
local RESERVED, OWNER, SEND_AS = 0x01, 0x02, 0x04

local function folder_ids(store)
  local list = {}
  for i, role in ipairs(layout.logon[store.private and "private" or "public"]) do
    list[i] = store.roles[role].id
  end
  for i = #list + 1, 13 do list[i] = 0 end
  return list
end

local function logon_time()
  local t = os.date "!*t"
  return { seconds = t.sec, minutes = t.min, hour = t.hour, day_of_week = t.wday - 1,
    day = t.day, month = t.month, year = t.year }
end

local function enter(call, request, store)
  local logon = { kind = "logon", store = store, user = call.user, id = request.logon_id }
  call.session.logons[request.logon_id] = logon
  return logon
end

local function public_logon(request, call)
  if request.open_flags & PUBLIC == 0 or request.open_flags & ALTERNATE_SERVER ~= 0 then
    return nil, code.LoginFailure
  end
  local store = call.box:public_store()
  return { logon_flags = request.logon_flags, folder_ids = folder_ids(store), repl_id = 5,
    repl_guid = store.mapping, per_user_guid = "00000000-0000-0000-0000-000000000000",
  }, enter(call, request, store)
end

local function private_logon(request, call)
  if request.open_flags & PER_MDB == 0 then return nil, code.InvalidParameter end
  local owner = call.box.users:of_dn(request.essdn)
  if not owner then return nil, code.UnknownUser end
  if request.open_flags & ALTERNATE_SERVER ~= 0 then
    return nil, code.WrongServer, { logon_flags = request.logon_flags,
      server_name = call.box.server_dn }
  end
  local store, flags = owner.store, RESERVED
  if owner == call.user then
    flags = flags | OWNER | SEND_AS
  elseif request.open_flags & USE_ADMIN ~= 0
    or not permissions.may_log_on(store, call.user) then
    return nil, code.LoginPermission
  end
  return { logon_flags = request.logon_flags, folder_ids = folder_ids(store),
    response_flags = flags, mailbox_guid = store.mailbox_guid, repl_id = 5,
    repl_guid = store.mapping, logon_time = logon_time(), gwart_time = clock.now(),
    store_state = 0 }, enter(call, request, store)
end

on("logon", "nothing", function(request, _, call)
  if request.logon_flags & GHOSTED ~= 0 then return nil, code.LoginFailure end
  if request.logon_flags & PRIVATE ~= 0 then return private_logon(request, call) end
  return public_logon(request, call)
end)

-- receive folders ------------------------------------------------------------

-- [MS-OXCSTOR] 2.2.1.2.1: printable ASCII, no dots at the ends or in a row
local function bad_class(class)
  return #class > 255 or class:find "[^\x20-\x7e]" or class:find "^%." or class:find "%.$"
    or class:find("..", 1, true)
end

on("get_receive_folder", "logon", function(request, logon)
  if bad_class(request.message_class) then return nil, code.InvalidParameter end
  if not logon.store.private then return nil, code.NotSupported end
  local f, explicit = logon.store:receive_folder(request.message_class)
  return { folder_id = f.id, explicit_message_class = explicit }
end)

on("set_receive_folder", "logon", function(request, logon, call)
  local class, id = request.message_class, request.folder_id
  local store = logon.store
  if bad_class(class) then return nil, code.InvalidParameter end
  if class == "" and id == 0 then return nil, code.GeneralFailure end
  if class:lower() == "ipm" or class:lower() == "report.ipm" then
    return nil, code.AccessDenied
  end
  if not store.private then return nil, code.NotSupported end
  if id ~= 0 and not store.folders[id] then return nil, code.GeneralFailure end
  if store.owner ~= call.user then return nil, code.AccessDenied end
  store:set_receive_folder(class, id)
  return {}
end)

on("get_receive_folder_table", "logon", function(_, logon)
  if not logon.store.private then return nil, code.NotSupported end
  local rows = {}
  for i, entry in ipairs(logon.store.receive) do
    rows[i] = { [tags.FolderId] = entry.folder_id, [tags.MessageClass & ~1] = entry.class,
      [tags.LastModificationTime] = entry.time }
  end
  return { rows = rows }
end)

-- ids ------------------------------------------------------------------------

local function guid_of(store, replica)
  if replica == 1 then return store.guid end
  if replica == 5 then return store.mapping end
end

on("long_term_id_from_id", "logon", function(request, logon)
  local guid = guid_of(logon.store, ids.replica(request.object_id))
  if not guid then return nil, code.NotFound end
  return { long_term_id = { database_guid = guid,
    global_counter = ids.counter_bytes(request.object_id) } }
end)

on("id_from_long_term_id", "logon", function(request, logon)
  local given, store = request.long_term_id, logon.store
  local replica = given.database_guid == store.guid and 1
    or given.database_guid == store.mapping and 5
  if not replica then return nil, code.InvalidParameter end
  return { object_id = (string.unpack("<i8", string.pack("<I2", replica) .. given.global_counter)) }
end)

on("get_local_replica_ids", "logon", function(request, logon)
  local store = logon.store
  if request.id_count == 0 then return nil, code.InvalidParameter end
  local first = store:new_id()
  store.next_id = store.next_id + request.id_count - 1
  return { repl_guid = store.guid, global_count = ids.counter_bytes(first) }
end)

-- public folders and per-user data -------------------------------------------

on("get_owning_servers", "logon", function(_, logon, call)
  if logon.store.private then return nil, code.NotSupported end
  return { cheap_servers_count = 1, owning_servers = { call.box.server_dn } }
end)

on("public_folder_is_ghosted", "logon", function()
  return { is_ghosted = false }
end)

on("get_per_user_long_term_ids", "logon", function(_, logon)
  if not logon.store.private then return nil, code.NotSupported end
  return { long_term_ids = {} }
end)

on("get_per_user_guid", "logon", function(_, logon)
  return nil, logon.store.private and code.NotFound or code.NotSupported
end)

local function per_user_key(request)
  return request.folder_id.database_guid .. request.folder_id.global_counter
end

on("read_per_user_information", "logon", function(request, logon)
  local data = logon.store.per_user and logon.store.per_user[per_user_key(request)] or ""
  local n = request.max_data_size == 0 and 0x1000 or request.max_data_size
  local part = data:sub(request.data_offset + 1, request.data_offset + n)
  return { has_finished = request.data_offset + #part >= #data, data = part }
end)

on("write_per_user_information", "logon", function(request, logon)
  local store = logon.store
  store.per_user = store.per_user or {}
  local key = per_user_key(request)
  local before = (store.per_user[key] or ""):sub(1, request.data_offset)
  store.per_user[key] = before .. request.data
  return {}
end)

rops.refuse(code.NotImplemented, "get_store_state")
