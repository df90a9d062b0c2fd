-- The selected mailbox of a connection: SELECT and EXAMINE (RFC 9051 6.3.2, 6.3.3),
-- alone and as part of a flight, once more after a reconnect, and their end.

local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"
local selected = require "satchel.imap.selected"
local words = require "satchel.imap.words"

---@class satchel.imap.Connection
local Connection = {}

---@class satchel.imap.SelectOptions
---@field readonly? boolean by EXAMINE
---@field condstore? boolean
---@field qresync? { uidvalidity: integer, modseq: integer, uids: string }
---@field force? boolean even if it is selected

local function parameters(self, options)
  local q = options.qresync
  if q then
    self:need("select", "QRESYNC")
    return (" (QRESYNC (%d %d%s))"):format(q.uidvalidity, q.modseq,
      q.uids and " " .. words.set(q.uids) or "")
  elseif options.condstore then
    self:need("select", "CONDSTORE")
    return " (CONDSTORE)"
  end
  return ""
end

---SELECT or EXAMINE as an entry for `pipeline`: when it is completed `selected` is
---that mailbox, or none.
---@param name string
---@param options? satchel.imap.SelectOptions
---@return table entry
function Connection:select_command(name, options)
  options = options or {}
  local opening
  local entry = { options.readonly and "EXAMINE " or "SELECT ", words.mailbox(self, name),
    parameters(self, options), own = true }
  function entry.reset() opening = selected.new(name, options.readonly) end
  function entry.on(response) opening:opening(response) end
  function entry.after(done)
    self.selected = done.type == "ok" and opening or nil
    if not self.selected then return end
    if done.code then opening:code(done.code) end
    self.wanted = { name = name, options = { readonly = options.readonly,
      condstore = options.condstore }, uidvalidity = opening.uidvalidity }
  end
  return entry
end

---Selects a mailbox unless it is; what is selected for writing serves readers.
---@param name string
---@param options? satchel.imap.SelectOptions
---@return satchel.imap.Selected
function Connection:select(name, options)
  options = options or {}
  local _ <close> = self:enter()
  local now = self.selected
  if now and now.name == name and not options.force and not options.qresync
    and (options.readonly or not now.readonly) then
    self:ready()
    if self.selected == now then return now end
  end
  self:run(self:select_command(name, options))
  return self.selected
end

---Selects again what was selected on the connection before this one.
function Connection:reselect()
  local before = self.wanted
  self.wanted = nil
  self:run(self:select_command(before.name, before.options))
  if before.uidvalidity ~= self.selected.uidvalidity then
    error_object.raise(ids.renumbered(before.name, before.uidvalidity,
      self.selected.uidvalidity))
  end
end

---No mailbox is selected any more; deletes nothing. By UNSELECT, or where that is
---not offered by EXAMINE of a mailbox that does not exist.
function Connection:unselect()
  local _ <close> = self:enter()
  self.wanted = nil
  if not self.selected then return end
  if self.capabilities:has "UNSELECT" then
    self:run { "UNSELECT", after = function() self.selected = nil end }
  else -- RFC 3691 1
    self:pipeline { self:select_command(("none %08x"):format(math.random(0xffffffff)),
      { readonly = true }) }
  end
end

return Connection
