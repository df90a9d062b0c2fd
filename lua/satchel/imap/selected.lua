-- What is known of the selected mailbox: what SELECT said (RFC 9051 6.3.2) and what
-- the server said since then without being asked (7.4.1, 7.5.1; RFC 7162 3.2.10).

local core = require "satchel.core"

---@class satchel.imap.Selected
---@field name string in UTF-8
---@field readonly boolean
---@field exists integer messages
---@field recent integer
---@field uidvalidity? integer
---@field uidnext? integer
---@field unseen? integer sequence number of the first unseen one
---@field highestmodseq? integer
---@field nomodseq? boolean the mailbox has no mod-sequences
---@field sticky boolean UIDs stay (RFC 4315 3)
---@field mailboxid? string
---@field flags string[]
---@field permanent_flags? string[]
---@field vanished? string UIDs that QRESYNC says are gone
---@field behind? boolean messages were stored that the server has not told of
---@field changed table[] FETCH responses that QRESYNC sent with SELECT
local Selected = { __name = "satchel.imap.Selected" }
Selected.__index = Selected

local M = {}

---@param name string
---@param readonly boolean
---@return satchel.imap.Selected
function M.new(name, readonly)
  return setmetatable({ name = name, readonly = readonly or false, exists = 0, recent = 0,
    sticky = true, flags = {}, changed = {} }, Selected)
end

local codes <const> = {
  UIDVALIDITY = "uidvalidity", UIDNEXT = "uidnext", UNSEEN = "unseen",
  HIGHESTMODSEQ = "highestmodseq", MAILBOXID = "mailboxid",
}

---Takes a response code.
---@param code table
function Selected:code(code)
  local field = codes[code.name]
  if field then
    self[field] = code.value or code.detail
  elseif code.name == "PERMANENTFLAGS" then
    self.permanent_flags = code.list
  elseif code.name == "NOMODSEQ" then
    self.nomodseq = true
  elseif code.name == "UIDNOTSTICKY" then
    self.sticky = false
  elseif code.name == "READ-ONLY" then
    self.readonly = true
  elseif code.name == "READ-WRITE" then
    self.readonly = false
  end
end

-- how many UIDs a set names: a server sends no "*"
local function count(set)
  local n = 0
  for first, last in set:gmatch "(%d+):?(%d*)" do
    local a, b = math.tointeger(first), math.tointeger(tonumber(last) or first)
    n = n + math.abs(b - a) + 1
  end
  return n
end

local types = {
  exists = function(self, r) self.exists = r.number end,
  recent = function(self, r) self.recent = r.number end,
  expunge = function(self) self.exists = math.max(self.exists - 1, 0) end,
  flags = function(self, r) self.flags = table.move(r, 1, #r, 1, {}) end,
  vanished = function(self, r)
    if r.earlier then
      self.vanished = self.vanished and self.vanished .. "," .. r.uids or r.uids
    else
      self.exists = math.max(self.exists - count(r.uids), 0)
    end
  end,
}

---Takes an untagged response about it.
---@param response satchel.imap.Response
function Selected:observe(response)
  local take = types[response.type]
  if take then return take(self, response) end
  if response.code then self:code(response.code) end
end

---As `observe`, while SELECT is under way: what QRESYNC resends is kept
---(RFC 7162 3.2.5.1).
---@param response satchel.imap.Response
function Selected:opening(response)
  if response.type == "fetch" then
    self.changed[#self.changed + 1] = response
  else
    self:observe(response)
  end
end

---UIDs that QRESYNC said are gone.
---@return integer[]
function Selected:gone()
  return self.vanished and core.imap.ids(self.vanished) or {}
end

return M
