-- The HTTP peer of the specs, in a process of its own.

local child = require "support.child"

local M = {}

---Starts it; `url` is its root, `close` ends it.
function M.start()
  local peer = child.start("lua5.4 spec/support/http_peer.lua", "port (%d+)")
  peer.port = math.tointeger(tonumber(peer.match))
  peer.place = "127.0.0.1:" .. peer.port
  peer.url = "http://" .. peer.place .. "/"
  return peer
end

-- a port of the loopback at which nobody listens
function M.free_port()
  local socket = require "cqueues.socket"
  local listener = socket.listen { host = "127.0.0.1", port = 0 }
  listener:listen()
  local _, _, port = listener:localname()
  listener:close()
  return math.tointeger(port)
end

-- the number of descriptors that this process has open; another process that
-- counted them would see its own pipe, too, and sometimes both ends of it
function M.descriptors()
  local n = 0
  for fd = 0, 1023 do
    local file = io.open("/proc/self/fdinfo/" .. fd)
    if file then
      n = n + 1
      file:close()
    end
  end
  return n
end

return M
