-- Reading items by their UIDs: FETCH, in one go or ahead of who reads, and the records
-- that come of it.  Bodies are parts of messages: which, is known when their
-- structure is, so they cost a second round trip for each window.

local bodies = require "satchel.imap.bodies"
local broken = require "satchel.imap.broken"
local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"
local records = require "satchel.imap.records"
local repair = require "satchel.imap.repair"

local M = {}

-- bytes of a set of UIDs in one command; servers take lines of 8192 (RFC 7162 4)
M.LINE = 7900

-- by what an answer to these items is known from news about the same message, and from
-- the answer to another command: servers work on several at once
local MARKS <const> = { { "ENVELOPE", "envelope" }, { "BODYSTRUCTURE", "bodystructure" },
  { "BINARY%.SIZE", "binary_sizes" }, { "%.PEEK%[", "sections" }, { "RFC822%.SIZE", "size" },
  { "FLAGS", "flags" }, { "INTERNALDATE", "internaldate" } }

local function has_section(response, name, origin)
  if not name then return true end
  -- a NIL is no entry: QUIRKS 34
  if response.sections[name] == nil then return next(response.sections) == nil end
  local at = response.origins and response.origins[name]
  return origin == nil or at == nil or at == origin
end

-- a function that says whether a response is an answer
local function mark_of(items)
  local mark
  for _, row in ipairs(MARKS) do
    if not mark and items:find(row[1]) then mark = row[2] end
  end
  local kind, section, origin = items:match "^(%u+)%.PEEK%[([%w.]*)%]<?(%d*)"
  local name = kind and ("%s[%s]"):format(kind, section)
  origin = origin and math.tointeger(tonumber(origin))
  return function(response)
    if mark and response[mark] == nil then return false end
    return mark ~= "sections" or has_section(response, name, origin)
  end
end

-- what of a broken response is of use to a record: not its bytes
local KEPT <const> = { "name", "error", "number", "uid", "flags", "internaldate", "size",
  "savedate", "threadid", "gm" }

-- a function that keeps the responses that break the grammar
local function breaking(into)
  return function(response)
    local kept = {}
    for _, name in ipairs(KEPT) do kept[name] = response[name] end
    into.broken = into.broken or {}
    into.broken[#into.broken + 1] = kept
  end
end

---A command that fetches something of the messages of the search before it (RFC 5182).
---@param items string
---@param into table<integer, table> responses by UID; `broken`: a list of those that broke
---@return table command
function M.of_search(items, into)
  local is_answer = mark_of(items)
  return { ("UID FETCH $ (UID %s)"):format(items), on = function(response)
    local uid = response.type == "fetch" and response.uid
    if not uid or not is_answer(response) then return false end
    into[uid] = into[uid] and records.merge(into[uid], response) or response
  end, broken = breaking(into) }
end

---Commands that fetch something of many messages.  What comes is kept by UID.
---@param uids integer[]
---@param items string
---@param into table<integer, table> responses by UID; `broken`: a list of those that broke
---@return table[] commands
function M.commands(uids, items, into)
  local list, asked, is_answer = {}, ids.set(uids), mark_of(items)
  local function on(response)
    local uid = response.type == "fetch" and response.uid
    if not uid or not asked[uid] or not is_answer(response) then return false end
    into[uid] = into[uid] and records.merge(into[uid], response) or response
  end
  for i, set in ipairs(core.imap.sets(uids, M.LINE)) do
    list[i] = { ("UID FETCH %s (UID %s)"):format(set, items), reset = function() end, on = on,
      broken = breaking(into) }
  end
  return list
end

local function ask(self, op, folder_id, uids, items, opts, into)
  self:check(op, folder_id, self:in_folder(op, folder_id, M.commands(uids, items, into), opts))
end

-- the UID of a message that a response tells only the number of
local function uid_of_number(self, op, folder_id, number)
  local uid
  self:in_folder(op, folder_id, { { ("UID SEARCH %d"):format(number), alone = true,
    reset = function() uid = nil end, on = function(response)
      if response.type ~= "search" then return false end
      uid = response[1]
    end } })
  return uid
end

-- Those that have not come, without the one at which the connection ended; none where
-- that is not known.
local function others(self, op, folder_id, uids, into, culprit)
  local left, found = {}, false
  local bad = culprit.uid or uid_of_number(self, op, folder_id, culprit.number)
  for _, uid in ipairs(uids) do
    if uid == bad then
      found = true
    elseif not into[uid] then
      left[#left + 1] = uid
    end
  end
  return found and left or {}
end

-- connections that are given up for messages of one answer, before its rest is read
-- otherwise
local LOSSES <const> = 3

---FETCH of some messages: 1 round trip.  Where the connection ends because a message may
---have got out of its response, the others are asked for again on a new one.
---@param self satchel.imap.Driver
---@param op string
---@param folder_id string
---@param uids integer[]
---@param items string
---@param opts? satchel.imap.InFolder
---@return table<integer, table> responses by UID; absent where there is no such message, or,
---with `broken`, where it cannot be read
function M.responses(self, op, folder_id, uids, items, opts)
  local into, left = {}, uids
  for _ = 0, LOSSES do
    if #left == 0 then break end
    local ok, err = pcall(ask, self, op, folder_id, left, items, opts, into)
    if ok then break end
    local culprit = broken.of_fetch(err)
    if not culprit then error(err, 0) end
    breaking(into)(culprit)
    left = others(self, op, folder_id, left, into, culprit)
  end
  return into
end

---The error for an item that an answer does not have.
---@param self satchel.imap.Driver
---@param op string
---@param id string
---@param responses table<integer, table>
---@return satchel.Error
function M.absent(self, op, id, responses)
  local response = responses.broken and responses.broken[1]
  if not response then return self:no_item(op, id) end
  return error_object.new { kind = "protocol", op = op, server = self.conn.server,
    message = ("%s: item %s cannot be read: %s"):format(op, id, broken.reason(response)) }
end

---Records of the messages that answered, in the order of the UIDs: no round trip, or 1
---where bodies are wanted, or some answers broke.
---@param self satchel.imap.Driver
---@param op string
---@param place { folder_id: string, uidvalidity: integer }
---@param uids integer[]
---@param responses table<integer, table>
---@param wanted satchel.imap.Wanted
---@return table[] records
---@return integer[] uids of the records
function M.records(self, op, place, uids, responses, wanted)
  local list, kept, structures = {}, {}, {}
  local mended = responses.broken and repair.records(self, op, place, uids, responses, wanted)
  for _, uid in ipairs(uids) do
    local response, n = responses[uid], #list + 1
    if response then
      list[n], structures[n] = records.new(response, wanted, place)
      kept[n] = uid
    elseif mended and mended[uid] then
      list[n], kept[n] = mended[uid], uid
    end
  end
  if wanted.bodies then bodies.add(self, op, place, list, kept, structures, wanted) end
  return list, kept
end

return M
