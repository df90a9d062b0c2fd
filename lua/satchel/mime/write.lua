-- Writes the parts of a message into a spool: bounded memory, whatever is
-- attached.  Lines end with CRLF and have at most 998 bytes (RFC 5322 2.1.1).

local core = require("satchel.core").mime
local error_object = require "satchel.error"
local head = require "satchel.mime.head"

local M = {}

---@class satchel.mime.Writer
---@field spool any
---@field opts table
---@field seed string
---@field boundaries integer
---@field domain string|nil of ids of messages inside that are from nobody
---@field eightbit boolean whether there are bytes above 127
---@field holes { at: integer, stored: table }[] where parts were left out
local Writer = {}
Writer.__index = Writer

local piece_size <const> = 57 * 1024 -- whole lines of base64

---@param opts table
---@return satchel.mime.Writer
function M.new(opts)
  local text = require("satchel.core").text
  return setmetatable({ spool = core.spool(), opts = opts, boundaries = 0, eightbit = false,
    holes = {},
    seed = opts.seed or text.hex(text.random(12)) }, Writer)
end

function Writer:put(bytes)
  if #bytes > 0 then error_object.assert(self.spool:write(bytes)) end
end

-- "=_" is in no base64 and in no quoted-printable
function Writer:boundary()
  self.boundaries = self.boundaries + 1
  return ("=_satchel_%s_%d"):format(self.seed, self.boundaries)
end

function Writer:params(name, word, list)
  self:put(error_object.assert(core.header_params(name, word, list, self.opts.utf8)))
end

-- lines end with CRLF, whatever they ended with
local function canonical(text)
  local encoder = core.encoder "8bit"
  return encoder:feed(text) .. encoder:finish()
end

local function has_long_line(text)
  local from = 1
  while true do
    local to = text:find("\n", from, true)
    if (to or #text + 2) - from > 999 then return true end
    if not to then return false end
    from = to + 1
  end
end

-- how text is best written: readable if most of it is ASCII
local function transfer_of(text, opts)
  local _, high = text:gsub("[\128-\255]", "")
  local long = has_long_line(text)
  if high == 0 and not long and not text:find "[%z\1-\8\11\12\14-\31\127]" then return "7bit" end
  if high > 0 and opts.eightbit and not long and not text:find("\0", 1, true) then
    return "8bit"
  end
  return high * 3 <= #text and "quoted-printable" or "base64"
end

function Writer:encode(transfer, text)
  local encoder = core.encoder(transfer)
  for from = 1, #text, piece_size do
    self:put(encoder:feed(text:sub(from, from + piece_size - 1)))
  end
  self:put(encoder:finish())
end

-- `last` ends the content of a message that is one text: a line end belongs
-- to it then, where others have that of the boundary
function Writer:text(part, last)
  local text = canonical(part.text)
  local transfer = transfer_of(text, self.opts)
  local charset = text:find "[\128-\255]" and "utf-8" or "us-ascii"
  self:params("Content-Type", part.type, { { "charset", charset } })
  self:put("Content-Transfer-Encoding: " .. transfer .. "\r\n\r\n")
  self:encode(transfer, text)
  if transfer == "8bit" then self.eightbit = true end
  if transfer == "base64" then return true end
  if last then self:put "\r\n" end
  return false
end

local function of_file(path)
  local file, why = io.open(path, "rb")
  if not file then
    error_object.raise { kind = "not_found", message = "attachment " .. why }
  end
  return function()
    local piece = file:read(piece_size)
    if not piece then file:close() end
    return piece
  end
end

local function of_data(data)
  local from = 1
  return function()
    local piece = data:sub(from, from + piece_size - 1)
    from = from + #piece
    return piece ~= "" and piece or nil
  end
end

---The content of an attachment as a function that gives the next piece.
---@param spec table
---@return fun(): string|nil
function M.pieces(spec)
  if spec.data then return of_data(spec.data) end
  if spec.path then return of_file(spec.path) end
  if spec.source then return spec.source end
  return error_object.invalid("attachment '%s' has no content", spec.name or "")
end

function Writer:disposition(spec)
  local list = { spec.name and { "filename", spec.name } or nil }
  self:params("Content-Disposition", spec.inline and "inline" or "attachment", list)
  if spec.content_id then
    self:put(error_object.assert(core.header_words("Content-ID",
      "<" .. spec.content_id .. ">", self.opts.utf8)))
  end
end

function Writer:file(part)
  local spec, encoder = part.spec, core.encoder "base64"
  local word = part.type:match "^[%w!#$&^_.+-]+/[%w!#$&^_.+-]+" or "application/octet-stream"
  self:params("Content-Type", word, { spec.name and { "name", spec.name } or nil })
  self:put "Content-Transfer-Encoding: base64\r\n"
  self:disposition(spec)
  self:put "\r\n"
  for piece in M.pieces(spec) do self:put(encoder:feed(piece)) end
  self:put(encoder:finish())
  return true
end

-- without the line "From …" that a mailbox file has before a message
local function without_from(pieces)
  local start = ""
  while #start < 5 do
    local piece = pieces()
    if not piece then break end
    start = start .. piece
  end
  while start:find "^From " do
    local to = start:find("\n", 1, true)
    if to then
      start = start:sub(to + 1)
      break
    end
    local piece = pieces()
    if not piece then break end
    start = start .. piece
  end
  return function()
    local piece = start or pieces()
    start = nil
    return piece
  end
end

---Copies a message that came from elsewhere, with the line ends of mail.
---@param pieces fun(): string|nil
---@return any spool
---@return boolean high whether there are bytes above 127
function M.copy(pieces)
  local spool, encoder = core.spool(), core.encoder "8bit"
  for piece in without_from(pieces) do
    error_object.assert(spool:write(encoder:feed(piece)))
  end
  error_object.assert(spool:write(encoder:finish()))
  return spool, encoder:high()
end

-- the message that an attachment is: built of its fields, or as it is stored
function Writer:embedded(spec)
  if not spec.item then return M.copy(M.pieces(spec)) end
  if spec.item.id and not spec.item.subject and self.opts.open then
    return M.copy(self.opts.open(spec))
  end
  if spec.item.id then
    error_object.unsupported "a stored item cannot be attached here"
  end
  -- in the spool of another, holes would be elsewhere
  local inner = M.new(setmetatable({ references = false }, { __index = self.opts }))
  inner.seed, inner.boundaries = self.seed, self.boundaries
  inner:message(spec.item, { bcc = true, utf8 = self.opts.utf8,
    eightbit = self.opts.eightbit, date = spec.item.sent, domain = self.domain })
  self.boundaries = inner.boundaries
  return inner.spool, inner.eightbit
end

-- RFC 2046 5.2.1: a message is never encoded
function Writer:attached_message(part)
  local spec = part.spec
  local spool, high = self:embedded(spec)
  self.eightbit = self.eightbit or high
  self:params("Content-Type", part.type, { spec.name and { "name", spec.name } or nil })
  self:put("Content-Transfer-Encoding: " .. (high and "8bit" or "7bit") .. "\r\n")
  self:disposition(spec)
  self:put "\r\n"
  local at, size = 0, spool:size()
  while at < size do
    local piece = error_object.assert(spool:read(at, piece_size))
    self:put(piece)
    at = at + #piece
  end
  spool:close()
  return false
end

function Writer:multipart(part)
  local boundary = self:boundary()
  local list = { { "boundary", boundary } }
  if part.related then table.insert(list, 1, { "type", part.related }) end
  self:params("Content-Type", part.type, list)
  self:put "\r\n"
  local at_line_start = true
  for _, child in ipairs(part) do
    self:put((at_line_start and "--" or "\r\n--") .. boundary .. "\r\n")
    at_line_start = self:part(child)
  end
  self:put((at_line_start and "--" or "\r\n--") .. boundary .. "--\r\n")
  return true
end

local verbs <const> = { text = "text", file = "file", message = "attached_message",
  multipart = "multipart" }

-- Writes the header fields of a part and its content; tells whether it ended
-- with a line end that is not its own.
function Writer:part(part, last)
  local stored = self.opts.references and part.spec and part.spec.stored
  if stored then
    self.holes[#self.holes + 1] = { at = self.spool:size(), stored = stored }
    return false
  end
  return self[verbs[part.kind]](self, part, last)
end

---Writes a message.
---@param draft table
---@param opts table of mime.build
---@return string message_id
function Writer:message(draft, opts)
  local lines, message_id = head.lines(draft, opts)
  self.domain = head.domain_of(draft) or opts.domain -- of the messages inside
  self:put(lines)
  self:part(require("satchel.mime.tree").of(draft), true)
  return message_id
end

return M
