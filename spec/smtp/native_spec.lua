-- session.smtp: the protocol as it is.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local hello <const> = "S: 220 mx\nC: EHLO …\nS: 250-mx\nS: 250-SIZE 5\nS: 250 X-ONE a b\n"

local function session(peer)
  return satchel.connect { url = "smtp://" .. peer.place, tls = false, user = "a@x.test",
    timeout = 5, proxy = false }
end

it("shows what the server said and takes any command", function()
  local peer <close> = line_peer.start(hello .. [[
    C: VRFY anna
    S: 252 2.0.0 perhaps
    C: EXPN list
    S: 250-a@x.test
    S: 250 b@x.test
    C: NOOP
    S: 250 ok
    C: XONE two
    S: 500 5.5.2 what?
    C: QUIT
    S: 221 bye]])
  local s = session(peer)
  local smtp = s.smtp
  assert.equal("smtp", s.protocol)
  assert.equal("mx", smtp.server)
  assert.is_false(smtp.lmtp)
  assert.same({ SIZE = { "5" }, ["X-ONE"] = { "a", "b" } }, smtp.capabilities)
  assert.equal(2, smtp.round_trips)
  assert.same({ "perhaps", code = 252, enhanced = "2.0.0" }, smtp:vrfy "anna")
  assert.same({ "a@x.test", "b@x.test", code = 250 }, smtp:expn "list")
  assert.equal(250, smtp:noop().code)
  assert.equal(500, smtp:command("XONE two").code)
  assert.equal(6, smtp.round_trips)
  s:close()
  peer:check()
end)

describe("is refused", function()
  local peer, s
  setup(function()
    peer = line_peer.start(hello .. "! drain")
    s = session(peer)
  end)
  teardown(function()
    s:close()
    peer:close()
  end)

  for _, line in ipairs { "DATA", "data", "BDAT 5 LAST", "STARTTLS", "AUTH PLAIN x", "QUIT",
    "EHLO x" } do
    it("a command that changes what follows: " .. line, function()
      local ok, err = satchel.try(s.smtp.command, s.smtp, line)
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end

  for _, case in ipairs {
    { "command", "NOOP\r\nRSET" }, { "command", "NOOP\nRSET" }, { "command", "NOOP\0" },
    { "command", "" }, { "command", 5 }, { "vrfy", "a\r\nRSET" }, { "vrfy", "" }, { "expn", "a\n" },
    { "send", { recipients = { "a@x\r\nRSET" }, data = "x" } },
    { "send", { from = "a\n@x.test", recipients = { "b@x.test" }, data = "x" } },
    { "send", { recipients = { "b@x.test" } } }, { "send", { data = "x" } },
    { "send", { recipients = { 5 }, data = "x" } },
    { "send", { recipients = { "b@x.test" }, data = "x", dta = 5 } },
    { "send", { recipients = { "b@x.test" }, data = "x", dsn = { envid = "a\r\nb" } } },
  } do
    it(("what would be two commands, or none: %s %q"):format(case[1], tostring(case[2])), function()
      local ok, err = satchel.try(s.smtp[case[1]], s.smtp, case[2])
      assert.is_false(ok)
      assert.equal("invalid", err.kind, tostring(err))
      assert.equal("C: EHLO [127.0.0.1]", peer:heard())
    end)
  end
end)

it("sends nothing in a dry run", function()
  local peer <close> = line_peer.start(hello .. "C: NOOP\nS: 250 ok\n! drain")
  local shown = {}
  local s = satchel.connect { url = "smtp://" .. peer.place, tls = false, user = "a@x.test",
    timeout = 5, proxy = false, dry_run = true, trace = function(e)
      if e.layer == "verb" then shown[#shown + 1] = e.op end
    end }
  local results = s.smtp:send { from = "a@x.test", recipients = { "b@x.test" }, data = "x" }
  assert.same({ { email = "b@x.test", ok = true } }, results)
  assert.equal(250, s.smtp:command("MAIL FROM:<a@x.test>").code)
  assert.equal("ok", s.smtp:noop()[1])
  assert.same({ "5" }, s.smtp.capabilities.SIZE)
  for _, given in ipairs { { "send", { recipients = { "b\n" } } }, { "command", "DATA" },
    { "command", 5 } } do
    assert.is_false((satchel.try(s.smtp[given[1]], s.smtp, given[2])))
  end
  assert.same({ "send", "command", "send" }, shown)
  assert.equal("C: EHLO [127.0.0.1]\nC: NOOP", peer:heard())
end)
