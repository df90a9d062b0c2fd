-- session.imap: any command as text, and those that are about the connection.

local error_object = require "satchel.error"
local login = require "satchel.imap.login"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

local encode

local function encode_list(parts, list)
  words.add(parts, "(")
  for i, value in ipairs(list) do
    if i > 1 then words.add(parts, " ") end
    encode(parts, value)
  end
  words.add(parts, ")")
end

-- an argument of `command`: text is a string of IMAP, a number one, a list one in
-- parentheses, { literal = bytes } a literal, { atom = text } stands as it is
function encode(parts, value)
  if type(value) == "string" then
    words.add(parts, words.string(value, "an argument"))
  elseif math.type(value) == "integer" then
    words.add(parts, ("%d"):format(value))
  elseif type(value) == "table" and value.atom then
    words.add(parts, words.raw(value.atom, "an argument"))
  elseif type(value) == "table" and value.literal then
    words.add(parts, { literal = value.literal, binary = value.binary })
  elseif type(value) == "table" then
    encode_list(parts, value)
  else
    error_object.invalid("command: a %s is no argument", type(value))
  end
end

---Any command: `text` stands as it is; what follows becomes its arguments: text a
---string (quoted, or a literal where it must be), a list one in parentheses,
---{ atom = "x" } as it is, { literal = bytes }. Raises what the server refuses; responses
---that break the grammar are among the others, of type "broken".
---@param text string "XLIST"
---@param ... string|integer|table
---@return satchel.imap.Response completion with `responses`, all that came before it
function Native:command(text, ...)
  local parts, responses = { words.raw(text, "a command") }, {}
  if not text:find "^%a" then error_object.invalid("command: '%s' is none", text) end
  for i = 1, select("#", ...) do
    words.add(parts, " ")
    encode(parts, (select(i, ...)))
  end
  function parts.on(response) responses[#responses + 1] = response end
  function parts.broken(response) responses[#responses + 1] = response end
  function parts.reset() responses = {} end
  local done = self.connection:run(parts)
  done.responses = responses
  return done
end

---Whether the server offers a capability, also as part of another one.
---@param name string "MOVE"
---@return boolean
function Native:has(name)
  return self.connection.capabilities:has(name)
end

---Asks the server for news of the selected mailbox, and keeps the connection alive.
function Native:noop()
  self.connection:run "NOOP"
end

---Says who we are and learns who the server is (RFC 2971).
---@param about? table<string, string> { name = "archiver", version = "2" }
---@return table<string, string>
function Native:id(about)
  local conn, answer = self.connection, nil
  conn:need("id", "ID")
  local parts = { "ID " }
  if about and next(about) then
    local list = {}
    for name in pairs(about) do list[#list + 1] = name end
    table.sort(list)
    words.add(parts, "(")
    for i, name in ipairs(list) do
      words.add(parts, i > 1 and " " or "", words.string(name, "a name of id"), " ",
        words.string(about[name], "a value of id"))
    end
    words.add(parts, ")")
  else
    words.add(parts, "NIL")
  end
  function parts.on(r) if r.type == "id" then answer = r.fields end end
  function parts.reset() answer = nil end
  conn:run(parts)
  conn.identity = answer or conn.identity
  return conn.identity
end

---Turns extensions on (RFC 5161); those that the server has not are passed over.
---@param ... string "CONDSTORE"
---@return string[] all that is on
function Native:enable(...)
  local conn, names = self.connection, {}
  conn:need("enable", "ENABLE")
  for i = 1, select("#", ...) do names[i] = words.atom((select(i, ...)), "capability") end
  if not names[1] then error_object.invalid "enable: no capability is named" end
  local before = conn.utf8
  conn:run("ENABLE " .. table.concat(names, " "))
  if conn.utf8 and not before then
    login.look_at_names(conn, conn:pipeline({ login.UTF8_NAME })[1])
  end
  return self.enabled
end

return Native
