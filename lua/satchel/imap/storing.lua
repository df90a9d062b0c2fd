-- Messages as APPEND takes them (RFC 9051 6.3.12, RFC 3502, RFC 3516 4.5, RFC 4469,
-- RFC 6855 4, RFC 7889).

local error_object = require "satchel.error"
local words = require "satchel.imap.words"

---@class satchel.imap.NewMessage
---@field data? string the bytes, with CRLF
---@field size? integer of what `read` gives
---@field read? fun(n: integer): string|nil at most n bytes
---@field flags? string[]
---@field date? integer seconds since the epoch: INTERNALDATE
---@field utf8? boolean its headers are UTF-8
---@field pieces? table[] what the server makes it of, in place of data and read: { url = } of
---what it has, { text = bytes }, { size =, read = }

local M = {}

---Appends flags and date to the parts of a command.
---@param parts table[]
---@param message satchel.imap.NewMessage
function M.preamble(parts, message)
  if message.flags then words.add(parts, " ", words.flags(message.flags)) end
  if message.date then
    if math.type(message.date) ~= "integer" then
      error_object.invalid "append: a date is seconds since the epoch"
    end
    words.add(parts, " ", words.date_time(message.date))
  end
end

local function check_size(conn, size)
  local limit = tonumber(conn.capabilities:values("APPENDLIMIT")[1] or nil)
  if limit and size > limit then
    error_object.raise { kind = "limit", op = "append", server = conn.server,
      message = ("a message of %d bytes; the server takes %d"):format(size, limit) }
  end
end

-- only a binary literal may have NULs; where there is none the queue refuses them
local function literal(conn, message)
  if message.read then
    if math.type(message.size) ~= "integer" or message.size < 0 then
      error_object.invalid "append: a message that is read needs its size"
    end
    check_size(conn, message.size)
    return { size = message.size, read = message.read, binary = message.binary }
  elseif type(message.data) ~= "string" then
    error_object.invalid("append: a %s where a message is expected", type(message.data))
  end
  check_size(conn, #message.data)
  local binary = message.data:find("\0", 1, true) and conn.capabilities:has "BINARY"
  return { literal = message.data, binary = binary and true or false }
end

---Appends the pieces of a message that the server puts together (RFC 4469 3).
---@param parts table[]
---@param pieces table[]
---@return table[] parts
function M.catenate(parts, pieces)
  words.add(parts, " CATENATE (")
  for i, piece in ipairs(pieces) do
    if i > 1 then words.add(parts, " ") end
    if piece.url then
      words.add(parts, "URL ", words.string(piece.url, "a url"))
    elseif type(piece.text) == "string" then
      words.add(parts, "TEXT ", { literal = piece.text })
    elseif piece.read then
      words.add(parts, "TEXT ", { size = piece.size, read = piece.read })
    else
      error_object.invalid "catenate: a piece has neither url nor text"
    end
  end
  return words.add(parts, ")")
end

---Appends one message to the parts of a command.
---@param conn satchel.imap.Connection
---@param parts table[]
---@param message string|satchel.imap.NewMessage
---@return table[] parts
function M.message(conn, parts, message)
  if type(message) == "string" then message = { data = message } end
  if type(message) ~= "table" then
    error_object.invalid("append: a %s where a message is expected", type(message))
  end
  M.preamble(parts, message)
  if message.pieces then return M.catenate(parts, message.pieces) end
  local part = literal(conn, message)
  if message.utf8 and conn.utf8_names and conn.enabled["UTF8=ACCEPT"] then
    part.binary = true
    return words.add(parts, " UTF8 (", part, ")")
  end
  return words.add(parts, " ", part)
end

---The commands that store messages: one where MULTIAPPEND is offered.
---@param conn satchel.imap.Connection
---@param name string of the mailbox
---@param messages table[]
---@return table[] entries for `pipeline`
function M.commands(conn, name, messages)
  local commands, whole = {}, conn.capabilities:has "MULTIAPPEND"
  for i, message in ipairs(messages) do
    if i == 1 or not whole then
      commands[#commands + 1] = { "APPEND ", words.mailbox(conn, name) }
    end
    M.message(conn, commands[#commands], message)
  end
  return commands
end

return M
