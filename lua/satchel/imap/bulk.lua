-- Many items at once, by UIDs: what the verbs that act on lists share, flags and
-- categories, and removal for good.  A command about items that are gone says nothing
-- of it, so the server is asked in the same flight which of them exist; those that do
-- not are `not_found`.  Long sets of UIDs are split and go together.

local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local find = require "satchel.imap.find"
local ids = require "satchel.imap.ids"
local keywords = require "satchel.imap.keywords"
local null = require "satchel.null"

---@class satchel.imap.Driver
local Driver = {}

-- sets of UIDs whose commands are in flight together
local FLIGHT <const> = 16
-- messages whose flags are looked at together
local WINDOW <const> = 2000

---@class satchel.imap.Batch the items of a verb
---@field results table[]
---@field uids integer[] that are still to be done, each once
---@field places table<integer, integer[]> positions by UID
---@field validity integer|nil

-- what a flag or message of an embedded item would be
local function refuse_embedded(op, part)
  if part then
    error_object.unsupported("%s: the item is part of another and not in a folder", op)
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
      if not batch.places[uid] then
        batch.places[uid] = {}
        batch.uids[#batch.uids + 1] = uid
      end
      table.insert(batch.places[uid], i)
    end
  end
  return batch
end

---Calls fn with each result of a message.
---@param batch satchel.imap.Batch
---@param uid integer
---@param fn fun(result: table)
function Driver.each_place(_, batch, uid, fn)
  for _, i in ipairs(batch.places[uid]) do fn(batch.results[i]) end
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

-- UIDs in the pieces that one command takes
local function pieces_of(uids)
  local pieces = {}
  for i, set in ipairs(core.imap.sets(uids, fetch.LINE)) do
    pieces[i] = { set = set, uids = core.imap.ids(set) }
  end
  return pieces
end

---The command that asks which messages exist.
---@param set string
---@param into table
---@return table command
function Driver:existing_command(set, into)
  local result = self:has "ESEARCH" and "RETURN (ALL) " or ""
  return find.collecting({ ("UID SEARCH %sUID %s"):format(result, set) }, into)
end

---Runs commands for all messages of a batch: 1 round trip for each 16 sets of UIDs, most
---often for all.  `make(piece)` gives the commands for a set; `judge(piece, completions)`
---takes their completions.  An error that no message survives is raised with the
---results.
---@param op string
---@param folder_id string
---@param batch satchel.imap.Batch
---@param opts table|nil progress
---@param make fun(piece: table): table[]
---@param judge fun(piece: table, completions: table[])
---@return table[] results
function Driver:for_pieces(op, folder_id, batch, opts, make, judge)
  local pieces, total, done = pieces_of(batch.uids), #batch.results, 0
  for _, result in ipairs(batch.results) do done = done + (result.ok and 0 or 1) end
  for first = 1, #pieces, FLIGHT do
    local commands, counts = {}, {}
    for i = first, math.min(first + FLIGHT - 1, #pieces) do
      local list = make(pieces[i])
      counts[i] = #list
      table.move(list, 1, #list, #commands + 1, commands)
    end
    local completions = self:in_folder(op, folder_id, commands, { write = true,
      uidvalidity = batch.validity })
    local at = 0
    for i = first, math.min(first + FLIGHT - 1, #pieces) do
      judge(pieces[i], table.move(completions, at + 1, at + counts[i], 1, {}))
      at = at + counts[i]
      for _, uid in ipairs(pieces[i].uids) do done = done + #batch.places[uid] end
    end
    if opts and opts.progress then opts.progress(done, total) end
  end
  return self:outcome(batch)
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

local function first_error(completions)
  for _, done in ipairs(completions) do
    if done.error then return done.error end
  end
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
  self:for_pieces(op, folder_id, batch, nil, function(piece)
    return self:store_commands(piece.set, { add = {}, remove = others })
  end, function() end)
end

---Changes flags of the items of a batch: 1 round trip; with categories 2.
---@param op string
---@param folder_id string
---@param batch satchel.imap.Batch
---@param change satchel.imap.FlagChange
---@param opts table|nil progress
---@return table[] results
function Driver:store_flags(op, folder_id, batch, change, opts)
  local results = self:for_pieces(op, folder_id, batch, opts, function(piece)
    local commands = self:store_commands(piece.set, change)
    piece.exist = {}
    commands[#commands + 1] = self:existing_command(piece.set, piece.exist)
    return commands
  end, function(piece, completions)
    local err = first_error(completions)
    if err then
      err.refused = true
      return self:fail(batch, piece.uids, self:place_error(err, op, self:show_folder(folder_id)))
    end
    self:fail_missing(op, batch, piece.uids, ids.set(piece.exist.uids))
  end)
  remove_unlisted(self, op, folder_id, batch, change)
  return results
end

-- Removing ------------------------------------------------------------------------

---Raises unless single messages can be expunged: a bare EXPUNGE would take along what
---others have marked.
---@param op string
function Driver:need_uid_expunge(op)
  if self:has "UIDPLUS" then return end
  error_object.raise { kind = "unsupported", op = op, server = self.conn.server, name = "UIDPLUS",
    message = op .. ": this server removes no single item for good (it has no UIDPLUS)",
    hint = "delete without hard moves it to the trash" }
end

local function remove_commands(piece)
  return { { ("UID STORE %s +FLAGS.SILENT (\\Deleted)"):format(piece.set) },
    { "UID EXPUNGE " .. piece.set } }
end

---Removes messages for good: 1 round trip.
---@param op string
---@param folder_id string
---@param uids integer[]
function Driver:expunge(op, folder_id, uids)
  self:select_for_writing(op, folder_id)
  for _, piece in ipairs(pieces_of(uids)) do
    self:check(op, folder_id, self:in_folder(op, folder_id, remove_commands(piece),
      { write = true }))
  end
  self:forget_items(folder_id, uids)
end

local function delete_hard(self, list, folder_id, opts)
  self:need_uid_expunge "delete"
  local _ <close> = self.conn:enter()
  local batch = self:batch("delete", folder_id, list)
  return self:for_pieces("delete", folder_id, batch, opts, function(piece)
    piece.exist = {}
    local commands = remove_commands(piece)
    table.insert(commands, 1, self:existing_command(piece.set, piece.exist))
    return commands
  end, function(piece, completions)
    local err = first_error(completions)
    if err then
      err.refused = true
      self:fail(batch, piece.uids, self:place_error(err, "delete", self:show_folder(folder_id)))
    else
      self:fail_missing("delete", batch, piece.uids, ids.set(piece.exist.uids))
      self:forget_items(folder_id, piece.uids)
    end
  end)
end

---Into the trash, or for good: 1 round trip once the folder is selected.
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
