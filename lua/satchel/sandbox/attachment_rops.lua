-- ROPs on attachments ([MS-OXCMSG] 3.2.5.10 to 3.2.5.16).

local attachment = require "satchel.sandbox.attachment"
local code = require "satchel.sandbox.code"
local rops = require "satchel.sandbox.rops"
local sources = require "satchel.sandbox.sources"
local tables = require "satchel.sandbox.table"

local on = rops.on

local MODIFY, BEST_ACCESS = 0x01, 0x03

on("open_attachment", "message", function(request, m)
  local record = attachment.find(m, request.attachment_id)
  if not record then return nil, code.NotFound end
  local mode = request.open_attachment_flags & BEST_ACCESS
  local writable = mode ~= 0 and m.writable
  if mode == MODIFY and not m.writable then return nil, code.AccessDenied end
  return {}, attachment.open(m, record, writable)
end)

on("create_attachment", "message", function(_, m)
  if not m.writable then return nil, code.AccessDenied end
  local a = attachment.new(m)
  return { attachment_id = a.num }, a
end)

on("delete_attachment", "message", function(request, m)
  if not m.writable then return nil, code.AccessDenied end
  attachment.delete(m, request.attachment_id)
  return {}
end)

on("save_changes_attachment", "attachment", function(request, a, call)
  local m = call:object(request.response_handle_index)
  if not m then return nil, code.NullObject end
  if m.kind ~= "message" then return nil, code.NotSupported end
  if not a.writable then return nil, code.AccessDenied end
  attachment.save(a)
  return {}
end)

on("get_attachment_table", "message", function(_, m)
  local t = tables.new(sources.attachments(m))
  t.store = m.store
  return {}, t
end)

rops.refuse(code.NotImplemented, "get_valid_attachments")
