-- Addresses: { name =, email = }, or text such as 'Anna <anna@example.test>'.
-- One without an email is a bare name, for the server to resolve.  CR, LF and
-- NUL never pass: they would end a header.

local error_object = require "satchel.error"
local nearest = require "satchel.nearest"

---@class satchel.Address
---@field name? string display name
---@field email? string user@host; absent in a bare name
local Address = { __name = "satchel.Address" }

local M = {}

local function quoted(name)
  if not name:find '[()<>@,;:\\".%[%]]' then return name end
  return '"' .. name:gsub('[\\"]', "\\%0") .. '"'
end

function Address:__tostring()
  if not self.email then return self.name or "" end
  if not self.name or self.name == "" then return self.email end
  return ("%s <%s>"):format(quoted(self.name), self.email)
end

local function invalid(what, text, why)
  local shown = text:gsub("%c", "?")
  error_object.raise { kind = "invalid",
    message = ("%s: '%s' %s"):format(what, shown, why) }
end

local function check_email(email, what)
  local user, host = email:match "^(.+)@([^@]+)$"
  if not user then invalid(what, email, "is no e-mail address") end
  local is_quoted = user:find '^".*"$' ~= nil
  if host:find "[%s%c<>,;()]" or not is_quoted and user:find '[%s%c<>,;()"@]' then
    invalid(what, email, "is no e-mail address")
  end
end

---An address of its parts, checked.
---@param name string|nil
---@param email string|nil
---@param what? string what the address is for, for messages
---@return satchel.Address
function M.new(name, email, what)
  what = what or "address"
  if name and name:find "[\r\n\0]" then invalid(what, name, "has a line break in it") end
  if email then
    if email:find "[\r\n\0]" then invalid(what, email, "has a line break in it") end
    check_email(email, what)
  elseif not name or name == "" then
    invalid(what, "", "is no address: it is empty")
  end
  return setmetatable({ name = name ~= "" and name or nil, email = email }, Address)
end

---Gives a table that a driver made the behaviour of an address.
---@param record table|nil { name =, email = }
---@return satchel.Address|nil
function M.wrap(record)
  return record and setmetatable(record, Address)
end

---@param list table[]|nil
---@return satchel.Address[]
function M.wrap_list(list)
  for _, record in ipairs(list or {}) do M.wrap(record) end
  return list or {}
end

-- where the quoted string, comment or angle that starts at `i` ends
local closers <const> = { ['"'] = '"', ["("] = ")", ["<"] = ">" }

local function skip(text, i, what)
  local closer = closers[text:sub(i, i)]
  local at = i + 1
  while at <= #text do
    local c = text:sub(at, at)
    if c == "\\" and closer ~= ">" then at = at + 1
    elseif c == closer then return at
    end
    at = at + 1
  end
  invalid(what, text, "has no closing " .. closer)
end

local function split(text, what)
  local parts, start, i = {}, 1, 1
  while i <= #text do
    local c = text:sub(i, i)
    if closers[c] then
      i = skip(text, i, what)
    elseif c == "," or c == ";" then
      parts[#parts + 1] = text:sub(start, i - 1)
      start = i + 1
    elseif c == ":" and not text:sub(start, i):find "[@<\"/]" then
      start = i + 1 -- the name of a group
    end
    i = i + 1
  end
  parts[#parts + 1] = text:sub(start)
  return parts
end

local function trim(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function unquoted(name)
  name = trim(name)
  local inner = name:match '^"(.*)"$'
  if inner then name = inner:gsub("\\(.)", "%1") end
  return name
end

local function parse_one(text, what)
  text = trim(text)
  if text == "" then return nil end
  local name, email = text:match "^(.-)<%s*([^<>]*)%s*>%s*$"
  if email then return M.new(unquoted(name), trim(email), what) end
  local comment
  if text:find "@" then
    local bare, inside = text:match "^([^()]-)%s*%((.*)%)$"
    if bare then text, comment = bare, inside end
    return M.new(comment, trim(text), what)
  end
  return M.new(unquoted(text), nil, what)
end

---The addresses of a text, separated by commas or semicolons.
---@param text string
---@param what? string what they are for, for messages
---@return satchel.Address[]
function M.parse(text, what)
  what = what or "address"
  if text:find "[\r\n\0]" then invalid(what, text, "has a line break in it") end
  local list = {}
  for _, part in ipairs(split(text, what)) do list[#list + 1] = parse_one(part, what) end
  return list
end

local parts <const> = { name = true, email = true }

local function from_table(value, what)
  for key, part in pairs(value) do
    if not parts[key] then
      error_object.invalid("%s: an address has no '%s'%s", what, tostring(key),
        nearest.suggestion(key, parts))
    end
    if type(part) ~= "string" then
      error_object.invalid("%s: the %s of an address is a %s, not text", what, key, type(part))
    end
  end
  return M.new(value.name, value.email, what)
end

---Whatever a caller may write for a list of addresses.
---@param value string|table text, one address, or a list of either
---@param what string what they are for, for messages
---@return satchel.Address[]
function M.list(value, what)
  if type(value) == "string" then return M.parse(value, what) end
  if type(value) ~= "table" then
    error_object.invalid("%s: a %s is no address", what, type(value))
  end
  if value.name or value.email then return { from_table(value, what) } end
  local list = {}
  for key, entry in pairs(value) do
    if math.type(key) ~= "integer" then from_table({ [key] = entry }, what) end
  end
  for _, entry in ipairs(value) do
    for _, address in ipairs(M.list(entry, what)) do list[#list + 1] = address end
  end
  return list
end

---Whatever a caller may write for one address.
---@param value string|table
---@param what string what it is for, for messages
---@return satchel.Address
function M.one(value, what)
  local list = M.list(value, what)
  if #list ~= 1 then
    error_object.invalid("%s: one address is expected, not %d", what, #list)
  end
  return list[1]
end

---Whether two addresses are the same mailbox; letters compare without case.
---@param a satchel.Address
---@param b satchel.Address
---@return boolean
function M.same(a, b)
  if a.email and b.email then return a.email:lower() == b.email:lower() end
  return not a.email and not b.email and a.name == b.name
end

return M
