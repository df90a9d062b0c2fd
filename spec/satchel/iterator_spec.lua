local iterator = require "satchel.iterator"

describe("an iterator", function()
  it("gives values until there is none", function()
    local seen = {}
    for value in iterator.over { 1, false, 3 } do seen[#seen + 1] = value end
    assert.same({ 1, false, 3 }, seen)
  end)

  it("is closed once, at the end or when the loop is left", function()
    local n, closed = 0, 0
    local function new()
      n = 0
      return iterator.new(function()
        n = n + 1
        return n < 4 and n or nil
      end, function() closed = closed + 1 end)
    end
    for _ in new() do end -- luacheck: ignore
    assert.equal(1, closed)
    for _ in new() do break end -- luacheck: ignore
    assert.equal(2, closed)
    assert.is_false(pcall(function()
      for _ in new() do error "x" end -- luacheck: ignore
    end))
    assert.equal(3, closed)
    local it = new()
    it:close()
    it:close()
    assert.equal(4, closed)
    assert.is_nil(it())
  end)
end)
