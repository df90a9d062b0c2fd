-- A message made of texts and of parts of stored messages.  Where the server has
-- CATENATE (RFC 4469) it puts them together and nothing of the parts travels; else, or
-- where it refuses, they are read as they are stored and put together here.  Either way
-- it is the same bytes.

local core = require "satchel.core"
local error_object = require "satchel.error"
local ids = require "satchel.imap.ids"
local url = require "satchel.imap.url"

local M = {}

local PIECE <const> = 64 << 10

---@class satchel.imap.Piece
---@field text? string
---@field spool? any with from and size: bytes of it
---@field section? string of the stored message id in folder_id
---@field size? integer

---@class satchel.imap.Assembly
---@field pieces satchel.imap.Piece[]
---@field size integer bytes; before it is filled but for headers of parts
---@field message_id string|nil
local Assembly = {}
Assembly.__index = Assembly

---@param driver satchel.imap.Driver
---@param pieces satchel.imap.Piece[]
---@param given { message_id: string|nil, spool: any|nil } spool: closed with it
---@return satchel.imap.Assembly
function M.new(driver, pieces, given)
  local size = 0
  for _, piece in ipairs(pieces) do size = size + (piece.size or #(piece.text or "")) end
  return setmetatable({ driver = driver, pieces = pieces, size = size, eightbit = true,
    message_id = given.message_id, spool = given.spool }, Assembly)
end

---The pieces of what was built with parts that are left out.
---@param body satchel.mime.Body
---@param from integer bytes of it that are left out
---@param text string in their place
---@return satchel.imap.Piece[]
function M.around(body, from, text)
  local pieces = {}
  local function add(piece) pieces[#pieces + 1] = piece end
  if text ~= "" then add { text = text } end
  local function upto(at)
    if at > from then add { spool = body.spool, from = from, size = at - from } end
    from = at
  end
  for _, hole in ipairs(body.holes) do
    local stored = hole.stored
    upto(hole.at)
    add { section = stored.num .. ".MIME", id = stored.id, folder_id = stored.folder_id }
    add { section = stored.num, id = stored.id, folder_id = stored.folder_id, size = stored.size }
  end
  upto(body.size)
  return pieces
end

-- Put together here ---------------------------------------------------------------

-- bytes of a spool, n at a time
local function spooled(piece, n)
  local at, to = piece.from, piece.from + piece.size
  return function()
    if at >= to then return nil end
    local bytes = error_object.assert(piece.spool:read(at, math.min(n, to - at)))
    at = at + #bytes
    return bytes
  end
end

-- the bytes of a piece, piece by piece
local function bytes_of(self, piece)
  if piece.text then
    local text = piece.text
    return function()
      local all = text
      text = nil
      return all
    end
  elseif piece.spool then
    return spooled(piece, PIECE)
  end
  local reader = self.driver:section(piece.id, piece.folder_id, piece.section)
  return function() return reader:read(PIECE) end
end

---Reads what is stored, so that size is exact.
function Assembly:fill()
  if self.filled then return end
  -- a spool, for while a message is stored nothing is read
  self.filled = core.mime.spool()
  for _, piece in ipairs(self.pieces) do
    for bytes in bytes_of(self, piece) do error_object.assert(self.filled:write(bytes)) end
  end
  self.size = self.filled:size()
end

---The bytes from the start, in pieces of n at most, as those of satchel.mime.Body.
---@param n integer
---@return fun(): string|nil
function Assembly:chunks(n)
  self:fill()
  return spooled({ spool = self.filled, from = 0, size = self.size }, n)
end

---Lets go of what was built for it.
function Assembly:close()
  if self.filled then self.filled:close() end
  self.filled = nil
  if self.spool then self.spool:close() end
  self.spool = nil
end

-- Put together by the server ------------------------------------------------------

---Whether the server has some of it, and may be told the rest (RFC 9051 4.3: a literal
---holds no NUL).
---@return boolean
function Assembly:is_for_server()
  local some = false
  for _, piece in ipairs(self.pieces) do
    if piece.text and piece.text:find("\0", 1, true) then return false end
    some = some or piece.section ~= nil
  end
  return some
end

---The URL of a part that is stored.
---@param driver satchel.imap.Driver
---@param piece { id: string, folder_id: string, section: string|nil }
---@return satchel.imap.Place
function M.place(driver, piece)
  local validity, uid = ids.parse(piece.id)
  return { mailbox = driver:mailbox_of(piece.folder_id), uidvalidity = validity, uid = uid,
    section = piece.section }
end

-- bytes of a spool, from their beginning each time
local function again(piece)
  local done = 0
  return { size = piece.size, rewind = function() done = 0 end, read = function(n)
    n = math.min(n, piece.size - done)
    if n == 0 then return nil end
    local bytes = error_object.assert(piece.spool:read(piece.from + done, n))
    done = done + #bytes
    return bytes
  end }
end

---What CATENATE takes.
---@return table[] pieces each { url = } or { text = } or { size =, read =, rewind = }
function Assembly:parts()
  local list = {}
  for i, piece in ipairs(self.pieces) do
    if piece.section then
      list[i] = { url = url.message(M.place(self.driver, piece)) }
    else
      list[i] = piece.text and { text = piece.text } or again(piece)
    end
  end
  return list
end

return M
