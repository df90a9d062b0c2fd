local rope = require "satchel.sandbox.rope"

describe("a rope", function()
  it("is written and read anywhere, as a string would be", function()
    local seed = 7
    local function random(n)
      seed = (seed * 1103515245 + 12345) % 0x80000000
      return seed % n
    end
    local r, plain = rope.new(), ""
    for _ = 1, 300 do
      local at = random(#plain + 2000)
      local s = string.char(65 + random(26)):rep(random(3000))
      if #s > 0 then
        if at > #plain then plain = plain .. ("\0"):rep(at - #plain) end
        plain = plain:sub(1, at) .. s .. plain:sub(at + #s + 1)
        r:write(at, s)
      end
      local from, n = random(#plain + 10), random(5000)
      assert.are.equal(plain:sub(from + 1, from + n), r:read(from, n))
    end
    assert.are.equal(#plain, r.size)
    assert.is_true(plain == r:text())
  end)

  for _, case in ipairs { { "abcdef", 3, "abc" }, { "abc", 5, "abc\0\0" }, { "abc", 0, "" },
    { "", 2, "\0\0" } } do
    it(("of %q cut to %d is %q"):format(table.unpack(case)), function()
      local r = rope.new(case[1])
      r:resize(case[2])
      assert.are.equal(case[3], r:text())
      assert.are.equal(case[2], r.size)
    end)
  end

  it("that was stored does not change when a copy is written", function()
    local stored = rope.new(("x"):rep(100000))
    local copy = rope.of(stored)
    copy:write(0, "y")
    copy:append "z"
    assert.are.equal(100000, stored.size)
    assert.are.equal("x", stored:read(0, 1))
  end)

  it("keeps a long value in pieces, not twice", function()
    local piece = ("p"):rep(0x8000)
    local r = rope.new()
    collectgarbage()
    local before = collectgarbage "count"
    for _ = 1, 1000 do r:append(piece) end
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 1024) -- KiB for 32 MB
    assert.are.equal(1000 * 0x8000, r.size)
    assert.are.equal(r, r:value())
  end)
end)
