-- Sending: one batch makes the message in the outbox and submits it.  Each
-- message carries a named property with a random value; when the answer to
-- the submit is lost, outbox and sent items are searched for it.  A message
-- is never submitted twice.

local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local create_items = require "satchel.mapi.create"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local recipients = require "satchel.mapi.recipients"
local answers = require "satchel.mapi.answers"
local attachments = require "satchel.mapi.attachments"
local changes = require "satchel.mapi.changes"
local roles = require "satchel.mapi.roles"
local values = require "satchel.mapi.values"
local directory_resolve = require "satchel.mapi.directory_resolve"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

local MARKER <const> = { guid = "5a7c3e10-91d4-4b62-8f0e-2d6b8a41c7f3", name = "SatchelSend",
  type = 0x001f }
M.marker = MARKER

local SUBMITTED <const> = 0x04 -- PidTagMessageFlags

-- the entry id of sent items: [MS-OXCDATA] 2.2.4.1
local function folder_entry_id(logon, long_term_id)
  return "\0\0\0\0" .. core.text.guid_bytes(logon.reply.mailbox_guid) .. "\1\0"
    .. core.text.guid_bytes(long_term_id.database_guid) .. long_term_id.global_counter .. "\0\0"
end

-- the property that says where the copy goes
local function ask_long_term_id(self, fid)
  local ltid
  self:run("send", "mailbox", function(b)
    ltid = b:rop("long_term_id_from_id", { object_id = fid }, nil, { may_fail = true })
  end)
  return ltid.result.return_value == 0 and ltid.result.long_term_id or nil
end

-- what sending needs to know of a mailbox; logging on has told it
local function prepare(self)
  if self.sending then return self.sending end
  local sent = roles.of_logon(self.logon, "sent")
  local id = self.logon:named_ids({ MARKER })[1]
  local ltid = self.logon:long_term_id(sent) or ask_long_term_id(self, sent)
  self.sending = {
    marker = id > 0 and (id << 16 | MARKER.type) or nil,
    sent_entry_id = ltid and folder_entry_id(self.logon, ltid) or nil,
  }
  return self.sending
end

---Replaces bare names by addresses of the address book: 2 round trips if there
---are any.
---@param message table
function Driver:resolve_names(message)
  local bare, places = {}, {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    local list = message[field]
    for i, address in ipairs(type(list) == "table" and list or {}) do
      if not address.email then
        bare[#bare + 1] = address.name
        places[#places + 1] = { list = list, i = i }
      end
    end
  end
  if #bare == 0 then return end
  local found = directory_resolve.resolve(self.options, bare)
  for n, place in ipairs(places) do place.list[place.i] = found[n] end
end

-- the properties that say what becomes of the message once it is sent
local function add_transport(out, sending, mark, save)
  if sending.marker then out:set(sending.marker, mark) end
  if save == false then
    out:set(P.PidTagDeleteAfterSubmit, true)
  elseif sending.sent_entry_id then
    out:set(P.PidTagSentMailEntryId, sending.sent_entry_id)
  end
end

-- items that carry a mark, of several folders in one request
local function marked(self, tag, mark, roles_to_search)
  local refs = {}
  local restriction = { type = "property", relop = "eq", tag = tag,
    value = { tag = tag, value = mark } }
  self:run("send", "mailbox", function(b)
    for _, role in ipairs(roles_to_search) do
      local fid = roles.of_logon(self.logon, role)
      local folder = b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 })
      local tab = b:rop("get_contents_table", { table_flags = 0 }, folder)
      b:rop("set_columns", { set_columns_flags = 0, property_tags = { P.PidTagMid,
        P.PidTagMessageFlags, P.PidTagInternetMessageId } }, tab)
      b:rop("restrict", { restrict_flags = 0, restriction_data = restriction }, tab)
      refs[#refs + 1] = { fid = fid, role = role, rows = b:rop("query_rows",
        { query_rows_flags = 0, forward_read = true, row_count = 1 }, tab) }
    end
  end)
  for _, ref in ipairs(refs) do
    local row = ref.rows.result.row_data[1]
    if row then
      return { role = ref.role, id = ids.item(ref.fid, row[P.PidTagMid]),
        flags = values.get(row, P.PidTagMessageFlags) or 0,
        message_id = values.get(row, P.PidTagInternetMessageId) }
    end
  end
end

-- a function that gives the place of the copy in sent items
local function copy_finder(self, sending, mark, save)
  if save == false or not sending.marker then return nil end
  return function()
    local found = marked(self, sending.marker, mark, { "sent" })
    if found then return found.id, ids.folder(roles.of_logon(self.logon, "sent")) end
  end
end

-- after a lost answer: was it sent? Raises what is known if that is not sure.
local function settle(self, sending, mark, err)
  local ok, found = pcall(function()
    return err.kind ~= "cancelled" and sending.marker
      and marked(self, sending.marker, mark, { "sent", "outbox" })
  end)
  if ok and found and (found.role == "sent" or found.flags & SUBMITTED ~= 0) then
    return found
  end
  err.uncertain = true
  err.retryable = nil
  err.hint = "look into the sent items before sending again"
  return error_object.raise(err)
end

local function answer_of(self, ref, sending, mark, save)
  local row = ref.result and ref.result.return_value == 0 and ref.result.row_data
  local answer = { message_id = row and values.get(row, P.PidTagInternetMessageId),
    find = copy_finder(self, sending, mark, save) }
  if not answer.message_id and save ~= false and sending.marker then
    -- it is sent, whatever becomes of the look at it
    local ok, found = pcall(marked, self, sending.marker, mark, { "sent", "outbox" })
    answer.message_id = ok and found and found.message_id or nil
  end
  return answer
end

-- what a refused submit left in the outbox goes; the refusal is what matters
local function clear_outbox(self, sending, mark)
  pcall(function()
    local left = sending.marker and marked(self, sending.marker, mark, { "outbox" })
    if left then self:delete({ left.id }, left.id:sub(1, 16), true) end
  end)
end

local CANCELLED <const> = 0x00040580 -- MAPI_W_CANCEL_MESSAGE

-- "a@x.test, b@x.test and 3 more"
local function recipients_of(message)
  local list = {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    for _, address in ipairs(message and message[field] or {}) do
      list[#list + 1] = address.email or address.name
    end
  end
  local more = #list - 3
  if more < 1 then return table.concat(list, ", ") end
  return ("%s and %d more"):format(table.concat(list, ", ", 1, 3), more)
end

-- a submit that was answered, and not by success: QUIRKS 14
local function refused(self, code, message)
  local err = self:rop_error("send", "message", { rop = "submit_message", return_value = code })
  if code == CANCELLED then
    local who = recipients_of(message)
    err.kind, err.name = "not_found", "CancelMessage"
    err.message = ("send: the server does not deliver to %s; nothing was sent"):format(
      who ~= "" and who or "one of the recipients")
    err.hint = "is every recipient known to the server?"
  elseif err.kind == "denied" then
    err.message = "send: this user may not send it (submit_message failed: "
      .. (err.name or "AccessDenied") .. ")"
    err.hint = "'from' has to be one's own, or of somebody who lets others send for them"
  end
  return err
end

-- submits in the batch that `add` begins; `add` gives the message
local function submit(self, sending, mark, save, add, keep, given)
  local ref, sent
  local ok, err = pcall(self.run, self, "send", "message", function(b)
    local message = add(b)
    sent = b:rop("submit_message", { submit_flags = 0 }, message, { may_fail = true })
    ref = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { P.PidTagInternetMessageId } }, message, { may_fail = true })
  end)
  if ok and sent.result.return_value ~= 0 then
    ok, err = false, refused(self, sent.result.return_value, given)
  end
  if ok then return answer_of(self, ref, sending, mark, save) end
  answers.unsent(err, sent)
  if type(err) ~= "table" or not err.uncertain then
    if type(err) == "table" then err.results = nil end
    if not keep then clear_outbox(self, sending, mark) end
    error_object.raise(err)
  end
  local found = settle(self, sending, mark, err)
  return { message_id = found.message_id, find = copy_finder(self, sending, mark, save) }
end

local function all_inline(list)
  for _, spec in ipairs(list or {}) do
    if not attachments.is_inline(spec) then return false end
  end
  return true
end

---Sends a message: 1 round trip if its attachments are small.
---@param message table
---@param opts { save: boolean, progress: function|nil }
---@return table answer { message_id =, find = function -> item id, folder id }
function Driver:send(message, opts)
  if opts.partial or opts.dsn then
    error_object.unsupported("send: mapi has no '%s'", opts.dsn and "dsn" or "partial")
  end
  self:resolve_names(message)
  attachments.prepare(self, message.attachments)
  local sending, mark = prepare(self), core.text.guid()
  message.to_send = true
  message.sent = message.sent or os.time()
  local outbox = roles.of_logon(self.logon, "outbox")
  local out = create_items.changes_of(self, message)
  add_transport(out, sending, mark, opts.save)
  local function create(b, options)
    return b:rop("create_message", { code_page_id = 0x0fff, folder_id = outbox,
      associated_flag = false }, nil, options)
  end
  if all_inline(message.attachments) then
    return submit(self, sending, mark, opts.save, function(b)
      local on = create(b)
      out:apply(b, on)
      recipients.apply(b, on, recipients.rows(message))
      for _, spec in ipairs(message.attachments or {}) do attachments.add_inline(b, on, spec) end
      return on
    end, false, message)
  end
  local on = error_object.unsent(function()
    local made
    self:run("send", "message", function(b)
      made = create(b, { keep = true })
      out:apply(b, made)
      recipients.apply(b, made, recipients.rows(message))
    end)
    for _, spec in ipairs(message.attachments) do
      attachments.add(self, made.object, spec, opts.progress)
    end
    return made
  end)
  return submit(self, sending, mark, opts.save, function() return on.object end, false, message)
end

---Sends a stored draft: 1 round trip.
---@param id string
---@return table answer
function Driver:submit(id)
  local sending, mark = prepare(self), core.text.guid()
  local out = changes.new()
  add_transport(out, sending, mark, true)
  local answer = submit(self, sending, mark, true, function(b)
    local message = opened.open(b, id, nil, true)
    out:apply(b, message)
    return message
  end, true)
  local fid, mid = ids.parse_item(id)
  self:forget_items(fid, { mid })
  return answer
end

return M
