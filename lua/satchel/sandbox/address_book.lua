-- The sandbox's address book: one entry for each user of the box, with the
-- properties that clients ask an address book for ([MS-OXOABK] 2.2), in one
-- container, the global address list.  A Minimal Entry ID is never used twice.

local core = require "satchel.core"
local users = require "satchel.sandbox.users"
local value = require "satchel.sandbox.value"

local M = {}

-- [MS-OXNSPI] 2.2.1.9: Minimal Entry IDs that stand for something else
M.BEGINNING, M.CURRENT, M.END = 0, 1, 2
M.UNRESOLVED, M.AMBIGUOUS, M.RESOLVED = 0, 1, 2
local FIRST <const> = 0x10

M.PROVIDER = core.text.unhex "dca740c8c042101ab4b908002b2fe182"
local MAIL_USER <const> = 6 -- [MS-OXOABK] 2.2.3.10 PidTagObjectType

---@class satchel.sandbox.Entry
---@field mid integer Minimal Entry ID
---@field user satchel.sandbox.user

local function tag(name)
  return assert(core.names.tag("PidTag" .. name), name)
end

-- what is known of a user, by tag; in the order of GetPropList
local readers <const> = {}
local order <const> = {}

local function property(name, read)
  local t <const> = value.stored_tag(tag(name))
  order[#order + 1] = t
  readers[t] = read
end

local function display_name(entry) return entry.user.name end
local function entry_id(entry) return entry.user.entry_id end
local function alias(entry) return entry.user.email:match "^[^@]*" end

property("InstanceKey", function(entry) return string.pack("<I4", entry.mid) end)
property("MappingSignature", function() return M.PROVIDER end)
property("RecordKey", entry_id)
property("ObjectType", function() return MAIL_USER end)
property("EntryId", entry_id)
property("DisplayName", display_name)
property("AddressType", function() return "EX" end)
property("EmailAddress", function(entry) return entry.user.dn end)
property("SearchKey", function(entry) return entry.user.search_key end)
property("DisplayType", function() return 0 end)
property("DisplayTypeEx", function() return 0x40000000 end)
property("SmtpAddress", function(entry) return entry.user.email end)
property("7BitDisplayName", display_name)
property("Account", alias)
property("TransmittableDisplayName", display_name)
property("SendRichInfo", function() return true end)
property("AddressBookProxyAddresses", function(entry)
  return { "SMTP:" .. entry.user.email }
end)
property("AddressBookContainerId", function() return 0 end)
property("AddressBookObjectDistinguishedName", function(entry) return entry.user.dn end)

local details <const> = {
  given_name = "GivenName", surname = "Surname", title = "Title", company = "CompanyName",
  department = "DepartmentName", office = "OfficeLocation",
  phone = "PrimaryTelephoneNumber", mobile = "MobileTelephoneNumber",
}
for _, detail in ipairs(users.details) do
  property(details[detail], function(entry) return entry.user[detail] end)
end
table.sort(order)

M.tags = order

local function by_name(a, b)
  local x, y = a.user.name:lower(), b.user.name:lower()
  if x == y then return a.mid < b.mid end
  return x < y
end

---The rows of the global address list, sorted by name.
---@param people satchel.sandbox.users
---@return satchel.sandbox.Entry[]
function M.entries(people)
  local list = {}
  for i, user in ipairs(people.list) do
    list[i] = { mid = FIRST + (user.number or i), user = user }
  end
  table.sort(list, by_name)
  return list
end

---@param entry satchel.sandbox.Entry
---@param t integer a stored tag
function M.read(entry, t)
  local read = readers[t]
  return read and read(entry)
end

---A value in the type that was asked for, or the tag of an error.
---@param entry satchel.sandbox.Entry|nil
---@param t integer the client's tag
---@return integer tag, any value
function M.value(entry, t)
  if not entry then return value.error(t, 0) end
  local v = M.read(entry, value.stored_tag(t))
  if v == nil then return value.error(t, 0x8004010f) end
  return t, value.present(t, v)
end

-- ambiguous names ------------------------------------------------------------

local function begins(text, prefix)
  return text:sub(1, #prefix):lower() == prefix
end

local function exact(entry, name)
  local user = entry.user
  return name == user.email:lower() or name == user.dn:lower()
end

local function words(text)
  local list = {}
  for word in text:gmatch "%S+" do list[#list + 1] = word end
  return list
end

-- each word of the name begins a word of the entry's name
local function words_match(entry, name)
  local have <const> = words(entry.user.name)
  for _, wanted in ipairs(words(name)) do
    local found
    for i, word in ipairs(have) do
      if begins(word, wanted) then found = i end
    end
    if not found then return false end
    table.remove(have, found)
  end
  return true
end

local function like(entry, name)
  local user = entry.user
  return begins(user.name, name) or begins(user.email, name) or words_match(entry, name)
end

---Those whom a name may mean ([MS-OXNSPI] 3.1.4.7): an address or
---distinguished name means one; "=name" asks for the whole name or alias.
---@param entries satchel.sandbox.Entry[]
---@param name string
---@return satchel.sandbox.Entry[]
function M.named(entries, name)
  local whole = name:sub(1, 1) == "="
  name = name:gsub("^=", ""):gsub("^[Ss][Mm][Tt][Pp]:", ""):match "^%s*(.-)%s*$":lower()
  local found = {}
  if name == "" then return found end
  for _, entry in ipairs(entries) do
    if exact(entry, name) then return { entry } end
    local matches
    if whole then
      matches = name == entry.user.name:lower() or name == alias(entry):lower()
    else
      matches = like(entry, name)
    end
    if matches then found[#found + 1] = entry end
  end
  return found
end

return M
