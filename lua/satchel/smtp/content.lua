-- What is sent: a message as MIME made it, or bytes that somebody gives as text,
-- as a file, or by a function. It is read in pieces, and a file again where a
-- sending has to begin anew.

local errors = require "satchel.error"

---@class satchel.smtp.Content
---@field size? integer bytes, as far as known
---@field chunks fun(n: integer): fun(): string|nil
---@field repeatable boolean it can be read again
---@field eight_bit? boolean it has bytes beyond ASCII; nil: nobody knows
---@field close fun()
---@field pieces? { url: string, text: string, size: integer }[] where the server that sends
---finds it, in place of its bytes, and texts that stand before

local M = {}

local function of_data(data)
  return { size = #data, repeatable = true, eight_bit = data:find "[\x80-\xff]" ~= nil,
    close = function() end,
    chunks = function(n)
      local at = 1
      return function()
        local piece = data:sub(at, at + n - 1)
        at = at + #piece
        return piece ~= "" and piece or nil
      end
    end }
end

local function of_path(path)
  local file, why = io.open(path, "rb")
  if not file then
    errors.raise { kind = "not_found", message = "send: the message " .. why }
  end
  local size = file:seek "end"
  return { size = size, repeatable = true,
    close = function() if io.type(file) == "file" then file:close() end end,
    chunks = function(n)
      file:seek "set"
      return function()
        local piece, reason = file:read(n)
        if reason then
          errors.raise { kind = "invalid", message = ("send: %s: %s"):format(path, reason) }
        end
        return piece
      end
    end }
end

local function of_source(source)
  return { repeatable = false, close = function() end,
    chunks = function()
      return function()
        local piece = source()
        while piece == "" do piece = source() end
        if piece ~= nil and type(piece) ~= "string" then
          errors.invalid("send: the source of the message gave a %s, not text", type(piece))
        end
        return piece
      end
    end }
end

-- what satchel.mime.build gives
local function of_body(body)
  return { size = body.size, repeatable = true, eight_bit = body.eightbit or body.utf8,
    close = function() end, chunks = function(n) return body:chunks(n) end }
end

---@param given { body: any, data: string, path: string, source: function }
---@return satchel.smtp.Content
function M.of(given)
  local count = 0
  for _, name in ipairs { "body", "data", "path", "source" } do
    if given[name] ~= nil then count = count + 1 end
  end
  if count ~= 1 then
    errors.invalid "send: a message is one of data, path and source"
  end
  if given.body then return of_body(given.body) end
  if given.data then return of_data(given.data) end
  if given.path then return of_path(given.path) end
  return of_source(given.source)
end

return M
