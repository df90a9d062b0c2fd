-- Messages of which a server cannot write the ENVELOPE or the BODYSTRUCTURE: what it
-- says of them breaks the grammar (QUIRKS 57).  Their fields are read from their own
-- header, or from all of them, as those of a message in a file are; that comes as a
-- literal, in which nothing can be broken.  Of what cannot be read even so the record has
-- what is known, and why the rest is not.

local broken = require "satchel.imap.broken"
local core = require "satchel.core"
local error_object = require "satchel.error"
local fields = require "satchel.imap.fields"
local ids = require "satchel.imap.ids"
local mime = require "satchel.mime"
local records = require "satchel.imap.records"

---@class satchel.imap.Driver
local Driver = {}

local M = { methods = Driver }

local PIECE <const> = 64 << 10
-- connections that are given up for the messages of one window
local LOSSES <const> = 3

-- what is told by a message itself
local read_from <const> = { envelope = true, lines = true, header = true, structure = true,
  body = true }
-- and by what is behind its header
local behind <const> = { text = true, html = true, attachments = true, has_attachments = true }

-- which section has the fields that are wanted; nil: none is needed
local function section_for(wanted)
  local section
  for name in pairs(wanted.fields) do
    if behind[name] then return "" end
    if read_from[fields.sources[name]] then section = "HEADER" end
  end
  return section
end

-- the names of fields that a message tells by itself
local function names_of(wanted)
  local names = { "class", "kind" }
  for name in pairs(wanted.fields) do
    if read_from[fields.sources[name]] and name ~= "attachments" then names[#names + 1] = name end
  end
  return names
end

-- Whole messages ------------------------------------------------------------------

---A stored message, parsed by the client; the last one is kept.
---@param op string
---@param folder_id string
---@param id string
---@return satchel.core.Message
function Driver:whole_message(op, folder_id, id)
  if self.whole and self.whole.id == id then return self.whole.message end
  local one = self:mime(id, folder_id)
  local ok, message = error_object.try(mime.parse, function() return one:read(PIECE) end)
  if not ok then
    error_object.raise(self:place_error(message, op, "item " .. id))
  end
  self.whole = { id = id, message = message }
  return message
end

---The attachments of a message, which opens as a whole.
---@param op string
---@param folder_id string
---@param id string
---@param message? satchel.core.Message
---@return table[] records
function Driver:own_attachments(op, folder_id, id, message)
  local list = mime.attachments(message or self:whole_message(op, folder_id, id))
  for _, record in ipairs(list) do
    local function whole() return self:whole_message(op, folder_id, id) end
    record.open = function() return whole():open(record.num) end
    record.message = record.embedded and function()
      return error_object.assert(whole():item(record.num))
    end or nil
  end
  return list
end

-- Windows of messages -------------------------------------------------------------

---@class satchel.imap.Repair
---@field driver satchel.imap.Driver
---@field op string
---@field place { folder_id: string, uidvalidity: integer }
---@field wanted satchel.imap.Wanted
---@field plain table<integer, table> responses by UID
---@field own table<integer, table> fields by UID
---@field sure boolean|nil the server has told plainly which messages there are
---@field why string|nil

-- the fields of a message; its bytes are let go
local function read_own(self, uid, bytes)
  local message, err = core.mime.parse(bytes)
  if not message then
    self.why = err and err.message
    return
  end
  local found = mime.fields(message, names_of(self.wanted))
  if self.wanted.fields.attachments then
    found.attachments = self.driver:own_attachments(self.op, self.place.folder_id,
      ids.item(self.place.uidvalidity, uid), message)
  end
  message:close()
  self.own[uid] = found
end

-- commands for a section; each answer is read when it comes
local function reading(self, uids, section)
  local into = {}
  local commands = self.driver.fetch_commands(uids, "BODY.PEEK[" .. section .. "]", into)
  for _, command in ipairs(commands) do
    local keep = command.on
    command.on = function(response)
      if keep(response) == false then return false end
      local _, bytes = next(into[response.uid].sections or {})
      into[response.uid] = { sections = {} }
      read_own(self, response.uid, bytes or "")
    end
    command.broken = function(response) self.why = broken.reason(response) end
  end
  return commands
end

-- runs commands: completions, or nil where the connection has ended at a message
local function run(self, commands)
  local ok, done = pcall(self.driver.in_folder, self.driver, self.op, self.place.folder_id,
    commands, { uidvalidity = self.place.uidvalidity })
  if ok then return done end
  if not broken.of_fetch(done) then error(done, 0) end
  self.why = done.message
  return nil
end

-- whether none was refused
local function all_done(self, completions)
  local refused = false
  for _, done in ipairs(completions or { { error = { message = self.why } } }) do
    if done.error then refused, self.why = true, done.error.message end
  end
  return not refused
end

-- all in one flight; after the end of a connection one by one
local function read_all(self, uids)
  local driver, section = self.driver, section_for(self.wanted)
  local plain = driver.fetch_commands(uids, fields.plain(self.wanted, function(name)
    return driver:has(name)
  end), self.plain)
  local commands = table.move(plain, 1, #plain, 1, {})
  local own = section and reading(self, uids, section) or {}
  local done = run(self, table.move(own, 1, #own, #commands + 1, commands))
  if done then
    driver:check(self.op, self.place.folder_id, table.move(done, 1, #plain, 1, {}))
    all_done(self, done)
    self.sure = not self.plain.broken
    return
  end
  self.sure = all_done(self, run(self, plain)) and not self.plain.broken
  local losses = 0
  for _, uid in ipairs(section and uids or {}) do
    if not self.own[uid] and losses < LOSSES then
      done = run(self, reading(self, { uid }, section))
      losses = losses + (done and 0 or 1)
      all_done(self, done)
    end
  end
end

-- what is known of a message where its broken response was all that came
local function known_by_uid(list)
  local known = {}
  for _, response in ipairs(list) do
    if response.uid then known[response.uid] = response end
  end
  return known
end

local function unreadable(self, id)
  return error_object.new { kind = "protocol", op = self.op, server = self.driver.conn.server,
    message = ("%s: item %s cannot be read: %s"):format(self.op, id,
      self.why or "the server does not give it") }
end

-- the record of one message; nil: it is not there any more
local function record_of(self, uid, known)
  local plain, own = self.plain[uid], self.own[uid]
  if not plain and not own and self.sure then return nil end
  local response = plain or known or {}
  local said = { uid = uid, flags = response.flags, internaldate = response.internaldate,
    size = response.size, savedate = response.savedate, threadid = response.threadid,
    gm = response.gm }
  -- the rest is the message's own
  local record = records.new(said, self.said, self.place)
  for name, value in pairs(own or {}) do record[name] = value end
  local whole = plain and (own or not section_for(self.wanted))
  record.partial = not whole and unreadable(self, record.id) or nil
  return record
end

---Records of those messages that did not come: 1 round trip.
---@param driver satchel.imap.Driver
---@param op string
---@param place { folder_id: string, uidvalidity: integer }
---@param uids integer[]
---@param responses table<integer, table> those that came by UID; `broken`: those that broke
---@param wanted satchel.imap.Wanted
---@return table<integer, table> by UID
function M.records(driver, op, place, uids, responses, wanted)
  local missing, known, found = {}, known_by_uid(responses.broken), {}
  for _, uid in ipairs(uids) do
    if not responses[uid] then missing[#missing + 1] = uid end
  end
  if #missing == 0 then return found end
  local sources = {}
  for name in pairs(wanted.sources) do sources[name] = not read_from[name] or nil end
  local self = { driver = driver, op = op, place = place, wanted = wanted, plain = {}, own = {},
    said = { fields = wanted.fields, sources = sources },
    why = broken.reason(responses.broken[1]) }
  read_all(self, missing)
  for _, uid in ipairs(missing) do found[uid] = record_of(self, uid, known[uid]) end
  return found
end

return M
