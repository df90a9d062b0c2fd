-- The POP3 driver: a maildrop as a mailbox with one folder, the inbox. Items are
-- read, deleted for good when the session is closed, and nothing else; what POP3
-- cannot do is refused by name.

local connection = require "satchel.pop3.connection"
local cursor = require "satchel.pop3.cursor"
local errors = require "satchel.error"
local fields = require "satchel.pop3.fields"
local mailbox = require "satchel.pop3.mailbox"
local message = require "satchel.pop3.message"
local mime = require "satchel.mime"
local native = require "satchel.pop3.native"
local outgoing = require "satchel.smtp.outgoing"
local records = require "satchel.pop3.records"
local with = require "satchel.with"

---@class satchel.pop3.Driver
---@field protocol "pop3"
---@field user string
---@field connection satchel.pop3.Connection
---@field mailbox satchel.pop3.Mailbox
---@field messages satchel.pop3.Messages
---@field sender table|nil where messages are sent by
---@field raw satchel.pop3.Native
local Driver = { __name = "satchel.pop3.Driver", protocol = "pop3" }
Driver.__index = Driver

local M = {}

local ROOT <const>, INBOX <const> = "", "INBOX"

local FEATURES <const> = { search = "client", order = "client", attachments = "client",
  mime = "server", delete = "server" }

---@param feature string
---@return "server"|"client"|false
function Driver:can(feature)
  if feature == "send" then return self.sender and "server" or false end
  return FEATURES[feature] or false
end

---Calls fn with the maildrop's listing, on a connection; again on a new one when
---that is lost: reading is safe, and marks of deletion that are lost are raised.
---@param fn fun(mailbox: satchel.pop3.Mailbox): any
---@return any
function Driver:on_mailbox(fn)
  return self.connection:run(function() return fn(self.maildrop:read()) end, true)
end

-- Folders -----------------------------------------------------------------------

local function root()
  return { id = ROOT, name = "", kind = "mail", total = 0, unread = 0, size = 0 }
end

local function inbox(self)
  return self:on_mailbox(function(box)
    local total, size = 0, 0
    for _, number in ipairs(box:live()) do total, size = total + 1, size + box.sizes[number] end
    return { id = INBOX, name = "Inbox", parent_id = ROOT, kind = "mail", role = "inbox", depth = 1,
      total = total, unread = 0, size = size }
  end)
end

function Driver.root() return root() end

function Driver:list_folders(parent_id)
  if parent_id == INBOX then return {} end
  return { inbox(self) }
end

function Driver:get_folder(id)
  if id == ROOT then return root() end
  if id == INBOX then return inbox(self) end
  return errors.raise { kind = "not_found", message = ("folder '%s' does not exist"):format(id) }
end

function Driver:find_folder(parent_id, name)
  if parent_id == ROOT and name:lower() == "inbox" then return inbox(self) end
end

function Driver:role_folder(role)
  if role == "inbox" then return inbox(self) end
  return errors.raise { kind = "unsupported",
    message = ("pop3 has no folder for '%s': only the inbox"):format(role),
    hint = role == "trash" and "delete { hard = true } removes for good" or nil }
end

function Driver.folder_role(_, id)
  return id == INBOX and "inbox" or nil
end

local refused <const> = {
  create_folder = "create folders", rename_folder = "rename folders",
  move_folder = "move folders", copy_folder = "copy folders", delete_folder = "delete folders",
  create = "store items", update = "change items", save = "change items",
  move = "move items", copy = "copy items", submit = "keep drafts",
  get_props = "read properties", set_props = "write properties",
  mailbox = "open another user's mailbox",
}

-- verbs that are refused whatever they are given
Driver.refusals = refused

for verb, what in pairs(refused) do
  Driver[verb] = function()
    errors.raise({ kind = "unsupported", message = "pop3 cannot " .. what,
      hint = "imap and mapi can" }, 1)
  end
end

-- Items -------------------------------------------------------------------------

---@param plan table
---@return satchel.pop3.Cursor
function Driver:cursor(plan)
  return cursor.new(self, plan)
end

---@param plan table
---@return string[]
function Driver:ids(plan)
  local list, rows <close> = {}, cursor.new(self, with(plan, { fields = {} }))
  for window in function() return rows:next() end do
    for _, record in ipairs(window) do list[#list + 1] = record.id end
  end
  return list
end

---@param plan table
---@return integer
function Driver:count(plan)
  if not plan.where then
    local total = self:on_mailbox(function(box) return #box:live() end)
    total = math.max(total - (plan.offset or 0), 0)
    return plan.limit and math.min(total, plan.limit) or total
  end
  return #self:ids(with(plan, { order = {} }))
end

local function not_found(self, id)
  errors.raise(self.maildrop:no_message(id), 1)
end

function Driver:get(folder_id, id, wanted)
  if folder_id ~= INBOX then not_found(self, id) end
  local names = wanted or require("satchel.field").columns
  for _, name in ipairs(names) do fields.check_column(name) end
  local record = records.read(self, { id }, fields.cost(names))[1]
  return record and records.trimmed(record, names) or not_found(self, id)
end

---Everything that is read when touched: 1 round trip, none for the item that was
---read last.
function Driver:load(id, _, wanted)
  local cost = self.messages:is_kept(id) and "body" or fields.cost(wanted)
  local record = records.read(self, { id }, cost)[1] or not_found(self, id)
  if cost == "body" then record.attachments = self:attachments(id) end
  return records.trimmed(record, wanted)
end

function Driver:attachments(id)
  return mime.attachments(self.messages:parsed(id))
end

function Driver:open_attachment(id, _, num)
  return self.messages:parsed(id):open(num)
end

function Driver:attachment_item(id, _, num)
  return mime.record(errors.assert(self.messages:parsed(id):item(num)))
end

---The message as it is on the server, in pieces: 1 round trip, none for the item that
---was read last.
---@param id string
---@return fun(): string|nil
function Driver:mime(id)
  return self.messages:get(id):pieces()
end

-- Deleting ----------------------------------------------------------------------

---Marks items; they are gone when the session is closed.
---@param ids string[]
---@param folder_id string
---@param hard boolean
---@param opts? { progress: function }
---@return satchel.Result[]
function Driver:delete(ids, folder_id, hard, opts)
  if not hard or folder_id ~= INBOX then return self:role_folder "trash" end
  return self:on_mailbox(function(box) return box:delete(ids, opts and opts.progress) end)
end

function Driver:empty_folder(id, hard)
  local results = self:delete(self:ids { folder_id = id, order = {} }, id, hard)
  for _, result in ipairs(results) do
    if not result.ok then errors.raise(result.error) end
  end
end

-- Sending, beginning and end --------------------------------------------------------

---There is no folder for sent messages: no copy is kept.
function Driver:send(draft, opts)
  local function open(spec) return self:mime(spec.item.id) end
  return outgoing.send({ smtp = self.sender, user = self.user, open = open }, draft, opts)
end

---The other protocol of the session.
---@param protocol string
---@return satchel.smtp.Native|nil
function Driver:native(protocol)
  return protocol == "smtp" and outgoing.native(self.sender) or nil
end

---Connects and logs on.
---@param options table the options of satchel.connect
---@return satchel.pop3.Driver
function M.open(options)
  if options.mailbox then
    errors.unsupported "connect: pop3 cannot open another user's mailbox"
  end
  local line = connection.new(options)
  local self = setmetatable({ connection = line, user = options.user }, Driver)
  self.maildrop = mailbox.new(line)
  self.messages = message.new(line, self.maildrop)
  self.raw = native.new(self)
  self.sender = outgoing.connection(options)
  line:run(function() end)
  return self
end

---The native protocol of a dry run.
---@param trace function|nil
---@return table
function Driver:dry_raw(trace)
  return native.dry(self, trace)
end

---Ends the session: what was deleted goes now.
function Driver:close()
  self.messages:forget()
  if self.sender then self.sender:close() end
  self.connection:close()
end

return M
