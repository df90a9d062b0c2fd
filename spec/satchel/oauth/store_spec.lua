-- What is kept of tokens, and where.

local core = require "satchel.core"
local json = require "cjson.safe"
local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

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
    local first = at:device({ store = path })()
    assert.equal(first, at:device({ store = path, show = false })())
    assert.equal(1, #at.prompts)
    assert.equal(at.p.last.refresh_token, kept().refresh_token)
  end)

  it("has a new refresh token before anybody has the access token", function()
    local token = at:device { store = path }
    token()
    local second = token(true)
    assert.equal(second, kept().access_token)
    assert.equal(at.p.last.refresh_token, kept().refresh_token)
  end)

  it("gives no token that it could not keep, and tries again", function()
    local text, full = nil, false
    local store = { load = function() return text end, save = function(new)
      if full then error "no room" end
      text = new
    end }
    local token = at:device { store = store }
    token()
    full = true
    assert.is_false((satchel.try(token, true)))
    assert.is_false((satchel.try(token)))
    full = false
    local second = token()
    assert.equal(at.p.last.access_token, second)
    assert.equal(at.p.last.refresh_token, json.decode(text).refresh_token)
    assert.equal(1, at:count "refresh_token")
  end)

  it("is read again before a renewal: another run may have renewed", function()
    local one, other = at:device { store = path }, at:device { store = path, show = false }
    one()
    other()
    local renewed = one(true)
    assert.equal(renewed, other(true))
    assert.equal(1, at:count "refresh_token")
    assert.is_true(at.p:is_valid(other(true)))
    assert.equal(2, at:count "refresh_token")
  end)

  it("waits while another run renews", function()
    local token = at:device { store = path }
    token()
    local held = assert(core.file.lock(path .. ".lock"))
    local waiting = satchel.spawn(token, true)
    satchel.spawn(function()
      satchel.sleep(0.1)
      assert.equal(0, at:count "refresh_token")
      held:close()
    end)
    satchel.run()
    assert.is_true(at.p:is_valid(waiting:join()))
  end)

  it("is refused when others can read it", function()
    at:device({ store = path })()
    os.execute("chmod 644 " .. path)
    local err = at.fails("denied", at:device { store = path })
    assert.matches("is open to other users", err.message)
    assert.matches("mode 0600", err.hint)
    assert.equal(1, #at.p.asked)
  end)

  for _, case in ipairs {
    { "client", { client_id = "other" } },
    { "user", { user = "bob@example.test" } },
  } do
    it("is refused for another " .. case[1], function()
      at:device({ store = path, user = "anna@example.test" })()
      local given = { store = path, user = "anna@example.test" }
      for name, value in pairs(case[2]) do given[name] = value end
      local err = at.fails("invalid", at:device(given))
      assert.matches("another " .. case[1], err.message)
      assert.equal(1, #at.p.asked)
    end)
  end

  it("is refused for another provider, which sees nothing of it", function()
    at:device({ store = path })()
    local second <close> = require("support.small_provider").start()
    local err = at.fails("invalid", at:device { store = path, issuer = second.base })
    assert.matches("another provider", err.message)
    assert.same({}, second.requests)
  end)

  it("gives nothing for another scope", function()
    at:device({ store = path })()
    at:device({ store = path, scope = "more" })()
    assert.equal(2, #at.prompts)
  end)

  for _, text in ipairs { "{", "[]", "true", '{"version":2}', "secret" } do
    it("is refused when it holds " .. text, function()
      assert(core.file.write_private(path, text))
      local err = at.fails("invalid", at:device { store = path })
      assert.matches("something else than tokens", err.message)
    end)
  end
end)
