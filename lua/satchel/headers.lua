-- The headers of a message that came by the Internet: a list of { name, value }
-- in their order, and by name in any case (the first of several).  Values are as
-- people read them; `raw` is as they came.

local core = require "satchel.core"

---@class satchel.Headers
---@field raw string as they came
local Headers = { __name = "satchel.Headers" }

function Headers:__index(key)
  if type(key) ~= "string" then return nil end
  local wanted = key:lower()
  for i = 1, #self do
    local header = rawget(self, i)
    if header.name:lower() == wanted then return header.value end
  end
end

function Headers:__tostring()
  return rawget(self, "raw")
end

local M = {}

---@param raw string header lines; folded ones are joined
---@return satchel.Headers
function M.parse(raw)
  local headers = { raw = raw }
  local text = raw:gsub("\r\n", "\n"):gsub("\n[ \t]+", " ")
  for line in text:gmatch "[^\n]+" do
    local name, value = line:match "^([!-9;-~]+)[ \t]*:[ \t]*(.-)[ \t]*$"
    if value and value:find("=?", 1, true) then value = core.mime.decode_header(value) end
    if name then headers[#headers + 1] = { name = name, value = value } end
  end
  return setmetatable(headers, Headers)
end

return M
