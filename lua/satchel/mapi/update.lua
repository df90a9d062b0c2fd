-- Changes of stored items: fields of many at once with a result for each, one
-- item with its attachments, properties by tag or name.

local answers = require "satchel.mapi.answers"
local attachments = require "satchel.mapi.attachments"
local changes = require "satchel.mapi.changes"
local create = require "satchel.mapi.create"
local error_object = require "satchel.error"
local null = require "satchel.null"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local recipients = require "satchel.mapi.recipients"
local time = require "satchel.time"
local values = require "satchel.mapi.values"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

local TRY <const> = { may_fail = true }
local BATCH_ITEMS <const> = 1000

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
local function change_one(b, id, out, rows, edits)
  local message, chain = opened.open(b, id, TRY, true)
  local refs = table.move(chain, 1, #chain, 1, {})
  local function take(more) table.move(more, 1, #more, #refs + 1, refs) end
  take(out:apply(b, message, TRY))
  if rows then
    refs[#refs + 1] = b:rop("remove_all_recipients", {}, message, TRY)
    take(recipients.apply(b, message, rows, TRY))
  end
  for _, num in ipairs(edits and edits.remove or {}) do
    refs[#refs + 1] = b:rop("delete_attachment", { attachment_id = num }, message, TRY)
  end
  for _, spec in ipairs(edits and edits.add or {}) do
    take(attachments.add_inline(b, message, spec, TRY))
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
  local out = changes.new():add_fields(given, P.finder(self.logon))
  local rows, all = {}, {}
  if changes_recipients(given) then
    for i = first, last do rows[i] = new_recipients(self, list[i], given) end
  end
  self:run("update", "items", function(b)
    for i = first, last do all[i] = change_one(b, list[i], out, rows[i]) end
  end, { safe = true }) -- values are set, not added to: twice does no harm
  for i = first, last do
    local failed = answers.failure(all[i])
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
    self:resolve_names(other)
    for first = 1, #list, BATCH_ITEMS do
      local last = math.min(first + BATCH_ITEMS - 1, #list)
      update_batch(self, list, first, last, other, results)
      if progress then progress(last, #list) end
    end
  end
  if given.unread == nil then return results end
  local mark = next(other) and error_object.after or function(fn, ...) return fn(...) end
  mark(self.mark_read, self, list, folder_id, not given.unread, results, opts)
  return results
end

-- attachments that are streamed: requests of their own
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
    for _, spec in ipairs(create.streamed(edits.add)) do
      attachments.add(self, message.object, spec)
    end
  end)
  self:run("attach", "item " .. id, function(b)
    b:rop("save_changes_message", { save_flags = 0 }, message.object)
  end)
  self.ahead = nil
end

-- what the server changes by itself when an item is saved
local SAVED <const> = { "modified", "size", "has_attachments", "attachments" }

-- the ROP that makes changes last
local function first_save(refs)
  for _, ref in ipairs(refs) do
    if ref.name == "save_changes_message" then return ref end
  end
end

local function raise_failure(self, verb, id, refs)
  local failed = refs[1] and refs[1].result and answers.failure(refs)
  if failed then error_object.raise(self:rop_error(verb, "item " .. id, failed)) end
end

-- what is changed in one request, and the item as it is then: 1 round trip, and
-- 1 where recipients stay that are not given
local function change_and_read(self, id, given, edits)
  local other, refs, mark = other_changes(given), {}, nil
  self:resolve_names(other)
  local out = changes.new():add_fields(other, P.finder(self.logon))
  local rows = changes_recipients(given) and new_recipients(self, id, given) or nil
  local ok, record = pcall(self.read_item, self, id, SAVED, function(b)
    if next(other) ~= nil or edits then refs = change_one(b, id, out, rows, edits) end
    if given.unread ~= nil then mark = self:mark_one(b, id, not given.unread) end
  end, edits ~= nil)
  raise_failure(self, edits and "attach" or "update", id, refs)
  raise_failure(self, "update", id, { mark })
  if ok then return record end
  answers.unsent(record, first_save(refs) or mark)
  return error_object.raise(record)
end

---Stores changes of one item: 1 round trip, more where large attachments are added.
---@param id string
---@param folder_id string
---@param given table
---@param edits { add: table[], remove: integer[] }
---@return table record the fields that the server keeps itself
function Driver:save(id, folder_id, given, edits)
  local edited = edits and (#edits.add > 0 or #edits.remove > 0)
  if edited then attachments.prepare(self, edits.add) end
  if not edited or #create.streamed(edits.add) == 0 then
    return change_and_read(self, id, given, edited and edits or nil)
  end
  if next(given) ~= nil then
    local result = self:update({ id }, folder_id, given)[1]
    if not result.ok then error_object.raise(result.error) end
  end
  edit_attachments(self, id, edits)
  -- it is done, whatever becomes of the look at it
  local ok, record = pcall(self.read_item, self, id, SAVED)
  if not ok and type(record) ~= "table" then error(record, 0) end
  return ok and record or {}
end

-- the values of properties, in the order of their tags
local function by_tag(tags, list)
  local entries = {}
  for i, pair in ipairs(list) do
    if not tags[i] then
      error_object.raise { kind = "denied", op = "props",
        message = ("the mailbox takes no property named %s"):format(tostring(pair[1])) }
    end
    entries[i] = { tag = tags[i], key = pair[1], value = pair[2] }
  end
  table.sort(entries, function(a, b) return a.tag < b.tag end)
  return entries
end

local function add_value(out, entry)
  local value = entry.value
  if value == nil or value == null then return out:remove(entry.tag) end
  if entry.tag & 0xffff == 0x0040 then
    value = values.filetime(time.seconds(value, tostring(entry.key)))
  end
  out:set(entry.tag, value)
end

---Changes properties: 1 round trip.
---@param id string
---@param list table[] { key, value }; null removes
function Driver:set_props(id, _, list)
  local keys, out = {}, changes.new()
  for i, pair in ipairs(list) do keys[i] = pair[1] end
  for _, entry in ipairs(by_tag(P.tags(self.logon, keys), list)) do add_value(out, entry) end
  local refs
  self:run("props", "item " .. id, function(b) refs = change_one(b, id, out) end)
  local failed = answers.failure(refs)
  if failed then error_object.raise(self:rop_error("props", "item " .. id, failed)) end
end

return M
