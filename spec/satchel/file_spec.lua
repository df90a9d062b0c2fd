local file = require "satchel.file"
local satchel = require "satchel"

describe("a file", function()
  local path

  before_each(function()
    path = os.tmpname()
    os.remove(path)
  end)
  after_each(function() os.remove(path) end)

  local function content(name)
    local opened <close> = assert(io.open(name, "rb"))
    return opened:read "a"
  end

  local function write(name, text)
    local opened <close> = assert(io.open(name, "wb"))
    opened:write(text)
  end

  -- gives two pieces, then fails
  local function broken()
    local n = 0
    return function()
      n = n + 1
      if n == 3 then error("cut", 0) end
      return "x"
    end
  end

  it("is written in pieces", function()
    assert.equal(path, file.write(path, { "a", "b" }))
    assert.equal("ab", content(path))
  end)

  it("is not left half written", function()
    local ok, err = satchel.try(file.write, path, broken())
    assert.is_false(ok)
    assert.matches("cannot write '.*': cut", err.message)
    assert.is_nil(io.open(path))
  end)

  it("says why it cannot be written", function()
    local _, err = satchel.try(file.write, "/nonexistent/x", { "a" })
    assert.equal("not_found", err.kind)
    assert.matches("No such file", err.message)
  end)

  it("is not written over what is there", function()
    write(path, "old")
    local _, err = satchel.try(file.write, path, { "new" })
    assert.equal("exists", err.kind)
    assert.equal("old", content(path))
  end)

  it("goes to another place where that is offered", function()
    write(path, "old")
    local other = path .. ".2"
    assert.equal(other, file.write(path, { "new" }, { other = function() return other end }))
    assert.equal("new", content(other))
    os.remove(other)
  end)

  it("is replaced as a whole or stays", function()
    write(path, "old")
    local ok = satchel.try(file.write, path, broken(), { overwrite = true })
    assert.is_false(ok)
    assert.equal("old", content(path))
    assert.equal(path, file.write(path, { "new" }, { overwrite = true }))
    assert.equal("new", content(path))
    assert.is_nil(io.open(path .. ".part"))
  end)

  it("replaces a link, not what it points to", function()
    local target = path .. ".target"
    write(target, "secret")
    assert(os.execute(("ln -s %s %s"):format(target, path)))
    file.write(path, { "new" }, { overwrite = true })
    assert.equal("secret", content(target))
    assert.equal("new", content(path))
    os.remove(target)
  end)
end)
