-- Connecting to a real server: by its endpoint, by its host, and from address and
-- password alone; and what is said when that fails.
local discovery = require "satchel.mapi.discovery"
local live = require "support.live"
local satchel = require "satchel"

describe("connecting to a real server", function()
  local options, found

  setup(function()
    options = live.options(1)
    found = discovery.discover { user = options.user, tls = options.tls,
      auth = { user = options.user, password = options.password },
      host = options.url and options.url:match "^mapi://([^/]+)",
      transport = require("satchel.transport").new {} }
  end)

  local function with(changes)
    local given = {}
    for k, v in pairs(options) do given[k] = v end
    for k, v in pairs(changes) do given[k] = v ~= false and v or nil end
    given.sandbox = nil
    return given
  end

  local function fails(changes)
    local ok, err = satchel.try(satchel.connect, with(changes))
    assert.is_false(ok)
    assert.is_truthy(err.where:find("connect_spec", 1, true), err.where)
    assert.is_falsy(tostring(err):find(options.password, 1, true))
    assert.is_falsy(tostring(err):find("\n", 1, true))
    return err
  end

  it("discovers from address and password alone", function()
    local session <close> = satchel.connect(with { url = false })
    assert.equal("mapi", session.protocol)
    assert.equal(options.user, session.user)
    assert.is_string(session.inbox.name)
  end)

  it("discovers at a host", function()
    local host = found.url:match "^https://([^/]+)"
    local session <close> = satchel.connect(with { url = "mapi://" .. host })
    assert.is_string(session.inbox.name)
  end)

  it("takes endpoint and user DN as they are", function()
    local session <close> = satchel.connect(with { url = found.url, user_dn = found.user_dn,
      nspi_url = found.nspi_url })
    assert.equal(2, session.mapi.round_trips)
    assert.is_string(session.inbox.name)
  end)

  it("opens another mailbox, if it may, and says whose it is", function()
    local ok, other = satchel.try(satchel.connect, with { mailbox = live.user(2) })
    if ok then
      assert.equal(live.user(2), other.user)
      other:close()
    else
      assert.equal("denied", other.kind)
    end
  end)

  it("says what is wrong", function()
    assert.equal("auth", fails({ password = "wrong" }).kind)
    assert.equal("auth", fails({ password = "wrong", url = found.url,
      user_dn = found.user_dn }).kind)
    assert.equal("tls", fails({ tls = false, url = found.url, user_dn = found.user_dn }).kind)
    assert.equal("network", fails({ url = "mapi://no-such-host.invalid" }).kind)
    assert.equal("network", fails({ url = found.url:gsub("^https://[^/]+",
      "https://127.0.0.1:1"), user_dn = found.user_dn }).kind)
    assert.equal("invalid", fails({ url = found.url }).kind)
    local err = fails({ mailbox = "nobody-at-all@" .. live.user(1):match "@(.*)$" })
    assert.equal("not_found", err.kind)
  end)
end)
