-- The real server that the environment names: two mailboxes whose contents
-- the specs may change.  See README.

local satchel = require "satchel"

local M = { name = "a real server" }

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

---Options of a connection for user 1 or 2.
---@param n integer
---@param more? table further options
---@return table
function M.options(n, more)
  local options = { user = M.user(n), password = needed("PASSWORD" .. n),
    url = variable "URL", timeout = 120 }
  local ca = variable "CA"
  options.tls = ca and { ca = ca } or nil
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

return M
