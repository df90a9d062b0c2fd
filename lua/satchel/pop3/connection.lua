-- A connection to a POP3 server (RFC 1939): greeting, CAPA (RFC 2449), STLS
-- (RFC 2595), UTF8 (RFC 6856), log-on, and commands with their answers, pipelined
-- where the server takes that.
--
-- Deletions are marks that the server keeps for this connection and obeys at QUIT
-- only. A connection that is lost deletes nothing; who uses the next one is told
-- once, with the ids.

local auth = require "satchel.pop3.auth"
local core = require "satchel.core"
local dialogue = require "satchel.dialogue"
local endpoint = require "satchel.endpoint"
local errors = require "satchel.error"
local lock = require "satchel.lock"

---@class satchel.pop3.Connection
---@field options table url, user, password, token, tls, timeout, proxy, trace, limits
---@field endpoint satchel.Endpoint
---@field capabilities table<string, string[]>
---@field line? satchel.Dialogue nil: not connected
---@field generation integer counts connections: numbers of messages hold for one
---@field marked table<integer, string> ids of the messages marked for deletion, by number
---@field lock satchel.Lock
---@field utf8 boolean the server sends UTF-8
---@field package ahead? table what was asked for and not read yet
local Connection = { __name = "satchel.pop3.Connection" }
Connection.__index = Connection

local M = {}

-- commands in flight: answers of more than these would wait in memory
local WINDOW <const> = 100

---Response codes (RFC 2449 8, RFC 3206) as kinds of errors.
local kinds <const> = { ["IN-USE"] = "conflict", ["LOGIN-DELAY"] = "throttled",
  ["SYS/TEMP"] = "throttled", ["SYS/PERM"] = "server", AUTH = "auth", UTF8 = "unsupported" }
local retryable <const> = { ["IN-USE"] = true, ["LOGIN-DELAY"] = true, ["SYS/TEMP"] = true }

---A connection that opens when it is first needed.
---@param options table
---@return satchel.pop3.Connection
function M.new(options)
  local place = endpoint.parse(options.url, "connect")
  if place.protocol ~= "pop3" then
    errors.invalid("pop3: url has the scheme '%s'", place.scheme)
  end
  return setmetatable({ options = options, endpoint = place, capabilities = {}, marked = {},
    generation = 0, past_round_trips = 0, lock = lock.new() }, Connection)
end

---@return integer
function Connection:round_trips()
  return self.past_round_trips + (self.line and self.line.round_trips or 0)
end

-- Answers -----------------------------------------------------------------------

---The error of an answer that is a refusal.
---@param answer satchel.core.Pop3Answer
---@param what string
---@param kind? string where no response code tells
---@return satchel.Error
function Connection:refusal(answer, what, kind)
  local text = answer.text:gsub("%c", " ")
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  return errors.new { kind = answer.code and kinds[answer.code:upper()] or kind or "server",
    name = answer.code, server = self.endpoint.host,
    retryable = answer.code and retryable[answer.code:upper()] or false,
    message = ("%s: %s"):format(what, text ~= "" and text or "-ERR") }
end

local function show(self, event)
  local line = self.line
  if not line.trace then return end
  if type(event) == "table" then
    local status = { ok = "+OK", err = "-ERR", challenge = "+" }
    local code = event.code and "[" .. event.code .. "] " or ""
    line:show("receive", status[event.status] .. " " .. code .. event.text)
  end
end

---Waits for the next answer.
---@return satchel.core.Pop3Answer
function Connection:answer()
  local answer = self.line:next()
  show(self, answer)
  return answer
end

---The lines that follow an answer, all of them; `sink` is called with each piece
---instead when it is given.
---@param sink? fun(bytes: string)
---@return string|nil text
function Connection:text(sink)
  local parts, size = {}, 0
  while true do
    local piece = self.line:next()
    if piece == "" then break end
    size = size + #piece
    if sink then sink(piece) else parts[#parts + 1] = piece end
  end
  if self.line.trace then self.line:show("receive", ("(%d bytes)"):format(size)) end
  return not sink and table.concat(parts) or nil
end

-- Writes a command. What came before a word was said is not an answer to it.
local function say(self, line, ...)
  if self.line.machine:expected() == 0 then self.line:poll() end
  self.line:command(line, ...)
end

---One command and its answer.
---@param line string
---@param shown? string
---@return satchel.core.Pop3Answer
function Connection:ask(line, shown)
  say(self, line, shown)
  return self:answer()
end

---One command whose answer has lines.
---@param line string
---@return satchel.core.Pop3Answer
---@return string|nil text
function Connection:ask_lines(line)
  say(self, line, nil, true)
  local answer = self:answer()
  return answer, answer.more and self:text() or nil
end

---Several commands, in flight together as far as the server takes that. `on` is
---called with each answer in order; it reads the lines that follow, if any.
---@param commands { line: string, lines: boolean }[]
---@param on fun(i: integer, answer: satchel.core.Pop3Answer)
function Connection:pipeline(commands, on)
  local window = self.capabilities.PIPELINING and WINDOW or 1
  local sent = 0
  for i in ipairs(commands) do
    if sent < i + window // 2 then
      while sent < #commands and sent < i - 1 + window do
        sent = sent + 1
        say(self, commands[sent].line, nil, commands[sent].lines)
      end
    end
    on(i, self:answer())
  end
end

---Asks now for what will be wanted soon. `on` is called with the answers when they are
---collected: before anything else is asked.
---@param commands { line: string, lines: boolean }[]
---@param on fun(i: integer, answer: satchel.core.Pop3Answer)
---@return { done: boolean|nil }|nil ahead nil where the server takes one at a time
function Connection:ask_ahead(commands, on)
  if not self.capabilities.PIPELINING or self.ahead then return nil end
  for _, command in ipairs(commands) do say(self, command.line, nil, command.lines) end
  self.ahead = { line = self.line, count = #commands, on = on }
  return self.ahead
end

-- reads the answers to what was asked ahead
local function collect(self)
  local ahead = self.ahead
  self.ahead = nil
  if not ahead or ahead.line ~= self.line then return end
  for i = 1, ahead.count do ahead.on(i, self:answer()) end
  ahead.done = true
end

-- Beginning ---------------------------------------------------------------------

local function parse_capabilities(text)
  local capabilities = {}
  for line in (text or ""):gmatch "([^\r\n]+)" do
    local name, rest = line:match "^(%S+)%s*(.*)$"
    if name then
      local parameters = {}
      for word in rest:gmatch "%S+" do parameters[#parameters + 1] = word end
      capabilities[name:upper()] = parameters
    end
  end
  return capabilities
end

-- a server without CAPA has what RFC 1939 has
local function capa(self)
  local answer, text = self:ask_lines "CAPA"
  self.capabilities = answer.status == "ok" and parse_capabilities(text) or {}
  self.has_capa = answer.status == "ok"
end

---Takes the answer to the CAPA that follows logging on: what is possible may be
---another now (RFC 2449 5).
---@param answer satchel.core.Pop3Answer
function Connection:take_capabilities(answer)
  self.capa_due = false
  if answer.more then self.capabilities = parse_capabilities(self:text()) end
end

local function greet(self)
  local answer = dialogue.greeting(self.endpoint, function() return self:answer() end)
  if answer.status ~= "ok" then
    errors.raise(self:refusal(answer, "the server does not take connections"))
  end
  self.timestamp = core.pop3.timestamp(answer.text)
end

local function no_tls(self, why)
  errors.raise { kind = "tls", stage = "starttls", server = self.endpoint.host,
    message = why .. ", and nothing is sent in clear text",
    hint = "pop3s:// is TLS from the start; tls = false allows clear text" }
end

-- RFC 2595 4: what was said before is forgotten
local function start_tls(self)
  if self.has_capa and not self.capabilities.STLS then
    no_tls(self, ("the server at %s offers no STLS"):format(self.endpoint.place))
  end
  local answer = self:ask "STLS"
  if answer.status ~= "ok" then
    no_tls(self, self:refusal(answer, "the server refuses STLS").message)
  end
  self.line:start_tls()
  capa(self)
end

-- RFC 6856 2.1: in the AUTHORIZATION state, after STLS
local function enable_utf8(self)
  self.utf8 = false
  if self.capabilities.UTF8 then self.utf8 = self:ask("UTF8").status == "ok" end
end

local function open(self)
  local options = self.options
  self.line = dialogue.open("pop3", self.endpoint, core.pop3.connection, options)
  greet(self)
  capa(self)
  if self.endpoint.tls == "starttls" and options.tls ~= false then start_tls(self) end
  enable_utf8(self)
  auth.log_on(self)
  self.capa_due = self.has_capa
  self.generation = self.generation + 1
end

-- The state of deletions ------------------------------------------------------------

local function ids_of(marked)
  local numbers, ids = {}, {}
  for number in pairs(marked) do numbers[#numbers + 1] = number end
  table.sort(numbers)
  for i, number in ipairs(numbers) do ids[i] = marked[number] end
  return ids
end

local function shown(ids)
  local more = #ids - 5
  local text = table.concat(ids, ", ", 1, math.min(#ids, 5))
  return more > 0 and ("%s and %d more"):format(text, more) or text
end

---Asks for a message, whose lines are then read by `text`.
---@param number integer
---@return satchel.core.Pop3Answer
function Connection:retrieve(number)
  say(self, ("RETR %d"):format(number), nil, true)
  return self:answer()
end

---What an error says about messages that were to be deleted, when it does.
---@param err satchel.Error
---@param ids string[]
---@return satchel.Error
local function undeleted(err, ids)
  err.undeleted = ids
  err.message = ("%s; %d messages marked for deletion were not deleted: %s"):format(err.message,
    #ids, shown(ids))
  err.hint = err.hint or "delete them again"
  return err
end

---Forgets the connection. Marks of deletion go with it (RFC 1939 6).
function Connection:drop()
  local line = self.line
  if not line then return end
  self.past_round_trips = self.past_round_trips + line.round_trips
  self.line = nil
  line:close()
end

---Connects unless it is connected. Where deletions were lost with the last
---connection, that is raised instead, once.
---@return boolean kept
function Connection:ready()
  if self.closed then errors.raise { kind = "invalid", message = "the connection is closed" } end
  if self.line and not self.line.lost then
    if self.ahead or pcall(self.line.poll, self.line) then return true end
  end
  if self.line then self:lost(self.line.lost) end
  local ok, err = pcall(open, self)
  if not ok then
    self:drop()
    error(err, 0)
  end
  return false
end

---The connection is lost: raises if deletions are lost with it.
---@param cause table|nil
function Connection:lost(cause)
  local ids = ids_of(self.marked)
  self:drop()
  self.marked = {}
  if #ids == 0 then return end
  local err = {}
  for k, v in pairs(cause or {}) do err[k] = v end
  err.kind = err.kind or "network"
  err.message = err.message or "the connection was lost"
  err.where = nil
  errors.raise(undeleted(errors.new(err), ids))
end

-- reads what an operation that failed in its middle has left unanswered
local function settle(self)
  local line = self.line
  if not line or line.lost then return end
  pcall(function()
    while line.machine:expected() > 0 do line:next() end
  end)
end

---Calls fn with a connection, alone. Where the connection was lost on the way and
---fn may be called again, it is, on a new one.
---@param fn fun(): any
---@param safe? boolean fn may be called again
---@return any
function Connection:run(fn, safe)
  local guard <close> = self.lock:acquire() -- luacheck: ignore guard
  local kept = self:ready()
  local ok, result = pcall(function()
    collect(self)
    return fn()
  end)
  if ok then return result end
  settle(self)
  if not (self.line and self.line.lost) then return error(result, 0) end
  self:lost(result)
  if not (safe and kept) or errors.is(result) and result.kind == "cancelled" then
    return error(result, 0)
  end
  self:ready()
  ok, result = pcall(fn)
  if not ok and self.line and self.line.lost then self:drop() end
  if not ok then return error(result, 0) end
  return result
end

-- the end of a session that deletes: everything but +OK is told
local function commit(self)
  local ids = ids_of(self.marked)
  self.marked = {}
  local ok, answer = pcall(self.ask, self, "QUIT")
  self:drop()
  if #ids == 0 then return end
  if not ok then
    local err = errors.new(answer)
    err.uncertain, err.retryable, err.undeleted = true, false, ids
    err.message = ("%s; whether the %d messages marked for deletion are gone is not known: %s")
      :format(err.message, #ids, shown(ids))
    errors.raise(err)
  elseif answer.status ~= "ok" then -- RFC 1939 6: some may be gone
    local err = self:refusal(answer, "close: the server did not delete all that was marked")
    err.uncertain, err.undeleted = true, ids
    errors.raise(err)
  end
end

---Takes leave: what is marked is deleted now.
function Connection:close()
  if self.closed then return end
  local guard <close> = self.lock:acquire() -- luacheck: ignore guard
  self.closed = true
  if not self.line then return end
  local ok = not self.line.lost and pcall(function()
    collect(self)
    self.line:poll()
  end)
  if not ok then return self:lost(self.line.lost) end
  commit(self)
end

return M
