-- A session on a sandbox in this process whose every exchange passes a tap: the
-- tap sees the number of the exchange and may change the answer, lose it, or
-- keep the request from being sent.

local satchel = require "satchel"
local sandbox = require "satchel.sandbox"

local M = {}

---@class spec.Tapped
---@field box satchel.Sandbox
---@field tap? fun(n: integer, request: table, pass: fun(): table|nil, table|nil)
---@field count integer exchanges since the last `watch`
local Tapped = {}
Tapped.__index = Tapped

local me <const>, other <const> = "alice@example.test", "bob@example.test"
M.me, M.other = me, other

---@param users? table
---@return spec.Tapped
function M.new(users)
  local self = setmetatable({ count = 0, box = sandbox.start { users = users or {
    [me] = { password = "secret-1", name = "Alice Example" },
    [other] = { password = "secret-2", name = "Bob Example" },
  } } }, Tapped)
  self.inner = self.box:transport()
  self.transport = function(request)
    self.count = self.count + 1
    if not self.tap then return self.inner(request) end
    return self.tap(self.count, request, function() return self.inner(request) end)
  end
  return self
end

---Options of a connection that goes through the tap, without discovery.
---@param more? table
---@return table
function Tapped:options(more)
  local found = self.box:discover(me)
  local options = { user = me, password = "secret-1", sandbox = self.box,
    transport = self.transport, url = found.url, user_dn = found.user_dn,
    nspi_url = found.nspi_url }
  for k, v in pairs(more or {}) do options[k] = v end
  return options
end

---@param more? table
---@return satchel.Session
function Tapped:connect(more)
  return satchel.connect(self:options(more))
end

---Another session on the box, past the tap.
---@param user? string
---@return satchel.Session
function Tapped:aside(user)
  user = user or me
  return satchel.connect { user = user, sandbox = self.box,
    password = user == me and "secret-1" or "secret-2" }
end

---Changes the answer to the nth exchange from now on.
---@param n integer
---@param change fun(response: table): table|nil, table|nil
---@param before? boolean keep the request from the server
function Tapped:at(n, change, before)
  self.count = 0
  self.tap = function(count, _, pass)
    if count ~= n then return pass() end
    if before then return change {} end
    local response, err = pass()
    if not response then return nil, err end
    return change(response)
  end
end

---Every exchange passes again.
function Tapped:clear()
  self.tap = nil
  self.count = 0
end

---A copy of a response with another body.
---@param response table
---@param body string
---@return table
function M.with_body(response, body)
  local copy = {}
  for k, v in pairs(response) do copy[k] = v end
  copy.body = body
  return copy
end

---What a lost answer looks like.
function M.lost()
  return nil, { kind = "network", message = "the connection was dropped" }
end

return M
