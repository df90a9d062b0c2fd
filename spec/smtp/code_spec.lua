-- What replies mean: RFC 3463 and 5248, else RFC 5321.

local code = require "satchel.smtp.code"

describe("the kind of a refusal", function()
  for _, case in ipairs {
    { 550, "5.1.1", "rcpt", "not_found" }, { 550, "5.1.2", "rcpt", "not_found" },
    { 553, "5.1.3", "rcpt", "invalid" }, { 550, "5.1.10", "rcpt", "not_found" },
    { 553, "5.1.8", "mail", "denied" }, { 550, "5.2.1", "rcpt", "denied" },
    { 552, "5.2.2", "rcpt", "quota" }, { 452, "4.2.2", "rcpt", "quota" },
    { 552, "5.2.3", "data", "limit" }, { 552, "5.3.4", "mail", "limit" },
    { 452, "4.3.1", "mail", "throttled" }, { 421, "4.3.2", nil, "throttled" },
    { 452, "4.5.3", "rcpt", "throttled" }, { 452, "5.5.3", "rcpt", "limit" },
    { 451, "4.7.1", "rcpt", "throttled" }, { 450, "4.7.0", "mail", "throttled" },
    { 554, "5.7.1", "rcpt", "denied" }, { 550, "5.7.23", "rcpt", "denied" },
    { 535, "5.7.8", "auth", "auth" }, { 530, "5.7.0", "mail", "auth" },
    { 530, nil, "mail", "auth" }, { 530, "5.5.1", "mail", "auth" },
    { 534, "5.7.9", "auth", "auth" }, { 538, "5.7.11", nil, "tls" },
    { 451, "4.4.2", nil, "network" }, { 550, "5.4.4", "rcpt", "not_found" },
    { 554, "5.6.0", "data", "invalid" }, { 550, "5.6.7", "rcpt", "unsupported" },
    { 500, "5.5.2", nil, "protocol" }, { 503, nil, nil, "protocol" },
    { 450, "4.1.1", "rcpt", "server" }, { 450, nil, "rcpt", "throttled" },
    { 451, nil, "data", "server" }, { 452, nil, "rcpt", "throttled" },
    { 550, nil, "rcpt", "not_found" }, { 550, nil, "data", "denied" },
    { 550, nil, "mail", "denied" }, { 551, nil, "rcpt", "not_found" },
    { 552, nil, "rcpt", "quota" }, { 552, nil, "data", "limit" },
    { 553, nil, "rcpt", "invalid" }, { 554, nil, "data", "denied" },
    { 555, nil, "mail", "unsupported" }, { 554, "5.0.0", "data", "denied" },
    { 550, "5.0.0", "rcpt", "not_found" }, { 554, nil, "greeting", "denied" },
    { 599, nil, nil, "server" }, { 499, nil, nil, "throttled" },
  } do
    it(("%d %s to %s is %s"):format(case[1], case[2] or "", case[3] or "any", case[4]), function()
      assert.equal(case[4], code.kind({ code = case[1], enhanced = case[2] }, case[3]))
    end)
  end
end)

it("a reply is one line of UTF-8", function()
  assert.equal("550 5.1.1 one two", code.text { code = 550, enhanced = "5.1.1", "one", "two" })
  assert.equal("250 a b", code.text { code = 250, "a\tb" })
  assert.equal("250", code.text { code = 250, "" })
  assert.equal("250 gr??e", code.text { code = 250, "gr\xfc\xdfe" })
  assert.equal("250 größe", code.text { code = 250, "größe" })
end)

it("an error has all of the reply", function()
  local err = code.error({ code = 451, enhanced = "4.7.1", "Greylisted" }, "send: x", "rcpt")
  assert.same({ "throttled", 451, "4.7.1", true, "send: x: 451 4.7.1 Greylisted", "rcpt" },
    { err.kind, err.code, err.name, err.retryable, err.message, err.stage })
  assert.is_false(code.error({ code = 550, "no" }, "x").retryable)
end)
