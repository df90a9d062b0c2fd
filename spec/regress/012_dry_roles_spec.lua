-- A dry run made the well-known folders that were missing.

local mail_servers = require "support.mail_servers"
local satchel = require "satchel"

describe("a dry run", function()
  it("makes no well-known folder", function()
    local sent = {}
    local session <close> = satchel.connect(mail_servers.options("imap", "carol@example.test", {
      dry_run = true, trace = function(event) sent[#sent + 1] = tostring(event.text) end }))
    assert.equal(0, session.junk:query({}):count())
    assert.equal(0, session.archive.total)
    assert.equal("Inbox", session.inbox.name)
    assert.is_nil(table.concat(sent, "\n"):find("CREATE ", 1, true))
  end)
end)
