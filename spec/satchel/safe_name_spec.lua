local safe_name = require "satchel.safe_name"
local try = require("satchel.error").try

describe("a safe name", function()
  for _, case in ipairs {
    { "report.pdf", "report.pdf" }, { "../../etc/passwd", "_.._etc_passwd" },
    { "C:\\x\\y.exe", "C__x_y.exe" }, { ".bashrc", "bashrc" }, { "a\0b\nc.txt", "abc.txt" },
    { "x.txt. . ", "x.txt" }, { "", "attachment" }, { nil, "attachment" }, { "...", "attachment" },
    { "con.txt", "_con.txt" }, { "COM1", "_COM1" }, { "console", "console" },
    { "Größe.pdf", "Größe.pdf" }, { "a\u{202E}fdp.exe", "afdp.exe" }, { "bad\xff.txt", "bad_.txt" },
    { 'q"<>|?*.txt', "q______.txt" },
  } do
    it(("of %q is %q"):format(tostring(case[1]), case[2]), function()
      assert.equal(case[2], safe_name.of(case[1]))
    end)
  end

  it("is cut between characters and keeps its extension", function()
    local name = safe_name.of(("ö"):rep(300) .. ".pdf")
    assert.is_true(#name <= 200)
    assert.is_truthy(utf8.len(name))
    assert.matches("%.pdf$", name)
  end)
end)

describe("a destination", function()
  local folder

  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
  end)

  after_each(function() os.execute("rm -r " .. folder) end)

  local function touch(path)
    io.open(path, "w"):close()
  end

  it("in a folder gets a number when the name is taken", function()
    assert.equal(folder .. "/a.pdf", safe_name.destination(folder, "a.pdf"))
    touch(folder .. "/a.pdf")
    assert.equal(folder .. "/a (2).pdf", safe_name.destination(folder .. "/", "a.pdf"))
    touch(folder .. "/a (2).pdf")
    assert.equal(folder .. "/a (3).pdf", safe_name.destination(folder, "a.pdf"))
    assert.equal(folder .. "/a.pdf", safe_name.destination(folder, "a.pdf", true))
  end)

  it("that is a file is refused unless asked", function()
    local path = folder .. "/x"
    assert.equal(path, safe_name.destination(path, "a.pdf"))
    touch(path)
    local _, err = try(safe_name.destination, path, "a.pdf")
    assert.equal("exists", err.kind)
    assert.equal(path, safe_name.destination(path, "a.pdf", true))
  end)
end)
