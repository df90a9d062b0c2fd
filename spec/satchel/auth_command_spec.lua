-- The AUTH command of SMTP and POP3, said to a list of replies.

local auth_command = require "satchel.auth_command"
local core = require "satchel.core"
local errors = require "satchel.error"
local sasl = require "satchel.sasl"

local base64 = core.text.base64

local function candidates(mechanism)
  return sasl.choose { offered = { mechanism }, secure = true, user = "anna", password = "secret",
    service = "smtp", host = "mail.example.test", port = 465, mechanism = mechanism }
end

-- logs on to a server that says these, { challenge } or { ok }; what was said, and shown
local function said_to(mechanism, replies, longest)
  local said, shown = {}, {}
  local own = { longest = longest or 255,
    ask = function(line, show)
      said[#said + 1], shown[#shown + 1] = line, show
      return replies[#said]
    end,
    challenge = function(reply) return reply.challenge end,
    accepted = function(reply) return reply.ok end,
    refusal = function(reply) return { message = reply.text } end }
  local ok, value = pcall(auth_command.run, own, candidates(mechanism))
  return said, shown, ok and value, not ok and value
end

describe("the AUTH command", function()
  local response <const> = base64 "\0anna\0secret"

  it("has the first response behind it, which the trace does not show", function()
    local said, shown, mechanism = said_to("PLAIN", { { ok = true } })
    assert.same({ "AUTH PLAIN " .. response }, said)
    assert.same({ "AUTH PLAIN ***" }, shown)
    assert.equal("PLAIN", mechanism)
  end)

  it("gives it as an answer where it is too long for the command", function()
    local said, shown = said_to("PLAIN", { { challenge = "" }, { ok = true } }, 20)
    assert.same({ "AUTH PLAIN", response }, said)
    assert.same({ "AUTH PLAIN", "***" }, shown)
  end)

  it("answers challenges", function()
    local said, _, mechanism = said_to("LOGIN", { { challenge = base64 "Username:" },
      { challenge = base64 "Password:" }, { ok = true } })
    assert.same({ "AUTH LOGIN", base64 "anna", base64 "secret" }, said)
    assert.equal("LOGIN", mechanism)
  end)

  it("is given up at a challenge that is none", function()
    local said, _, _, err = said_to("LOGIN", { { challenge = "???" }, { text = "cancelled" } })
    assert.same({ "AUTH LOGIN", "*" }, said)
    assert.equal("auth", err.kind)
    assert.matches("a challenge that is not base64", err.message)
  end)

  it("that is refused says so in the server's words", function()
    local _, _, _, err = said_to("PLAIN", { { text = "who is anna?" } })
    assert.is_true(errors.is(err))
    assert.equal("auth", err.kind)
    assert.matches("who is anna%?", err.message)
  end)
end)
