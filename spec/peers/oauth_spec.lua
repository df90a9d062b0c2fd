-- Tokens of a real OpenID provider log on to a real Dovecot, which asks the
-- provider about them: every grant, both mechanisms, and a token that ends in
-- the middle of a run.
local browser = require "support.peers.browser"
local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local dovecot = require "support.dovecot"
local log_on = require "scenario.log_on"
local openid = require "support.peers.openid"
local postfix = require "support.postfix"
local satchel = require "satchel"
local server = require "support.server"

local USER <const> = "anna@example.test"
local LIFETIME <const> = 4 -- seconds
local MECHANISMS <const> = { "OAUTHBEARER", "XOAUTH2" }

local provider, dir
-- a Dovecot for each mechanism, so that connect finds no other; and a Postfix that asks it
local boxes, relays = {}, {}

describe("tokens of a provider", function()
  setup(function()
    provider = openid.start { lifetime = LIFETIME, user = USER }
    dir = server.place "oauth"
    local settings = dovecot.dialect().oauth({ issuer = provider.issuer, id = "dovecot",
      secret = "dovecot-secret" }, dir .. "/dovecot-oauth2.conf")
    for _, mechanism in ipairs(MECHANISMS) do
      boxes[mechanism] = dovecot.start { users = { [USER] = "unused" },
        mechanisms = mechanism:lower(), settings = settings,
        protocols = { "imap", "pop3" } }
    end
  end)

  teardown(function()
    for _, relay in pairs(relays) do relay:stop() end
    for _, box in pairs(boxes) do box:stop() end
    if provider then provider:close() end
    if dir then server.run("rm -rf '%s'", dir) end
  end)

  local function options(more)
    more.issuer, more.proxy = provider.issuer, false
    more.scope = more.scope or "mail offline_access"
    return more
  end

  local signed_in = 0

  local function sign_in(url)
    satchel.spawn(function()
      local b = browser.new()
      local page = b:open(url)
      while page.body:find "<form" do page = b:submit(page) end
      assert.equal(200, page.status, page.body)
      signed_in = signed_in + 1
    end)
  end

  local function client(more)
    more.scope = "mail"
    return satchel.oauth.client(options(more))
  end

  -- each grant by name: makes its token function
  local grants <const> = {
    ["the device code"] = function(more)
      more = more or {}
      more.client_id = "device"
      more.show = function(prompt) sign_in(prompt.complete_url) end
      return satchel.oauth.device(options(more))
    end,
    ["the authorization code with PKCE"] = function(more)
      more = more or {}
      more.client_id, more.patience, more.open = "code", 20, sign_in
      more.redirect_uri = "http://127.0.0.1/done"
      return satchel.oauth.code(options(more))
    end,
    ["client credentials by Basic"] = function()
      return client { client_id = "basic", client_secret = "basic s3cret/+&" }
    end,
    ["client credentials in the form"] = function()
      return client { client_id = "post", client_secret = "post s3cret",
        auth_method = "client_secret_post" }
    end,
    ["client credentials by a signed assertion"] = function()
      return client { client_id = "key", certificate = { key = provider.key,
        cert = provider.certificate } }
    end,
  }

  local names = {}
  for name in pairs(grants) do names[#names + 1] = name end
  table.sort(names)

  -- the page has to be opened while the token function waits
  local function in_task(fn)
    local task = satchel.spawn(fn)
    satchel.run()
    return task:join()
  end

  local function introspect(token)
    local transport = require("satchel.transport").new { tls = false, proxy = false, timeout = 10 }
    local response = assert(transport { method = "POST",
      url = provider.issuer .. "/token/introspection", body = "token=" .. token,
      auth = { user = "dovecot", password = "dovecot-secret", methods = "basic" },
      headers = { "Content-Type: application/x-www-form-urlencoded" } })
    return require "cjson".decode(response.body)
  end

  local function imap(token, mechanism)
    local box = boxes[mechanism]
    local conn <close> = connection.open { url = box.url "imaps", user = USER, token = token,
      tls = { ca = box.ca }, proxy = false, timeout = 10, mechanism = mechanism }
    assert.is_true(conn:run("NOOP").ok)
  end

  -- one sign-in, one wait for the end of its first token
  for _, name in ipairs(names) do
    it(name .. " logs on by both mechanisms, and again after its token has ended", function()
      in_task(function()
        local before, token = signed_in, grants[name]()
        local first = token()
        local known = introspect(first)
        assert.is_true(known.active)
        assert.equal(USER, known.username)
        for _, mechanism in ipairs(MECHANISMS) do imap(token, mechanism) end
        assert.equal(first, token())
        satchel.sleep(LIFETIME + 0.5)
        assert.is_false(introspect(first).active)
        for _, mechanism in ipairs(MECHANISMS) do
          imap(token, mechanism)
          log_on.note("Dovecot by IMAP", mechanism)
        end
        assert.not_equal(first, token())
        assert.is_true(signed_in - before <= 1)
      end)
    end)
  end

  -- the server ends the connection, as servers do now and then; it takes its time
  local function cut(box)
    local doveadm = ("doveadm -c '%s/dovecot.conf'"):format(box.dir)
    server.run("%s kick '%s'; while %s who -1 2>&1 | grep -q '^%s'; do sleep 0.05; done", doveadm,
      USER, doveadm, USER)
  end

  for _, mechanism in ipairs(MECHANISMS) do
    it("an IMAP session goes on over the end of its token and of its connection, by "
      .. mechanism, function()
      in_task(function()
        local box, asked = boxes[mechanism], 0
        local give = grants["the device code"]()
        local tokens = {}
        local function token(refused)
          asked = asked + 1
          tokens[asked] = give(refused)
          return tokens[asked]
        end
        local session <close> = satchel.connect { user = USER, token = token,
          url = box.url "imaps", tls = { ca = box.ca }, proxy = false, timeout = 10 }
        local folder = session:folder("Run " .. mechanism, { create = true })
        for i = 1, 3 do
          folder:create_folder("part " .. i)
          satchel.sleep(LIFETIME / 2 + 0.5)
          cut(box)
          local count = 0
          for _ in folder:folders() do count = count + 1 end
          assert.equal(i, count)
        end
        assert.is_true(asked >= 4, "log-ons: " .. asked)
        assert.not_equal(tokens[1], tokens[asked])
        assert.is_false(introspect(tokens[1]).active)
      end)
    end)

    it("POP3 logs on by " .. mechanism, function()
      in_task(function()
        local box = boxes[mechanism]
        local token = grants["client credentials by Basic"]()
        for _ = 1, 2 do
          local session <close> = satchel.connect { user = USER, token = token,
            url = box.url "pop3s", tls = { ca = box.ca }, proxy = false, timeout = 10 }
          assert.is_number(session.inbox.total)
          session:close()
          satchel.sleep(LIFETIME / 2 + 0.5)
        end
        log_on.note("Dovecot by POP3", mechanism)
      end)
    end)

    it("SMTP logs on by " .. mechanism .. ", and again after its token has ended", function()
      in_task(function()
        relays[mechanism] = postfix.start { users = { [USER] = true }, dovecot = boxes[mechanism] }
        local token = grants["client credentials by Basic"]()
        local function options_of(scheme, given)
          return { user = USER, token = given, url = relays[mechanism].url(scheme),
            tls = { ca = relays[mechanism].ca }, proxy = false, timeout = 10 }
        end
        for _, scheme in ipairs { "submission", "smtps" } do
          assert.equal(mechanism, log_on.by(options_of(scheme, token), mechanism))
          satchel.sleep(LIFETIME + 0.5)
        end
        local ok, err = satchel.try(log_on.by, options_of("submission", "not-issued"), mechanism)
        assert.is_false(ok)
        assert.equal("auth", err.kind)
        assert.falsy(tostring(err):find("not-issued", 1, true))
        log_on.note("Postfix by SMTP", mechanism)
      end)
    end)

    it("a token that the provider does not know is refused by " .. mechanism, function()
      local refusals = {}
      local ok, err = satchel.try(imap, function(refused)
        refusals[#refusals + 1] = refused
        return "nothing-that-was-issued"
      end, mechanism)
      assert.is_false(ok)
      assert.equal("auth", err.kind)
      assert.same({ false, true }, refusals)
      assert.falsy(tostring(err):find("nothing-that-was-issued", 1, true))
    end)

    it("a token that has ended is replaced when Dovecot refuses it, by " .. mechanism, function()
      in_task(function()
        local give = grants["the device code"]()
        local old = give()
        satchel.sleep(LIFETIME + 0.5)
        imap(function(refused)
          if not refused then return old end -- as a clock that is wrong would have it
          return give(true)
        end, mechanism)
      end)
    end)
  end

  it("what is kept lets the next run in without anybody", function()
    local path = dir .. "/anna.json"
    in_task(function()
      local before = signed_in
      imap(grants["the device code"] { store = path }, "XOAUTH2")
      assert.equal(before + 1, signed_in)
      satchel.sleep(LIFETIME + 0.5)
      local again = satchel.oauth.device(options { client_id = "device", store = path,
        show = false })
      imap(again, "OAUTHBEARER")
      assert.equal(before + 1, signed_in)
    end)
    assert.is_string(core.file.read_private(path))
  end)

  it("what is kept is worth nothing once a refresh token was used twice", function()
    in_task(function()
      local kept
      local store = { load = function() return kept end, save = function(text) kept = text end }
      local token = grants["the device code"] { store = store }
      token()
      local stolen = kept
      token(true)
      kept = stolen
      local other = satchel.oauth.device(options { client_id = "device", store = store,
        show = false })
      other()
      local ok, err = satchel.try(other, true)
      assert.is_false(ok)
      assert.equal("invalid_grant", err.name)
    end)
  end)

  it("a check names what each step came to", function()
    local box = boxes.OAUTHBEARER
    local report = satchel.check { user = USER, url = box.url "imaps", tls = { ca = box.ca },
      proxy = false, token = grants["client credentials by Basic"]() }
    assert.is_true(report.ok, tostring(report))
    report = satchel.check { user = USER, url = box.url "imaps", tls = { ca = box.ca },
      proxy = false, password = "secret" }
    assert.equal("login", report.failed)
    assert.matches("takes no passwords", report.hint)
  end)
end)
