-- The code of a device.

local at = require "support.signing_in"(_ENV)

describe("the code of a device", function()
  it("is shown, and the provider asked until the user has entered it", function()
    at.p.device_answers = { "authorization_pending", "authorization_pending" }
    local token = at:device()
    assert.is_true(at.p:is_valid(token()))
    assert.equal(3, #at.p.asked)
    assert.equal("WDJB-MJHT", at.prompts[1].code)
    assert.equal(at.p.base .. "/enter", at.prompts[1].url)
    assert.equal(at.p.base .. "/enter?user_code=WDJB-MJHT", at.prompts[1].complete_url)
    assert.matches("open http.*/enter and enter the code WDJB%-MJHT", at.prompts[1].message)
    assert.equal("mail offline_access", at.p.device_scope)
  end)

  it("is asked for less often when the provider says so, or does not answer", function()
    local waits = {}
    require("satchel.oauth.device").sleep = function(s) waits[#waits + 1] = s end
    at.p.device_answers = { "slow_down", "authorization_pending", "hangup", "slow_down" }
    at:device()()
    assert.same({ 1, 6, 6, 12, 17 }, waits)
  end)

  for _, case in ipairs {
    { "access_denied", "said no" },
    { "expired_token", "start again" },
    { "invalid_grant", "sign in again" },
  } do
    it("ends by " .. case[1], function()
      at.p.device_answers = { "authorization_pending", case[1] }
      local err = at.fails("auth", at:device())
      assert.equal(case[1], err.name)
      assert.matches(case[2], err.hint)
      assert.equal(2, #at.p.asked)
    end)
  end

  it("ends when nobody enters it", function()
    at.p.device_lifetime = 5
    for i = 1, 100 do at.p.device_answers[i] = "authorization_pending" end
    local err = at.fails("auth", at:device())
    assert.equal("expired_token", err.name)
    assert.equal(5, #at.p.asked)
  end)

  it("is not asked for where nobody is there to enter it", function()
    local err = at.fails("auth", at:device { show = false })
    assert.matches("nobody has signed in yet", err.message)
    assert.matches("run the script once where somebody can sign in", err.hint)
    assert.equal(0, #at.p.asked)
  end)
end)
