-- Internet messages (RFC 5322, MIME): built of an item's fields, and read into
-- them.  Nothing large is held in memory: what is built goes through a spool,
-- what is read is mapped, and attachments are read piece by piece.

local core = require("satchel.core").mime
local error_object = require "satchel.error"

local M = {}

---@class satchel.mime.Body a message that has been built
---@field size integer bytes
---@field message_id string "<…>"
---@field utf8 boolean needs a way that takes UTF-8 in headers (RFC 6531)
---@field eightbit boolean has bytes above 127 in its content
---@field holes { at: integer, stored: table }[] where parts were left out
---@field spool any
local Body = { __name = "satchel.mime.Body" }
Body.__index = Body

local default_piece <const> = 65536

---The bytes from the start, in pieces.
---@param n? integer bytes of a piece at most
---@return fun(): string|nil
function Body:chunks(n)
  local at = 0
  return function()
    if at >= self.size then return nil end
    local piece = error_object.assert(self.spool:read(at, n or default_piece))
    at = at + #piece
    return piece
  end
end

---All bytes.
---@return string
function Body:read_all()
  return error_object.assert(self.spool:read(0, self.size))
end

---Lets go of the bytes.
function Body:close()
  self.spool:close()
end

Body.__close = Body.close

local function non_ascii_headers(draft, opts)
  if not opts.utf8 then return false end
  local function has_high(value)
    if type(value) == "string" then return value:find "[\128-\255]" ~= nil end
    if type(value) ~= "table" then return false end
    for _, each in pairs(value) do
      if has_high(each) then return true end
    end
    return false
  end
  for _, name in ipairs { "from", "sender", "reply_to", "to", "cc", "bcc", "subject",
    "categories", "headers" } do
    if has_high(draft[name]) then return true end
  end
  for _, spec in ipairs(draft.attachments or {}) do
    if has_high(spec.name) then return true end
  end
  return false
end

---Builds a message.
---
---opts: date (seconds; default the draft's `sent`, else now), message_id or, where the
---message is from nobody, the domain of a new one; bcc (write Bcc: for drafts), utf8
---(headers as UTF-8, RFC 6532), eightbit (text as 8bit where that will do), seed (of
---boundaries), open: a function that gives the pieces of the raw message of
---{ item = { id =, folder_id = } }, references (attachments with `stored` are left out,
---header and all: somebody has them already).
---@param draft table the fields of an item, as compose.draft or compose.message gives them
---@param opts? table
---@return satchel.mime.Body
function M.build(draft, opts)
  opts = opts or {}
  local writer = require("satchel.mime.write").new(opts)
  local message_id = writer:message(draft, opts)
  return setmetatable({ spool = writer.spool, size = writer.spool:size(),
    message_id = message_id, utf8 = non_ascii_headers(draft, opts),
    eightbit = writer.eightbit, holes = writer.holes }, Body)
end

-- what core.mime.parse takes
local function source_of(source)
  if type(source) == "string" then return source end
  if type(source) == "table" and (source.path or source.file or source.spool and not source.size)
  then return source end
  local spool = core.spool()
  for piece in type(source) == "table" and source.chunks and source:chunks() or source do
    error_object.assert(spool:write(piece))
  end
  return { spool = spool }
end

---A body of a message that is there already, as servers take it: lines end with
---CRLF, and the line that a mailbox file has before a message is gone.
---@param pieces fun(): string|nil
---@return satchel.mime.Body
function M.body(pieces)
  local spool, eightbit = require("satchel.mime.write").copy(pieces)
  return setmetatable({ spool = spool, size = spool:size(), utf8 = false,
    eightbit = eightbit, holes = {} }, Body)
end

---Parses a message.
---@param source string|table bytes, { path = }, { file = }, a built one, or an iterator of pieces
---@param limits? { depth: integer, parts: integer, headers: integer }
---@return satchel.core.Message
function M.parse(source, limits)
  return error_object.assert(core.parse(source_of(source), limits))
end

local function text_of_html(html)
  return html and require("satchel.html").text(html)
end

---Fields of a parsed message.  Where there is only HTML the text is made of it.
---@param message satchel.core.Message
---@param names? string[] default: all
---@return table
function M.fields(message, names)
  local fields = message:fields(names)
  local wants_text = not names
  for _, name in ipairs(names or {}) do wants_text = wants_text or name == "text" end
  if wants_text and not fields.text then
    fields.text = text_of_html(fields.html or message:fields({ "html" }).html)
  end
  return fields
end

---The attachments of a parsed message, each with open() for a reader of its content
---and, if it is a message, message() for that.
---@param message satchel.core.Message
---@return table[]
function M.attachments(message)
  local list = message:attachments()
  for _, record in ipairs(list) do
    record.open = function() return message:open(record.num) end
    if record.embedded then
      record.message = function() return error_object.assert(message:item(record.num)) end
      record.name = record.name or record.message():fields({ "subject" }).subject
    end
  end
  return list
end

---A message as the record of an item that is in no folder.
---@param source string|table as for parse
---@param limits? table
---@return table
function M.read(source, limits)
  return M.record(M.parse(source, limits))
end

-- text is made of HTML only when somebody looks at it
local Record = {}

function Record:__index(name)
  if name ~= "text" then return nil end
  local text = text_of_html(rawget(self, "html"))
  rawset(self, "text", text)
  return text
end

---The record of a parsed message.
---@param message satchel.core.Message
---@return table
function M.record(message)
  local record = setmetatable(message:fields(), Record)
  record.attachments = M.attachments(message)
  record.raw = message
  record.unread, record.flagged, record.draft, record.answered = false, false, false, false
  return record
end

-- headers that a field or the writing of the message makes
local made <const> = {}
for name in ([[from sender to cc bcc subject reply-to message-id in-reply-to references date
  mime-version importance x-priority priority x-msmail-priority sensitivity keywords
  return-path]]):gmatch "%S+" do made[name] = true end

-- bytes in all; requests to servers have no room for more
local most_headers <const> = 8000

---The headers that no field of an item is made of, decoded, the first of them if they
---are very many.
---@param headers satchel.Headers
---@return { name: string, value: string }[]
function M.other_headers(headers)
  local list, size = {}, 0
  for _, header in ipairs(headers) do
    local name, value = header.name:lower(), core.decode_header(header.value)
    size = size + #name + #value + 4
    if size > most_headers then break end
    if not made[name] and not name:find "^content%-" then
      list[#list + 1] = { name = header.name, value = value }
    end
  end
  return list
end

-- what a new item takes of a message
local taken <const> = { "subject", "from", "sender", "to", "cc", "bcc", "reply_to", "sent",
  "received", "text", "html", "message_id", "in_reply_to", "references", "importance",
  "sensitivity", "categories", "class" }

local function source(record)
  local reader
  return function()
    reader = reader or record.open()
    return reader:read(65536)
  end
end

-- What stood in the place of an address goes with it as it is: servers would look a
-- bare name up in their address book.
local function as_written(address)
  if address and not address.email then address.email = address.name end
  return address
end

---The draft of an item with all that a message has, for servers that take no messages.
---@param message satchel.core.Message
---@return table
function M.draft(message)
  local draft = message:fields(taken)
  draft.kind, draft.draft, draft.unread, draft.attachments = "message", false, false, {}
  for _, name in ipairs { "text", "html" } do
    draft[name] = draft[name] and draft[name]:gsub("%z", "") -- no property has NUL in it
  end
  as_written(draft.from)
  as_written(draft.sender)
  for _, name in ipairs { "to", "cc", "bcc", "reply_to" } do
    for _, each in ipairs(draft[name] or {}) do as_written(each) end
  end
  local raw = message:fields({ "headers" }).headers
  draft.headers = M.other_headers(require("satchel.headers").parse(raw))
  for i, record in ipairs(M.attachments(message)) do
    draft.attachments[i] = { name = record.name, type = record.type, inline = record.inline,
      content_id = record.content_id, size = record.size,
      data = record.size == 0 and not record.embedded and "" or nil,
      source = record.size > 0 and not record.embedded and source(record) or nil,
      item = record.embedded and M.draft(record.message()) or nil }
  end
  return draft
end

return M
