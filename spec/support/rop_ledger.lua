-- Calls ROPs by name, checks how each was answered, and keeps the list of them:
-- which succeeded, and which were refused as the specifications say.

local core = require "satchel.core"

local Ledger = {}
Ledger.__index = Ledger

local M = {}

-- requests of [MS-OXCROPS] that gromox 3.10 does not know, and RopRelease,
-- which nobody answers
local LEFT_OUT <const> = { release = true, write_stream_extended = true,
  fast_transfer_destination_put_buffer_extended = true }

---@return table ledger
function M.new()
  local self = setmetatable({ entries = {}, names = {} }, Ledger)
  for _, rop in ipairs(core.wire.rops()) do
    if rop.request and not LEFT_OUT[rop.name] then self.names[#self.names + 1] = rop.name end
  end
  return self
end

---Calls on one mailbox: `client` is a session's mapi.
---@param client table|fun(): table
---@return table caller with ok, refused, done
function Ledger:caller(client)
  local caller = {}

  local function run(name, fields, on, options)
    local mapi = type(client) == "function" and client() or client
    local full = { may_fail = true }
    for k, v in pairs(options or {}) do full[k] = v end
    return mapi:rop(name, fields, on, full)
  end

  ---A ROP that succeeds.
  function caller.ok(name, fields, on, options)
    local reply = run(name, fields, on, options)
    if reply.return_value ~= 0 then
      error(("%s: %s"):format(name, M.name_of(reply.return_value)), 2)
    end
    self:note(name)
    return reply
  end

  ---A ROP that is refused by `code`, as the section says.
  function caller.refused(code, section, name, fields, on, options)
    local reply = run(name, fields, on, options)
    if M.name_of(reply.return_value) ~= code then
      error(("%s: %s instead of %s"):format(name, M.name_of(reply.return_value), code), 2)
    end
    self:note(name, code, section)
    return reply
  end

  ---A ROP that may do either, and its answer.
  caller.run = run
  return caller
end

---The name of a return value.
---@param code integer
---@return string
function M.name_of(code)
  return code == 0 and "Success" or core.names.error_name(code) or ("0x%08x"):format(code)
end

---Notes an answer; success counts for more than a refusal.
---@param name string
---@param code? string
---@param section? string
function Ledger:note(name, code, section)
  local entry = self.entries[name] or { refusals = {} }
  self.entries[name] = entry
  if not code then
    entry.success = true
  elseif not entry.refusals[code] then
    entry.refusals[code] = section
    table.insert(entry.refusals, ("%s %s"):format(code, section))
  end
end

---Names that were not called.
---@return string[]
function Ledger:missing()
  local list = {}
  for _, name in ipairs(self.names) do
    if not self.entries[name] then list[#list + 1] = name end
  end
  return list
end

---The list as text: a line for each ROP, and how many of them.
---@return string
function Ledger:report()
  local lines, called, succeeded = {}, 0, 0
  for _, name in ipairs(self.names) do
    local entry = self.entries[name]
    if entry then
      called = called + 1
      if entry.success then succeeded = succeeded + 1 end
      local results = { table.unpack(entry.refusals) }
      if entry.success then table.insert(results, 1, "success") end
      lines[#lines + 1] = ("  %-46s %s"):format(name, table.concat(results, "; "))
    end
  end
  table.sort(lines)
  lines[#lines + 1] = ("%d of %d ROPs answered, %d of them with success, %d only with the "
    .. "documented error"):format(called, #self.names, succeeded, called - succeeded)
  return table.concat(lines, "\n")
end

return M
