-- What is known of a message when the connection was lost while it was sent.

local connection = require "satchel.smtp.connection"
local line_peer = require "support.line_peer"
local native = require "satchel.smtp.native"
local satchel = require "satchel"
local smtp_script = require "support.smtp_script"

local hello, open = smtp_script.hello, smtp_script.open
local send, sent, refused = smtp_script.send, smtp_script.sent, smtp_script.refused
local to_two <const>, bye <const>, text <const> = smtp_script.to_two, smtp_script.bye,
  smtp_script.text

describe("a connection that is lost", function()
  local begin = to_two .. "S: 250 ok\nS: 250 ok\nS: 250 ok\n"

  for _, case in ipairs {
    { "after the message by DATA", hello "PIPELINING" .. begin .. "C: DATA\nS: 354 go\nC.\n" },
    { "after the message by BDAT", hello "PIPELINING CHUNKING" .. begin .. "C: BDAT …\nC# 21\n" },
    { "in the middle of its answer", hello "PIPELINING CHUNKING" .. begin
      .. "C: BDAT …\nC# 21\nS- 250 que\n" },
    { "by a reset", hello "PIPELINING CHUNKING" .. begin .. "C: BDAT …\nC# 21\n! reset" },
    { "by nonsense for an answer", hello "PIPELINING CHUNKING" .. begin
      .. "C: BDAT …\nC# 21\nS: what?\n" },
  } do
    it(case[1] .. " leaves it uncertain", function()
      local ok, err = send(case[2])
      assert.is_false(ok)
      assert.is_true(err.uncertain, tostring(err))
      assert.is_false(err.retryable)
      assert.matches("may have been sent", err.hint)
    end)
  end

  it("after the message by silence leaves it uncertain", function()
    local err = refused("timeout", "the answer of 127.0.0.1", hello "PIPELINING CHUNKING" .. begin
      .. "C: BDAT …\nC# 21\n! stall", nil, { timeout = 0.1 })
    assert.is_true(err.uncertain)
  end)

  it("is not given up where the server thinks about the message for long", function()
    local results = sent(hello "PIPELINING CHUNKING" .. begin
      .. "C: BDAT …\nC# 21\n! sleep 0.6\nS: 250 at last\n" .. bye, nil, { timeout = 0.2 })
    assert.equal("250 at last", results[1].message)
  end)

  for _, case in ipairs {
    { "before MAIL is answered", hello "PIPELINING" .. to_two },
    { "after MAIL", hello "PIPELINING" .. to_two .. "S: 250 ok\n" },
    { "after RCPT", hello "PIPELINING" .. begin },
    { "after DATA", hello "PIPELINING" .. begin .. "C: DATA\n" },
    { "in the middle of the message", hello "PIPELINING" .. begin
      .. "C: DATA\nS: 354 go\nC# 10\n! reset", ("x\n"):rep(5 << 20) },
  } do
    it(case[1] .. " leaves it unsent", function()
      local err = refused("network", "", case[2], { data = case[3] or text })
      assert.is_nil(err.uncertain)
      assert.is_true(err.retryable)
    end)
  end

  it("by 421 leaves it unsent", function()
    local err = refused("throttled", "421 4.3.2 shutting down", hello "PIPELINING" .. to_two
      .. "S: 250 ok\nS: 421 4.3.2 shutting down\n")
    assert.is_nil(err.uncertain)
    assert.is_true(err.retryable)
  end)

  it("is no failure when it was an old one and nothing was said yet", function()
    local rest = to_two .. "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: BDAT 21 LAST\nC# 21\n"
      .. "S: 250 queued\n"
    for _, last in ipairs { "C: MAIL …\n", "C: MAIL …\nS: 421 4.4.2 idle\n" } do
      local peer <close> = line_peer.start {
        hello "PIPELINING CHUNKING" .. "C: NOOP\nS: 250 ok\n" .. last,
        hello "PIPELINING CHUNKING" .. rest .. bye }
      local c <close> = open(peer)
      local n = native.new(c)
      n:noop()
      assert.equal(2, #n:send { from = "a@x.test", recipients = { "b@x.test", "c@x.test" },
        data = text })
    end
  end)

  it("is not tried again when it was opened for this message", function()
    local peer <close> = line_peer.start(hello "PIPELINING" .. to_two)
    local c = connection.new { url = "smtp://" .. peer.place, tls = false, timeout = 5,
      proxy = false }
    local ok, err = satchel.try(native.new(c).send, native.new(c), { from = "a@x.test",
      recipients = { "b@x.test", "c@x.test" }, data = text })
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.equal("127.0.0.1", err.server)
    local _, count = peer:heard():gsub("MAIL", "")
    assert.equal(1, count)
  end)
end)
