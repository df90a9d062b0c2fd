-- New items as drivers take them: every field checked and in its final form,
-- attachments described one way, nothing that could end a header.

local attachment = require "satchel.attachment"
local error_object = require "satchel.error"
local field = require "satchel.field"
local kind = require "satchel.kind"
local media_type = require "satchel.media_type"
local nearest = require "satchel.nearest"
local null = require "satchel.null"
local options = require "satchel.options"

---@alias satchel.AddressLike string|satchel.Address
---@alias satchel.AddressesLike string|satchel.Address|satchel.AddressLike[]
---@alias satchel.TimeLike integer|string|table seconds, ISO 8601 text, an os.date table

---@alias satchel.AttachmentLike string|satchel.Attachment|satchel.AttachmentSpec a string is a path

---@class satchel.AttachmentSpec one of path, data, source and item
---@field path? string a file
---@field data? string the content
---@field source? fun(): string|nil gives the next piece of the content, nil at the end
---@field item? satchel.Item|satchel.NewItem a message
---@field name? string default: the file's name
---@field type? string media type; default: by the name
---@field inline? boolean shown in the text; default: whether there is a content_id
---@field content_id? string what HTML calls it by: cid:…
---@field size? integer bytes, if a source knows

---@class satchel.NewItem
---@field subject? string
---@field from? satchel.AddressLike
---@field sender? satchel.AddressLike
---@field to? satchel.AddressesLike
---@field cc? satchel.AddressesLike
---@field bcc? satchel.AddressesLike
---@field reply_to? satchel.AddressesLike
---@field text? string
---@field html? string
---@field rtf? string
---@field sent? satchel.TimeLike
---@field received? satchel.TimeLike
---@field unread? boolean default false
---@field flagged? boolean
---@field answered? boolean
---@field draft? boolean default: whether the folder is Drafts
---@field categories? string|string[]
---@field importance? "low"|"normal"|"high"
---@field sensitivity? "normal"|"personal"|"private"|"confidential"
---@field message_id? string
---@field in_reply_to? string
---@field references? string|string[]
---@field headers? table<string, string|string[]>
---@field attachments? satchel.AttachmentLike[]
---@field kind? satchel.ItemKind where a folder holds several
---@field class? string

---@class satchel.NewMessage
---@field to? satchel.AddressesLike one of to, cc and bcc is needed
---@field cc? satchel.AddressesLike
---@field bcc? satchel.AddressesLike
---@field subject? string
---@field text? string
---@field html? string both bodies given: HTML is kept, text may be derived from it
---@field attachments? satchel.AttachmentLike[]
---@field reply_to? satchel.AddressesLike
---@field from? satchel.AddressLike default: the user
---@field sender? satchel.AddressLike
---@field importance? "low"|"normal"|"high"
---@field sensitivity? "normal"|"personal"|"private"|"confidential"
---@field categories? string|string[]
---@field headers? table<string, string|string[]>
---@field message_id? string the server may replace it
---@field in_reply_to? string
---@field references? string|string[]
---@field save? boolean default true: a copy in Sent
---@field partial? boolean smtp: send to the others when recipients are refused
---@field dsn? satchel.DsnOptions smtp: delivery status notifications
---@field progress? fun(done: integer, total: integer) bytes

local M = {}

local attachment_rows <const> = {
  path = { type = "string" }, data = { type = "string" }, source = { type = "callable" },
  item = { type = "table" }, name = { type = "string" }, type = { type = "string" },
  inline = { type = "boolean" }, content_id = { type = "string" },
  size = { type = "integer" },
}

local function no_breaks(verb, what, text)
  if text and text:find "[\r\n\0]" then
    error_object.invalid("%s: the %s of an attachment has a line break in it", verb, what)
  end
end

local function check_file(verb, path)
  local file, why = io.open(path, "rb")
  if not file then
    error_object.raise { kind = "not_found", message = ("%s: attachment %s"):format(verb, why) }
  end
  local _, reason, code = file:read(1)
  file:close()
  if code then error_object.invalid("%s: attachment %s: %s", verb, path, reason) end
end

local function one_content(verb, spec)
  local count = 0
  for _, name in ipairs { "path", "data", "source", "item" } do
    if spec[name] ~= nil then count = count + 1 end
  end
  if count ~= 1 then
    error_object.invalid("%s: an attachment has one of path, data, source and item", verb)
  end
end

local function embedded(spec)
  local item = spec.item
  if getmetatable(item) and item._ and not item._.store then -- of a file, or in another
    spec.item = require("satchel.mime.item").draft(item)
    spec.name = spec.name or item.subject
  elseif getmetatable(item) and item._ then
    spec.item = { id = item.id, folder_id = item._.record.folder_id }
    spec.name = spec.name or item.subject
  else
    spec.item = M.draft(item, "attach", { kind = "mail" })
    spec.name = spec.name or item.subject
  end
  spec.type = "message/rfc822"
end

-- an attachment of a stored item: drivers copy it where it is, or read it
local function of_item(given)
  local record, item = given._.record, given._.item
  local spec = { name = given.name, type = given.type, inline = given.inline,
    content_id = given.content_id, size = record.size, data = record.data }
  if not record.embedded and not record.data then
    local chunks
    spec.source = function()
      chunks = chunks or given:chunks()
      return chunks()
    end
  end
  if item._.store then
    local own = item._.store:driver()
    spec.copy = { id = item.id, folder_id = item._.record.folder_id, num = record.num,
      is_of = function(driver) return driver == own end }
  end
  return spec
end

local function of_source(source, name, verb)
  return function()
    local piece = source()
    if piece == nil or type(piece) == "string" then return piece end
    return error_object.invalid("%s: the source of attachment '%s' gave a %s, not text", verb,
      name or "", type(piece))
  end
end

---An attachment as a driver takes it.
---@param given string|table a path, one of an item, or { path = | data = | source = | item = }
---@param verb string for messages
---@return table
function M.attachment(given, verb)
  if attachment.is(given) then return of_item(given) end
  if type(given) == "string" then given = { path = given } end
  local spec = options.check(verb .. ": attachment", given, attachment_rows)
  one_content(verb, spec)
  if spec.path then
    check_file(verb, spec.path)
    spec.name = spec.name or spec.path:match "[^/\\]*$"
  end
  if spec.item then embedded(spec) end
  if spec.source then
    spec.source = of_source(spec.source, spec.name, verb)
  end
  no_breaks(verb, "name", spec.name)
  no_breaks(verb, "type", spec.type)
  no_breaks(verb, "content_id", spec.content_id)
  spec.content_id = spec.content_id and spec.content_id:match "^<?(.-)>?$"
  spec.type = spec.type or media_type.of(spec.name)
  if spec.inline == nil then spec.inline = spec.content_id ~= nil end
  return spec
end

---A list of attachments, where a caller may write only one.
---@param list table
---@param verb string
---@return table[]
function M.listed(list, verb)
  if type(list) ~= "table" then
    error_object.invalid("%s: attachments are a list, not a %s", verb, type(list))
  end
  if attachment.is(list) then return { list } end
  local is_one = list.path or list.data or list.source or list.item or list.name
  if is_one then return { list } end
  for key, value in pairs(list) do -- none of a list: named as in one attachment
    if math.type(key) ~= "integer" then M.attachment({ [key] = value }, verb) end
  end
  return list
end

---@param list table
---@param verb string
---@return table[]
function M.attachments(list, verb)
  local specs = {}
  for i, given in ipairs(M.listed(list, verb)) do specs[i] = M.attachment(given, verb) end
  return specs
end

-- headers that fields or the transport write
local own_headers <const> = {
  from = "from", sender = "sender", to = "to", cc = "cc", bcc = "bcc",
  subject = "subject", ["reply-to"] = "reply_to", ["message-id"] = "message_id",
  ["in-reply-to"] = "in_reply_to", references = "references", date = "sent",
  ["mime-version"] = false, ["content-type"] = false,
  ["content-transfer-encoding"] = false, ["content-disposition"] = false,
}

local function check_header(verb, name, value)
  if type(name) ~= "string" or not name:find "^[!-9;-~]+$" then
    error_object.invalid("%s: '%s' is no name of a header", verb,
      (tostring(name):gsub("%c", "?")))
  end
  if type(value) ~= "string" and type(value) ~= "number" then
    error_object.invalid("%s: header '%s' is a %s, not text", verb, name, type(value))
  end
  if tostring(value):find "[\r\n\0]" then
    error_object.invalid("%s: header '%s' has a line break in it", verb, name)
  end
  local own = own_headers[name:lower()]
  if own then error_object.invalid("%s: header '%s' is the field '%s'", verb, name, own) end
  if own == false then error_object.invalid("%s: header '%s' is not yours", verb, name) end
end

---Headers as drivers take them: a list of { name =, value = }, sorted by name.
---@param given table by name, text or a list of texts; or a list of { name =, value = }
---@param verb string
---@return table[]
function M.headers(given, verb)
  if type(given) ~= "table" then
    error_object.invalid("%s: headers are a table, not a %s", verb, type(given))
  end
  local list = {}
  local function add(name, value)
    check_header(verb, name, value)
    list[#list + 1] = { name = name, value = tostring(value) }
  end
  for name, value in pairs(given) do
    if type(value) == "table" and value.name then
      add(value.name, value.value)
    elseif type(value) == "table" then
      for _, each in ipairs(value) do add(name, each) end
    else
      add(name, value)
    end
  end
  table.sort(list, function(a, b)
    return a.name < b.name or a.name == b.name and a.value < b.value
  end)
  return list
end

local function accept(name, value, verb)
  if name == "attachments" then return M.attachments(value, verb) end
  if name == "headers" then return M.headers(value, verb) end
  return field.accept(name, value, verb)
end

local function fields_of(given, verb)
  if type(given) ~= "table" then
    error_object.invalid("%s: a table of fields is expected, not a %s", verb, type(given))
  end
  local draft = {}
  for name, value in pairs(given) do
    local row = field.row(name, verb)
    if not row.write then error_object.invalid("%s: field '%s' is read only", verb, name) end
    if not rawequal(value, null) then draft[name] = accept(name, value, verb) end
  end
  return draft
end

local function check_kind(draft, folder, verb)
  local wanted = draft.kind or draft.class and kind.of_class(draft.class)
  local held = kind.held_by[folder.kind or "mail"] or kind.held_by.mail
  wanted = wanted or held[1]
  kind.check(wanted, verb)
  if wanted ~= "message" then
    error_object.unsupported("%s: items of kind '%s' cannot be created yet", verb, wanted)
  end
  draft.kind = wanted
end

---A new item for a folder, as a driver takes it.
---@param given table fields
---@param verb string for messages
---@param folder { kind: string, role?: string }
---@return table
function M.draft(given, verb, folder)
  local draft = fields_of(given, verb)
  check_kind(draft, folder, verb)
  if draft.draft == nil then draft.draft = folder.role == "drafts" end
  if draft.unread == nil then draft.unread = false end
  return draft
end

---Changes of a stored item, as a driver takes them.
---@param given table fields; satchel.null removes
---@param verb string
---@return table
function M.changes(given, verb)
  if type(given) ~= "table" then
    error_object.invalid("%s: a table of fields is expected, not a %s", verb, type(given))
  end
  local changes = {}
  for name, value in pairs(given) do changes[name] = M.change(name, value, verb) end
  return changes
end

---One change of a stored item, as a driver takes it.
---@param name string
---@param value any
---@param verb string
---@return any
function M.change(name, value, verb)
  local row = field.row(name, verb)
  if name == "attachments" then
    error_object.raise { kind = "invalid",
      message = verb .. ": field 'attachments' is not assigned",
      hint = "item:attach{…} adds one, attachment:delete() removes one" }
  end
  if row.write ~= "always" then
    error_object.invalid("%s: field '%s' is read only", verb, name)
  end
  return field.accept(name, value, verb)
end

local message_fields <const> = {}
for name in ([[to cc bcc subject text html attachments reply_to importance sensitivity
  headers from sender categories message_id in_reply_to references]]):gmatch "%S+" do
  message_fields[name] = true
end

local send_options <const> = { save = { type = "boolean", default = true },
  progress = { type = "callable" }, partial = { type = "boolean" },
  dsn = { type = "table" } }

M.options = { save = true, progress = true, partial = true, dsn = true }
for name in pairs(message_fields) do M.options[name] = true end

-- whom answers go to must have an address; nobody is looked up for that
local function check_senders(message)
  for _, name in ipairs { "from", "sender", "reply_to" } do
    local value = message[name]
    for _, each in ipairs(type(value) == "table" and (value[1] and value or { value }) or {}) do
      if each.name and not each.email then
        error_object.invalid("send: field '%s': '%s' has no e-mail address", name, each.name)
      end
    end
  end
end

---A message to be sent, and how to send it.
---@param given table
---@return table message
---@return table opts { save =, progress =, partial =, dsn = }
function M.message(given)
  if type(given) ~= "table" then
    error_object.invalid("send: a table of fields is expected, not a %s", type(given))
  end
  local fields, opts, known = {}, {}, {}
  for name in pairs(message_fields) do known[name] = true end
  for name in pairs(send_options) do known[name] = true end
  for name, value in pairs(given) do
    if not known[name] then
      error_object.invalid("send: unknown option '%s'%s", tostring(name),
        nearest.suggestion(name, known))
    end
    (message_fields[name] and fields or opts)[name] = value
  end
  local message = fields_of(fields, "send")
  M.check_recipients(message, "send")
  check_senders(message)
  return message, options.check("send", opts, send_options)
end

---Raises unless somebody would get the message.
---@param message table
---@param verb string
function M.check_recipients(message, verb)
  local count = 0
  for _, name in ipairs { "to", "cc", "bcc" } do count = count + #(message[name] or {}) end
  if count == 0 then
    error_object.raise { kind = "invalid", message = verb .. ": there is no recipient",
      hint = "give one of to, cc, bcc" }
  end
end

return M
