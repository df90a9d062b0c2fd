-- The IMAP driver: what the objects of a session call, over one connection.  Its
-- verbs are in the files beside this one, by what they are about; here is what all
-- of them use, and how a driver begins and ends.
--
-- Whatever reads selects a folder in the same flight, and looks afterwards whether
-- the folder still has the UIDVALIDITY that the ids are of.  What writes selects
-- first: a UID means nothing before that is known.

local connection = require "satchel.imap.connection"
local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"
local mailboxes = require "satchel.imap.mailboxes"
local words = require "satchel.imap.words"

---@class satchel.imap.Driver
---@field protocol "imap"
---@field user string
---@field conn satchel.imap.Connection
---@field tree satchel.imap.Tree
---@field raw table the native protocol
---@field renamed table<string, string> where mailboxes are that were called otherwise
---@field cursors table<satchel.imap.Cursor, boolean> those that are being read
local Driver = { __name = "satchel.imap.Driver", protocol = "imap" }
Driver.__index = Driver

local M = {}

for _, methods in ipairs {
  require "satchel.imap.folders", require "satchel.imap.arranging",
  require("satchel.imap.cursor").methods, require "satchel.imap.items",
  require "satchel.imap.bulk", require "satchel.imap.removal", require "satchel.imap.transfer",
  require "satchel.imap.parcels", require "satchel.imap.create", require "satchel.imap.update",
  require "satchel.imap.send", require "satchel.imap.guest", (require "satchel.imap.parts"),
  require("satchel.imap.repair").methods,
} do
  for name, method in pairs(methods) do Driver[name] = method end
end

---Whether the server offers an extension.
---@param name string
---@return boolean
function Driver:has(name)
  return self.conn.capabilities:has(name)
end

-- Errors --------------------------------------------------------------------------

---Says of an error what the objects were about.
---@param err any
---@param op string the verb
---@param what string "folder 'x'"
---@return any err
function Driver.place_error(_, err, op, what)
  if not error_object.is(err) then return err end
  if not err.placed then
    err.message = ("%s: %s: %s"):format(op, what, err.message)
    err.placed, err.op = true, op
  end
  return err
end

---@param id string
---@return string
function Driver:show_folder(id)
  return ("folder '%s'"):format(id == mailboxes.ROOT and "/" or self.tree:name(id))
end

---@param id string
---@param verb string
function Driver:no_folder(id, verb)
  return error_object.raise { kind = "not_found", op = verb, server = self.conn.server,
    message = ("%s: folder '%s' does not exist"):format(verb, id) }
end

-- Folders by their ids ------------------------------------------------------------

-- where a mailbox is now that this session renamed, or one around it
local function renamed_to(self, id)
  for from, to in pairs(self.renamed) do
    if self.tree:lies_in(id, from) then return to .. id:sub(#from + 1) end
  end
end

---The mailbox that an id stands for: a folder that this session renamed is found by
---the id it had.
---@param id string
---@return string
function Driver:mailbox_of(id)
  for _ = 1, 100 do
    local now = next(self.renamed) and renamed_to(self, id)
    if not now then return id end
    id = now
  end
  return id
end

---A mailbox as it stands in a command.
---@param id string
---@return string|table part
function Driver:mailbox_part(id)
  return words.mailbox(self.conn, self:mailbox_of(id))
end

-- Selecting -----------------------------------------------------------------------

local function is_selected(self, id, write)
  local conn = self.conn
  local one, now = conn.channel, conn.selected
  if not one or one.lost or one.bye or not now or now.name ~= id then return false end
  if write and now.readonly then return false end
  return one.outstanding > 0 or one:alive()
end

-- a server may refuse without a word why: it is asked whether there is such a folder
local function select_error(self, id, op, err)
  if err.kind == "server" or err.kind == "invalid" or err.kind == "denied" then
    local ok, entry = pcall(self.list_one, self, id)
    if ok and not entry then return self:no_folder(id, op) end
    if ok and not mailboxes.holds_items(entry) then
      err = error_object.new { kind = "unsupported", message = "it holds folders and no items" }
    end
  end
  if err.kind == "not_found" then return self:no_folder(id, op) end
  return error_object.raise(self:place_error(err, op, self:show_folder(id)))
end

local function check_validity(self, id, expected, item)
  local now = self.conn.selected
  if not expected or now.uidvalidity == expected then return end
  error_object.raise(ids.renumbered(self.tree:name(id), expected, now.uidvalidity, item))
end

---@class satchel.imap.InFolder
---@field write? boolean the folder is selected for writing before anything is said
---@field refresh? boolean what came since is seen: 0 round trips, or 1 more when there is any
---@field uidvalidity? integer that the ids are of
---@field item? string id, for the error when that is another now

local searches <const> = { search = true, esearch = true, sort = true }

-- commands behind a NOOP; once more where a search was answered before what the NOOP told
-- of new messages: QUIRKS 65
local function pipeline_refreshed(conn, list)
  local told, early, news = false, false, false
  local function listener(response)
    early = early or searches[response.type] and not told
    news = news or response.type == "exists"
  end
  local flight = table.move(list, 1, #list, 2,
    { { "NOOP", mailbox = true, after = function() told = true end } })
  conn.listeners[listener] = true
  local ok, completions = pcall(conn.pipeline, conn, flight)
  conn.listeners[listener] = nil
  if not ok then error(completions, 0) end
  if not (early and news) then return completions end
  return table.move(conn:pipeline(list), 1, #list, 2, { completions[1] })
end

---Runs commands in a folder in one flight, with its SELECT unless it is selected
---(1 round trip; before a first write 2).  Refusals are in the completions.
---@param op string the verb, for errors
---@param folder_id string
---@param list table[] commands as for the connection's pipeline
---@param opts? satchel.imap.InFolder
---@return satchel.imap.Response[] completions
function Driver:in_folder(op, folder_id, list, opts)
  opts = opts or {}
  if folder_id == mailboxes.ROOT then
    error_object.unsupported("%s: the top of the folders holds no items", op)
  end
  local conn, id = self.conn, self:mailbox_of(folder_id)
  local _ <close> = conn:enter()
  local flight, before, run = list, 0, conn.pipeline
  if not is_selected(self, id, opts.write) then
    if opts.write then
      self:select_for_writing(op, id)
    else
      flight, before = table.move(list, 1, #list, 2, { conn:select_command(id) }), 1
    end
  elseif opts.refresh or conn.selected.behind then
    run, before = pipeline_refreshed, 1
    conn.selected.behind = nil
  end
  if opts.write then check_validity(self, id, opts.uidvalidity, opts.item) end
  local ok, completions = pcall(run, conn, flight)
  if not ok then error(self:place_error(completions, op, self:show_folder(id)), 0) end
  if completions[1] and completions[1].error and before == 1 then
    return select_error(self, id, op, completions[1].error)
  end
  if not opts.write then check_validity(self, id, opts.uidvalidity, opts.item) end
  return table.move(completions, before + 1, #completions, 1, {})
end

---Selects a folder whose items are to be changed: 1 round trip unless it is.
---@param op string
---@param folder_id string
---@return satchel.imap.Selected
function Driver:select_for_writing(op, folder_id)
  local conn, id = self.conn, self:mailbox_of(folder_id)
  local _ <close> = conn:enter()
  if not is_selected(self, id, true) then
    local done = conn:pipeline({ conn:select_command(id) })[1]
    if done.error then return select_error(self, id, op, done.error) end
  end
  if conn.selected.readonly then
    error_object.raise { kind = "denied", op = op, server = conn.server,
      message = ("%s: %s may only be read"):format(op, self:show_folder(id)) }
  end
  return conn.selected
end

---Raises the first refusal among completions.
---@param op string
---@param folder_id string
---@param completions satchel.imap.Response[]
function Driver:check(op, folder_id, completions)
  for _, done in ipairs(completions) do
    if done.error then
      error_object.raise(self:place_error(done.error, op, self:show_folder(folder_id)))
    end
  end
end

---Runs one command that is about folders; its refusal is said of `what`.
---@param op string
---@param what string
---@param list table[] commands
---@return satchel.imap.Response[] completions
function Driver:run(op, what, list)
  local completions = self.conn:pipeline(list)
  for _, done in ipairs(completions) do
    if done.error then error_object.raise(self:place_error(done.error, op, what)) end
  end
  return completions
end

-- Beginning and end ---------------------------------------------------------------

local FEATURES <const> = { copy = "server", search = "server", flags = "server",
  folders = "server", attachments = "server", mime = "server", create = "server",
  import = "server", update = "client" }

-- what is done by the server where it has the extension
local EXTENSIONS <const> = { move = { "MOVE" }, order = { "SORT" }, thread = { "THREAD=REFERENCES",
  "THREAD=ORDEREDSUBJECT" }, quota = { "QUOTA" }, acl = { "ACL" }, metadata = { "METADATA" },
  notify = { "NOTIFY" }, idle = { "IDLE" }, delete = { "UIDPLUS" } }

local function any(self, names)
  for _, name in ipairs(names) do
    if self:has(name) then return "server" end
  end
  return false
end

local by_hand <const> = { move = true, order = true }

---@param feature string
---@return "server"|"client"|false
function Driver:can(feature)
  if FEATURES[feature] then return FEATURES[feature] end
  if feature == "send" then return self.smtp and "client" or false end
  if feature == "mailbox" then
    local spaces = self.conn.namespaces and self.conn.namespaces.other
    return spaces and spaces[1] and "server" or false
  end
  if feature == "trash" then return "client" end
  if feature == "slash" then return self.tree.delimiter ~= "/" and "server" end
  if feature == "categories" then return self:can_categories() end
  local names = EXTENSIONS[feature]
  if not names then return false end
  return any(self, names) or by_hand[feature] and "client" or false
end

-- whether keywords can be made is said of the selected folder (RFC 9051 7.1
-- PERMANENTFLAGS); before one is, most servers do
---@return "server"|false
function Driver:can_categories()
  local now = self.conn.selected
  local list = now and now.permanent_flags
  if not list then return "server" end
  for _, flag in ipairs(list) do
    if flag == "\\*" then return "server" end
  end
  return false
end

---@param conn satchel.imap.Connection
---@param user string
---@param tree satchel.imap.Tree
---@param options table
---@return satchel.imap.Driver
function M.new(conn, user, tree, options)
  return setmetatable({ conn = conn, user = user, tree = tree, options = options,
    smtp = options.smtp, renamed = {}, raw_names = {},
    cursors = setmetatable({}, { __mode = "k" }) }, Driver)
end

-- the delimiter where there is no NAMESPACE: RFC 9051 6.3.9, LIST of ""
local function delimiter_of(conn)
  local found
  conn:run { 'LIST "" ""', on = function(response)
    if response.type == "list" then found = response.delimiter end
  end }
  return found
end

local connection_options <const> = { "url", "user", "password", "token", "tls", "proxy", "timeout",
  "limits", "trace" }

---Connects and logs on.
---@param options table the options of satchel.connect
---@return satchel.imap.Driver
function M.open(options)
  local given = {}
  for _, name in ipairs(connection_options) do given[name] = options[name] end
  given.user = options.login or options.user
  local conn = connection.open(given)
  local spaces = conn.namespaces
  local ok, driver = pcall(function()
    local tree = mailboxes.new(spaces, not spaces and delimiter_of(conn) or nil)
    local self = M.new(conn, options.user, tree, options)
    self.raw = require("satchel.imap.native").new(conn)
    if not options.mailbox then return self end
    local other = self:mailbox(options.mailbox)
    other.is_guest = nil -- nobody else closes the connection
    return other
  end)
  if ok then return driver end
  conn:close()
  return error_object.raise(driver)
end

---The native protocol of a dry run.
---@param trace function|nil
---@return table
function Driver:dry_raw(trace)
  return require("satchel.imap.dry").new(self.conn, trace)
end

---Ends the session; what belongs to another mailbox leaves the connection open.
function Driver:close()
  for cursor in pairs(self.cursors) do cursor:close() end
  if not self.is_guest then self.conn:close() end
end

return M
