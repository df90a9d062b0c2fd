-- Folders: listed, found, made, renamed, moved, copied, emptied, deleted.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  setup(function() face:place "folders" end)
  teardown(function() face:leave() end)

  local function names(iterator)
    local list = {}
    for each in iterator do list[#list + 1] = each.name end
    return list
  end

  face:behaviour("folders: listed", false, "lists all, with kinds and counts", function()
    local found
    for each in face.session:folders() do
      assert.is_string(each.name)
      assert.is_string(each.kind)
      found = found or each.id == face.session.inbox.id
    end
    assert.is_true(found)
    assert.equal("mail", face.session.inbox.kind)
    assert.equal(face.session.inbox, face.session:folder "INBOX")
  end)

  face:behaviour("folders: made and found", "folders", "creates, finds, lists", function()
    local folder = face.folder
    local sub = folder:create_folder("a b"):create_folder "Größe & c"
    assert.equal("Größe & c", sub.name)
    assert.equal("a b", sub.parent.name)
    assert.equal(folder, sub.parent.parent)
    assert.equal(sub, face.session:folder(sub.path))
    assert.equal(sub.id, folder:folder("a b/Größe & c").id)
    assert.same({ "a b", "Größe & c" }, names(folder:folders { recursive = true }))
    assert.equal(folder.path .. "/x/y", folder:create_folder("x"):create_folder("y").path)
    face.refused("exists", folder.create_folder, folder, "a b")
    assert.equal("there is 'a b'", face.refused("not_found", folder.folder, folder, "a bb").hint)
    sub.parent:delete { hard = true }
    folder:folder("x"):delete { hard = true }
    assert.same({}, names(folder:folders { recursive = true }))
  end)

  face:behaviour("folders: a slash in a name", "slash", "has names with a slash", function()
    local path = face.folder.path .. "/a//b/c"
    if face.session:can "folders" and not face.session:can "slash" then
      -- it is the name that is refused
      face.refused("invalid", face.session.folder, face.session, path, { create = true })
      face.unsupported()
    end
    local made, sub = satchel.try(face.session.folder, face.session, path, { create = true })
    if not made then -- POP3 has no folders; a server may have another rule
      assert.is_true(sub.kind == "unsupported" or sub.kind == "invalid" or sub.kind == "server")
      face.unsupported(sub.kind ~= "unsupported" and "by the server" or nil)
    end
    assert.equal("a/b", sub.parent.name)
    assert.equal(sub.id, face.folder:folder("a//b/c").id)
    sub.parent:delete { hard = true }
  end)

  face:behaviour("folders: kinds", "kinds", "has folders of other kinds", function()
    assert.equal("calendar", face.folder:create_folder("cal", { kind = "calendar" }).kind)
    face.folder:folder("cal"):delete { hard = true }
    for _, name in ipairs { "outbox", "calendar", "contacts", "tasks", "notes", "journal" } do
      assert.is_string(face.session[name].id, name)
    end
    assert.equal("calendar", face.session.calendar.kind)
  end)

  face:behaviour("folders: renamed, moved, copied", "folders", "renames, moves, copies", function()
    local folder = face.folder
    local one, two = folder:create_folder "one", folder:create_folder "two"
    one:create { subject = "x" }
    one:rename("uno"):move(two)
    assert.equal(one.id, folder:folder("two/uno").id)
    assert.equal(1, one:query():count())
    local copy = one:copy(folder, "copy")
    assert.equal(1, copy:query():count())
    assert.is_false(copy.id == one.id)
    two:delete { hard = true }
    face.refused("not_found", folder.folder, folder, "two")
    copy:delete { hard = true }
  end)

  face:behaviour("folders: moved with folders", "folders", "takes what is in them along", function()
    local top = face.folder:create_folder "top"
    local outer = top:create_folder "outer"
    outer:create_folder "inner"
    outer:rename "renamed"
    assert.equal("inner", top:folder("renamed/inner").name)
    outer:move(face.folder)
    assert.equal("inner", face.folder:folder("renamed/inner").name)
    top:delete { hard = true }
    face.folder:folder("renamed"):delete { hard = true }
  end)

  face:behaviour("folders: emptied, deleted", "folders", "empties; deletes to the trash", function()
    local gone = face.folder:create_folder "gone"
    gone:create_all { { subject = "e1" }, { subject = "e2" } }
    gone:empty { hard = true }
    assert.equal(0, gone:reload().total)
    gone:delete()
    assert.equal(face.session.trash, gone.parent)
    gone:delete { hard = true }
    face.refused("not_found", face.folder.folder, face.folder, "gone")
  end)

  face:behaviour("folders: counts", "folders", "counts", function()
    local counted = face.folder:create_folder "counted"
    counted:create_all { { subject = "a", unread = true }, { subject = "b" } }
    counted:reload()
    assert.equal(2, counted.total)
    assert.equal(1, counted.unread)
    counted:delete { hard = true }
  end)

  face:behaviour("folders: well-known", "folders", "knows the well-known ones", function()
    for _, name in ipairs { "inbox", "sent", "drafts", "trash", "junk", "archive" } do
      assert.is_string(face.session[name].id, name)
      assert.equal(face.session[name], face.session:folder(face.session[name].path))
    end
  end)

  face:behaviour("folders: names refused", false, "refuses what would end a line", function()
    for _, name in ipairs { "a\r\nb", "a\nb", "a\0b" } do
      local ok, err = satchel.try(face.folder.create_folder, face.folder, name)
      assert.is_false(ok)
      assert.is_true(err.kind == "invalid" or err.kind == "unsupported", tostring(err))
    end
  end)
end
