-- session.imap: annotations of mailboxes and of the server (RFC 5464).

local error_object = require "satchel.error"
local mailbox = require "satchel.imap.mailbox"
local null = require "satchel.null"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

-- "" is the server itself: METADATA-SERVER is enough for it
local function place(self, op, folder)
  local conn = self.connection
  local name = folder == nil and "" or mailbox.name(folder)
  local offered = conn.capabilities:has "METADATA"
    or name == "" and conn.capabilities:has "METADATA-SERVER"
  if not offered then conn:need(op, "METADATA") end
  return name == "" and '""' or words.mailbox(conn, name)
end

local function check_entry(entry)
  if type(entry) ~= "string" or not entry:find "^/[^%c*%%]+$" then
    error_object.invalid("'%s' is no entry of metadata", tostring(entry))
  end
  return words.string(entry, "an entry of metadata")
end

---@class satchel.imap.MetadataOptions
---@field depth? integer|string 0, 1 or "infinity": entries below those named
---@field maxsize? integer values that are longer are left out

local function options_text(options)
  local list = {}
  if options.maxsize then list[1] = ("MAXSIZE %d"):format(options.maxsize) end
  if options.depth then
    list[#list + 1] = "DEPTH " .. words.atom(tostring(options.depth), "depth")
  end
  return list[1] and "(" .. table.concat(list, " ") .. ") " or ""
end

---Values of entries.
---@param folder satchel.Folder|string|nil nil: of the server
---@param entries string|string[] "/private/comment"
---@param options? satchel.imap.MetadataOptions
---@return table<string, string> what is not there is absent
function Native:metadata(folder, entries, options)
  local conn, values = self.connection, {}
  local where = place(self, "metadata", folder)
  if type(entries) == "string" then entries = { entries } end
  local parts = { "GETMETADATA ", options_text(options or {}) }
  words.add(parts, where, " (")
  for i, entry in ipairs(entries) do
    words.add(parts, i > 1 and " " or "", check_entry(entry))
  end
  words.add(parts, ")")
  function parts.on(r)
    if r.type ~= "metadata" then return end
    for entry, value in pairs(r.entries or {}) do
      if type(entry) == "string" then values[entry] = value end
    end
  end
  function parts.reset() values = {} end
  conn:run(parts)
  return values
end

---Sets entries; `satchel.null` removes one.
---@param folder satchel.Folder|string|nil nil: of the server
---@param values table<string, any>
function Native:set_metadata(folder, values)
  local conn, names = self.connection, {}
  local parts = words.add({ "SETMETADATA " }, place(self, "set_metadata", folder), " (")
  for entry in pairs(values) do names[#names + 1] = entry end
  table.sort(names)
  for i, entry in ipairs(names) do
    local value = values[entry]
    words.add(parts, i > 1 and " " or "", check_entry(entry), " ")
    if value == null then
      words.add(parts, "NIL")
    elseif type(value) ~= "string" then
      error_object.invalid("set_metadata: the value of %s is no text", entry)
    elseif value:find "\0" then
      words.add(parts, { literal = value, binary = true })
    else
      words.add(parts, { literal = value })
    end
  end
  conn:run(words.add(parts, ")"))
end

return Native
