-- The MAPI/HTTP driver: what the objects of a session call, over one mailbox of
-- one connection.  Its verbs are in the files beside this one, by what they are
-- about; here is what all of them use, and how a driver begins and ends.

local connection = require "satchel.mapi.connection"
local core = require "satchel.core"
local discovery = require "satchel.mapi.discovery"
local error_object = require "satchel.error"
local fields = require "satchel.mapi.fields"
local arguments = require "satchel.options"
local ids = require "satchel.mapi.ids"
local nearest = require "satchel.nearest"
local directory_resolve = require "satchel.mapi.directory_resolve"
local props = require "satchel.mapi.props"
local reader = require "satchel.mapi.table"
local send = require "satchel.mapi.send"

---@class satchel.mapi.Driver
---@field protocol "mapi"
---@field user string
---@field logon satchel.mapi.Logon
---@field connection satchel.mapi.Connection
---@field raw table the native protocol: rop, batch, round_trips
---@field cursors table<satchel.mapi.Cursor, boolean> those that are being read
local Driver = { __name = "satchel.mapi.Driver", protocol = "mapi" }
Driver.__index = Driver

local M = {}

for _, methods in ipairs {
  require "satchel.mapi.folders", require("satchel.mapi.cursor").methods,
  require("satchel.mapi.items").methods, require("satchel.mapi.create").methods,
  require("satchel.mapi.update").methods, require("satchel.mapi.bulk").methods,
  require("satchel.mapi.attachments").methods, send.methods,
} do
  for name, method in pairs(methods) do Driver[name] = method end
end

-- Errors ---------------------------------------------------------------------

local PLAIN <const> = {
  not_found = "does not exist", denied = "is not for this user to use so",
  exists = "exists already", quota = "has no room left", conflict = "was changed meanwhile",
  limit = "is too large for the server",
}

local NOT_FOUND <const>, GENERAL <const>, CYCLE <const> = 0x8004010f, 0x80004005, 0x8004060b

-- what the code alone does not tell
local function explain(self, err)
  local of_folder = err.message:find "^open_folder" ~= nil
  if self.options.user ~= self.user and (err.kind == "denied" or of_folder) then
    -- a server may hide what is not shared: QUIRKS 18
    if err.code == NOT_FOUND then err.kind = "denied" end
    err.hint = err.hint or ("%s sees of the mailbox of %s only what is shared with them"):format(
      self.options.user, self.user)
  elseif err.code == GENERAL and err.message:find "^create_message" then
    err.hint = err.hint or "is the folder still there?"
  elseif err.code == CYCLE then
    err.hint = err.hint or "a folder does not go into itself"
  end
end

local function place_error(self, err, op, what)
  if type(err) ~= "table" then return err end
  if err.code then explain(self, err) end
  local shown = PLAIN[err.kind] and err.code
  if shown then
    err.message = ("%s: %s %s (%s)"):format(op, what, PLAIN[err.kind], err.message)
  elseif err.code then
    err.message = ("%s: %s: %s"):format(op, what, err.message)
  end
  err.op = op
  err.server = err.server or self.connection.server
  return err
end

---Runs a batch; what fails is said of `what`.
---@param op string the verb, for errors
---@param what string "folder …", "item …"
---@param fn fun(b: satchel.mapi.Batch)
---@param options? satchel.mapi.BatchOptions
---@return table[] results
function Driver:run(op, what, fn, options)
  local ok, results = pcall(self.logon.batch, self.logon, fn, options)
  if ok then return results end
  return error_object.raise(place_error(self, results, op, what))
end

---The error of one answer that failed.
---@param op string
---@param what string
---@param answer table { rop =, return_value = }
---@return satchel.Error
function Driver:rop_error(op, what, answer)
  local code = answer.return_value
  local name = core.names.error_name(code)
  local err = error_object.new { kind = core.names.error_kind(code) or "server", code = code,
    name = name, op = op, server = self.connection.server,
    message = ("%s failed: %s"):format(answer.rop, name or ("0x%08x"):format(code)) }
  return place_error(self, err, op, what)
end

---@param id string
---@param answer table
---@return satchel.Error
function Driver:failed_item(id, answer)
  return self:rop_error("read", "item " .. id, answer)
end

-- Tables ---------------------------------------------------------------------

---All rows of a table.
---@param options satchel.mapi.TableOptions
---@param op string for errors
---@param id string|nil of the folder, for errors
---@return table[] rows
function Driver:read_table(options, op, id)
  local ok, result = pcall(function()
    local rows, tab <close> = {}, reader.open(self.logon, options)
    for window in function() return tab:next_window() end do
      table.move(window, 1, #window, #rows + 1, rows)
    end
    return rows
  end)
  if ok then return result end
  return error_object.raise(place_error(self, result, op, "folder " .. (id or "root")))
end

---Tells cursors which items this session has taken out of a folder.
---@param fid integer
---@param mids integer[]
function Driver:forget_items(fid, mids)
  if #mids == 0 then return end
  self.ahead = nil
  for cursor in pairs(self.cursors) do
    if cursor.fid == fid then cursor:removed(mids) end
  end
end

-- Beginning and end ----------------------------------------------------------

local FEATURES <const> = { move = "server", copy = "server", search = "server",
  order = "server", flags = "server", categories = "server", folders = "server",
  send = "server", mailbox = "server", props = "server", attachments = "server",
  create = "server", trash = "server", delete = "server", kinds = "server", slash = "server",
  update = "server", mime = "client", import = "client" }

---@param feature string
---@return "server"|"client"|false
function Driver.can(_, feature)
  return FEATURES[feature] or false
end

-- the native protocol, as scripts see it
local function native(self)
  local raw = {}
  function raw.rop(_, name, given, on, options)
    return self.logon:rop(name, given, self:object(on), options)
  end
  function raw.batch(_, fn, options)
    arguments.argument("batch", "what makes it", fn, "callable")
    return self.logon:batch(fn, options)
  end
  local function shown() return "MAPI of " .. self.user end
  return setmetatable(raw, { __name = "satchel.mapi", __tostring = shown, __index = function(_, key)
    if key == "round_trips" then
      local book = self.options.nspi
      return self.connection.round_trips + (book and book.count or 0)
    end
    if key == "connection" then return self.connection end
    if key == "logon" then return self.logon end
    if type(key) ~= "string" then return nil end
    return error_object.invalid("session.mapi has no '%s'%s", key,
      nearest.among(key, raw, { round_trips = true }))
  end })
end

-- a folder or item of the session, opened; anything else as it is
local function open_face_object(self, record)
  local ref
  self:run("open", "object", function(b)
    if record.folder_id then
      ref = require("satchel.mapi.opened").open(b, record.id, { keep = true }, true)
    else
      ref = b:rop("open_folder", { folder_id = ids.parse_folder(record.id),
        open_mode_flags = 0 }, nil, { keep = true })
    end
  end)
  return ref.object
end

---What a ROP runs on: nil, an earlier object, or a folder or item of the session.
---@param on any
---@return any
function Driver:object(on)
  if type(on) ~= "table" then return on end
  local state = rawget(on, "_")
  if type(state) == "table" and type(state.record) == "table" then
    return open_face_object(self, state.record)
  end
  if getmetatable(on) and state then return nil end
  return on
end

local function new(logon, user, options)
  local self = setmetatable({ logon = logon, connection = logon.connection, user = user,
    options = options, cursors = setmetatable({}, { __mode = "k" }) }, Driver)
  self.raw = native(self)
  return self
end

-- what carries the requests, and whether it shows them itself
local function carrier(options, show)
  if options.transport then return options.transport, false end
  if options.sandbox then return options.sandbox:transport(), false end
  return require("satchel.transport").new { trace = show }, true
end

local function transport_of(options)
  if not options.trace then return (carrier(options)) end
  return require("satchel.trace").transport(function(show)
    return carrier(options, show)
  end, options.trace)
end

local function auth_of(options)
  local user = options.login or options.user
  if options.token then return { user = user, token = options.token } end
  local password = options.password
  if password and type(password) ~= "string" then
    password = password()
    if type(password) ~= "string" then
      error_object.invalid("connect: the function 'password' gave a %s, not text", type(password))
    end
  end
  return { user = user, password = password }
end

-- the endpoints that the options name, or those that are discovered
local function endpoints(options, transport, auth)
  local url = options.url
  if options.endpoints then return options.endpoints end
  if url and url:find "^https?:" then
    if not options.user_dn then
      error_object.raise { kind = "invalid", message = "connect: option 'user_dn' is missing",
        hint = "an https url needs it; url = 'mapi://host' discovers it" }
    end
    return { url = url, user_dn = options.user_dn, nspi_url = options.nspi_url,
      email = options.user }
  end
  return discovery.discover { user = options.user, transport = transport, auth = auth,
    host = url and url:match "^mapi://([^/?#]+)" or nil, tls = options.tls,
    proxy = options.proxy, timeout = options.timeout,
    srv = not options.sandbox and discovery.srv_lookup or nil }
end

-- the named properties that the objects use; logging on asks for their numbers
local function names_used()
  local list = props.named(fields.every_key())
  list[#list + 1] = send.marker
  return list
end

-- calls what logs on to a mailbox; a refusal says which, and for whom
local function log_on(mailbox, user, fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then return result end
  if error_object.is(result) and result.op == "logon" and result.code then
    result.message = ("mailbox %s does not open for %s (%s)"):format(mailbox, user,
      result.message)
    if mailbox ~= user then result.hint = result.hint or "does its owner share it?" end
  end
  return error_object.raise(result)
end

---Connects and logs on: 2 round trips, and those of discovery.
---@param options table the options of satchel.connect
---@return satchel.mapi.Driver
function M.open(options)
  local transport, auth = transport_of(options), auth_of(options)
  local tls = options.tls
  if tls == true then tls = nil end
  local found = endpoints({ user = options.user, url = options.url, user_dn = options.user_dn,
    nspi_url = options.nspi_url, tls = tls, proxy = options.proxy, timeout = options.timeout,
    sandbox = options.sandbox, endpoints = options.endpoints }, transport, auth)
  local settings = { transport = transport, auth = auth, tls = tls, proxy = options.proxy,
    timeout = options.timeout, limits = options.limits, url = found.url,
    user_dn = found.user_dn, nspi_url = found.nspi_url, user = options.user,
    email = found.email, names = names_used() }
  if options.mailbox then
    settings.mailbox_dn = directory_resolve.user_dn(settings, options.mailbox)
  end
  local opened = log_on(options.mailbox or options.user, options.user, connection.open, settings)
  return new(opened.primary, options.mailbox or options.user, settings)
end

---Another user's mailbox on the same connection: 1 round trip, and 2 to find
---who that is.
---@param address string
---@return satchel.mapi.Driver
function Driver:mailbox(address)
  local dn = directory_resolve.user_dn(self.options, address)
  local logon = log_on(address, self.options.user, self.connection.logon, self.connection, dn)
  local other = new(logon, address, self.options)
  other.is_guest = true
  return other
end

---Ends the session; what belongs to another mailbox leaves the connection open.
function Driver:close()
  for cursor in pairs(self.cursors) do cursor:close() end
  if not self.is_guest then self.connection:close() end
end

return M
