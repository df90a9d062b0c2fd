-- session.imap: storing messages: append (several at once), catenate, replace.

local core = require "satchel.core"
local error_object = require "satchel.error"
local mailbox = require "satchel.imap.mailbox"
local storing = require "satchel.imap.storing"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

---@class satchel.imap.Stored
---@field uidvalidity? integer where UIDPLUS is offered
---@field uids integer[] in the order of the messages

local function stored(result, code)
  if code and code.name == "APPENDUID" then
    local ids = core.imap.ids(code.uids)
    result.uidvalidity = code.uidvalidity
    table.move(ids, 1, #ids, #result.uids + 1, result.uids)
  end
  return result
end

---Stores messages. A list goes in one command where MULTIAPPEND is offered (all or
---none), else as several in one flight.
---@param folder satchel.Folder|string
---@param messages string|satchel.imap.NewMessage|table[] bytes, or { data = | size =, read =,
---flags = { "\\Seen" }, date = seconds }, or a list of these
---@return satchel.imap.Stored
function Native:append(folder, messages)
  local conn, name = self.connection, mailbox.name(folder)
  if type(messages) == "string" or messages.data or messages.read then messages = { messages } end
  if not messages[1] then error_object.invalid "append: no message" end
  local result = { uids = {} }
  for _, done in ipairs(conn:pipeline(storing.commands(conn, name, messages), true)) do
    stored(result, done.code)
  end
  return result
end

---Stores a message made of pieces of others that the server has (RFC 4469 3).
---@param folder satchel.Folder|string
---@param pieces table[] { url = "/INBOX;UIDVALIDITY=1/;UID=20/;SECTION=1" }, { text = bytes }
---@param options? { flags: string[], date: integer }
---@return satchel.imap.Stored
function Native:catenate(folder, pieces, options)
  local conn = self.connection
  conn:need("catenate", "CATENATE")
  local parts = { "APPEND ", words.mailbox(conn, mailbox.name(folder)) }
  storing.preamble(parts, options or {})
  return stored({ uids = {} }, conn:run(storing.catenate(parts, pieces)).code)
end

---Stores a message in place of another, in one step (RFC 8508).
---@param folder satchel.Folder|string
---@param uid integer the one that goes
---@param message string|satchel.imap.NewMessage
---@param target? satchel.Folder|string default: the same folder
---@return satchel.imap.Stored
function Native:replace(folder, uid, message, target)
  local conn, name = self.connection, mailbox.name(folder)
  conn:need("replace", "REPLACE")
  if math.type(uid) ~= "integer" then error_object.invalid "replace: the UID is no integer" end
  local parts = { "UID REPLACE ", ("%d "):format(uid),
    words.mailbox(conn, mailbox.name(target or name)) }
  storing.message(conn, parts, message)
  local result = { uids = {} }
  function parts.on(response) stored(result, response.code) end
  local _ <close> = conn:enter()
  conn:select(name)
  return stored(result, conn:run(parts).code)
end

return Native
