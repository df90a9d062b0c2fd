-- Reading items by their UIDs: FETCH, in one go or ahead of who reads, and the records
-- that come of it.  Bodies are parts of messages: which, is known when their
-- structure is, so they cost a second round trip for each window.

local bodies = require "satchel.imap.bodies"
local core = require "satchel.core"
local records = require "satchel.imap.records"

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
  local kind, section, origin = items:match "^(%u+)%.PEEK%[([%d.]*)%]<?(%d*)"
  local name = kind and ("%s[%s]"):format(kind, section)
  origin = origin and math.tointeger(tonumber(origin))
  return function(response)
    if mark and response[mark] == nil then return false end
    return mark ~= "sections" or has_section(response, name, origin)
  end
end

---A command that fetches something of the messages of the search before it (RFC 5182).
---@param items string
---@param into table<integer, table> responses by UID
---@return table command
function M.of_search(items, into)
  local is_answer = mark_of(items)
  return { ("UID FETCH $ (UID %s)"):format(items), on = function(response)
    local uid = response.type == "fetch" and response.uid
    if not uid or not is_answer(response) then return false end
    into[uid] = into[uid] and records.merge(into[uid], response) or response
  end }
end

---Commands that fetch something of many messages.  What comes is kept by UID.
---@param uids integer[]
---@param items string
---@param into table<integer, table> responses by UID
---@return table[] commands
function M.commands(uids, items, into)
  local list, asked, is_answer = {}, {}, mark_of(items)
  for _, uid in ipairs(uids) do asked[uid] = true end
  local function on(response)
    local uid = response.type == "fetch" and response.uid
    if not uid or not asked[uid] or not is_answer(response) then return false end
    into[uid] = into[uid] and records.merge(into[uid], response) or response
  end
  for i, set in ipairs(core.imap.sets(uids, M.LINE)) do
    list[i] = { ("UID FETCH %s (UID %s)"):format(set, items), reset = function() end, on = on }
  end
  return list
end

---FETCH of some messages: 1 round trip.
---@param self satchel.imap.Driver
---@param op string
---@param folder_id string
---@param uids integer[]
---@param items string
---@param opts? satchel.imap.InFolder
---@return table<integer, table> responses by UID; absent where there is no such message
function M.responses(self, op, folder_id, uids, items, opts)
  local into = {}
  if #uids == 0 then return into end
  self:check(op, folder_id, self:in_folder(op, folder_id, M.commands(uids, items, into), opts))
  return into
end

---Records of the messages that answered, in the order of the UIDs: no round trip, or 1
---where bodies are wanted.
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
  for _, uid in ipairs(uids) do
    local response = responses[uid]
    if response then
      local n = #list + 1
      list[n], structures[n] = records.new(response, wanted, place)
      kept[n] = uid
    end
  end
  if wanted.bodies then bodies.add(self, op, place, list, kept, structures, wanted) end
  return list, kept
end

return M
