-- What every codec owes: these bytes mean this value, this value gives these
-- bytes, and no prefix of them is taken for the whole.
local assert = require "luassert"
local wire = require("satchel.core").wire

local codec = {}

---The bytes that hexadecimal text names; blanks between them are for reading.
---@param text string
---@return string
function codec.bytes(text)
  return (text:gsub("%s+", ""):gsub("%x%x", function(byte)
    return string.char(tonumber(byte, 16))
  end))
end

---@param bytes string
---@return string
function codec.hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

---@param name string a structure of core.wire
---@param hex string
---@param ctx? table
---@return any value
function codec.decode(name, hex, ctx)
  local bytes = codec.bytes(hex)
  local value, after = wire.decode_struct(name, bytes, ctx)
  assert(value ~= nil, type(after) == "table" and after.message or "no value")
  return value
end

---Both ways, and every prefix refused.
---@param name string
---@param hex string
---@param value any
---@param ctx? table
function codec.round(name, hex, value, ctx)
  local bytes = codec.bytes(hex)
  assert.are.same(value, codec.decode(name, hex, ctx))
  local encoded, err = wire.encode_struct(name, value, ctx)
  assert(encoded, err and err.message)
  assert.are.equal(codec.hex(bytes), codec.hex(encoded))
  codec.refuses_prefixes(name, hex, ctx)
end

-- where no bytes at all mean that there is none
local absent <const> = { recipient_row = true, restriction = true }

---@param name string
---@param hex string
---@param ctx? table
function codec.refuses_prefixes(name, hex, ctx)
  local bytes = codec.bytes(hex)
  for n = absent[name] and 1 or 0, #bytes - 1 do
    local value, err = wire.decode_struct(name, bytes:sub(1, n), ctx)
    assert.is_nil(value, ("%s: the first %d of %d bytes"):format(name, n, #bytes))
    assert.are.equal("protocol", err.kind)
  end
end

---Any value that the wire can hold comes back as the same value, and no
---prefix of it is taken for the whole. (The bytes may differ: a flagged row
---that lacks nothing is written as a standard one.)
---@param name string
---@param ctx? table
---@param times integer
function codec.survives(name, ctx, times)
  for seed = 1, times do
    local bytes = assert(wire.random_struct(name, seed, ctx))
    local hex = codec.hex(bytes)
    if absent[name] and bytes == "" then goto continue end
    local value = codec.decode(name, hex, ctx)
    local again, err = wire.encode_struct(name, value, ctx)
    assert(again, err and err.message)
    assert.are.same(value, codec.decode(name, codec.hex(again), ctx), "seed " .. seed)
    if seed % 20 == 0 then codec.refuses_prefixes(name, hex, ctx) end
    ::continue::
  end
end

---What print_struct makes of these bytes.
---@param name string
---@param hex string
---@param ctx? table
---@return string
function codec.print(name, hex, ctx)
  return assert(wire.print_struct(name, codec.bytes(hex), ctx))
end

---Refused by the decoder with this in the message.
---@param name string
---@param hex string
---@param message string a pattern
---@param ctx? table
function codec.refuses(name, hex, message, ctx)
  local value, err = wire.decode_struct(name, codec.bytes(hex), ctx)
  assert.is_nil(value)
  assert.are.equal("protocol", err.kind)
  assert.matches(message, err.message)
end

---A value that a script may not encode: the mistake is named.
---@param name string
---@param value any
---@param message string a pattern
---@param ctx? table
function codec.invalid(name, value, message, ctx)
  local ok, first, err = pcall(wire.encode_struct, name, value, ctx)
  local text = not ok and tostring(first) or err and err.message
  assert.is_not_nil(text, "encoded")
  assert.matches(message, text)
end

return codec
