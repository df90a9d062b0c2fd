-- Removal for good (RFC 4315 2.1): messages are marked, and those that were are expunged.
-- The server tells of each that goes (RFC 9051 7.5.1, RFC 7162 3.2.10); of what it does
-- not tell it is asked again.

local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"

---@class satchel.imap.Driver
local Driver = {}

---Raises unless single messages can be expunged: a bare EXPUNGE would take along what
---others have marked.
---@param op string
function Driver:need_uid_expunge(op)
  if self:has "UIDPLUS" then return end
  error_object.raise { kind = "unsupported", op = op, server = self.conn.server, name = "UIDPLUS",
    message = op .. ": this server removes no single item for good (it has no UIDPLUS)",
    hint = "delete without hard moves it to the trash" }
end

-- EXPUNGE of a set; `told` has what goes, by UID where those are said
local function expunge_command(set, told)
  local command = { "UID EXPUNGE " .. set, reset = function() end }
  function command.on(response)
    if response.type == "vanished" and not response.earlier then
      for _, uid in ipairs(core.imap.ids(response.uids) or {}) do told[uid] = true end
    elseif response.type == "expunge" then
      told.count = told.count + 1
    else
      return false
    end
  end
  return command
end

local function remove_commands(piece, told)
  return { { ("UID STORE %s +FLAGS.SILENT (\\Deleted)"):format(piece.set) },
    expunge_command(piece.set, told) }
end

-- those of which it was not said that they are gone; EXPUNGE says how many are
local function untold(uids, told)
  local left = {}
  for _, uid in ipairs(uids) do
    if not told[uid] then left[#left + 1] = uid end
  end
  left = #left > told.count and left or {}
  told.count = 0
  return left
end

-- a command for each set, in one flight
local function run_sets(self, op, folder_id, uids, command)
  local list = {}
  for i, set in ipairs(core.imap.sets(uids, fetch.LINE)) do list[i] = command(set) end
  self:check(op, folder_id, self:in_folder(op, folder_id, list, { write = true }))
end

-- QUIRKS 63: which messages the server has kept.  What it has not told of is removed
-- again; then the server is asked what there is.
local function kept_of(self, op, folder_id, uids, told)
  local left, kept, still = untold(uids, told), {}, {}
  if #left == 0 then return kept end
  run_sets(self, op, folder_id, left, function(set) return expunge_command(set, told) end)
  left = untold(left, told)
  if #left == 0 then return kept end
  run_sets(self, op, folder_id, left, function(set) return self:existing_command(set, still) end)
  for _, uid in ipairs(left) do
    if still[uid] then kept[#kept + 1] = uid end
  end
  return kept
end

local function kept_error(self, op, folder_id)
  return error_object.new { kind = "denied", op = op, server = self.conn.server,
    message = ("%s: %s: the server says that it is done, and keeps it"):format(op,
      self:show_folder(folder_id)),
    hint = "the right to expunge may be missing" }
end

---Removes messages for good: 1 round trip for each 10,000.
---@param op string
---@param folder_id string
---@param uids integer[]
function Driver:expunge(op, folder_id, uids)
  self:select_for_writing(op, folder_id)
  local told = { count = 0 }
  for some in self:flights(uids) do
    local flight = self:fly(op, folder_id, some, function(piece)
      return remove_commands(piece, told)
    end)
    for _, piece in ipairs(flight.pieces) do self:check(op, folder_id, piece.completions) end
    if #kept_of(self, op, folder_id, some, told) > 0 then
      error_object.raise(kept_error(self, op, folder_id))
    end
    self:forget_items(folder_id, some)
  end
end

local function judge_removal(self, folder_id, batch, flight, exist, told)
  local done = {}
  for _, piece in ipairs(flight.pieces) do
    if self:judge_piece("delete", folder_id, batch, piece, exist) then
      for _, uid in ipairs(piece.uids) do
        if exist[uid] then done[#done + 1] = uid end
      end
    end
  end
  local kept = kept_of(self, "delete", folder_id, done, told)
  self:fail(batch, kept, kept_error(self, "delete", folder_id))
  self:forget_items(folder_id, flight.uids)
end

local function delete_hard(self, list, folder_id, opts)
  self:need_uid_expunge "delete"
  local _ <close> = self.conn:enter()
  local batch, exist, told = self:batch("delete", folder_id, list), {}, { count = 0 }
  return self:for_flights("delete", folder_id, batch, opts, function(piece)
    return { self:existing_command(piece.set, exist),
      table.unpack(remove_commands(piece, told)) }
  end, function(flight)
    judge_removal(self, folder_id, batch, flight, exist, told)
  end)
end

---Into the trash, or for good: 1 round trip for each 10,000 once the folder is selected.
---@param list string[] ids
---@param folder_id string
---@param hard boolean
---@param opts? table progress
---@return table[] results
function Driver:delete(list, folder_id, hard, opts)
  if hard then return delete_hard(self, list, folder_id, opts) end
  local trash = self:role_folder("trash").id
  return self:move(list, folder_id, trash, { progress = opts and opts.progress })
end

return Driver
