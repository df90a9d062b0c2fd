-- The fields of items: one row says what a field holds, who may write it, when
-- it is read, and whether a query may ask for it or sort by it.  Everything
-- else (queries, drafts, items) goes by these rows.

local address = require "satchel.address"
local error_object = require "satchel.error"
local named = require "satchel.named"
local nearest = require "satchel.nearest"
local null = require "satchel.null"
local time = require "satchel.time"

local M = {}

-- type    text time integer boolean enum address addresses texts attachments headers kind,
--         id: of a message; ids: a list of such, which drivers have as one text
-- write   "always", "create" (only with a new item); absent: the server's own
-- group   what is read together when one of them is touched; default "light"
-- where, sort   false: not in a query, not in an order
local rows <const> = {
  id = { type = "text", where = false, sort = false },
  kind = { type = "kind", write = "create", sort = false },
  class = { type = "text", write = "create" },
  size = { type = "integer" },
  modified = { type = "time" },
  created = { type = "time" },
  unread = { type = "boolean", write = "always" },
  flagged = { type = "boolean", write = "always" },
  categories = { type = "texts", write = "always", sort = false },
  draft = { type = "boolean", write = "create", sort = false },
  has_attachments = { type = "boolean" },
  subject = { type = "text", write = "always" },
  from = { type = "address", write = "always" },
  sender = { type = "address", write = "always" },
  to = { type = "addresses", write = "always" },
  cc = { type = "addresses", write = "always" },
  bcc = { type = "addresses", write = "always" },
  reply_to = { type = "addresses", write = "always", sort = false },
  sent = { type = "time", write = "always" },
  received = { type = "time", write = "always" },
  text = { type = "text", write = "always", group = "body", sort = false },
  html = { type = "text", write = "always", group = "body", sort = false },
  rtf = { type = "text", write = "always", group = "rtf", where = false, sort = false },
  headers = { type = "headers", write = "create", group = "headers", sort = false },
  message_id = { type = "id", write = "always", sort = false },
  in_reply_to = { type = "id", write = "always", sort = false },
  references = { type = "ids", write = "always", sort = false },
  importance = { type = "enum", write = "always", values = { "low", "normal", "high" } },
  sensitivity = { type = "enum", write = "always",
    values = { "normal", "personal", "private", "confidential" } },
  answered = { type = "boolean", write = "always", sort = false },
  conversation_id = { type = "text", sort = false },
  meeting_type = { type = "text", where = false, sort = false },
  attachments = { type = "attachments", write = "create", group = "body",
    where = false, sort = false },
}
M.rows = rows

-- fields of other kinds of items, which this version reads only through `props`
local of_other_kinds <const> = {}
for name in ([[starts ends all_day location timezone busy reminder organizer attendees
  recurrence exceptions response uid name given_name surname company title emails phones
  website photo addresses birthday members due done completed percent status color
  type]]):gmatch "[%w_]+" do of_other_kinds[name] = true end
M.of_other_kinds = of_other_kinds

-- the columns of a query that names none
M.columns = { "class", "subject", "from", "received", "sent", "size", "unread",
  "flagged", "importance", "has_attachments" }

-- types of fields that are lists, and empty where there is nothing
M.lists = { addresses = true, texts = true, ids = true }

---Whether a value names a property instead of a field: "PidTagX", a number, named().
---@param name any
---@return boolean
function M.is_property(name)
  if math.type(name) == "integer" or named.is(name) then return true end
  return type(name) == "string" and
    (name:find "^PidTag%u" or name:find "^PidLid%u" or name:find "^PidName%u") ~= nil
end

---The row of a field, or an error that names the nearest.
---@param name any
---@param verb string who asks, for the message
---@return table
function M.row(name, verb)
  local row = rows[name]
  if row then return row end
  if of_other_kinds[name] then
    error_object.unsupported("%s: field '%s' belongs to a kind of item that this "
      .. "version reaches only through item.props", verb, tostring(name))
  end
  return error_object.invalid("%s: unknown field '%s'%s", verb, tostring(name),
    nearest.suggestion(name, rows))
end

---The fields that are read when one of them is touched.
---@param name string
---@return string[]
function M.group_of(name)
  local wanted = rows[name].group or "light"
  local list = {}
  for other, row in pairs(rows) do
    local group = row.group or "light"
    if group == wanted or group == "light" and wanted == "body" then
      list[#list + 1] = other
    end
  end
  table.sort(list)
  return list
end

local function wrong_type(what, value, expected)
  error_object.invalid("%s is a %s where %s is expected", what, type(value), expected)
end

-- bytes; servers answer no request about an item with a longer one
local LONGEST <const> = 10000

local function utf8_text(what, value)
  if type(value) ~= "string" then wrong_type(what, value, "text") end
  if not utf8.len(value) then
    error_object.raise { kind = "invalid", message = what .. " is not UTF-8",
      hint = "what is in another charset has to be converted first" }
  end
  if value:find("\0", 1, true) then error_object.invalid("%s has a NUL in it", what) end
  return value
end

local function header_text(what, value)
  utf8_text(what, value)
  if #value > LONGEST then
    error_object.raise { kind = "limit",
      message = ("%s has %d bytes, more than %d"):format(what, #value, LONGEST) }
  end
  if value:find "[\r\n]" then error_object.invalid("%s has a line break in it", what) end
  return value
end

local accept <const> = {}

function accept.text(what, value, name)
  return rows[name].group and utf8_text(what, value) or header_text(what, value)
end

accept.kind = header_text

function accept.time(what, value) return time.seconds(value, what) end

function accept.boolean(what, value)
  if type(value) ~= "boolean" then wrong_type(what, value, "true or false") end
  return value
end

function accept.integer(what, value)
  local number = type(value) == "number" and math.tointeger(value)
  return number or wrong_type(what, value, "an integer")
end

function accept.enum(what, value, name)
  local known = {}
  for _, choice in ipairs(rows[name].values) do
    if choice == value then return value end
    known[choice] = true
  end
  return error_object.invalid("%s: '%s' is none of '%s'%s", what, tostring(value),
    table.concat(rows[name].values, "', '"), nearest.suggestion(value, known))
end

function accept.address(what, value) return address.one(value, what) end

function accept.addresses(what, value) return address.list(value, what) end

function accept.texts(what, value)
  if type(value) == "string" then value = { value } end
  if type(value) ~= "table" then wrong_type(what, value, "a list of texts") end
  local list = {}
  for key in pairs(value) do
    if math.type(key) ~= "integer" then
      error_object.invalid("%s: a list of texts has no '%s'", what, tostring(key))
    end
  end
  for i, text in ipairs(value) do list[i] = header_text(what, text) end
  return list
end

-- RFC 5322 3.6.4: in angle brackets, which people leave out
local function message_id(text)
  return text:find "^[^%s<>]+$" and "<" .. text .. ">" or text
end

function accept.id(what, value)
  return message_id(header_text(what, value))
end

function accept.ids(what, value)
  local list = accept.texts(what, value)
  for i, id in ipairs(list) do list[i] = message_id(id) end
  return table.concat(list, " ")
end

---A value for a field as a driver takes it, of whatever a caller may write.
---@param name string a field that exists
---@param value any satchel.null passes through
---@param verb string who asks, for messages
---@return any
function M.accept(name, value, verb)
  if rawequal(value, null) then return null end
  local convert = accept[rows[name].type]
  if not convert then return value end
  return convert(("%s: field '%s'"):format(verb, name), value, name)
end

return M
