-- Values as they stand in commands (RFC 9051 4, 9): parts of a command, each a text
-- or a literal. What a caller gives never ends a command: line breaks and NUL are
-- refused.

local core = require "satchel.core"
local error_object = require "satchel.error"

local M = {}

local function check(text, what)
  if type(text) ~= "string" then
    error_object.invalid("%s is a %s where text is expected", what, type(text))
  elseif text:find "[\r\n\0]" then
    error_object.invalid("a line break or NUL in %s", what)
  end
  return text
end

---Text that stands in a command as it is.
---@param text string
---@param what? string for the message
---@return string
function M.raw(text, what)
  return check(text, what or "a command")
end

---A string: quoted where that is possible, else a literal.
---@param text string
---@param what? string
---@param utf8? boolean 8-bit text may be quoted
---@return string|table part
function M.string(text, what, utf8)
  check(text, what or "a string")
  return core.imap.quote(text, { utf8 = utf8 or false }) or { literal = text }
end

---A mailbox: "INBOX" in any case is INBOX.
---@param conn satchel.imap.Connection
---@param name string in UTF-8
---@return string|table part
function M.mailbox(conn, name)
  check(name, "the name of a mailbox")
  if name:upper() == "INBOX" then return "INBOX" end
  if not core.text.is_utf8(name) then
    error_object.invalid("the name of a mailbox is not UTF-8")
  end
  local wide = conn.utf8_names
  return M.string(wide and name or core.imap.utf7(name), nil, wide)
end

---A set of numbers: text ("1:4,7", "$"), a number, or a list of them.
---@param set string|integer|integer[]
---@return string
function M.set(set)
  if math.type(set) == "integer" then set = { set } end
  if type(set) == "table" then
    if not set[1] then error_object.invalid "an empty set of messages" end
    return core.imap.set(set)
  elseif type(set) ~= "string" or not (set == "$" or set:find "^[%d*][%d*:,]*$") then
    error_object.invalid("%s is no set of messages", tostring(set))
  end
  return set
end

-- RFC 7162 4: a command should not be longer than 8192 bytes
local LONGEST <const> = 7500

local function sets(list)
  for _, uid in ipairs(list) do
    if math.type(uid) ~= "integer" or uid < 1 or uid > 0xffffffff then
      error_object.invalid("a list of messages has %s in it, which is no UID", type(uid) == "number"
        and tostring(uid) or "a " .. type(uid))
    end
  end
  return core.imap.sets(list, LONGEST)
end

---A set in pieces none of which makes a command too long.
---@param set string|integer|integer[]
---@return string[]
function M.chunks(set)
  if type(set) == "table" and set[1] then return sets(set) end
  local text = M.set(set)
  local list = {}
  while #text > LONGEST do
    local at = text:sub(1, LONGEST):match "^.*(),"
    if not at then break end
    list[#list + 1] = text:sub(1, at - 1)
    text = text:sub(at + 1)
  end
  list[#list + 1] = text
  return list
end

local ATOM <const> = "^[^%c%z (){%%*\"\\%]\x7f-\xff]+$"

---An atom, a flag with its backslash, or an item of FETCH: no spaces, no quotes.
---@param text string
---@param what? string
---@return string
function M.atom(text, what)
  if type(text) ~= "string" or not (text:gsub("^\\", "", 1)):find(ATOM) then
    error_object.invalid("'%s' is no %s", tostring(text), what or "word of IMAP")
  end
  return text
end

---A parenthesised list of flags.
---@param flags string|string[]
---@return string
function M.flags(flags)
  if type(flags) == "string" then flags = { flags } end
  local list = {}
  for i, flag in ipairs(flags) do list[i] = M.atom(flag, "flag") end
  return "(" .. table.concat(list, " ") .. ")"
end

---date-time (RFC 9051 9) of seconds since the epoch.
---@param seconds integer
---@return string quoted
function M.date_time(seconds)
  return '"' .. core.imap.date_time(seconds) .. '"'
end

---date (RFC 9051 9), the day in UTC.
---@param seconds integer
---@return string
function M.date(seconds)
  return (core.imap.date_time(seconds):sub(1, 11):gsub("^ ", ""))
end

---Appends parts to parts; texts that meet are joined.
---@param parts table[]
---@param ... string|table
---@return table[] parts
function M.add(parts, ...)
  for _, part in ipairs { ... } do
    if type(part) == "string" and type(parts[#parts]) == "string" then
      parts[#parts] = parts[#parts] .. part
    else
      parts[#parts + 1] = part
    end
  end
  return parts
end

return M
