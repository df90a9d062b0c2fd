-- Reading: what was stored is what is read.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  setup(function() face:place "messages" end)
  teardown(function() face:leave() end)

  local function a_message()
    return {
      subject = "Größe 7", from = "Bob <bob@example.test>",
      to = { face.peer.user(1), "Carol <carol@x.test>" }, cc = "dan@x.test", bcc = "eve@x.test",
      reply_to = "Desk <desk@x.test>", text = "hello wörld\n", received = "2026-01-02",
      sent = "2026-01-01T12:00:00Z", unread = true, flagged = true,
      categories = { "Red", "Blue" }, importance = "high", sensitivity = "private",
      message_id = "<1@x.test>", in_reply_to = "<0@x.test>",
      references = { "<a@x.test>", "<0@x.test>" },
    }
  end

  local function stored(draft)
    local id = face:put({ draft })[1].id
    return face.folder:get(id)
  end

  -- a server keeps them as a set
  local function sorted(list)
    local copy = table.move(list, 1, #list, 1, {})
    table.sort(copy)
    return copy
  end

  face:behaviour("read: headers and text", false, "has what its sender wrote", function()
    local item = stored(a_message())
    assert.equal("message", item.kind)
    assert.equal("IPM.Note", item.class)
    assert.equal(face.folder, item.folder)
    assert.equal("Größe 7", item.subject)
    assert.equal("Bob <bob@example.test>", tostring(item.from))
    assert.equal(face.peer.user(1), item.to[1].email)
    assert.same({ "Carol <carol@x.test>" }, face.plain { item.to[2] })
    assert.same({ "dan@x.test" }, face.plain(item.cc))
    assert.same({ "eve@x.test" }, face.plain(item.bcc))
    assert.same({ "Desk <desk@x.test>" }, face.plain(item.reply_to))
    assert.equal("hello wörld", face.trimmed(item.text))
    assert.equal(face.new_year + 43200, item.sent)
    assert.equal("<1@x.test>", item.message_id)
    assert.equal("<0@x.test>", item.in_reply_to)
    assert.same({ "<a@x.test>", "<0@x.test>" }, item.references)
    assert.equal("high", item.importance)
    assert.equal("private", item.sensitivity)
    assert.is_false(item.has_attachments)
    assert.is_true(item.size > 0)
  end)

  face:behaviour("read: HTML", false, "has HTML, and text beside it", function()
    local html = "<html><body><p>Grüße <b>bold</b></p></body></html>"
    local item = stored { subject = "h", html = html }
    assert.matches("Grüße <b>bold</b>", item.html)
    assert.matches("Grüße", item.text)
    item = stored { subject = "both", text = "plain", html = "<b>rich</b>" }
    assert.matches("<b>rich</b>", item.html)
    assert.is_string(item.text)
  end)

  face:behaviour("read: long and odd content", false, "has texts of any size and script", function()
    for i, text in ipairs { ("0123456789 äöü\n"):rep(20000), ".\n..\n.dot\nend",
      ("x"):rep(5000), "漢字 😀 עברית", "From here\nFrom there" } do
      local item = stored { subject = i .. " 漢字 😀", text = text }
      assert.equal(i .. " 漢字 😀", item.subject)
      assert.equal(face.trimmed(text), face.trimmed(item.text))
    end
    local subject = ("long "):rep(120) .. "end"
    assert.equal(subject, stored({ subject = subject, text = "x" }).subject)
  end)

  face:behaviour("read: header fields", false, "has the header fields, too", function()
    local item = stored { subject = "fields", text = "x", headers = { ["X-Spec"] = "Größe" } }
    local found
    for name, value in pairs(item.headers) do
      if type(name) == "string" and name:lower() == "x-spec" then found = value end
    end
    found = found or item.headers["X-Spec"] or item.headers["x-spec"]
    assert.equal("Größe", type(found) == "table" and found[1] or found)
  end)

  face:behaviour("read: flags and dates", "flags", "has its flags and dates", function()
    local item = stored(a_message())
    if not face.session:can "flags" then
      assert.is_falsy(item.flagged)
      face.unsupported()
    end
    assert.is_true(item.unread)
    assert.is_true(item.flagged)
    assert.is_false(item.draft)
    assert.is_false(item.answered)
    assert.is_true(not item.modified or math.abs(item.modified - os.time()) < 3600)
  end)

  face:behaviour("read: when it was received", false, "is of the day that was said", function()
    local item = stored(a_message())
    assert.equal(face.new_year + 86400, face.folder:get(item.id).received)
    if not face.session:can "create" then return end
    item:update { received = "2026-01-03", subject = "later" }
    assert.equal(face.new_year + 2 * 86400, face.folder:get(item.id).received)
    item:delete { hard = true }
  end)

  face:behaviour("read: categories", "categories", "has its categories", function()
    local item = stored(a_message())
    if not face.session:can "categories" then
      assert.same({}, item.categories)
      face.unsupported()
    end
    assert.same({ "Blue", "Red" }, sorted(item.categories))
    local odd = { "Größe", "with blank", "100% (a)", "\\odd\"" }
    assert.same(sorted(odd), sorted(stored({ subject = "odd", categories = odd }).categories))
  end)

  face:behaviour("read: without marking", "flags", "is read without being marked", function()
    if not face.session:can "flags" then face.unsupported() end
    local item = stored { subject = "seen", text = "t", unread = true,
      attachments = { { name = "a.txt", data = "a" } } }
    assert.is_truthy(item.text and item.attachments[1]:read())
    assert.is_true(face.folder:get(item.id).unread)
  end)

  face:behaviour("read: what is not there", false, "says what there is not", function()
    local gone = face:put({ { subject = "there", text = "x" } })[1].id:gsub("%w", "0")
    local ok, err = satchel.try(face.folder.get, face.folder, gone)
    assert.is_false(ok)
    assert.is_true(err.kind == "not_found" or err.kind == "invalid", tostring(err))
    ok, err = satchel.try(face.folder.get, face.folder, "no id")
    assert.is_false(ok)
    assert.is_true(err.kind == "not_found" or err.kind == "invalid", tostring(err))
  end)

  face:behaviour("MIME: a stored message", "mime", "is given as MIME", function()
    local item = stored { subject = "as MIME Größe", text = "body", to = "a@x.test" }
    local mime = item:mime()
    assert.matches("\nSubject: [^\n]*=%?", "\n" .. mime)
    assert.matches("\r\n\r\n", mime)
    local path = os.tmpname()
    os.remove(path)
    item:save_as(path .. ".eml")
    local again = satchel.open(path .. ".eml")
    os.remove(path .. ".eml")
    assert.equal("as MIME Größe", again.subject)
    assert.equal("body", face.trimmed(again.text))
  end)

  face:behaviour("MIME: import", "import", "is stored as it came", function()
    local raw = "From: a@x.test\r\nSubject: raw\r\nX-Kept: as it is\r\n\r\nraw body\r\n"
    local item = face.folder:import { mime = raw }
    assert.equal("raw", item.subject)
    assert.equal("raw body", face.trimmed(face.folder:get(item.id).text))
  end)
end
