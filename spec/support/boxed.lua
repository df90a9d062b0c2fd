-- An Exchange in a box as the server of a scenario: the same two mailboxes for
-- all that ask, in this process.

local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local M = { name = "the sandbox", column = "sandbox" }

local users <const> = { "alice@example.test", "bob@example.test" }
local box

---@param n integer
---@return string
function M.user(n)
  return users[n]
end

---@param n integer
---@param more? table
---@return table
function M.options(n, more)
  box = box or sandbox.start { users = {
    [users[1]] = { password = "secret-1", name = "Alice Example" },
    [users[2]] = { password = "secret-2", name = "Bob Example" },
  } }
  local options = { user = users[n], password = "secret-" .. n, sandbox = box }
  for k, v in pairs(more or {}) do options[k] = v end
  return options
end

---@param n integer
---@param more? table
---@return satchel.Session
function M.connect(n, more)
  return satchel.connect(M.options(n, more))
end

return M
