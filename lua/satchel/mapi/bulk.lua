-- One verb for many items of a folder: mark, move, copy, delete.  The server
-- answers for the whole list, and only whether it was done completely; if not,
-- one read of each folder finds which items failed.  A list whose answer was
-- lost is moved or deleted again: what is done already is not there any more.

local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local P = require "satchel.mapi.props"
local partial = require "satchel.mapi.partial"
local roles = require "satchel.mapi.roles"

local M = {}

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

-- ids of one ROP: 8 bytes each, in a payload of 32,768
local LIST <const> = 3900
local FEW <const> = 50
local READ <const> = 0x01
local SUPPRESS_RECEIPT <const>, CLEAR_READ <const> = 0x01, 0x04

local function open_folder(b, fid, options)
  return b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 }, nil, options)
end

-- the MIDs of a list of ids; an id of another folder is not here
local function mids_of(list, fid, results)
  local mids, at = {}, {}
  for i, id in ipairs(list) do
    local of, mid, path = ids.parse_item(id)
    results[i] = results[i] or { id = id, ok = true }
    if of ~= fid or #path > 0 then
      results[i] = { id = id, ok = false, error = error_object.new { kind = "not_found",
        message = ("item %s is not in folder %s"):format(id, ids.folder(fid)) } }
    else
      mids[#mids + 1] = mid
      at[#at + 1] = i
    end
  end
  return mids, at
end

local function slice(list, first)
  return table.move(list, first, math.min(first + LIST - 1, #list), 1, {})
end

-- Marking --------------------------------------------------------------------

local function recheck_marks(self, fid, mids, at, read, results)
  local flags = partial.present(self, fid, P.PidTagMessageFlags)
  for n, mid in ipairs(mids) do
    local now = flags[mid]
    if not now then
      partial.gone(results, at[n])
    elseif (now & READ ~= 0) ~= read then
      partial.fail(results, at[n], "denied",
        ("item %s could not be marked"):format(results[at[n]].id))
    end
  end
end

---Marks items as read or unread, without read receipts: 1 round trip for 3,900.
---@param list string[]
---@param folder_id string
---@param read boolean
---@param results table[] filled in
---@param opts? table
function Driver:mark_read(list, folder_id, read, results, opts)
  local fid = ids.parse_folder(folder_id)
  local mids, at = mids_of(list, fid, results)
  local in_part = false
  for first = 1, #mids, LIST do
    local ref
    local some = slice(mids, first)
    self:run("update", "folder " .. folder_id, function(b)
      ref = b:rop("set_read_flags", { want_asynchronous = false, message_ids = some,
        read_flags = read and SUPPRESS_RECEIPT or CLEAR_READ }, open_folder(b, fid))
    end, { safe = true })
    in_part = in_part or ref.result.partial_completion
    if opts and opts.progress then opts.progress(first + #some - 1, #list) end
  end
  if in_part then error_object.after(recheck_marks, self, fid, mids, at, read, results) end
end

---Adds a ROP that marks one item.
---@param b satchel.mapi.Batch
---@param id string
---@param read boolean
---@return satchel.mapi.Ref
function Driver.mark_one(_, b, id, read)
  local fid, mid, inside = ids.parse_item(id)
  if #inside > 0 then error_object.unsupported "update: 'unread' of an item inside another" end
  return b:rop("set_read_flags", { want_asynchronous = false, message_ids = { mid },
    read_flags = read and SUPPRESS_RECEIPT or CLEAR_READ },
    open_folder(b, fid, { may_fail = true }), { may_fail = true })
end

-- Moving and copying ---------------------------------------------------------

-- adds ROPs that read the search keys of a few items
local function ask_keys(b, fid, mids)
  local refs, try = {}, { may_fail = true }
  for i, mid in ipairs(mids) do
    local message = b:rop("open_message", { code_page_id = 0x0fff, folder_id = fid,
      open_mode_flags = 0, message_id = mid }, nil, try)
    refs[i] = b:rop("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { P.PidTagSearchKey } }, message, try)
    b:rop("release", {}, message, try)
  end
  return refs
end

local function keep_keys(refs, mids, keys)
  for i, mid in ipairs(mids) do
    local result = refs[i].result
    local row = result and result.return_value == 0 and result.row_data
    keys[mid] = row and row[P.PidTagSearchKey]
  end
end

-- the ROPs of one list, with the number of items in the target before and after
local function transfer(self, some, from, to, copy, keys)
  local before, moved, after, asked, batch
  self:run(copy and "copy" or "move", "folder " .. ids.folder(from), function(b)
    batch = b
    asked = keys and ask_keys(b, from, some)
    local source, target = open_folder(b, from), open_folder(b, to)
    before = b:rop("get_contents_table", { table_flags = 0 }, target, { may_fail = true })
    moved = b:rop("move_copy_messages", { message_ids = some, want_asynchronous = false,
      want_copy = copy }, source, { to = target, may_fail = true })
    after = b:rop("get_contents_table", { table_flags = 0 }, target, { may_fail = true })
  end, { safe = not copy })
  if keys then keep_keys(asked, some, keys) end
  local code = moved.result.return_value
  if code ~= 0 and not moved.result.partial_completion then
    error_object.raise(self:rop_error(copy and "copy" or "move",
      "folder " .. ids.folder(from), moved.result))
  end
  return code ~= 0 or moved.result.partial_completion,
    (after.result.row_count or 0) - (before.result.row_count or 0), batch.repeated
end

-- what became of the items from a place on, when an error ended it all
local function give_up(mids, at, first, results, err)
  if type(err) ~= "table" then error(err, 0) end
  for n = first, #mids do
    local tried = n < first + LIST
    results[at[n]] = { id = results[at[n]].id, ok = false, error = tried and err
      or error_object.new { kind = err.kind, message = "not tried: " .. err.message } }
  end
  err.results = results
end

-- list by list; an error has the results so far
local function each_list(mids, at, results, opts, attempt)
  for first = 1, #mids, LIST do
    local some = slice(mids, first)
    local ok, err = pcall(attempt, some, slice(at, first))
    if not ok then
      give_up(mids, at, first, results, err)
      return err
    end
    if opts.progress then opts.progress(first + #some - 1, #results) end
  end
end

local function keys_of(self, fid)
  return partial.present(self, fid, P.PidTagSearchKey)
end

-- new ids by search keys, which an item keeps; of several the newest
local function new_ids(self, mids, at, to, old_keys, known, results)
  local fresh = {}
  for mid, key in pairs(keys_of(self, to)) do
    if not known[mid] and type(key) == "string" then
      fresh[key] = fresh[key] or {}
      table.insert(fresh[key], mid)
    end
  end
  for _, list in pairs(fresh) do
    table.sort(list, function(a, b)
      return (a >> 16 | (a & 0xffff) << 48) < (b >> 16 | (b & 0xffff) << 48)
    end)
  end
  for n, mid in ipairs(mids) do
    local list = fresh[old_keys[mid] or ""]
    local result = results[at[n]]
    if list and #list > 0 and result.ok then
      result.new_id = ids.item(to, table.remove(list, 1))
    end
  end
end

local function report_removed(self, from, mids, at, results)
  local moved = {}
  for n, mid in ipairs(mids) do
    if results[at[n]].ok then moved[#moved + 1] = mid end
  end
  self:forget_items(from, moved)
end

local function all_ok(list)
  local results = {}
  for i, id in ipairs(list) do results[i] = { id = id, ok = true } end
  return results
end

-- what finds one item in its new place, when that is wanted at last
local function finder(self, result, to, key)
  return function()
    local restriction = { type = "property", relop = "eq", tag = P.PidTagSearchKey,
      value = { tag = P.PidTagSearchKey, value = key } }
    local best
    for _, row in ipairs(self:read_table({ kind = "contents", folder = to,
      columns = { P.PidTagMid }, restriction = restriction }, "items", ids.folder(to))) do
      local mid = row[P.PidTagMid]
      if not best or (mid >> 16) > (best >> 16) then best = mid end
    end
    result.new_id = best and ids.item(to, best)
    return result.new_id
  end
end

-- the answer that had the key of the item was lost
local function unknown_place()
  error_object.raise { kind = "not_found", hint = "query the folder for it",
    message = "the item is in its new place, but by which id is not known" }
end

local function move_or_copy(self, list, folder_id, target_id, opts, copy)
  local from, to = ids.parse_folder(folder_id), ids.parse_folder(target_id)
  local results = all_ok(list)
  local mids, at = mids_of(list, from, results)
  opts = opts or {}
  -- keys of few items are read with the move itself
  local few = opts.ids and #mids <= FEW
  local keys = few and {} or opts.ids and keys_of(self, from)
  local known = opts.ids == true and partial.present(self, to) or nil
  local attempt
  function attempt(some, places)
    local in_part, arrived, repeated = transfer(self, some, from, to, copy, few and keys)
    if not in_part then return end
    if copy then
      error_object.after(partial.copy, self, from, some, places, arrived, results, attempt)
    elseif repeated then
      error_object.after(partial.repeated, self, from, some, places, results, "moved", attempt)
    else
      error_object.after(partial.move, self, from, some, places, arrived, results, "moved", attempt)
    end
  end
  local err = each_list(mids, at, results, opts, attempt)
  if not copy then report_removed(self, from, mids, at, results) end
  if err then error_object.raise(err) end
  if known then new_ids(self, mids, at, to, keys, known, results) end
  if opts.ids == "later" then
    for n, mid in ipairs(mids) do
      local result = results[at[n]]
      if result.ok then
        result.find = keys[mid] and finder(self, result, to, keys[mid]) or unknown_place
      end
    end
  end
  return results
end

---1 round trip for 3,900 items.
---@param list string[]
---@param folder_id string
---@param target_id string
---@param opts? { ids: boolean|"later", progress: function } ids: two more reads
---@return table[] results
function Driver:move(list, folder_id, target_id, opts)
  return move_or_copy(self, list, folder_id, target_id, opts, false)
end

---@param list string[]
---@param folder_id string
---@param target_id string
---@param opts? { ids: boolean|"later", progress: function }
---@return table[] results
function Driver:copy(list, folder_id, target_id, opts)
  return move_or_copy(self, list, folder_id, target_id, opts, true)
end

-- Deleting -------------------------------------------------------------------

local function remove(self, some, fid)
  local before, ref, after, batch
  self:run("delete", "folder " .. ids.folder(fid), function(b)
    batch = b
    local folder = open_folder(b, fid)
    before = b:rop("get_contents_table", { table_flags = 0 }, folder, { may_fail = true })
    ref = b:rop("hard_delete_messages", { want_asynchronous = false, notify_non_read = false,
      message_ids = some }, folder, { may_fail = true })
    after = b:rop("get_contents_table", { table_flags = 0 }, folder, { may_fail = true })
  end, { safe = true })
  local code = ref.result.return_value
  if code ~= 0 and not ref.result.partial_completion then
    error_object.raise(self:rop_error("delete", "folder " .. ids.folder(fid), ref.result))
  end
  return code ~= 0 or ref.result.partial_completion,
    (before.result.row_count or 0) - (after.result.row_count or 0), batch.repeated
end

---To the trash, or for good: 1 round trip for 3,900 items.
---@param list string[]
---@param folder_id string
---@param hard? boolean
---@param opts? { progress: function }
---@return table[] results
function Driver:delete(list, folder_id, hard, opts)
  local fid = ids.parse_folder(folder_id)
  local trash = roles.of_logon(self.logon, "trash")
  if not hard and fid ~= trash then
    return self:move(list, folder_id, ids.folder(trash), opts)
  end
  local results = all_ok(list)
  local mids, at = mids_of(list, fid, results)
  local attempt
  function attempt(some, places)
    local in_part, removed, repeated = remove(self, some, fid)
    if not in_part then return end
    if repeated then
      error_object.after(partial.repeated, self, fid, some, places, results, "deleted", attempt)
    else
      error_object.after(partial.move, self, fid, some, places, removed, results, "deleted",
        attempt)
    end
  end
  local err = each_list(mids, at, results, opts or {}, attempt)
  report_removed(self, fid, mids, at, results)
  if err then error_object.raise(err) end
  return results
end

return M
