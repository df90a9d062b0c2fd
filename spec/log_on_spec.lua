-- Every mechanism that Dovecot and Postfix have, by IMAP, POP3 and SMTP. Those of other
-- servers, tickets and tokens: spec/peers.

local dovecot = require "support.dovecot"
local log_on = require "scenario.log_on"
local satchel = require "satchel"
local server = require "support.server"
local servers = require "support.mail_servers"

local CAROL <const> = "carol@example.test"

local function all(text)
  local set = {}
  for name in text:gmatch "%S+" do set[name] = true end
  return set
end

local COMMON <const> = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 "

-- what stands for a URL in clear text
local CLEAR <const> = { ["imap, clear"] = "imap", ["pop3, clear"] = "pop3",
  ["smtp, clear"] = "smtp" }

local function options_of(place, scheme)
  return { url = place.url(CLEAR[scheme] or scheme), user = CAROL,
    password = servers.users[CAROL], tls = not CLEAR[scheme] and { ca = place.ca }, proxy = false,
    timeout = 10 }
end

describe("the servers of a run:", function()
  local function peer(name, has, schemes, place)
    log_on.run(_ENV, { name = name, has = has, schemes = schemes, options = function(scheme)
      return options_of(place(), scheme)
    end })
  end
  local imap, pop3 = all(COMMON), all(COMMON)
  imap["the command LOGIN"] = true
  pop3.PLAIN, pop3.LOGIN = { "pop3s", "pop3" }, { "pop3s", "pop3" }
  pop3.APOP, pop3.USER = { "pop3, clear" }, { "pop3s", "pop3" }
  peer("Dovecot by IMAP", imap, { "imaps", "imap", "imap, clear" }, servers.dovecot)
  peer("Dovecot by POP3", pop3, { "pop3s", "pop3", "pop3, clear" }, servers.dovecot)
  peer("Postfix by SMTP", all(COMMON), { "smtps", "submission", "smtp, clear" }, servers.postfix)
end)

describe("a Dovecot that knows certificates:", function()
  local box, dir, mallory

  setup(function()
    dir, mallory = server.place "client", server.place "mallory"
    server.certificate(dir, CAROL)
    server.certificate(mallory, CAROL)
    box = dovecot.start { users = servers.users, mechanisms = "plain external",
      protocols = { "imap", "pop3" },
      settings = dovecot.dialect().certificates(dir .. "/cert.pem") }
  end)

  teardown(function()
    if box then box:stop() end
    server.run("rm -rf '%s' '%s'", dir, mallory)
  end)

  local function shown(options, place)
    options.password = nil
    options.tls.cert, options.tls.key = place .. "/cert.pem", place .. "/key.pem"
    return options
  end

  local function options(scheme)
    return shown(options_of(box, scheme), dir)
  end

  -- a certificate is no key to another's mailbox
  local wrong <const> = { user = "bob@example.test" }

  log_on.run(_ENV, { name = "Dovecot by IMAP", has = all "EXTERNAL", options = options,
    schemes = { "imaps", "imap" }, wrong = wrong })
  log_on.run(_ENV, { name = "Dovecot by POP3", has = all "EXTERNAL", options = options,
    schemes = { "pop3s", "pop3" }, wrong = wrong })

  it("a certificate that somebody else made is refused", function()
    for _, scheme in ipairs { "imaps", "imap" } do
      local made = shown(options_of(box, scheme), mallory)
      local ok, err = satchel.try(log_on.by, made, "EXTERNAL")
      assert.is_false(ok)
      assert.is_true(err.kind == "tls" or err.kind == "auth", tostring(err))
      assert.is_string(err.hint)
    end
  end)

  it("a password goes before the certificate", function()
    local made = shown(options_of(box, "imaps"), dir)
    made.password = servers.users[CAROL]
    local session <close> = satchel.connect(made)
    assert.equal("PLAIN", session._.store:driver().conn.mechanism)
  end)
end)
