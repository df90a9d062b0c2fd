-- Who gives the tokens.

local json = require "cjson.safe"
local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

describe("a provider", function()
  it("is found where RFC 8414 puts it, too", function()
    at.p.plain_metadata = true
    assert.is_true(at.p:is_valid(at:client()()))
    assert.equal("GET /.well-known/oauth-authorization-server", at.p.requests[2])
  end)

  it("is asked for its endpoints once", function()
    local token = at:client()
    token()
    token(true)
    assert.same({ "GET /.well-known/openid-configuration", "POST /token", "POST /token" },
      at.p.requests)
  end)

  it("must be who was asked", function()
    at.p.claims.issuer = "https://other.test"
    assert.matches("describes another issuer", at.fails("protocol", at:client()).message)
  end)

  it("is not asked for endpoints that the caller gives", function()
    local token = satchel.oauth.client { endpoints = { token = at.p.base .. "/token" },
      client_id = "app", client_secret = at.p.secret, proxy = false }
    assert.is_true(at.p:is_valid(token()))
    assert.same({ "POST /token" }, at.p.requests)
  end)

  for _, case in ipairs {
    { { status = 500, document = "<html>oops" }, "server", "HTTP status 500" },
    { { status = 429, document = "slow" }, "throttled", "429" },
    { { status = 404, document = "what?" }, "not_found", "404" },
    { { status = 200, document = "what?" }, "protocol", "200" },
    { { status = 302, document = "", headers = { { "Location", "http://evil.test" } } },
      "protocol", "302" },
    { { document = { token_type = "Bearer" } }, "protocol", "missing" },
    { { document = { access_token = "a\r\nb", token_type = "Bearer" } }, "protocol", "ASCII" },
    { { document = { access_token = "", token_type = "Bearer" } }, "protocol", "ASCII" },
    { { document = { access_token = "a" } }, "protocol", "Bearer" },
    { { document = { access_token = "a", token_type = "mac" } }, "protocol", "Bearer" },
    { { document = { access_token = { "a" }, token_type = "Bearer" } }, "protocol", "missing" },
    { { status = 400, document = { error = "invalid_scope" } }, "auth", "invalid_scope" },
    { { status = 400, document = { error = "temporarily_unavailable" } }, "throttled",
      "temporarily" },
    { { status = 400, document = { error = { "x" } } }, "protocol", "400" },
  } do
    it("that answers " .. json.encode(case[1].document) .. " gives no token", function()
      at.p.answers = { case[1] }
      assert.matches(case[3], at.fails(case[2], at:client()).message)
    end)
  end

  it("that says when to come back is quoted", function()
    at.p.answers = { { status = 429, document = "slow", headers = { { "Retry-After", "7" } } } }
    assert.equal(7, at.fails("throttled", at:client()).retry_after)
  end)

  for _, case in ipairs {
    { "AADSTS7000218: The request body must contain", "public client flows" },
    { "AADSTS7000215: Invalid client secret", "its value is needed" },
    { "AADSTS65001: consent", "has to agree once" },
    { "AADSTS70: other", "sign in again" },
  } do
    it("of Microsoft is understood: " .. case[1]:match "^%w+", function()
      at.p.answers = { { status = 400, document = { error = "invalid_grant",
        error_description = case[1] } } }
      local err = at.fails("auth", at:client())
      assert.matches(case[2], err.hint)
      assert.equal(case[1], err.description)
    end)
  end

  for _, url in ipairs { "http://example.test", "http://127.0.0.1.example.test", "ftp://127.0.0.1",
    "https://u@example.test", "https://exa mple.test", "https:///x", "https://x.test/'; id '",
    'https://x.test/"', "https://x.test/`id`" } do
    it("is not told secrets at " .. url, function()
      local sent = {}
      local err = at.fails("invalid", satchel.oauth.client { endpoints = { token = url },
        client_id = "app", client_secret = "x", transport = function(r) sent[#sent + 1] = r end })
      assert.matches("token endpoint", err.message)
      assert.same({}, sent)
    end)
  end

  it("is told secrets in clear text where the caller says so", function()
    local token = satchel.oauth.client { endpoints = { token = "http://example.test" },
      client_id = "app", client_secret = "x", tls = false, transport = function()
        return { status = 200, body = '{"access_token":"a","token_type":"bearer"}', fields = {} }
      end }
    assert.equal("a", token())
  end)
end)
