-- What surprised somebody who met the module with the guide in hand: differences between
-- servers that have no reason, and mistakes that were answered by something else.

local boxed = require "support.boxed"
local mail_peers = require "support.mail_peers"
local mail_servers = require "support.mail_servers"
local satchel = require "satchel"

local function refused(kind, pattern, fn, ...)
  local ok, err = satchel.try(fn, ...)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  assert.matches(pattern, tostring(err))
end

local letter <const> = "From: Bob <bob@example.test>\r\nSubject: outer\r\nMIME-Version: 1.0\r\n"
  .. "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nouter\r\n--b\r\n"
  .. "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n--b\r\n"
  .. "Content-Disposition: attachment\r\n\r\nnameless\r\n--b--\r\n"

for _, peer in ipairs { boxed, mail_peers.imap, mail_peers.plain, mail_peers.pop3 } do
  describe("on " .. peer.name, function()
    local writer, session, item

    setup(function()
      writer = (peer.writer or peer.connect)(1)
      writer.inbox:empty { hard = true }
      writer.inbox:import { mime = letter }
      session = peer.connect(1)
      item = session.inbox:query():first()
    end)

    teardown(function()
      session:close()
      writer:close()
    end)

    it("lists are lists, and who sent is who wrote", function()
      assert.same({}, item.categories)
      assert.same({}, item.references)
      assert.same({}, item.cc)
      assert.equal("bob@example.test", item.sender.email)
      assert.equal(1, session.inbox:query({ where = { sender = "bob@example.test" } }):count())
    end)

    it("every attachment has a name and can be read", function()
      local found = {}
      for i, attachment in ipairs(item.attachments) do
        assert.is_string(attachment.name)
        assert.is_false(attachment.name:find "%.pdf$" ~= nil)
        found[i] = attachment:read()
      end
      table.sort(found, function(a, b) return #a > #b end)
      assert.matches("Subject: inner\r\n.*\r\ninner text", found[1])
      assert.equal("nameless", found[2])
    end)

    it("a kind that does not exist is no search without results", function()
      refused("invalid", "no kind of item is called 'mail'", session.inbox.query, session.inbox,
        { where = { kind = "mail" } })
    end)

    it("a query reads as it was written", function()
      local query = session.inbox:query { limit = 3, order = "-received", where = {
        subject = satchel.contains "x",
        satchel.any { size = satchel.larger(5), from = "a@b.test" } } }
      assert.matches("where all%(subject contains 'x', any%(from equals 'a@b.test', "
        .. "size larger 5%)%) order %-received limit 3$", tostring(query))
    end)

    it("objects say what is known of them", function()
      local known = {}
      for name, value in pairs(session) do known[name] = value end
      assert.same({ user = session.user, protocol = session.protocol }, known)
      for name, value in pairs(session.inbox) do known[name] = value end
      assert.equal("inbox", known.role)
      assert.equal(session.inbox.id, known.id)
      for name, value in pairs(item.attachments[1]) do known[name] = value end
      assert.equal("message/rfc822", known.type)
    end)

    it("the protocol itself names what it has not", function()
      local native = session[session.protocol]
      assert.matches("^" .. session.protocol:upper(), tostring(native))
      refused("invalid", "session%." .. session.protocol .. " has no 'round_tripz'; did you mean "
        .. "'round_trips'", function() return native.round_tripz end)
    end)

    it("another mailbox is opened, or is refused in words", function()
      local ok, err = satchel.try(session.mailbox, session, peer.user(2))
      assert.is_false(ok)
      assert.is_true(err.kind == "denied" or err.kind == "unsupported", tostring(err))
    end)

    it("text that nobody could read is refused before it is sent", function()
      local send = { to = peer.user(2), subject = "caf\xe9" }
      refused("invalid", "field 'subject' is not UTF%-8", session.send, session, send)
      send.subject, send.text = "x", "a\0b"
      refused("invalid", "field 'text' has a NUL", session.send, session, send)
      send.text, send.to = "x", "a@b@c.test"
      refused("invalid", "'a@b@c.test' is no e%-mail address", session.send, session, send)
    end)

    it("the source of an attachment gives text", function()
      local n = 0
      local function source()
        n = n + 1
        return n < 3 and n or nil
      end
      refused("invalid", "the source of attachment 'a' gave a number", session.send, session,
        { to = peer.user(2), text = "x", attachments = { { source = source, name = "a" } } })
    end)
  end)
end

for _, peer in ipairs { boxed, mail_peers.imap } do
  describe("on " .. peer.name, function()
    local session
    setup(function() session = peer.connect(1) end)
    teardown(function() session:close() end)

    it("each folder says its role", function()
      local roles = {}
      for folder in session.root:folders() do roles[folder.role or ""] = true end
      assert.is_true(roles.inbox and roles.drafts and roles.trash)
    end)

    it("an id of a message has its brackets", function()
      session.inbox:create { subject = "x", message_id = "one@x.test",
        in_reply_to = "<two@x.test>", references = { "three@x.test", "<two@x.test>" } }
      local item = session.inbox:query({ where = { message_id = "<one@x.test>" } }):first()
      assert.equal("<one@x.test>", item.message_id)
      assert.equal("<two@x.test>", item.in_reply_to)
      assert.same({ "<three@x.test>", "<two@x.test>" }, item.references)
      item:delete { hard = true }
    end)

    it("the inbox stays where it is", function()
      refused("invalid", "the inbox stays", session.inbox.rename, session.inbox, "x")
      refused("invalid", "the inbox stays", session.inbox.move, session.inbox, session.trash)
    end)

    it("one item is no list of items", function()
      refused("invalid", "create_all: a list of tables is expected", session.inbox.create_all,
        session.inbox, { subject = "x" })
    end)

    it("a dry run reads what it did not make", function()
      local dry <close> = peer.connect(1, { dry_run = true })
      local item = dry.inbox:create { subject = "s", text = "T", categories = { "A" } }
      assert.same({ "s", "T", "A" }, { item.subject, item.text, item.categories[1] })
      local message = dry.inbox:import { mime = letter }
      assert.equal("outer", message.subject)
      local folder = dry.root:create_folder "New"
      folder:rename "Newer"
      assert.equal("Newer", folder.path)
      assert.equal(0, folder:query():count())
      local real = session.inbox:create { subject = "real", text = "is read" }
      local moved = dry.inbox:get(real.id):move(folder)
      assert.equal("is read", moved.text)
      assert.is_string(moved.id)
      assert.equal("is read", session.inbox:get(real.id).text)
      real:delete { hard = true }
    end)
  end)
end

it("what a function gives of a message is text", function()
  local session <close> = boxed.connect(1)
  local n = 0
  refused("invalid", "gave a number, not text", session.inbox.import, session.inbox,
    { mime = function()
      n = n + 1
      return n < 3 and n or nil
    end })
  refused("invalid", "import: /tmp: Is a directory", session.inbox.import, session.inbox,
    { path = "/tmp" })
end)

it("a file is written over only where that is said", function()
  local path = os.tmpname() .. ".eml"
  local session <close> = boxed.connect(1)
  local item = session.inbox:import { mime = "Subject: x\r\n\r\ny\r\n" }
  item:save_as(path)
  refused("exists", "{ overwrite = true } replaces it", item.save_as, item, path)
  assert.equal(path, item:save_as(path, { overwrite = true }))
  local opened = satchel.open(path)
  assert.is_nil(opened.id)
  assert.same({}, opened.categories)
  refused("unsupported", "delete: the item is in no folder", opened.delete, opened)
  os.remove(path)
  item:delete { hard = true }
end)

it("wrong arguments of the protocol itself are named", function()
  local session <close> = mail_peers.imap.connect(1)
  local imap = session.imap
  for _, case in ipairs { { "has" }, { "append", "INBOX" }, { "set_quota", "a", 5 },
    { "id", "x" }, { "list", "*", true }, { "expunge", "INBOX", { "x" } },
    { "select", "INBOX", 5 }, { "set_metadata", "INBOX" }, { "sort", "INBOX", { {} } } } do
    refused("invalid", "%a", imap[case[1]], imap, table.unpack(case, 2))
  end
end)

it("only the last folder of a path is of the kind", function()
  local session <close> = boxed.connect(1)
  local folder = session:folder("Work/Dates", { create = true, kind = "calendar" })
  assert.equal("calendar", folder.kind)
  assert.equal("mail", folder.parent.kind)
  folder.parent:delete { hard = true }
end)

it("a dry run by POP3 refuses what POP3 cannot", function()
  local session <close> = mail_peers.pop3.connect(1, { dry_run = true })
  refused("unsupported", "pop3 cannot store items", session.inbox.create, session.inbox,
    { subject = "x" })
end)

describe("an account that does not work", function()
  local function options(scheme, more)
    return mail_servers.options(scheme, "anna@example.test", more)
  end

  local function of_port(scheme, other)
    return options("imap", { url = ("%s://127.0.0.1:%d"):format(scheme,
      mail_servers.dovecot()[other]) })
  end

  local cases <const> = {
    { "invalid", "'password' is empty", function() return options("imap", { password = "" }) end },
    { "invalid", "'user' is empty", function() return options("pop3", { user = "" }) end },
    { "invalid", "function of option 'password' gave nil",
      function() return options("imap", { password = function() end }) end },
    { "invalid", "unknown option 'host'; did you mean 'url'",
      function() return { host = "mail.example.test" } end },
    { "invalid", "no scheme %(write it as imaps://mail.example.test",
      function() return options("imap", { url = "mail.example.test" }) end },
    { "protocol", "no greeting of a server of POP3 .*another protocol",
      function() return of_port("pop3", "imap") end },
    { "protocol", "no greeting of a server of SMTP .*another protocol",
      function() return of_port("smtp", "imap") end },
    { "auth", "it does within TLS: leave out tls = false", function()
      return options("imap", { url = mail_servers.postfix().url "submission", tls = false })
    end },
  }

  for i, case in ipairs(cases) do
    it(("says why (%d)"):format(i), function()
      refused(case[1], case[2], satchel.connect, case[3]())
    end)
  end

  it("of a sandbox is checked, too", function()
    local given = boxed.options(1, { password = "wrong" })
    local report = satchel.check(given)
    assert.is_false(report.ok)
    assert.equal("login", report.failed)
  end)
end)
