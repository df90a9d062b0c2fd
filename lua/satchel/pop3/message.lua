-- Whole messages: the one that is being read is kept, so that its text, headers
-- and attachments cost one RETR. Up to 1 MiB it is in memory, above in a temporary file
-- without a name.

local errors = require "satchel.error"
local mime = require "satchel.core".mime

---@class satchel.pop3.Messages
---@field connection satchel.pop3.Connection
---@field mailbox satchel.pop3.Mailbox
---@field package id? string of the one that is kept
---@field package kept? satchel.pop3.Message
local Messages = {}
Messages.__index = Messages

---@class satchel.pop3.Message
---@field bytes? string
---@field file? file*
---@field size integer
local Message = {}
Message.__index = Message

local M = {}

local IN_MEMORY <const>, PIECE <const> = 1 << 20, 65536

---@param connection satchel.pop3.Connection
---@param mailbox satchel.pop3.Mailbox
---@return satchel.pop3.Messages
function M.new(connection, mailbox)
  return setmetatable({ connection = connection, mailbox = mailbox }, Messages)
end

---All of it, in pieces; several may be read from at once.
---@return fun(): string|nil
function Message:pieces()
  local at = 0
  return function()
    local piece
    if self.bytes then
      piece = at == 0 and self.bytes or nil
    else
      self.file:seek("set", at)
      piece = self.file:read(PIECE)
    end
    at = at + #(piece or "")
    return piece ~= "" and piece or nil
  end
end

-- takes pieces; gives the message
local function collector()
  local parts, size, file = {}, 0, nil
  local function spill()
    local why
    file, why = io.tmpfile()
    if not file then errors.raise { kind = "limit", message = "no temporary file: " .. why } end
    file:write(table.concat(parts))
    parts = nil
  end
  local function take(piece)
    size = size + #piece
    if file then
      if not file:write(piece) then
        errors.raise { kind = "limit", message = "the temporary file is full" }
      end
      return
    end
    parts[#parts + 1] = piece
    if size > IN_MEMORY then spill() end
  end
  return take, function()
    if file then file:seek("set") end
    return setmetatable({ bytes = parts and table.concat(parts), file = file, size = size },
      Message)
  end
end

---One message as it is on the server; to be called with the connection.
---@param number integer
---@return satchel.pop3.Message
function Messages:retrieve(number)
  local connection = self.connection
  local answer = connection:retrieve(number)
  if not answer.more then
    errors.raise(connection:refusal(answer, "the server does not give the message", "not_found"))
  end
  local take, finish = collector()
  connection:text(take)
  return finish()
end

---The message with an id: none or one round trip.
---@param id string
---@return satchel.pop3.Message
function Messages:get(id)
  if self.id == id then return self.kept end
  self:forget()
  local message = self.connection:run(function()
    local number = self.mailbox:read():number(id)
    if not number then errors.raise(self.mailbox:no_message(id)) end
    return self:retrieve(number)
  end, true)
  self.id, self.kept = id, message
  return message
end

---Whether a message is at hand.
---@param id string
---@return boolean
function Messages:is_kept(id)
  return self.id == id
end

---Lets go of the message that is kept.
function Messages:forget()
  -- a file that is still being read ends when its readers do
  self.id, self.kept = nil, nil
end

---The message with an id, parsed.
---@param id string
---@return any
function Messages:parsed(id)
  local message = self:get(id)
  if not message.parsed then
    if message.file then message.file:seek "set" end
    message.parsed = errors.assert(mime.parse(message.bytes or { file = message.file }))
  end
  return message.parsed
end

---@param header string
---@return any
function M.parse_header(header)
  return errors.assert(mime.parse(header))
end

return M
