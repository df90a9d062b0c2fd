-- The client's side of SMTP as bytes: pipelined commands and their replies,
-- content by DATA and BDAT.

local smtp = require "satchel.core".smtp

-- every reply of some bytes, given in pieces of n
local function replies_of(c, bytes, n)
  local list, rest = {}, ""
  for at = 1, #bytes, n do
    rest = rest .. bytes:sub(at, at + n - 1)
    local reply, left = c:feed(rest)
    while reply do
      list[#list + 1], rest = reply, left
      reply, left = c:feed(rest)
    end
    if reply == nil then return nil, left end
  end
  return list, rest
end

local function connected()
  local c = smtp.connection()
  assert(c:feed "220 x\r\n")
  return c
end

-- RFC 2920 4, the second dialogue
local dialogue = "220 innosoft.com SMTP service ready\r\n"
  .. "250-innosoft.com\r\n250 PIPELINING\r\n"
  .. "250 sender <mrose@dbc.mtview.ca.us> OK\r\n"
  .. "550 remote mail to <nsb@thumper.bellcore.com> not allowed\r\n"
  .. "250 recipient <ned@innosoft.com> OK\r\n"
  .. "354 enter mail, end with line containing only \".\"\r\n"
  .. "250 message sent\r\n221 goodbye\r\n"

describe("commands", function()
  it("are written in order, and answered in order", function()
    local c = connected()
    assert(c:command "MAIL FROM:<a@x.test>")
    assert(c:command "RCPT TO:<b@x.test>")
    assert.equal("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@x.test>\r\n", c:output())
    assert.equal("", c:output())
    assert.equal(2, c:expected())
    assert.equal(250, c:feed("250 1\r\n250 2\r\n").code)
    assert.equal(1, c:expected())
  end)

  for _, line in ipairs { "RSET\r\nMAIL", "a\nb", "a\rb", "a\0b", "", ("x"):rep(12289) } do
    it(("that could be two are refused: %q"):format(line:sub(1, 20)), function()
      local c = connected()
      local ok, err = c:command(line)
      assert.is_nil(ok)
      assert.equal("invalid", err.kind)
      assert.equal("", c:output())
      assert.equal(0, c:expected())
    end)
  end

  it("may be empty only as an answer to a challenge", function()
    local c = connected()
    c:command "AUTH GSSAPI"
    c:feed "334 \r\n"
    c:output()
    assert(c:command "")
    assert.equal("\r\n", c:output())
  end)
end)

describe("a dialogue", function()
  for _, n in ipairs { 1, 2, 3, 7, 1000 } do
    it(("cut into pieces of %d bytes is the same"):format(n), function()
      local c = smtp.connection()
      for _ = 1, 7 do c:command "x" end
      local list = assert(replies_of(c, dialogue, n))
      local codes = {}
      for i, reply in ipairs(list) do codes[i] = reply.code end
      assert.same({ 220, 250, 250, 550, 250, 354, 250, 221 }, codes)
      assert.equal("PIPELINING", list[2][2])
      assert.equal(0, c:expected())
    end)
  end

  it("that goes on by itself is refused", function()
    local list, err = replies_of(connected(), "250 injected\r\n", 100)
    assert.is_nil(list)
    assert.equal("protocol", err.kind)
    assert.matches("nothing asked for", err.message)
  end)

  it("may be ended by the server at any time", function()
    local c = connected()
    local reply = c:feed "421 4.3.2 shutting down\r\n"
    assert.equal(421, reply.code)
    assert.is_true(reply.unasked)
  end)
end)

describe("content by DATA", function()
  local texts = {
    { "a\r\nb\r\n", "a\r\nb\r\n.\r\n" },
    { "no end", "no end\r\n.\r\n" },
    { ".\r\n..\r\n.a\r\n", "..\r\n...\r\n..a\r\n.\r\n" },
    { "", ".\r\n" },
    { "a\r\n.\r\nMAIL FROM:<x>\r\n", "a\r\n..\r\nMAIL FROM:<x>\r\n.\r\n" },
    -- bare CR and LF never reach the wire: nobody can take one for a line's end
    { "a\n.\nb", "a\r\n..\r\nb\r\n.\r\n" },
    { "a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n" },
    { "a\r.\rb", "a\r\n..\r\nb\r\n.\r\n" },
    { "a\r\r\n.\r\n", "a\r\n\r\n..\r\n.\r\n" },
    { "a\r", "a\r\n.\r\n" },
  }

  for _, case in ipairs(texts) do
    for _, n in ipairs { 1, 2, 1000 } do
      it(("%q in pieces of %d"):format(case[1], n), function()
        local c = connected()
        assert(c:data())
        for at = 1, #case[1], n do assert(c:put(case[1]:sub(at, at + n - 1))) end
        assert(c:data_end())
        assert.equal(case[2], c:output())
        assert.equal(1, c:expected())
      end)
    end
  end

  it("is not mixed with commands", function()
    local c = connected()
    assert.is_nil((c:put "x"))
    assert.is_nil((c:data_end()))
    c:data()
    assert.is_nil((c:command "RSET"))
    assert.is_nil((c:chunk("x", true)))
    c:data_end()
    assert(c:command "RSET")
  end)

  it("of LMTP has a reply for each recipient", function()
    local c = connected()
    c:data()
    c:data_end(3)
    assert.equal(3, c:expected())
  end)

  it("may be cut short by a reply", function()
    local c = connected()
    c:data()
    c:put "x"
    local reply = c:feed "552 5.3.4 too big\r\n"
    assert.equal("5.3.4", reply.enhanced)
    assert.is_true(reply.unasked)
  end)
end)

describe("content by BDAT", function()
  it("goes as it is", function()
    local c = connected()
    assert(c:chunk("a\n.\r\n\0", false))
    assert(c:chunk("", true, 2))
    assert.equal("BDAT 6\r\na\n.\r\n\0BDAT 0 LAST\r\n", c:output())
    assert.equal(3, c:expected())
  end)
end)
