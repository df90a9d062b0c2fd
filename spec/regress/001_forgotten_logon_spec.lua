-- A server that had forgotten the mailbox's handle refused everything from then
-- on; now the session logs on again.

local tapped = require "support.tapped"

describe("a mailbox whose handle the server has forgotten", function()
  local tap, session

  before_each(function()
    tap = tapped.new()
    session = tap:connect()
    session.inbox:create { subject = "one" }
    for _, context in pairs(tap.box.sessions) do
      context.objects, context.logons = {}, {}
    end
  end)

  it("is logged on to again for a read", function()
    assert.equal(1, session.inbox:query({}):count())
  end)

  it("is logged on to again after a write that was refused", function()
    local ok, err = pcall(session.inbox.create, session.inbox, { subject = "two" })
    assert.is_false(ok)
    assert.is_nil(err.uncertain)
    session.inbox:create { subject = "two" }
    assert.equal(2, session.inbox:query({}):count())
  end)
end)
