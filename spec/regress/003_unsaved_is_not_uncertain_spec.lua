-- An answer lost while the content of a message was carried to the server left
-- the send uncertain, though nothing had been submitted.

local tapped = require "support.tapped"

describe("an answer lost before the request that counts", function()
  local big <const> = ("x"):rep(100000)

  it("leaves a send undone for certain", function()
    local tap = tapped.new()
    local session = tap:connect()
    session:send { to = tapped.other, subject = "first" }
    tap:at(3, tapped.lost)
    local ok, err = pcall(session.send, session, { to = tapped.other, subject = "second",
      attachments = { { name = "a", data = big } } })
    tap:clear()
    assert.is_false(ok)
    assert.is_nil(err.uncertain)
    assert.is_true(err.retryable)
    assert.equal(0, session.outbox:query({}):count())
  end)

  it("leaves an attachment unadded for certain", function()
    local tap = tapped.new()
    local session = tap:connect()
    local item = session.inbox:create { subject = "one" }
    tap:at(3, tapped.lost)
    local ok, err = pcall(item.attach, item, { name = "a", data = big })
    tap:clear()
    assert.is_false(ok)
    assert.is_nil(err.uncertain)
    assert.equal(0, #session.inbox:get(item.id).attachments)
  end)
end)
