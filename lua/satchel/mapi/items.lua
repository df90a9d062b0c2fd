-- Items of one mailbox: read, made, changed; their properties by tag or name.
-- New and changed items go in batches with a result for each.

local attachments = require "satchel.mapi.attachments"
local changes = require "satchel.mapi.changes"
local error_object = require "satchel.error"
local fields = require "satchel.mapi.fields"
local ids = require "satchel.mapi.ids"
local kind = require "satchel.kind"
local null = require "satchel.null"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local props = P
local recipients = require "satchel.mapi.recipients"
local values = require "satchel.mapi.values"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

local TRY <const> = { may_fail = true }
-- drafts of one batch, and about how many bytes of them
local BATCH_ITEMS <const>, BATCH_BYTES <const> = 250, 512 * 1024

-- Reading --------------------------------------------------------------------

local every_field

local function all_fields()
  if not every_field then
    every_field = {}
    for name in pairs(fields.message) do
      if name ~= "rtf" then every_field[#every_field + 1] = name end
    end
    table.sort(every_field)
  end
  return every_field
end

---Fields of one item: 1 round trip, and 1 for each body too large for a row.
---@param id string
---@param names? string[] all but rtf if absent
---@param before? fun(b: satchel.mapi.Batch) adds what is to be done first
---@return table record
function Driver:read_item(id, names, before)
  local records, failed = opened.read(self, { id }, names or all_fields(), before)
  if not records[1] then error_object.raise(self:failed_item(id, failed[1])) end
  local record = records[1]
  record.folder_id = ids.folder((ids.parse_item(id)))
  if record.attachments then self.ahead = { id = id, list = record.attachments } end
  return record
end

---@param folder_id string
---@param id string
---@param names? string[]
---@return table record
function Driver:get(folder_id, id, names)
  local fid = ids.parse_item(id)
  if ids.folder(fid) ~= folder_id then
    error_object.raise { kind = "not_found", op = "get",
      message = ("item %s is not in folder %s"):format(id, folder_id) }
  end
  return self:read_item(id, names)
end

---@param id string
---@param names string[]
---@return table fields
function Driver:load(id, _, names)
  return self:read_item(id, names)
end

---Fields of several items: 1 round trip where they are small.
---@param list table[] records with an id
---@param names string[]
---@return table[] records; absent where the item is gone
function Driver:load_many(list, names)
  local wanted = {}
  for i, item in ipairs(list) do wanted[i] = item.id end
  return (opened.read(self, wanted, names))
end

-- Writing --------------------------------------------------------------------

-- headers of a new item: as they would have come, and as what is sent of them
local function add_headers(out, headers, tags)
  local lines = {}
  for i, header in ipairs(headers) do
    lines[i] = ("%s: %s\r\n"):format(header.name, header.value)
    if tags[i] then out:set(tags[i], header.value) end
  end
  out:set(P.PidTagTransportMessageHeaders, table.concat(lines))
end

local function header_keys(headers)
  local keys = {}
  for i, header in ipairs(headers) do
    keys[i] = { guid = "00020386-0000-0000-c000-000000000046", name = header.name:lower(),
      type = 0x001f }
  end
  return keys
end

---What a draft says, as changes of a new message.
---@param driver satchel.mapi.Driver
---@param draft table
---@return satchel.mapi.Changes
function M.changes_of(driver, draft)
  local given = {}
  for name, value in pairs(draft) do given[name] = value end
  given.class = given.class or kind.class_of(given.kind or "message") or "IPM.Note"
  if not given.draft and not given.received and not draft.to_send then
    given.received = given.sent or os.time()
  end
  if given.from and not given.sender then given.sender = given.from end
  local out = changes.new()
  out:add_fields(given, props.finder(driver.logon))
  if given.headers then
    add_headers(out, given.headers, props.tags(driver.logon, header_keys(given.headers)))
  end
  return out
end

-- attachments that need requests of their own
local function streamed(list)
  local rest = {}
  for _, spec in ipairs(list or {}) do
    if not attachments.is_inline(spec) then rest[#rest + 1] = spec end
  end
  return rest
end

local function add_contents(b, message, draft, out, options)
  local refs = out:apply(b, message, options)
  local function take(more) table.move(more, 1, #more, #refs + 1, refs) end
  take(recipients.apply(b, message, recipients.rows(draft), options))
  for _, spec in ipairs(draft.attachments or {}) do
    if attachments.is_inline(spec) then
      take(attachments.add_inline(b, message, spec, options))
    end
  end
  return refs
end

---Writes a draft into an open, new message; it is not saved yet.
---@param driver satchel.mapi.Driver
---@param message userdata
---@param draft table
---@param progress? function
function M.fill(driver, message, draft, progress)
  local out = M.changes_of(driver, draft)
  out:add_flags(draft)
  driver:run("create", "message", function(b) add_contents(b, message, draft, out) end)
  for _, spec in ipairs(streamed(draft.attachments)) do
    attachments.add(driver, message, spec, progress)
  end
end

local function create_message(b, fid, options)
  return b:rop("create_message", { code_page_id = 0x0fff, folder_id = fid,
    associated_flag = false }, nil, options)
end

-- a draft with large attachments, by itself
local function create_alone(self, fid, draft)
  local message, save
  error_object.unsent(function()
    self:run("create", "folder " .. ids.folder(fid), function(b)
      message = create_message(b, fid, { keep = true })
    end)
    M.fill(self, message.object, draft)
  end)
  self:run("create", "item", function(b)
    save = b:rop("save_changes_message", { save_flags = 0x0a }, message.object)
  end)
  return { id = ids.item(fid, save.result.message_id), ok = true }
end

local function first_failure(refs)
  for _, ref in ipairs(refs) do
    local code = ref.result and ref.result.return_value or 0
    if code ~= 0 and code & 0xffff0000 ~= 0x00040000 then return ref.result end
    local problem = ref.result and ref.result.property_problems
      and ref.result.property_problems[1]
    if problem then
      return { rop = ref.name, return_value = problem.error_code,
        property_tag = problem.property_tag }
    end
  end
end

-- items that were saved although something of them was refused
local function take_back(self, fid, mids)
  if #mids == 0 then return end
  pcall(self.run, self, "create", "items", function(b)
    b:rop("hard_delete_messages", { want_asynchronous = false, notify_non_read = false,
      message_ids = mids }, b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 }))
  end)
end

-- the error of a draft whose save was not answered
local function unanswered(err, one)
  if one.save.index <= err.reached then return err end
  local tried = one.refs[1].index <= err.reached
  return error_object.new { kind = err.kind, code = err.code, retryable = true,
    message = tried and err.message or "not tried: " .. err.message }
end

-- what became of each draft of a batch; err: it was not answered to the end
local function judge_created(self, fid, made, results, err)
  local spoilt = {}
  for i, one in ipairs(made) do
    local save = one.save.result
    local failed = save and first_failure(one.refs)
    if not save then
      results[#results + 1] = { ok = false, error = unanswered(err, one) }
    elseif not failed then
      results[#results + 1] = { id = ids.item(fid, save.message_id), ok = true }
    else
      if save.message_id then spoilt[#spoilt + 1] = save.message_id end
      results[#results + 1] = { ok = false, error = self:rop_error("create",
        ("item %d"):format(i), failed) }
    end
  end
  take_back(self, fid, spoilt)
end

-- several drafts in one batch
local function create_batch(self, fid, drafts, results)
  local made, outs = {}, {}
  for i, draft in ipairs(drafts) do
    outs[i] = M.changes_of(self, draft)
    outs[i]:add_flags(draft)
  end
  local ok, err = pcall(self.run, self, "create", "folder " .. ids.folder(fid), function(b)
    for i, draft in ipairs(drafts) do
      local message = create_message(b, fid, TRY)
      local refs = add_contents(b, message, draft, outs[i], TRY)
      local save = b:rop("save_changes_message", { save_flags = 0 }, message, TRY)
      b:rop("release", {}, message, TRY)
      table.insert(refs, 1, message)
      refs[#refs + 1] = save
      made[i] = { refs = refs, save = save }
    end
  end)
  if ok then return judge_created(self, fid, made, results) end
  if type(err) ~= "table" or not err.results or not err.reached then error(err, 0) end
  for _, one in ipairs(made) do
    for _, ref in ipairs(one.refs) do ref.result = err.results[ref.index] end
  end
  judge_created(self, fid, made, results, err)
  err.results = results
  error(err, 0)
end

local function bytes_of(draft)
  local n = 500
  for _, name in ipairs { "text", "html", "rtf", "subject" } do
    n = n + 2 * #(type(draft[name]) == "string" and draft[name] or "")
  end
  for _, spec in ipairs(draft.attachments or {}) do n = n + #(spec.data or "") end
  return n
end

---Makes items: about 20 of 1.5 KB a round trip.
---@param folder_id string
---@param drafts table[]
---@param opts? { progress: fun(done: integer, total: integer) }
---@return table[] results
function Driver:create(folder_id, drafts, opts)
  local fid, results, waiting, bytes = ids.parse_folder(folder_id), {}, {}, 0
  local progress = opts and opts.progress
  local function flush()
    if #waiting > 0 then create_batch(self, fid, waiting, results) end
    waiting, bytes = {}, 0
    if progress then progress(#results, #drafts) end
  end
  for _, draft in ipairs(drafts) do
    if #streamed(draft.attachments) > 0 then
      flush()
      local ok, result = pcall(create_alone, self, fid, draft)
      results[#results + 1] = ok and result or { ok = false, error = error_object.new(result) }
    else
      waiting[#waiting + 1] = draft
      bytes = bytes + bytes_of(draft)
      if #waiting >= BATCH_ITEMS or bytes > BATCH_BYTES then flush() end
    end
  end
  flush()
  return results
end

-- Changing -------------------------------------------------------------------

local function other_changes(given)
  local other = {}
  for name, value in pairs(given) do
    if name ~= "unread" then other[name] = value end
  end
  return other
end

local function changes_recipients(given)
  return given.to ~= nil or given.cc ~= nil or given.bcc ~= nil
end

-- the recipients after a change: those of fields that do not change stay
local function new_recipients(self, id, given)
  local all = given.to ~= nil and given.cc ~= nil and given.bcc ~= nil
  local now = all and {} or self:read_item(id, { "to", "cc", "bcc" })
  local rows = {}
  for _, name in ipairs { "to", "cc", "bcc" } do
    local value = given[name]
    if value == nil then value = now[name] elseif value == null then value = {} end
    rows[name] = value.email and { value } or value
  end
  return recipients.rows(rows)
end

-- adds what changes one item; gives the ROPs that tell how it went
local function change_one(b, id, out, rows)
  local message, chain = opened.open(b, id, TRY, true)
  local refs = table.move(chain, 1, #chain, 1, {})
  local function take(more) table.move(more, 1, #more, #refs + 1, refs) end
  take(out:apply(b, message, TRY))
  if rows then
    refs[#refs + 1] = b:rop("remove_all_recipients", {}, message, TRY)
    take(recipients.apply(b, message, rows, TRY))
  end
  for i = #chain, 1, -1 do
    local rop = chain[i].name == "open_attachment" and "save_changes_attachment"
      or "save_changes_message"
    refs[#refs + 1] = b:rop(rop, { save_flags = i > 1 and 0x0a or 0 }, chain[i],
      { may_fail = true, to = chain[i - 1] })
  end
  for i = #chain, 1, -1 do b:rop("release", {}, chain[i], TRY) end
  return refs
end

-- fields other than unread, of items from first to last of the list
local function update_batch(self, list, first, last, given, results)
  local out = changes.new():add_fields(given, props.finder(self.logon))
  local rows, all = {}, {}
  if changes_recipients(given) then
    for i = first, last do rows[i] = new_recipients(self, list[i], given) end
  end
  self:run("update", "items", function(b)
    for i = first, last do all[i] = change_one(b, list[i], out, rows[i]) end
  end, { safe = true }) -- values are set, not added to: twice does no harm
  for i = first, last do
    local failed = first_failure(all[i])
    if failed then
      results[i] = { id = list[i], ok = false, error = self:rop_error("update",
        "item " .. list[i], failed) }
    end
  end
end

---Changes the same fields of items: 1 round trip for 1,000 if only `unread`
---changes, else about 1 for 250.
---@param list string[]
---@param folder_id string
---@param given table
---@param opts? { progress: fun(done: integer, total: integer) }
---@return table[] results
function Driver:update(list, folder_id, given, opts)
  local results, other = {}, other_changes(given)
  local progress = opts and opts.progress
  for i, id in ipairs(list) do results[i] = { id = id, ok = true } end
  if next(other) ~= nil then
    for first = 1, #list, 1000 do
      local last = math.min(first + 999, #list)
      update_batch(self, list, first, last, other, results)
      if progress then progress(last, #list) end
    end
  end
  if given.unread == nil then return results end
  local mark = next(other) and error_object.after or function(fn, ...) return fn(...) end
  mark(self.mark_read, self, list, folder_id, not given.unread, results, opts)
  return results
end

local function edit_attachments(self, id, edits)
  local message
  error_object.unsent(function()
    self:run("attach", "item " .. id, function(b)
      message = opened.open(b, id, { keep = true }, true)
      for _, num in ipairs(edits.remove) do
        b:rop("delete_attachment", { attachment_id = num }, message)
      end
      for _, spec in ipairs(edits.add) do
        if attachments.is_inline(spec) then attachments.add_inline(b, message, spec) end
      end
    end)
    for _, spec in ipairs(streamed(edits.add)) do attachments.add(self, message.object, spec) end
  end)
  self:run("attach", "item " .. id, function(b)
    b:rop("save_changes_message", { save_flags = 0 }, message.object)
  end)
  self.ahead = nil
end

-- what the server changes by itself when an item is saved
local SAVED <const> = { "modified", "size", "has_attachments", "attachments" }

-- fields other than unread, and the item as it is then: 1 round trip, and 1
-- where recipients stay that are not given
local function change_and_read(self, id, given)
  local out = changes.new():add_fields(given, props.finder(self.logon))
  local rows = changes_recipients(given) and new_recipients(self, id, given) or nil
  local refs
  local ok, record = pcall(self.read_item, self, id, SAVED, function(b)
    refs = change_one(b, id, out, rows)
  end)
  local failed = refs and refs[1].result and first_failure(refs)
  if failed then error_object.raise(self:rop_error("update", "item " .. id, failed)) end
  if not ok then error_object.raise(record) end
  return record
end

---Stores changes of one item: 1 round trip, 2 more with attachments.
---@param id string
---@param folder_id string
---@param given table
---@param edits { add: table[], remove: integer[] }
---@return table record the fields that the server keeps itself
function Driver:save(id, folder_id, given, edits)
  local edited = edits and (#edits.add > 0 or #edits.remove > 0)
  if given.unread == nil and not edited and next(given) ~= nil then
    return change_and_read(self, id, given)
  end
  if next(given) ~= nil then
    local result = self:update({ id }, folder_id, given)[1]
    if not result.ok then error_object.raise(result.error) end
  end
  if edited then edit_attachments(self, id, edits) end
  -- it is done, whatever becomes of the look at it
  local ok, record = pcall(self.read_item, self, id, SAVED)
  if not ok and type(record) ~= "table" then error(record, 0) end
  return ok and record or {}
end

-- Properties -----------------------------------------------------------------

---Values of properties by tag, canonical name or named key: 1 round trip.
---@param id string
---@param keys any[]
---@return any[] values
function Driver:get_props(id, _, keys)
  local tags, wanted = props.tags(self.logon, keys), {}
  for _, tag in ipairs(tags) do
    if tag then wanted[#wanted + 1] = tag end
  end
  if #wanted == 0 then return {} end
  local ref
  self:run("props", "item " .. id, function(b)
    ref = opened.get(b, (opened.open(b, id)), wanted, 0x7000)
  end)
  local found = {}
  for i, tag in ipairs(tags) do
    local value = tag and values.get(ref.result.row_data, tag)
    if tag and value == nil and values.is_large(ref.result.row_data, tag) then
      value = opened.stream(self, id, tag)
    end
    if tag and tag & 0xffff == 0x0040 then value = values.seconds(value) end
    found[i] = value
  end
  return found
end

---Changes properties: 1 round trip.
---@param id string
---@param list table[] { key, value }; null removes
function Driver:set_props(id, _, list)
  local keys, out = {}, changes.new()
  for i, pair in ipairs(list) do keys[i] = pair[1] end
  local tags = props.tags(self.logon, keys)
  for i, pair in ipairs(list) do
    local tag, value = tags[i], pair[2]
    if not tag then error_object.raise { kind = "denied", op = "props",
      message = ("the mailbox takes no property named %s"):format(tostring(pair[1])) }
    end
    if value == nil or value == null then
      out:remove(tag)
    else
      if tag & 0xffff == 0x0040 then
        value = values.filetime(require("satchel.time").seconds(value, tostring(pair[1])))
      end
      out:set(tag, value)
    end
  end
  local refs
  self:run("props", "item " .. id, function(b) refs = change_one(b, id, out) end)
  local failed = first_failure(refs)
  if failed then error_object.raise(self:rop_error("props", "item " .. id, failed)) end
end

return M
