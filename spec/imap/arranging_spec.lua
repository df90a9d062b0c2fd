-- Folders made, renamed, moved, copied and deleted on a real Dovecot: what the
-- behavioural spec of the objects does not ask for.

local own_folder = require "support.own_folder"
local refused = require("support.refused").kind

own_folder.each_server(_ENV, function(peer)
  describe("folders", function()
    local at = own_folder.place(_ENV, peer, "Folders")

    it("have ids that follow their names, and objects that follow the ids", function()
      local outer = at.folder:create_folder "outer"
      local inner = outer:create_folder "inner"
      local item = inner:create { subject = "x", text = "kept" }
      outer:rename "öther"
      assert.equal("Folders/öther", outer.id)
      assert.equal("Folders/öther/inner", inner.id)
      assert.equal(inner, at.folder:folder "öther/inner")
      assert.equal("kept", (item.text:gsub("%s+$", "")))
      assert.equal("x", inner:query():first().subject)
      outer:delete { hard = true }
      refused("not_found", at.folder.folder, at.folder, "öther")
    end)

    it("in the trash are called otherwise where the name is taken", function()
      local first = at.folder:create_folder "gone"
      first:delete()
      local second = at.folder:create_folder "gone"
      second:delete()
      assert.equal("gone", first.name)
      assert.equal("gone 2", second.name)
      assert.equal(at.session.trash, second.parent)
      first:delete { hard = true }
      second:delete { hard = true }
    end)

    it("copy with all that is in them", function()
      local one = at.folder:create_folder "one"
      one:create { subject = "a" }
      one:create_folder("deep"):create { subject = "b" }
      local copy = one:copy(at.folder, "two")
      assert.equal("a", copy:query():first().subject)
      assert.equal("b", copy:folder("deep"):query():first().subject)
      refused("invalid", one.copy, one, one:folder "deep")
      refused("invalid", one.move, one, one:folder "deep")
    end)

    it("hold mail, are called what a mailbox can be, and the inbox stays", function()
      refused("unsupported", at.folder.create_folder, at.folder, "x", { kind = "calendar" })
      refused("invalid", at.folder.create_folder, at.folder, "a/b")
      refused("invalid", at.session.inbox.rename, at.session.inbox, "x")
    end)
  end)
end)
