-- Replies and addresses of SMTP: RFC 5321, 2034, 3461, 6533, and what servers say.

local smtp = require "satchel.core".smtp

-- bytes, code, enhanced, lines
local replies = {
  { "250 OK\r\n", 250, nil, { "OK" } },
  { "250\r\n", 250, nil, { "" } },
  { "250 \r\n", 250, nil, { "" } },
  { "220 foo.com Simple Mail Transfer Service Ready\r\n", 220, nil,
    { "foo.com Simple Mail Transfer Service Ready" } }, -- RFC 5321 D.1
  { "250-foo.com greets bar.com\r\n250-8BITMIME\r\n250-SIZE\r\n250-DSN\r\n250 HELP\r\n", 250, nil,
    { "foo.com greets bar.com", "8BITMIME", "SIZE", "DSN", "HELP" } },
  { "250-First line\r\n250-Second line\r\n250-234 Text beginning with numbers\r\n"
    .. "250 The last line\r\n", 250, nil,
    { "First line", "Second line", "234 Text beginning with numbers", "The last line" } },
  { "250 2.1.0 Originator <ned@ymir.claremont.edu> ok\r\n", 250, "2.1.0",
    { "Originator <ned@ymir.claremont.edu> ok" } }, -- RFC 2034 5
  { "551-5.7.1 Forwarding to remote hosts disabled\r\n551 5.7.1 Select another host to act as "
    .. "your forwarder\r\n", 551, "5.7.1", { "Forwarding to remote hosts disabled",
      "Select another host to act as your forwarder" } },
  { "452 4.3.1\r\n", 452, "4.3.1", { "" } },
  { "550 5.123.456 x\r\n", 550, "5.123.456", { "x" } },
  -- no enhanced code: another class, too long, not alone
  { "550 4.1.1 x\r\n", 550, nil, { "4.1.1 x" } },
  { "550 5.1234.1 x\r\n", 550, nil, { "5.1234.1 x" } },
  { "550 5.1.1x\r\n", 550, nil, { "5.1.1x" } },
  { "550 5.1\r\n", 550, nil, { "5.1" } },
  { "550 55.1.1 x\r\n", 550, nil, { "55.1.1 x" } },
  { "550-5.1.1 one\r\n550 two\r\n", 550, "5.1.1", { "one", "two" } },
  { "571 5.7.1 Delivery not authorized\r\n", 571, "5.7.1", { "Delivery not authorized" } },
  { "250 gr\xc3\xbc\xc3\x9fe\r\n", 250, nil, { "gr\xc3\xbc\xc3\x9fe" } },
}

local function plain(reply)
  local lines = {}
  for i, line in ipairs(reply) do lines[i] = line end
  return lines
end

describe("a reply", function()
  for _, case in ipairs(replies) do
    local bytes, code, enhanced, lines = table.unpack(case, 1, 4)
    it(("is read: %q"):format(bytes), function()
      local reply, length = smtp.reply(bytes .. "250 next\r\n")
      assert.equal(#bytes, length)
      assert.equal(code, reply.code)
      assert.equal(enhanced, reply.enhanced)
      assert.same(lines, plain(reply))
    end)

    it(("is not whole before its end: %q"):format(bytes), function()
      for n = 0, #bytes - 1 do assert.is_false((smtp.reply(bytes:sub(1, n)))) end
    end)
  end

  for _, case in ipairs {
    { "ok\r\n", "no reply code" }, { "199 x\r\n", "no reply code" },
    { "650 x\r\n", "no reply code" }, { "25 x\r\n", "no reply code" },
    { "\r\n", "no reply code" }, { "2x0 x\r\n", "no reply code" },
    { "250x\r\n", "no space or hyphen" }, { "250 x\n", "without CR" }, { "\n", "without CR" },
    { "250-x\r\n251 y\r\n", "different codes" }, { "250 a\rb\r\n", "NUL or CR" },
    { "250 a\0b\r\n", "NUL or CR" },
    { "250 " .. ("x"):rep(16384) .. "\r\n", "more than 16384 bytes" },
    { ("250-" .. ("x"):rep(994) .. "\r\n"):rep(132), "more than 131072 bytes" },
  } do
    it("is refused: " .. case[2] .. (" %q"):format(case[1]:sub(1, 40)), function()
      local reply, err = smtp.reply(case[1])
      assert.is_nil(reply)
      assert.matches(case[2], err.message)
      assert.is_true(err.kind == "protocol" or err.kind == "limit")
    end)
  end

  it("without an end is refused before it fills the memory", function()
    local reply, err = smtp.reply(("x"):rep(16385))
    assert.is_nil(reply)
    assert.equal("limit", err.kind)
  end)
end)

describe("a line of EHLO", function()
  for _, case in ipairs {
    { "PIPELINING", "PIPELINING", {} }, { "size 10240000", "SIZE", { "10240000" } },
    { "AUTH PLAIN LOGIN", "AUTH", { "PLAIN", "LOGIN" } },
    { "AUTH=PLAIN LOGIN", "AUTH", { "PLAIN", "LOGIN" } },
    { "AUTH", "AUTH", {} }, { "8BITMIME ", "8BITMIME", {} },
    { "X-EXPS  GSSAPI\tNTLM", "X-EXPS", { "GSSAPI", "NTLM" } },
    { "", nil }, { " ", nil }, { "-X", nil }, { "A_B", nil }, { "XA=1", nil },
  } do
    it(("%q"):format(case[1]), function()
      local name, parameters = smtp.keyword(case[1])
      assert.equal(case[2], name)
      assert.same(case[3], parameters)
    end)
  end
end)

describe("an address in a command", function()
  for _, case in ipairs {
    { "anna@example.test", false }, { "", false }, { "postmaster", false },
    { "a.b+c=d@x.test", false }, { '"a b@c"@x.test', false }, { '"a\\"b"@x.test', false },
    { "a@[192.0.2.1]", false }, { "a@[IPv6:2001:db8::1]", false },
    { "gr\xc3\xbc\xc3\x9fe@x.test", true }, { "a@gr\xc3\xbcn.test", true },
    { "a>b@x.test" }, { "a b@x.test" }, { "a@x.test> SIZE=1" }, { "a@x\r\nRSET" },
    { "a@x\0" }, { "<a@x.test>" }, { "@x.test" }, { "a@" }, { "a@x y" }, { '"a@x.test' },
    { '"a"b"@x.test' }, { "a@b@x.test" }, { "\xff@x.test" }, { "a\x7f@x.test" },
    { ("a"):rep(250) .. "@x.test" },
  } do
    it(("%s %q"):format(case[2] == nil and "refuses" or "allows", case[1]:sub(1, 40)), function()
      local utf8, err = smtp.path(case[1])
      assert.equal(case[2], utf8)
      if case[2] == nil then assert.equal("invalid", err.kind) end
    end)
  end
end)

describe("values of parameters", function()
  for _, case in ipairs {
    { "QQ314159", "QQ314159" }, { "a+b=c d", "a+2Bb+3Dc+20d" }, { "", "" },
    { "\xc3\xbc\r\n", "+C3+BC+0D+0A" },
  } do
    it(("xtext of %q"):format(case[1]), function()
      assert.equal(case[2], smtp.xtext(case[1]))
    end)
  end

  it("ORCPT", function()
    assert.equal("rfc822;Carol@Ivory.EDU", smtp.orcpt "Carol@Ivory.EDU") -- RFC 3461 10.1
    assert.equal("rfc822;a+2Bb@x.test", smtp.orcpt "a+b@x.test")
    assert.equal("utf-8;\xc3\xbc\\x{2B}\\x{5C}@x.test", smtp.orcpt "\xc3\xbc+\\@x.test")
  end)
end)

describe("lines", function()
  for _, case in ipairs {
    { "a\r\nb\r\n", "a\r\nb\r\n" }, { "a\nb", "a\r\nb" }, { "a\rb\r", "a\r\nb\r\n" },
    { "\n\r\n\r", "\r\n\r\n\r\n" }, { "", "" }, { ".\n", ".\r\n" }, { "a\r\r\nb", "a\r\n\r\nb" },
  } do
    it(("end with CRLF: %q"):format(case[1]), function()
      assert.equal(case[2], smtp.lines(case[1]))
    end)
  end
end)
