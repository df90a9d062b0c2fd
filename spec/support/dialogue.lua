-- A dialogue of lines with a real server, written down as it is held:
-- "C: " and "S: " before each line, whose CRLF is meant.  What stands there
-- is byte for byte what was said; a line with other breaks is refused.

local server = require "support.server"
local socket = require "cqueues.socket"

local M = {}
local Dialogue = {}
Dialogue.__index = Dialogue

---@param port integer
---@return table dialogue
function M.open(port)
  local c = socket.connect { host = "127.0.0.1", port = port }
  c:onerror(function(_, _, code) return code end)
  c:setmode("b", "bn")
  c:settimeout(10)
  assert(c:connect(5))
  return setmetatable({ c = c, lines = {}, tag = 0 }, Dialogue)
end

local function note(self, who, text)
  assert(text:sub(-2) == "\r\n" and not text:sub(1, -3):find "[\r\n]", "no line: " .. text)
  self.lines[#self.lines + 1] = who .. ": " .. text:sub(1, -3) .. "\n"
end

---Reads lines until one matches.
---@param pattern string
---@return string line
function Dialogue:hear(pattern)
  while true do
    local line = self.c:read "*L"
    assert(line, "closed while '" .. pattern .. "' was awaited, after " ..
      table.concat(self.lines, "", math.max(1, #self.lines - 5)))
    note(self, "S", line)
    if line:find(pattern) then return line end
  end
end

---Says lines.
---@param text string without the last CRLF
function Dialogue:say(text)
  for line in (text .. "\r\n"):gmatch "[^\n]*\n" do note(self, "C", line) end
  assert(self.c:write(text .. "\r\n"))
end

---An IMAP command, up to its completion; a literal's "+" is waited for.
---@param command string
---@return string completion
function Dialogue:run(command)
  self.tag = self.tag + 1
  local tag = "a" .. self.tag
  local rest = tag .. " " .. command
  while true do
    local head, tail = rest:match "^(.-{%d+}\r\n)(.*)$"
    if not head then break end
    self:say(head:sub(1, -3))
    local line = self:hear("^[+" .. tag:sub(1, 1) .. "]")
    if line:sub(1, 1) ~= "+" then return line end
    rest = tail
  end
  self:say(rest)
  return self:hear("^" .. tag .. " ")
end

---Ends it, and writes it down.
---@param path string
function Dialogue:write(path)
  self.c:close()
  server.write(path, table.concat(self.lines))
end

---What was written: a list of { from = "C" | "S", bytes = with CRLF }.
---@param path string
---@return table[]
function M.read(path)
  local list = {}
  for line in io.lines(path) do
    list[#list + 1] = { from = line:sub(1, 1), bytes = line:sub(4) .. "\r\n" }
  end
  return list
end

---All that one side said, one after another.
---@param path string
---@param from string "C" | "S"
---@return string
function M.bytes(path, from)
  local parts = {}
  for _, line in ipairs(M.read(path)) do
    if line.from == from then parts[#parts + 1] = line.bytes end
  end
  return table.concat(parts)
end

return M
