-- Streams over a property of an object: read and written in chunks, so that
-- 150 MiB take no more memory than 256 KiB.  A reader whose connection was made
-- anew opens its stream again where it stood; a writer does not, because
-- nobody knows what arrived.

local error_object = require "satchel.error"

local M = {}

local READ_ONLY <const>, CREATE <const> = 0x00, 0x02
local BY_MAXIMUM <const> = 0xBABE -- ByteCount: MaximumByteCount counts
local MOST <const> = 0x7fffffff
-- of one RopWriteStream: the payload's 32,768 bytes less sizes and handles
local WRITE_SIZE <const> = 32700

---@class satchel.mapi.StreamOptions
---@field on? any the open object that has the property
---@field open? fun(b: satchel.mapi.Batch): any adds the ROPs that open that object
---@field tag integer property tag; binary, text or object

---@class satchel.mapi.StreamReader
---@field size integer bytes in all
---@field position integer bytes handed out
local Reader = { __name = "satchel.mapi.StreamReader" }
Reader.__index = Reader

local function read_rop(b, on)
  return b:rop("read_stream", { byte_count = BY_MAXIMUM, maximum_byte_count = MOST },
    on, { chain = true })
end

-- the bytes of the answer and of those chained to it
local function bytes_of(self, result)
  local parts = { result.data }
  for _, more in ipairs(result.more or {}) do parts[#parts + 1] = more.data end
  local bytes = table.concat(parts)
  self.received = self.received + #bytes
  self.ended = #bytes == 0 or self.received >= self.size
  return bytes
end

local function open(self)
  local stream, first
  self.logon:batch(function(b)
    local o = self.options
    stream = b:rop("open_stream", { property_tag = o.tag, open_mode_flags = READ_ONLY },
      o.open and o.open(b) or o.on, { keep = true })
    if self.received > 0 then
      b:rop("seek_stream", { origin = 0, offset = self.received }, stream)
    end
    first = read_rop(b, stream)
  end, { safe = true, op = "open_stream" })
  self.size = stream.result.stream_size
  self.handle = stream.object
  return bytes_of(self, first.result)
end

---Opens a stream for reading, with the first chunk: 1 round trip.
---@param logon satchel.mapi.Logon|satchel.mapi.Connection
---@param options satchel.mapi.StreamOptions
---@return satchel.mapi.StreamReader
function M.reader(logon, options)
  local self = setmetatable({ logon = logon.primary or logon, options = options,
    received = 0, position = 0, ended = false }, Reader)
  self.ahead = open(self)
  return self
end

local function fill(self)
  local ref
  local ok, err = pcall(self.logon.batch, self.logon, function(b)
    ref = read_rop(b, self.handle)
  end, { safe = false, op = "read_stream" })
  if ok then return bytes_of(self, ref.result) end
  if type(err) == "table" and (err.stale or err.lost) then return open(self) end
  error_object.raise(err)
end

---The next bytes, at most n where n is given, or nil at the end.
---@param n? integer
---@return string|nil
function Reader:read(n)
  local bytes = self.ahead
  self.ahead = nil
  if (not bytes or bytes == "") and not self.ended and not self.closed then
    bytes = fill(self)
  end
  if not bytes or bytes == "" then return nil end
  if n and n < #bytes then
    self.ahead = bytes:sub(n + 1)
    bytes = bytes:sub(1, n)
  end
  self.position = self.position + #bytes
  return bytes
end

---Iterates over chunks of at most n bytes.
---@param n? integer
---@return fun(): string|nil
function Reader:chunks(n)
  return function() return self:read(n) end
end

---The stream's handle is released with the next request.
function Reader:close()
  self.closed, self.handle, self.ahead = true, nil, nil
end

Reader.__close = Reader.close

---@class satchel.mapi.StreamWriter
---@field position integer bytes sent
local Writer = { __name = "satchel.mapi.StreamWriter" }
Writer.__index = Writer

---A stream for writing, empty at first.  Nothing is sent before there is
---enough for a request.
---@param logon satchel.mapi.Logon|satchel.mapi.Connection
---@param options satchel.mapi.StreamOptions
---@return satchel.mapi.StreamWriter
function M.writer(logon, options)
  return setmetatable({ logon = logon.primary or logon, options = options,
    parts = {}, held = 0, position = 0 }, Writer)
end

local function send(self, bytes, commit)
  local stream
  local op = "write_stream"
  self.logon:batch(function(b)
    local on = self.handle
    if not on then
      local o = self.options
      stream = b:rop("open_stream", { property_tag = o.tag, open_mode_flags = CREATE },
        o.open and o.open(b) or o.on, { keep = true })
      on = stream
    end
    if #bytes > 0 then b:rop("write_stream", { data = bytes }, on) end
    if commit then b:rop("commit_stream", {}, on) end
  end, { safe = false, op = op })
  if stream then self.handle = stream.object end
  self.position = self.position + #bytes
end

---Appends bytes; whole requests are sent as they fill.
---@param bytes string
function Writer:write(bytes)
  if self.closed then error_object.invalid("this stream is closed") end
  self.parts[#self.parts + 1] = bytes
  self.held = self.held + #bytes
  if self.held < WRITE_SIZE then return end
  local all, at = table.concat(self.parts), 1
  while #all - at + 1 >= WRITE_SIZE do
    send(self, all:sub(at, at + WRITE_SIZE - 1), false)
    at = at + WRITE_SIZE
  end
  self.parts, self.held = { all:sub(at) }, #all - at + 1
end

---Sends what is left and commits the stream.
---@return integer size bytes in all
function Writer:finish()
  if self.closed then return self.position end
  send(self, table.concat(self.parts), true)
  self:close()
  return self.position
end

---The stream's handle is released with the next request; what was not
---finished is not committed.
function Writer:close()
  self.closed, self.handle, self.parts, self.held = true, nil, {}, 0
end

Writer.__close = Writer.close

return M
