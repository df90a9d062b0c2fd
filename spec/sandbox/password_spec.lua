-- A box that is in this process, and its passwords.

local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

describe("a sandbox", function()
  local user = "anna@example.test"
  local box = sandbox.start { users = { [user] = "secret" } }

  it("needs no password of its own box, and takes no wrong one", function()
    local session <close> = satchel.connect { sandbox = box, user = user }
    assert.equal("Inbox", session.inbox.name)
    local ok, err = satchel.try(satchel.connect, { sandbox = box, user = user, password = "x" })
    assert.is_false(ok)
    assert.equal("auth", err.kind)
  end)
end)
