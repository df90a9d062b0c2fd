-- A stored message changed: its header field by field, so that what is not changed
-- stays as it came, byte by byte; its content as it was, or built anew where the text
-- or the attachments are others.  Messages of a server cannot be changed in place
-- (RFC 9051 2.3.1.1): what comes of it is stored beside the old one.

local assembly = require "satchel.imap.assembly"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local head = require "satchel.mime.head"
local ids = require "satchel.imap.ids"
local needs_utf8 = require("satchel.mime.item").needs_utf8
local null = require "satchel.null"

local M = {}

local PIECE <const> = 64 << 10

-- Headers -------------------------------------------------------------------------

-- the header fields that a field of an item is; the first is the one written
local NAMES <const> = {
  subject = { "subject" }, from = { "from" }, sender = { "sender" }, to = { "to" },
  cc = { "cc" }, bcc = { "bcc" }, reply_to = { "reply-to" }, sent = { "date" },
  message_id = { "message-id" }, in_reply_to = { "in-reply-to" }, references = { "references" },
  importance = { "importance", "x-priority", "priority", "x-msmail-priority" },
  sensitivity = { "sensitivity" },
}
M.header_names = NAMES

-- what says how the content is written
local function is_of_content(name)
  return name:sub(1, 8) == "content-" or name == "mime-version"
end

---The fields of a header as they came: { name in lower case, raw text with its line end }.
---@param text string
---@return table[]
function M.split(text)
  local list = {}
  for line in text:gmatch "[^\n]*\n?" do
    local first = line:match "^[ \t]"
    local name = not first and line:match "^([!-9;-~]+)[ \t]*:"
    if first and list[1] then
      list[#list].raw = list[#list].raw .. line
    elseif name then
      list[#list + 1] = { name = name:lower(), raw = line }
    elseif line:find "%S" then
      list[#list + 1] = { name = "", raw = line } -- no header field, but somebody's
    end
  end
  return list
end

-- the new lines of what is changed, by the name of the header field
local function new_lines(changes, utf8)
  local draft, wanted, lines = {}, {}, {}
  for field, names in pairs(NAMES) do
    local value = changes[field]
    if value ~= nil then
      for _, name in ipairs(names) do wanted[name] = true end
      if not rawequal(value, null) then draft[field] = value end
    end
  end
  local text = head.lines(draft, { bcc = true, utf8 = utf8, date = draft.sent,
    message_id = draft.message_id or false })
  for _, each in ipairs(M.split(text)) do
    local absent = each.name == "date" and not draft.sent
    if wanted[each.name] and not absent then lines[each.name] = each.raw end
  end
  return lines, wanted
end

---A header with changes: the fields that are changed stand where they stood, others
---stay as they are.
---@param text string header lines, the empty one perhaps
---@param changes table fields of an item
---@param opts? { content: string, utf8: boolean, without: table } content: lines that take the
---place of those about the content
---@return string header, without the empty line
function M.header(text, changes, opts)
  opts = opts or {}
  local lines, wanted = new_lines(changes, opts.utf8)
  local out, written = {}, {}
  local received = changes.received
  if received and not rawequal(received, null) then out[1] = head.received(received) end
  for _, each in ipairs(M.split(text)) do
    local name = each.name
    if wanted[name] then
      if lines[name] and not written[name] then out[#out + 1] = lines[name] end
      written[name] = true
    elseif not (opts.content and is_of_content(name))
      and not (opts.without and opts.without[name]) then
      out[#out + 1] = each.raw
    end
  end
  local rest = {}
  for name in pairs(lines) do
    if not written[name] then rest[#rest + 1] = name end
  end
  table.sort(rest)
  for _, name in ipairs(rest) do out[#out + 1] = lines[name] end
  return table.concat(out) .. (opts.content or "")
end

-- Messages ------------------------------------------------------------------------

---@class satchel.imap.Stored what is known of a message that is to be changed
---@field header string
---@field flags string[]
---@field date integer
---@field size integer
---@field whole string|nil the bytes of a small one

---@param self satchel.imap.Driver
---@param op string
---@param folder_id string
---@param id string
---@return satchel.imap.Stored
function M.stored(self, op, folder_id, id)
  local validity, uid = ids.parse(id)
  local items = ("FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER] BODY.PEEK[]<0.%d>"):format(PIECE)
  local responses = fetch.responses(self, op, folder_id, { uid }, items,
    { uidvalidity = validity, item = id })
  local response = responses[uid]
  if not response then error_object.raise(fetch.absent(self, op, id, responses)) end
  local sections = response.sections or {}
  local whole = sections["BODY[]"]
  return { header = sections["BODY[HEADER]"] or "", flags = response.flags or {},
    date = response.internaldate, size = response.size,
    whole = whole and #whole < PIECE and whole or nil }
end

-- the header fields of a built message that are about its content, and where that begins
local function content_head(body)
  local text, at = "", nil
  for piece in body:chunks(8192) do
    text = text .. piece
    at = text:find("\r\n\r\n", 1, true)
    if at then break end
  end
  local lines = {}
  for _, each in ipairs(M.split(text:sub(1, (at or #text) + 1))) do
    if is_of_content(each.name) then lines[#lines + 1] = each.raw end
  end
  return table.concat(lines), (at or #text) + 3
end

-- the attachments that stay, as they are read from the stored message
local function kept_attachments(self, id, folder_id, removed)
  local gone, list = {}, {}
  for _, num in ipairs(removed) do gone[num] = true end
  for _, record in ipairs(self:attachments(id, folder_id)) do
    if not gone[record.num] then
      local reader
      list[#list + 1] = { name = record.name ~= "" and record.name or nil, type = record.type,
        inline = record.inline, content_id = record.content_id,
        stored = not record.open and self:stored_part(id, folder_id, record.num) or nil,
        source = function()
          reader = reader or record.open and record.open()
            or self:open_attachment(id, folder_id, record.num)
          return reader:read(PIECE)
        end }
    end
    gone[record.num] = nil
  end
  local num = next(gone)
  if num then
    error_object.raise { kind = "not_found", op = "save",
      message = ("save: item %s has no attachment %s"):format(id, tostring(num)) }
  end
  return list
end

local function value_of(changes, name, old)
  if rawequal(changes[name], null) then return nil end
  if changes[name] ~= nil then return changes[name] end
  return old
end

-- text and HTML after the changes; a new one of the two does not leave the old other
local function bodies_of(self, id, folder_id, changes)
  if changes.text ~= nil and changes.html ~= nil then
    return value_of(changes, "text"), value_of(changes, "html")
  end
  if changes.text ~= nil and not rawequal(changes.text, null) then return changes.text, nil end
  if changes.html ~= nil and not rawequal(changes.html, null) then return nil, changes.html end
  local old = self:load(id, folder_id, { "text", "html" })
  return value_of(changes, "text", old.text), value_of(changes, "html", old.html)
end

-- whether the content is another, and not the header alone
local function changes_content(changes, edits)
  return changes.text ~= nil or changes.html ~= nil or changes.rtf ~= nil
    or #edits.add > 0 or #edits.remove > 0
end

-- the Message-ID of a header, if it has one
local function message_id_of(header)
  for _, each in ipairs(M.split(header)) do
    if each.name == "message-id" then return each.raw:match "<[^<>%c]+>" end
  end
end

-- the header with changes, and what was behind it; of a small message that has come
local function with_header(self, id, folder_id, stored, header)
  local rest = stored.whole and { text = stored.whole:sub(#stored.header + 1) }
    or { section = "TEXT", id = id, folder_id = folder_id, size = stored.size - #stored.header }
  return assembly.new(self, { { text = header .. "\r\n" }, rest },
    { message_id = message_id_of(header) })
end

---A message with changes.
---@param self satchel.imap.Driver
---@param id string
---@param folder_id string
---@param stored satchel.imap.Stored
---@param changes table fields
---@param edits { add: table[], remove: any[] }
---@param opts? { without: table<string, boolean> } header fields that are left out
---@return satchel.imap.Assembly
function M.message(self, id, folder_id, stored, changes, edits, opts)
  local utf8 = needs_utf8(changes)
  local without = opts and opts.without
  if not changes_content(changes, edits) then
    return with_header(self, id, folder_id, stored,
      M.header(stored.header, changes, { utf8 = utf8, without = without }))
  end
  if changes.rtf ~= nil and not rawequal(changes.rtf, null) then
    error_object.unsupported "save: IMAP keeps no RTF of an item"
  end
  local text, html = bodies_of(self, id, folder_id, changes)
  local attachments = kept_attachments(self, id, folder_id, edits.remove)
  table.move(edits.add, 1, #edits.add, #attachments + 1, attachments)
  local body = self:build({ text = text, html = html, attachments = attachments },
    { utf8 = false, references = true })
  local content, from = content_head(body)
  local header = M.header(stored.header, changes, { content = content, utf8 = utf8,
    without = without })
  return assembly.new(self, assembly.around(body, from, header .. "\r\n"),
    { message_id = message_id_of(header), spool = body.spool })
end

return M
