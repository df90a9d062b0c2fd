-- The objects, the driver and the sandbox together.

local objects = require "support.objects"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

describe("in the sandbox", function()
  local users = { "anna@example.test", "bob@example.test" }
  local box = sandbox.start { users = { [users[1]] = "secret", [users[2]] = "secret" } }

  objects(function(n)
    return satchel.connect { sandbox = box, user = users[n], password = "secret" }
  end)
end)
