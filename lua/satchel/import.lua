-- Messages of files and texts, stored as they are where the server keeps messages,
-- else as the fields that they have.

local error_object = require "satchel.error"
local mime = require "satchel.mime"
local options = require "satchel.options"
local pieces = require "satchel.mime.pieces"
local windows = require "satchel.windows"

local M = {}

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

local rows <const> = {
  path = { type = "string" }, mime = { type = "string|table|callable" },
  ics = { type = "string" }, vcf = { type = "string" },
  unread = { type = "boolean", default = false }, flagged = { type = "boolean" },
  answered = { type = "boolean" }, draft = { type = "boolean" },
  received = { type = "integer|string|table" }, categories = { type = "string|table" },
}

local flag_names <const> = { "unread", "flagged", "answered", "draft", "received", "categories" }

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

-- One source ----------------------------------------------------------------------

local function check_kind(given, verb)
  local count = 0
  for _, name in ipairs { "path", "mime", "ics", "vcf" } do
    if given[name] then count = count + 1 end
  end
  if count ~= 1 then error_object.invalid("%s: give one of path, mime, ics and vcf", verb) end
  if given.ics or given.vcf then not_yet(verb, given.ics and ".ics" or ".vcf") end
  if given.path then extension_of(given.path, verb) end
end

-- a source with the names of its fields checked, and what its item is to have
local function checked(folder, given, verb)
  local source = options.check(verb, given, rows)
  check_kind(source, verb)
  local accept, flags = require("satchel.field").accept, {}
  for _, name in ipairs(flag_names) do
    if source[name] ~= nil then flags[name] = accept(name, source[name], verb) end
  end
  if flags.draft == nil then flags.draft = folder._.store:is_drafts(folder) end
  return { source = source, flags = flags }
end

local function pieces_of(source, verb)
  if source.path then return pieces.of_file(source.path, verb) end
  return pieces.of(source.mime)
end

-- Storing -------------------------------------------------------------------------

-- on a driver that takes no messages: the fields
local function draft_of(message)
  local draft = mime.draft(mime.parse(message.body))
  for name, value in pairs(message.flags) do draft[name] = value end
  draft.received = message.flags.received or draft.received
  return draft
end

local function send(folder, messages)
  local store = folder._.store
  if store:driver().import then return store:call("import", folder.id, messages) end
  local drafts = {}
  for i, message in ipairs(messages) do drafts[i] = draft_of(message) end
  return store:call("create", folder.id, drafts, {})
end

-- stores those whose sources can be read; the results are in the order of the list
local function store(folder, list, verb)
  local results, messages, places = {}, {}, {}
  local _ <close> = setmetatable({}, { __close = function()
    for _, message in ipairs(messages) do message.body:close() end
  end })
  for i, each in ipairs(list) do
    local ok, body = error_object.try(function()
      return mime.body(pieces_of(each.source, verb))
    end)
    if ok then
      messages[#messages + 1] = { body = body, flags = each.flags }
      places[#places + 1] = i
    else
      results[i] = { ok = false, error = body }
    end
  end
  local ok, stored = pcall(send, folder, messages)
  if not ok and not error_object.is(stored) then error(stored, 0) end
  local known = ok and stored or stored.results or {}
  for i, place in ipairs(places) do results[place] = known[i] or { ok = false, error = stored } end
  if ok then return results end
  stored.results = results
  return error_object.raise(stored)
end

---Stores a message in a folder.
---@param folder satchel.Folder
---@param given satchel.ImportSource
---@return satchel.Item
function M.one(folder, given)
  local one = checked(folder, given, "import")
  local result = store(folder, { one }, "import")[1]
  if not result.ok then error_object.raise(result.error) end
  return folder._.store:item { id = result.id, folder_id = folder.id, draft = one.flags.draft }
end

---Stores many messages in a folder.
---@param folder satchel.Folder
---@param given satchel.ImportSource[]|fun(): satchel.ImportSource|nil
---@param opts? { progress: fun(done: integer, total: integer|nil) }
---@return satchel.Result[]
function M.all(folder, given, opts)
  return windows.store("import_all", given, opts,
    function(each) return checked(folder, each, "import_all") end,
    function(list) return store(folder, list, "import_all") end)
end

-- Files ---------------------------------------------------------------------------

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
