-- Reading items by their UIDs: FETCH, in one go or ahead of who reads, and the records
-- that come of it.  Bodies are parts of messages: which, is known when their
-- structure is, so they cost a second round trip for each window.

local bodies = require "satchel.imap.bodies"
local core = require "satchel.core"
local records = require "satchel.imap.records"

local M = {}

-- bytes of a set of UIDs in one command; servers take lines of 8192 (RFC 7162 4)
M.LINE = 7900

---Commands that fetch something of many messages.  What comes is merged by UID.
---@param uids integer[]
---@param items string
---@param into table<integer, table> responses by UID
---@return table[] commands
function M.commands(uids, items, into)
  local list = {}
  for i, set in ipairs(core.imap.sets(uids, M.LINE)) do
    list[i] = { ("UID FETCH %s (UID %s)"):format(set, items), reset = function() end,
      on = function(response)
        local uid = response.type == "fetch" and response.uid
        if uid then into[uid] = into[uid] and records.merge(into[uid], response) or response end
      end }
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

-- whether a response is what was asked for, and no news about another matter
local function is_answer(response, wanted)
  if response.envelope or response.bodystructure or response.size or response.internaldate
    or response.sections then
    return true
  end
  local sources = wanted.sources
  for name in pairs(sources) do
    if name ~= "flags" and name ~= "saved" and name ~= "thread" then return false end
  end
  return response.flags ~= nil or not sources.flags
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
    if response and is_answer(response, wanted) then
      local n = #list + 1
      list[n], structures[n] = records.new(response, wanted, place)
      kept[n] = uid
    end
  end
  if wanted.bodies then bodies.add(self, op, place, list, kept, structures, wanted) end
  return list, kept
end

return M
