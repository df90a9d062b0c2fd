-- Attachments: listed, read, streamed, added, removed.

local assert = require "luassert"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  setup(function() face:place "attachments" end)
  teardown(function() face:leave() end)

  face:behaviour("attachments: listed and read", false, "has attachments of every sort", function()
    local item = face:put({ { subject = "a", text = "t", attachments = {
      { data = "hello", name = "a.txt" },
      { data = "PNG", name = "l.png", content_id = "logo" },
      { data = "odd", name = "ü 漢 (1); \"q\".bin", type = "application/x-odd" },
      { data = "", name = "empty.dat" },
    } } })[1]
    item = face.folder:get(item.id)
    assert.is_true(item.has_attachments)
    local text, logo, odd, empty = table.unpack(item.attachments)
    assert.equal("a.txt", text.name)
    assert.equal("hello", text:read())
    assert.is_false(text.inline)
    assert.is_true(logo.inline)
    assert.equal("logo", logo.content_id)
    assert.equal("image/png", logo.type)
    assert.equal("PNG", logo:read())
    assert.equal("ü 漢 (1); \"q\".bin", odd.name)
    assert.equal("application/x-odd", odd.type)
    assert.equal("odd", odd:read())
    assert.equal("", empty:read())
    assert.equal("t", face.trimmed(item.text))
  end)

  face:behaviour("attachments: messages", false, "has messages in messages", function()
    local item = face:put({ { subject = "outer", text = "t", attachments = {
      { item = { subject = "inner", text = "deep", to = "x@y.test",
        attachments = { { data = "inmost", name = "i.txt" } } } },
    } } })[1]
    local inner = face.folder:get(item.id).attachments[1]
    assert.equal("message/rfc822", inner.type)
    local message = inner:item()
    assert.equal("inner", message.subject)
    assert.equal("deep", face.trimmed(message.text))
    assert.same({ "x@y.test" }, face.plain(message.to))
    assert.equal("inmost", message.attachments[1]:read())
  end)

  face:behaviour("attachments: streamed", false, "streams what is large", function()
    local every, at = {}, 0
    for i = 0, 255 do every[i + 1] = string.char(i) end
    local big = table.concat(every):rep(1250)
    local item = face:put({ { subject = "big", attachments = {
      { name = "big.bin", source = function()
        local piece = big:sub(at + 1, at + 50000)
        at = at + #piece
        return #piece > 0 and piece or nil
      end },
    } } })[1]
    local stream = face.folder:get(item.id).attachments[1]
    local parts, longest = {}, 0
    for piece in stream:chunks(7000) do
      parts[#parts + 1] = piece
      longest = math.max(longest, #piece)
    end
    assert.is_true(big == table.concat(parts))
    assert.is_true(longest <= 7000)
    assert.equal(big:sub(1, 1000), (stream:chunks(1000)())) -- left early: the session goes on
    assert.equal("big", face.folder:get(item.id).subject)
    local path = stream:save(os.tmpname(), { overwrite = true })
    local file <close> = assert(io.open(path, "rb"))
    assert.is_true(big == file:read "a")
    os.remove(path)
  end)

  face:behaviour("attachments: changed", "create", "adds and removes them", function()
    local item = face:put({ { subject = "edit", text = "kept" } })[1]
    item:attach { data = "one", name = "1.txt" }
    item:attach { data = "two", name = "2.txt" }
    assert.equal(2, #item.attachments)
    item.attachments[1]:delete()
    local left = face.folder:get(item.id)
    assert.equal(1, #left.attachments)
    assert.equal("two", left.attachments[1]:read())
    assert.equal("kept", face.trimmed(left.text))
  end)
end
