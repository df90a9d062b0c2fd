-- Who has a mailbox in the box: address, password, name, legacy DN, and the
-- entry id of the address book; looked up by any of their names.

local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.sandbox.ids"
local options = require "satchel.options"

local users = {}

users.organization = "/o=Satchel/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"

-- what else the address book tells of a user, where a test says so
users.details = { "given_name", "surname", "title", "company", "department", "office", "phone",
  "mobile" }

---@class satchel.sandbox.user
---@field email string
---@field name string
---@field password string|nil
---@field dn string
---@field entry_id string
---@field search_key string
---@field store satchel.sandbox.store

---@class satchel.sandbox.users
local Users = {}
Users.__index = Users

---@return satchel.sandbox.users
function users.new()
  return setmetatable({ list = {}, by_email = {}, by_dn = {} }, Users)
end

local function name_of(email)
  local name = email:match "^[^@]*"
  return name:sub(1, 1):upper() .. name:sub(2)
end

local ROWS = { password = { type = "string" }, name = { type = "string" },
  token = { type = "string" }, dn = { type = "string" }, send_as = { type = "table" } }
for _, detail in ipairs(users.details) do ROWS[detail] = { type = "string" } end

local function set_of(list)
  local set = {}
  for _, email in ipairs(list or {}) do set[email:lower()] = true end
  return set
end

---@param email string
---@param given string|table password, or { password =, name =, token =, dn =,
---send_as = who may send in this user's name; title = and the other details }
---@return satchel.sandbox.user
function Users:add(email, given)
  if type(email) ~= "string" then
    error_object.invalid("sandbox: users are { [address] = password }, not a list")
  end
  if type(given) == "string" then given = { password = given } end
  given = options.check("sandbox: user " .. email, given, ROWS)
  if not email:find "^[^@%s]+@[^@%s]+$" then
    error_object.invalid("sandbox: '%s' is no address", email)
  end
  local n = #self.list + 1
  local dn = given.dn or ("%s/cn=Recipients/cn=%08x-%s"):format(users.organization, n,
    email:match "^[^@]*")
  local user = {
    email = email, name = given.name or name_of(email), number = n,
    send_as = set_of(given.send_as),
    password = given.password, token = given.token, dn = dn,
    entry_id = ids.address_book_entry_id(dn),
    search_key = "EX:" .. dn:upper() .. "\0",
    mailbox_id = core.text.guid(),
  }
  for _, detail in ipairs(users.details) do user[detail] = given[detail] end
  self.list[n] = user
  self.by_email[email:lower()], self.by_dn[dn:lower()] = user, user
  return user
end

---@param email string|nil
---@return satchel.sandbox.user|nil
function Users:find(email)
  return email and self.by_email[email:lower()]
end

---@param dn string|nil
---@return satchel.sandbox.user|nil
function Users:of_dn(dn)
  return dn and self.by_dn[dn:lower()]
end

---The user of an address of any type.
---@return satchel.sandbox.user|nil
function Users:resolve(address_type, address)
  if (address_type or ""):upper() == "EX" then return self:of_dn(address) end
  return self:find(address)
end

---Does a user of the box live in this domain?
function Users:is_local(email)
  local domain = email:lower():match "@(.*)$"
  for known in pairs(self.by_email) do
    if known:match "@(.*)$" == domain then return true end
  end
  return false
end

return users
