-- What is sent, in pieces, from wherever it is.

local content = require "satchel.smtp.content"
local satchel = require "satchel"

local function all(c, n)
  local parts = {}
  for piece in c.chunks(n) do parts[#parts + 1] = piece end
  return parts
end

it("text comes in pieces, as often as one likes", function()
  local c = content.of { data = "abcdefg" }
  assert.same({ "abc", "def", "g" }, all(c, 3))
  assert.same({ "abcdefg" }, all(c, 100))
  assert.same({ 7, true, false }, { c.size, c.repeatable, c.eight_bit })
  assert.is_true(content.of({ data = "ü" }).eight_bit)
  assert.same({}, all(content.of { data = "" }, 3))
end)

it("a file comes in pieces, as often as one likes", function()
  local path = os.tmpname()
  local f <close> = assert(io.open(path, "wb"))
  f:write "abcdefg"
  f:close()
  local c = content.of { path = path }
  os.remove(path)
  assert.same({ "abc", "def", "g" }, all(c, 3))
  assert.same({ "abcdefg" }, all(c, 100))
  assert.same({ 7, true }, { c.size, c.repeatable })
  c.close()
  c.close()
end)

it("a function is asked once", function()
  local pieces = { "a", "", "b" }
  local c = content.of { source = function() return table.remove(pieces, 1) end }
  assert.is_false(c.repeatable)
  assert.is_nil(c.size)
  assert.same({ "a", "b" }, all(c, 1))
end)

it("a built message gives its own pieces", function()
  local body <close> = require("satchel.mime").build { subject = "x", text = "ü" }
  local c = content.of { body = body }
  assert.equal(body.size, #table.concat(all(c, 10)))
  assert.equal(body.size, c.size)
  assert.is_false(c.eight_bit)
end)

for _, case in ipairs {
  { {}, "one of data, path and source" }, { { data = "a", path = "b" }, "one of data" },
  { { path = "/nonexistent/x" }, "No such file" },
} do
  it("is refused: " .. case[2], function()
    local ok, err = satchel.try(content.of, case[1])
    assert.is_false(ok)
    assert.matches(case[2], err.message)
  end)
end
