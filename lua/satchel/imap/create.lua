-- New items: messages built of drafts and stored by APPEND, many at once.  Where the
-- server has MULTIAPPEND all of a batch go in one command; if it refuses that, each goes
-- by itself, so that one that does not fit leaves the others be.  Nothing is uploaded
-- that the server has said it will not take, nor what it has already.

local appended = require "satchel.imap.appended"
local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local ids = require "satchel.imap.ids"
local keywords = require "satchel.imap.keywords"
local storing = require "satchel.imap.storing"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
local Driver = {}

-- bytes that are built before they are sent
local AT_ONCE <const> = 8 << 20
local SMALL <const> = 64 << 10

-- Limits --------------------------------------------------------------------------

-- RFC 7889 3: one for all, or one for each mailbox
local function append_limit(self, folder_id)
  local value = tonumber(self.conn.capabilities:values("APPENDLIMIT")[1] or nil)
  if value or not self:has "APPENDLIMIT" then return value end
  self.append_limits = self.append_limits or {}
  local id = self:mailbox_of(folder_id)
  if self.append_limits[id] == nil then
    local limit
    local command = words.add({ "STATUS " }, self:mailbox_part(id), " (APPENDLIMIT)")
    function command.on(response)
      if response.type ~= "status" then return false end
      limit = response.appendlimit
    end
    self.conn:pipeline { command }
    self.append_limits[id] = limit or false
  end
  return self.append_limits[id] or nil
end

local function check_size(self, op, folder_id, parcel)
  local limit = append_limit(self, folder_id)
  if limit and parcel.size > limit then
    error_object.raise { kind = "limit", op = op, server = self.conn.server,
      message = ("%s: the message has %d bytes, more than the %d that the server takes"):format(
        op, parcel.size, limit) }
  end
end

-- categories that the folder cannot keep are refused, not lost
local function check_flags(self, op, folder_id, parcels)
  local selected
  for _, parcel in ipairs(parcels) do
    for _, flag in ipairs(parcel.flags) do
      if flag:sub(1, 1) ~= "\\" then
        selected = selected or self:select_for_writing(op, folder_id)
        self:need_flag(op, selected, flag, ("category '%s'"):format(keywords.category(flag)))
      end
    end
  end
end

-- APPEND --------------------------------------------------------------------------

local function message_of(parcel)
  parcel.rewind()
  if parcel.pieces then
    return { flags = parcel.flags, date = parcel.date, pieces = parcel.pieces }
  end
  local message = { flags = parcel.flags, date = parcel.date, utf8 = parcel.utf8,
    size = parcel.size, read = parcel.read }
  if parcel.size <= SMALL then
    local parts = {}
    for piece in parcel.read, parcel.size do parts[#parts + 1] = piece end
    message.data, message.read = table.concat(parts), nil
  end
  return message
end

local function append_command(self, folder_id, parcels)
  local command = words.add({ "APPEND " }, self:mailbox_part(folder_id))
  for _, parcel in ipairs(parcels) do
    storing.message(self.conn, command, message_of(parcel))
  end
  command.reset = function()
    for _, parcel in ipairs(parcels) do parcel.rewind() end
  end
  return command
end

-- the UIDs that the server says it gave (RFC 4315 3)
local function given_ids(code, count)
  if not code or code.name ~= "APPENDUID" then return nil end
  local uids = core.imap.ids(code.uids)
  if not uids or #uids ~= count then return nil end
  for i, uid in ipairs(uids) do uids[i] = ids.item(code.uidvalidity, uid) end
  return uids
end

local function append_error(self, op, folder_id, err)
  if err.name == "TRYCREATE" or err.kind == "not_found" then
    err.kind, err.hint = "not_found", nil
    err.message = ("folder '%s' does not exist"):format(self:mailbox_of(folder_id))
  end
  err.refused = true
  return self:place_error(err, op, self:show_folder(folder_id))
end

-- what makes all of a command fail, whatever its messages
local hopeless <const> = { not_found = true, denied = true, auth = true, network = true,
  timeout = true, protocol = true }

-- a URL that leads nowhere (RFC 4469 4.1) is not the folder that is missing
local function is_hopeless(err)
  return hopeless[err.kind] and err.name ~= "BADURL"
end

local function lost_result(self, op, folder_id, done, parcel)
  return { ok = false, parcel = parcel, lost = true,
    error = self:place_error(done.error, op, self:show_folder(folder_id)) }
end

-- one command for all; nil where it was refused
local function append_together(self, op, folder_id, parcels, results)
  local done = self.conn:outcomes({ append_command(self, folder_id, parcels) })[1]
  if done.type == "lost" then
    for i, parcel in ipairs(parcels) do
      results[i] = lost_result(self, op, folder_id, done, parcel)
    end
    return results
  end
  if done.error then return nil, done.error end
  local given = given_ids(done.code, #parcels)
  for i, parcel in ipairs(parcels) do
    results[i] = { ok = true, id = given and given[i], parcel = parcel }
  end
  return results
end

local function append_each(self, op, folder_id, parcels, results)
  local commands = {}
  for i, parcel in ipairs(parcels) do
    commands[i] = append_command(self, folder_id, { parcel })
  end
  for i, done in ipairs((self.conn:outcomes(commands))) do
    local given = given_ids(done.code, 1)
    results[i] = done.type == "lost" and lost_result(self, op, folder_id, done, parcels[i])
      or { ok = done.ok, id = given and given[1], parcel = parcels[i],
        error = done.error and append_error(self, op, folder_id, done.error) }
  end
  return results
end


-- What the server did not put together (RFC 4469 4: a URL that it cannot resolve) goes to
-- it as bytes.
local function append_filled(self, op, folder_id, results)
  local again, places = {}, {}
  for i, result in ipairs(results) do
    if result.error and result.parcel.fill and not is_hopeless(result.error) then
      result.parcel.fill()
      again[#again + 1], places[#places + 1] = result.parcel, i
    end
  end
  local filled = {}
  append_each(self, op, folder_id, again, filled)
  for i, result in ipairs(filled) do results[places[i]] = result end
end

---The newest message with a Message-ID, if there is one: 1 round trip.
---@param op string
---@param folder_id string
---@param message_id string|nil
---@return string|nil id
function Driver:find_stored(op, folder_id, message_id)
  local result = { ok = true, parcel = { message_id = message_id } }
  appended.find(self, op, folder_id, { result })
  return result.id
end

-- Keywords of new items: whether APPEND keeps them is looked at once; where it does not
-- (QUIRKS 52) they are stored, a command for each set of them.
local function keep_keywords(self, op, folder_id, results)
  if self.append_keeps_keywords then return end
  local groups, first = {}, nil
  for _, result in ipairs(results) do
    local list = {}
    for _, flag in ipairs(result.parcel.flags) do
      if flag:sub(1, 1) ~= "\\" then list[#list + 1] = flag end
    end
    if result.id and #list > 0 then
      local _, uid = ids.parse(result.id)
      local key = table.concat(list, " ")
      first = first or { uid = uid, flag = list[1]:lower() }
      groups[key] = groups[key] or {}
      table.insert(groups[key], uid)
    end
  end
  if not first then return end
  if self.append_keeps_keywords == nil then
    local found = fetch.responses(self, op, folder_id, { first.uid }, "FLAGS")[first.uid]
    if found then self.append_keeps_keywords = keywords.set(found.flags)[first.flag] or false end
    if self.append_keeps_keywords then return end
  end
  local commands = {}
  for key, uids in pairs(groups) do
    for _, set in ipairs(core.imap.sets(uids, fetch.LINE)) do
      commands[#commands + 1] = { ("UID STORE %s +FLAGS.SILENT (%s)"):format(set, key) }
    end
  end
  self:check(op, folder_id, self:in_folder(op, folder_id, commands, { write = true }))
end

-- QUIRKS 53: what was stored in the selected mailbox may not be in it yet
local function watched(self, folder_id)
  local selected = self.conn.selected
  if not selected or selected.name ~= self:mailbox_of(folder_id) then return function() end end
  local exists = selected.exists
  return function(results)
    for _, result in ipairs(results) do exists = exists + (result.ok and 1 or 0) end
    if self.conn.selected == selected and selected.exists < exists then selected.behind = true end
  end
end

-- Messages that may have been stored though the connection was lost are looked for by
-- their Message-ID, if it is new; raises unless all are there.
local function settle(self, op, folder_id, results)
  local lost, asked = nil, {}
  for _, result in ipairs(results) do
    lost = lost or result.lost and result.error
    if result.lost and result.error.uncertain and result.parcel.is_new then
      asked[#asked + 1] = result
    end
  end
  if not lost then return end
  if self.conn.options.repeats ~= false then pcall(appended.find, self, op, folder_id, asked) end
  for _, result in ipairs(asked) do
    if result.id then result.ok, result.error, result.lost = true, nil, nil end
  end
  for _, result in ipairs(results) do
    if result.lost then
      local err = error_object.new(result.error)
      err.results = results
      error_object.raise(err)
    end
  end
end

---Stores messages: 1 round trip where the server has LITERAL+.
---@param op string
---@param folder_id string
---@param parcels satchel.imap.Parcel[]
---@return table[] results { ok =, id =, error = }
function Driver:store(op, folder_id, parcels)
  local _ <close> = self.conn:enter()
  local results, err = {}, nil
  check_flags(self, op, folder_id, parcels)
  local note = watched(self, folder_id)
  local together = #parcels > 1 and self:has "MULTIAPPEND"
  if together then
    local _, refusal = append_together(self, op, folder_id, parcels, results)
    err = refusal
    if err and is_hopeless(err) then
      error_object.raise(append_error(self, op, folder_id, err))
    end
  end
  if not together or err then append_each(self, op, folder_id, parcels, results) end
  append_filled(self, op, folder_id, results)
  settle(self, op, folder_id, results)
  note(results)
  appended.find(self, op, folder_id, results)
  error_object.after(keep_keywords, self, op, folder_id, results)
  return results
end

-- Verbs ---------------------------------------------------------------------------

-- stores a batch; the results go to their places
local function flush(self, op, folder_id, batch, results)
  if #batch.parcels == 0 then return end
  local ok, stored = pcall(self.store, self, op, folder_id, batch.parcels)
  local list = ok and stored or error_object.is(stored) and stored.results or {}
  for i, parcel in ipairs(batch.parcels) do
    parcel.close()
    local one = list[i] or { ok = false, error = stored }
    results[batch.places[i]] = { ok = one.ok, id = one.id, error = one.error }
  end
  if ok then return end
  if error_object.is(stored) then stored.results = results end
  error(stored, 0)
end

-- stores what `make` makes of each of a list
local function store_all(self, op, folder_id, list, make)
  local results, batch, bytes = {}, { parcels = {}, places = {} }, 0
  for i, each in ipairs(list) do
    local ok, parcel = error_object.try(function()
      local parcel = make(each)
      check_size(self, op, folder_id, parcel)
      return parcel
    end)
    if ok then
      local n = #batch.parcels + 1
      batch.parcels[n], batch.places[n] = parcel, i
      bytes = bytes + parcel.size
    else
      results[i] = { ok = false, error = parcel }
    end
    if bytes > AT_ONCE then
      flush(self, op, folder_id, batch, results)
      batch, bytes = { parcels = {}, places = {} }, 0
    end
  end
  flush(self, op, folder_id, batch, results)
  if #list > 0 and #results == #list then self:outcome { results = results } end
  return results
end

---New items: 1 round trip for up to 8 MiB of them where the server has LITERAL+.
---@param folder_id string
---@param drafts table[]
---@return table[] results
function Driver:create(folder_id, drafts)
  return store_all(self, "create", folder_id, drafts,
    function(draft) return self:parcel_of(draft) end)
end

---Stores messages as they are, likewise.
---@param folder_id string
---@param messages { body: satchel.mime.Body, flags: table }[] flags: the fields unread,
---  flagged, answered, draft, categories, received
---@return table[] results
function Driver:import(folder_id, messages)
  return store_all(self, "import", folder_id, messages, function(message)
    local flags = message.flags
    return self:parcel(message.body, keywords.of_draft(flags), flags.received)
  end)
end

return Driver
