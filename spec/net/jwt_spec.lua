local core = require "satchel.core"
local net, text = core.net, core.text

local folder

local function run(format, ...)
  local pipe = io.popen(("cd %s && { %s; } 2>&1"):format(folder, format:format(...)))
  local output = pipe:read "a"
  return pipe:close() == true, output
end

local function write(name, bytes)
  local f <close> = assert(io.open(folder .. "/" .. name, "wb"))
  f:write(bytes)
end

local function read(name)
  local f <close> = assert(io.open(folder .. "/" .. name, "rb"))
  return f:read "a"
end

local function from_url(s)
  return assert(text.unbase64((s:gsub("-", "+"):gsub("_", "/"))))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir -m 700 " .. folder))
  assert(run "openssl genrsa -out rsa.key 2048 && openssl rsa -in rsa.key -pubout -out rsa.pub")
  assert(run "openssl genrsa -out short.key 1024")
  assert(run("openssl ecparam -name prime256v1 -genkey -noout -out ec.key"
    .. " && openssl ec -in ec.key -pubout -out ec.pub"))
  assert(run "openssl ecparam -name secp384r1 -genkey -noout -out ec384.key")
  assert(run "openssl rsa -in rsa.key -aes128 -passout pass:word -out locked.key")
  assert(run "openssl req -x509 -key rsa.key -subj /CN=a -days 2 -out cert.pem")
end)

teardown(function() os.execute("rm -rf " .. folder) end)

-- r and s side by side, as DER: what the openssl program takes
local function der(raw)
  local function integer(bytes)
    bytes = bytes:gsub("^\0+", "")
    if bytes:byte() >= 0x80 then bytes = "\0" .. bytes end
    return "\2" .. string.char(#bytes) .. bytes
  end
  local both = integer(raw:sub(1, 32)) .. integer(raw:sub(33))
  return "\x30" .. string.char(#both) .. both
end

describe("a token", function()
  for _, case in ipairs {
    { "RS256", "rsa", "" },
    { "PS256", "rsa", "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32" },
    { "ES256", "ec", "" },
  } do
    it("is signed by " .. case[1], function()
      local header = ('{ "typ":"JWT", "alg" : "%s" }'):format(case[1])
      for i = 1, 8 do -- the numbers of ES256 vary in length
        local token = assert(net.jwt(header, '{"sub":"' .. i .. '"}', read(case[2] .. ".key")))
        local first, second, signature = token:match "^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$"
        assert.equal(header, from_url(first))
        assert.equal('{"sub":"' .. i .. '"}', from_url(second))
        signature = from_url(signature)
        if case[1] == "ES256" then
          assert.equal(64, #signature)
          signature = der(signature)
        end
        write("input", first .. "." .. second)
        write("signature", signature)
        local ok, output = run("openssl dgst -sha256 -verify %s.pub -signature signature %s input",
          case[2], case[3])
        assert.is_true(ok, output)
      end
    end)
  end

  it("opens an encrypted key", function()
    assert(net.jwt('{"alg":"RS256"}', "{}", read "locked.key", "word"))
    for _, phrase in ipairs { "wrong", false } do
      local token, err = net.jwt('{"alg":"RS256"}', "{}", read "locked.key", phrase or nil)
      assert.is_nil(token)
      assert.equal("invalid", err.kind)
      assert.truthy(err.message:find("pass phrase", 1, true))
    end
  end)

  for _, case in ipairs {
    { '{"alg":"none"}', "rsa", "unsupported", "names no algorithm" },
    { '{"alg":"HS256"}', "rsa", "unsupported", "names no algorithm" },
    { '{"alg":RS256}', "rsa", "unsupported", "names no algorithm" },
    { '{"alg":"RS256', "ec", "invalid", "needs a key of RSA" },
    { '{"alg"', "rsa", "unsupported", "names no algorithm" },
    { "{}", "rsa", "unsupported", "names no algorithm" },
    { "", "rsa", "unsupported", "names no algorithm" },
    { '{"alg":"PS256"}', "ec", "invalid", "needs a key of RSA" },
    { '{"alg":"ES256"}', "rsa", "invalid", "needs a key of P-256" },
    { '{"alg":"ES256"}', "ec384", "invalid", "needs a key of P-256" },
    { '{"alg":"RS256"}', "short", "invalid", "less than 2048 bits" },
  } do
    it(("refuses %s with %s.key"):format(case[1], case[2]), function()
      local token, err = net.jwt(case[1], "{}", read(case[2] .. ".key"))
      assert.is_nil(token)
      assert.equal(case[3], err.kind)
      assert.truthy(err.message:find(case[4], 1, true), err.message)
    end)
  end

  it("refuses what is no key, and does not quote it", function()
    for _, pem in ipairs { "", "secret", "-----BEGIN PRIVATE KEY-----\nsecret\n" } do
      local _, err = net.jwt('{"alg":"RS256"}', "{}", pem)
      assert.equal("invalid", err.kind)
      assert.falsy(err.message:find("secret", 1, true))
    end
  end)
end)

describe("a thumbprint", function()
  for _, digest in ipairs { "sha1", "sha256" } do
    it("is the " .. digest .. " of the certificate", function()
      local _, output = run("openssl x509 -in cert.pem -noout -fingerprint -%s", digest)
      local expected = output:match "=([%x:]+)":gsub(":", ""):lower()
      assert.equal(expected, text.hex(net.thumbprint(read "cert.pem", digest)))
    end)
  end

  it("is by SHA-256 unless said otherwise", function()
    assert.equal(net.thumbprint(read "cert.pem", "sha256"), net.thumbprint(read "cert.pem"))
  end)

  it("is of certificates only", function()
    for _, pem in ipairs { "", "x", read "rsa.key" } do
      local bytes, err = net.thumbprint(pem)
      assert.is_nil(bytes)
      assert.equal("invalid", err.kind)
    end
    assert.has_error(function() net.thumbprint(read "cert.pem", "md5") end)
  end)
end)

describe("MD5", function()
  -- RFC 1321 A.5; the last is the digest of RFC 1939 7, APOP
  for input, expected in pairs {
    [""] = "d41d8cd98f00b204e9800998ecf8427e",
    ["message digest"] = "f96b697d7cb7938d525a2f31aaf161d0",
    ["<1896.697170952@dbc.mtview.ca.us>tanstaaf"] = "c4c9334bac560ecc979e58001b3e22fb",
  } do
    it("of '" .. input .. "'", function() assert.equal(expected, net.md5(input)) end)
  end
end)
