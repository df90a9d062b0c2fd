-- session.imap of a dry run: nothing changes on the server.

local mail_servers = require "support.mail_servers"
local satchel = require "satchel"

describe("session.imap of a dry run", function()
  local d, shown

  local function connect(dry)
    shown = {}
    return satchel.connect { url = d.url "imap", user = "anna@example.test", password = "secret",
      tls = { ca = d.ca }, proxy = false, dry_run = dry, trace = dry and function(e)
        if e.layer == "verb" then shown[#shown + 1] = e.op end
      end or nil }
  end

  setup(function() d = mail_servers.dovecot() end)

  it("reads, and writes nothing", function()
    local real <close> = connect(false)
    pcall(real.imap.delete, real.imap, "dry")
    real.imap:create "dry"
    real.imap:append("dry", { "Subject: 1\r\n\r\n", "Subject: 2\r\n\r\n" })
    local session <close> = connect(true)
    local imap = session.imap
    assert.same({ 1, 2 }, imap:search("dry", "ALL"))
    assert.same({ uids = {} }, imap:append("dry", "Subject: 3\r\n\r\n"))
    imap:store("dry", "1:2", "+FLAGS", "\\Deleted")
    imap:expunge("dry", "1:2")
    imap:move("dry", 1, "INBOX")
    assert.is_true(imap:create("dry/below").ok)
    imap:select "dry"
    imap:close()
    imap:command("DELETE", "dry")
    assert.equal(2, imap:command("STATUS", "dry", { atom = "(MESSAGES)" }).responses[1].messages)
    imap:delete "dry"
    assert.same({ "append", "store", "expunge", "move", "create", "close", "command", "delete" },
      shown)
    assert.is_true(imap:has "MOVE")
    assert.equal("Dovecot", imap.server_id.name)
    assert.same({ 1, 2 }, real.imap:search("dry", "UNDELETED"))
    assert.equal(1, #real.imap:list "dry*")
  end)
end)
