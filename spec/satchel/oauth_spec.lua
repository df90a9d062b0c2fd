-- Tokens: what may be asked for, and that nothing secret gets out; the rest is in the
-- files of oauth.

local core = require "satchel.core"
local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

describe("the options", function()
  for _, case in ipairs {
    { "client", {}, "client_id" },
    { "device", { client_id = "a" }, "who gives the tokens" },
    { "device", { client_id = "a", provider = "yahoo" }, "'google', 'microsoft'" },
    { "device", { client_id = "a", issuer = "https://a.test", tenant = "x" }, "tenant" },
    { "device", { client_id = "a", provider = "google" }, "no access to mail by a device code" },
    { "client", { client_id = "a", provider = "microsoft", client_secret = "s" }, "tenant" },
    { "client", { client_id = "a", provider = "microsoft", tenant = "a/b", client_secret = "s" },
      "neither a domain nor an id" },
    { "client", { client_id = "a", provider = "google", client_secret = "s" },
      "user or certificate" },
    { "device", { client_id = "a", provider = "microsoft", services = { "nntp" } }, "nntp" },
    { "device", { client_id = "a", issuer = "https://a.test", store = { load = print } }, "save" },
    { "device", { client_id = "a", issuer = "https://a.test", sope = "x" },
      "did you mean 'scope'" },
    { "code", { client_id = "a", issuer = "https://a.test", client_secret = "s",
      certificate = { key = "k" } }, "not both" },
  } do
    it(("of %s are refused: %s"):format(case[1], case[3]), function()
      local ok, err = satchel.try(satchel.oauth[case[1]], case[2])
      assert.is_false(ok)
      assert.truthy(tostring(err):find(case[3], 1, true), tostring(err))
    end)
  end

  -- what is asked of whom, without asking
  local function first_request(fn, given)
    local asked
    given.transport = function(request)
      asked = request
      return nil, { kind = "network", message = "no network" }
    end
    satchel.try(fn(given))
    return asked and asked.url, asked and require("satchel.oauth.form").decode(asked.body)
  end

  it("of Microsoft ask for its mail services and to be asked again", function()
    local url, fields = first_request(satchel.oauth.device, { provider = "microsoft",
      client_id = "app", tenant = "contoso.com" })
    assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/devicecode", url)
    assert.equal("https://outlook.office.com/IMAP.AccessAsUser.All "
      .. "https://outlook.office.com/POP.AccessAsUser.All https://outlook.office.com/SMTP.Send "
      .. "offline_access", fields.scope)
  end)

  it("of Microsoft name services", function()
    local _, fields = first_request(satchel.oauth.device, { provider = "microsoft",
      client_id = "app", services = { "mapi" } })
    assert.equal("https://outlook.office.com/EWS.AccessAsUser.All offline_access", fields.scope)
  end)

  it("of Microsoft ask as an application", function()
    local url, fields = first_request(satchel.oauth.client, { provider = "microsoft",
      client_id = "app", tenant = "contoso.com", client_secret = "s" })
    assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token", url)
    assert.equal("https://outlook.office365.com/.default", fields.scope)
    assert.equal("s", fields.client_secret)
  end)

  it("of Google ask for a refresh token", function()
    local url
    satchel.oauth.code { provider = "google", client_id = "app", patience = 0,
      open = function(u) url = u end, transport = function() end }
    local token = satchel.oauth.code { provider = "google", client_id = "app", patience = 0,
      open = function(u) url = u end,
      transport = function() return nil, { kind = "network", message = "none" } end }
    assert.equal("timeout", select(2, satchel.try(token)).kind)
    assert.matches("^https://accounts%.google%.com/o/oauth2/v2/auth%?", url)
    assert.truthy(url:find("scope=https%3A%2F%2Fmail.google.com%2F", 1, true))
    assert.truthy(url:find("&access_type=offline&prompt=consent", 1, true))
  end)
end)

describe("a secret", function()
  -- everything that a value leads to, as text
  local function all_text(value, seen, out)
    seen, out = seen or {}, out or {}
    if type(value) == "string" then out[#out + 1] = value end
    if type(value) == "table" and not seen[value] then
      seen[value] = true
      out[#out + 1] = tostring(value)
      for k, v in next, value do
        all_text(k, seen, out)
        all_text(v, seen, out)
      end
    end
    return table.concat(out, "\n")
  end

  local function hidden(text)
    local form = require "satchel.oauth.form"
    local given, base64 = at.p.secret, core.text.base64
    for _, secret in ipairs { given, form.escape(given), base64("app:" .. given),
      base64("app:" .. form.escape(given)), at.p.device_code } do
      assert.falsy(text:find(secret, 1, true), secret)
    end
    for _, fields in ipairs(at.p.asked) do
      for _, name in ipairs { "code", "code_verifier", "refresh_token", "client_secret" } do
        assert.falsy(fields[name] and text:find(fields[name], 1, true), name)
      end
    end
    for access in pairs(at.p.valid) do assert.falsy(text:find(access, 1, true), "access token") end
  end

  it("is in no trace", function()
    local events = {}
    local function trace(event) events[#events + 1] = event end
    at.p.claims.token_endpoint_auth_methods_supported = false
    at:client({ trace = trace })()
    at:client({ trace = trace, auth_method = "client_secret_post" })()
    at.in_task(function()
      local token = at:code { trace = trace }
      token()
      token(true)
    end)
    at:device({ trace = trace })()
    assert.is_true(#events >= 14)
    assert.equal("http", events[1].layer)
    hidden(all_text(events))
  end)

  it("is in no error, whatever the provider repeats", function()
    for _, method in ipairs { "client_secret_basic", "client_secret_post" } do
      local right = at.p.secret
      at.p.secret = "changed"
      local err = at.fails("auth", satchel.oauth.client(at:options { client_secret = right,
        auth_method = method }))
      at.p.secret = right
      assert.equal("invalid_client", err.name)
      assert.matches("wrong secret %*%*%*", err.message)
      hidden(all_text(err))
    end
  end)

  it("is in no error of a renewal", function()
    local token = at:device { show = function(prompt)
      if #at.prompts > 0 then error("asked again", 0) end
      at.prompts[1] = prompt
    end }
    token()
    local refresh_token = at.p.last.refresh_token
    at.p.answers = { { status = 400, document = { error = "server_error",
      error_description = "cannot take " .. refresh_token } } }
    local err = at.fails("server", token, true)
    assert.matches("cannot take %*%*%*", err.message)
    hidden(all_text(err))
  end)
end)
