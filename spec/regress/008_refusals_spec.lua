-- Refusals of a server that told the user its ROP and its code, and not what to
-- do: recipients it does not know, senders one may not be, mailboxes of others.

local refusal = require("support.refused").kind
local tapped = require "support.tapped"

describe("what a server refuses", function()
  local tap, session

  before_each(function()
    tap = tapped.new()
    session = tap:connect()
  end)

  local function refused(kind, fn, ...)
    local err = refusal(kind, fn, ...)
    assert.is_number(err.code)
    assert.is_string(err.name)
    assert.is_string(err.hint)
    return err
  end

  it("names recipients that it does not know", function()
    local err = refused("not_found", session.send, session,
      { to = { "nobody@example.test", tapped.other }, cc = "c@example.test, d@example.test" })
    local named = "nobody@example.test, bob@example.test, c@example.test and 1 more"
    assert.truthy(err.message:find(named,
      1, true), err.message)
    assert.equal("CancelMessage", err.name)
    assert.is_nil(err.uncertain)
    assert.equal(0, session.outbox:query({}):count())
    assert.equal(0, tap:aside(tapped.other).inbox:query({}):count())
  end)

  it("says that the sender is somebody else", function()
    local err = refused("denied", session.send, session,
      { to = tapped.other, from = tapped.other })
    assert.truthy(err.hint:find("'from'", 1, true))
  end)

  it("says whose mailbox does not open", function()
    local err = refused("denied", session.mailbox, session, tapped.other)
    assert.truthy(err.message:find(tapped.other, 1, true))
    assert.truthy(err.message:find(tapped.me, 1, true))
    err = refused("denied", tap.connect, tap, { mailbox = tapped.other })
    assert.truthy(err.message:find(tapped.other, 1, true))
  end)

  it("says that a folder does not go into itself", function()
    local folder = session.inbox:create_folder "one"
    refused("invalid", folder.move, folder, folder)
  end)
end)
