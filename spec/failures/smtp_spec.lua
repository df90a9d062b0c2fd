-- SMTP and LMTP servers that fail: cut at every byte, slow, endless, wrong.

local connection = require "satchel.smtp.connection"
local line_peer = require "support.line_peer"
local native = require "satchel.smtp.native"
local satchel = require "satchel"

local dialogue <const> = [[
  S: 220 mx ESMTP
  C: EHLO …
  S: 250-mx
  S: 250-PIPELINING
  S: 250-AUTH PLAIN
  S: 250 CHUNKING
  C: AUTH PLAIN …
  S: 235 2.7.0 ok
  C: MAIL …
  C: RCPT …
  C: RCPT …
  S: 250 2.1.0 ok
  S: 250 2.1.5 ok
  S: 250 2.1.5 ok
  C: BDAT 40 LAST
  C# 40
  S: 250 2.0.0 queued
  C: QUIT
  S: 221 2.0.0 bye
]]

local body <const> = "Subject: x\r\n\r\n01234567890123456789012345"

local function options(peer, more)
  local opts = { url = "smtp://" .. peer.place, user = "anna@example.test", password = "secret",
    tls = false, timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  return opts
end

-- opened for this message: an old one would be opened anew once
local function send(peer, more)
  return satchel.try(function()
    local line <close> = connection.new(options(peer, more))
    return native.new(line):send { from = "a@x.test", recipients = { "b@x.test", "c@x.test" },
      data = body }
  end)
end

-- bytes of the server up to the end of a line of the dialogue
local function bytes_to(line)
  local n = 0
  for text in dialogue:gmatch "S: ([^\n]*)\n" do
    n = n + #text + 2
    if text == line then return n end
  end
  error "no such line"
end

describe("a dialogue cut after any byte", function()
  local accepted = bytes_to "250 2.1.5 ok" + #"250 2.1.5 ok\r\n"
  local queued = bytes_to "250 2.0.0 queued"

  for _, case in ipairs { { "in clear text", false }, { "in TLS", true } } do
    it(case[1] .. " tells what is known", function()
      local more = {}
      local cuts = line_peer.each_cut(dialogue, { tls = case[2] }, function(peer, bytes)
        if case[2] then
          more = { url = "smtps://" .. peer.place, tls = { ca = peer.ca } }
        end
        local ok, result = send(peer, more)
        if bytes >= queued then
          assert.is_true(ok, bytes .. ": " .. tostring(result))
          return
        end
        assert.is_false(ok, bytes)
        assert.is_true(result.kind == "network" or result.kind == "tls" and case[2],
          bytes .. ": " .. tostring(result))
        assert.equal(bytes >= accepted or nil, result.uncertain, bytes .. ": " .. tostring(result))
        assert.equal(bytes < accepted, result.retryable, bytes .. ": " .. tostring(result))
      end)
      assert.is_true(cuts > queued)
    end)
  end
end)

describe("a dialogue byte by byte", function()
  it("is the same", function()
    local peer <close> = line_peer.start(dialogue, { piece = 1 })
    local ok, results = send(peer)
    assert.is_true(ok, tostring(results))
    assert.equal("250 2.0.0 queued", results[2].message)
    peer:check()
  end)
end)

describe("a server", function()
  local function refused(kind, pattern, script, more)
    local peer <close> = line_peer.start(script)
    local ok, err = send(peer, more)
    assert.is_false(ok)
    assert.equal(kind, err.kind, tostring(err))
    assert.truthy(err.message:find(pattern, 1, true), err.message)
    return err
  end

  local hello <const> = "S: 220 x\nC: EHLO …\nS: 250-x\nS: 250-PIPELINING\nS: 250-CHUNKING\n"
    .. "S: 250 AUTH PLAIN\nC: AUTH …\n"
  local mail <const> = hello .. "S: 235 ok\nC: MAIL …\nC: RCPT …\nC: RCPT …\n"

  it("that never ends a line meets a bound", function()
    refused("limit", "16384", "S: 220 x\nC: EHLO …\nS- 250-" .. ("x"):rep(70000) .. "\n! drain")
  end)

  it("that never ends a reply meets a bound", function()
    local line = "S: 250-" .. ("x"):rep(900) .. "\n"
    refused("limit", "131072", "S: 220 x\nC: EHLO …\n" .. line:rep(300) .. "! drain")
  end)

  it("whose bounds are the caller's", function()
    refused("limit", "100", "S: 220 " .. ("x"):rep(200), { limits = { line = 100 } })
    refused("limit", "100", ("S: 220-" .. ("x"):rep(50) .. "\n"):rep(3),
      { limits = { reply = 100 } })
  end)

  it("that answers more than it was asked is refused", function()
    refused("protocol", "nothing asked for", hello .. "S: 235 ok\nS: 250 MAIL ok\nS: 250 RCPT ok\n"
      .. "! drain")
  end)

  it("that answers in the wrong way is refused", function()
    refused("protocol", "no reply code", mail .. "S: * OK IMAP4rev1\n! drain")
    refused("protocol", "different codes", mail .. "S: 250-a\nS: 251 b\n! drain")
  end)

  it("that takes the message with another code than it may is still heard", function()
    local peer <close> = line_peer.start(mail .. [[
      S: 250 ok
      S: 250 ok
      S: 550 5.1.1 no
      C: QUIT
      S: 221 bye]])
    local ok, err = send(peer)
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
  end)

  it("that repeats the password does not put it into the error", function()
    local err = refused("auth", "535", hello .. "S: 535 5.7.8 bad password 'secret'\n! drain")
    assert.is_nil(tostring(err):find("'secret'", 1, true))
  end)

  it("that stalls is a timeout, uncertain only behind the message", function()
    local err = refused("timeout", "", mail .. "! stall", { timeout = 0.3 })
    assert.is_nil(err.uncertain)
    err = refused("timeout", "", mail .. "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: BDAT …\n"
      .. "C# 40\n! stall", { timeout = 0.1 })
    assert.is_true(err.uncertain)
  end)

  it("that says it is closing while it refuses is believed", function()
    local err = refused("throttled", "421 4.7.0", mail .. "S: 421 4.7.0 too many\n")
    assert.is_true(err.retryable)
  end)
end)
