-- Files for secrets: nobody else reads them, none is ever half written, and
-- what others could have touched is not read.
local file = require("satchel.core").file

describe("a private file", function()
  local folder, path

  local function shell(format, ...)
    return assert(os.execute(format:format(...)))
  end

  local function mode_of(name)
    local out <close> = io.popen("stat -c %a " .. name)
    return out:read "l"
  end

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    shell("mkdir -m 700 %s", folder)
    path = folder .. "/tokens/anna.json"
  end)
  after_each(function() shell("rm -rf %s", folder) end)

  it("is made in a folder of its own, for its owner alone", function()
    assert.is_true(file.write_private(path, "one\0two"))
    assert.equal("600", mode_of(path))
    assert.equal("700", mode_of(folder .. "/tokens"))
    assert.equal("one\0two", file.read_private(path))
  end)

  it("is replaced whole, and nothing stays beside it", function()
    assert(file.write_private(path, ("x"):rep(5000)))
    local old <close> = assert(io.open(path, "rb"))
    assert(file.write_private(path, "new"))
    assert.equal(5000, #old:read "a")
    assert.equal("new", file.read_private(path))
    local list <close> = io.popen("ls -A " .. folder .. "/tokens")
    assert.equal("anna.json\n", list:read "a")
  end)

  it("closes a file that was open to others when it replaces it", function()
    assert(file.write_private(path, "old"))
    shell("chmod 644 %s", path)
    assert(file.write_private(path, "new"))
    assert.equal("600", mode_of(path))
  end)

  for _, mode in ipairs { "640", "604", "620", "602", "610", "601" } do
    it("is not read with mode " .. mode, function()
      assert(file.write_private(path, "secret"))
      shell("chmod %s %s", mode, path)
      local bytes, err = file.read_private(path)
      assert.is_nil(bytes)
      assert.equal("denied", err.kind)
      assert.matches("is open to other users %(mode 0" .. mode .. "%)", err.message)
      assert.falsy(err.message:find "secret")
    end)
  end

  it("is neither a link nor a folder", function()
    assert(file.write_private(path, "secret"))
    shell("ln -s %s %s/link && mkdir -m 700 %s/sub", path, folder, folder)
    local _, err = file.read_private(folder .. "/link")
    assert.equal("denied", err.kind)
    assert.matches("it is a link", err.message)
    _, err = file.read_private(folder .. "/sub")
    assert.equal("denied", err.kind)
  end)

  it("replaces a link, not what that points to", function()
    shell("mkdir -m 700 %s/tokens && echo -n kept > %s/other && ln -s ../other %s",
      folder, folder, path)
    assert(file.write_private(path, "new"))
    local other <close> = assert(io.open(folder .. "/other"))
    assert.equal("kept", other:read "a")
  end)

  it("is not written into a folder that others may write to", function()
    shell("mkdir -m 770 %s/tokens", folder)
    local ok, err = file.write_private(path, "secret")
    assert.is_nil(ok)
    assert.equal("denied", err.kind)
    assert.is_false(file.exists(path))
  end)

  it("says what is missing", function()
    assert.equal("not_found", select(2, file.read_private(path)).kind)
    assert.equal("not_found", select(2, file.write_private(folder .. "/a/b/c", "x")).kind)
  end)
end)

describe("a lock", function()
  local path
  before_each(function() path = os.tmpname() end)
  after_each(function() os.remove(path) end)

  it("is had by one at a time", function()
    local held = assert(file.lock(path))
    local other, err = file.lock(path)
    assert.is_nil(other)
    assert.equal("conflict", err.kind)
    held:close()
    assert(file.lock(path)):close()
  end)

  it("ends with the process that has it", function()
    assert(os.execute(("lua5.4 -e 'local l = assert(require \"satchel.core\".file.lock \"%s\") "
      .. "os.exit(true, false)'"):format(path)))
    assert(file.lock(path)):close()
  end)
end)
