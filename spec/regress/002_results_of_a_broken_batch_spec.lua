-- What had been stored before a request failed was forgotten with the error.

local tapped = require "support.tapped"

describe("create_all that breaks off", function()
  it("tells what was stored, what may be and what was not tried", function()
    local tap = tapped.new()
    local session = tap:connect()
    local drafts = {}
    for i = 1, 250 do drafts[i] = { subject = "n" .. i, text = ("x"):rep(500) } end
    tap:at(2, tapped.lost)
    local ok, err = pcall(session.inbox.create_all, session.inbox, drafts)
    tap:clear()
    assert.is_false(ok)
    assert.equal(250, #err.results)
    local told = { stored = 0, unsure = 0, untried = 0 }
    for _, result in ipairs(err.results) do
      local state = result.ok and "stored" or result.error.uncertain and "unsure" or "untried"
      told[state] = told[state] + 1
    end
    assert.is_true(told.stored > 0)
    assert.is_true(told.unsure > 0)
    assert.is_true(told.untried > 0)
    assert.equal(told.stored + told.unsure, session.inbox:query({}):count())
  end)

  it("stores nothing of a list in which one is wrong", function()
    local session = tapped.new():connect()
    local drafts = {}
    for i = 1, 150 do drafts[i] = { subject = "n" .. i } end
    drafts[150] = { subjet = "wrong" }
    local ok, err = pcall(session.inbox.create_all, session.inbox, drafts)
    assert.is_false(ok)
    assert.equal("invalid", err.kind)
    assert.equal(0, session.inbox:query({}):count())
  end)
end)
