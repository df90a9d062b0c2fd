-- Client credentials.

local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

describe("client credentials", function()
  it("give a token that the provider knows, once", function()
    local token = at:client()
    assert.is_true(at.p:is_valid(token()))
    assert.equal(token(), token())
    assert.equal(1, #at.p.asked)
    assert.equal("mail offline_access", at.p.asked[1].scope)
  end)

  it("are shown as the provider asks: by Basic, each part escaped", function()
    at:client()()
    assert.same({ id = "app", secret = at.p.secret, basic = true }, at.p.shown)
  end)

  for _, case in ipairs {
    { "by the form where only that is offered", { "client_secret_post" }, nil, false },
    { "by Basic where both are", { "client_secret_post", "client_secret_basic" }, nil, true },
    { "by Basic where nothing is said", false, nil, true },
    { "as the caller says", { "client_secret_basic" }, "client_secret_post", false },
  } do
    it("are shown " .. case[1], function()
      at.p.claims.token_endpoint_auth_methods_supported = case[2]
      at:client({ auth_method = case[3] })()
      assert.equal(case[4], at.p.shown.basic)
      assert.equal(at.p.secret, at.p.shown.secret)
    end)
  end

  it("are asked for again when they end, for there is no refresh token", function()
    at.p.lifetime = 0
    local token = at:client()
    assert.not_equal(token(), token())
    assert.equal(2, at:count "client_credentials")
  end)

  it("come from a function where the caller has one", function()
    at:client({ client_secret = function() return at.p.secret end })()
    assert.equal(at.p.secret, at.p.shown.secret)
  end)

  it("need a secret or a certificate", function()
    local err = at.fails("invalid", satchel.oauth.client, at:options())
    assert.matches("client_secret or a certificate is missing", err.message)
  end)
end)
