-- A program that runs beside the specs and ends with them: its life hangs on
-- a pipe that only this process holds.

local M = {}
local Child = {}
Child.__index = Child

local function slurp(path)
  local f = io.open(path, "rb")
  if not f then return "" end
  local text = f:read "a"
  f:close()
  return text
end

-- Starts a shell command and waits until its output matches; gives the child,
-- whose `match` is the first capture.
function M.start(command, pattern)
  local log = os.tmpname()
  local pipe = assert(io.popen(("exec 3<&0; { exec %s </dev/null 3<&-; } >%s 2>&1 & "
    .. "cat <&3 >/dev/null; kill $!; wait $! 2>/dev/null"):format(command, log), "w"))
  local self = setmetatable({ pipe = pipe, log = log }, Child)
  for _ = 1, 250 do
    self.match = slurp(log):match(pattern)
    if self.match then return self end
    os.execute "sleep 0.02"
  end
  local output = slurp(log)
  self:close()
  error(("'%s' did not start: %s"):format(command, output))
end

-- what it has printed so far
function Child:output()
  return slurp(self.log)
end

function Child:close()
  if not self.pipe then return end
  self.pipe:close()
  self.pipe = nil
  os.remove(self.log)
end

return M
