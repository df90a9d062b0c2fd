-- Certificates.

local core = require "satchel.core"
local json = require "cjson.safe"
local satchel = require "satchel"
local at = require "support.signing_in"(_ENV)

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
    satchel.oauth.client(at:options { certificate = certificate })()
    return parts(at.p.shown.assertion)
  end

  it("signs who the client is, for this provider and a short time", function()
    local header, claims, signature = shown { key = "rsa.key", cert = "rsa.crt", kid = "k1" }
    assert.equal("RS256", header.alg)
    assert.equal("k1", header.kid)
    assert.equal(256, #signature)
    assert.equal("app", claims.iss)
    assert.equal("app", claims.sub)
    assert.equal(at.p.base .. "/token", claims.aud)
    assert.is_true(claims.exp - claims.iat <= 600)
    local fingerprint = io.popen(("openssl x509 -in %s/rsa.crt -noout -fingerprint -sha256")
      :format(folder)):read "a":match "=(%S+)":gsub(":", "")
    assert.equal(require("satchel.oauth.form").base64url(core.text.unhex(fingerprint:lower())),
      header["x5t#S256"])
    local last = at.p.asked[#at.p.asked]
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
    assert.matches("missing.key", at.fails("not_found", shown, { key = "missing.key" }).message)
    assert.matches("no PEM in the key", at.fails("invalid", shown, { key = "none.key" }).message)
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
    at.fails("invalid", satchel.oauth.client { provider = "microsoft", tenant = "contoso.com",
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
