-- Cursors over the items of a folder.  The UIDs are known when it begins; windows of
-- them are fetched, the next one while the one before is looked at.  UIDs do not
-- shift: what a loop moves or deletes is left out if it was still to come, and
-- nothing comes twice.  Between windows the connection is free.

local broken = require "satchel.imap.broken"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local fields = require "satchel.imap.fields"
local find = require "satchel.imap.find"
local ids = require "satchel.imap.ids"
local order = require "satchel.imap.order"
local where = require "satchel.where"

---@class satchel.imap.Cursor
local Cursor = {}
Cursor.__index = Cursor

local M = {}

local FIRST <const>, WINDOW <const>, BODIES <const> = 100, 500, 50

local function has(driver)
  return function(name) return driver:has(name) end
end

local function union(a, b)
  local list = table.move(a, 1, #a, 1, {})
  return table.move(b, 1, #b, #list + 1, list)
end

-- an item as the client judges it: references are several ids there
local function judged(record)
  if type(record.references) ~= "string" then return record end
  local list = {}
  for id in record.references:gmatch "%S+" do list[#list + 1] = id end
  return setmetatable({ references = list }, { __index = record })
end

---@param driver satchel.imap.Driver
---@param plan table { folder_id =, where =, order =, fields =, limit =, offset = }
---@return satchel.imap.Cursor
function M.new(driver, plan)
  local self = setmetatable({ driver = driver, plan = plan, at = 0, given = 0,
    folder_id = plan.folder_id, left = plan.limit or math.huge }, Cursor)
  driver.cursors[self] = true
  return self
end

-- Which items ---------------------------------------------------------------------

-- keys of all items are read, a window at a time, and nothing else is kept of them
local function sort_here(self, found)
  local by, sorter = self.plan.order, order.sorter(self.plan.order)
  local wanted = fields.wanted(union(order.fields(by), found.rest and found.fields or {}),
    has(self.driver))
  for first = 1, #found.uids, WINDOW do
    local uids = table.move(found.uids, first, math.min(first + WINDOW - 1, #found.uids), 1, {})
    local list, kept = self:read(uids, wanted)
    for i, record in ipairs(list) do
      if not found.rest or found.sure and found.sure[kept[i]]
        or where.matches(found.rest, judged(record)) then
        sorter:add(kept[i], record)
      end
    end
  end
  found.uids, found.rest, found.sorted = sorter:sorted(), nil, true
end

-- offset and limit, where they do not depend on what the client judges
local function cut(self, found)
  local offset = self.plan.offset or 0
  if found.rest then
    self.skip = offset
    return
  end
  self.skip = 0
  local last = math.min(#found.uids, offset + self.left)
  if offset > 0 or last < #found.uids then
    found.uids = table.move(found.uids, offset + 1, last, 1, {})
  end
end

-- the only item that is wanted, found and read in one go
local function begin_with_first(self)
  local plan = self.plan
  if plan.limit ~= 1 or (plan.offset or 0) > 0 or #(plan.order or {}) > 0 then return false end
  local wanted, into = fields.wanted(plan.fields or {}, has(self.driver)), {}
  if not wanted.items then return false end
  local found = find.first(self.driver, "items", plan, wanted.items, into)
  if not found then return false end
  self.place = { folder_id = self.folder_id, uidvalidity = found.uidvalidity }
  self.found, self.wanted, self.skip, self.at = found, wanted, 0, #found.uids
  if #found.uids > 0 then
    self.ahead = { uids = found.uids, into = into, complete = true }
  end
  return true
end

local function begin(self)
  local found = find.uids(self.driver, "items", self.plan)
  self.place = { folder_id = self.folder_id, uidvalidity = found.uidvalidity }
  if not found.sorted then sort_here(self, found) end
  cut(self, found)
  self.found = found
  self.wanted = fields.wanted(union(self.plan.fields or {}, found.rest and found.fields or {}),
    has(self.driver))
end

-- Windows -------------------------------------------------------------------------

---@param uids integer[]
---@param wanted satchel.imap.Wanted
---@return table[] records
---@return integer[] uids
function Cursor:read(uids, wanted)
  local items = wanted.items or "FLAGS"
  local responses = fetch.responses(self.driver, "items", self.folder_id, uids, items,
    { uidvalidity = self.place.uidvalidity })
  return fetch.records(self.driver, "items", self.place, uids, responses, wanted)
end

-- the next UIDs that are still to come
local function next_uids(self)
  local size = self.wanted.bodies and BODIES or self.at == 0 and FIRST or WINDOW
  local uids, all, removed = {}, self.found.uids, self.removed
  while #uids < size and self.at < #all do
    self.at = self.at + 1
    if not (removed and removed[all[self.at]]) then uids[#uids + 1] = all[self.at] end
  end
  return uids
end

-- puts the fetch of the next window in flight
local function read_ahead(self)
  if self.ahead or self.at >= #self.found.uids then return end
  local uids, into = next_uids(self), {}
  if #uids == 0 then return end
  local commands = fetch.commands(uids, self.wanted.items, into)
  local ok, started = pcall(self.driver.start_in_folder, self.driver, self.folder_id, commands)
  self.ahead = { uids = uids, into = into, started = ok and started or nil }
end

-- what was read ahead, or read now if that came to nothing
local function take_ahead(self)
  local ahead = self.ahead
  self.ahead = nil
  local done = ahead.complete or ahead.started and self.driver:finish_in_folder(ahead.started,
    self.place.uidvalidity)
  if not done then return self:read(ahead.uids, self.wanted) end
  return fetch.records(self.driver, "items", self.place, ahead.uids, ahead.into, self.wanted)
end

-- items of which nothing but the id is wanted
local function bare(self, uids)
  local list = {}
  for i, uid in ipairs(uids) do
    list[i] = { id = ids.item(self.place.uidvalidity, uid), folder_id = self.folder_id }
  end
  return list, uids
end

local function next_window(self)
  if self.ahead then return take_ahead(self) end
  local uids = next_uids(self)
  if #uids == 0 then return nil end
  if not self.wanted.items then return bare(self, uids) end
  return self:read(uids, self.wanted)
end

-- what holds of the records, without those that this session has removed meanwhile
local function pick(self, list, uids)
  local kept, found, removed = {}, self.found, self.removed
  for i, record in ipairs(list) do
    local uid = uids[i]
    local holds = not (removed and removed[uid]) and (not found.rest
      or found.sure and found.sure[uid] or where.matches(found.rest, judged(record)))
    if holds and self.skip > 0 then
      self.skip = self.skip - 1
    elseif holds and self.left > 0 then
      kept[#kept + 1] = record
      self.left = self.left - 1
    end
  end
  return kept
end

---The next window of records: 1 round trip at most, 2 with bodies.
---@return table[]|nil
function Cursor:next()
  if self.ended then return nil end
  if not self.found and not begin_with_first(self) then begin(self) end
  while self.left > 0 do
    local list, uids = next_window(self)
    if not list then break end
    if self.wanted.items and self.left > #list then read_ahead(self) end
    local kept = pick(self, list, uids)
    if #kept > 0 then return kept end
  end
  self:close()
  return nil
end

-- which of the items that are not sure hold
local function judge_all(self)
  local found, doubtful, holds = self.found, {}, {}
  for _, uid in ipairs(found.uids) do
    if found.sure and found.sure[uid] then holds[uid] = true
    else doubtful[#doubtful + 1] = uid
    end
  end
  for first = 1, #doubtful, WINDOW do
    local list, uids = self:read(table.move(doubtful, first,
      math.min(first + WINDOW - 1, #doubtful), 1, {}), self.wanted)
    for i, record in ipairs(list) do
      holds[uids[i]] = where.matches(found.rest, judged(record)) or nil
    end
  end
  return holds
end

---UIDs of all items that are found.
---@return integer[]
function Cursor:uids()
  begin(self)
  local list = self.found.uids
  if self.found.rest then
    local holds = judge_all(self)
    list = {}
    for _, uid in ipairs(self.found.uids) do
      if holds[uid] then list[#list + 1] = uid end
    end
    list = table.move(list, self.skip + 1, math.min(#list, self.skip + self.left), 1, {})
  end
  self:close()
  return list
end

---Items that this session has taken out of the folder.
---@param uids integer[]
function Cursor:forget(uids)
  self.removed = self.removed or {}
  for _, uid in ipairs(uids) do self.removed[uid] = true end
end

---Nothing is read any more.
function Cursor:close()
  self.ended = true
  if self.ahead and self.ahead.started then self.driver.conn:forget(self.ahead.started) end
  self.ahead = nil
  self.driver.cursors[self] = nil
end

Cursor.__close = Cursor.close

-- The driver's verbs --------------------------------------------------------------

---@class satchel.imap.Driver
local Driver = {}
M.methods = Driver

Driver.fetch_commands = fetch.commands

---@param plan table
---@return satchel.imap.Cursor
function Driver:cursor(plan)
  return M.new(self, plan)
end

---Ids of all items that a query finds: 1 round trip where the server judges alone.
---@param plan table
---@return string[]
function Driver:ids(plan)
  local copy = setmetatable({ fields = {} }, { __index = plan })
  local cursor <close> = M.new(self, copy)
  local list = cursor:uids()
  local validity = cursor.place.uidvalidity
  for i, uid in ipairs(list) do list[i] = ids.item(validity, uid) end
  return list
end

---How many items a query finds: 1 round trip where the server judges alone.
---@param plan table
---@return integer
function Driver:count(plan)
  local n = not plan.limit and not plan.offset and find.count(self, "count", plan)
  if n then return n end
  return #self:ids({ folder_id = plan.folder_id, where = plan.where, limit = plan.limit,
    offset = plan.offset, order = {} })
end

---UIDs of all items in a folder: 1 round trip.
---@param op string
---@param folder_id string
---@return integer[]
function Driver:find_uids(op, folder_id)
  return find.uids(self, op, { folder_id = folder_id }).uids
end

---Puts commands in a folder in flight; `finish_in_folder` takes the answers.
---@param folder_id string
---@param list table[]
---@return satchel.imap.Started
function Driver:start_in_folder(folder_id, list)
  local conn, id = self.conn, self:mailbox_of(folder_id)
  local _ <close> = conn:enter()
  local flight, now = {}, conn.selected
  local one = conn.channel
  if not now or now.name ~= id or not one or one.lost or one.bye then
    flight[1] = conn:select_command(id)
    local entry = flight[1]
    local after = entry.after
    entry.after = function(done)
      after(done)
      entry.opened = conn.selected
    end
  end
  local selecting = flight[1]
  table.move(list, 1, #list, #flight + 1, flight)
  local started = conn:start(flight)
  if selecting and not selecting.opened then conn.selected = nil end -- nobody knows yet
  started.selected = function() return selecting and selecting.opened or now end
  return started
end

---The answers have come; false where they are of no use: the connection was lost, or
---has ended at a message, or something was refused.
---@param started satchel.imap.Started
---@param uidvalidity integer
---@return boolean
function Driver:finish_in_folder(started, uidvalidity)
  local ok, completions = pcall(self.conn.finish, self.conn, started)
  if not ok then
    if error_object.is(completions)
      and (completions.kind == "network" or broken.of_fetch(completions)) then
      return false
    end
    error(completions, 0)
  end
  for _, done in ipairs(completions) do
    if done.error then return false end
  end
  local opened = started.selected()
  return opened ~= nil and opened.uidvalidity == uidvalidity
end

---Tells cursors which items this session has taken out of a folder.
---@param folder_id string
---@param uids integer[]
function Driver:forget_items(folder_id, uids)
  folder_id = self:mailbox_of(folder_id)
  for cursor in pairs(self.cursors) do
    if self:mailbox_of(cursor.folder_id) == folder_id then cursor:forget(uids) end
  end
end

return M
