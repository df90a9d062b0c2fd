-- Writing files: whole or not at all.  What fails half way leaves nothing new,
-- and what was there before as it was.

local error_object = require "satchel.error"

local M = {}

-- whether there is something that a failure would lose
local function has_content(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local size = file:seek "end"
  file:close()
  return size ~= nil and size > 0
end

local function refuse(text)
  error_object.raise { kind = "denied", message = "cannot write " .. text }
end

-- as an iterator
local function each(pieces)
  if type(pieces) ~= "table" then return pieces end
  local i = 0
  return function()
    i = i + 1
    return pieces[i]
  end
end

local function write_all(path, pieces)
  local file, why = io.open(path, "wb")
  if not file then refuse(why) end
  local ok, problem = pcall(function()
    for piece in each(pieces) do
      local written, reason = file:write(piece)
      if not written then error(reason, 0) end
    end
  end)
  local closed, reason = file:close()
  if ok and closed then return end
  if not path:find "^/dev/" then os.remove(path) end
  if error_object.is(problem) then error_object.raise(problem) end
  refuse(("'%s': %s"):format(path, tostring(problem or reason)))
end

---Writes pieces to a file that takes the place of what was there.
---@param path string
---@param pieces table|function a list, or a function that gives the next
---@return string path
function M.write(path, pieces)
  if path:find "\0" then error_object.invalid "a file's name has a NUL in it" end
  if not has_content(path) then
    write_all(path, pieces)
    return path
  end
  local part = path .. ".part"
  write_all(part, pieces)
  local ok, why = os.rename(part, path)
  if not ok then
    os.remove(part)
    refuse(why)
  end
  return path
end

return M
