-- MAIL and RCPT: what the server's extensions allow and the message needs.

local envelope = require "satchel.smtp.envelope"
local refused = require("support.refused").saying

local all = { SIZE = { "1000" }, ["8BITMIME"] = {}, SMTPUTF8 = {}, DSN = {}, CHUNKING = {},
  BINARYMIME = {} }

local function new(given)
  local copy = { from = "a@x.test", recipients = { "b@x.test" } }
  for name, value in pairs(given) do copy[name] = value end
  copy.dsn = copy.dsn and envelope.dsn(copy.dsn)
  return envelope.new(copy)
end

describe("MAIL", function()
  for _, case in ipairs {
    { {}, { size = 5, eight_bit = false }, {}, "MAIL FROM:<a@x.test>" },
    { {}, { size = 5, eight_bit = false }, all, "MAIL FROM:<a@x.test> SIZE=5" },
    { {}, { size = 5, eight_bit = true }, all, "MAIL FROM:<a@x.test> SIZE=5 BODY=8BITMIME" },
    { {}, {}, all, "MAIL FROM:<a@x.test> BODY=8BITMIME" },
    { {}, {}, { SIZE = {} }, "MAIL FROM:<a@x.test>" },
    { { from = "" }, { eight_bit = false }, all, "MAIL FROM:<>" },
    { { binary = true }, { size = 9 }, all, "MAIL FROM:<a@x.test> SIZE=9 BODY=BINARYMIME" },
    { { recipients = { "grüße@x.test" } }, { eight_bit = false }, all,
      "MAIL FROM:<a@x.test> SMTPUTF8" },
    { { utf8 = true }, { eight_bit = true }, all, "MAIL FROM:<a@x.test> BODY=8BITMIME SMTPUTF8" },
    { { dsn = { ret = "headers", envid = "QQ 1" } }, { eight_bit = false }, all,
      "MAIL FROM:<a@x.test> RET=HDRS ENVID=QQ+201" },
    { { dsn = { ret = "full" } }, { eight_bit = false }, all, "MAIL FROM:<a@x.test> RET=FULL" },
  } do
    it(case[4], function()
      assert.equal(case[4], new(case[1]):mail(case[3], case[2]))
    end)
  end
end)

describe("RCPT", function()
  for _, case in ipairs {
    { nil, "RCPT TO:<b@x.test>" },
    { { notify = "never" }, "RCPT TO:<b@x.test> NOTIFY=NEVER" },
    { { notify = { "delay", "success" } }, "RCPT TO:<b@x.test> NOTIFY=SUCCESS,DELAY" },
    { { notify = "failure" }, "RCPT TO:<b@x.test> NOTIFY=FAILURE" },
    { { orcpt = true }, "RCPT TO:<b@x.test> ORCPT=rfc822;b@x.test" },
    { { orcpt = { ["b@x.test"] = "o+1@y.test" } },
      "RCPT TO:<b@x.test> ORCPT=rfc822;o+2B1@y.test" },
    { { orcpt = { ["c@x.test"] = "o@y.test" } }, "RCPT TO:<b@x.test>" },
  } do
    it(case[2] .. (case[1] and "" or " alone"), function()
      assert.equal(case[2], new({ dsn = case[1] }):rcpt "b@x.test")
    end)
  end
end)

describe("is refused", function()
  for _, case in ipairs {
    { { from = "a\r\nRSET" }, "the sender 'a??RSET'" }, { { from = "a> SIZE=1" }, "quotes" },
    { { recipients = {} }, "no recipient" }, { { recipients = { "" } }, "recipient is empty" },
    { { recipients = { "b@x\0" } }, "control character" },
    { { dsn = { ret = "half" } }, "option 'ret'" }, { { dsn = { envid = "a\nb" } }, "line break" },
    { { dsn = { notify = { "often" } } }, "'often'" }, { { dsn = { notify = {} } }, "empty" },
    { { dsn = { rett = "full" } }, "did you mean 'ret'" },
    { { dsn = { orcpt = { ["b@x.test"] = 5 } } }, "orcpt" },
  } do
    it("what the caller gives wrongly: " .. case[2], function()
      refused("invalid", case[2], new, case[1])
    end)
  end

  local function checks(capabilities, given, content)
    local connection = { capabilities = capabilities,
      endpoint = { host = "h", place = "h:25" } }
    new(given):check(connection, content or {})
  end

  it("what is larger than the server takes, with both numbers", function()
    local err = refused("limit", "1001 bytes", checks, all, {}, { size = 1001 })
    assert.matches("takes 1000 at most", err.message)
    checks(all, {}, { size = 1000 })
    checks({ SIZE = { "0" } }, {}, { size = 5000 })
    checks({ SIZE = {} }, {}, { size = 5000 })
    checks({ SIZE = { "much" } }, {}, { size = 5000 })
  end)

  for _, case in ipairs {
    { { recipients = { "b@x.test", "grüße@x.test" } }, "SMTPUTF8", "'grüße@x.test' is not ASCII" },
    { { utf8 = true }, "SMTPUTF8", "headers that are not ASCII" },
    { { binary = true }, "BINARYMIME", "binary" },
    { { dsn = { ret = "full" } }, "DSN", "notifications" },
  } do
    it("what needs " .. case[2] .. " where the server has none: " .. case[3], function()
      local err = refused("unsupported", case[3], checks, { SIZE = {} }, case[1])
      assert.equal(case[2], err.name)
      checks(all, case[1])
    end)
  end
end)
