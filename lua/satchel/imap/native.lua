-- session.imap: the whole of IMAP beside the shared face. A mailbox is a folder of
-- the session or a name; messages are named by UIDs, as text ("1:4,7"), a number or
-- a list. What the server does not offer raises kind "unsupported" with the name of
-- the capability.

local error_object = require "satchel.error"
local nearest = require "satchel.nearest"
local options = require "satchel.options"

---@class satchel.imap.Native
---@field capabilities string[] as the server said them last
---@field enabled string[] what ENABLE has turned on
---@field namespaces? table personal, other, shared: lists of { prefix =, delimiter = }
---@field server_id? table<string, string> what the server said by ID
---@field selected? satchel.imap.Selected
---@field round_trips integer times that an answer was waited for
---@field connection satchel.imap.Connection
local methods = {}

local fields = {
  capabilities = function(self)
    local list = self.connection.capabilities.list
    return table.move(list, 1, #list, 1, {})
  end,
  enabled = function(self)
    local list = {}
    for name in pairs(self.connection.enabled) do list[#list + 1] = name end
    table.sort(list)
    return list
  end,
  namespaces = function(self) return self.connection.namespaces end,
  server_id = function(self) return self.connection.identity end,
  selected = function(self) return self.connection.selected end,
  round_trips = function(self) return self.connection.round_trips end,
}

local Native = { __name = "satchel.imap.Native" }

function Native.__index(self, name)
  local field = fields[name]
  if field then return field(self) end
  if methods[name] or type(name) ~= "string" then return methods[name] end
  return error_object.invalid("session.imap has no '%s'%s", name,
    nearest.among(name, fields, methods))
end

function Native:__tostring()
  return "IMAP at " .. self.connection.server
end

-- what the arguments are, by position, of methods that would find a wrong one late
local opts <const> = { "the options", "table|nil" }
local arguments <const> = {
  has = { { "the capability", "string" } }, id = { { "what we are", "table|nil" } },
  append = { [2] = { "the message", "string|table" } },
  catenate = { [2] = { "the list of parts", "table" } },
  select = { [2] = opts }, examine = { [2] = opts }, list = { [2] = opts },
  search = { [3] = opts }, metadata = { [2] = { "the entries", "string|table" }, [3] = opts },
  set_metadata = { [2] = { "the entries", "table" } },
  set_quota = { [2] = { "the limits", "table" } },
  status = { [2] = { "what is asked", "string|table|nil" } },
}

-- a method that says at once which argument is wrong
local function checked(name, method)
  local rows = arguments[name]
  if not rows then return method end
  return function(self, ...)
    for i, row in pairs(rows) do options.argument(name, row[1], (select(i, ...)), row[2]) end
    return method(self, ...)
  end
end

for _, part in ipairs { "commands", "mailboxes", "messages", "search", "append", "access",
  "metadata", "events" } do
  for name, method in pairs(require("satchel.imap.native." .. part)) do
    methods[name] = checked(name, method)
  end
end

local M = { methods = methods, fields = fields }

---@param connection satchel.imap.Connection
---@return satchel.imap.Native
function M.new(connection)
  return setmetatable({ connection = connection }, Native)
end

return M
