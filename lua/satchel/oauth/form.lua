-- Text as OAuth sends it: forms (application/x-www-form-urlencoded) and
-- base64url (RFC 4648 5, without padding).

local core = require "satchel.core"

local M = {}

---@param value any
---@return string
function M.escape(value)
  return (tostring(value):gsub("[^%w%-._~]", function(c)
    return ("%%%02X"):format(c:byte())
  end))
end

---@param text string
---@return string
function M.unescape(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

---A form of pairs in their order; those without a value are left out.
---@param pairs_of table[] list of { name, value }
---@return string
function M.encode(pairs_of)
  local parts = {}
  for _, pair in ipairs(pairs_of) do
    if pair[2] ~= nil then
      parts[#parts + 1] = M.escape(pair[1]) .. "=" .. M.escape(pair[2])
    end
  end
  return table.concat(parts, "&")
end

---What a form says; of a name that comes twice, `false`.
---@param text string
---@return table<string, string|false>
function M.decode(text)
  local fields = {}
  for part in text:gmatch "[^&]+" do
    local name, value = part:match "^([^=]*)=?(.*)$"
    name = M.unescape(name)
    if fields[name] == nil then
      fields[name] = M.unescape(value)
    else
      fields[name] = false -- RFC 6749 3.1: no parameter more than once
    end
  end
  return fields
end

---@param bytes string
---@return string
function M.base64url(bytes)
  return (core.text.base64(bytes):gsub("[+/=]", { ["+"] = "-", ["/"] = "_", ["="] = "" }))
end

---Text that nobody can guess.
---@return string 43 characters
function M.random()
  return M.base64url(core.text.random(32))
end

return M
