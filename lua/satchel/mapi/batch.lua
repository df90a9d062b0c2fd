-- A batch of ROPs on one logon: what scripts and the other modules add, and how
-- the whole is run, run again where that is safe, and judged.

local core = require "satchel.core"
local error_object = require "satchel.error"
local nearest = require "satchel.nearest"
local safe_rops = require "satchel.mapi.safe_rops"

---@class satchel.mapi.Ref a ROP of a batch; usable as `on` of later ones
---@field name string
---@field result? table its answer, after the batch has run
---@field object? userdata what it opened, if kept

---@class satchel.mapi.Batch
local Batch = { __name = "satchel.mapi.Batch" }
Batch.__index = Batch

local M = {}

-- the names of what may be sent
local requests = {}
for _, rop in ipairs(core.wire.rops()) do
  if rop.request then requests[rop.name] = true end
end

---@param logon satchel.mapi.Logon
---@param options? satchel.mapi.BatchOptions
---@return satchel.mapi.Batch
function M.new(logon, options)
  options = options or {}
  return setmetatable({ logon = logon, refs = {}, op = options.op,
    safe = options.safe, reads = true }, Batch)
end

---Adds a ROP.
---@param name string as in the schema: "open_folder"
---@param fields? table
---@param on? any nil: the mailbox; a reference of this batch; an object; a thing with .handle
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref
function Batch:rop(name, fields, on, options)
  if not requests[name] then
    error_object.invalid("no ROP is called '%s'%s", tostring(name),
      nearest.suggestion(name, requests))
  end
  local ref = { batch = self, name = name, fields = fields or {}, on = on,
    options = options or {}, index = #self.refs + 1 }
  self.refs[ref.index] = ref
  if not safe_rops[name] then self.reads = false end
  return ref
end

-- what stands for an object: the engine takes a handle or an index
local function input(self, on)
  if on == nil then return self.logon.handle end
  if type(on) == "userdata" then return on end
  local is_table = type(on) == "table"
  if is_table and on.batch == self then return on.index end
  local found = is_table and (on.object or on.handle) or nil
  if found == nil then error_object.invalid("a ROP on a thing that is not open") end
  return found
end

local function encode(self)
  local b = core.mapi.batch(self.logon.connection.session)
  for _, ref in ipairs(self.refs) do
    local o = ref.options
    -- a logon is made from nothing
    local on = ref.name ~= "logon" and input(self, ref.on) or nil
    local index, err = b:add(ref.name, ref.fields, on, {
      to = o.to ~= nil and input(self, o.to) or nil, logon_id = o.logon_id,
      keep = o.keep, chain = o.chain, columns = o.columns,
    })
    if not index then
      err.op = ref.name
      error_object.raise(err)
    end
  end
  return b
end

---The error of a ROP that failed, as an object.
---@param connection satchel.mapi.Connection
---@param reply table
---@return satchel.Error
function M.failed(connection, reply)
  local code = reply.return_value
  local name = core.names.error_name(code)
  return error_object.new {
    kind = core.names.error_kind(code) or "server", code = code, name = name,
    op = reply.rop, server = connection.server,
    message = ("%s failed: %s"):format(reply.rop, name or ("0x%08x"):format(code)),
  }
end

-- [MS-OXCDATA] 2.4.2: a warning is no failure
local function is_failure(code)
  return code ~= 0 and code & 0xffff0000 ~= 0x00040000
end

local function judge(self, results)
  for i, ref in ipairs(self.refs) do
    local result = results[i]
    ref.result = result
    if result then ref.object, ref.handle = result.object, result.object end
  end
  for _, ref in ipairs(self.refs) do
    local result = ref.result
    if result and is_failure(result.return_value or 0) and not ref.options.may_fail then
      local err = M.failed(self.logon.connection, result)
      err.results = results
      error_object.raise(err)
    end
  end
  return results
end

-- X-ResponseCodes that say that nothing was executed ([MS-OXCMAPIHTTP]
-- 2.2.3.3.3); true: because the session context or its cookies are gone, so
-- that a new one helps (QUIRKS 7).
local refused = { [2] = true, [3] = false, [4] = false, [5] = false, [6] = true, [7] = true,
  [8] = false, [10] = true, [11] = false, [12] = false, [13] = true, [15] = true,
  [16] = false, [18] = true }

-- Whether the server may have executed what it has not answered.
local function may_have_happened(err)
  if err.stale then return false end
  if err.sent ~= nil then return err.sent end
  if err.kind == "invalid" or err.kind == "throttled" or err.kind == "auth"
    or err.kind == "limit" then
    return false
  end
  -- an Execute that failed as a whole has a code; a refused one says so
  if not err.lost then return err.code ~= nil end
  return refused[err.code] == nil
end

local FINAL <const> = { throttled = true, timeout = true, cancelled = true }

-- May all of it be sent again, after the connection was made anew?
local function may_repeat(answered, err, safe)
  if not err.lost or FINAL[err.kind] then return false end
  if safe then return true end
  return answered == 0 and not may_have_happened(err)
    and (err.sent == false or refused[err.code] or false)
end

local NULL_OBJECT <const> = 0x4b9

-- whether the server has forgotten the mailbox's own handle
local function has_lost_logon(self, results)
  for i, ref in ipairs(self.refs) do
    local result = results[i]
    if ref.on == nil and result and result.return_value == NULL_OBJECT then return true end
  end
  return false
end

-- one attempt: the results, or nil, the error, and how many were answered
local function attempt(self, safe)
  local connection = self.logon.connection
  self.logon:ensure()
  local b <close> = encode(self)
  b:safe(safe)
  local results, err = connection:drive(b)
  connection:notify(b:notices())
  connection.executes = connection.executes + b:executes()
  if err then err.results, err.reached = b:results(), b:sent() end
  if results and has_lost_logon(self, results) then self.logon.generation = -1 end
  return results, err, b:answered()
end

---Runs it; see Logon:batch.  An error has what was answered before it as
---`results`, where there are gaps for what was not; it is uncertain if the
---server may have done more than that, up to the ROP `reached`.  `repeated`
---tells that it was sent twice.
---@return table[] results
function Batch:run()
  local connection = self.logon.connection
  local _ <close> = connection.lock:acquire()
  local safe = self.safe
  if safe == nil then safe = self.reads end
  local results, err, answered = attempt(self, safe)
  local doubt = err and not self.reads and may_have_happened(err)
  if err and may_repeat(answered, err, safe) then
    self.repeated = doubt
    local ok
    ok, results, err = pcall(attempt, self, safe)
    if not ok then results, err = nil, results end
    doubt = err and (doubt or not self.reads and may_have_happened(err))
  end
  if results and safe and self.logon.generation == -1 then results, err = attempt(self, safe) end
  if results then return judge(self, results) end
  if type(err) ~= "table" then error(err, 0) end
  if doubt then err.uncertain, err.retryable = true, safe and err.retryable end
  return error_object.raise(connection:failure(err, self.op or self.refs[1].name))
end

return M
