-- Tokens: each way to sign in against a provider of the specs' own, what is
-- renewed when, what is kept where, and that nothing secret gets out.
local core = require "satchel.core"
local json = require "cjson.safe"
local provider = require "support.small_provider"
local satchel = require "satchel"

local p
local prompts
local now = os.time

-- the clock goes on by so many seconds
local function later(seconds)
  rawset(os, "time", function(...) return ... and now(...) or now() + seconds end)
end

before_each(function()
  p = provider.start()
  prompts = {}
  require("satchel.oauth.device").sleep = function() satchel.sleep(0.001) end
end)
after_each(function()
  p:close()
  rawset(os, "time", now)
end)
teardown(function() require("satchel.oauth.device").sleep = require("satchel.task").sleep end)

local function merged(base, more)
  for k, v in pairs(more or {}) do base[k] = v end
  return base
end

local function options(more)
  return merged({ issuer = p.base, client_id = "app", scope = "mail offline_access", proxy = false,
    timeout = 5 }, more)
end

local function client(more)
  return satchel.oauth.client(options(merged({ client_secret = p.secret }, more)))
end

local function device(more)
  return satchel.oauth.device(options(merged({ show = function(prompt)
    prompts[#prompts + 1] = prompt
  end }, more)))
end

-- signs in by a browser that does what it is told
local function code(more)
  return satchel.oauth.code(options(merged({ patience = 2, open = function(url)
    prompts[#prompts + 1] = url
    satchel.spawn(function() p.pages = p.browse(url) end)
  end }, more)))
end

-- the browser needs its turn
local function in_task(fn)
  local task = satchel.spawn(fn)
  satchel.run()
  return task:join()
end

local function fails(kind, fn, ...)
  local ok, err = satchel.try(fn, ...)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  return err
end

local function count(grant)
  local n = 0
  for _, fields in ipairs(p.asked) do
    if fields.grant_type == grant then n = n + 1 end
  end
  return n
end

describe("client credentials", function()
  it("give a token that the provider knows, once", function()
    local token = client()
    assert.is_true(p:is_valid(token()))
    assert.equal(token(), token())
    assert.equal(1, #p.asked)
    assert.equal("mail offline_access", p.asked[1].scope)
  end)

  it("are shown as the provider asks: by Basic, each part escaped", function()
    client()()
    assert.same({ id = "app", secret = p.secret, basic = true }, p.shown)
  end)

  for _, case in ipairs {
    { "by the form where only that is offered", { "client_secret_post" }, nil, false },
    { "by Basic where both are", { "client_secret_post", "client_secret_basic" }, nil, true },
    { "by Basic where nothing is said", false, nil, true },
    { "as the caller says", { "client_secret_basic" }, "client_secret_post", false },
  } do
    it("are shown " .. case[1], function()
      p.claims.token_endpoint_auth_methods_supported = case[2]
      client({ auth_method = case[3] })()
      assert.equal(case[4], p.shown.basic)
      assert.equal(p.secret, p.shown.secret)
    end)
  end

  it("are asked for again when they end, for there is no refresh token", function()
    p.lifetime = 0
    local token = client()
    assert.not_equal(token(), token())
    assert.equal(2, count "client_credentials")
  end)

  it("come from a function where the caller has one", function()
    client({ client_secret = function() return p.secret end })()
    assert.equal(p.secret, p.shown.secret)
  end)

  it("need a secret or a certificate", function()
    local err = fails("invalid", satchel.oauth.client, options())
    assert.matches("client_secret or a certificate is missing", err.message)
  end)
end)

describe("a certificate", function()
  local folder
  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert(os.execute(("mkdir -m 700 %s && cd %s && openssl req -x509 -newkey rsa:2048 -nodes "
      .. "-keyout rsa.key -out rsa.crt -days 2 -subj /CN=app 2>openssl.log && openssl ecparam "
      .. "-name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out ec.key && openssl "
      .. "pkcs8 -topk8 -in rsa.key -out locked.key -passout pass:open && echo no > none.key")
      :format(folder, folder)))
  end)
  teardown(function() os.execute("rm -rf " .. folder) end)

  -- header, claims, signature of what was shown
  local function parts(text)
    local list = {}
    for part in text:gmatch "[^.]+" do
      local base64 = part:gsub("[-_]", { ["-"] = "+", ["_"] = "/" })
      list[#list + 1] = core.text.unbase64(base64 .. ("="):rep(-#base64 % 4))
    end
    return json.decode(list[1]), json.decode(list[2]), list[3]
  end

  local function shown(certificate)
    for name, file in pairs(certificate) do
      if name == "key" or name == "cert" then certificate[name] = folder .. "/" .. file end
    end
    satchel.oauth.client(options { certificate = certificate })()
    return parts(p.shown.assertion)
  end

  it("signs who the client is, for this provider and a short time", function()
    local header, claims, signature = shown { key = "rsa.key", cert = "rsa.crt", kid = "k1" }
    assert.equal("RS256", header.alg)
    assert.equal("k1", header.kid)
    assert.equal(256, #signature)
    assert.equal("app", claims.iss)
    assert.equal("app", claims.sub)
    assert.equal(p.base .. "/token", claims.aud)
    assert.is_true(claims.exp - claims.iat <= 600)
    local fingerprint = io.popen(("openssl x509 -in %s/rsa.crt -noout -fingerprint -sha256")
      :format(folder)):read "a":match "=(%S+)":gsub(":", "")
    assert.equal(require("satchel.oauth.form").base64url(core.text.unhex(fingerprint:lower())),
      header["x5t#S256"])
    local last = p.asked[#p.asked]
    assert.equal("urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      last.client_assertion_type)
  end)

  it("signs each time anew", function()
    local _, first = shown { key = "rsa.key" }
    local _, second = shown { key = "rsa.key" }
    assert.not_equal(first.jti, second.jti)
  end)

  it("of an elliptic curve signs by it", function()
    local header, _, signature = shown { key = "ec.key" }
    assert.equal("ES256", header.alg)
    assert.equal(64, #signature)
  end)

  it("signs as the caller says", function()
    assert.equal("PS256", (shown { key = "rsa.key", algorithm = "PS256" }).alg)
  end)

  it("opens by its pass phrase", function()
    assert.equal("RS256", (shown { key = "locked.key", passphrase = "open" }).alg)
    assert.is_false((satchel.try(shown, { key = "locked.key", passphrase = "wrong" })))
  end)

  it("that is not there, or is none, is named", function()
    assert.matches("missing.key", fails("not_found", shown, { key = "missing.key" }).message)
    assert.matches("no PEM in the key", fails("invalid", shown, { key = "none.key" }).message)
  end)

  -- what the provider of a preset is shown, without asking it
  local function posted(given)
    local body
    given.client_id, given.transport = "app", function(request)
      body = request.body
      return nil, { kind = "network", message = "no network" }
    end
    satchel.try(satchel.oauth.client(given))
    return require("satchel.oauth.form").decode(body)
  end

  it("signs for Microsoft as that wants it", function()
    local fields = posted { provider = "microsoft", tenant = "contoso.com",
      certificate = { key = folder .. "/rsa.key", cert = folder .. "/rsa.crt" } }
    local header, claims = parts(fields.client_assertion)
    assert.equal("PS256", header.alg)
    assert.is_string(header["x5t#S256"])
    assert.equal("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token", claims.aud)
    fails("invalid", satchel.oauth.client { provider = "microsoft", tenant = "contoso.com",
      client_id = "app", certificate = { key = folder .. "/rsa.key" } })
  end)

  it("of a service account asks Google in the name of a user", function()
    local fields = posted { provider = "google", user = "anna@one.test",
      certificate = { key = folder .. "/rsa.key" } }
    assert.equal("urn:ietf:params:oauth:grant-type:jwt-bearer", fields.grant_type)
    local _, claims = parts(fields.assertion)
    assert.equal("app", claims.iss)
    assert.equal("anna@one.test", claims.sub)
    assert.equal("https://mail.google.com/", claims.scope)
    assert.equal("https://oauth2.googleapis.com/token", claims.aud)
  end)
end)

describe("the code of a device", function()
  it("is shown, and the provider asked until the user has entered it", function()
    p.device_answers = { "authorization_pending", "authorization_pending" }
    local token = device()
    assert.is_true(p:is_valid(token()))
    assert.equal(3, #p.asked)
    assert.equal("WDJB-MJHT", prompts[1].code)
    assert.equal(p.base .. "/enter", prompts[1].url)
    assert.equal(p.base .. "/enter?user_code=WDJB-MJHT", prompts[1].complete_url)
    assert.matches("open http.*/enter and enter the code WDJB%-MJHT", prompts[1].message)
    assert.equal("mail offline_access", p.device_scope)
  end)

  it("is asked for less often when the provider says so, or does not answer", function()
    local waits = {}
    require("satchel.oauth.device").sleep = function(s) waits[#waits + 1] = s end
    p.device_answers = { "slow_down", "authorization_pending", "hangup", "slow_down" }
    device()()
    assert.same({ 1, 6, 6, 12, 17 }, waits)
  end)

  for _, case in ipairs {
    { "access_denied", "said no" },
    { "expired_token", "start again" },
    { "invalid_grant", "sign in again" },
  } do
    it("ends by " .. case[1], function()
      p.device_answers = { "authorization_pending", case[1] }
      local err = fails("auth", device())
      assert.equal(case[1], err.name)
      assert.matches(case[2], err.hint)
      assert.equal(2, #p.asked)
    end)
  end

  it("ends when nobody enters it", function()
    p.device_lifetime = 5
    for i = 1, 100 do p.device_answers[i] = "authorization_pending" end
    local err = fails("auth", device())
    assert.equal("expired_token", err.name)
    assert.equal(5, #p.asked)
  end)

  it("is not asked for where nobody is there to enter it", function()
    local err = fails("auth", device { show = false })
    assert.matches("nobody has signed in yet", err.message)
    assert.matches("run the script once where somebody can sign in", err.hint)
    assert.equal(0, #p.asked)
  end)
end)

describe("the authorization code", function()
  it("comes by the browser, with PKCE, and is worth a token", function()
    in_task(function()
      local token = code { user = "anna@example.test" }
      assert.is_true(p:is_valid(token()))
    end)
    assert.equal("S256", p.authorized.code_challenge_method)
    assert.equal("anna@example.test", p.authorized.login_hint)
    assert.equal("mail offline_access", p.authorized.scope)
    assert.matches("^http://127%.0%.0%.1:%d+$", p.authorized.redirect_uri)
    assert.is_true(#p.asked[1].code_verifier >= 43)
    assert.matches("Signed in", p.pages[2].body)
  end)

  it("takes the address that is registered", function()
    in_task(function() code({ redirect_uri = "http://localhost/done" })() end)
    assert.matches("^http://localhost:%d+/done$", p.authorized.redirect_uri)
  end)

  it("asks for what else the caller wants", function()
    in_task(function() code({ authorize = { prompt = "login", acr = "x y" } })() end)
    assert.equal("login", p.authorized.prompt)
    assert.equal("x y", p.authorized.acr)
  end)

  it("does not take the answer to another sign-in, and waits on", function()
    p.on_authorize = function(answer)
      answer[2][2] = "another"
      return answer
    end
    local err = in_task(function() return fails("timeout", code { patience = 0.3 }) end)
    assert.matches("only answers to other sign%-ins", err.message)
    assert.equal(400, p.pages[2].status)
    assert.equal(0, #p.asked)
  end)

  it("does not take the answer of another issuer", function()
    for _, issuer in ipairs { "https://evil.test", false } do
      p.on_authorize = function(answer)
        answer[3][2] = issuer or nil
        return answer
      end
      local err = in_task(function() return fails("auth", code()) end)
      assert.matches("the answer is not from", err.message)
    end
    assert.equal(0, #p.asked)
  end)

  it("does without the issuer where the provider never gives it", function()
    p.claims.authorization_response_iss_parameter_supported = false
    p.on_authorize = function(answer) return { answer[1], answer[2] } end
    in_task(function() assert.is_true(p:is_valid(code()())) end)
  end)

  it("says what the provider says", function()
    p.on_authorize = function(answer)
      return { { "error", "access_denied" }, { "error_description", "not\r\nyou" }, answer[2],
        answer[3] }
    end
    local err = in_task(function() return fails("auth", code()) end)
    assert.equal("access_denied", err.name)
    assert.matches("access_denied: not you", err.message)
    assert.matches("Not signed in", p.pages[2].body)
  end)

  it("listens no longer than it must", function()
    in_task(function() code()() end)
    local transport = require("satchel.transport").new { tls = false, proxy = false, timeout = 2 }
    local _, err = transport { url = p.authorized.redirect_uri, auth = false }
    assert.equal("network", err.kind)
  end)

  it("answers nothing else", function()
    local statuses = {}
    in_task(function()
      code({ open = function(url)
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
          p.browse(url)
        end)
      end })()
    end)
    assert.same({ 404, 404, 400, 400 }, statuses)
  end)

  for _, uri in ipairs { "https://127.0.0.1/", "http://example.test/", "http://10.0.0.1",
    "app:/x", "http://localhost.example.test" } do
    it("goes to this machine and not to " .. uri, function()
      fails("invalid", code { redirect_uri = uri })
    end)
  end
end)

describe("a token", function()
  it("is renewed before its end", function()
    local token = device { margin = 300 }
    local first = token()
    later(3600 - 310)
    assert.equal(first, token())
    later(3600 - 290)
    local second = token()
    assert.not_equal(first, second)
    assert.is_true(p:is_valid(second))
    assert.equal(1, #prompts)
    assert.equal(1, count "refresh_token")
  end)

  it("of a short life is renewed before its end, and not at once", function()
    p.lifetime = 10
    local token = device()
    local first = token()
    later(6)
    assert.equal(first, token())
    later(9)
    assert.not_equal(first, token())
  end)

  it("is renewed when a server refused it", function()
    local token = device()
    local first = token()
    local second = token(true)
    assert.not_equal(first, second)
    assert.equal(second, token())
  end)

  it("is renewed once, however many tasks ask", function()
    local token = device()
    token()
    p.delay = 0.05
    local seen, tasks = {}, {}
    for i = 1, 8 do tasks[i] = satchel.spawn(function() seen[token(true)] = true end) end
    satchel.join(tasks)
    assert.equal(1, count "refresh_token")
    assert.equal(p.last.access_token, next(seen))
    assert.is_nil(next(seen, next(seen)))
  end)

  it("is not renewed for a task that was late to learn of the last renewal", function()
    local token = device()
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
    assert.equal(1, count "refresh_token")
  end)

  it("keeps its refresh token where the provider gives no other", function()
    p.rotates = false
    local token = device()
    token()
    local given = p.last.refresh_token
    token(true)
    token(true)
    assert.equal(given, p.asked[#p.asked].refresh_token)
  end)

  it("serves on when it cannot be renewed yet", function()
    local token = device()
    p.lifetime = 100
    local first = token()
    later(90)
    p.answers = { { status = 503, document = "busy" } }
    assert.equal(first, token())
    assert.equal(2, #p.asked)
    assert.not_equal(first, token())
  end)

  it("that has ended is not served, and says why there is no other", function()
    local token = device()
    p.lifetime = 100
    token()
    later(101)
    p.answers = { { status = 503, document = "busy" } }
    fails("throttled", token)
    assert.equal(1, #prompts)
  end)

  it("that ends is got by signing in again", function()
    local token = device()
    token()
    p.refresh = {}
    assert.is_true(p:is_valid(token(true)))
    assert.equal(2, #prompts)
  end)

  it("says that the sign-in has ended where nobody is there", function()
    local kept
    local store = { load = function() return kept end, save = function(text) kept = text end }
    device({ store = store })()
    p.refresh = {}
    local token = device { store = store, show = false }
    token()
    local err = fails("auth", token, true)
    assert.equal("invalid_grant", err.name)
    assert.matches("the sign%-in has ended", err.message)
  end)

  it("comes of a refresh token that was got elsewhere", function()
    local token = device()
    token()
    local other = satchel.oauth.refresh(options { refresh_token = p.last.refresh_token })
    assert.is_true(p:is_valid(other()))
    assert.is_true(p:is_valid(other(true)))
  end)
end)

describe("the store of tokens", function()
  local folder, path
  before_each(function()
    folder = os.tmpname()
    os.remove(folder)
    path = folder .. "/anna.json"
  end)
  after_each(function() os.execute("rm -rf " .. folder) end)

  local function kept()
    return json.decode((assert(core.file.read_private(path))))
  end

  it("keeps them for the next run", function()
    local first = device({ store = path })()
    assert.equal(first, device({ store = path, show = false })())
    assert.equal(1, #prompts)
    assert.equal(p.last.refresh_token, kept().refresh_token)
  end)

  it("has a new refresh token before anybody has the access token", function()
    local token = device { store = path }
    token()
    local second = token(true)
    assert.equal(second, kept().access_token)
    assert.equal(p.last.refresh_token, kept().refresh_token)
  end)

  it("gives no token that it could not keep, and tries again", function()
    local text, full = nil, false
    local store = { load = function() return text end, save = function(new)
      if full then error "no room" end
      text = new
    end }
    local token = device { store = store }
    token()
    full = true
    assert.is_false((satchel.try(token, true)))
    assert.is_false((satchel.try(token)))
    full = false
    local second = token()
    assert.equal(p.last.access_token, second)
    assert.equal(p.last.refresh_token, json.decode(text).refresh_token)
    assert.equal(1, count "refresh_token")
  end)

  it("is read again before a renewal: another run may have renewed", function()
    local one, other = device { store = path }, device { store = path, show = false }
    one()
    other()
    local renewed = one(true)
    assert.equal(renewed, other(true))
    assert.equal(1, count "refresh_token")
    assert.is_true(p:is_valid(other(true)))
    assert.equal(2, count "refresh_token")
  end)

  it("waits while another run renews", function()
    local token = device { store = path }
    token()
    local held = assert(core.file.lock(path .. ".lock"))
    local waiting = satchel.spawn(token, true)
    satchel.spawn(function()
      satchel.sleep(0.1)
      assert.equal(0, count "refresh_token")
      held:close()
    end)
    satchel.run()
    assert.is_true(p:is_valid(waiting:join()))
  end)

  it("is refused when others can read it", function()
    device({ store = path })()
    os.execute("chmod 644 " .. path)
    local err = fails("denied", device { store = path })
    assert.matches("is open to other users", err.message)
    assert.matches("mode 0600", err.hint)
    assert.equal(1, #p.asked)
  end)

  for _, case in ipairs {
    { "client", { client_id = "other" } },
    { "user", { user = "bob@example.test" } },
  } do
    it("is refused for another " .. case[1], function()
      device({ store = path, user = "anna@example.test" })()
      local err = fails("invalid", device(merged({ store = path, user = "anna@example.test" },
        case[2])))
      assert.matches("another " .. case[1], err.message)
      assert.equal(1, #p.asked)
    end)
  end

  it("is refused for another provider, which sees nothing of it", function()
    device({ store = path })()
    local second <close> = provider.start()
    local err = fails("invalid", device { store = path, issuer = second.base })
    assert.matches("another provider", err.message)
    assert.same({}, second.requests)
  end)

  it("gives nothing for another scope", function()
    device({ store = path })()
    device({ store = path, scope = "more" })()
    assert.equal(2, #prompts)
  end)

  for _, text in ipairs { "{", "[]", "true", '{"version":2}', "secret" } do
    it("is refused when it holds " .. text, function()
      assert(core.file.write_private(path, text))
      local err = fails("invalid", device { store = path })
      assert.matches("something else than tokens", err.message)
    end)
  end
end)

describe("a provider", function()
  it("is found where RFC 8414 puts it, too", function()
    p.plain_metadata = true
    assert.is_true(p:is_valid(client()()))
    assert.equal("GET /.well-known/oauth-authorization-server", p.requests[2])
  end)

  it("is asked for its endpoints once", function()
    local token = client()
    token()
    token(true)
    assert.same({ "GET /.well-known/openid-configuration", "POST /token", "POST /token" },
      p.requests)
  end)

  it("must be who was asked", function()
    p.claims.issuer = "https://other.test"
    assert.matches("describes another issuer", fails("protocol", client()).message)
  end)

  it("is not asked for endpoints that the caller gives", function()
    local token = satchel.oauth.client { endpoints = { token = p.base .. "/token" },
      client_id = "app", client_secret = p.secret, proxy = false }
    assert.is_true(p:is_valid(token()))
    assert.same({ "POST /token" }, p.requests)
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
      p.answers = { case[1] }
      assert.matches(case[3], fails(case[2], client()).message)
    end)
  end

  it("that says when to come back is quoted", function()
    p.answers = { { status = 429, document = "slow", headers = { { "Retry-After", "7" } } } }
    assert.equal(7, fails("throttled", client()).retry_after)
  end)

  for _, case in ipairs {
    { "AADSTS7000218: The request body must contain", "public client flows" },
    { "AADSTS7000215: Invalid client secret", "its value is needed" },
    { "AADSTS65001: consent", "has to agree once" },
    { "AADSTS70: other", "sign in again" },
  } do
    it("of Microsoft is understood: " .. case[1]:match "^%w+", function()
      p.answers = { { status = 400, document = { error = "invalid_grant",
        error_description = case[1] } } }
      local err = fails("auth", client())
      assert.matches(case[2], err.hint)
      assert.equal(case[1], err.description)
    end)
  end

  for _, url in ipairs { "http://example.test", "http://127.0.0.1.example.test", "ftp://127.0.0.1",
    "https://u@example.test", "https://exa mple.test", "https:///x", "https://x.test/'; id '",
    'https://x.test/"', "https://x.test/`id`" } do
    it("is not told secrets at " .. url, function()
      local sent = {}
      local err = fails("invalid", satchel.oauth.client { endpoints = { token = url },
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
    for _, secret in ipairs { p.secret, form.escape(p.secret), core.text.base64("app:" .. p.secret),
      core.text.base64("app:" .. form.escape(p.secret)), p.device_code } do
      assert.falsy(text:find(secret, 1, true), secret)
    end
    for _, fields in ipairs(p.asked) do
      for _, name in ipairs { "code", "code_verifier", "refresh_token", "client_secret" } do
        assert.falsy(fields[name] and text:find(fields[name], 1, true), name)
      end
    end
    for access in pairs(p.valid) do assert.falsy(text:find(access, 1, true), "access token") end
  end

  it("is in no trace", function()
    local events = {}
    local function trace(event) events[#events + 1] = event end
    p.claims.token_endpoint_auth_methods_supported = false
    client({ trace = trace })()
    client({ trace = trace, auth_method = "client_secret_post" })()
    in_task(function()
      local token = code { trace = trace }
      token()
      token(true)
    end)
    device({ trace = trace })()
    assert.is_true(#events >= 14)
    assert.equal("http", events[1].layer)
    hidden(all_text(events))
  end)

  it("is in no error, whatever the provider repeats", function()
    for _, method in ipairs { "client_secret_basic", "client_secret_post" } do
      local right = p.secret
      p.secret = "changed"
      local err = fails("auth", satchel.oauth.client(options { client_secret = right,
        auth_method = method }))
      p.secret = right
      assert.equal("invalid_client", err.name)
      assert.matches("wrong secret %*%*%*", err.message)
      hidden(all_text(err))
    end
  end)

  it("is in no error of a renewal", function()
    local token = device { show = function(prompt)
      if #prompts > 0 then error("asked again", 0) end
      prompts[1] = prompt
    end }
    token()
    local refresh_token = p.last.refresh_token
    p.answers = { { status = 400, document = { error = "server_error",
      error_description = "cannot take " .. refresh_token } } }
    local err = fails("server", token, true)
    assert.matches("cannot take %*%*%*", err.message)
    hidden(all_text(err))
  end)
end)
