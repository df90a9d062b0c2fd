-- New items: drafts become messages, many in one batch with a result for each.
-- What is too large for that follows in requests of its own.

local answers = require "satchel.mapi.answers"
local attachments = require "satchel.mapi.attachments"
local changes = require "satchel.mapi.changes"
local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local kind = require "satchel.kind"
local P = require "satchel.mapi.props"
local recipients = require "satchel.mapi.recipients"
local with = require "satchel.with"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

local TRY <const> = { may_fail = true }
-- drafts of one batch, and about how many bytes of them
local BATCH_ITEMS <const>, BATCH_BYTES <const> = 250, 512 * 1024

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
  local given = with(draft)
  given.class = given.class or kind.class_of(given.kind or "message") or "IPM.Note"
  if not given.draft and not given.received and not draft.to_send then
    given.received = given.sent or os.time()
  end
  if given.from and not given.sender then given.sender = given.from end
  local out = changes.new()
  out:add_fields(given, P.finder(driver.logon))
  if given.headers then
    add_headers(out, given.headers, P.tags(driver.logon, header_keys(given.headers)))
  end
  return out
end

---Attachments that need requests of their own.
---@param list table[]|nil
---@return table[]
function M.streamed(list)
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
  attachments.prepare(driver, draft.attachments)
  local out = M.changes_of(driver, draft)
  out:add_flags(draft)
  driver:run("create", "message", function(b) add_contents(b, message, draft, out) end)
  for _, spec in ipairs(M.streamed(draft.attachments)) do
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
    local failed = save and answers.failure(one.refs)
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
  answers.unsent(err, made[1].save)
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
    self:resolve_names(draft)
    attachments.prepare(self, draft.attachments)
    if #M.streamed(draft.attachments) > 0 then
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

return M
