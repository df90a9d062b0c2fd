-- A message in pieces, whatever it is given as.

local error_object = require "satchel.error"

local M = { SIZE = 65536 }

local function of_reader(reader, what)
  return function()
    local piece, err = reader:read(M.SIZE)
    if err and type(err) == "string" then error_object.invalid("%s: %s", what, err) end
    if err then error_object.raise(err) end
    if not piece or piece == "" then
      if reader.close then reader:close() end
      return nil
    end
    return piece
  end
end

local function of_text(text)
  return of_reader { read = function()
    local all = text
    text = nil
    return all
  end }
end

-- what a caller's function gives, which is text or nothing
local function of_function(give)
  return function()
    local piece = give()
    if piece == nil or type(piece) == "string" then return piece end
    return error_object.invalid("the function that gives a message gave a %s, not text",
      type(piece))
  end
end

---@param given string|table|fun(): string|nil the text, a function, or what has chunks or read
---@return fun(): string|nil
function M.of(given)
  if type(given) == "string" then return of_text(given) end
  if type(given) == "function" then return of_function(given) end
  if type(given) == "table" and given.chunks then return given:chunks(M.SIZE) end
  return of_reader(given)
end

---@param path string
---@param verb string for the error
---@return fun(): string|nil
function M.of_file(path, verb)
  local file, why = io.open(path, "rb")
  if not file then
    error_object.raise { kind = "not_found", message = ("%s: %s"):format(verb, why) }
  end
  return of_reader(file, ("%s: %s"):format(verb, path))
end

return M
