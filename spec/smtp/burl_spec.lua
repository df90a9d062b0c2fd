-- BURL: when it is used, which place a server means, what its refusals mean, and how the
-- pieces of a message go out.

local burl = require "satchel.smtp.burl"
local connection = require "satchel.smtp.connection"
local envelope = require "satchel.smtp.envelope"
local line_peer = require "support.line_peer"
local transaction = require "satchel.smtp.transaction"

local function server(capabilities, more)
  local one = { capabilities = capabilities }
  for k, v in pairs(more or {}) do one[k] = v end
  return one
end

describe("content in pieces is taken", function()
  local whole <const>, with_text <const> = { { url = "u" } }, { { text = "t" }, { url = "u" } }
  for _, case in ipairs {
    { "where BURL is offered", true, { BURL = { "imap" } }, whole },
    { "not where it is not", false, { CHUNKING = {} }, whole },
    { "with a text where CHUNKING is offered, too", true, { BURL = {}, CHUNKING = {} }, with_text },
    { "with a text nowhere else", false, { BURL = {} }, with_text },
    { "not where there are none", false, { BURL = {} } },
    { "not by LMTP", false, { BURL = {} }, whole, { lmtp = true } },
    { "not where it was refused", false, { BURL = {} }, whole, { fetches = false } },
    { "where one was fetched", true, { BURL = {} }, whole, { fetched = true } },
    { "not where no more than one is", false, { BURL = {} }, whole,
      { fetched = true, fetches = "once" } },
  } do
    it(case[1], function()
      assert.equal(case[2], burl.takes(server(case[3], case[5]), case[4], 100))
    end)
  end

  it("where another connection is worth it", function()
    assert.is_true(burl.takes(server({ BURL = {} }, { fetched = true, fetches = "once" }), whole,
      1 << 20))
  end)
end)

describe("the place that is meant is", function()
  for _, case in ipairs {
    { { "imap" }, nil }, { {}, nil },
    { { "imap", "imap://mail.x.test" }, "mail.x.test" },
    { { "imap://a.x.test", "imap://IMAP.x.test:1143" }, "imap.x.test:1143" },
    { { "imap://a.x.test", "imap://b.x.test" }, nil },
  } do
    it(("%s of %s"):format(case[2], table.concat(case[1], " ")), function()
      assert.equal(case[2], burl.authority(server { BURL = case[1] }, "IMAP.x.test"))
    end)
  end
end)

describe("a message in pieces", function()
  local URL <const> = "imap://a@x.test/Sent;UID=9;URLAUTH=submit+a:internal:0123456789abcdef"
  local SHOWN <const> = "imap://a@x.test/Sent;UID=9;URLAUTH=submit+a:internal:***"
  local hello <const> = "S: 220 mx\nC: EHLO …\nS: 250-mx\nS: 250-PIPELINING\nS: 250-CHUNKING\n"
    .. "S: 250 BURL imap\n"
  local address <const> = "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@x.test>\nS: 250 ok\nS: 250 ok\n"

  local function send(script, capabilities)
    local peer <close> = line_peer.start((capabilities or hello) .. script)
    local said = {}
    local one <close> = connection.new { url = "smtp://" .. peer.place, tls = false, timeout = 5,
      proxy = false, trace = function(event) said[#said + 1] = event.text end }
    local ok, result = pcall(transaction.send, one, { partial = false,
      envelope = envelope.new { from = "a@x.test", recipients = { "b@x.test" } },
      content = { repeatable = true, size = 20, pieces = { { text = "Subject: s\n\n" },
        { url = URL, size = 5 } }, chunks = function()
          local pieces = { "Subject: s\r\n\r\nbody\r\n" }
          return function() return table.remove(pieces) end
        end } })
    one:close()
    peer:check()
    assert.falsy(table.concat(said, "\n"):find("0123456789abcdef", 1, true))
    return ok, result, table.concat(said, "\n")
  end

  local quit <const> = "C: QUIT\nS: 221 bye\n"

  it("goes as text and URL in one flight, its lines ended as those of mail", function()
    local ok, result, said = send(address .. "C: BDAT 14\nC: Subject: s\nC: \nC: BURL " .. URL
      .. " LAST\nS: 250 14 octets\nS: 250 2.0.0 sent\n" .. quit)
    assert.is_true(ok, tostring(result))
    assert.equal("2.0.0", result[1].enhanced)
    assert.truthy(said:find("BURL " .. SHOWN .. " LAST", 1, true))
  end)

  it("waits for each where there is no PIPELINING", function()
    local ok, result = send("C: MAIL FROM:<a@x.test>\nS: 250 ok\nC: RCPT TO:<b@x.test>\nS: 250 ok\n"
      .. "C: BDAT 14\nC: Subject: s\nC: \nS: 250 ok\nC: BURL " .. URL .. " LAST\nS: 250 sent\n"
      .. quit, "S: 220 mx\nC: EHLO …\nS: 250-mx\nS: 250-CHUNKING\nS: 250 BURL imap\n")
    assert.is_true(ok, tostring(result))
  end)

  it("goes as bytes where the URL does not do, which the trace does not show", function()
    local ok, result, said = send(address .. "C: BDAT 14\nC: Subject: s\nC: \nC: BURL " .. URL
      .. " LAST\nS: 250 ok\nS: 554 5.6.6 cannot read " .. URL .. "\nC: RSET\n"
      .. "C: MAIL FROM:<a@x.test>\nC: RCPT TO:<b@x.test>\nS: 250 ok\nS: 250 ok\nS: 250 ok\n"
      .. "C: BDAT 20 LAST\nC: Subject: s\nC: \nC: body\nS: 250 sent\n" .. quit)
    assert.is_true(ok, tostring(result))
    assert.truthy(said:find("cannot read " .. SHOWN, 1, true))
  end)

  it("is not sent where the text before it is refused", function()
    local ok, err = send(address .. "C: BDAT 14\nC: Subject: s\nC: \nC: BURL " .. URL
      .. " LAST\nS: 552 5.2.2 full\nS: 503 5.5.0 no\n" .. quit)
    assert.is_false(ok)
    assert.equal("quota", err.kind)
    assert.equal(552, err.code)
  end)

  it("goes as bytes where BURL is not offered after all", function()
    local ok = send(address .. "C: BDAT 20 LAST\nC: Subject: s\nC: \nC: body\nS: 250 sent\n"
      .. quit, "S: 220 mx\nC: EHLO …\nS: 250-mx\nS: 250-PIPELINING\nS: 250 CHUNKING\n")
    assert.is_true(ok)
  end)
end)
