local with = require "satchel.with"

it("a table with changes is another table", function()
  local base, changes = { a = 1, b = 2 }, { b = 3 }
  assert.same({ a = 1, b = 3, c = 4 }, with(base, nil, changes, { c = 4 }))
  assert.same({ a = 1, b = 2 }, base)
  assert.same({ b = 3 }, changes)
  assert.not_equal(base, with(base))
  assert.same({}, with())
  assert.same({ a = false }, with({ a = true }, { a = false }))
end)
