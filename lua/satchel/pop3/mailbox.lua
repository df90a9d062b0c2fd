-- What is in the maildrop: numbers, ids and sizes, which hold for one connection,
-- and what of it is marked for deletion. An item's id is its unique-id (UIDL), the
-- same in every session. Two messages with one unique-id, which RFC 1939 7 allows, are
-- told apart by their order: " 2" behind the second one's.
--
-- A server without UIDL gives no ids. Then the id is a digest of the header, which
-- costs the header of every message when the first id is needed.

local core = require "satchel.core"
local errors = require "satchel.error"

---@class satchel.pop3.Mailbox
---@field connection satchel.pop3.Connection
---@field generation integer of the connection it was read on
---@field ids table<integer, string> by number
---@field sizes table<integer, integer> by number; those on the wire
---@field numbers table<string, integer> by id
---@field order integer[] numbers of all messages, rising
local Mailbox = {}
Mailbox.__index = Mailbox

local M = {}

-- bytes of a header that are kept
local LONGEST_HEADER <const> = 1 << 20

---@param connection satchel.pop3.Connection
---@return satchel.pop3.Mailbox
function M.new(connection)
  return setmetatable({ connection = connection, generation = 0 }, Mailbox)
end

-- Reads the lines that follow and keeps the header among them: they may be the whole
-- message, also where none of its lines was asked for (QUIRKS 55).
local function read_header(connection)
  local parts, size, tail, ended = {}, 0, "", false
  connection:text(function(piece)
    if ended then return end
    parts[#parts + 1], size = piece, size + #piece
    local seam = tail .. piece
    ended = size > LONGEST_HEADER or seam:find("\r\n\r\n", 1, true) ~= nil
    tail = seam:sub(-3)
  end)
  local text = table.concat(parts)
  local _, at = text:find("\r\n\r\n", 1, true)
  return text:sub(1, at)
end

local function commands_for(numbers, format)
  local commands = {}
  for i, number in ipairs(numbers) do
    commands[i] = { lines = true, line = format:format(number) }
  end
  return commands
end

-- headers by number, by one kind of command; whether there was any refusal
local function read_headers(self, numbers, format)
  local connection, headers, refused = self.connection, {}, false
  connection:pipeline(commands_for(numbers, format), function(i, answer)
    if answer.more then
      headers[numbers[i]] = read_header(connection)
    else
      refused = true
    end
  end)
  return headers, refused
end

---Headers of messages by number; those that the server does not give are absent.
---To be called with the connection.
---@param numbers integer[]
---@return table<integer, string>
function Mailbox:headers(numbers)
  local connection = self.connection
  if self.no_top == nil then
    self.no_top = connection.has_capa and not connection.capabilities.TOP
  end
  if self.no_top then return (read_headers(self, numbers, "RETR %d")) end
  local headers, refused = read_headers(self, numbers, "TOP %d 0")
  if not refused or next(headers) then return headers end
  -- TOP is optional (RFC 1939 7), and may be announced by who has none
  headers = read_headers(self, numbers, "RETR %d")
  self.no_top = next(headers) ~= nil
  return headers
end

---Asks for headers that will be wanted soon: `headers` has them once it is `done`, as
---long as the connection is the same `generation`.
---@param numbers integer[]
---@return { done: boolean|nil, headers: table, generation: integer }|nil
function Mailbox:headers_ahead(numbers)
  if self.no_top ~= false or #numbers == 0 then return nil end
  local connection, headers = self.connection, {}
  local ahead = connection:ask_ahead(commands_for(numbers, "TOP %d 0"), function(i, answer)
    if answer.more then headers[numbers[i]] = read_header(connection) end
  end)
  if ahead then ahead.headers, ahead.generation = headers, self.generation end
  return ahead
end

local function digests(self, numbers)
  local ids = {}
  for from = 1, #numbers, 100 do
    local window = table.move(numbers, from, math.min(from + 99, #numbers), 1, {})
    local headers = self:headers(window)
    for _, number in ipairs(window) do
      local digest = headers[number] and core.text.sha256(headers[number])
      ids[number] = digest and "sha256:" .. core.text.hex(digest):sub(1, 40)
    end
  end
  return ids
end

local function listing(self, answer, read, what)
  if answer.status ~= "ok" then
    errors.raise(self.connection:refusal(answer, "the server refuses " .. what))
  end
  local list, err = read(self.connection:text())
  if not list then errors.raise(self.connection.line:error(err)) end
  return list
end

local listings <const> = { { line = "LIST", lines = true }, { line = "UIDL", lines = true },
  { line = "CAPA", lines = true } }

local function read_listings(self)
  local connection, sizes, ids = self.connection, nil, nil
  connection:pipeline(table.move(listings, 1, connection.capa_due and 3 or 2, 1, {}),
    function(i, answer)
      if i == 1 then
        sizes = listing(self, answer, core.pop3.sizes, "LIST")
      elseif i == 3 then
        connection:take_capabilities(answer)
      elseif answer.status == "ok" then
        ids = listing(self, answer, core.pop3.uids, "UIDL")
      end
    end)
  return sizes, ids
end

-- ids of their own for messages with the same unique-id
local function make_unique(ids, order)
  local seen, numbers = {}, {}
  for _, number in ipairs(order) do
    local id = ids[number]
    seen[id] = (seen[id] or 0) + 1
    if seen[id] > 1 then ids[number] = ("%s %d"):format(id, seen[id]) end
    numbers[ids[number]] = number
  end
  return numbers
end

-- what has both a size and an id, in its order
local function in_order(sizes, ids)
  local order = {}
  for number in pairs(sizes) do
    if ids[number] then order[#order + 1] = number end
  end
  table.sort(order)
  return order
end

---Reads the listings unless they are known; to be called with the connection.
---@return satchel.pop3.Mailbox self
function Mailbox:read()
  local connection = self.connection
  if self.generation == connection.generation then return self end
  local sizes, ids = read_listings(self)
  ids = ids or digests(self, in_order(sizes, sizes))
  self.order = in_order(sizes, ids)
  self.ids, self.sizes = {}, {}
  for _, number in ipairs(self.order) do
    self.ids[number], self.sizes[number] = ids[number], sizes[number]
  end
  self.numbers = make_unique(self.ids, self.order)
  self.generation = connection.generation
  return self
end

---Numbers of all messages that are not marked for deletion, the first first.
---@return integer[]
function Mailbox:live()
  local list, marked = {}, self.connection.marked
  for _, number in ipairs(self.order) do
    if not marked[number] then list[#list + 1] = number end
  end
  return list
end

---The number of a message, nil when it is not there or marked for deletion.
---@param id string
---@return integer|nil
function Mailbox:number(id)
  local number = self.numbers[id]
  return number and not self.connection.marked[number] and number or nil
end

---@param id string
---@return satchel.Error
function Mailbox:no_message(id)
  return errors.new { kind = "not_found", server = self.connection.endpoint.host,
    message = ("item '%s' is not in the mailbox"):format(id) }
end

---Marks messages for deletion; to be called with the connection.
---@param ids string[]
---@param progress? fun(done: integer, total: integer)
---@return satchel.Result[]
function Mailbox:delete(ids, progress)
  local connection, results = self.connection, {}
  local commands, places = {}, {}
  for i, id in ipairs(ids) do
    local number = self:number(id)
    results[i] = { id = id, ok = number ~= nil, error = not number and self:no_message(id) or nil }
    if number then
      commands[#commands + 1] = { line = ("DELE %d"):format(number) }
      places[#places + 1] = { result = results[i], number = number }
      connection.marked[number] = id
    end
  end
  connection:pipeline(commands, function(n, answer)
    local result = places[n].result
    if answer.status ~= "ok" then
      connection.marked[places[n].number] = nil
      result.ok, result.error = false,
        connection:refusal(answer, "delete: the server does not mark the message")
    end
    if progress then progress(n, #commands) end
  end)
  return results
end

return M
