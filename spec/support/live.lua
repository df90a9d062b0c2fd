-- The real server that the environment names: two mailboxes whose contents
-- the specs may change.  See README.  With SATCHEL_LIVE_RECORD set, what each
-- scenario exchanges is written for support.replayed.

local satchel = require "satchel"

local M = { name = "a real server", column = "live MAPI" }

local function variable(name)
  local value = os.getenv("SATCHEL_LIVE_" .. name)
  return value ~= "" and value or nil
end

local function needed(name)
  local value = variable(name)
  if not value then error(("SATCHEL_LIVE_%s is not set; README says how"):format(name), 0) end
  return value
end

---The address of user 1 or 2.
---@param n integer
---@return string
function M.user(n)
  return needed("USER" .. n)
end

-- scenarios of more than a recording should hold
local TOO_LARGE <const> = { bulk = true }

-- one recorder for each scenario, named by its file
local recorders = {}

-- what is said of the time is the same when it is replayed
local function stop_clock()
  local time, now = os.time, os.time()
  rawset(os, "time", function(t) return t and time(t) or now end)
end

local function recorder()
  local level, source = 2
  repeat
    level = level + 1
    local info = debug.getinfo(level, "S")
    if not info then return nil end
    source = info.source:match "scenario/([%w_]+)[/%w_]*%.lua$"
  until source
  if TOO_LARGE[source] then return nil end
  if not recorders[source] then
    -- handles are released when memory is collected: not now
    collectgarbage "stop"
    stop_clock()
    recorders[source] = require("support.record").new(
      require("satchel.transport").new(), "spec/recordings/scenario/" .. source .. ".jsonl")
  end
  return recorders[source]
end

---Options of a connection for user 1 or 2.
---@param n integer
---@param more? table further options
---@return table
function M.options(n, more)
  local options = { user = M.user(n), password = needed("PASSWORD" .. n),
    url = variable "URL", timeout = 120 }
  local ca = variable "CA"
  options.tls = ca and { ca = ca } or nil
  local tap = variable "RECORD" and recorder()
  if tap then options.sandbox = { transport = function() return tap.transport end } end
  for k, v in pairs(more or {}) do options[k] = v end
  return options
end

---A session of user 1 or 2.
---@param n integer
---@param more? table
---@return satchel.Session
function M.connect(n, more)
  return satchel.connect(M.options(n, more))
end

-- the same mailboxes by another protocol, with sending by SMTP
local function by(protocol, port)
  local peer = { name = "a real server by " .. protocol, column = "live " .. protocol,
    user = M.user }

  ---@param n integer
  ---@param more? table
  ---@return table
  function peer.options(n, more)
    local user = M.user(n)
    local host = "mail." .. user:match "@(.*)$"
    local ca = variable "CA"
    local options = { user = user, password = needed("PASSWORD" .. n), timeout = 120,
      url = variable(protocol .. "_URL") or ("%s://%s"):format(port, host),
      smtp = variable "SMTP_URL" or "smtp://" .. host, tls = ca and { ca = ca } or nil }
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end

  ---@param n integer
  ---@param more? table
  ---@return satchel.Session
  function peer.connect(n, more)
    return satchel.connect(peer.options(n, more))
  end

  return peer
end

M.by_imap = by("IMAP", "imaps")
M.by_pop3 = by("POP3", "pop3s")
M.by_pop3.writer = M.by_imap.connect

return M
