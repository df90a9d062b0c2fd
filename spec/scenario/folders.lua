-- Folders: listed, found, made, renamed, moved, copied, emptied, deleted; the
-- well-known ones; and the round trips that it takes.

local satchel = require "satchel"

local function names(iterator)
  local list = {}
  for folder in iterator do list[#list + 1] = folder.name end
  return list
end

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("folders on " .. peer.name, function()
    local session, top

    setup(function()
      session = peer.connect(1)
      pcall(function() session:folder("satchel folders"):delete { hard = true } end)
      top = session.root:create_folder "satchel folders"
    end)

    teardown(function()
      top:delete { hard = true }
      session:close()
    end)

    local function trips(fn)
      local before = session.mapi.round_trips
      fn()
      return session.mapi.round_trips - before
    end

    local function error_of(fn, ...)
      local ok, err = satchel.try(fn, ...)
      assert.is_false(ok)
      return err
    end

    it("connects and logs on in two round trips", function()
      local other <close> = peer.connect(1)
      assert.equal(2, other.mapi.round_trips)
    end)

    it("lists all with names, kinds and counts in one", function()
      local seen = {}
      assert.equal(1, trips(function()
        for folder in session:folders() do
          seen[folder.id] = folder
          assert.is_string(folder.name)
          assert.is_string(folder.kind)
          assert.is_number(folder.total)
          assert.is_number(folder.unread)
          assert.is_truthy(folder.parent)
        end
      end))
      assert.equal("mail", seen[session.inbox.id].kind)
      assert.equal("calendar", seen[session.calendar.id].kind)
      assert.equal("contacts", seen[session.contacts.id].kind)
    end)

    for _, role in ipairs { "inbox", "sent", "drafts", "outbox", "trash", "junk", "archive",
      "calendar", "contacts", "tasks", "notes", "journal" } do
      it("has " .. role, function()
        local folder = session[role]
        assert.is_string(folder.name)
        assert.equal(folder.id, session:folder(folder.path).id)
      end)
    end

    it("makes, finds, renames, moves, copies and deletes", function()
      local a = top:create_folder "a"
      assert.equal("a", a.name)
      assert.equal("satchel folders/a", a.path)
      assert.equal(0, a.total)
      local b = a:create_folder("slash / Größe", { kind = "calendar" })
      assert.equal("calendar", b.kind)
      assert.equal(b.id, session:folder("satchel folders/a/slash // Größe").id)
      b:rename "renamed"
      assert.equal("renamed", b:reload().name)
      b:move(top)
      assert.equal("satchel folders/renamed", b.path)
      assert.equal(top.id, b:reload().parent.id)
      a:create { subject = "one" }
      local c = a:copy(top, "copy")
      assert.equal(1, c.total)
      assert.are_not.equal(a.id, c.id)
      assert.same({ "a", "copy", "renamed" }, (function()
        local list = names(top:folders())
        table.sort(list)
        return list
      end)())
      for _, folder in ipairs { a, b, c } do folder:delete { hard = true } end
      assert.same({}, names(top:folders()))
    end)

    it("lists depth first", function()
      local a = top:create_folder "x"
      a:create_folder("y"):create_folder "z"
      top:create_folder "w"
      local list, depth = {}, {}
      for folder in top:folders { recursive = true } do
        list[#list + 1] = folder.name
        depth[folder.name] = #list
      end
      assert.equal(4, #list)
      assert.equal(depth.x + 1, depth.y)
      assert.equal(depth.y + 1, depth.z)
      for folder in top:folders() do folder:delete { hard = true } end
    end)

    it("moves deleted folders to the trash, whatever lies there", function()
      for _ = 1, 2 do top:create_folder("satchel gone"):delete() end
      local found = {}
      for folder in session.trash:folders() do
        if folder.name:find "^satchel gone" then found[#found + 1] = folder end
      end
      assert.equal(2, #found)
      for _, folder in ipairs(found) do folder:delete { hard = true } end
    end)

    it("empties: to the trash, and for good", function()
      local folder = top:create_folder "full"
      for _, hard in ipairs { false, true } do
        folder:create_all { { subject = "satchel e1" }, { subject = "satchel e2" } }
        folder:create_folder "satchel inner"
        folder:empty { hard = hard }
        assert.equal(0, folder:reload().total)
        assert.same({}, names(folder:folders()))
      end
      session.trash:query({ where = { subject = satchel.prefix "satchel e" } })
        :delete { hard = true }
      for inner in session.trash:folders() do
        if inner.name:find "^satchel inner" then inner:delete { hard = true } end
      end
      folder:delete { hard = true }
    end)

    it("finds names in any case, the exact one first", function()
      local one = top:create_folder "Case"
      assert.equal(one.id, session:folder("satchel folders/case").id)
      one:delete { hard = true }
    end)

    it("says what is not there, exists already, or is no id", function()
      local err = error_of(session.folder, session, "satchel folders/none")
      assert.equal("not_found", err.kind)
      assert.truthy(err.message:find("none", 1, true))
      top:create_folder "twice"
      err = error_of(top.create_folder, top, "twice")
      assert.equal("exists", err.kind)
      assert.truthy(err.message:find("twice", 1, true))
      top:folder("twice"):delete { hard = true }
      local gone = top:create_folder "gone"
      gone:delete { hard = true }
      assert.equal("not_found", error_of(gone.reload, gone).kind)
      assert.equal("invalid", error_of(top.get, top, "no id").kind)
    end)
  end)
end
