local memory = require "support.memory_driver"
local satchel = require "satchel"

describe("an attachment", function()
  local session, driver, item, folder

  before_each(function()
    session, driver = memory.session()
    item = session.inbox:create { subject = "x", attachments = {
      { data = "hello world", name = "../a.txt" },
      { data = "PNG", name = "logo.png", content_id = "logo" },
      { item = { subject = "inner", text = "deep" } },
    } }
    folder = os.tmpname()
    os.remove(folder)
    os.execute("mkdir " .. folder)
  end)

  after_each(function() os.execute("rm -r " .. folder) end)

  local function content(path)
    local file <close> = assert(io.open(path, "rb"))
    return file:read "a"
  end

  it("tells what it is", function()
    local a, b = table.unpack(item.attachments)
    assert.equal("../a.txt", a.name)
    assert.equal(11, a.size)
    assert.equal("text/plain", a.type)
    assert.is_false(a.inline)
    assert.is_true(b.inline)
    assert.equal("logo", b.content_id)
    assert.equal('attachment "logo.png" (3 bytes, image/png)', tostring(b))
  end)

  it("is read whole and in pieces", function()
    local a, pieces = item.attachments[1], {}
    assert.equal("hello world", a:read())
    for piece in a:chunks(4) do pieces[#pieces + 1] = piece end
    assert.same({ "hell", "o wo", "rld" }, pieces)
    assert.equal(2, driver:count_of "reader_close")
    for _ in a:chunks(1) do break end -- luacheck: ignore
    assert.equal(3, driver:count_of "reader_close")
  end)

  it("is saved by a safe name, over nothing", function()
    local a, steps = item.attachments[1], {}
    local path = a:save(folder, { progress = function(...) steps[#steps + 1] = { ... } end })
    assert.equal(folder .. "/_a.txt", path)
    assert.equal("hello world", content(path))
    assert.same({ { 11, 11 } }, steps)
    assert.equal(folder .. "/_a (2).txt", a:save(folder))
    local _, err = satchel.try(a.save, a, path)
    assert.equal("exists", err.kind)
    assert.equal(path, item.attachments[2]:save(path, { overwrite = true }))
    assert.equal("PNG", content(path))
  end)

  it("leaves no file when reading fails", function()
    local a = item.attachments[1]
    driver.fail.open_attachment = { kind = "network", message = "cut" }
    local _, err = satchel.try(a.save, a, folder)
    assert.equal("network", err.kind)
    assert.is_nil(io.open(folder .. "/_a.txt"))
    _, err = satchel.try(a.save, a, folder .. "/no/such")
    assert.equal("not_found", err.kind)
  end)

  it("may be a message", function()
    local inner = item.attachments[3]:item()
    assert.equal("inner", inner.subject)
    assert.equal("deep", inner.text)
    assert.is_nil(inner.folder)
    local _, err = satchel.try(item.attachments[1].item, item.attachments[1])
    assert.equal("invalid", err.kind)
    _, err = satchel.try(inner.save, inner)
    assert.equal("unsupported", err.kind)
  end)

  it("is added and removed", function()
    local path = folder .. "/b.pdf"
    local file = io.open(path, "w")
    file:write "pdf"
    file:close()
    assert.equal(item, item:attach(path))
    assert.equal("application/pdf", item.attachments[4].type)
    local left = { "ab", "c" }
    item:attach { source = function() return table.remove(left, 1) end, name = "s.bin" }
    assert.equal("abc", item.attachments[5]:read())
    item.attachments[1]:delete()
    assert.equal(4, #item.attachments)
    assert.equal("logo.png", item.attachments[1].name)
  end)

  it("names the nearest of what it has not", function()
    local a = item.attachments[1]
    local _, err = satchel.try(function() return a.nmae end)
    assert.matches("did you mean 'name'", err.message)
    assert.equal("invalid", select(2, satchel.try(a.chunks, a, 0)).kind)
    assert.equal("invalid", select(2, satchel.try(function() a.name = "x" end)).kind)
  end)
end)
