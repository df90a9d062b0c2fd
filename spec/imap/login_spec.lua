-- From the greeting to the authenticated state, with scripted servers: what Dovecot
-- does is in connection_spec.lua.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"

local PASSWORD <const> = "geheim-1"

local function options(peer, more)
  local o = { url = "imap://" .. peer.place, user = "anna", password = PASSWORD,
    tls = { ca = peer.ca }, proxy = false, timeout = 3, id = false, repeats = false }
  for k, v in pairs(more or {}) do o[k] = v end
  return o
end

local function try(script, more, peer_options)
  local peer <close> = line_peer.start(script, peer_options)
  local ok, conn = errors.try(connection.open, options(peer, more))
  local capabilities
  if ok then
    capabilities = conn.capabilities
    conn:close()
  end
  return ok, ok and capabilities or conn, peer:heard(), peer
end

local function refused(script, more, peer_options)
  local ok, err, heard = try(script, more, peer_options)
  assert.is_false(ok)
  assert.not_matches(PASSWORD, tostring(err), 1, true)
  return err, heard
end

local function accepted(script, more, peer_options)
  local ok, capabilities, heard = try(script, more, peer_options)
  assert.is_true(ok, tostring(capabilities))
  return heard, capabilities
end

local CLEAR <const> = { tls = false }
local BYE <const> = "C: $tag LOGOUT\nS: * BYE\nS: $tag OK x\n"

describe("STARTTLS", function()
  local offers = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] hi\n"

  it("comes first, and what was said before it is forgotten", function()
    local heard, capabilities = accepted(offers
      .. "C: $tag STARTTLS\nS: $tag OK go\n! tls\n"
      .. "C: $tag CAPABILITY\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR X-INSIDE\n"
      .. "S: $tag OK x\n"
      .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag OK in\n"
      .. "C: $tag CAPABILITY\nS: * CAPABILITY IMAP4rev1 X-AFTER\nS: $tag OK x\n" .. BYE)
    assert.is_true(capabilities:has "X-AFTER")
    assert.is_false(capabilities:has "LOGINDISABLED")
    assert.is_false(capabilities:has "X-INSIDE")
    assert.not_matches(PASSWORD, heard, 1, true)
  end)

  for name, script in pairs {
    ["is not offered"] = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\n! stall\n",
    ["is refused"] = offers .. "C: $tag STARTTLS\nS: $tag NO not now\n! stall\n",
    ["is unknown after all"] = offers .. "C: $tag STARTTLS\nS: $tag BAD what\n! stall\n",
    ["is made unnecessary by PREAUTH"] =
      "S: * PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\n! stall\n",
  } do
    it("that " .. name .. " is an error of kind tls, and no password goes out", function()
      local err, heard = refused(script)
      assert.equal("tls", err.kind)
      assert.not_matches("AUTHENTICATE", heard)
      assert.not_matches("LOGIN", heard)
    end)
  end

  it("takes no answer that was sent before TLS", function()
    for _, injected in ipairs {
      "S: $tag OK go\nS: * CAPABILITY IMAP4rev1 AUTH=PLAIN\n! tls\n",
      "S: $tag OK go\nS: A2 OK x\n! tls\n", "S- $tag OK go\\r\\n*\n! tls\n",
    } do
      local err = refused(offers .. "C: $tag STARTTLS\n" .. injected .. "! stall\n")
      assert.equal("protocol", err.kind)
      assert.matches("injection", err.message)
    end
  end)

  it("with a certificate of nobody is an error of kind tls", function()
    local err, heard = refused(offers .. "C: $tag STARTTLS\nS: $tag OK go\n! tls\n! stall\n",
      { tls = true })
    assert.equal("tls", err.kind)
    assert.not_matches("AUTHENTICATE", heard)
  end)

  it("is not asked for where tls = false", function()
    local heard = accepted("S: * OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] hi\n"
      .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag OK [CAPABILITY IMAP4rev1] in\n" .. BYE, CLEAR)
    assert.not_matches("STARTTLS", heard)
  end)
end)

describe("the greeting", function()
  it("may say that we are known", function()
    local heard = accepted("S: * PREAUTH [CAPABILITY IMAP4rev1] hi\n" .. BYE, CLEAR)
    assert.not_matches("AUTH", heard)
  end)

  for name, script in pairs {
    SMTP = "S: 220 mail.example.test ESMTP\n! stall\n",
    SSH = "S: SSH-2.0-OpenSSH_9.2p1\n! stall\n",
    nothing = "S: \n! stall\n",
    ["a tagged answer"] = "S: A1 OK hi\n! stall\n",
    ["data"] = "S: * 5 EXISTS\n! stall\n",
    ["a continuation"] = "S: + go on\n! stall\n",
  } do
    it("is not " .. name, function()
      local err = refused(script, CLEAR)
      assert.equal("protocol", err.kind)
      assert.matches("greeting", err.message)
    end)
  end

  it("may be BYE, with a reason", function()
    local err = refused("S: * BYE [THROTTLED] slow down\n! close\n", CLEAR)
    assert.equal("throttled", err.kind)
    assert.matches("slow down", err.message)
  end)

  it("has to come in time", function()
    local t = core.net.now()
    assert.equal("timeout", refused("! stall\n", { tls = false, timeout = 0.3 }).kind)
    assert.is_true(core.net.now() - t < 2)
  end)
end)

describe("authentication", function()
  it("gives the initial response where the server takes one", function()
    local initial = core.text.base64("\0anna\0" .. PASSWORD)
    local heard = accepted("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\n"
      .. "C: $tag AUTHENTICATE PLAIN " .. initial .. "\nS: $tag OK [CAPABILITY IMAP4rev1] in\n"
      .. BYE, CLEAR)
    assert.matches("AUTHENTICATE PLAIN " .. initial, heard, 1, true)
  end)

  it("waits for the empty challenge where it does not", function()
    accepted("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\n"
      .. "C: $tag AUTHENTICATE PLAIN\nS: + \nC: " .. core.text.base64("\0anna\0" .. PASSWORD)
      .. "\nS: $tag OK [CAPABILITY IMAP4rev1] in\n" .. BYE, CLEAR)
  end)

  it("by LOGIN takes quotes and literals", function()
    accepted("S: * OK [CAPABILITY IMAP4rev1] hi\n"
      .. 'C: $tag LOGIN "anna" {6}\nS: + go\nC# 6\nC: \nS: $tag OK [CAPABILITY IMAP4rev1] in\n'
      .. BYE, { tls = false, password = "gehé1" })
    accepted("S: * OK [CAPABILITY IMAP4rev1 AUTH=FROB] hi\n"
      .. 'C: $tag LOGIN "anna" "a\\"b"\nS: $tag OK [CAPABILITY IMAP4rev1] in\n'
      .. BYE, { tls = false, password = 'a"b' })
  end)

  it("goes on where a mechanism is unknown after all", function()
    for _, answer in ipairs { "BAD unknown", "NO [CANNOT] not this one",
      "NO Unsupported authentication mechanism." } do
      local heard = accepted("S: * OK [CAPABILITY IMAP4rev1 AUTH=CRAM-MD5 AUTH=PLAIN SASL-IR] hi\n"
        .. "C: $tag AUTHENTICATE CRAM-MD5\nS: $tag " .. answer .. "\n"
        .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag BAD unknown\n"
        .. 'C: $tag LOGIN "anna" "' .. PASSWORD .. '"\nS: $tag OK [CAPABILITY IMAP4rev1] in\n'
        .. BYE, CLEAR)
      assert.matches("LOGIN", heard)
    end
  end)

  it("ends with the first refusal of the password", function()
    local err, heard = refused("S: * OK [CAPABILITY IMAP4rev1 AUTH=CRAM-MD5 AUTH=PLAIN] hi\n"
      .. "C: $tag AUTHENTICATE CRAM-MD5\nS: + " .. core.text.base64 "<1@x>" .. "\nC: …\n"
      .. "S: $tag NO [AUTHENTICATIONFAILED] wrong, and " .. PASSWORD .. " is no password\n"
      .. "! drain\n", CLEAR)
    assert.equal("auth", err.kind)
    assert.equal("AUTHENTICATIONFAILED", err.name)
    assert.matches("wrong, and %*%*%*", err.message)
    assert.not_matches("PLAIN", heard)
    assert.not_matches("LOGIN", heard)
  end)

  for code, kind in pairs { AUTHENTICATIONFAILED = "auth", AUTHORIZATIONFAILED = "auth",
    EXPIRED = "auth", UNAVAILABLE = "server", PRIVACYREQUIRED = "tls", THROTTLED = "throttled",
    CONTACTADMIN = "denied", INUSE = "throttled", ["X-OTHER"] = "auth" } do
    it("refused with " .. code .. " is of kind " .. kind, function()
      for _, capabilities in ipairs { "AUTH=PLAIN SASL-IR", "X-NONE" } do
        local command = capabilities == "X-NONE" and 'LOGIN "anna" "' .. PASSWORD .. '"'
          or "AUTHENTICATE PLAIN …"
        local err = refused("S: * OK [CAPABILITY IMAP4rev1 " .. capabilities .. "] hi\n"
          .. "C: $tag " .. command .. "\nS: $tag NO [" .. code .. "] no\n! drain\n", CLEAR)
        assert.equal(kind, err.kind)
        assert.equal(code, err.name)
      end
    end)
  end

  it("does not say a password where LOGIN is disabled", function()
    local err, heard = refused("S: * OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\n! drain\n", CLEAR)
    assert.equal("auth", err.kind)
    assert.equal("", heard)
  end)

  it("cancels when the challenge is none", function()
    local err, heard = refused("S: * OK [CAPABILITY IMAP4rev1 AUTH=CRAM-MD5] hi\n"
      .. "C: $tag AUTHENTICATE CRAM-MD5\nS: + not base64!\nC: *\nS: $tag BAD cancelled\n! drain\n",
      CLEAR)
    assert.is_not_nil(err.kind)
    assert.matches("C: %*", heard)
  end)

  it("asks for a token again when it is refused", function()
    local asked = {}
    local line = "C: $tag AUTHENTICATE XOAUTH2 …\n"
    accepted("S: * OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] hi\n" .. line
      .. "S: + " .. core.text.base64 '{"status":"401"}' .. "\nC: …\n"
      .. "S: $tag NO [AUTHENTICATIONFAILED] expired\n" .. line
      .. "S: $tag OK [CAPABILITY IMAP4rev1] in\n" .. BYE,
      { tls = false, password = false, token = function(again)
        asked[#asked + 1] = again
        return "token-" .. #asked
      end })
    assert.same({ false, true }, asked)
  end)

  it("has to be answered with capabilities at last", function()
    local err = refused("S: * OK hi\nC: $tag CAPABILITY\nS: $tag OK none\n! drain\n", CLEAR)
    assert.equal("protocol", err.kind)
  end)
end)

describe("what is asked for after log-on", function()
  local start = "S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\n"
    .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag OK [CAPABILITY IMAP4rev1 ID ENABLE NAMESPACE "
    .. "UTF8=ACCEPT CONDSTORE QRESYNC COMPRESS=DEFLATE IMAP4rev2] in\n"

  it("goes in one flight", function()
    local heard = accepted(start
      .. 'C: $tag ID ("name" "x" "vendor" {4+}\nC# 4\nC: )\n'
      .. "C: $tag ENABLE UTF8=ACCEPT QRESYNC IMAP4rev2\n"
      .. "C: $tag STATUS \"&\" (UIDNEXT)\nC: $tag NAMESPACE\n"
      .. "S: * ENABLED UTF8=ACCEPT\nS: A2 OK x\nS: A3 OK x\nS: A4 NO x\nS: A5 OK x\n" .. BYE,
      { tls = false, id = { name = "x", vendor = "ü" .. "\x01" .. "y" } })
    assert.matches("ENABLE", heard)
  end)

  it("may be refused: who offers it does not have it", function()
    local peer <close> = line_peer.start(start
      .. "C: $tag ID (\"name\" \"satchel\")\nC: $tag ENABLE UTF8=ACCEPT QRESYNC IMAP4rev2\n"
      .. "C: $tag STATUS \"&\" (UIDNEXT)\nC: $tag NAMESPACE\nC: $tag COMPRESS DEFLATE\n"
      .. "S: A2 BAD ID\nS: A3 NO [CANNOT] ENABLE\nS: A4 NO invalid mUTF-7\n"
      .. "S: A5 BAD NAMESPACE\nS: A6 NO [COMPRESSIONACTIVE]\n"
      .. "C: $tag NOOP\nS: $tag OK x\n" .. BYE)
    local conn = connection.open(options(peer, { tls = false, compress = true, id = true }))
    conn:run "NOOP"
    assert.same({}, conn.enabled)
    assert.is_false(conn.utf8)
    assert.is_nil(conn.namespaces)
    conn:close()
    peer:check()
  end)

  local half = start .. "C: $tag ENABLE UTF8=ACCEPT QRESYNC IMAP4rev2\n"
    .. "C: $tag STATUS \"&\" (UIDNEXT)\nC: $tag NAMESPACE\n"
    .. "S: * ENABLED UTF8=ACCEPT\nS: A2 OK x\n"

  it("makes names UTF-8 once that is on", function()
    local peer <close> = line_peer.start(half .. "S: A3 NO [NONEXISTENT] x\n"
      .. 'S: * NAMESPACE (("Größe/" "/")) NIL NIL\nS: A4 OK x\n'
      .. 'C: $tag SELECT "Größe & mehr"\nS: $tag OK x\n' .. BYE)
    local conn = connection.open(options(peer, CLEAR))
    assert.is_true(conn.utf8)
    assert.equal("Größe/", conn.namespaces.personal[1].prefix)
    conn:select "Größe & mehr"
    conn:close()
    peer:check()
  end)

  -- Dovecot 2.4.0 to 2.4.2, QUIRKS 59
  it("leaves the names as they were where the server does", function()
    local peer <close> = line_peer.start(half
      .. "S: A3 NO Mailbox name is not valid mUTF-7 (0.001 + 0.000 secs).\n"
      .. 'S: * NAMESPACE (("Gr&APYA3w-e/" "/")) NIL NIL\nS: A4 OK x\n'
      .. 'C: $tag SELECT "Gr&APYA3w-e &- mehr"\nS: $tag OK x\n'
      .. 'C: $tag UID SEARCH SUBJECT "ä"\nS: * SEARCH 1\nS: $tag OK x\n'
      .. "C: $tag APPEND \"b\" {3+}\nC# 3\nC: \nS: $tag OK x\n" .. BYE)
    local conn = connection.open(options(peer, CLEAR))
    conn.capabilities = require("satchel.imap.capability").new { "IMAP4rev1", "LITERAL+" }
    conn.channel.wire:set { literals = "plus" }
    assert.is_true(conn.utf8)
    assert.equal("Größe/", conn.namespaces.personal[1].prefix)
    conn:select "Größe & mehr"
    local imap = require("satchel.imap.native").new(conn)
    assert.same({ 1 }, imap:search("Größe & mehr", { "SUBJECT", { "ä" } }))
    imap:append("b", { data = "a:b", utf8 = true })
    conn:close()
    peer:check()
  end)
end)
