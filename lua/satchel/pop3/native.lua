-- session.pop3: the protocol as it is, by the numbers of this connection.

local errors = require "satchel.error"
local nearest = require "satchel.nearest"
local options = require "satchel.options"

---@class satchel.pop3.Native
---@field capabilities table<string, string[]> what CAPA said
---@field round_trips integer
---@field marked string[] ids of what is deleted when the session is closed
local Native = { __name = "satchel.pop3" }
local methods = {}

local M = {}

local computed <const> = {}
M.methods, M.fields = methods, computed

function computed.capabilities(driver)
  if driver.connection.capa_due then driver:on_mailbox(function() end) end
  local copy = {}
  for name, parameters in pairs(driver.connection.capabilities) do
    copy[name] = { table.unpack(parameters) }
  end
  return copy
end

function computed.round_trips(driver) return driver.connection:round_trips() end

function computed.marked(driver)
  local list = {}
  for _, number in ipairs(driver.maildrop.order or {}) do
    list[#list + 1] = driver.connection.marked[number]
  end
  return list
end

function Native:__index(name)
  if methods[name] then return methods[name] end
  if computed[name] then return computed[name](rawget(self, "_")) end
  if type(name) ~= "string" then return nil end
  return errors.invalid("session.pop3 has no '%s'%s", name, nearest.among(name, methods, computed))
end

function Native:__tostring()
  return "POP3 at " .. rawget(self, "_").connection.endpoint.place
end

local function on_mailbox(self, fn)
  return rawget(self, "_"):on_mailbox(fn)
end

---The ids of all messages by number.
---@return table<integer, string>
function methods:uidl()
  return on_mailbox(self, function(box)
    local list = {}
    for number, id in pairs(box.ids) do list[number] = id end
    return list
  end)
end

---The sizes of all messages by number.
---@return table<integer, integer> bytes
function methods:list()
  return on_mailbox(self, function(box)
    local list = {}
    for number, size in pairs(box.sizes) do list[number] = size end
    return list
  end)
end

---What the server counts now: without what is marked for deletion.
---@return integer count
---@return integer bytes
function methods:stat()
  local connection = rawget(self, "_").connection
  local pair = connection:run(function()
    local answer = connection:ask "STAT"
    if answer.status ~= "ok" then errors.raise(connection:refusal(answer, "STAT")) end
    return table.pack(require "satchel.core".pop3.numbers(answer.text))
  end, true)
  if not pair[1] then errors.raise(pair[2]) end
  return pair[1], pair[2]
end

-- a message by its number or its id, on this connection
local function number_of(box, which)
  local number = math.type(which) == "integer" and which or box:number(which)
  if not number or not box.ids[number] then errors.raise(box:no_message(tostring(which))) end
  return number
end

---A message, whole: as text, or piece by piece to `sink`.
---@param which integer|string its number or its id
---@param sink? fun(bytes: string)
---@return string|nil
function methods:retr(which, sink)
  options.argument("retr", "the message", which, "integer|string")
  local connection = rawget(self, "_").connection
  local given = false
  return on_mailbox(self, function(box)
    local number = number_of(box, which)
    if given then errors.raise { kind = "network", message = "retr: the connection was lost" } end
    local answer = connection:retrieve(number)
    if not answer.more then errors.raise(connection:refusal(answer, "RETR")) end
    return connection:text(sink and function(piece)
      given = true
      sink(piece)
    end)
  end)
end

---The header of a message and the first lines of its text.
---@param which integer|string
---@param lines? integer default 0
---@return string
function methods:top(which, lines)
  options.argument("top", "the message", which, "integer|string")
  options.argument("top", "the lines", lines or 0, "integer")
  local connection = rawget(self, "_").connection
  return on_mailbox(self, function(box)
    local answer, text = connection:ask_lines(("TOP %d %d"):format(number_of(box, which),
      math.max(lines or 0, 0)))
    if not text then errors.raise(connection:refusal(answer, "TOP")) end
    return text
  end)
end

---Marks a message for deletion, which comes when the session is closed.
---@param which integer|string
function methods:dele(which)
  options.argument("dele", "the message", which, "integer|string")
  on_mailbox(self, function(box)
    local result = box:delete({ box.ids[number_of(box, which)] })[1]
    if not result.ok then errors.raise(result.error) end
  end)
end

---Takes all marks of deletion back.
function methods:rset()
  local connection = rawget(self, "_").connection
  connection:run(function()
    local answer = connection:ask "RSET"
    if answer.status ~= "ok" then errors.raise(connection:refusal(answer, "RSET")) end
    connection.marked = {}
  end)
end

-- these change what follows on the connection, or what is deleted
local own <const> = { DELE = "session.pop3:dele", RSET = "session.pop3:rset",
  QUIT = "session:close", STLS = "connect", AUTH = "connect", USER = "connect",
  PASS = "connect", APOP = "connect", UTF8 = "connect" }
local has_lines <const> = { CAPA = true, RETR = true, TOP = true }

---Sends a command as it is.
---@param line string without its end
---@param lines_follow? boolean default: whether the command is known for it
---@return satchel.core.Pop3Answer answer refusals too
---@return string|nil text of the lines that followed
function methods:command(line, lines_follow)
  options.argument("command", "the line", line, "string")
  local verb, argument = line:match "^(%a*%d*)%s*(.-)$"
  verb = verb:upper()
  if own[verb] then
    errors.raise { kind = "invalid", message = ("command: %s is not sent by itself"):format(verb),
      hint = "see " .. own[verb] }
  end
  if lines_follow == nil then
    lines_follow = has_lines[verb] or (verb == "LIST" or verb == "UIDL") and argument == ""
  end
  local connection, answer, text = rawget(self, "_").connection, nil, nil
  connection:run(function()
    if lines_follow then
      answer, text = connection:ask_lines(line)
    else
      answer = connection:ask(line)
    end
  end)
  return answer, text
end

local harmless <const> = { STAT = true, LIST = true, UIDL = true, TOP = true, RETR = true,
  NOOP = true, CAPA = true }

local function nothing() end

-- what is answered where nothing is marked
local answers <const> = { dele = nothing, rset = nothing,
  command = function() return { status = "ok", text = "" } end }

---session.pop3 of a dry run.
---@param driver satchel.pop3.Driver
---@param trace function|nil
---@return table
function M.dry(driver, trace)
  return require("satchel.dry_run").native(M.new(driver), answers, function(line)
    local verb = (line:match "^%a*%d*" or ""):upper()
    return harmless[verb] or own[verb] ~= nil or line == ""
  end, trace)
end

---@param driver satchel.pop3.Driver
---@return satchel.pop3.Native
function M.new(driver)
  return setmetatable({ _ = driver }, Native)
end

return M
