-- Paths of folders: '/' separates, '//' is a slash in a name.

local error_object = require "satchel.error"

local M = {}

---The names of a path, from the outside in.
---@param path string
---@return string[] names none for "" and "/"
function M.split(path)
  local names, name = {}, ""
  local text = path:find "^/[^/]" and path:sub(2) or path
  if text == "" or text == "/" then return names end
  local i = 1
  while i <= #text do
    local c = text:sub(i, i)
    if c == "/" and text:sub(i + 1, i + 1) == "/" then
      name, i = name .. "/", i + 1
    elseif c == "/" then
      if name == "" then error_object.invalid("path '%s' has an empty name in it", path) end
      names[#names + 1], name = name, ""
    else
      name = name .. c
    end
    i = i + 1
  end
  if name ~= "" then names[#names + 1] = name end
  return names
end

---The path of names.
---@param names string[]
---@return string
function M.join(names)
  local escaped = {}
  for i, name in ipairs(names) do escaped[i] = name:gsub("/", "//") end
  return table.concat(escaped, "/")
end

return M
