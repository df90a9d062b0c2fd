-- Attachments, categories and other lists that were given as a table of names
-- were left out without a word.

local tapped = require "support.tapped"

describe("a list with a name in it", function()
  local session = tapped.new():connect()

  for field, value in pairs {
    attachments = { file = "a.txt" }, categories = { red = true }, references = { a = "<b@c>" },
  } do
    it("is refused: " .. field, function()
      local ok, err = pcall(session.send, session, { to = "a@x.test", [field] = value })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.truthy(err.message:find(next(value), 1, true))
    end)
  end
end)
