-- Error objects: what every failed operation raises.  An error knows its kind,
-- what the server said, and the place in the caller's own script: the first
-- stack frame outside this library.  Once made, an object is never changed
-- except to fill in a field that was absent.

---@alias satchel.ErrorKind
---| "auth"        # wrong or missing credentials
---| "network"     # no connection, or a lost one
---| "tls"         # the certificate or the handshake
---| "timeout"     # nothing came in time
---| "not_found"   # no such folder, item, property, mailbox
---| "denied"      # the server knows us and says no
---| "exists"      # the name is taken
---| "quota"       # no room
---| "throttled"   # too much too fast; see retry_after
---| "conflict"    # somebody else changed it
---| "invalid"     # the caller's mistake
---| "unsupported" # this protocol, server or version cannot do it
---| "protocol"    # the server's answer makes no sense
---| "limit"       # larger than a limit
---| "cancelled"   # the task or the operation was cancelled
---| "server"      # the server failed

---@class satchel.Error
---@field kind satchel.ErrorKind
---@field message string what happened, one line
---@field code? integer the protocol's own number
---@field name? string the protocol's own name of that number
---@field op? string the operation that failed
---@field server? string the host that answered, or should have
---@field hint? string what to do about it
---@field retryable? boolean whether the same call may succeed later
---@field retry_after? number seconds to wait before that
---@field uncertain? boolean true: it may have happened all the same
---@field stage? string the step that failed, of several
---@field steps? table[] what was tried, in order: { url =, result = }
---@field where? string the caller's "file:line"
---@field cause? any the error below this one
local Error = { __name = "satchel.Error" }
Error.__index = Error

local M = {}

M.kinds = {
  auth = true, network = true, tls = true, timeout = true, not_found = true,
  denied = true, exists = true, quota = true, throttled = true,
  conflict = true, invalid = true, unsupported = true, protocol = true,
  limit = true, cancelled = true, server = true,
}

local retryable = { network = true, timeout = true, throttled = true }

local here = debug.getinfo(1, "S").source
local own_folder = here:gsub("error%.lua$", "")
local own_module = own_folder:gsub("[/\\]$", "") .. ".lua"

local function is_own(source)
  return source == own_module or source:sub(1, #own_folder) == own_folder
end

-- "file:line" of the first Lua frame outside the library, from `level` up
local function caller(level)
  local info = debug.getinfo(level, "Sl")
  while info do
    if info.what ~= "C" and not is_own(info.source) then
      return info.short_src .. ":" .. info.currentline
    end
    level = level + 1
    info = debug.getinfo(level, "Sl")
  end
end

-- where tasks were spawned: of one whose function ends in a tail call there is
-- no frame left
local spawned = setmetatable({}, { __mode = "k" })

---Remembers the caller's place for the errors of a coroutine that starts here.
---@param thread thread
function M.spawned(thread)
  spawned[thread] = caller(3)
end

function Error:__tostring()
  local line = self.message:gsub("%s*%c+%s*", " ")
  if self.name and not line:find(self.name, 1, true) then
    line = line .. " [" .. self.name .. "]"
  end
  if self.hint then line = line .. " (" .. self.hint .. ")" end
  return self.where and self.where .. ": " .. line or line
end

---Whether a value is an error object of this library.
---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Error
end

-- a value that a message quotes may be of any length
local LONGEST <const> = 500

local function shortened(text)
  if #text <= LONGEST then return text end
  local head = text:sub(1, LONGEST // 2):gsub("[\xc0-\xff][\x80-\xbf]*$", "")
  local tail = text:sub(-LONGEST // 4):gsub("^[\x80-\xbf]+", "")
  return head .. "…" .. tail
end

---Makes an error object of a table of its fields, without raising it.
---@param fields table|string a table with kind and message; text is kind "invalid"
---@return satchel.Error
function M.new(fields)
  if M.is(fields) then return fields end
  if type(fields) ~= "table" then
    fields = { kind = "invalid", message = tostring(fields), cause = fields }
  end
  local err = {}
  for k, v in pairs(fields) do err[k] = v end
  if not M.kinds[err.kind] then err.kind = "server" end
  err.message = shortened(tostring(err.message or err.name or err.kind))
  err.hint = err.hint and shortened(err.hint)
  if err.retryable == nil and retryable[err.kind] then
    err.retryable = not err.uncertain
  end
  return setmetatable(err, Error)
end

---Raises an error; a table of fields becomes an object first.
---@param fields satchel.Error|table|string
---@param level? integer stack frames to skip when looking for the caller
function M.raise(fields, level)
  local err = M.new(fields)
  if not err.where then
    err.where = caller(3 + (level or 0)) or spawned[coroutine.running()]
  end
  error(err, 0)
end

---Passes results through; `nil, err` is raised.
---@param ... any
---@return any ...
function M.assert(...)
  local first, err = ...
  if first == nil and err ~= nil then M.raise(err, 1) end
  return ...
end

---Raises the caller's mistake.
---@param format string as for string.format
---@param ... any
function M.invalid(format, ...)
  M.raise({ kind = "invalid", message = format:format(...) }, 1)
end

---Raises "cannot do that here".
---@param format string as for string.format
---@param ... any
function M.unsupported(format, ...)
  M.raise({ kind = "unsupported", message = format:format(...) }, 1)
end

---Calls what comes before the request that counts: of what fails there nothing
---has happened, whatever was answered.
---@param fn function
---@return any made what fn returned
function M.unsent(fn)
  local ok, made = pcall(fn)
  if ok then return made end
  if M.is(made) and made.uncertain then made.uncertain, made.retryable = nil, true end
  error(made, 0)
end

---Calls what follows a request that was answered: what fails there leaves it
---done, and the error says so.
---@param fn function
---@param ... any
---@return any
function M.after(fn, ...)
  local ok, result = pcall(fn, ...)
  if ok then return result end
  if M.is(result) then result.uncertain = true end
  error(result, 0)
end

---Calls fn; an error is returned instead of raised, always as an error object.
---@param fn function
---@param ... any its arguments
---@return boolean ok
---@return any ... results, or the satchel.Error
function M.try(fn, ...)
  local function results(ok, ...)
    if ok then return true, ... end
    return false, M.new((...))
  end
  return results(pcall(fn, ...))
end

return M
