local endpoint = require "satchel.imap.endpoint"
local errors = require "satchel.error"

describe("the place of an IMAP server", function()
  for _, case in ipairs {
    { { url = "imaps://mail.example.test" }, "mail.example.test", 993, "tls" },
    { { url = "imaps://mail.example.test/" }, "mail.example.test", 993, "tls" },
    { { url = "IMAPS://mail.example.test:1993" }, "mail.example.test", 1993, "tls" },
    { { url = "imap://mail.example.test" }, "mail.example.test", 143, "starttls" },
    { { url = "imap://mail.example.test", tls = {} }, "mail.example.test", 143, "starttls" },
    { { url = "imap://mail.example.test:1143", tls = false }, "mail.example.test", 1143, "clear" },
    { { url = "imaps://mail.example.test", tls = false }, "mail.example.test", 993, "tls" },
    { { url = "imap://[::1]:1143" }, "::1", 1143, "starttls" },
    { { url = "imap://[2001:db8::1]" }, "2001:db8::1", 143, "starttls" },
    { { host = "a.test" }, "a.test", 993, "tls" },
    { { host = "a.test", secure = "starttls" }, "a.test", 143, "starttls" },
    { { host = "a.test", port = 1, secure = "starttls", tls = false }, "a.test", 1, "clear" },
  } do
    it(("of %s is %s:%d by %s"):format(case[1].url or case[1].host, case[2], case[3], case[4]),
      function()
        assert.same({ host = case[2], port = case[3], secure = case[4] }, endpoint.of(case[1]))
      end)
  end

  for _, url in ipairs { "pop3://x", "imap://", "imap://x:0", "imap://x:65536", "imap://x:y",
    "imap://x/INBOX", "imap://x?y", "x", "imap://[::1" } do
    it("is not " .. url, function()
      local ok, err = errors.try(endpoint.of, { url = url })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end
end)
