-- What real servers said: spec/recordings/imap, by file.
local M = {}

---@return string[] names of the dialogues
function M.names()
  local names = {}
  local list <close> = assert(io.popen "ls spec/recordings/imap/*.txt")
  for path in list:lines() do names[#names + 1] = path:match "([%w-]+)%.txt$" end
  assert(#names > 0, "no dialogue was recorded")
  return names
end

---@param name string
---@return string bytes of the server's side
function M.server_bytes(name)
  local parts = {}
  for line in io.lines("spec/recordings/imap/" .. name .. ".txt") do
    local said = line:match "^S: (.*)$"
    if said then parts[#parts + 1] = said .. "\r\n" end
  end
  assert(#parts > 0, name)
  return table.concat(parts)
end

return M
