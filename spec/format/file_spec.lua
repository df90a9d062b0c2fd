local file = require("satchel.core").file

describe("a new file", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  local function content(name)
    local opened <close> = assert(io.open(folder .. "/" .. name, "rb"))
    return opened:read "a"
  end

  it("is one of Lua's own", function()
    local made = assert(file.create(folder .. "/a"))
    assert.equal("file", io.type(made))
    assert(made:write "text")
    assert.is_true(made:close())
    assert.equal("closed file", io.type(made))
    assert.equal("text", content "a")
  end)

  it("never takes the place of one that is there", function()
    assert(file.create(folder .. "/a")):write("first"):close()
    local made, err = file.create(folder .. "/a")
    assert.is_nil(made)
    assert.equal("exists", err.kind)
    assert.equal("first", content "a")
  end)

  it("is not made through a link, whether that points somewhere or nowhere", function()
    assert(os.execute(("cd %s && ln -s nowhere dangling && echo -n old > b && ln -s b link")
      :format(folder)))
    for _, name in ipairs { "dangling", "link" } do
      local made, err = file.create(folder .. "/" .. name)
      assert.is_nil(made)
      assert.equal("exists", err.kind)
    end
    assert.equal("old", content "b")
    assert.is_false(file.exists(folder .. "/nowhere"))
  end)

  it("says what is wrong with its place", function()
    local _, err = file.create(folder .. "/no/a")
    assert.equal("not_found", err.kind)
    assert.matches("cannot create '.*/no/a': No such file", err.message)
    assert.equal("exists", select(2, file.create(folder)).kind)
  end)
end)

describe("a name in the file system", function()
  it("exists for files, folders and links that point nowhere", function()
    local path = os.tmpname()
    assert.is_true(file.exists(path))
    assert.is_true(file.exists "/")
    assert(os.execute(("rm %s && ln -s /nonexistent/x %s"):format(path, path)))
    assert.is_true(file.exists(path))
    os.remove(path)
    assert.is_false(file.exists(path))
  end)
end)
