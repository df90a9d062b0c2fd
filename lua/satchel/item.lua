-- Items.  Fields that a query brought are there at once; others are read with
-- their group when touched.  What is assigned is kept until save().  An item
-- that was moved or deleted is not the one at its new place: that one is given.

local address = require "satchel.address"
local attachment = require "satchel.attachment"
local compose = require "satchel.compose"
local error_object = require "satchel.error"
local field = require "satchel.field"
local headers = require "satchel.headers"
local kind = require "satchel.kind"
local nearest = require "satchel.nearest"
local null = require "satchel.null"
local options = require "satchel.options"
local props = require "satchel.props"
local time = require "satchel.time"
local with = require "satchel.with"

---@alias satchel.ItemKind "message"|"appointment"|"meeting"|"contact"|"list"|"task"
---| "note"|"journal"|"post"|"report"

---@class satchel.Report what a server, or a recipient's program, says of a message
---@field type "delivery"|"disposition"
---@field recipients satchel.ReportRecipient[]
---@field message_id? string of the message it is about
---@field subject? string of the message it is about
---@field server? string who says so
---@field envelope_id? string that the sender gave

---@class satchel.ReportRecipient
---@field email? string
---@field action string "failed", "delayed", "delivered", …; of a reader "displayed", "deleted"
---@field status? string "5.1.1"
---@field diagnostic? string the words of the server that refused
---@field server? string that refused
---@field original? string whom the sender named

---@class satchel.Item
---@field id string stable across sessions
---@field kind satchel.ItemKind
---@field class string the message class, "IPM.Note"
---@field folder satchel.Folder
---@field session satchel.Session
---@field props satchel.Props any property by name or number
---@field size integer bytes
---@field modified integer seconds since the epoch
---@field created integer seconds since the epoch
---@field unread boolean
---@field flagged boolean
---@field draft boolean
---@field categories string[]
---@field has_attachments boolean
---@field subject string
---@field from satchel.Address
---@field sender satchel.Address
---@field to satchel.Address[]
---@field cc satchel.Address[]
---@field bcc satchel.Address[]
---@field reply_to satchel.Address[]
---@field sent integer seconds since the epoch
---@field received integer seconds since the epoch
---@field text string
---@field html string
---@field rtf string
---@field headers satchel.Headers
---@field message_id string
---@field in_reply_to string
---@field references string[]
---@field importance "low"|"normal"|"high"
---@field sensitivity "normal"|"personal"|"private"|"confidential"
---@field answered boolean
---@field conversation_id string
---@field meeting_type? string "request", "response", "cancellation"
---@field attachments satchel.Attachment[]
---@field report? satchel.Report of an item of kind "report"
local Item = { __name = "satchel.Item" }
local methods = {}

local M = { methods = methods }

-- the changes of the many items that nobody changes
local none <const> = {}

-- a table of changes to write into
local function writable(state, name)
  if rawequal(state[name], none) then state[name] = {} end
  return state[name]
end

---@param store satchel.Store|nil nil: an item that is all in the record
---@param record table `partial`: what is absent could not be read
---@param known? table<string, boolean> fields whose absence means nil
---@return satchel.Item
function M.new(store, record, known)
  local state = { store = store, record = record, known = not record.partial and known or nil,
    changes = none, prop_changes = none }
  return setmetatable({ _ = state }, Item)
end

---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Item
end

local function id_of(state)
  local record = state.record
  if not record.id and state.find then
    record.id = state.find()
    state.find = nil
  end
  if not record.id then
    error_object.raise { kind = "not_found", message = "the item has no id: it is not stored" }
  end
  return record.id
end

-- where drivers find the item
local function place(state)
  return id_of(state), state.record.folder_id
end

local function store_of(state, verb)
  if not state.store then
    error_object.raise { kind = "unsupported", message = verb .. ": the item is in no folder",
      hint = "folder:import stores a file, and the text that item:mime gives" }
  end
  return state.store
end

local function load_group(state, name)
  local names, missing = field.group_of(name), {}
  for _, other in ipairs(names) do
    if state.record[other] == nil then missing[#missing + 1] = other end
  end
  local id, folder_id = place(state)
  local fresh = state.store:call("load", id, folder_id, missing)
  local known = {}
  for other in pairs(state.known or {}) do known[other] = true end
  for _, other in ipairs(missing) do known[other] = true end
  for other, value in pairs(fresh) do
    if state.record[other] == nil then state.record[other] = value end
  end
  state.known = known
end

local function stored(state, name)
  local value = state.record[name]
  if value ~= nil or not state.store then return value end
  if state.known and state.known[name] then return nil end
  load_group(state, name)
  return state.record[name]
end

local present <const> = {}

function present.address(value) return address.wrap(value) end
function present.addresses(value) return address.wrap_list(value) end

function present.texts(value) return value or {} end

function present.headers(value)
  return type(value) == "string" and headers.parse(value) or value
end

function present.ids(value)
  if not value then return {} end
  if type(value) == "table" then return value end
  local list = {}
  for id in value:gmatch "%S+" do list[#list + 1] = id end
  return list
end

local computed <const> = {}

function computed.id(item)
  return item._.store and id_of(item._) or item._.record.id
end

function computed.session(item) return item._.store and item._.store.session end

function computed.folder(item)
  local state = item._
  return state.store and state.store:folder_by_id(state.record.folder_id)
end

function computed.kind(item)
  return item._.record.kind or kind.of_class(stored(item._, "class"))
end

function computed.props(item)
  local state = item._
  state.place = state.place or function() return place(state) end
  state.prop_changes = writable(state, "prop_changes")
  state.props = state.props or props.new(state)
  return state.props
end

function computed.attachments(item)
  local state = item._
  if not state.attachments then
    local records = stored(state, "attachments")
    if not records and state.store then records = state.store:call("attachments", place(state)) end
    state.attachments = attachment.wrap_list(item, records or {})
  end
  return state.attachments
end

function computed.report(item) return require("satchel.mime.item").report(item) end

M.fields = { folder = true, session = true, props = true, report = true }
for name in pairs(field.rows) do M.fields[name] = true end

local value_of
function value_of(item, name)
  local state = item._
  local change = state.changes[name]
  local value = change
  if change == nil then value = stored(state, name) end
  if rawequal(value, null) then value = nil end
  -- RFC 5322 3.6.2: who sent it is who wrote it, unless it says so
  if value == nil and name == "sender" then return value_of(item, "from") end
  local kind_of_field = field.rows[name].type
  if value == nil and not field.lists[kind_of_field] then return nil end
  local show = present[kind_of_field]
  return show and show(value) or value
end

local function unknown(name)
  if field.of_other_kinds[name] then field.row(name, "item") end
  error_object.invalid("an item has no '%s'%s", tostring(name),
    nearest.among(name, M.fields, methods))
end

function Item:__index(name)
  if methods[name] then return methods[name] end
  if computed[name] then return computed[name](self) end
  if field.rows[name] then return value_of(self, name) end
  if type(name) == "string" then unknown(name) end
  return nil
end

function Item:__newindex(name, value)
  if value == nil then value = null end
  if computed[name] and not (field.rows[name] and field.rows[name].write) then
    error_object.invalid("field '%s' is read only", name)
  end
  if not field.rows[name] then unknown(name) end
  writable(self._, "changes")[name] = compose.change(name, value, "item")
end

-- what is known now, by name; nothing is read for it
function Item:__pairs()
  local seen = {}
  for name in pairs(field.rows) do
    if name ~= "attachments" and name ~= "id" and
      (self._.record[name] ~= nil or self._.changes[name] ~= nil) then
      seen[name] = value_of(self, name)
    end
  end
  seen.id = self._.record.id
  return next, seen, nil
end

function Item:__tostring()
  local record = self._.record
  local parts = { record.kind or kind.of_class(record.class) }
  if record.subject then parts[#parts + 1] = ('"%s"'):format(record.subject) end
  if record.from then
    parts[#parts + 1] = "from " .. tostring(address.wrap(record.from))
  end
  local at = record.received or record.sent
  if math.type(at) == "integer" then parts[#parts + 1] = "of " .. time.iso(at) end
  return table.concat(parts, " ")
end

---Reads the item again; what was assigned and not saved is forgotten.
---@return satchel.Item self
function methods:reload()
  local state = self._
  local store = store_of(state, "reload")
  local id, folder_id = place(state)
  state.record = store:call("get", folder_id, id)
  state.known, state.attachments = nil, nil
  state.changes, state.prop_changes = none, {}
  return self
end

-- takes over what a driver says about the item after a change
local function renew(state, record, changes)
  for name, value in pairs(changes) do
    if rawequal(value, null) then value = nil end
    state.record[name] = value
  end
  for name, value in pairs(record or {}) do state.record[name] = value end
end

---Stores what was assigned.
---@return satchel.Item self
function methods:save()
  local state = self._
  local store = store_of(state, "save")
  local id, folder_id = place(state)
  if next(state.changes) then
    local record = store:call("save", id, folder_id, state.changes, { add = {}, remove = {} })
    renew(state, record, state.changes)
    state.changes = none
  end
  local changed = props.changes(state)
  if #changed > 0 then
    store:call("set_props", state.record.id, folder_id, changed)
    state.prop_changes, state.record.props = {}, nil
  end
  return self
end

---Assigns fields and saves them.
---@param fields table satchel.null removes a field
---@return satchel.Item self
function methods:update(fields)
  for name, value in pairs(compose.changes(fields, "update")) do
    writable(self._, "changes")[name] = value
  end
  return self:save()
end

local function transferred(item, verb, target)
  local state = item._
  local store = store_of(state, verb)
  local folder = store:target(target, verb)
  local id, folder_id = place(state)
  local result = store:call(verb, { id }, folder_id, folder.id, { ids = "later" })[1]
  if not result.ok then error_object.raise(result.error) end
  local record = with(state.record)
  record.id, record.folder_id, record.attachments = result.new_id, folder.id, nil
  local moved = M.new(store, record, state.known)
  moved._.find = result.find
  return moved
end

---Moves the item to a folder.
---@param folder satchel.Folder|string a folder, or its path
---@return satchel.Item moved the item in its new place; its id is read when touched
function methods:move(folder)
  return transferred(self, "move", folder)
end

---Copies the item to a folder.
---@param folder satchel.Folder|string a folder, or its path
---@return satchel.Item copy its id is read when touched
function methods:copy(folder)
  return transferred(self, "copy", folder)
end

local delete_rows <const> = { hard = { type = "boolean", default = false } }

---Moves the item to the trash; with { hard = true } removes it for good.
---@param opts? { hard: boolean }
function methods:delete(opts)
  local state = self._
  local hard = options.check("delete", opts, delete_rows).hard
  local store = store_of(state, "delete")
  local id, folder_id = place(state)
  store:refuse_trash(folder_id, hard)
  local result = store:call("delete", { id }, folder_id, hard, {})[1]
  if not result.ok then error_object.raise(result.error) end
end

---Adds an attachment to the stored item, at once.
---@param spec satchel.AttachmentLike a string is a path
---@return satchel.Item self
function methods:attach(spec)
  local state = self._
  local add = compose.attachment(spec, "attach")
  M.edit_attachments(state, { add = { add }, remove = {} }, "attach")
  return self
end

---Adds and removes attachments of a stored item.
---@param state table
---@param edits { add: table[], remove: integer[] }
---@param verb string
function M.edit_attachments(state, edits, verb)
  local store = store_of(state, verb)
  local id, folder_id = place(state)
  local record = store:call("save", id, folder_id, {}, edits)
  renew(state, record, {})
  state.attachments, state.record.attachments = nil, record and record.attachments
  state.record.has_attachments = record and record.has_attachments
  if state.known then
    local known = {}
    for name in pairs(state.known) do known[name] = true end
    known.attachments, known.has_attachments, known.size = nil, nil, nil
    state.known = known
  end
end

---A draft of an answer to who sent the item.
---@param opts? satchel.AnswerOptions
---@return satchel.Item draft in session.drafts
function methods:reply(opts)
  return require("satchel.reply").draft(self, "reply", opts)
end

---A draft of an answer to all who had the item.
---@param opts? satchel.AnswerOptions
---@return satchel.Item draft in session.drafts
function methods:reply_all(opts)
  return require("satchel.reply").draft(self, "reply_all", opts)
end

---A draft that passes the item on, with its attachments.
---@param opts? satchel.AnswerOptions
---@return satchel.Item draft in session.drafts
function methods:forward(opts)
  return require("satchel.reply").draft(self, "forward", opts)
end

local function is_addressed(state)
  local changes = state.changes
  return state.addressed and changes.to == nil and changes.cc == nil and changes.bcc == nil
end

---Sends a draft, with what was assigned to it.
---@return satchel.Sent
function methods:send()
  local state = self._
  local store = store_of(state, "send")
  if not self.draft then
    error_object.raise { kind = "invalid", message = "send: the item is not a draft",
      hint = "item:forward makes one of it" }
  end
  -- nothing is read for one that has just been made, and the others only if there is no `to`
  if not is_addressed(state) and #(self.to or {}) == 0 then
    compose.check_recipients({ cc = self.cc, bcc = self.bcc }, "send")
  end
  self:save()
  local sent = store:call("submit", place(state))
  if state.answers then pcall(state.answers) end
  return require("satchel.sent").new(store, sent)
end

---The item as an Internet message: the one it came as, where the server has that,
---else one made of its fields.
---@return string
function methods:mime()
  local parts = {}
  for piece in require("satchel.mime.item").pieces(self) do parts[#parts + 1] = piece end
  return table.concat(parts)
end

local extensions <const> = { eml = true, ics = true, vcf = true, msg = true }

local save_rows <const> = { overwrite = { type = "boolean", default = false } }

---Writes the item to a file; the extension says how.
---@param path string ends in .eml, .ics, .vcf or .msg
---@param opts? { overwrite: boolean } whether a file that exists is replaced
---@return string path
function methods:save_as(path, opts)
  options.argument("save_as", "the path", path, "string")
  local overwrite = options.check("save_as", opts, save_rows).overwrite
  local extension = (path:match "%.(%w+)$" or ""):lower()
  if not extensions[extension] then
    error_object.invalid("save_as: '%s' ends in none of .eml .ics .vcf .msg", path)
  end
  if extension ~= "eml" then
    error_object.unsupported("save_as: .%s files are not written yet", extension)
  end
  return require("satchel.file").write(path, require("satchel.mime.item").pieces(self),
    { overwrite = overwrite })
end

return M
