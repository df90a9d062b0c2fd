-- A recording of a scenario as its server: the same mailboxes, the same time,
-- and no release of handles that depends on when memory is collected.

local replay = require "support.replay"
local satchel = require "satchel"
local volatile = require "support.volatile"

local M = {}

local FOLDER <const> = "spec/recordings/scenario"
local real_time = os.time

---The names of the scenarios that were recorded.
---@return string[]
function M.names()
  local list, found = {}, io.popen("ls " .. FOLDER .. "/*.jsonl")
  for path in found:lines() do list[#list + 1] = path:match "([%w_]+)%.jsonl$" end
  found:close()
  return list
end

local users <const> = { "alice@example.test", "bob@example.test" }

---@param name string
---@return table peer as support.live
function M.new(name)
  local peer = { name = "a recorded server", column = "recorded",
    path = FOLDER .. "/" .. name .. ".jsonl" }
  function peer.user(n) return users[n] end
  function peer.wait() end
  function peer.options(n, more)
    local options = { user = users[n], password = "secret",
      sandbox = { transport = function() return peer.transport end } }
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end
  function peer.connect(n, more) return satchel.connect(peer.options(n, more)) end
  return peer
end

---Everything that the scenario does is between start and stop.
---@param peer table
function M.start(peer)
  local left
  peer.transport, left = replay.new(peer.path)
  local now = left()[1].time
  rawset(os, "time", function(t) return t and real_time(t) or now end)
  collectgarbage "stop"
  volatile.start()
end

function M.stop()
  rawset(os, "time", real_time)
  collectgarbage "restart"
  volatile.stop()
end

return M
