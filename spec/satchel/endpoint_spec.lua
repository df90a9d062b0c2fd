-- URLs of servers.

local endpoint = require "satchel.endpoint"
local satchel = require "satchel"

describe("a URL", function()
  for _, case in ipairs {
    { "imaps://mail.example.test", "imap", "mail.example.test", 993, "implicit" },
    { "imap://h:1143/", "imap", "h", 1143, "starttls" },
    { "pop3://h", "pop3", "h", 110, "starttls" }, { "POP3S://h", "pop3", "h", 995, "implicit" },
    { "smtp://h", "smtp", "h", 587, "starttls" }, { "smtps://h", "smtp", "h", 465, "implicit" },
    { "lmtp://h:2424", "lmtp", "h", 2424, "starttls" }, { "lmtp://h", "lmtp", "h", 24, "starttls" },
    { "smtp://[2001:db8::1]:25", "smtp", "2001:db8::1", 25, "starttls" },
    { "smtp://[::1]", "smtp", "::1", 587, "starttls" },
    { "smtp://192.0.2.1:25", "smtp", "192.0.2.1", 25, "starttls" },
  } do
    it("names a server: " .. case[1], function()
      local place = endpoint.parse(case[1], "x")
      assert.same({ case[2], case[3], case[4], case[5] },
        { place.protocol, place.host, place.port, place.tls })
      assert.equal(case[3] .. ":" .. case[4], place.place)
    end)
  end

  for _, case in ipairs {
    { "mail.example.test", "no scheme" }, { "smpt://h", "'smpt'; did you mean 'smtp'" },
    { "smtp://", "no host" }, { "smtp://h:0", "the port '0'" }, { "smtp://h:70000", "the port" },
    { "smtp://h:x", "the port 'x'" }, { "smtp://h:-1", "the port" }, { "smtp://h:", "the port ''" },
    { "smtp://a@h", "a user in it" }, { "smtp://h/x", "'/x' behind the host" },
    { "smtp://h?x", "behind the host" }, { "smtp://[::1", "no host" }, { "smtp://::1", "no host" },
    { "smtp://h h", "no host" }, { "smtp://[::1]x", "no host" },
  } do
    it("is refused: " .. case[1], function()
      local ok, err = satchel.try(endpoint.parse, case[1], "x")
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
      assert.truthy(err.message:find(case[2], 1, true), err.message)
    end)
  end
end)
