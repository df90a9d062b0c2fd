-- Moving and copying items to another folder of the server.  MOVE where it is offered
-- (RFC 6851); else COPY, then \Deleted and UID EXPUNGE for what was copied.  New ids
-- come with the answer (COPYUID, RFC 4315 3), or are looked for among what the target
-- has had since.

local aftermath = require "satchel.imap.aftermath"
local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local ids = require "satchel.imap.ids"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

-- COPYUID as a map of new UIDs; of a MOVE it comes before the completion
local function copied(piece, code)
  if not code or code.name ~= "COPYUID" then return end
  local from, to = core.imap.ids(code.from), core.imap.ids(code.to)
  piece.new, piece.validity = piece.new or {}, code.uidvalidity
  for i, uid in ipairs(from or {}) do piece.new[uid] = to and to[i] end
end

-- a command for a set whose answers tell of new UIDs
local function transfer_command(self, verb, piece, target)
  local command = words.add({ ("UID %s %s "):format(verb, piece.set) }, self:mailbox_part(target))
  function command.on(response)
    if response.type ~= "ok" or not response.code or response.code.name ~= "COPYUID" then
      return false
    end
    copied(piece, response.code)
  end
  return command
end

-- a target that does not exist; servers that hint at CREATE mean that (RFC 9051 6.4.7)
local function transfer_error(self, op, err, target)
  local name = self.tree:name(self:mailbox_of(target))
  if err.kind == "not_found" or err.name == "TRYCREATE" then
    err.kind, err.hint = "not_found", nil
    err.message = ("folder '%s' does not exist"):format(name)
  end
  err.refused = true
  return self:place_error(err, op, ("items to folder '%s'"):format(name))
end

-- The new ids ---------------------------------------------------------------------

-- where COPYUID is not offered: what the target will call the next message
local function next_uid_command(self, target, into)
  local command = words.add({ "STATUS " }, self:mailbox_part(target), " (UIDNEXT UIDVALIDITY)")
  function command.on(response)
    if response.type ~= "status" then return false end
    into.uidnext, into.uidvalidity = response.uidnext, response.uidvalidity
  end
  return command
end

local function add_new_ids(self, batch, piece)
  if not piece.new then return end
  for uid, new in pairs(piece.new) do
    if batch.places[uid] then
      self:each_place(batch, uid, function(result)
        result.new_id = ids.item(piece.validity, new)
      end)
    end
  end
end

-- Verbs ---------------------------------------------------------------------------

-- the commands that move or copy one set; what the target will call the next message is
-- asked once, ahead of them
local function commands_of(self, op, piece, target, exist, before)
  local verb = op == "move" and self:has "MOVE" and "MOVE" or "COPY"
  local list = { self:existing_command(piece.set, exist),
    transfer_command(self, verb, piece, target) }
  if not before.asked then
    before.asked = true
    table.insert(list, 1, next_uid_command(self, target, before))
  end
  return list
end

-- what was copied is taken away: 1 more round trip where there is no MOVE
local function finish_move(self, folder_id, uids)
  if self:has "MOVE" or #uids == 0 then return end
  error_object.after(self.expunge, self, "move", folder_id, uids)
end

local function judge_piece(self, op, folder_id, target, batch, piece, exist, moved)
  local n = #piece.completions
  local searched, done = piece.completions[n - 1], piece.completions[n]
  local err = searched.error or done.error
  if err then
    return self:fail(batch, piece.uids, transfer_error(self, op, err, target))
  end
  copied(piece, done.code)
  local there = {}
  for _, uid in ipairs(piece.uids) do
    -- one that went between the two commands was not copied
    if piece.new and not piece.new[uid] then exist[uid] = nil end
    if exist[uid] then there[#there + 1] = uid end
  end
  self:fail_missing(op, batch, piece.uids, exist)
  add_new_ids(self, batch, piece)
  if op == "move" then
    table.move(there, 1, #there, #moved + 1, moved)
    if self:has "MOVE" then self:forget_items(folder_id, there) end
  end
end

-- results for callers: ids only where they are wanted
local function trim(results, wanted)
  if wanted == true then return results end
  for _, result in ipairs(results) do
    local new_id = result.new_id
    result.new_id = nil
    if wanted == "later" and result.ok and new_id then result.new_id = new_id end
  end
  return results
end

-- new ids where the server does not tell them
local function add_unknown_ids(self, op, target, batch, before, known)
  local new, validity = aftermath.pairs(self, op, target, before, known)
  for uid, new_uid in pairs(new) do
    self:each_place(batch, uid, function(result)
      if result.ok then result.new_id = ids.item(validity, new_uid) end
    end)
  end
end

local function transfer(self, op, list, folder_id, target, opts)
  local _ <close> = self.conn:enter()
  if op == "move" and not self:has "MOVE" then self:need_uid_expunge "move" end
  local batch = self:batch(op, folder_id, list)
  if op == "move" and self:mailbox_of(folder_id) == self:mailbox_of(target) then
    for _, result in ipairs(batch.results) do
      if result.ok then result.new_id = opts.ids and result.id or nil end
    end
    return batch.results
  end
  local tells, before, known = self:has "UIDPLUS", {}, nil
  if opts.ids and not tells then
    known = fetch.responses(self, op, folder_id, batch.uids, aftermath.ITEMS)
  end
  local exist = {}
  local ok, results = pcall(self.for_flights, self, op, folder_id, batch, opts, function(piece)
    return commands_of(self, op, piece, target, exist, before)
  end, function(flight)
    local moved = {}
    for _, piece in ipairs(flight.pieces) do
      judge_piece(self, op, folder_id, target, batch, piece, exist, moved)
    end
    if op == "move" then finish_move(self, folder_id, moved) end
  end)
  if not ok then
    aftermath.settle(self, { op = op, folder_id = folder_id, target = target, before = before,
      exist = exist }, batch, results)
    results = batch.results
  end
  if known then add_unknown_ids(self, op, target, batch, before, known) end
  return trim(results, opts.ids)
end

---1 round trip for each 10,000 once the folder is selected; twice as many where the
---server has no MOVE.  New ids cost nothing where it has UIDPLUS, else 4 more.
---@param list string[] ids
---@param folder_id string
---@param target string
---@param opts { ids: boolean|"later", progress: function|nil }
---@return table[] results
function Driver:move(list, folder_id, target, opts)
  return transfer(self, "move", list, folder_id, target, opts or {})
end

---1 round trip for each 10,000 once the folder is selected.
---@param list string[] ids
---@param folder_id string
---@param target string
---@param opts { ids: boolean|"later", progress: function|nil }
---@return table[] results
function Driver:copy(list, folder_id, target, opts)
  return transfer(self, "copy", list, folder_id, target, opts or {})
end

return Driver
