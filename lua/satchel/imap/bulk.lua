-- Many items at once, by UIDs: what the verbs that act on lists share, flags and
-- categories.  A command about items that are gone says nothing of it, so the server is
-- asked in the same flight which of them exist; those that do not are `not_found`.  Long
-- sets of UIDs are split and go together.

local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local ids = require "satchel.imap.ids"
local keywords = require "satchel.imap.keywords"
local null = require "satchel.null"

---@class satchel.imap.Driver
local Driver = {}

-- messages whose commands are in flight together: a server works on so many for seconds,
-- and says nothing meanwhile; Dovecot moves 100,000 of them in half the time that it
-- takes for all at once
local FLIGHT <const> = 10000
-- messages whose flags are looked at together
local WINDOW <const> = 2000

---@class satchel.imap.Batch the items of a verb
---@field results table[]
---@field uids integer[] that are to be done, each once, in ascending order
---@field places table<integer, integer|integer[]> positions by UID
---@field validity integer|nil

-- what a flag or message of an embedded item would be
local function refuse_embedded(op, part)
  if part then
    error_object.unsupported("%s: the item is part of another and not in a folder", op)
  end
end

-- most messages have one place, and there may be many of them
local function add_place(batch, uid, i)
  local place = batch.places[uid]
  if not place then
    batch.places[uid], batch.uids[#batch.uids + 1] = i, uid
  elseif type(place) == "table" then
    place[#place + 1] = i
  else
    batch.places[uid] = { place, i }
  end
end

---The items of a verb: ids as UIDs, each with its result.  Ids of another UIDVALIDITY
---fail; so do those that are none.
---@param op string
---@param folder_id string
---@param list string[]
---@return satchel.imap.Batch
function Driver:batch(op, folder_id, list)
  local selected = self:select_for_writing(op, folder_id)
  local batch = { results = {}, uids = {}, places = {}, validity = selected.uidvalidity }
  for i, id in ipairs(list) do
    local validity, uid, part = ids.parse(id)
    refuse_embedded(op, part)
    if validity ~= batch.validity then
      batch.results[i] = { id = id, ok = false, error = error_object.new(
        ids.renumbered(self.tree:name(self:mailbox_of(folder_id)), validity, batch.validity, id)) }
    else
      batch.results[i] = { id = id, ok = true }
      add_place(batch, uid, i)
    end
  end
  table.sort(batch.uids)
  return batch
end

---Calls fn with each result of a message.
---@param batch satchel.imap.Batch
---@param uid integer
---@param fn fun(result: table)
function Driver.each_place(_, batch, uid, fn)
  local place = batch.places[uid]
  if type(place) ~= "table" then return fn(batch.results[place]) end
  for _, i in ipairs(place) do fn(batch.results[i]) end
end

---What became of messages that a command could not do.
---@param batch satchel.imap.Batch
---@param uids integer[]
---@param err table
function Driver:fail(batch, uids, err)
  for _, uid in ipairs(uids) do
    self:each_place(batch, uid, function(result)
      if result.ok then result.ok, result.error = false, error_object.new(err) end
    end)
  end
end

---Messages that do not exist are not found.
---@param op string
---@param batch satchel.imap.Batch
---@param uids integer[]
---@param exist table<integer, boolean>
function Driver:fail_missing(op, batch, uids, exist)
  for _, uid in ipairs(uids) do
    if not exist[uid] then
      self:each_place(batch, uid, function(result)
        if result.ok then
          result.ok, result.error = false, self:no_item(op, result.id)
        end
      end)
    end
  end
end

---@class satchel.imap.Piece the messages of one command
---@field set string
---@field uids integer[]
---@field completions satchel.imap.Response[] of its commands

---@class satchel.imap.Flight
---@field uids integer[]
---@field pieces satchel.imap.Piece[]

local function pieces_of(uids)
  local pieces = {}
  for i, set in ipairs(core.imap.sets(uids, fetch.LINE)) do
    pieces[i] = { set = set, uids = core.imap.ids(set), completions = {} }
  end
  return pieces
end

---The command that asks which of some messages exist.  Where answers have no tag it need
---not wait for others like it: whatever one of them finds does exist.
---@param set string
---@param into table<integer, boolean> those that do
---@return table command
function Driver:existing_command(set, into)
  local result = self:has "ESEARCH" and "RETURN (ALL) " or ""
  local command = { ("UID SEARCH %sUID %s"):format(result, set), reset = function() end }
  function command.on(response)
    local found = response
    if response.type == "esearch" then
      found = response.all and core.imap.ids(response.all) or {}
    elseif response.type ~= "search" then
      return false
    end
    for _, uid in ipairs(found) do into[uid] = true end
  end
  return command
end

---Runs commands for messages in one flight, those of the same kind together (QUIRKS 63).
---@param op string
---@param folder_id string
---@param uids integer[]
---@param make fun(piece: satchel.imap.Piece): table[] as many commands for each
---@param validity? integer
---@return satchel.imap.Flight
function Driver:fly(op, folder_id, uids, make, validity)
  local pieces, lists, commands = pieces_of(uids), {}, {}
  for i, piece in ipairs(pieces) do lists[i] = make(piece) end
  for stage = 1, #lists[1] do
    for _, list in ipairs(lists) do commands[#commands + 1] = list[stage] end
  end
  local completions = self:in_folder(op, folder_id, commands,
    { write = true, uidvalidity = validity })
  for i, done in ipairs(completions) do
    table.insert(pieces[(i - 1) % #pieces + 1].completions, done)
  end
  return { uids = uids, pieces = pieces }
end

---The messages of a verb, as many at once as go in one flight.
---@param uids integer[]
---@return fun(): integer[]|nil
function Driver.flights(_, uids)
  local first = 1 - FLIGHT
  return function()
    first = first + FLIGHT
    if first > #uids then return nil end
    return table.move(uids, first, math.min(first + FLIGHT - 1, #uids), 1, {})
  end
end

-- the flight that an error ended, and those behind it, are not done
local function fail_rest(self, batch, begun, err)
  if not error_object.is(err) then return end
  for uids in self:flights(batch.uids) do
    if uids[1] >= begun[1] then self:fail(batch, uids, err) end
  end
  err.results = batch.results
end

local function count_of(batch, uids)
  local n = 0
  for _, uid in ipairs(uids) do
    local place = batch.places[uid]
    n = n + (type(place) == "table" and #place or 1)
  end
  return n
end

---Runs commands for all messages of a batch: 1 round trip for each 10,000.  `make(piece)`
---gives the commands for a set; `judge(flight)` takes their completions.  An error that no
---message survives is raised with the results.
---@param op string
---@param folder_id string
---@param batch satchel.imap.Batch
---@param opts table|nil progress
---@param make fun(piece: satchel.imap.Piece): table[]
---@param judge fun(flight: satchel.imap.Flight)
---@return table[] results
function Driver:for_flights(op, folder_id, batch, opts, make, judge)
  local total, done = #batch.results, 0
  for _, result in ipairs(batch.results) do done = done + (result.ok and 0 or 1) end
  for uids in self:flights(batch.uids) do
    local ok, flight = pcall(self.fly, self, op, folder_id, uids, make, batch.validity)
    if not ok then
      fail_rest(self, batch, uids, flight)
      error(flight, 0)
    end
    judge(flight)
    done = done + count_of(batch, uids)
    if opts and opts.progress then opts.progress(done, total) end
  end
  return self:outcome(batch)
end

---What became of the messages of one command: refused, or done where they exist.
---@param op string
---@param folder_id string
---@param batch satchel.imap.Batch
---@param piece satchel.imap.Piece
---@param exist table<integer, boolean>
---@return boolean done
function Driver:judge_piece(op, folder_id, batch, piece, exist)
  for _, done in ipairs(piece.completions) do
    if done.error then
      done.error.refused = true
      self:fail(batch, piece.uids,
        self:place_error(done.error, op, self:show_folder(folder_id)))
      return false
    end
  end
  self:fail_missing(op, batch, piece.uids, exist)
  return true
end

---The results; when one refusal befell all, it is raised.
---@param batch satchel.imap.Batch
---@return table[] results
function Driver.outcome(_, batch)
  local refusal
  for _, result in ipairs(batch.results) do
    if result.ok or result.error.kind == "not_found" and not result.error.refused then
      return batch.results
    end
    refusal = refusal or result.error
  end
  if refusal and #batch.results > 0 then
    refusal.results = batch.results
    error_object.raise(refusal)
  end
  return batch.results
end

-- Flags ---------------------------------------------------------------------------

---@class satchel.imap.FlagChange
---@field add string[]
---@field remove string[]

local function is_permanent(selected, flag)
  local list = selected.permanent_flags
  if not list then return true end
  for _, each in ipairs(list) do
    if each:lower() == flag:lower() then return true end
    if each == "\\*" and flag:sub(1, 1) ~= "\\" then return true end
  end
  return false
end

---Raises unless the folder keeps a flag.
---@param op string
---@param selected satchel.imap.Selected
---@param flag string
---@param what string
function Driver:need_flag(op, selected, flag, what)
  if is_permanent(selected, flag) then return end
  error_object.raise { kind = "unsupported", op = op, server = self.conn.server,
    message = ("%s: the server keeps no %s in folder '%s'"):format(op, what,
      self.tree:name(selected.name)) }
end

-- keywords of categories that items of the folder may have: SELECT lists them
local function categories_in_use(selected)
  local list = {}
  for _, flag in ipairs(selected.flags or {}) do
    if keywords.is_category(flag) then list[#list + 1] = flag end
  end
  return list
end

---The flags that changes of fields are.
---@param op string
---@param selected satchel.imap.Selected
---@param changes table fields
---@return satchel.imap.FlagChange
function Driver:flag_change(op, selected, changes)
  local change = { add = {}, remove = {} }
  for name, row in pairs(keywords.flags) do
    local value = changes[name]
    if value ~= nil then
      if rawequal(value, null) then value = false end
      self:need_flag(op, selected, row.flag, row.flag:sub(2):lower() .. " flag")
      local list = value ~= (row.inverse or false) and change.add or change.remove
      list[#list + 1] = row.flag
    end
  end
  if changes.categories ~= nil then
    local wanted = {}
    for _, category in ipairs(rawequal(changes.categories, null) and {} or changes.categories) do
      local keyword = keywords.keyword(category)
      self:need_flag(op, selected, keyword, ("category '%s'"):format(category))
      if not wanted[keyword:lower()] then
        wanted[keyword:lower()], change.add[#change.add + 1] = true, keyword
      end
    end
    for _, keyword in ipairs(categories_in_use(selected)) do
      if not wanted[keyword:lower()] then change.remove[#change.remove + 1] = keyword end
    end
    change.categories = wanted
  end
  table.sort(change.add)
  table.sort(change.remove)
  return change
end

---STORE of a change for a set of UIDs.
---@param set string
---@param change satchel.imap.FlagChange
---@return table[] commands
function Driver.store_commands(_, set, change)
  local list = {}
  for _, row in ipairs { { "-", change.remove }, { "+", change.add } } do
    if #row[2] > 0 then
      list[#list + 1] = { ("UID STORE %s %sFLAGS.SILENT (%s)"):format(set, row[1],
        table.concat(row[2], " ")) }
    end
  end
  return list
end

-- categories that SELECT did not list are looked for and taken away: 2 round trips,
-- where there are any 3
local function remove_unlisted(self, op, folder_id, batch, change)
  if not change.categories then return end
  local others, found, uids = {}, {}, batch.uids
  for first = 1, #uids, WINDOW do
    local window = table.move(uids, first, math.min(first + WINDOW - 1, #uids), 1, {})
    local responses = fetch.responses(self, op, folder_id, window, "FLAGS",
      { uidvalidity = batch.validity })
    for _, response in pairs(responses) do
      for _, flag in ipairs(response.flags or {}) do
        if keywords.is_category(flag) and not change.categories[flag:lower()]
          and not found[flag:lower()] then
          found[flag:lower()], others[#others + 1] = true, flag
        end
      end
    end
  end
  if #others == 0 then return end
  table.sort(others)
  self:for_flights(op, folder_id, batch, nil, function(piece)
    return self:store_commands(piece.set, { add = {}, remove = others })
  end, function() end)
end

---Changes flags of the items of a batch: 1 round trip for each 10,000; with categories
---more.
---@param op string
---@param folder_id string
---@param batch satchel.imap.Batch
---@param change satchel.imap.FlagChange
---@param opts table|nil progress
---@return table[] results
function Driver:store_flags(op, folder_id, batch, change, opts)
  local exist = {}
  local results = self:for_flights(op, folder_id, batch, opts, function(piece)
    local commands = self:store_commands(piece.set, change)
    commands[#commands + 1] = self:existing_command(piece.set, exist)
    return commands
  end, function(flight)
    for _, piece in ipairs(flight.pieces) do
      self:judge_piece(op, folder_id, batch, piece, exist)
    end
  end)
  remove_unlisted(self, op, folder_id, batch, change)
  return results
end

return Driver
