local tls_peer = require "support.tls_peer"
local transport = require "satchel.transport"

describe("the TLS policy", function()
  local folder, servers, names

  setup(function()
    folder, servers = tls_peer.folder(), {}
    names = "DNS:localhost,IP:127.0.0.1"
    tls_peer.certificate(folder, "good", names, "-days 2")
    tls_peer.certificate(folder, "client", "DNS:anna", "-days 2")
    tls_peer.certificate(folder, "other", "DNS:elsewhere.test", "-days 2")
    tls_peer.certificate(folder, "old", names,
      "-startdate 20200101000000Z -enddate 20210101000000Z")
    for _, name in ipairs { "good", "other", "old" } do
      servers[name] = tls_peer.start(folder, name)
    end
  end)

  teardown(function()
    for _, server in pairs(servers) do server:close() end
    tls_peer.remove(folder)
  end)

  local function get(name, tls)
    local send = transport.new { tls = tls, proxy = false, timeout = 5 }
    return send { url = "https://127.0.0.1:" .. servers[name].port .. "/" }
  end

  local function trusted()
    return { ca = folder .. "/ca.pem" }
  end

  it("accepts a certificate of a trusted issuer", function()
    local r = assert(get("good", trusted()))
    assert.equal(200, r.status)
  end)

  local refused = {
    { "good", "unable to get local issuer certificate", "ca = " },
    { "old", "certificate has expired", "renewed", true },
    { "other", "no alternative certificate subject name matches", "host name", true },
  }
  for _, case in ipairs(refused) do
    it("explains: " .. case[2], function()
      local r, err = get(case[1], case[4] and trusted() or nil)
      assert.is_nil(r)
      assert.equal("tls", err.kind)
      assert.truthy(err.message:find("127.0.0.1:" .. servers[case[1]].port, 1, true))
      assert.truthy(err.message:find(case[2], 1, true), err.message)
      assert.truthy(err.hint:find(case[3], 1, true), err.hint)
      assert.equal("tls", err.stage)
      assert.is_false(err.sent)
      assert.falsy(err.retryable)
    end)
  end

  it("accepts anything if told so", function()
    for name in pairs(servers) do
      assert.equal(200, get(name, { verify = false }).status)
    end
  end)

  it("does not take a connection that was not verified for one that is", function()
    assert.equal(200, get("old", { verify = false }).status)
    local _, err = get("old", trusted())
    assert.equal("tls", err.kind)
  end)

  it("takes a folder of certificates", function()
    assert(os.execute(("mkdir -p %s/hashed && cp %s/ca.pem %s/hashed && "
      .. "openssl rehash %s/hashed"):format(folder, folder, folder, folder)))
    assert.equal(200, get("good", { ca = folder .. "/hashed" }).status)
  end)

  it("names files that cannot be used", function()
    for key, what in pairs { ca = "CA certificates", cert = "client certificate",
      key = "client key" } do
      local _, err = get("good", { [key] = "/no/such/file" })
      assert.equal("tls", err.kind)
      assert.equal(("cannot read the %s '/no/such/file'"):format(what), err.message)
    end
    local _, err = get("good", { ca = folder .. "/ca.cnf" })
    assert.equal("tls", err.kind)
    _, err = get("good", { ca = folder .. "/ca.pem", cert = folder .. "/ca.cnf" })
    assert.truthy(err.message:find("client certificate", 1, true))
  end)

  it("shows the client's certificate", function()
    local server = tls_peer.start(folder, "good",
      ("-Verify 1 -verify_return_error -CAfile %s/ca.pem"):format(folder))
    servers.strict = server
    local tls = trusted()
    local _, err = get("strict", tls)
    assert.truthy(err.kind == "tls" or err.kind == "network")
    tls.cert, tls.key = folder .. "/client.pem", folder .. "/client.key"
    assert.equal(200, get("strict", tls).status)
  end)

  it("speaks nothing older than TLS 1.2", function()
    servers.ancient = tls_peer.start(folder, "good", "-tls1_1 -cipher ALL:@SECLEVEL=0")
    local _, err = get("ancient", trusted())
    assert.equal("tls", err.kind)
    assert.equal("tls", err.stage)
  end)

  it("explains a port that does not speak TLS", function()
    local peer = require "support.peer".start()
    local send = transport.new { proxy = false, timeout = 5 }
    local _, err = send { url = "https://" .. peer.place .. "/" }
    peer:close()
    assert.equal("tls", err.kind)
    assert.truthy(err.message:find("no TLS with " .. peer.place, 1, true))
    assert.truthy(err.hint)
  end)
end)
