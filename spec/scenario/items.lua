-- Messages: every field written and read back, changed, removed; attachments
-- of all kinds; properties; what is said of items that are not there.

local core = require "satchel.core"
local satchel = require "satchel"

local NOON <const> = 1735732800 -- 2025-01-01T12:00:00Z

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("items on " .. peer.name, function()
    local session, folder

    setup(function()
      session = peer.connect(1)
      pcall(function() session:folder("satchel items"):delete { hard = true } end)
      folder = session.root:create_folder "satchel items"
    end)

    teardown(function()
      folder:delete { hard = true }
      session:close()
    end)

    local function trips(fn)
      local before = session.mapi.round_trips
      fn()
      return session.mapi.round_trips - before
    end

    local function emails(list)
      local out = {}
      for i, address in ipairs(list) do out[i] = tostring(address) end
      return out
    end

    local full = {
      subject = "Größe 漢字 😀", text = "Zeile eins\nzweite ü\n\nletzte",
    from = "Anna <anna@one.test>",
    sender = "Sec <sec@one.test>", to = { "Bob <bob@two.test>", "x@two.test" },
      cc = "Carl <carl@three.test>", bcc = "hidden@four.test",
      reply_to = { "Reply <reply@one.test>", "r2@one.test" },
      received = NOON, sent = NOON - 60, unread = true, flagged = true, importance = "high",
      sensitivity = "private", answered = true, categories = { "Blue", "Grün" },
      message_id = "<full@ids.test>", in_reply_to = "<parent@ids.test>",
      references = { "<root@ids.test>", "<parent@ids.test>" },
    }

    it("keeps every field", function()
      local id = folder:create(full).id
      local item = folder:get(id)
      for _, name in ipairs { "subject", "text", "received", "sent", "unread", "flagged",
        "importance", "sensitivity", "answered", "message_id", "in_reply_to" } do
        assert.equal(full[name], item[name], name)
      end
      assert.same({ "Bob <bob@two.test>", "x@two.test" }, emails(item.to))
      assert.same({ "Carl <carl@three.test>" }, emails(item.cc))
      assert.same({ "hidden@four.test" }, emails(item.bcc))
      assert.same({ "Reply <reply@one.test>", "r2@one.test" }, emails(item.reply_to))
      assert.equal("Anna <anna@one.test>", tostring(item.from))
      assert.equal("Sec <sec@one.test>", tostring(item.sender))
      assert.same(full.categories, item.categories)
      assert.same(full.references, item.references)
      assert.equal("message", item.kind)
      assert.equal("IPM.Note", item.class)
      assert.is_false(item.draft)
      assert.is_true(item.size > 0)
      assert.equal(id, item.id)
      assert.equal(folder.id, item.folder.id)
    end)

    it("has defaults: read, no draft, received now", function()
      local item = folder:create { subject = "plain" }
      item:reload()
      assert.is_false(item.unread)
      assert.is_false(item.draft)
      assert.is_false(item.flagged)
      assert.equal("normal", item.importance)
      assert.is_true(math.abs(item.received - os.time()) < 120)
      local draft = session.drafts:create { subject = "satchel draft" }
      assert.is_true(draft:reload().draft)
      draft:delete { hard = true }
    end)

    for _, subject in ipairs { "", "RE: again", "a: b: c", ("long "):rep(120), "trailing " } do
      it(("keeps the subject %q"):format(subject:sub(1, 20)), function()
        local item = folder:create { subject = subject }
        assert.equal(subject, folder:get(item.id).subject or "")
        local first = folder:query({ where = { subject = subject }, order = "-received",
          fields = { "subject" } }):first()
        assert.equal(subject, first.subject or "")
      end)
    end

    it("changes fields and removes them", function()
      local item = folder:create(full)
      item.subject = "new"
      item.text = "other"
      item.to = "only@two.test"
      item.unread = false
      item.categories = satchel.null
      item.flagged = false
      item.in_reply_to = satchel.null
      item:save()
      item = folder:get(item.id)
      assert.equal("new", item.subject)
      assert.equal("other", item.text)
      assert.same({ "only@two.test" }, emails(item.to))
      assert.same({ "Carl <carl@three.test>" }, emails(item.cc))
      assert.is_false(item.unread)
      assert.is_false(item.flagged)
      assert.same({}, item.categories)
      assert.is_nil(item.in_reply_to)
      assert.equal("<full@ids.test>", item.message_id)
    end)

    it("keeps bodies of all sizes", function()
      for _, size in ipairs { 1, 5000, 40000, 300000 } do
        local text = ("0123456789 äöü\n"):rep(size // 15 + 1):sub(1, size):gsub("[\xc2-\xf4]$", "")
        local html = "<html><body><p>" .. ("xyz ä "):rep(size // 6) .. "</p></body></html>"
        local item = folder:get(folder:create({ text = text }).id)
        assert.equal(#text, #item.text)
        assert.equal(text, item.text)
        item = folder:get(folder:create({ html = html }).id)
        assert.equal(html, item.html)
        assert.truthy(size < 6 or item.text:find("xyz ä", 1, true))
      end
    end)

    it("keeps HTML beside text, and RTF", function()
      local item = folder:get(folder:create({ text = "plain", html = "<b>bold</b>" }).id)
      assert.equal("<b>bold</b>", item.html)
      assert.truthy(item.text:find "%a")
      local rtf = "{\\rtf1\\ansi Hello {\\b World}\\par}"
      item = folder:get(folder:create({ rtf = rtf }).id)
      assert.equal(rtf, item.rtf)
    end)

    it("reads a message with small attachments in two round trips", function()
      local item = folder:create { subject = "two", text = "t", html = "<p>h</p>",
        attachments = { { name = "a.txt", data = "aaa" },
          { name = "b.bin", data = ("b"):rep(5000) },
          { name = "c.png", data = "\x89PNG", inline = true, content_id = "pic@x" } } }
      local data = {}
      assert.equal(2, trips(function()
        local again = folder:get(item.id)
        assert.equal("<p>h</p>", again.html)
        for i, attachment in ipairs(again.attachments) do data[i] = attachment:read() end
      end))
      assert.same({ "aaa", ("b"):rep(5000), "\x89PNG" }, data)
      local list = folder:get(item.id).attachments
      assert.equal("a.txt", list[1].name)
      assert.equal("text/plain", list[1].type)
      assert.is_false(list[1].inline)
      assert.is_true(list[3].inline)
      assert.equal("pic@x", list[3].content_id)
    end)

    it("streams attachments: data, functions, files", function()
      local big = ("0123456789abcdef"):rep(20000)
      local path = os.tmpname()
      local file <close> = assert(io.open(path, "wb"))
      file:write(big)
      file:flush()
      local at = 0
      local item = folder:create { subject = "streams", attachments = {
        { name = "data.bin", data = big }, { name = "file.bin", path = path },
        { name = "fn.bin", source = function()
          at = at + 1
          return at <= 20 and big:sub(1, 16000) or nil
        end } } }
      os.remove(path)
      item:reload()
      assert.equal(3, #item.attachments)
      assert.is_true(item.has_attachments)
      assert.equal(big, item.attachments[1]:read())
      assert.equal(big, item.attachments[2]:read())
      local n = 0
      for piece in item.attachments[3]:chunks(1000) do
        assert.is_true(#piece <= 1000)
        n = n + #piece
      end
      assert.equal(320000, n)
    end)

    it("adds attachments to stored items and removes them", function()
      local item = folder:create { subject = "edit", attachments = {
        { name = "1.txt", data = "1" }, { name = "2.txt", data = "2" } } }
      item:attach { name = "3.txt", data = "3" }
      item:attach { name = "4.bin", data = ("4"):rep(100000) }
      assert.equal(4, #item.attachments)
      item.attachments[1]:delete()
      item:reload()
      assert.equal(3, #item.attachments)
      local found = {}
      for _, attachment in ipairs(item.attachments) do
        found[attachment.name] = #attachment:read()
      end
      assert.same({ ["2.txt"] = 1, ["3.txt"] = 1, ["4.bin"] = 100000 }, found)
    end)

    it("keeps messages in messages", function()
      local inner = folder:create { subject = "stored", text = "inner body",
        to = "deep@two.test", attachments = { { name = "deep.txt", data = "deep" } } }
      local item = folder:create { subject = "outer", attachments = {
        { item = inner }, { item = { subject = "made", text = "on the way",
          to = "made@two.test", attachments = { { name = "m.txt", data = "mm" } } } } } }
      item:reload()
      assert.equal(2, #item.attachments)
      local expected = {
        { "stored", "inner body", "deep@two.test", "deep" },
        { "made", "on the way", "made@two.test", "mm" },
      }
      for i, want in ipairs(expected) do
        local got = item.attachments[i]:item()
        assert.equal(want[1], got.subject)
        assert.equal(want[2], got.text)
        assert.equal(want[3], tostring(got.to[1]))
        assert.equal(1, #got.attachments)
        assert.equal(want[4], got.attachments[1]:read())
      end
    end)

    it("reads and writes properties by tag, name and named key", function()
      local item = folder:create { subject = "props" }
      local due = satchel.named("PSETID_Task", 0x8105, "Time")
      local own = satchel.named("11112222-3333-4444-5555-666677778888", "Own", "String")
      item.props.PidTagImportance = 2
      item.props[0x0026001f] = nil
      item.props[due] = NOON
      item.props[own] = "värde"
      item.props.PidTagInternetReferences = ("<long@x>"):rep(3000)
      item:save()
      item = folder:get(item.id)
      assert.equal("high", item.importance)
      assert.equal(NOON, item.props[due])
      assert.equal("värde", item.props[own])
      assert.equal(24000, #item.props.PidTagInternetReferences)
      item.props[own] = satchel.null
      item:save()
      assert.is_nil(folder:get(item.id).props[own])
      assert.equal("props", folder:query({ where = { [due] = satchel.exists() },
        fields = { "subject" } }):first().subject)
    end)

    it("says which item is not there", function()
      local item = folder:create { subject = "gone" }
      folder:get(item.id):delete { hard = true }
      local ok, err = satchel.try(folder.get, folder, item.id)
      assert.is_false(ok)
      assert.equal("not_found", err.kind)
      assert.truthy(err.message:find(item.id, 1, true), err.message)
      ok, err = satchel.try(item.update, item, { subject = "x" })
      assert.is_false(ok)
      assert.equal("not_found", err.kind)
      ok, err = satchel.try(session.inbox.get, session.inbox, folder:create({}).id)
      assert.is_false(ok)
      assert.equal("not_found", err.kind)
    end)

    it("moves and copies, with the new id when it is touched", function()
      local target = folder:create_folder "target"
      local item = folder:create { subject = "mover", text = "body", unread = true }
      local copy = item:copy(target)
      assert.equal("mover", copy.subject)
      local copied = target:get(copy.id)
      assert.equal("body", copied.text)
      assert.is_true(copied.unread)
      local moved = item:move(target)
      assert.equal("body", target:get(moved.id).text)
      assert.are_not.equal(copy.id, moved.id)
      assert.equal(2, target:reload().total)
      assert.equal(0, folder:query({ where = { subject = "mover" } }):count())
      target:delete { hard = true }
    end)

    it("keeps odd bytes in attachments", function()
      local every = {}
      for i = 0, 255 do every[i + 1] = string.char(i) end
      local data = table.concat(every):rep(3)
      local item = folder:create { attachments = { { name = "ü 漢.bin", data = data } } }
      item:reload()
      assert.equal("ü 漢.bin", item.attachments[1].name)
      assert.equal(core.text.hex and core.text.hex(data) or data,
        core.text.hex and core.text.hex(item.attachments[1]:read()) or item.attachments[1]:read())
    end)
  end)
end
