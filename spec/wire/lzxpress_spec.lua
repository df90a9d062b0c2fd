local wire = require("satchel.core").wire

local function unhex(s)
  return (s:gsub("%s+", ""):gsub("%x%x", function(h)
    return string.char(tonumber(h, 16))
  end))
end

-- [MS-XCA] 3.1
local examples = {
  { "abcdefghijklmnopqrstuvwxyz",
    "3f000000 6162636465666768696a6b6c6d6e6f707172737475767778797a" },
  { ("abc"):rep(100), "ffffff1f 616263 1700 0f ff 2601" },
}

-- text of n bytes with matches of many lengths and distances
local function text(n, seed)
  local words, out, size = {}, {}, 0
  local function random(k)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % k + 1
  end
  for i = 1, 40 do words[i] = ("%x"):format(random(30000)):rep(random(12)) end
  while size < n do
    out[#out + 1] = words[random(40)]:rep(random(9) == 1 and random(60) or 1)
    size = size + #out[#out]
  end
  return table.concat(out):sub(1, n)
end

describe("LZXPRESS", function()
  for i, e in ipairs(examples) do
    it("decodes and encodes example " .. i, function()
      assert.equal(e[1], wire.decompress(unhex(e[2]), #e[1]))
      assert.equal(unhex(e[2]), wire.compress(e[1]))
    end)
  end

  it("gives back what it was given, whatever the length", function()
    for n = 0, 300 do
      local s = text(n, n + 1)
      assert.equal(s, wire.decompress(wire.compress(s), n))
      s = ("x"):rep(n)
      assert.equal(s, wire.decompress(wire.compress(s), n))
    end
    for _, n in ipairs { 4095, 8192, 8193, 32768, 65535, 65539, 200000 } do
      for _, s in ipairs { text(n, n), ("y"):rep(n) } do
        local packed = wire.compress(s)
        assert.is_true(#packed < n)
        assert.equal(s, wire.decompress(packed, n))
      end
    end
  end)

  it("copies a match that overlaps itself, and one across the whole window", function()
    local far = text(8192, 5)
    assert.equal(far .. far, wire.decompress(wire.compress(far .. far), 16384))
    assert.equal("aaaaaaaaaa", wire.decompress(unhex "ffffff7f 61 0600", 10))
  end)

  it("reads lengths of every form, two of which share a byte", function()
    -- 11 and 12: the low nibble 1, the high nibble 2
    assert.equal("a" .. ("a"):rep(11) .. ("a"):rep(12),
      wire.decompress(unhex "ffffff7f 61 0700 21 0700", 24))
    assert.equal("a" .. ("a"):rep(70000),
      wire.decompress(unhex "ffffff7f 61 0700 0f ff 0000 6d110100", 70001))
  end)

  it("refuses every prefix", function()
    local s = text(3000, 9)
    local packed = wire.compress(s)
    for n = 0, #packed - 1 do
      local got, err = wire.decompress(packed:sub(1, n), #s)
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
    end
  end)

  for what, case in pairs {
    ["a match before the data"] = { "00000080 0000", 3 },
    ["a match at more than what is there"] = { "00000040 61 0800", 4 },
    ["more data than announced"] = { "00000040 61 0600", 5 },
    ["bytes left over"] = { "00000000 616263", 2 },
    ["a length in too long a form"] = { "00000040 61 0700 0f ff 0500", 9 },
    ["nothing where something was announced"] = { "", 1 },
  } do
    it("refuses " .. what, function()
      local got, err = wire.decompress(unhex(case[1]), case[2])
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
    end)
  end

  it("accepts a word of flags begun for nothing", function()
    local s = ("abcdefghijklmnopqrstuvwxyz012345")
    assert.equal(32, #s)
    local packed = "\0\0\0\0" .. s
    assert.equal(packed, wire.compress(s))
    assert.equal(s, wire.decompress(packed .. "\xff\xff\xff\xff", 32))
  end)
end)
