local core = require "satchel.core"
local rtf, unhex, hex = core.rtf, core.text.unhex, core.text.hex

-- [MS-OXRTFCP] 4.1.1 and 4.1.2
local examples = {
  { "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", [[
    2d000000 2b000000 4c5a4675 f1c5c7a7 03 000a 0072 637067313235 42
    32 0af3 2068656c 0900 20 62 77 05b0 6c647d 0a80 0fa0]] },
  { "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", [[
    1a000000 1c000000 4c5a4675 e2d44b51 41 0004 205758595a 0d6e 7d 01 0eb0]] },
}

local function header(contents, raw, kind, crc)
  return string.pack("<I4I4c4I4", #contents + 12, raw, kind, crc or 0) .. contents
end

local function document(n)
  local out = { "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n" }
  for i = 1, n do
    out[#out + 1] = ("\\pard\\plain\\f%d\\fs20 line %d of %x\\par\r\n"):format(i % 3, i, i * 7919)
  end
  return table.concat(out) .. "}"
end

describe("compressed RTF", function()
  for i, e in ipairs(examples) do
    it("decodes and encodes example " .. i, function()
      assert.equal(e[1], rtf.decompress(unhex(e[2])))
      assert.equal(hex(unhex(e[2])), hex(rtf.compress(e[1])))
    end)

    it("refuses every prefix of example " .. i .. ", and more than it", function()
      local bytes = unhex(e[2])
      for n = 0, #bytes - 1 do
        local got, err = rtf.decompress(bytes:sub(1, n))
        assert.is_nil(got)
        assert.equal("protocol", err.kind)
      end
      assert.is_nil(rtf.decompress(bytes .. "\0"))
    end)

    it("refuses example " .. i .. " with any byte of its contents changed", function()
      local bytes = unhex(e[2])
      for n = 17, #bytes do
        local changed = bytes:sub(1, n - 1) .. string.char(bytes:byte(n) ~ 1) .. bytes:sub(n + 1)
        assert.is_nil(rtf.decompress(changed))
      end
    end)
  end

  it("gives back documents of any length, and is shorter", function()
    for _, n in ipairs { 0, 1, 2, 7, 50, 500, 5000 } do
      local s = document(n)
      local packed = rtf.compress(s)
      assert.is_true(#packed < #s)
      assert.equal(s, rtf.decompress(packed))
    end
    for n = 0, 40 do
      local s = ("x"):rep(n)
      assert.equal(s, rtf.decompress(rtf.compress(s)))
    end
    local bytes = core.text.random(20000)
    assert.equal(bytes, rtf.decompress(rtf.compress(bytes)))
  end)

  it("may be plain behind its header", function()
    local s = document(3)
    local packed = rtf.compress(s, true)
    assert.equal("MELA", packed:sub(9, 12))
    assert.equal(16 + #s, #packed)
    assert.equal(s, rtf.decompress(packed))
    -- writers that put a checksum there all the same
    assert.equal("abc", rtf.decompress(header("abc", 3, "MELA", 0x12345678)))
    for n = 0, #packed - 1 do assert.is_nil(rtf.decompress(packed:sub(1, n))) end
  end)

  for what, bytes in pairs {
    ["an unknown kind"] = header("abc", 3, "LZFx"),
    ["a plain size that differs"] = header("abc", 4, "MELA"),
    ["a wrong checksum"] = header("\0", 0, "LZFu", 1),
    ["a size that is another"] = string.pack("<I4I4c4I4", 11, 0, "MELA", 0),
    ["nothing"] = "",
  } do
    it("refuses " .. what, function()
      local got, err = rtf.decompress(bytes)
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
      assert.matches("^compressed_rtf @ 0x%x+: ", err.message)
    end)
  end
end)
