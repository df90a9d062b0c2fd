-- Bare names to addresses, by the address book of the server: Bind, then one
-- ResolveNames for all ([MS-OXNSPI] 3.1.4.1.17).  An answer is taken only if
-- it is the only one.

local error_object = require "satchel.error"
local nspi = require "satchel.mapi.nspi"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"

local M = {}

local UNKNOWN <const>, AMBIGUOUS <const> = 0, 1 -- MinimalEntryIDs that are none

local function columns()
  return { P.PidTagDisplayName, P.PidTagSmtpAddress, P.PidTagEmailAddress, P.PidTagAddressType }
end

local function session(settings)
  settings.nspi = settings.nspi or nspi.new(settings)
  settings.nspi:bind()
  return settings.nspi
end

-- an entry without what it lacks
local function entry(row)
  local email = values.get(row, P.PidTagSmtpAddress)
  local dn = values.get(row, P.PidTagEmailAddress)
  if not email and dn and dn:find "@" then email = dn end
  return { name = values.get(row, P.PidTagDisplayName), email = email, user_dn = dn }
end

local function rows_by_name(reply)
  local found, n = {}, 0
  for i, mid in ipairs(reply.minimal_ids or {}) do
    if mid ~= UNKNOWN and mid ~= AMBIGUOUS then
      n = n + 1
      found[i] = reply.row_data[n]
    end
  end
  return found
end

local function ask(settings, names)
  local book = session(settings)
  local reply = book:call("resolve_names", { reserved = 0, has_state = true, state = nspi.stat(),
    has_property_tags = true, property_tags = columns(), has_names = true, names = names })
  return reply, rows_by_name(reply)
end

local function refuse(name, mid)
  if mid == AMBIGUOUS then
    error_object.raise { kind = "invalid", op = "resolve",
      message = ("'%s' may be several people of the address book"):format(name),
      hint = "give the whole name or the address" }
  end
  error_object.raise { kind = "not_found", op = "resolve",
    message = ("nobody in the address book is called '%s'"):format(name) }
end

---Addresses of names: 2 round trips, 1 once the address book is open.
---@param settings table of the connection
---@param names string[]
---@return table[] addresses { name =, email = }
function M.resolve(settings, names)
  local reply, rows = ask(settings, names)
  local found = {}
  for i, name in ipairs(names) do
    local row = rows[i]
    if not row then refuse(name, (reply.minimal_ids or {})[i]) end
    local who = entry(row)
    if not who.email then
      error_object.raise { kind = "not_found", op = "resolve",
        message = ("'%s' has no address in the address book"):format(name) }
    end
    found[i] = { name = who.name, email = who.email }
  end
  return found
end

---The distinguished name of whose mailbox is to be opened: 2 round trips.
---@param settings table of the connection
---@param address string
---@return string
function M.user_dn(settings, address)
  if address:sub(1, 1) == "/" then return address end
  local reply, rows = ask(settings, { address })
  local row = rows[1]
  if not row then refuse(address, (reply.minimal_ids or {})[1]) end
  local who = entry(row)
  if not who.user_dn or who.user_dn:sub(1, 1) ~= "/" then
    error_object.raise { kind = "not_found", op = "mailbox",
      message = ("'%s' has no mailbox here"):format(address) }
  end
  return who.user_dn
end

return M
