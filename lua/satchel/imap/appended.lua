-- The ids of messages that were stored, where the server does not tell them (it has no
-- UIDPLUS) or its answer was lost: they are looked for by Message-ID, all in one flight.
-- Answers with a tag (ESEARCH) say which message they are about; of others it is only
-- known that one of the searches has found them, so what they are is read.

local fetch = require "satchel.imap.fetch"
local find = require "satchel.imap.find"
local ids = require "satchel.imap.ids"
local words = require "satchel.imap.words"

local M = {}

---@class satchel.imap.Sought a Message-ID, and what was stored with it
---@field message_id string
---@field results table[] in the order in which they were stored
---@field uids integer[]

---@return satchel.imap.Sought[]
local function sought_of(results)
  local list, by_id = {}, {}
  for _, result in ipairs(results) do
    local message_id = result.parcel.message_id
    if (result.ok or result.lost) and not result.id and message_id then
      local one = by_id[message_id]
      if not one then
        one = { message_id = message_id, results = {}, uids = {} }
        by_id[message_id], list[#list + 1] = one, one
      end
      table.insert(one.results, result)
    end
  end
  return list
end

local function search_for(one, returning)
  return { ("UID SEARCH %sHEADER Message-ID "):format(returning), words.string(one.message_id) }
end

-- each answer is known for its own: 1 round trip
local function ask_each(self, op, folder_id, list)
  local commands, returning = {}, self:has "ESEARCH" and "RETURN (ALL) " or ""
  for i, one in ipairs(list) do
    commands[i] = find.collecting(search_for(one, returning), one)
  end
  self:in_folder(op, folder_id, commands, { refresh = true })
end

-- what answers are about is not known: 2 round trips
local function ask_together(self, op, folder_id, list)
  local commands, found, uids, by_id = {}, {}, {}, {}
  for i, one in ipairs(list) do
    by_id[one.message_id] = one
    commands[i] = search_for(one, "")
    commands[i].reset = function() end
    commands[i].on = function(response)
      if response.type ~= "search" then return false end
      for _, uid in ipairs(response) do found[uid] = true end
    end
  end
  self:in_folder(op, folder_id, commands, { refresh = true })
  for uid in pairs(found) do uids[#uids + 1] = uid end
  for uid, response in pairs(fetch.responses(self, op, folder_id, uids, "ENVELOPE")) do
    local message_id = (response.envelope or {}).message_id
    local one = message_id and by_id[message_id:match "^%s*(.-)%s*$"]
    if one then table.insert(one.uids, uid) end
  end
end

---Adds ids to results that have none: 1 round trip, 2 for several where the server has no
---ESEARCH.  Of messages with the same Message-ID the newest are those just stored.
---@param self satchel.imap.Driver
---@param op string
---@param folder_id string
---@param results table[] { ok =, lost =, parcel = }
function M.find(self, op, folder_id, results)
  local list = sought_of(results)
  if #list == 0 then return end
  local alone = #list == 1 or self:has "ESEARCH";
  (alone and ask_each or ask_together)(self, op, folder_id, list)
  for _, one in ipairs(list) do
    table.sort(one.uids)
    local before = #one.uids - #one.results
    for i, result in ipairs(one.results) do
      local uid = one.uids[before + i]
      if uid then result.id = ids.item(self.conn.selected.uidvalidity, uid) end
    end
  end
end

return M
