-- Writing files: whole or not at all.  What fails half way leaves nothing.

local error_object = require "satchel.error"

local M = {}

local function failed(path, why)
  os.remove(path)
  error_object.raise { kind = "denied", message = ("cannot write '%s': %s"):format(path, why) }
end

---Writes pieces to a file that takes the place of what was there.
---@param path string
---@param pieces table|function a list, or a function that gives the next
---@return string path
function M.write(path, pieces)
  local list, i = pieces, 0
  local next_piece = type(pieces) == "table" and function()
    i = i + 1
    return list[i]
  end or pieces
  local file, why = io.open(path, "wb")
  if not file then
    error_object.raise { kind = "denied", message = ("cannot write %s"):format(why) }
  end
  local ok, problem = pcall(function()
    for piece in next_piece do
      local written, reason = file:write(piece)
      if not written then error(reason, 0) end
    end
  end)
  local closed, reason = file:close()
  if not ok and error_object.is(problem) then
    os.remove(path)
    error_object.raise(problem)
  end
  if not ok or not closed then failed(path, tostring(problem or reason)) end
  return path
end

return M
