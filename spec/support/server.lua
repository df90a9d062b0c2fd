-- What the real servers of the specs have in common: a folder of their own,
-- free loopback ports, a certificate, and a process that ends with this one:
-- its life hangs on a pipe that only this process holds.

local cqueues = require "cqueues"
local socket = require "cqueues.socket"

local M = {}
local Server = {}
Server.__index = Server

---Runs a shell command, which must do well; gives what it prints.
---@param format string
---@param ... any
---@return string
function M.run(format, ...)
  local command = format:format(...)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1 </dev/null"))
  local output = pipe:read "a"
  assert(pipe:close(), command .. ": " .. output)
  return output
end

---@param path string
---@param text string
function M.write(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

---@param path string
---@return string text nothing when there is no such file
function M.slurp(path)
  local file <close> = io.open(path, "rb")
  return file and file:read "a" or ""
end

---@return boolean
function M.is_root()
  return M.run "id -u" == "0\n"
end

---Fails, saying what is needed, unless the caller is root.
---@param name string
function M.need_root(name)
  if not M.is_root() then error(name .. " needs root: run the specs as root", 0) end
end

-- a folder that the servers' own users can come to: where they cannot enter
-- the working folder (below /root), one of the system's
local function reachable(path)
  while path ~= "/" do
    if not M.run("stat -c %%A '%s'", path):find "[xt]\n" then return false end
    path = path:match "^(.+)/[^/]+$" or "/"
  end
  return true
end

---Where servers may have their folders.
---@return string path
---@return boolean stays false where it is the system's, whose users can come there
function M.base()
  local base = M.run("mkdir -p build/peers && cd build/peers && pwd"):gsub("\n", "")
  -- a Unix socket's name has at most 107 bytes
  if #base <= 60 and (not M.is_root() or reachable(base)) then return base, true end
  return os.getenv "TMPDIR" or "/tmp", false
end

---A new folder, removed when the server stops.
---@param name string
---@return string
function M.place(name)
  local made = M.run("d=$(mktemp -d '%s/%s-XXXXXX') && chmod 755 $d && echo $d", M.base(), name)
  return (made:gsub("\n", ""))
end

---Loopback ports at which nobody listens.
---@param n integer
---@return integer ...
function M.ports(n)
  local listeners, ports = {}, {}
  for i = 1, n do
    listeners[i] = socket.listen { host = "127.0.0.1", port = 0 }
    listeners[i]:listen()
    ports[i] = math.tointeger((select(3, listeners[i]:localname())))
  end
  for _, each in ipairs(listeners) do each:close() end
  return table.unpack(ports)
end

---A certificate of localhost, or of somebody, that is its own CA: DIR/cert.pem,
---DIR/key.pem.
---@param dir string
---@param name? string
---@return string path of the certificate
function M.certificate(dir, name)
  M.run("cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem "
    .. "-out cert.pem -days 30 -subj '/CN=%s' "
    .. "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 "
    .. "-addext keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign",
    dir, name or "localhost")
  return dir .. "/cert.pem"
end

local function answers(port, silent)
  local c = socket.connect { host = "127.0.0.1", port = port }
  c:onerror(function(_, _, code) return code end)
  c:settimeout(5)
  local line = c:connect(0.5) and (silent or c:read "*l")
  c:close()
  return line ~= nil and line ~= false
end

local function died(pid)
  local state = M.slurp("/proc/" .. pid .. "/stat"):match "%) (%a)"
  return state == nil or state == "Z"
end

---Starts `command`, which stays in the foreground, and waits until `ports` greet.
---@param name string
---@param dir string its folder, removed at the end
---@param command string
---@param ports integer[]
---@param finish? string a shell command that ends what the process leaves
---@param silent? boolean its ports take connections, but do not greet
---@return table server
function M.start(name, dir, command, ports, finish, silent)
  local self = setmetatable({ name = name, dir = dir }, Server)
  self.log_path = dir .. "/log"
  os.remove(dir .. "/pid") -- of one that ran here before
  self.pipe = assert(io.popen(([[cd '%s' || exit; trap '' INT HUP; exec 3<&0
    { trap - INT HUP; unset LD_PRELOAD; exec %s </dev/null 3<&-; } >log 2>&1 & echo $! >pid
    p=$!; cat <&3 >/dev/null; exec 3<&- >/dev/null 2>&1; kill $p; n=0
    while [ $n -lt 100 ] && grep -qs ') [^Z]' /proc/$p/stat; do sleep 0.05; n=$((n+1)); done
    kill -9 $p; wait $p; %s
    cd /; rm -rf '%s']]):format(dir, command, finish or "true", dir), "w"))
  local pid, ready, deadline = nil, 0, cqueues.monotime() + 30
  while cqueues.monotime() < deadline do
    pid = pid or M.slurp(dir .. "/pid"):match "(%d+)\n"
    if pid and died(pid) then break end
    while ports[ready + 1] and answers(ports[ready + 1], silent) do ready = ready + 1 end
    if ready == #ports then return self end
    os.execute "sleep 0.05"
  end
  local log = self:log():sub(-4000)
  self:stop()
  error(("%s did not start: %s"):format(name, log), 0)
end

---What it has printed so far.
---@return string
function Server:log()
  return M.slurp(self.log_path)
end

-- Being killed ------------------------------------------------------------------

---The processes that another has started.
---@param parent integer|string
---@param name? string only those of this name
---@return string[] pids
function M.children(parent, name)
  local pids = {}
  for line in M.run "cat /proc/[0-9]*/stat 2>/dev/null || true":gmatch "[^\n]+" do
    local pid, comm, _, ppid = line:match "^(%d+) %((.*)%) (%a) (%d+)"
    if ppid == tostring(parent) and (not name or comm == name) then pids[#pids + 1] = pid end
  end
  return pids
end

---Sends a signal to processes, and waits for the end of those that it kills.
---@param pids string[]
---@param signal? string "KILL" by default; "STOP"
---@return integer count
function M.signal(pids, signal)
  if #pids == 0 then return 0 end
  local list = table.concat(pids, " ")
  M.run("kill -%s %s 2>/dev/null || true", signal or "KILL", list)
  for _ = 1, signal and 0 or 200 do
    local left = 0
    for _, pid in ipairs(pids) do left = left + (died(pid) and 0 or 1) end
    if left == 0 then break end
    os.execute "sleep 0.01"
  end
  return #pids
end

---@return string
function Server:pid()
  return M.slurp(self.dir .. "/pid"):match "%d+"
end

---Kills it and what it has started; its folder stays.
function Server:halt()
  local pids = M.children(self:pid())
  table.insert(pids, 1, self:pid())
  M.signal(pids)
end

function Server:stop()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
end

Server.close = Server.stop
Server.__close = Server.stop
Server.__gc = Server.stop
M.Server = Server

return M
