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

-- the descriptors that this process has open
function M.descriptors()
  local f = assert(io.open "/proc/self/stat")
  local pid = f:read "a":match "^%d+"
  f:close()
  local list = io.popen(("ls /proc/%s/fd | wc -l"):format(pid))
  local n = list:read "n"
  list:close()
  return n
end

return M
