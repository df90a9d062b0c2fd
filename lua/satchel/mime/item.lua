-- Items as messages and messages as items, on every driver: one that has the
-- message gives it, for one that has not it is built of the fields.

local error_object = require "satchel.error"
local mime = require "satchel.mime"
local options = require "satchel.options"

local M = {}

local piece_size <const> = 65536

local function of_reader(reader)
  return function()
    local piece, err = reader:read(piece_size)
    if err then error_object.raise(err) end
    if not piece or piece == "" then
      if reader.close then reader:close() end
      return nil
    end
    return piece
  end
end

local function of_text(text)
  return of_reader { read = function()
    local all = text
    text = nil
    return all
  end }
end

-- whatever a driver's verb `mime` gives: a reader, the text, a function
local function of_given(given)
  if type(given) == "string" then return of_text(given) end
  if type(given) == "function" then return given end
  if type(given) == "table" and given.chunks then return given:chunks(piece_size) end
  return of_reader(given)
end

local fields <const> = { "subject", "from", "sender", "to", "cc", "bcc", "reply_to", "sent",
  "message_id", "in_reply_to", "references", "importance", "sensitivity", "categories",
  "text", "html" }

local deepest <const> = 20 -- messages in each other

local function one_line(text)
  return text and (text:gsub("[\r\n%z]+", " "))
end

local function attached(each, depth)
  local spec = { name = one_line(each.name), type = each.type, inline = each.inline,
    content_id = each.content_id }
  if each._.record.embedded and depth < deepest then
    spec.item = M.draft(each:item(), depth + 1)
  else
    local chunks
    spec.source = function()
      chunks = chunks or each:chunks()
      return chunks()
    end
  end
  return spec
end

-- an address that has no e-mail, or one that is none, is at least a name
local function writable(address)
  local email, name = address.email, one_line(address.name)
  if email and not email:find "^[^%c%s<>,;()\"]+$" and not email:find '^"[^%c]*"@[^%c%s]+$' then
    name, email = name or one_line(email), nil
  end
  return { name = name, email = email }
end

---Whether an address can be written in UTF-8 alone (RFC 6532).
---@param draft table
---@return boolean
function M.needs_utf8(draft)
  for _, name in ipairs { "from", "sender", "to", "cc", "bcc", "reply_to" } do
    local value = draft[name]
    for _, each in ipairs(value and (value[1] and value or { value }) or {}) do
      if each.email and each.email:find "[\128-\255].*@" then return true end
    end
  end
  return false
end

---An item as a draft that a message can be built of.
---@param item satchel.Item
---@param depth? integer
---@return table
function M.draft(item, depth)
  local draft = { attachments = {} }
  if item._.record.raw then return mime.draft(item._.record.raw) end
  for _, name in ipairs(fields) do draft[name] = item[name] end
  for _, name in ipairs { "to", "cc", "bcc", "reply_to" } do
    for i, address in ipairs(draft[name] or {}) do draft[name][i] = writable(address) end
  end
  for _, name in ipairs { "from", "sender" } do
    draft[name] = draft[name] and writable(draft[name])
  end
  draft.subject = one_line(draft.subject)
  draft.headers = mime.other_headers(item.headers or {})
  for i, each in ipairs(item.attachments) do
    draft.attachments[i] = attached(each, depth or 1)
  end
  return draft
end

---The message of an item in pieces.
---@param item satchel.Item
---@return fun(): string|nil
function M.pieces(item)
  local state = item._
  if state.record.raw then return of_reader(state.record.raw:open()) end
  local driver = state.store and state.store:driver()
  if driver and driver.mime then
    return of_given(state.store:call("mime", item.id, state.record.folder_id))
  end
  local draft = M.draft(item)
  draft.sent = draft.sent or state.record.received or 0
  return mime.build(draft, { bcc = true, utf8 = M.needs_utf8(draft) }):chunks(piece_size)
end

---What a report says, of an item that is one.
---@param item satchel.Item
---@return table|nil
function M.report(item)
  local state = item._
  if state.record.report or item.kind ~= "report" then return state.record.report end
  local driver = state.store and state.store:driver()
  if not driver or not driver.mime then return nil end
  state.record.report = mime.parse(M.pieces(item)):fields({ "report" }).report
  return state.record.report
end

-- Import and open --------------------------------------------------------------------

---@class satchel.ImportSource one of path, mime, ics and vcf
---@field path? string a file: .eml
---@field mime? string|fun(): string|nil an Internet message, or its pieces
---@field ics? string not yet
---@field vcf? string not yet
---@field unread? boolean default false
---@field flagged? boolean
---@field answered? boolean
---@field draft? boolean default: whether the folder is Drafts
---@field received? satchel.TimeLike
---@field categories? string|string[]

local import_rows <const> = {
  path = { type = "string" }, mime = { type = "string|table|callable" },
  ics = { type = "string" }, vcf = { type = "string" },
  unread = { type = "boolean", default = false }, flagged = { type = "boolean" },
  answered = { type = "boolean" }, draft = { type = "boolean" },
  received = { type = "integer|string|table" }, categories = { type = "string|table" },
}
M.options = import_rows

local function not_yet(verb, what)
  error_object.unsupported("%s: %s files are not read yet", verb, what)
end

local function extension_of(path, verb)
  local extension = (path:match "%.(%w+)$" or ""):lower()
  if extension == "ics" or extension == "vcf" or extension == "msg" then
    not_yet(verb, "." .. extension)
  end
  return extension
end

local function pieces_of_path(path)
  local file, why = io.open(path, "rb")
  if not file then
    error_object.raise { kind = "not_found", message = "import: " .. why }
  end
  return function()
    local piece = file:read(piece_size)
    if not piece then file:close() end
    return piece
  end
end

local function import_pieces(given)
  local count = 0
  for _, name in ipairs { "path", "mime", "ics", "vcf" } do
    if given[name] then count = count + 1 end
  end
  if count ~= 1 then error_object.invalid "import: give one of path, mime, ics and vcf" end
  if given.ics or given.vcf then not_yet("import", given.ics and ".ics" or ".vcf") end
  if given.path then
    extension_of(given.path, "import")
    return pieces_of_path(given.path)
  end
  return of_given(given.mime)
end

local flag_names <const> = { "unread", "flagged", "answered", "draft", "received", "categories" }

local function import_flags(given, folder)
  local accept, flags = require("satchel.field").accept, {}
  for _, name in ipairs(flag_names) do
    if given[name] ~= nil then flags[name] = accept(name, given[name], "import") end
  end
  if flags.draft == nil then flags.draft = folder._.store:is_drafts(folder) end
  return flags
end

-- on a driver that takes no messages: the fields
local function create(folder, body, flags)
  local draft = mime.draft(mime.parse(body))
  for name, value in pairs(flags) do draft[name] = value end
  draft.received = flags.received or draft.received
  return folder._.store:call("create", folder.id, { draft }, {})[1]
end

---Stores a message in a folder.
---@param folder satchel.Folder
---@param given table
---@return satchel.Item
function M.import(folder, given)
  local checked = options.check("import", given, import_rows)
  local store, flags = folder._.store, import_flags(checked, folder)
  local body <close> = mime.body(import_pieces(checked))
  local result
  if store:driver().import then
    result = store:call("import", folder.id, body, flags)
  else
    result = create(folder, body, flags)
  end
  if not result.ok then error_object.raise(result.error) end
  return store:item { id = result.id, folder_id = folder.id, draft = flags.draft }
end

---The item that a file is.
---@param path string
---@return satchel.Item
function M.open(path)
  options.argument("open", "the path", path, "string")
  local extension = extension_of(path, "open")
  if extension ~= "eml" and extension ~= "mht" and extension ~= "mhtml" then
    error_object.invalid("open: '%s' ends in none of .eml .ics .vcf .msg", path)
  end
  return require("satchel.item").new(nil, mime.read { path = path })
end

return M
