-- When tokens are renewed.

local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

describe("a token", function()
  it("is renewed before its end", function()
    local token = at:device { margin = 300 }
    local first = token()
    at.later(3600 - 310)
    assert.equal(first, token())
    at.later(3600 - 290)
    local second = token()
    assert.not_equal(first, second)
    assert.is_true(at.p:is_valid(second))
    assert.equal(1, #at.prompts)
    assert.equal(1, at:count "refresh_token")
  end)

  it("of a short life is renewed before its end, and not at once", function()
    at.p.lifetime = 10
    local token = at:device()
    local first = token()
    at.later(6)
    assert.equal(first, token())
    at.later(9)
    assert.not_equal(first, token())
  end)

  it("is renewed when a server refused it", function()
    local token = at:device()
    local first = token()
    local second = token(true)
    assert.not_equal(first, second)
    assert.equal(second, token())
  end)

  it("is renewed once, however many tasks ask", function()
    local token = at:device()
    token()
    at.p.delay = 0.05
    local seen, tasks = {}, {}
    for i = 1, 8 do tasks[i] = satchel.spawn(function() seen[token(true)] = true end) end
    satchel.join(tasks)
    assert.equal(1, at:count "refresh_token")
    assert.equal(at.p.last.access_token, next(seen))
    assert.is_nil(next(seen, next(seen)))
  end)

  it("is not renewed for a task that was late to learn of the last renewal", function()
    local token = at:device()
    local late = satchel.spawn(function()
      local old = token()
      satchel.sleep(0.1)
      assert.not_equal(old, token(true))
    end)
    satchel.spawn(function()
      token()
      token(true)
    end)
    satchel.run()
    late:join()
    assert.equal(1, at:count "refresh_token")
  end)

  it("keeps its refresh token where the provider gives no other", function()
    at.p.rotates = false
    local token = at:device()
    token()
    local given = at.p.last.refresh_token
    token(true)
    token(true)
    assert.equal(given, at.p.asked[#at.p.asked].refresh_token)
  end)

  it("serves on when it cannot be renewed yet", function()
    local token = at:device()
    at.p.lifetime = 100
    local first = token()
    at.later(90)
    at.p.answers = { { status = 503, document = "busy" } }
    assert.equal(first, token())
    assert.equal(2, #at.p.asked)
    assert.not_equal(first, token())
  end)

  it("that has ended is not served, and says why there is no other", function()
    local token = at:device()
    at.p.lifetime = 100
    token()
    at.later(101)
    at.p.answers = { { status = 503, document = "busy" } }
    at.fails("throttled", token)
    assert.equal(1, #at.prompts)
  end)

  it("that ends is got by signing in again", function()
    local token = at:device()
    token()
    at.p.refresh = {}
    assert.is_true(at.p:is_valid(token(true)))
    assert.equal(2, #at.prompts)
  end)

  it("says that the sign-in has ended where nobody is there", function()
    local kept
    local store = { load = function() return kept end, save = function(text) kept = text end }
    at:device({ store = store })()
    at.p.refresh = {}
    local token = at:device { store = store, show = false }
    token()
    local err = at.fails("auth", token, true)
    assert.equal("invalid_grant", err.name)
    assert.matches("the sign%-in has ended", err.message)
  end)

  it("comes of a refresh token that was got elsewhere", function()
    local token = at:device()
    token()
    local other = satchel.oauth.refresh(at:options { refresh_token = at.p.last.refresh_token })
    assert.is_true(at.p:is_valid(other()))
    assert.is_true(at.p:is_valid(other(true)))
  end)
end)
