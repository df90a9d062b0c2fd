-- What became of items whose move or copy was not answered, for the connection was lost:
-- a server that was stopped in its middle may have copied some and removed none.  Both
-- folders are looked at on a new connection.  What the target has had since is compared
-- with what is left; what is in both is moved to its end: the item that was copied is
-- removed.  Nothing is moved or copied again, for the server may still be at it.

local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local ids = require "satchel.imap.ids"
local task = require "satchel.task"

local M = {}

-- what two copies of a message have in common
M.ITEMS = "RFC822.SIZE ENVELOPE"

---@param response satchel.imap.Response
---@return string
function M.key(response)
  local envelope = response.envelope or {}
  return (envelope.message_id or envelope.subject or "") .. "\0" .. tostring(response.size)
end

---Messages of the target that it has had since, paired with those that they were: 2 round
---trips.
---@param self satchel.imap.Driver
---@param op string
---@param target string
---@param before { uidnext: integer|nil, most: integer|nil } most: so many are looked at
---@param known table<integer, table> responses by UID
---@return table<integer, integer> new UIDs by old
---@return integer uidvalidity of the target
---@return integer[] fresh UIDs of what it has had since
function M.pairs(self, op, target, before, known)
  local fresh, all = {}, self:find_uids(op, target)
  for i = math.max(1, #all - (before.most or #all) + 1), #all do
    if all[i] >= (before.uidnext or 1) then fresh[#fresh + 1] = all[i] end
  end
  local responses = fetch.responses(self, op, target, fresh, M.ITEMS)
  local waiting, new = {}, {}
  for _, uid in ipairs(fresh) do
    local key = responses[uid] and M.key(responses[uid])
    if key then
      waiting[key] = waiting[key] or { first = 1 }
      table.insert(waiting[key], uid)
    end
  end
  local old = {}
  for uid in pairs(known) do old[#old + 1] = uid end
  table.sort(old)
  for _, uid in ipairs(old) do
    local list = waiting[M.key(known[uid])]
    if list then new[uid], list.first = list[list.first], list.first + 1 end
  end
  return new, self.conn.selected.uidvalidity, fresh
end

local function unanswered(batch)
  local list = {}
  for _, uid in ipairs(batch.uids) do
    local place = batch.places[uid]
    local result = batch.results[type(place) == "table" and place[1] or place]
    if result.error and result.error.uncertain then list[#list + 1] = uid end
  end
  return list
end

-- those of the UIDs that the folder still has, with what they are
local function left_of(self, op, folder_id, uids, validity)
  return fetch.responses(self, op, folder_id, uids, M.ITEMS, { uidvalidity = validity })
end

local function count(set)
  local n = 0
  for _ in pairs(set) do n = n + 1 end
  return n
end

-- what was copied last stands at the end of the target, with nothing between
local function is_end(new, fresh)
  local first, behind = math.huge, 0
  for _, uid in pairs(new) do first = math.min(first, uid) end
  for _, uid in ipairs(fresh) do behind = behind + (uid >= first and 1 or 0) end
  return behind == count(new)
end

-- more than was moved may have come since
local SLACK <const> = 100

-- Which are in both folders, and whether there is doubt.  None where what is found is not
-- what a transfer leaves: a message of which there were two may be taken for its other.
local function doubles(self, lost, left)
  local before = lost.before
  local known = before.uidnext and before or { most = #lost.uids + SLACK }
  local new, validity, fresh = M.pairs(self, lost.op, lost.target, known, left)
  local nameless = false
  for uid in pairs(new) do
    nameless = nameless or not (left[uid].envelope or {}).message_id
  end
  local gone = lost.op == "move" and #lost.uids - count(left) or 0
  local is_ours = validity == before.uidvalidity
  if not before.uidnext then is_ours = is_end(new, fresh) end
  local sure = not nameless and is_ours and count(new) <= #fresh - gone
  return sure and new or {}, validity, not sure and next(new) ~= nil
end

local function settle(self, batch, uid, ok, new_id, err)
  self:each_place(batch, uid, function(result)
    result.ok, result.new_id, result.error = ok, new_id, not ok and error_object.new(err) or nil
  end)
end

-- looks, ends what was begun, and gives the number of those that were not done
local function look(self, lost, batch, err)
  local left = left_of(self, lost.op, lost.folder_id, lost.uids, batch.validity)
  local new, validity, doubt = doubles(self, lost, left)
  local finish, undone = {}, 0
  for _, uid in ipairs(lost.uids) do
    if new[uid] then
      finish[#finish + 1] = uid
    elseif left[uid] and doubt then
      undone = undone + 1 -- and uncertain
    elseif left[uid] then
      undone = undone + 1
      settle(self, batch, uid, false, nil, { kind = err.kind, op = lost.op, retryable = true,
        server = err.server, message = "it was where it was when that was looked at" })
    elseif lost.op == "move" and (lost.exist[uid] or not next(lost.exist)) then
      settle(self, batch, uid, true)
    else
      undone = undone + 1
    end
  end
  if lost.op == "move" and #finish > 0 then self:expunge("move", lost.folder_id, finish) end
  for _, uid in ipairs(finish) do
    settle(self, batch, uid, true, ids.item(validity, new[uid]))
  end
  if lost.op == "move" then
    local gone = {}
    for _, uid in ipairs(lost.uids) do
      if not left[uid] then gone[#gone + 1] = uid end
    end
    self:forget_items(lost.folder_id, gone)
  end
  return undone
end

-- seconds after which is looked again: a server that was just killed may not be itself yet
local PAUSES <const> = { 0.3, 1, 3 }

local function look_again(self, lost, batch, err)
  local ok, undone
  for i = 0, #PAUSES do
    task.sleep(PAUSES[i] or 0)
    ok, undone = pcall(look, self, lost, batch, err)
    if ok or error_object.is(undone) and undone.kind ~= "server" then break end
  end
  return ok, undone
end

---Finds out what became of the items of a batch; raises the error, which says how many
---were not done, unless all were.
---@param self satchel.imap.Driver
---@param lost { op: string, folder_id: string, target: string, before: table, exist: table }
---@param batch satchel.imap.Batch
---@param err any
function M.settle(self, lost, batch, err)
  if not error_object.is(err) or not err.uncertain or self.conn.options.repeats == false then
    error(err, 0)
  end
  lost.uids = unanswered(batch)
  local ok, undone = look_again(self, lost, batch, err)
  err.results = batch.results
  if not ok then error(err, 0) end
  if undone == 0 then return end
  local uncertain
  for _, result in ipairs(batch.results) do
    uncertain = uncertain or result.error and result.error.uncertain
  end
  err.uncertain, err.retryable = uncertain, not uncertain
  err.message = ("%s; %d of %d items were not done: results says which"):format(err.message,
    undone, #batch.results)
  error(err, 0)
end

return M
