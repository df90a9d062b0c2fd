-- Writing files: whole or not at all, and never over what is there unless that
-- is asked for.  What fails half way leaves nothing; what is written over stays
-- until the new one is complete, and a link is replaced, not followed.

local error_object = require "satchel.error"

local M = {}

local function failed(path, why)
  error_object.raise { kind = "denied", message = ("cannot write '%s': %s"):format(path, why) }
end

---Whether anything has that name, also a link that points nowhere.
---@param path string
---@return boolean
function M.exists(path)
  return require("satchel.core").file.exists(path)
end

-- a file that was not there; nil where it is, and another path may do
local function create(path, other)
  local file, err = require("satchel.core").file.create(path)
  if file then return file, path end
  local next_path = err.kind == "exists" and other and other()
  if next_path then return create(next_path, other) end
  if err.kind == "exists" then
    err.message = ("file '%s' exists"):format(path)
    err.hint = "{ overwrite = true } replaces it"
  end
  return error_object.raise(err)
end

-- a new file beside one that is to be replaced
local function create_beside(path)
  local n = 0
  return create(path .. ".part", function()
    n = n + 1
    return n < 100 and ("%s.%d.part"):format(path, n) or nil
  end)
end

local function fill(file, next_piece)
  local ok, problem = pcall(function()
    for piece in next_piece do
      local written, reason = file:write(piece)
      if not written then error(reason, 0) end
    end
  end)
  local closed, reason = file:close()
  return ok and closed, problem or reason
end

-- what is not there to be kept: it is written to as it is
local function is_device(path)
  return path:find "^/dev/" ~= nil
end

local function open(path, opts)
  if not opts.overwrite then return create(path, opts.other) end
  if not is_device(path) then return create_beside(path) end
  local file, why = io.open(path, "wb")
  if not file then failed(path, why) end
  return file, path
end

---Writes pieces to a new file.
---@param path string
---@param pieces table|function a list, or a function that gives the next
---@param opts? { overwrite: boolean, other: fun(): string|nil } overwrite: it takes the place
---of what is there; other: gives another path to try where something is
---@return string path
function M.write(path, pieces, opts)
  opts = opts or {}
  if path:find "\0" then error_object.invalid "a file's name has a NUL in it" end
  local i = 0
  local next_piece = type(pieces) == "table" and function()
    i = i + 1
    return pieces[i]
  end or pieces
  local file, at = open(path, opts)
  local ok, problem = fill(file, next_piece)
  if ok and at ~= path and opts.overwrite then
    ok, problem = os.rename(at, path)
    at = ok and path or at
  end
  if ok then return at end
  if not is_device(at) then os.remove(at) end
  if error_object.is(problem) then error_object.raise(problem) end
  return failed(path, tostring(problem))
end

return M
