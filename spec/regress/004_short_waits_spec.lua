-- A server that was busy and said for how long ended the operation.

local satchel = require "satchel"
local sandbox = require "satchel.sandbox"

describe("a busy server", function()
  local box, session

  before_each(function()
    box = sandbox.start { users = { ["a@x.test"] = "s" } }
    session = satchel.connect { sandbox = box, user = "a@x.test", password = "s", timeout = 2 }
  end)

  it("is waited for when that is short", function()
    box:fault("throttle", { retry_after = 1 })
    assert.equal(0, session.inbox:query({}):count())
    assert.equal(1, box.faults.count)
  end)

  it("is waited for no longer than the time-out", function()
    box:fault("throttle", { retry_after = 1, times = 9 })
    local ok, err = satchel.try(function() return session.inbox:query({}):count() end)
    assert.is_false(ok)
    assert.equal("throttled", err.kind)
    assert.equal(1, err.retry_after)
    assert.is_true(box.faults.count <= 2)
  end)

  it("is not waited for when that is long", function()
    box:fault("throttle", { retry_after = 600 })
    local ok, err = satchel.try(function() return session.inbox:query({}):count() end)
    assert.is_false(ok)
    assert.equal(600, err.retry_after)
    assert.equal(0, session.inbox:query({}):count())
  end)

  it("delays a log-on, too", function()
    box:fault("throttle", { retry_after = 1, on = "Connect" })
    local other <close> = satchel.connect { sandbox = box, user = "a@x.test", password = "s" }
    assert.equal(0, other.inbox:query({}):count())
  end)
end)
