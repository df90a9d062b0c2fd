-- A loop ended as if it had seen all when its session was closed on the way.

local tapped = require "support.tapped"

describe("a loop whose session is closed on the way", function()
  it("ends by an error", function()
    local session = tapped.new():connect()
    local list = {}
    for i = 1, 80 do list[i] = { subject = tostring(i) } end
    session.inbox:create_all(list)
    local ok, err = pcall(function()
      for _ in session.inbox:items { fields = { "to" } } do session:close() end
    end)
    assert.is_false(ok)
    assert.equal("the session is closed", err.message)
  end)
end)
