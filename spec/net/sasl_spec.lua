local core = require "satchel.core"
local line_peer = require "support.line_peer"
local scram_server = require "support.scram_server"
local stream = require "support.stream"

local net, text = core.net, core.text

local SECRET <const> = "tanstaaftanstaaf"

local function new(mechanism, more)
  local request = { mechanism = mechanism, user = "tim", password = SECRET, token = "to.ken",
    service = "imap", host = "localhost", port = 143 }
  for k, v in pairs(more or {}) do request[k] = v or nil end
  return net.sasl(request)
end

-- steps through a dialogue: challenge (false: none), response, done
local function play(x, steps)
  for i, step in ipairs(steps) do
    local response, done = x:step(step[1] or nil)
    assert.same({ i, step[2], step[3] or false }, { i, response, done })
  end
  x:close()
end

describe("the examples of the documents", function()
  it("RFC 4616 4: PLAIN", function()
    play(new "PLAIN", { { false, "\0tim\0tanstaaftanstaaf", true } })
    play(new("PLAIN", { authzid = "Ursel", user = "Kurt", password = "xipj3plmq" }),
      { { false, "Ursel\0Kurt\0xipj3plmq", true } })
  end)

  it("LOGIN", function()
    play(new "LOGIN", { { false, false }, { "Username:", "tim" }, { "Password:", SECRET, true } })
  end)

  it("RFC 2195 2: CRAM-MD5", function()
    play(new "CRAM-MD5", { { false, false }, { "<1896.697170952@postoffice.reston.mci.net>",
      "tim b913a602c7eda7a495b4e6e7334d3890", true } })
  end)

  it("RFC 5802 5: SCRAM-SHA-1", function()
    play(new("SCRAM-SHA-1", { user = "user", password = "pencil",
      nonce = "fyko+d2lbbFgONRv9qkxdawL" }), {
      { false, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL" },
      { "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=" },
      { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "", true } })
  end)

  it("RFC 7677 3: SCRAM-SHA-256", function()
    local nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    play(new("SCRAM-SHA-256", { user = "user", password = "pencil",
      nonce = "rOprNGfwEbeRWgbNEkqO" }), {
      { false, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO" },
      { "r=" .. nonce .. ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=" .. nonce .. ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" },
      { "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", "", true } })
  end)

  it("RFC 7628 4.1: OAUTHBEARER", function()
    play(new("OAUTHBEARER", { user = "user@example.com", host = "server.example.com",
      token = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" }), { { false,
      "n,a=user@example.com,\1host=server.example.com\1port=143\1"
        .. "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1", true } })
    play(new("OAUTHBEARER", { user = "a,b=c", host = false, port = false }),
      { { false, "n,a=a=2Cb=3Dc,\1auth=Bearer to.ken\1\1", true } })
  end)

  it("XOAUTH2", function()
    play(new("XOAUTH2", { user = "someuser@example.com" }),
      { { false, "user=someuser@example.com\1auth=Bearer to.ken\1\1", true } })
  end)

  it("RFC 4422 A: EXTERNAL", function()
    play(new("EXTERNAL", { user = false, password = false }), { { false, "", true } })
    play(new("EXTERNAL", { user = "fred@example.com", password = false }),
      { { false, "fred@example.com", true } })
  end)

  it("[MS-NLMP]: NTLM, whose third message has no password", function()
    local x = new "NTLM"
    local first, done = x:step()
    assert.equal("NTLMSSP\0\1\0\0\0", first:sub(1, 12))
    assert.is_false(done)
    local third
    third, done = x:step(text.unbase64("TlRMTVNTUAACAAAAAAAAADgAAAAGAokAASNFZ4mrze8AAAAAAAAAAAAA"
      .. "AAA4AAAABQLODgAAAA8="))
    assert.equal("NTLMSSP\0\3\0\0\0", third:sub(1, 12))
    assert.is_true(done)
    assert.truthy(third:find("t\0i\0m\0", 1, true))
    assert.falsy(third:find(SECRET, 1, true))
  end)
end)

describe("SCRAM", function()
  local function run(options, request)
    local server = scram_server.new(options)
    local x = new(request and request.mechanism or "SCRAM-SHA-256", request)
    local challenge, why = server:first((x:step()))
    if not challenge then return nil, why, server end
    local final
    final, why = server:final((x:step(challenge)))
    if not final then return nil, why, server end
    local response, done = x:step(final)
    return response, done, server, x
  end

  it("is proven to a server that knows SHA-256 alone", function()
    local response, done, server = run { password = SECRET }
    assert.equal("", response)
    assert.is_true(done)
    assert.equal("tim", server.user)
    assert.equal("n", server.flag)
    assert.equal("proof", select(2, run { password = "other" }))
  end)

  it("prepares names and passwords (RFC 4013)", function()
    local _, done, server = run({ password = "aIX" }, { user = "a\u{ad}=b,c",
      password = "a\u{ad}IX" })
    assert.is_true(done)
    assert.equal("a=3Db=2Cc", server.user)
    for _, password in ipairs { "a\7", "" } do
      local x, err = new("SCRAM-SHA-256", { password = password })
      assert.is_nil(x)
      assert.equal("invalid", err.kind)
    end
  end)

  it("finds out a server that does not know the password", function()
    local response, err, _, x = run { password = SECRET, lie = true }
    assert.is_nil(response)
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find("does not prove", 1, true))
    assert.truthy(err.hint:find("do not go on", 1, true))
    assert.is_nil((x:step "v=x"))
  end)

  it("gives the server's reason", function()
    local server, x = scram_server.new { password = SECRET }, new "SCRAM-SHA-256"
    x:step(server:first((x:step())))
    local response, err = x:step "e=unknown-user"
    assert.is_nil(response)
    assert.equal("auth", err.kind)
    assert.equal("unknown-user", err.reason)
    assert.equal("unknown-user", x:reason())
  end)

  local GOOD <const> = "r=abcdef,s=c2FsdA==,i=4096"
  for name, case in pairs {
    ["a nonce of its own"] = { "r=xyz,s=c2FsdA==,i=4096" },
    ["our nonce alone"] = { "r=abc,s=c2FsdA==,i=4096" },
    ["no salt"] = { "r=abcdef,i=4096" },
    ["an empty salt"] = { "r=abcdef,s=,i=4096" },
    ["a salt that is no base64"] = { "r=abcdef,s=!!!!,i=4096" },
    ["a salt of absurd size"] = { "r=abcdef,s=" .. ("c2Fs"):rep(1000) .. ",i=4096" },
    ["no rounds"] = { "r=abcdef,s=c2FsdA==" },
    ["rounds of 0"] = { "r=abcdef,s=c2FsdA==,i=0" },
    ["negative rounds"] = { "r=abcdef,s=c2FsdA==,i=-1" },
    ["a mandatory extension"] = { "m=x," .. GOOD },
    ["another order"] = { "s=c2FsdA==,r=abcdef,i=4096" },
    ["rounds for hours"] = { "r=abcdef,s=c2FsdA==,i=4294967295", "limit" },
    ["rounds for longer"] = { "r=abcdef,s=c2FsdA==,i=99999999999999999999999", "limit" },
    ["nothing"] = { "" },
    ["NUL"] = { "\0" },
  } do
    it("refuses a challenge with " .. name, function()
      local x = new("SCRAM-SHA-256", { nonce = "abc" })
      x:step()
      local response, err = x:step(case[1])
      assert.is_nil(response)
      assert.equal(case[2] or "protocol", err.kind)
      assert.falsy(err.message:find(SECRET, 1, true))
    end)
  end

  it("refuses every cut of its messages", function()
    for cut = 0, #GOOD - 1 do
      local x = new("SCRAM-SHA-256", { nonce = "abc" })
      x:step()
      local response, err = x:step(GOOD:sub(1, cut))
      -- a cut in the number leaves another number
      if cut <= #GOOD - 4 then
        assert.is_nil(response, tostring(cut))
        assert.equal("protocol", err.kind)
      end
    end
    local final = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
    for cut = 0, #final - 2 do
      local x = new("SCRAM-SHA-256", { user = "user", password = "pencil",
        nonce = "rOprNGfwEbeRWgbNEkqO" })
      x:step()
      x:step("r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        .. "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
      assert.is_nil((x:step(final:sub(1, cut))))
    end
  end)

  for version, type in pairs { ["1.3"] = "tls-exporter", ["1.2"] = "tls-unique" } do
    it("binds to the channel by " .. type, function()
      local p <close> = line_peer.start("S: go\n! tls " .. version .. "\n! bindings\n! stall")
      local s = assert(stream.open(p))
      stream.line(s)
      assert(stream.start_tls(s))
      local bytes = text.unhex(p:noted(type == "tls-unique" and "finished" or "exporter"))
      local binding = { type = type, bytes = bytes }
      local plus = { mechanism = "SCRAM-SHA-256-PLUS", stream = s }
      assert.is_true(select(2, run({ password = SECRET, binding = binding }, plus)))
      -- somebody between has another channel
      binding.bytes = ("x"):rep(#bytes)
      assert.equal("channel", select(2, run({ password = SECRET, binding = binding }, plus)))
      -- without -PLUS it says that it could: a server that offers it refuses
      binding.bytes = bytes
      local _, why = run({ password = SECRET, binding = binding }, { stream = s })
      assert.equal("flag y", why)
      assert.equal("y", select(3, run({ password = SECRET }, { stream = s })).flag)
      s:close()
    end)
  end

  it("with -PLUS needs TLS", function()
    local p <close> = line_peer.start "! stall"
    local s = assert(stream.open(p))
    for _, mechanism in ipairs { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS" } do
      for _, on in ipairs { s, false } do
        local x, err = new(mechanism, { stream = on })
        assert.is_nil(x)
        assert.equal("unsupported", err.kind)
      end
    end
  end)
end)

describe("a bearer", function()
  local REASON <const> = '{"status":"invalid_token","scope":"mail"}'

  for mechanism, response in pairs { OAUTHBEARER = "\1", XOAUTH2 = "" } do
    it("is refused by a challenge: " .. mechanism, function()
      local x = new(mechanism)
      x:step()
      assert.is_nil(x:reason())
      assert.same({ response, true }, { x:step(REASON) })
      assert.equal(REASON, x:reason())
      local again, err = x:step(REASON)
      assert.is_nil(again)
      assert.equal("auth", err.kind)
      assert.falsy(err.message:find("to.ken", 1, true))
    end)
  end

  it("keeps control characters out of the reason, and its size in bounds", function()
    local x = new "XOAUTH2"
    x:step()
    x:step("a\r\nb\0" .. ("c"):rep(10000))
    assert.truthy(x:reason():find "^a  b c+$")
    assert.is_true(#x:reason() < 400)
  end)

  it("has no control characters", function()
    for _, what in ipairs { { token = "a\1b" }, { token = "a\nb" }, { token = "" },
      { user = "a\1host=x" }, { user = "a\r\nb" } } do
      for _, mechanism in ipairs { "OAUTHBEARER", "XOAUTH2" } do
        local x, err = new(mechanism, what)
        assert.is_nil(x)
        assert.equal("invalid", err.kind)
      end
    end
  end)
end)

describe("an exchange", function()
  it("is refused what has a NUL", function()
    for _, name in ipairs { "user", "password", "token", "authzid", "mechanism" } do
      local x, err = new("PLAIN", { [name] = "a\0b" })
      assert.is_nil(x)
      assert.equal("invalid", err.kind)
    end
  end)

  it("knows what this build has", function()
    for _, name in ipairs { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-1",
      "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "GSSAPI", "EXTERNAL", "XOAUTH2",
      "OAUTHBEARER" } do
      assert.is_true(net.sasl_has(name), name)
    end
    for _, name in ipairs { "", "SCRAM-SHA-3", "plain", ("X"):rep(50) } do
      assert.is_false(net.sasl_has(name))
      local x, err = new(name)
      assert.is_nil(x)
      assert.equal("unsupported", err.kind)
    end
  end)

  it("needs user and password, or a token", function()
    for _, name in ipairs { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "SCRAM-SHA-256" } do
      for _, missing in ipairs { "user", "password" } do
        local x, err = new(name, { [missing] = false })
        assert.is_nil(x)
        assert.equal("invalid", err.kind)
      end
    end
    local x, err = new("XOAUTH2", { token = false })
    assert.is_nil(x)
    assert.equal("XOAUTH2 needs a token", err.message)
  end)

  it("of GSSAPI needs a ticket, and says so", function()
    local x = assert(new("GSSAPI", { password = false }))
    local response, err = x:step()
    assert.is_nil(response)
    assert.equal("auth", err.kind)
    assert.truthy(err.message:find("Kerberos ticket", 1, true))
    assert.truthy(err.hint:find("kinit", 1, true))
  end)

  for mechanism, challenges in pairs {
    ["DIGEST-MD5"] = { "", "x", "nonce", 'realm="', "\0\0", ("a"):rep(5000) },
    ["NTLM"] = { "", "x", "NTLMSSP\0\2\0\0\0", ("\xff"):rep(300) },
  } do
    it("of " .. mechanism .. " survives challenges without sense", function()
      for _, challenge in ipairs(challenges) do
        local x = new(mechanism)
        x:step()
        local response, err = x:step(challenge)
        if response == nil then
          assert.truthy(err.kind == "protocol" or err.kind == "auth")
          assert.falsy(err.message:find(SECRET, 1, true))
        else
          assert.falsy(response:find(SECRET, 1, true))
        end
      end
    end)
  end

  it("ends", function()
    local x = new "PLAIN"
    x:step()
    local response, err = x:step "more?"
    assert.is_nil(response)
    assert.equal("protocol", err.kind)
    x:close()
    x:close()
    assert.has_error(function() x:step() end)
  end)
end)
