-- session.imap of a dry run: what reads is real, what writes is shown to `trace` and
-- sent nowhere.

local native = require "satchel.imap.native"
local verbs = require "satchel.imap.verbs"

local M = {}

local function nothing() end
local function transferred() return { from = {}, to = {} } end
local function stored() return { uids = {} } end

-- what each write answers
local writes <const> = {
  append = stored, catenate = stored, replace = stored,
  copy = transferred, move = transferred, expunge = nothing,
  store = function() return { modified = {}, fetched = {} } end,
  create = function() return { type = "ok", ok = true, text = "" } end,
  delete = nothing, rename = nothing, subscribe = nothing, unsubscribe = nothing,
  set_quota = nothing, set_acl = nothing, delete_acl = nothing, set_metadata = nothing,
}

---@param connection satchel.imap.Connection
---@param trace function|nil called with { layer = "verb", direction = "write", op =, … }
---@return satchel.imap.Native
function M.new(connection, trace)
  local real, dry = native.new(connection), {}
  local function show(op, ...)
    if trace then
      trace { layer = "verb", direction = "write", op = op, arguments = table.pack(...) }
    end
  end
  for op, answer in pairs(writes) do
    dry[op] = function(_, ...)
      show(op, ...)
      return answer()
    end
  end
  -- CLOSE would remove messages, UNSELECT does not
  function dry.close()
    show "close"
    connection:unselect()
  end
  function dry.command(_, text, ...)
    if verbs.only_reads(verbs.name(text)) then return real:command(text, ...) end
    show("command", text, ...)
    return { type = "ok", ok = true, text = "", responses = {} }
  end
  return setmetatable(dry, { __name = "satchel.imap.Native", __index = function(_, name)
    local value = real[name]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(real, ...) end
  end })
end

return M
