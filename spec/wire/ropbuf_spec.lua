local wire = require("satchel.core").wire

local function unhex(s)
  return (s:gsub("%s+", ""):gsub("%x%x", function(h)
    return string.char(tonumber(h, 16))
  end))
end

local function hex(s)
  return (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

local payload = { rops = "\1\0\1", handles = { 0x2a, 0xffffffff } }

describe("the ROP buffer", function()
  it("has header, size of the ROPs, ROPs and handles", function()
    assert.equal("0000 0400 0d00 0d00 0500 010001 2a000000 ffffffff",
      (hex(wire.wrap { payload }):gsub(
        "^(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x)(%x%x%x%x%x%x)"
        .. "(%x%x%x%x%x%x%x%x)", "%1 %2 %3 %4 %5 %6 %7 ")))
  end)

  it("comes back as it was, in every form", function()
    local all = {
      payload, { rops = "", handles = {} },
      { rops = ("release "):rep(900), handles = { 1, 2, 3 } },
    }
    for _, form in ipairs {
      {}, { compress = true }, { xor = true }, { compress = true, xor = true },
    } do
      assert.same(all, wire.unwrap(wire.wrap(all, form)))
    end
  end)

  it("is shorter and marked when compressed, and plain when that gains nothing", function()
    local long = { rops = ("x"):rep(3000), handles = { 7 } }
    local bytes = wire.wrap({ long, payload }, { compress = true })
    local _, flags, size, actual = string.unpack("<I2I2I2I2", bytes)
    assert.equal(1, flags)
    assert.equal(3006, actual)
    assert.is_true(size < 100)
    _, flags, size, actual = string.unpack("<I2I2I2I2", bytes, 9 + size)
    assert.same({ 4, 13, 13 }, { flags, size, actual })
  end)

  it("is obfuscated by 0xa5", function()
    local bytes = wire.wrap({ payload }, { xor = true })
    assert.equal("00000600" .. "0d000d00" .. "a0a5" .. "a4a5a4", hex(bytes:sub(1, 13)))
  end)

  it("refuses every prefix and every addition", function()
    for _, form in ipairs { {}, { compress = true }, { xor = true } } do
      local bytes = wire.wrap(
        { { rops = ("abc"):rep(40), handles = { 1 } }, payload }, form)
      for n = 0, #bytes - 1 do
        local got, err = wire.unwrap(bytes:sub(1, n))
        assert.is_nil(got)
        assert.equal("protocol", err.kind)
      end
      assert.is_nil(wire.unwrap(bytes .. "\0"))
    end
  end)

  for what, bytes in pairs {
    ["an unknown version"] = "0100 0400 0200 0200 0200",
    ["unknown flags"] = "0000 0c00 0200 0200 0200",
    ["sizes that differ without compression"] = "0000 0400 0200 0300 0200",
    ["a size of the ROPs that does not hold itself"] = "0000 0400 0200 0200 0100",
    ["a size of the ROPs beyond the payload"] = "0000 0400 0200 0200 0300",
    ["half a handle"] = "0000 0400 0400 0400 0200 0100",
    ["a last payload that never comes"] = "0000 0000 0200 0200 0200",
    ["compressed data that give too little"] = "0000 0500 0500 0300 00000000 02",
  } do
    it("refuses " .. what, function()
      local got, err = wire.unwrap(unhex(bytes))
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
      assert.matches("^[%w_]+.* @ 0x%x+: ", err.message)
    end)
  end

  it("reads what a real server sent", function()
    -- the answer to a logon, recorded from gromox
    local f = assert(io.open("fuzz/corpus/ropbuf_fuzz/response0", "rb"))
    local got = assert(wire.unwrap(f:read "a"))
    f:close()
    assert.equal(1, #got)
    assert.equal(0xfe, got[1].rops:byte(1))
    assert.equal(1, #got[1].handles)
  end)

  it("says when a payload is too large for its size field", function()
    local got, err = wire.wrap {
      { rops = ("x"):rep(65000), handles = { table.unpack({}, 1, 0) } },
      { rops = ("x"):rep(65500), handles = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 } },
    }
    assert.is_nil(got)
    assert.equal("limit", err.kind)
  end)

  it("throws for a caller's mistake", function()
    for _, bad in ipairs { {}, { {} }, { { rops = "" } }, { { rops = "", handles = { "x" } } } } do
      assert.has_error(function() wire.wrap(bad) end)
    end
  end)
end)
