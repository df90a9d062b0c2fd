-- Whole messages: the one that is read is kept, large ones in a file without a name.

local messages = require "satchel.pop3.message"

-- a connection that gives these pieces as message 1
local function new(pieces)
  local asked = 0
  local connection = {
    run = function(_, fn) return fn() end,
    retrieve = function(_, number)
      asked = asked + 1
      return { more = number == 1, status = number == 1 and "ok" or "err", text = "no" }
    end,
    text = function(_, sink)
      for _, piece in ipairs(pieces) do sink(piece) end
    end,
    refusal = function(_, _, what) return { kind = "not_found", message = what } end,
  }
  local box = { read = function(self) return self end,
    number = function(_, id) return ({ one = 1, two = 2 })[id] end,
    no_message = function(_, id) return { kind = "not_found", message = id } end }
  return messages.new(connection, box), function() return asked end
end

local function all(message)
  local parts = {}
  for piece in message:pieces() do parts[#parts + 1] = piece end
  return table.concat(parts)
end

it("is asked for once", function()
  local m, asked = new { "Subject: x\r\n\r\n", "body" }
  assert.equal("Subject: x\r\n\r\nbody", all(m:get "one"))
  assert.equal("x", m:parsed("one"):fields().subject)
  assert.equal(1, asked())
  m:forget()
  m:get "one"
  assert.equal(2, asked())
end)

it("above 1 MiB is in a file, and several may read it", function()
  local pieces = { "Subject: big\r\n\r\n" }
  for i = 1, 40 do pieces[i + 1] = (("%063d\n"):format(i)):rep(1000) end
  local whole = table.concat(pieces)
  local m = new(pieces)
  local message = m:get "one"
  assert.is_nil(message.bytes)
  assert.equal("file", io.type(message.file))
  assert.equal(#whole, message.size)
  local a, b = message:pieces(), message:pieces()
  assert.equal(a(), b())
  assert.equal(a(), b())
  assert.equal(whole, all(message))
  assert.equal("big", m:parsed("one"):fields().subject)
  assert.equal(whole, all(message))
end)

it("that is empty has no pieces", function()
  local m = new {}
  assert.equal("", all(m:get "one"))
end)

for _, id in ipairs { "two", "three" } do
  it("that is not there is an error: " .. id, function()
    local m = new {}
    local ok, err = pcall(m.get, m, id)
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
  end)
end
