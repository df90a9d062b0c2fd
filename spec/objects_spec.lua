-- The objects, the driver and the sandbox together.

local objects = require "support.objects"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

describe("in the sandbox", function()
  local users = { "anna@example.test", "bob@example.test" }
  local box = sandbox.start { users = { [users[1]] = "secret", [users[2]] = "secret" } }

  it("needs no password of its own box, and takes no wrong one", function()
    local session <close> = satchel.connect { sandbox = box, user = users[1] }
    assert.equal("Inbox", session.inbox.name)
    local ok, err = satchel.try(satchel.connect, { sandbox = box, user = users[1], password = "x" })
    assert.is_false(ok)
    assert.equal("auth", err.kind)
  end)

  objects(function(n)
    return satchel.connect { sandbox = box, user = users[n], password = "secret" }
  end)
end)
