-- Sending to servers that play scripts: flights, refusals, content by DATA and BDAT,
-- results for each recipient.

local line_peer = require "support.line_peer"
local native = require "satchel.smtp.native"
local satchel = require "satchel"
local smtp_script = require "support.smtp_script"

local hello, open = smtp_script.hello, smtp_script.open
local send, sent, refused = smtp_script.send, smtp_script.sent, smtp_script.refused
local to_two <const>, bye <const>, text <const> = smtp_script.to_two, smtp_script.bye,
  smtp_script.text

describe("a message", function()
  it("goes in two round trips by BDAT", function()
    local results, peer, trips = sent(hello "PIPELINING SIZE CHUNKING 8BITMIME" .. to_two .. [[
      S: 250 2.1.0 ok
      S: 250 2.1.5 ok
      S: 250 2.1.5 ok
      C: BDAT 21 LAST
      C# 21
      S: 250 2.0.0 queued as 1
    ]] .. bye)
    peer:check()
    assert.equal(2, trips)
    assert.same({ { email = "b@x.test", ok = true, code = 250, enhanced = "2.0.0",
      message = "250 2.0.0 queued as 1" }, { email = "c@x.test", ok = true, code = 250,
      enhanced = "2.0.0", message = "250 2.0.0 queued as 1" } }, results)
  end)

  it("goes in three by DATA", function()
    local _, peer, trips = sent(hello "PIPELINING" .. to_two .. [[
      S: 250 ok
      S: 250 ok
      S: 250 ok
      C: DATA
      S: 354 go
      C: Subject: x
      C:
      C: hello
      C: .
      S: 250 queued
    ]] .. bye)
    assert.equal(3, trips)
    assert.matches("hello\nC: %.\n", peer:heard())
  end)

  it("goes in two by DATA where nothing is to be weighed", function()
    local _, _, trips = sent(hello "PIPELINING" .. [[
      C: MAIL FROM:<a@x.test>
      C: RCPT TO:<b@x.test>
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      C.
      S: 250 queued
    ]] .. bye, { recipients = { "b@x.test" } })
    assert.equal(2, trips)
  end)

  it("goes one by one where the server takes no more", function()
    local _, _, trips = sent(hello "" .. [[
      C: MAIL FROM:<a@x.test>
      S: 250 ok
      C: RCPT TO:<b@x.test>
      S: 250 ok
      C: RCPT TO:<c@x.test>
      S: 251 forwarded
      C: DATA
      S: 354 go
      C.
      S: 250 queued
    ]] .. bye)
    assert.equal(5, trips)
  end)

  it("has its dots doubled and its lines ended, whatever it is", function()
    local _, peer = sent(hello "PIPELINING" .. [[
      C: MAIL …
      C: RCPT …
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      C: ..
      C: MAIL FROM:<evil@x.test>
      C: ...a
      C: end
      C: .
      S: 250 queued
    ]] .. bye, { recipients = { "b@x.test" }, data = ".\nMAIL FROM:<evil@x.test>\r..a\r\nend" })
    peer:check()
  end)

  it("is streamed from a function, and progress is told", function()
    local pieces, done = { "Subject: y\r\n\r", "\nhel", "", "lo\r\n" }, {}
    local _, peer = sent(hello "PIPELINING SIZE 8BITMIME" .. [[
      C: MAIL FROM:<a@x.test> BODY=8BITMIME
      C: RCPT …
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      C: Subject: y
      C:
      C: hello
      C: .
      S: 250 queued
    ]] .. bye, { recipients = { "b@x.test" },
      source = function() return table.remove(pieces, 1) end,
      progress = function(n, total) done[#done + 1] = n .. "/" .. total end }, nil)
    peer:check()
    assert.same({ "13/13", "17/17", "21/21" }, done)
  end)

  it("is read from a file, in chunks", function()
    local path = os.tmpname()
    local f <close> = assert(io.open(path, "wb"))
    f:write(("0123456789abcde\n"):rep(100000)) -- 1.7 MB with CRLF
    f:close()
    local _, peer = sent(hello "PIPELINING CHUNKING" .. [[
      C: MAIL …
      C: RCPT …
      S: 250 ok
      S: 250 ok
      C: BDAT 1114112
      C# 1114112
      S: 250 more
      C: BDAT 585888 LAST
      C# 585888
      S: 250 queued
    ]] .. bye, { recipients = { "b@x.test" }, data = false, path = path })
    os.remove(path)
    peer:check()
  end)

  it("that is binary goes as it is", function()
    local _, peer = sent(hello "CHUNKING BINARYMIME" .. [[
      C: MAIL FROM:<a@x.test> BODY=BINARYMIME
      S: 250 ok
      C: RCPT …
      S: 250 ok
      C: BDAT 6 LAST
      C# 6
      S: 250 queued
    ]] .. bye, { recipients = { "b@x.test" }, data = "a\n\0\r.\n", binary = true })
    peer:check()
  end)

  it("from nobody has the null path", function()
    local _, peer = sent(hello "" .. "C: MAIL FROM:<>\nS: 250 ok\nC: RCPT …\nS: 250 ok\n"
      .. "C: DATA\nS: 354 go\nC.\nS: 250 ok\n" .. bye, { from = "", recipients = { "b@x.test" } })
    peer:check()
  end)
end)

describe("refused recipients", function()
  it("let nothing be sent", function()
    local err, peer, trips = refused("not_found", "the recipient c@x.test: 550 5.1.1 who?",
      hello "PIPELINING CHUNKING" .. to_two .. [[
      S: 250 ok
      S: 250 ok
      S: 550 5.1.1 who?
    ]] .. bye)
    peer:check()
    assert.equal(1, trips)
    assert.equal(550, err.code)
    assert.equal("rcpt", err.stage)
    assert.is_nil(err.uncertain)
    assert.matches("partial = true", err.hint)
    assert.is_true(err.results[1].ok)
    assert.is_false(err.results[2].ok)
    assert.equal("not_found", err.results[2].error.kind)
  end)

  it("are left out with partial, in two round trips by DATA too", function()
    local results, _, trips = sent(hello "PIPELINING" .. to_two .. [[
      C: DATA
      S: 250 ok
      S: 450 4.2.1 later
      S: 250 ok
      S: 354 go
      C.
      S: 250 2.0.0 queued
    ]] .. bye, { partial = true })
    assert.equal(2, trips)
    assert.is_false(results[1].ok)
    assert.equal("throttled", results[1].error.kind)
    assert.is_true(results[1].error.retryable)
    assert.is_true(results[2].ok)
  end)

  it("all of them raise with partial too", function()
    local err = refused("not_found", "2 of 2 recipients (b@x.test, c@x.test)",
      hello "PIPELINING CHUNKING" .. to_two
      .. "S: 250 ok\nS: 550 5.1.1 who?\nS: 550 5.1.1 who?\n" .. bye, { partial = true })
    assert.is_nil(err.hint)
  end)

  it("do not make an empty message of what DATA has begun", function()
    local _, peer = refused("not_found", "550 who?", hello "PIPELINING" .. [[
      C: MAIL …
      C: RCPT …
      C: DATA
      S: 250 ok
      S: 550 who?
      S: 354 go
      C: .
      S: 554 no valid recipients
    ]] .. bye, { recipients = { "b@x.test" } })
    peer:check()
  end)

  it("leave a transaction that the next message ends first", function()
    local peer <close> = line_peer.start(hello "PIPELINING CHUNKING" .. [[
      C: MAIL …
      C: RCPT …
      S: 250 ok
      S: 550 who?
      C: RSET
      C: MAIL …
      C: RCPT …
      S: 250 flushed
      S: 250 ok
      S: 250 ok
      C: BDAT 21 LAST
      C# 21
      S: 250 queued
      C: MAIL …
      C: RCPT …
      S: 250 ok
      S: 250 ok
      C: BDAT 21 LAST
      C# 21
      S: 250 queued
    ]] .. bye)
    local c = open(peer)
    local n = native.new(c)
    local message = { from = "a@x.test", recipients = { "b@x.test" }, data = text }
    assert.is_false((satchel.try(n.send, n, message)))
    n:send(message)
    n:send(message)
    c:close()
    peer:check()
  end)
end)

describe("a refused sender or message", function()
  for _, case in ipairs {
    { "the sender", "denied", "553 5.7.1 not you", "PIPELINING CHUNKING",
      to_two .. "S: 553 5.7.1 not you\nS: 503 no sender\nS: 503 no sender\n" },
    { "the sender where nothing is pipelined", "denied", "553 5.7.1 not you", "",
      "C: MAIL …\nS: 553 5.7.1 not you\n" },
    { "DATA", "server", "451 4.3.0 disk", "PIPELINING",
      to_two .. "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 451 4.3.0 disk\n" },
    { "the message", "denied", "554 5.7.1 spam", "PIPELINING",
      to_two .. "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: DATA\nS: 354 go\nC.\nS: 554 5.7.1 spam\n" },
    { "the message by BDAT", "limit", "552 5.3.4 big", "PIPELINING CHUNKING",
      to_two .. "S: 250 ok\nS: 250 ok\nS: 250 ok\nC: BDAT 21 LAST\nC# 21\nS: 552 5.3.4 big\n" },
  } do
    it("is an error and nothing was sent: " .. case[1], function()
      local err, peer = refused(case[2], case[3], hello(case[4]) .. case[5] .. bye)
      peer:check()
      assert.is_nil(err.uncertain)
    end)
  end

  it("in the middle of its chunks ends there", function()
    local err = refused("limit", "552 5.3.4 big", hello "CHUNKING" .. [[
      C: MAIL …
      S: 250 ok
      C: RCPT …
      S: 250 ok
      C: BDAT 1048576
      C# 1048576
      S: 552 5.3.4 big
    ]] .. bye, { recipients = { "b@x.test" }, data = ("x"):rep(5 << 20) })
    assert.is_nil(err.uncertain)
  end)

  it("in the middle of DATA ends there", function()
    local err = refused("limit", "552 5.3.4 enough", hello "" .. [[
      C: MAIL …
      S: 250 ok
      C: RCPT …
      S: 250 ok
      C: DATA
      S: 354 go
      C# 1000
      S: 552 5.3.4 enough
      ! drain
    ]], { recipients = { "b@x.test" }, data = ("x\n"):rep(5 << 20) })
    assert.is_nil(err.uncertain)
  end)

  it("is told before anything is uploaded when it is too large", function()
    local _, peer = refused("limit", "21 bytes", hello "PIPELINING SIZE=20" .. bye)
    peer:check()
    assert.not_matches("MAIL", peer:heard())
  end)
end)

describe("LMTP", function()
  local script = hello("PIPELINING CHUNKING", "LHLO") .. to_two .. [[
      S: 250 ok
      S: 250 ok
      S: 250 ok
      C: DATA
      S: 354 go
      C.
  ]]

  it("has a result for each recipient", function()
    local results = sent(script .. "S: 250 2.0.0 one\nS: 250 2.0.0 two\n" .. bye, nil,
      { lmtp = true })
    assert.equal("250 2.0.0 one", results[1].message)
    assert.equal("250 2.0.0 two", results[2].message)
  end)

  it("says to whom it was delivered when it was not to all", function()
    local err = refused("quota", "delivered to 1 of 2 recipients; of c@x.test the server says: "
      .. "552 5.2.2 full", script .. "S: 250 2.0.0 one\nS: 552 5.2.2 full\n" .. bye, nil,
      { lmtp = true })
    assert.is_false(err.retryable)
    assert.is_true(err.results[1].ok)
    assert.equal("quota", err.results[2].error.kind)
  end)

  it("gives the results with partial", function()
    local results = sent(hello("PIPELINING", "LHLO") .. to_two .. [[
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 250 ok
      S: 354 go
      C.
      S: 552 5.2.2 full
      S: 250 2.0.0 two
    ]] .. bye, { partial = true }, { lmtp = true })
    assert.is_false(results[1].ok)
    assert.is_true(results[2].ok)
  end)

  it("has no reply for those that were refused before", function()
    local results = sent(hello("PIPELINING", "LHLO") .. to_two .. [[
      C: DATA
      S: 250 ok
      S: 550 5.1.1 who?
      S: 250 ok
      S: 354 go
      C.
      S: 250 2.0.0 two
    ]] .. bye, { partial = true }, { lmtp = true })
    assert.is_false(results[1].ok)
    assert.equal("250 2.0.0 two", results[2].message)
  end)
end)

describe("a source", function()
  it("that fails leaves the message unsent, and its error is raised", function()
    local _, err, peer = send(hello "PIPELINING" .. [[
      C: MAIL …
      C: RCPT …
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      ! drain]], { recipients = { "b@x.test" }, data = false, source = function()
      error("no more paper", 0)
    end })
    assert.equal("no more paper", err.message)
    assert.not_matches("C: %.", peer:heard())
  end)

  it("that gives no text is refused", function()
    local ok, err = send(hello "PIPELINING" .. [[
      C: MAIL …
      C: RCPT …
      C: DATA
      S: 250 ok
      S: 250 ok
      S: 354 go
      ! drain]], { recipients = { "b@x.test" }, data = false, source = function() return 5 end })
    assert.is_false(ok)
    assert.matches("gave a number", err.message)
  end)
end)
