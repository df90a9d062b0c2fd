-- The authorization code.

local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

describe("the authorization code", function()
  it("comes by the browser, with PKCE, and is worth a token", function()
    at.in_task(function()
      local token = at:code { user = "anna@example.test" }
      assert.is_true(at.p:is_valid(token()))
    end)
    assert.equal("S256", at.p.authorized.code_challenge_method)
    assert.equal("anna@example.test", at.p.authorized.login_hint)
    assert.equal("mail offline_access", at.p.authorized.scope)
    assert.matches("^http://127%.0%.0%.1:%d+$", at.p.authorized.redirect_uri)
    assert.is_true(#at.p.asked[1].code_verifier >= 43)
    assert.matches("Signed in", at.p.pages[2].body)
  end)

  it("takes the address that is registered", function()
    at.in_task(function() at:code({ redirect_uri = "http://localhost/done" })() end)
    assert.matches("^http://localhost:%d+/done$", at.p.authorized.redirect_uri)
  end)

  it("asks for what else the caller wants", function()
    at.in_task(function() at:code({ authorize = { prompt = "login", acr = "x y" } })() end)
    assert.equal("login", at.p.authorized.prompt)
    assert.equal("x y", at.p.authorized.acr)
  end)

  it("does not take the answer to another sign-in, and waits on", function()
    at.p.on_authorize = function(answer)
      answer[2][2] = "another"
      return answer
    end
    local err = at.in_task(function() return at.fails("timeout", at:code { patience = 0.3 }) end)
    assert.matches("only answers to other sign%-ins", err.message)
    assert.equal(400, at.p.pages[2].status)
    assert.equal(0, #at.p.asked)
  end)

  it("does not take the answer of another issuer", function()
    for _, issuer in ipairs { "https://evil.test", false } do
      at.p.on_authorize = function(answer)
        answer[3][2] = issuer or nil
        return answer
      end
      local err = at.in_task(function() return at.fails("auth", at:code()) end)
      assert.matches("the answer is not from", err.message)
    end
    assert.equal(0, #at.p.asked)
  end)

  it("does without the issuer where the provider never gives it", function()
    at.p.claims.authorization_response_iss_parameter_supported = false
    at.p.on_authorize = function(answer) return { answer[1], answer[2] } end
    at.in_task(function() assert.is_true(at.p:is_valid(at:code()())) end)
  end)

  it("says what the provider says", function()
    at.p.on_authorize = function(answer)
      return { { "error", "access_denied" }, { "error_description", "not\r\nyou" }, answer[2],
        answer[3] }
    end
    local err = at.in_task(function() return at.fails("auth", at:code()) end)
    assert.equal("access_denied", err.name)
    assert.matches("access_denied: not you", err.message)
    assert.matches("Not signed in", at.p.pages[2].body)
  end)

  it("listens no longer than it must", function()
    at.in_task(function() at:code()() end)
    local transport = require("satchel.transport").new { tls = false, proxy = false, timeout = 2 }
    local _, err = transport { url = at.p.authorized.redirect_uri, auth = false }
    assert.equal("network", err.kind)
  end)

  it("answers nothing else", function()
    local statuses = {}
    at.in_task(function()
      at:code({ open = function(url)
        local fields = require("satchel.oauth.form").decode(url:match "%?(.*)$")
        satchel.spawn(function()
          local transport = require("satchel.transport").new { tls = false, proxy = false }
          for _, request in ipairs { { url = fields.redirect_uri .. "/favicon.ico" },
            { url = fields.redirect_uri .. "?code=x", method = "POST", body = "" },
            { url = fields.redirect_uri .. "?state=x&code=y" },
            { url = fields.redirect_uri .. "?code=y&state=" .. fields.state .. "&state=z" } } do
            request.auth = false
            statuses[#statuses + 1] = assert(transport(request)).status
          end
          at.p.browse(url)
        end)
      end })()
    end)
    assert.same({ 404, 404, 400, 400 }, statuses)
  end)

  for _, uri in ipairs { "https://127.0.0.1/", "http://example.test/", "http://10.0.0.1",
    "app:/x", "http://localhost.example.test" } do
    it("goes to this machine and not to " .. uri, function()
      at.fails("invalid", at:code { redirect_uri = uri })
    end)
  end
end)
