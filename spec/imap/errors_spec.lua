local core = require "satchel.core"
local errors = require "satchel.error"
local imap_errors = require "satchel.imap.errors"

local function of(line, op)
  return imap_errors.of(assert(core.imap.parse(line .. "\r\n")), op, "mail.example.test")
end

describe("a refusal of IMAP", function()
  for _, case in ipairs {
    -- RFC 5530 3
    { "A1 NO [UNAVAILABLE] User's backend down", "server", retryable = true },
    { "A1 NO [AUTHENTICATIONFAILED] Authentication failed", "auth" },
    { "A1 NO [EXPIRED] That password isn't valid any more", "auth" },
    { "A1 NO [PRIVACYREQUIRED] Connection offers no privacy", "tls" },
    { "A1 NO [CONTACTADMIN] ", "denied" },
    { "A1 NO [NOPERM] Access denied", "denied" },
    { "A1 NO [INUSE] Mailbox in use", "throttled", retryable = true },
    { "A1 NO [EXPUNGEISSUED] Expunged messages exist", "conflict" },
    { "A1 NO [OVERQUOTA] Sorry", "quota" },
    { "A1 NO [ALREADYEXISTS] Mailbox \"that\" already exists", "exists" },
    { "A1 NO [NONEXISTENT] No such mailbox", "not_found" },
    { "A1 NO [TRYCREATE] No such mailbox", "not_found" },
    { "A1 NO [LIMIT] At most 32 flags", "throttled", retryable = true },
    { "A1 NO [CANNOT] You cannot rename INBOX", "invalid" },
    -- RFC 5464 5, RFC 7889 4, RFC 9051 7.1
    { "A1 NO [METADATA MAXSIZE 1024] too large", "limit" },
    { "A1 NO [METADATA TOOMANY] too many", "limit" },
    { "A1 NO [METADATA NOPRIVATE] no", "unsupported" },
    { "A1 NO [TOOBIG] Message is too big", "limit" },
    { "A1 NO [HASCHILDREN] It has children", "conflict" },
    { "A1 NO [BADCHARSET (UTF-8)] what", "unsupported" },
    -- without a code
    { "A1 NO it did not work", "server" },
    { "A1 BAD Unknown command", "protocol" },
    { "* BYE Autologout", "network", retryable = true },
    { "A1 NO [X-OWN] it did not work", "server" },
    -- QUIRKS 45
    { "A1 NO Mailbox doesn't exist: x", "not_found" },
    { "A1 NO Permission denied", "denied" },
  } do
    it("is of kind " .. case[2] .. ": " .. case[1], function()
      local err = of(case[1], "FROB")
      assert.is_true(errors.is(err))
      assert.equal(case[2], err.kind)
      assert.equal(case.retryable, err.retryable)
      assert.equal("mail.example.test", err.server)
      local words = case[1]:match "%]%s*(%S.*)$" or case[1]:match "^%S+ %u+ ([^%[].*)$"
      if words then assert.matches(words, err.message, 1, true) end
    end)
  end

  it("says something where the server says nothing", function()
    assert.equal("frob: CONTACTADMIN", of("A1 NO [CONTACTADMIN] ", "FROB").message)
    assert.matches("no reason given", of("A1 NO ", "FROB").message)
  end)

  it("says how long to wait", function() -- QUIRKS 46
    local err = of("A1 NO Request is throttled. Suggested Backoff Time: 299961 milliseconds")
    assert.equal("throttled", err.kind)
    assert.equal(299.961, err.retry_after)
    assert.is_true(err.retryable)
  end)

  it("names the capability that is missing", function()
    local ok, err = errors.try(imap_errors.unsupported, "MOVE", "move")
    assert.is_false(ok)
    assert.same({ "unsupported", "MOVE", "move: the server does not offer MOVE" },
      { err.kind, err.name, err.message })
  end)
end)
