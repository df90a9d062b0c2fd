-- Time that only goes forward, and the memory of this process.

local net = require("satchel.core").net

local M = {}

M.now = net.now

local function status(key)
  for line in io.lines "/proc/self/status" do
    local kib = line:match("^" .. key .. ":%s*(%d+) kB")
    if kib then return tonumber(kib) end
  end
  error("no " .. key .. " in /proc/self/status")
end

---KiB of memory now, after collecting what is garbage.
---@return integer
function M.memory()
  collectgarbage()
  collectgarbage()
  return status "VmRSS"
end

---What a function takes: seconds, and KiB above the memory at its start.
---@param fn function
---@return number seconds, integer peak_kib, ... any results
function M.measure(fn)
  local start = M.memory()
  local clear <close> = assert(io.open("/proc/self/clear_refs", "w"))
  clear:write "5"
  clear:flush()
  local from = M.now()
  local results = table.pack(fn())
  return M.now() - from, math.max(0, status "VmHWM" - start), table.unpack(results, 1, results.n)
end

---@param list number[]
---@return number
function M.median(list)
  local sorted = table.move(list, 1, #list, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

---"12.3 MiB"
---@param kib number
function M.mib(kib)
  return ("%.1f MiB"):format(kib / 1024)
end

return M
