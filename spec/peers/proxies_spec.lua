-- Proxies that people run, on the way to Dovecot, Postfix and a listening sandbox: with
-- and without a password, and what is said when they do not want us.

local proxies = require "support.peers.proxies"
local sandbox = require "satchel.sandbox"
local satchel = require "satchel"
local server = require "support.server"
local servers = require "support.mail_servers"

local ANNA <const>, PASSWORD <const> = "anna@example.test", "secret"

local running, box, urls, both

describe("a proxy", function()
  setup(function()
    running = proxies.start()
    box = sandbox.start { users = { [ANNA] = PASSWORD } }
    urls = box:listen { tls = true }
    both = os.tmpname() -- for the server and for the proxy that speaks TLS
    server.write(both, server.slurp(urls.ca) .. server.slurp(running.ca))
  end)
  teardown(function()
    if box then box:close() end
    if running then running:stop() end
    if both then os.remove(both) end
  end)

  local targets <const> = { "imaps", "imap", "pop3s", "pop3", "smtps", "submission", "mapi" }

  local function options_of(target, proxy, more)
    local place = servers.postfix()[target] and servers.postfix() or servers.dovecot()
    local options = { url = (target == "mapi" and urls.url or place.url(target))
        :gsub("127%.0%.0%.1", "localhost"),
      user = ANNA, password = PASSWORD, proxy = proxy, timeout = 10,
      tls = { ca = target == "mapi" and urls.ca or servers.dovecot().ca } }
    for k, v in pairs(more or {}) do options[k] = v end
    return options
  end

  local function url_of(scheme, name, password)
    local account = name:find "locked" and password ~= false
      and proxies.credentials(name, password) or ""
    return ("%s://%s%s"):format(scheme, account, running.place[name])
  end

  -- what it has logged of the server that it led to
  local seen <const> = { http = "CONNECT localhost:%s ", ["locked http"] = "CONNECT localhost:%s ",
    socks = ": connected to [^\n]*:%s\n", ["locked socks"] = ": connected to [^\n]*:%s\n" }

  local ways <const> = { { "http", "http" }, { "http", "locked http" }, { "socks5h", "socks" },
    { "socks5", "socks" }, { "socks5h", "locked socks" }, { "socks5", "locked socks" } }

  for _, way in ipairs(ways) do
    local scheme, name = table.unpack(way)
    for _, target in ipairs(targets) do
      it(("leads to %s: %s, %s"):format(target, scheme, name), function()
        local options = options_of(target, url_of(scheme, name))
        -- the client looks the name up, and libcurl 8 knows it by IPv6 first
        if scheme == "socks5" then options.url = options.url:gsub("localhost", "127.0.0.1") end
        local session <close> = satchel.connect(options)
        assert.is_string(session.protocol)
        local port = options.url:match ":(%d+)"
        assert.matches(seen[name]:format(port), running:log(name))
      end)
    end
  end

  it("by TLS leads to MAPI, and is believed by the certificates of tls", function()
    local url = "https://" .. running.place.https:gsub("127.0.0.1", "localhost")
    local session <close> = satchel.connect(options_of("mapi", url, { tls = { ca = both } }))
    assert.equal("mapi", session.protocol)
    local ok, err = satchel.try(satchel.connect, options_of("mapi", url))
    assert.is_false(ok)
    assert.equal("tls", err.kind)
    assert.matches("the certificate of the proxy localhost:%d+ is not accepted", err.message)
  end)

  it("by TLS is not for the other protocols, which say so", function()
    for _, target in ipairs { "imaps", "pop3", "submission" } do
      local ok, err = satchel.try(satchel.connect, options_of(target, url_of("https", "https")))
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
      assert.matches("http:// or socks5h://, not https://", err.message, 1, true)
    end
  end)

  for _, way in ipairs { { "http", "locked http" }, { "socks5h", "locked socks" } } do
    local scheme, name = table.unpack(way)
    for _, password in ipairs { false, "wrong-one" } do
      it(("%s that is given %s says so, and which it is"):format(name,
        password and "a wrong password" or "none"), function()
        for _, target in ipairs { "imaps", "imap", "submission", "mapi" } do
          local ok, err = satchel.try(satchel.connect,
            options_of(target, url_of(scheme, name, password)))
          assert.is_false(ok)
          assert.equal("auth", err.kind, tostring(err))
          assert.matches("the proxy " .. running.place[name]
            .. (password and " refuses the user" or " wants credentials"), err.message, 1, true)
          assert.matches("proxy", err.hint)
          assert.not_matches("wrong-one", tostring(err), 1, true)
          assert.not_matches("some", tostring(err), 1, true)
        end
      end)
    end
  end

  it("that finds no server says so", function()
    for _, proxy in ipairs { url_of("http", "http"), url_of("socks5h", "socks") } do
      local ok, err = satchel.try(satchel.connect, options_of("imaps", proxy,
        { url = "imaps://localhost:" .. server.ports(1) }))
      assert.is_false(ok)
      assert.equal("network", err.kind)
      assert.matches("^the proxy 127.0.0.1:%d+ does not connect to localhost:%d+", err.message)
      assert.equal("proxy", err.stage)
    end
  end)
end)
