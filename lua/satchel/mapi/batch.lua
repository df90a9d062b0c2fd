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
  if on.batch == self then return on.index end
  local found = on.object or on.handle
  if found == nil then error_object.invalid("a ROP on a thing that is not open") end
  return found
end

local function encode(self)
  local b = core.mapi.batch(self.logon.connection.session)
  for _, ref in ipairs(self.refs) do
    local o = ref.options
    local index, err = b:add(ref.name, ref.fields, input(self, ref.on), {
      to = o.to ~= nil and input(self, o.to) or nil,
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
  if err.stale or err.kind == "invalid" or err.kind == "throttled" or err.kind == "auth"
    or err.kind == "limit" then
    return false
  end
  if err.sent ~= nil then return err.sent end
  -- an Execute that failed as a whole has a code; a refused one says so
  if not err.lost then return err.code ~= nil end
  return refused[err.code] == nil
end

-- May all of it be sent again, after the connection was made anew?
local function may_repeat(answered, err, safe)
  if not err.lost or err.kind == "throttled" then return false end
  if safe then return err.kind ~= "timeout" end
  return answered == 0 and not err.uncertain
    and (err.sent == false or refused[err.code] or false)
end

---Runs it; see Logon:batch.  An error has what was answered before it as
---`results`, where there are gaps for what was not.
---@return table[] results
function Batch:run()
  local logon = self.logon
  local connection = logon.connection
  local _ <close> = connection.lock:acquire()
  local safe = self.safe
  if safe == nil then safe = self.reads end
  for attempt = 1, 2 do
    logon:ensure()
    local b = encode(self)
    b:safe(safe)
    local results, err = connection:drive(b)
    connection:notify(b:notices())
    connection.executes = connection.executes + b:executes()
    local answered, so_far = b:answered(), b:results()
    b:close()
    if results then return judge(self, results) end
    if not safe and may_have_happened(err) then err.uncertain = true end
    if attempt == 2 or not may_repeat(answered, err, safe) then
      err.results = so_far
      error_object.raise(connection:failure(err, self.op or self.refs[1].name))
    end
  end
end

return M
