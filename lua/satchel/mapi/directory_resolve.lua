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
  local reply = book:call("resolve_names", { has_state = true, state = nspi.stat(),
    has_property_tags = true, property_tags = columns(), has_names = true, names = names })
  return rows_by_name(reply)
end

-- entries that a name might mean: servers do not agree on how ResolveNames
-- tells "nobody" from "several" (QUIRKS 15)
local function candidates(settings, name)
  local anr = P.PidTagAnr
  local ok, reply = pcall(function()
    return session(settings):call("get_matches", { has_state = true, state = nspi.stat(),
      interface_option_flags = 0, has_filter = true, filter = { type = "property", relop = "eq",
        tag = anr, value = { tag = anr, value = name } },
      row_count = 5, has_columns = true, columns = columns() })
  end)
  local names = {}
  for _, row in ipairs(ok and reply.row_data or {}) do
    local who = entry(row)
    names[#names + 1] = ("%s <%s>"):format(who.name or "", who.email or who.user_dn or "")
  end
  return names
end

local function refuse(settings, name)
  local names = candidates(settings, name)
  if #names > 1 then
    error_object.raise { kind = "invalid", op = "resolve",
      message = ("'%s' may be any of %s"):format(name, table.concat(names, ", ")),
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
  local rows = ask(settings, names)
  local found = {}
  for i, name in ipairs(names) do
    local row = rows[i]
    if not row then refuse(settings, name) end
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
  local rows = ask(settings, { address })
  local row = rows[1]
  if not row then refuse(settings, address) end
  local who = entry(row)
  if not who.user_dn or who.user_dn:sub(1, 1) ~= "/" then
    error_object.raise { kind = "not_found", op = "mailbox",
      message = ("'%s' has no mailbox here"):format(address) }
  end
  return who.user_dn
end

return M
