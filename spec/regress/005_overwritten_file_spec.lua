-- Saving over a file emptied it before the first byte had come.

local file = require "satchel.file"

describe("a file that is written over", function()
  it("stays as it was when that fails", function()
    local path = os.tmpname()
    file.write(path, { "old" }, { overwrite = true })
    local n = 0
    local ok = pcall(file.write, path, function()
      n = n + 1
      if n == 2 then error("cut", 0) end
      return "new"
    end, { overwrite = true })
    assert.is_false(ok)
    assert.equal("old", io.open(path):read "a")
    assert.is_nil(io.open(path .. ".part"))
    file.write(path, { "new", "er" }, { overwrite = true })
    assert.equal("newer", io.open(path):read "a")
    os.remove(path)
  end)
end)
