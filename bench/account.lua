-- Where to measure: a sandbox in another process, and the accounts on a server
-- that the environment names.

package.path = "spec/?.lua;" .. package.path

local child = require "support.child"

local M = {}

---@class bench.Place
---@field label string
---@field first table options of satchel.connect
---@field second table those of another user
---@field is_server? boolean
---@field close fun()

---The accounts of the environment, or nil.
---@return bench.Place|nil
function M.live()
  local function of(n)
    local function value(name) return os.getenv("SATCHEL_LIVE_" .. name) end
    if not value("USER" .. n) then return nil end
    return { user = value("USER" .. n), password = value("PASSWORD" .. n), url = value "URL",
      tls = value "CA" and { ca = value "CA" } or nil }
  end
  if not of "1" then return nil end
  return { label = "live server", is_server = true, first = of "1", second = of "2",
    close = function() end }
end

---A sandbox in another process; options are those of bench/box.lua.
---@param options table<string, any>
---@return bench.Place
function M.sandbox(options)
  local words = { "lua5.4 bench/box.lua" }
  for name, value in pairs(options or {}) do words[#words + 1] = name .. "=" .. tostring(value) end
  local process = child.start(table.concat(words, " "), "listening (%S+ %S+)\n")
  local url, ca = process.match:match "(%S+) (%S+)"
  local function user(n)
    return { user = ("user%d@example.test"):format(n), password = "secret", url = url,
      tls = ca ~= "-" and { ca = ca } or false, proxy = false }
  end
  return { label = "sandbox in another process", first = user(1), second = user(2),
    user = user, close = function() process:close() end }
end

---Measures on a sandbox, then on the server of the environment.
---@param options table for the sandbox
---@param measure fun(place: bench.Place)
function M.each(options, measure)
  for _, place in ipairs { M.sandbox(options), M.live() } do
    print(("-- %s"):format(place.label))
    local ok, err = xpcall(measure, debug.traceback, place)
    place.close()
    if not ok then error(err, 0) end
  end
  if not M.live() then print "-- no live server: SATCHEL_LIVE_USER1 is not set" end
end

return M
