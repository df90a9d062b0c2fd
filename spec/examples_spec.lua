-- Every example runs to its end and prints what it should.

-- Those of IMAP and POP3 run on the Dovecot and the Postfix of the specs.

local satchel = require "satchel"
local mail_servers = require "support.mail_servers"

local expected <const> = {
  archive = "2026%-01\tWelcome\n2026%-01\tInvoice 1001\n3 saved",
  bounces = "^0 reports",
  idle = "needs IMAP, this is mapi",
  pop3_to_imap = "SATCHEL_POP3_URL",
  bulk_mark = "1 marked, 0 failed\n3 flagged",
  check_account = "all is well.*ok +login.*ok +inbox.*4 items, 4 unread.*2 steps",
  dry_run = "would create_folder\nwould move\nwould send\n1 are still there",
  errors = "not_found.*did you mean 'subject'.*4 items",
  file_invoices = "2025\t0 moved\n2026\t2 moved",
  first_steps = "anna@example.test by mapi.*Inbox +mail +4 items, 4 unread.*glad that you are here",
  mail_merge = "bob@example.test\tdrafted\ncarol@example.test\tdrafted",
  properties = "Properties\nT%-1001\n1 with that ticket\nIPM",
  reply = "Re: Welcome\nto Bob <bob@example.test>.*> glad that you are here.*sent <.*>",
  search_and_save_attachments = "invoice%-1001.pdf.*invoice%-1002.pdf.*2 saved",
  send_with_attachment = "^<.*>\n.*The week in figures",
  strip_attachments = "done",
  trace = "4 %-> query_rows .*4 <%- query_rows .*4 round trips",
  tasks = "inbox\t4 unread\ndrafts\t0 unread\njunk\t0 unread",
  demo = "%(2 round trips%).*Inbox/Projects +40 items.*2 unread messages.*saved invoice.pdf"
    .. ".*27000 bytes, SHA%-256 f3bf3f0777c1.*sent it.*from anna@example.test: Re: Welcome",
}

local anna <const>, bob <const> = "anna@example.test", "bob@example.test"

-- the environment that names the account of `user` by IMAP or POP3
local function environment(prefix, scheme, user)
  local given = mail_servers.options(scheme, user)
  return ("SATCHEL_%sUSER=%s SATCHEL_%sPASSWORD=%s SATCHEL_%sURL=%s SATCHEL_SMTP=%s "
    .. "SATCHEL_CA=%s no_proxy='*' "):format(prefix, user, prefix, given.password, prefix,
    given.url, given.smtp, given.tls.ca)
end

local function run(name, settings, arguments)
  local folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
  local child = io.popen(("env -u SATCHEL_USER TMPDIR=%s %s lua5.4 examples/%s.lua %s 2>&1")
    :format(folder, settings or "", name, arguments or ""))
  local output = child:read "a"
  local ok = child:close()
  os.execute("rm -r " .. folder)
  return ok, output
end

describe("the example", function()
  local list = io.popen "ls examples"
  for file in list:lines() do
    local name = file:match "^(.*)%.lua$"
    if name and name ~= "account" then
      it(name .. " runs", function()
        assert.is_string(expected[name], "nothing is expected of it")
        local ok, output = run(name)
        assert.equal(name ~= "pop3_to_imap", ok == true, output) -- which needs two accounts
        assert.matches(expected[name], output)
      end)
    end
  end
  list:close()
end)

-- the inbox of `user`, with these messages and no others
local function with_inbox(user, messages)
  local session <close> = satchel.connect(mail_servers.options("imaps", user))
  session.inbox:empty { hard = true }
  for _, message in ipairs(messages) do session.inbox:import(message) end
end

local function runs(name, wanted, settings, arguments)
  local ok, output = run(name, settings, arguments)
  assert.is_truthy(ok, output)
  assert.matches(wanted, output)
end

local function letter(subject, day)
  return { mime = ("From: bob@example.test\r\nTo: anna@example.test\r\nSubject: %s\r\n"
    .. "\r\nHello\r\n"):format(subject), received = day, unread = true }
end

describe("by IMAP the example", function()
  it("demo does the main job", function()
    with_inbox(bob, {})
    with_inbox(anna, { letter("Welcome", "2026-01-02") })
    runs("demo", "by imap.*1 unread messages in Inbox.*drafted a reply to Welcome.*sent it"
      .. ".*from anna@example.test: Re: Welcome", environment("", "imaps", anna)
      .. "SATCHEL_USER2=bob@example.test SATCHEL_PASSWORD2=" .. mail_servers.users[bob])
  end)

  it("archive saves and moves", function()
    with_inbox(anna, { letter("old", "2025-12-31"), letter("new", "2026-02-02") })
    runs("archive", "^2025%-12\told\n1 saved", environment("", "imaps", anna))
    local session <close> = satchel.connect(mail_servers.options("imaps", anna))
    assert.equal("new", session.inbox:query():first().subject)
    assert.equal(1, #session.inbox:query():all())
    local archive = session:folder "Archive/2025"
    assert.equal("old", archive:query():first().subject)
    session:folder("Archive"):delete { hard = true }
  end)

  it("bounces reads what came back", function()
    with_inbox(anna, { letter("no report", "2026-01-02"), { path = "spec/support/bounce.eml" } })
    runs("bounces", "^nobody@example.org\t5.1.1\t550 5.1.1 .*\t<1@example.test>\n1 reports",
      environment("", "imaps", anna))
    local session <close> = satchel.connect(mail_servers.options("imaps", anna))
    assert.equal(1, session:folder("Inbox/Bounces"):query():count())
    session:folder("Inbox/Bounces"):delete { hard = true }
  end)

  it("idle says what is there and what arrives", function()
    with_inbox(anna, { letter("Welcome", "2026-01-02") })
    runs("idle", "^%d+\tWelcome\n$", environment("", "imaps", anna), "1")
  end)
end)

describe("by POP3 the example", function()
  it("pop3_to_imap collects each message once, and deletes", function()
    with_inbox(bob, { letter("one", "2026-01-02"), letter("two", "2026-01-03") })
    with_inbox(anna, {})
    local known = os.tmpname()
    local settings = environment("", "imaps", anna) .. environment("POP3_", "pop3s", bob)
    runs("pop3_to_imap", "2 collected", settings, known)
    runs("pop3_to_imap", "0 collected", settings, known .. " delete")
    os.remove(known)
    local session <close> = satchel.connect(mail_servers.options("imaps", anna))
    assert.equal(2, session.inbox:query({ where = { unread = true } }):count())
    local other <close> = satchel.connect(mail_servers.options("imaps", bob))
    assert.equal(0, other.inbox:query():count())
  end)
end)
