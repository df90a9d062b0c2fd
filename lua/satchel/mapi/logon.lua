-- A logon: one mailbox on a connection.  ROPs run on it, one by one or in
-- batches; named properties belong to it, because each mailbox numbers its own.

local core = require "satchel.core"
local batch = require "satchel.mapi.batch"
local error_object = require "satchel.error"
local with = require "satchel.with"

---@class satchel.mapi.Logon
---@field connection satchel.mapi.Connection
---@field mailbox_dn string
---@field logon_id integer
---@field reply table the answer to RopLogon: folder_ids and so on
---@field handle userdata the logon's handle, of this generation
---@field replicas table<integer, string> GUIDs of replica ids, as far as they are known
local Logon = { __name = "satchel.mapi.Logon" }
Logon.__index = Logon

local M = {}

---@class satchel.mapi.BatchOptions
---@field safe? boolean may be sent again when its answer is lost; default: only reads
---@field op? string what to call it in errors

---@class satchel.mapi.RopOptions
---@field to? any the destination object (move, copy)
---@field may_fail? boolean do not raise; look at result.return_value
---@field keep? boolean keep what it opens: result.object
---@field chain? boolean take as many answers as the server chains: result.more
---@field columns? integer[] tags of the rows, where the table is not known
---@field logon_id? integer of a RopLogon: 1 to 255, not used by another one

-- [MS-OXCSTOR] 2.2.1.1.1: LogonFlags Private; OpenFlags HOME_LOGON or
-- TAKE_OWNERSHIP, USE_PER_MDB_REPLID_MAPPING
local LOGON_PRIVATE <const> = 0x01
local OPEN_FLAGS <const> = 0x01000004

---Not connected yet: see open.
---@param connection satchel.mapi.Connection
---@param mailbox_dn string
---@param logon_id integer
---@return satchel.mapi.Logon
function M.new(connection, mailbox_dn, logon_id)
  return setmetatable({ connection = connection, mailbox_dn = mailbox_dn,
    logon_id = logon_id, generation = 0, ids = {}, names = {}, replicas = {} }, Logon)
end

local function key(name)
  return name.guid .. ":" .. (name.lid and ("%d"):format(name.lid) or "=" .. name.name)
end

local function wire_name(name)
  if name.lid then return { kind = 0, guid = name.guid, lid = name.lid } end
  return { kind = 1, guid = name.guid, name = name.name }
end

-- names without a number yet, each once
local function missing_of(self, names)
  local missing, asked = {}, {}
  for _, name in ipairs(names) do
    local k = key(name)
    if not self.ids[k] and not asked[k] then
      asked[k] = true
      missing[#missing + 1] = name
    end
  end
  return missing
end

local CREATE <const> = 0x02

local function names_request(names)
  local wire = {}
  for i, name in ipairs(names) do wire[i] = wire_name(name) end
  return { flags = CREATE, property_names = wire }
end

local function learn_ids(self, names, reply)
  for i, id in ipairs(reply.property_ids or {}) do
    if id ~= 0 then
      self.ids[key(names[i])] = id
      self.names[id] = names[i]
    end
  end
end

-- an id of the first replica: which GUID that has ([MS-OXCDATA] 2.2.1.1)
local FIRST_REPLICA <const> = 0x0100000000000001

-- what nearly every session needs later, asked with the logon itself: the
-- numbers of the named properties that the objects use, and the GUID of the
-- first replica; gives a function that takes the answers
local function ask_beside(self, b, logon)
  local used = self.connection.options.names
  if not used then return function() end end
  local names = missing_of(self, used)
  local replica = b:add("long_term_id_from_id", { object_id = FIRST_REPLICA }, logon)
  local ids = #names > 0
    and b:add("get_property_ids_from_names", names_request(names), logon)
  return function(results)
    local ltid = results[replica].long_term_id
    self.replicas[FIRST_REPLICA & 0xffff] = ltid and ltid.database_guid
    if ids then learn_ids(self, names, results[ids]) end
  end
end

-- the answer to RopLogon, or nil and an error
local function log_on(self)
  local b <close> = core.mapi.batch(self.connection.session)
  local logon = b:add("logon", { logon_flags = LOGON_PRIVATE, open_flags = OPEN_FLAGS,
    store_state = 0, essdn = self.mailbox_dn }, nil, { logon_id = self.logon_id, keep = true })
  local learn = ask_beside(self, b, logon)
  local results, err = self.connection:drive(b)
  if not results then return nil, err end
  if results[logon].return_value == 0 then learn(results) end
  return results[logon]
end

---Logs on, making the connection anew once if it is lost: 1 round trip.  The
---caller holds the connection's lock.
function Logon:open()
  local connection = self.connection
  local reply, err = log_on(self)
  if not reply and err.lost and err.kind == "network" then
    connection:connect()
    reply, err = log_on(self)
  end
  if not reply then error_object.raise(connection:failure(err, "logon")) end
  if reply.return_value ~= 0 then error_object.raise(batch.failed(connection, reply)) end
  self.reply, self.handle = reply, reply.object
  self.generation = connection.generation
end

---Makes the connection and this logon usable again.  The caller holds the
---connection's lock.
function Logon:ensure()
  self.connection:ensure()
  if self.generation ~= self.connection.generation then self:open() end
end

---Runs ROPs in as few requests as the limits allow.  `fn` adds them by
---`b:rop(name, fields, on, options)`; the answers come back in order, and each
---reference that b:rop gave has its answer as `result`.  The first ROP that
---failed is raised, unless it may_fail.
---@param fn fun(b: satchel.mapi.Batch)
---@param options? satchel.mapi.BatchOptions
---@return table[] results
function Logon:batch(fn, options)
  local b = batch.new(self, options)
  fn(b)
  return b:run()
end

---One ROP by name.  `on` is the object it is for: nil for the mailbox itself,
---an earlier reply's `object`, anything that has a `handle`.
---@param name string
---@param fields? table
---@param on? any
---@param options? satchel.mapi.RopOptions
---@return table reply with its fields; what it opened as reply.object
function Logon:rop(name, fields, on, options)
  local b = batch.new(self, { op = name })
  local ref = b:rop(name, fields, on, with({ keep = true }, options))
  b:run()
  return ref.result
end

---The ids of named properties in this mailbox, made where there are none yet:
---1 round trip for those not asked before, none for the others.
---@param names table[] { guid =, lid = } or { guid =, name = }
---@return integer[] ids from 0x8000 up; 0 for one the server would not make
function Logon:named_ids(names)
  local missing = missing_of(self, names)
  -- in one order whatever the caller's, so that requests are alike
  table.sort(missing, function(a, b) return key(a) < key(b) end)
  if #missing > 0 then self:ask_ids(missing) end
  local ids = {}
  for i, name in ipairs(names) do ids[i] = self.ids[key(name)] or 0 end
  return ids
end

---Asks for the ids of named properties.
---@param names table[]
function Logon:ask_ids(names)
  local b = batch.new(self, { safe = true })
  local ref = b:rop("get_property_ids_from_names", names_request(names))
  b:run()
  learn_ids(self, names, ref.result)
end

---The id of a folder or item that is good in every session, where the replica
---is known: asks nothing.
---@param id integer
---@return table|nil long_term_id
function Logon:long_term_id(id)
  local guid = self.replicas[id & 0xffff]
  return guid and { database_guid = guid, global_counter = string.pack("<i8", id):sub(3) }
end

---The names of named property ids in this mailbox.
---@param ids integer[] from 0x8000 up
---@return table[] names { guid =, lid = } or { guid =, name = }; false where there is none
function Logon:id_names(ids)
  local missing = {}
  for _, id in ipairs(ids) do
    if self.names[id] == nil then missing[#missing + 1] = id end
  end
  if #missing > 0 then
    local b = batch.new(self, { safe = true })
    local ref = b:rop("get_names_from_property_ids", { property_ids = missing })
    b:run()
    for i, name in ipairs(ref.result.property_names) do
      local known = (name.lid or name.name)
        and { guid = name.guid, lid = name.lid, name = name.name } or false
      self.names[missing[i]] = known
      if known then self.ids[key(known)] = missing[i] end
    end
  end
  local names = {}
  for i, id in ipairs(ids) do names[i] = self.names[id] or false end
  return names
end

return M
