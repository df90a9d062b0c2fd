-- One item: changed, saved, moved, copied, deleted.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  setup(function() face:place "changes" end)
  teardown(function() face:leave() end)

  local function a_message()
    return { subject = "first", from = "bob@x.test", to = "anna@x.test", text = "one\n",
      unread = true, flagged = true, categories = { "Red" }, importance = "high" }
  end

  face:behaviour("write: flags", "flags", "changes flags", function()
    local item = face:put({ a_message() })[1]
    item:update { unread = false, flagged = false, answered = true }
    local again = face.folder:get(item.id)
    assert.is_false(again.unread)
    assert.is_false(again.flagged)
    assert.is_true(again.answered)
    item:update { unread = true }
    assert.is_true(again:reload().unread)
  end)

  face:behaviour("write: categories", "categories", "changes categories", function()
    local item = face:put({ a_message() })[1]
    item:update { categories = { "Blue", "Größe" } }
    local found = face.folder:get(item.id).categories
    table.sort(found)
    assert.same({ "Blue", "Größe" }, found)
    item:update { categories = satchel.null }
    assert.equal(0, #(face.folder:get(item.id).categories or {}))
  end)

  face:behaviour("write: content", "update", "saves what was assigned, and removes", function()
    local old = a_message()
    old.subject = "before it was saved"
    local item = face:put({ old })[1]
    item.subject, item.to, item.text = "new", "zoe@x.test", "other"
    item.importance = "low"
    item:save()
    local again = face.folder:get(item.id)
    assert.equal("new", again.subject)
    assert.same({ "zoe@x.test" }, face.plain(again.to))
    assert.equal("bob@x.test", again.from.email)
    assert.equal("other", face.trimmed(again.text))
    assert.equal("low", again.importance)
    assert.is_true(again.unread)
    assert.same({ "Red" }, again.categories)
    assert.equal(0, face.folder:query({ where = { subject = old.subject } }):count())
  end)

  face:behaviour("create: one item", "create", "creates, with defaults", function()
    local item = face.folder:create { subject = "made", text = "x" }
    assert.equal("made", item.subject)
    item:reload()
    assert.is_false(item.unread)
    assert.is_false(item.draft)
    assert.is_true(math.abs(item.received - os.time()) < 120)
    local draft = face.session.drafts:create { subject = "specs of drafts" }
    assert.is_true(draft:reload().draft)
    draft:delete { hard = true }
  end)

  face:behaviour("move and copy", "move", "is moved and copied", function()
    local target = face.session:can "folders" and face.folder:create_folder "target"
      or face.folder
    local item = face:put({ { subject = "moving", text = "with me", unread = true } })[1]
    local copy = item:copy(target)
    assert.equal("with me", face.trimmed(copy.text))
    local moved = item:move(target)
    assert.equal(target, moved.folder)
    assert.is_false(moved.id == copy.id)
    assert.equal("moving", target:get(moved.id).subject)
    assert.is_true(target:get(moved.id).unread)
    face.refused("not_found", face.folder.get, face.folder, item.id)
    assert.equal(2, target:query():count())
    target:delete { hard = true }
  end)

  face:behaviour("delete: into the trash", "trash", "is deleted into the trash", function()
    local subject = "gone " .. os.time()
    local gone = face:put({ { subject = subject, text = "x" } })[1]
    gone:delete()
    local query = face.session.trash:query { where = { subject = subject } }
    local item = query:first()
    face.refused("invalid", item.delete, item)
    item:delete { hard = true }
    assert.equal(0, query:count())
  end)

  face:behaviour("delete: for good", false, "is deleted for good", function()
    local items = face:put { { subject = "kept", text = "x" }, { subject = "lost", text = "x" } }
    items[2]:delete { hard = true }
    assert.equal(0, face.folder:query({ where = { subject = "lost" } }):count())
    assert.equal(1, face.folder:query({ where = { subject = "kept" } }):count())
  end)

  face:behaviour("delete: only what was named", false, "touches no other", function()
    local items = face:put { { subject = "marked", text = "x" }, { subject = "named", text = "x" } }
    if face.session.imap then -- another client's mark is not ours to carry out
      local uid = items[1].id:match "%.(%d+)$"
      face.session.imap:select(face.folder.id)
      face.session.imap:command("UID STORE " .. uid .. " +FLAGS.SILENT (\\Deleted)")
    end
    items[2]:delete { hard = true }
    assert.equal("marked", face.folder:get(items[1].id).subject)
    items[1]:delete { hard = true }
  end)

  face:behaviour("properties", "props", "has any property", function()
    local key = satchel.named("00020329-0000-0000-c000-000000000046", "x-spec", "String")
    local due = satchel.named("PSETID_Task", 0x8105, "Time")
    local item = face:put({ { subject = "p" } })[1]
    item.props.PidTagImportance, item.props[key], item.props[due] = 0, "Größe", face.new_year
    item:save()
    item = face.folder:get(item.id)
    assert.equal(0, item.props.PidTagImportance)
    assert.equal("p", item.props[0x0037001f])
    assert.equal("Größe", item.props[key])
    assert.equal(face.new_year, item.props[due])
    item.props[key] = satchel.null
    item:save()
    assert.is_nil(face.folder:get(item.id).props[key])
    assert.matches("PidTagSubject", face.refused("invalid", function()
      return item.props.PidTagSubjekt
    end).message)
  end)
end
