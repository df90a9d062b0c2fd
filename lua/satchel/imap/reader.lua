-- Messages of a mailbox in windows, read ahead: two windows are in flight, so that
-- the wire never idles; their sizes follow what messages turn out to weigh. A
-- reader has the connection only while it waits for bytes: between its messages
-- any other command may run, which comes behind what is in flight.

local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"

---@class satchel.imap.Reader
---@field uidvalidity? integer of the mailbox, once it was selected
local Reader = { __name = "satchel.imap.Reader" }
Reader.__index = Reader

local M = {}

local IN_FLIGHT <const> = 2
-- bytes that a window should have
local TARGET <const> = 384 << 10
-- messages in the first window, with bodies and without
local FIRST_BODIES <const>, FIRST <const> = 32, 250
local MOST <const> = 1000
-- responses that are taken at once while they are there
local GULP <const> = 100

-- items of FETCH and the field that a response to them has; what a server says
-- unasked has flags alone (RFC 9051 7.5.2)
local marks <const> = {
  { "BODY%.?P?E?E?K?%[", "sections" }, { "BINARY%.?P?E?E?K?%[", "sections" },
  { "RFC822%.HEADER", "sections" }, { "RFC822%.TEXT", "sections" },
  { "RFC822%f[^%w.]", "sections" },
  { "ENVELOPE", "envelope" }, { "BODYSTRUCTURE", "bodystructure" }, { "RFC822%.SIZE", "size" },
  { "INTERNALDATE", "internaldate" },
}

local function mark_of(items)
  items = items:upper()
  for _, row in ipairs(marks) do
    if items:find(row[1]) then return row[2] end
  end
end

---@class satchel.imap.ReaderOptions
---@field modifiers? string "(CHANGEDSINCE 12)"
---@field window? integer messages in one command; default: as their sizes go
---@field uidvalidity? integer that the mailbox must have
---@field select? satchel.imap.SelectOptions

---Opens a reader; nothing is sent yet.
---@param conn satchel.imap.Connection
---@param mailbox string
---@param uids integer[] in the order in which they are wanted, as far as a server keeps it
---@param items string "(UID FLAGS)"
---@param options? satchel.imap.ReaderOptions
---@return satchel.imap.Reader
function M.open(conn, mailbox, uids, items, options)
  options = options or {}
  local mark = mark_of(items)
  return setmetatable({
    conn = conn, mailbox = mailbox, uids = uids, at = 1, items = items, mark = mark,
    size = options.window or mark == "sections" and FIRST_BODIES or FIRST,
    fixed = options.window ~= nil, modifiers = options.modifiers,
    select = options.select or { readonly = true }, uidvalidity = options.uidvalidity,
    windows = {}, buffer = {}, first = 1, last = 0, losses = 0,
  }, Reader)
end

-- false: it is not of this window
local function accept(self, window, response)
  if response.type ~= "fetch" then return false end
  local uid = response.uid
  if not uid or not window.asked[uid] then return false end
  if self.mark and response[self.mark] == nil then return false end
  window.asked[uid] = nil
  window.bytes = window.bytes + self.conn.channel.wire:size()
  if self.closed then return end
  self.last = self.last + 1
  self.buffer[self.last] = response
end

-- a broken response, whose message may be of any window: it is given once
local function accept_broken(self, window, response)
  if self.broken == response or self.closed then return end
  if response.uid and not window.asked[response.uid] then return end
  self.broken = response
  if response.uid then window.asked[response.uid] = nil end
  self.last = self.last + 1
  self.buffer[self.last] = response
end

local function send_window(self, uids)
  local window = { asked = ids.set(uids), uids = uids, n = #uids, bytes = 0 }
  window.command = self.conn.channel:send(
    ("UID FETCH %s %s%s"):format(core.imap.set(uids), self.items,
      self.modifiers and " " .. self.modifiers or ""),
    { name = "UID FETCH", on = function(response) return accept(self, window, response) end,
      broken = function(response) accept_broken(self, window, response) end })
  self.windows[#self.windows + 1] = window
end

-- the size of the next window
local function adapt(self, window)
  if self.fixed or window.n == 0 then return end
  local each = math.max(window.bytes / window.n, 1)
  self.size = math.max(8, math.min(MOST, TARGET // each // 1 | 0))
end

local function next_uids(self)
  local last = math.min(self.at + self.size - 1, #self.uids)
  local uids = table.move(self.uids, self.at, last, 1, {})
  self.at = last + 1
  return uids
end

-- those of a lost connection that did not come are asked for again
local function requeue(self)
  local again = {}
  for _, window in ipairs(self.windows) do
    for _, uid in ipairs(window.uids) do
      if window.asked[uid] then again[#again + 1] = uid end
    end
  end
  table.move(self.uids, self.at, #self.uids, #again + 1, again)
  self.uids, self.at, self.windows = again, 1, {}
end

-- the server may say at any time that the UIDs are others now
local function check_validity(self)
  local conn = self.conn
  local now = conn.selected
  if not now or now.name ~= self.mailbox then return end
  self.uidvalidity = self.uidvalidity or now.uidvalidity
  if self.uidvalidity == now.uidvalidity then return end
  error_object.raise(ids.renumbered(self.mailbox, self.uidvalidity, now.uidvalidity))
end

-- nothing is to be sent: all is asked for, and will be answered here
local function is_full(self)
  if self.at <= #self.uids and #self.windows < IN_FLIGHT then return false end
  local conn = self.conn
  return not self.windows[1]
    or self.generation == conn.generation and not conn.channel.lost
end

local function fill(self)
  if is_full(self) then return end
  local conn = self.conn
  conn:select(self.mailbox, self.select)
  check_validity(self)
  if self.generation ~= conn.generation then
    if self.generation then requeue(self) end
    self.generation = conn.generation
  end
  while #self.windows < IN_FLIGHT and self.at <= #self.uids do
    send_window(self, next_uids(self))
  end
end

-- takes the windows away that have been answered
local function settle(self)
  while self.windows[1] and self.windows[1].command.done do
    local window = table.remove(self.windows, 1)
    if window.command.done.type ~= "ok" then
      error_object.raise(self.conn:refusal("UID FETCH", window.command.done))
    end
    adapt(self, window)
  end
end

-- one response after waiting, and those behind it that are there
local function gulp(self)
  local channel = self.conn.channel
  channel:advance()
  for _ = 1, GULP do
    if self.windows[1].command.done or not channel:take() then break end
  end
  settle(self)
  check_validity(self)
end

local function read(self)
  while self.first > self.last do
    settle(self) -- what others have read on their way
    fill(self)
    if not self.windows[1] then return false end
    gulp(self)
  end
  self.losses = 0
  fill(self)
  return true
end

-- the end of the connection costs one more attempt
local function read_again(self)
  local ok, more = pcall(read, self)
  if ok then return more end
  local lost = error_object.is(more) and more.kind == "network"
  self.losses = self.losses + 1
  if not lost or self.losses > 1 or self.conn.options.repeats == false then error(more, 0) end
  return self.first <= self.last or read(self)
end

---The next message that is there, in the order of the server; nil at the end.  What the
---server says of it may be of type "broken".
---@return satchel.imap.Response|nil fetch
function Reader:next()
  if self.closed then return nil end
  if self.first > self.last then
    local _ <close> = self.conn:enter()
    if not read_again(self) then return nil end
  end
  local response = self.buffer[self.first]
  self.buffer[self.first] = nil
  self.first = self.first + 1
  return response
end

---Ends it; what is in flight is read past by whoever uses the connection next.
function Reader:close()
  self.closed, self.buffer, self.first, self.last = true, {}, 1, 0
end

Reader.__close = Reader.close

return M
