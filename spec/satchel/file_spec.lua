local file = require "satchel.file"
local satchel = require "satchel"

describe("a file", function()
  local path

  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("is written in pieces", function()
    assert.equal(path, file.write(path, { "a", "b" }))
    assert.equal("ab", io.open(path):read "a")
  end)

  it("is not left half written", function()
    local n = 0
    local ok, err = satchel.try(file.write, path, function()
      n = n + 1
      if n == 3 then error("cut", 0) end
      return "x"
    end)
    assert.is_false(ok)
    assert.matches("cannot write '.*': cut", err.message)
    assert.is_nil(io.open(path))
  end)

  it("says why it cannot be written", function()
    local _, err = satchel.try(file.write, "/nonexistent/x", { "a" })
    assert.equal("denied", err.kind)
    assert.matches("No such file", err.message)
  end)
end)
