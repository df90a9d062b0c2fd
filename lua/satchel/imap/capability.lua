-- What a server says it can do (RFC 9051 6.1.1).

-- RFC 9051 appendix E: extensions that IMAP4rev2 has within
local REV2 <const> = { "NAMESPACE", "UNSELECT", "UIDPLUS", "ESEARCH", "SEARCHRES", "ENABLE",
  "IDLE", "SASL-IR", "LIST-EXTENDED", "LIST-STATUS", "MOVE", "LITERAL-", "SPECIAL-USE",
  "STATUS=SIZE" }

-- what one offers with another (RFC 7162 3.2.3, RFC 7888 5, RFC 5256 1)
local implied <const> = { QRESYNC = { "CONDSTORE", "ENABLE" }, ["LITERAL+"] = { "LITERAL-" } }

---@class satchel.imap.Capabilities
---@field list string[] as the server said them
---@field private set table<string, boolean>
local Capabilities = { __name = "satchel.imap.Capabilities" }
Capabilities.__index = Capabilities

local M = {}

local function add(set, name)
  if set[name] then return end
  set[name] = true
  for _, other in ipairs(implied[name] or {}) do add(set, other) end
end

---@param list string[]
---@return satchel.imap.Capabilities
function M.new(list)
  local self = setmetatable({ list = {}, set = {} }, Capabilities)
  for i, name in ipairs(list) do
    self.list[i] = name
    add(self.set, name:upper())
  end
  if self.set.IMAP4REV2 then
    for _, name in ipairs(REV2) do add(self.set, name) end
  end
  return self
end

---Whether it is offered: "MOVE", "AUTH=PLAIN", in any case.
---@param name string
---@return boolean
function Capabilities:has(name)
  return self.set[name:upper()] == true
end

---What follows "PREFIX=" in those that begin so, or as one number for those
---with one value (APPENDLIMIT).
---@param prefix string "AUTH"
---@return string[]
function Capabilities:values(prefix)
  local values = {}
  prefix = prefix:upper() .. "="
  for _, name in ipairs(self.list) do
    if name:sub(1, #prefix):upper() == prefix then values[#values + 1] = name:sub(#prefix + 1) end
  end
  return values
end

---How it takes literals: "plus", "minus" or "sync" (RFC 7888).
---@return string
function Capabilities:literals()
  if self:has "LITERAL+" then return "plus" end
  return self:has "LITERAL-" and "minus" or "sync"
end

return M
