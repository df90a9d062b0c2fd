-- A MAPI/HTTP connection: one session context at one endpoint, with one logon
-- or several.  It drives the engine in core.mapi: each request goes through
-- the transport, each answer back into the engine.  It connects again when the
-- context is gone, repeats what is safe to repeat, and never repeats what may
-- have happened.

local core = require "satchel.core"
local error_object = require "satchel.error"
local lock = require "satchel.lock"
local logon = require "satchel.mapi.logon"
local patience = require "satchel.mapi.patience"

---@class satchel.mapi.Connection
---@field round_trips integer requests sent so far
---@field executes integer of them, those that carried ROPs
---@field primary satchel.mapi.Logon the user's own mailbox (or the one asked for)
---@field server string the host, for errors
---@field display_name string the user's name as the server has it
---@field notices table[] RopNotify records that came with other answers
---@field on_notice? fun(notice: table) called for each instead
local Connection = { __name = "satchel.mapi.Connection" }
Connection.__index = Connection

local M = {}

-- bytes; no answer is much larger than the ROP buffers that it may have
local LARGEST_ANSWER <const> = 16 << 20

---@class satchel.mapi.Options
---@field transport fun(request: table): table|nil, table|nil
---@field url string posted exactly as given
---@field user_dn string who connects
---@field mailbox_dn? string whose mailbox is opened; the user's own if absent
---@field auth? table { user =, password =, token = text or function, methods = }
---@field tls? table|false
---@field proxy? string
---@field timeout? number seconds for one request
---@field limits? table { request =, handles =, response =, backoffs = }
---@field client? string X-ClientApplication
---@field names? table[] named properties whose numbers are asked for with the logon

---Connects and logs on: 2 round trips.
---@param options satchel.mapi.Options
---@return satchel.mapi.Connection
function M.open(options)
  local self = setmetatable({
    options = options,
    transport = options.transport,
    server = options.url:match "^%a+://([^/:]+)" or options.url,
    session = core.mapi.session {
      url = options.url, user_dn = options.user_dn,
      client = options.client, limits = options.limits,
    },
    lock = lock.new(),
    patience = patience.new(options.timeout),
    round_trips = 0, executes = 0, generation = 0,
    notices = {}, logons = {},
  }, Connection)
  self.primary = logon.new(self, options.mailbox_dn or options.user_dn, 0)
  self.logons[0] = self.primary
  local _ <close> = self.lock:acquire()
  self:connect()
  self.primary:open()
  return self
end

---Another mailbox on the same session context: 1 round trip.
---@param mailbox_dn string
---@return satchel.mapi.Logon
function Connection:logon(mailbox_dn)
  local id = #self.logons + 1
  if id > 255 then error_object.invalid("more than 256 mailboxes on one connection") end
  local other = logon.new(self, mailbox_dn, id)
  local _ <close> = self.lock:acquire()
  self:ensure()
  other:open()
  self.logons[id] = other
  return other
end

---Runs ROPs of the primary logon in as few requests as possible; see Logon:batch.
---@param fn fun(b: satchel.mapi.Batch)
---@param options? satchel.mapi.BatchOptions
---@return table[] results, one for each ROP
function Connection:batch(fn, options)
  return self.primary:batch(fn, options)
end

---One ROP of the primary logon by name; see Logon:rop.
---@param name string
---@param fields? table
---@param on? any
---@param options? satchel.mapi.RopOptions
---@return table reply
function Connection:rop(name, fields, on, options)
  return self.primary:rop(name, fields, on, options)
end

---Ids of named properties of the primary logon; see Logon:named_ids.
---@param names table[]
---@return integer[]
function Connection:named_ids(names)
  return self.primary:named_ids(names)
end

---Names of named property ids of the primary logon; see Logon:id_names.
---@param ids integer[]
---@return table[]
function Connection:id_names(ids)
  return self.primary:id_names(ids)
end

---Sends one HTTP request of the engine.  The transport authenticates; where the
---server may have seen a request whose answer did not come, the error says so.
---@param request table
---@param patient? satchel.mapi.Patience
---@return table|nil response, table|nil err
function Connection:send(request, patient)
  local options = self.options
  request.auth, request.tls, request.proxy = options.auth, options.tls, options.proxy
  request.max_body = LARGEST_ANSWER
  local function carry(r)
    self.round_trips = self.round_trips + 1
    return self.transport(r)
  end
  local response, err = (patient or self.patience):exchange(carry, request)
  if response or not err then return response, err end
  local copy = {}
  for k, v in pairs(error_object.new(err)) do copy[k] = v end
  if copy.sent == nil then
    copy.sent = copy.kind ~= "tls" and copy.kind ~= "auth" and copy.kind ~= "unsupported"
  end
  return nil, copy
end

-- a server that wants more time than there is
local function impatient(seconds)
  return { kind = "throttled", retry_after = seconds, retryable = true, sent = false,
    message = ("the server asks to wait %.0f seconds"):format(math.ceil(seconds)) }
end

-- What an answer becomes is several times its size, and is garbage by the next
-- one: the collector keeps pace with the windows of a long loop.
local function collect(response)
  local size = response and #(response.body or "") or 0
  if size > 32768 and collectgarbage "isrunning" then
    collectgarbage("step", size // 256)
  end
end

-- sends what the operation asks for; if that raises (a task was cancelled), the
-- operation learns that no answer will come
local function exchange(self, op, request, patient)
  local ok, response, err = pcall(self.send, self, request, patient)
  if ok then
    collect(response)
    return op:step(response, err)
  end
  op:step(nil, { kind = "cancelled" })
  error(response, 0)
end

---Drives an operation of the engine to its end.  Each answer renews the time it
---may take.
---@param op table
---@return any result, table|nil err
function Connection:drive(op)
  self.patience:renew()
  local action, a, b = op:step()
  while action ~= "done" do
    if action == "send" then
      action, a, b = exchange(self, op, a)
    elseif self.patience:wait(a) then
      action, a, b = op:step()
    else
      return nil, impatient(a)
    end
    if action == "send" then self.patience:renew() end
  end
  return a, b
end

---Gives an error its place; what is no object yet becomes one.
---@param err table
---@param op string
---@return satchel.Error
function Connection:failure(err, op)
  err.op = err.op or op
  err.server = err.server or self.server
  -- 1 and 2 say what they mean only in the address book
  if err.kind == "server" and err.code and err.code > 2 then
    err.name = core.names.error_name(err.code)
    local kind = core.names.error_kind(err.code)
    err.kind = kind ~= "ok" and kind or "server" -- a warning is no answer to a failure
  end
  return error_object.new(err)
end

---A new session context; every handle of the old one is gone.
function Connection:connect()
  local info, err = self:drive(self.session:connect())
  if not info then
    -- the endpoint took the credentials and the store will not have the user
    if err.kind == "server" and err.code then err.hint = "check user_dn" end
    error_object.raise(self:failure(err, "connect"))
  end
  self.generation = self.generation + 1
  self.display_name = info.display_name
end

---Connects again if the context is gone.
function Connection:ensure()
  if self.closed then error_object.invalid("this connection is closed") end
  if not self.session:connected() then self:connect() end
end

---Keeps records that nobody asked for.
---@param notices table[]
function Connection:notify(notices)
  for _, notice in ipairs(notices) do
    if self.on_notice then
      self.on_notice(notice)
    elseif #self.notices < 10000 then
      self.notices[#self.notices + 1] = notice
    end
  end
end

---Waits until something happens on the server; only an Execute says what.
---It uses a connection of its own and may run beside everything else.
---@param timeout? number seconds for the request
---@return boolean happened
function Connection:wait(timeout)
  local op, patient = self.session:wait(), patience.new(timeout or self.options.timeout)
  local action, a, b = op:step()
  while action == "send" do
    action, a, b = exchange(self, op, a, patient)
  end
  if b then error_object.raise(self:failure(b, "notification_wait")) end
  return a
end

---Keeps the session context alive.
function Connection:ping()
  local _, err = self:drive(self.session:ping())
  if err then error_object.raise(self:failure(err, "ping")) end
end

---Ends the session context; closing twice is allowed.
function Connection:close()
  if self.closed then return end
  self.closed = true
  if self.session:connected() then
    local _ <close> = self.lock:acquire()
    self:drive(self.session:disconnect())
  end
end

Connection.__close = Connection.close

return M
