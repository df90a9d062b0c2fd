-- ROPs that send ([MS-OXOMSG] 3.2.5).

local code = require "satchel.sandbox.code"
local clock = require "satchel.sandbox.clock"
local delivery = require "satchel.sandbox.delivery"
local message = require "satchel.sandbox.message"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"

local on = rops.on

local function may_send(m, call)
  if not m.store.private or not m.folder then return code.NotSupported end
  if m.store.owner ~= call.user or not m.writable then return code.AccessDenied end
end

on("submit_message", "message", function(_, m, call)
  local err = may_send(m, call)
  if err then return nil, err end
  rops.flush(m)
  err = delivery.submit(m, call.user, call.box)
  if err then return nil, err end
  return {}
end)

local RETURNED = { "SenderName", "SenderEntryId", "SenderSearchKey", "SentRepresentingName",
  "SentRepresentingEntryId", "SentRepresentingSearchKey" }
local PROVIDER_SUBMIT_TIME = 0x00480040

on("transport_send", "message", function(_, m, call)
  local err = may_send(m, call)
  if err then return nil, err end
  rops.flush(m)
  err = delivery.submit(m, call.user, call.box)
  if err then return nil, err end
  local list = {}
  for _, name in ipairs(RETURNED) do
    list[#list + 1] = { tag = tags[name], value = message.read(m, tags[name]) }
  end
  list[#list + 1] = { tag = PROVIDER_SUBMIT_TIME, value = clock.now() }
  return { no_properties_returned = false, property_values = list }
end)

on("abort_submit", "logon", function(request, logon, call)
  local store = logon.store
  if not store.private then return nil, code.NotSupported end
  if store.owner ~= call.user then return nil, code.AccessDenied end
  local m = store:find_message(request.message_id)
  if not m or m.folder.id ~= request.folder_id then return nil, code.NotFound end
  local err = delivery.call_back(m, call.box)
  if err then return nil, err end
  return {}
end)

on("get_address_types", "logon", function(_, logon)
  if not logon.store.private then return nil, code.NotSupported end
  return { address_types = { "SMTP", "EX" } }
end)

on("set_spooler", "logon", function(_, logon)
  if not logon.store.private then return nil, code.NotSupported end
  return {}
end)

on("spooler_lock_message", "logon", function(request, logon)
  if not logon.store.private then return nil, code.NotSupported end
  if request.lock_state == 2 then return nil, code.NotInQueue end
  return {}
end)

on("transport_new_mail", "logon", function(request, logon)
  local store = logon.store
  local m = store:find_message(request.message_id)
  if m then store:emit { kind = "new_mail", folder = m.folder, message = m } end
  return {}
end)

on("get_transport_folder", "logon", function(_, logon)
  if not logon.store.private then return nil, code.NotSupported end
  return { folder_id = logon.store.roles.outbox.id }
end)

on("options_data", "logon", function()
  return { reserved = 1, options_info = "", help_file = "" }
end)
