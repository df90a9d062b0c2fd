-- The IMAP driver on a real Dovecot: what the behavioural spec of the objects does not
-- ask for.

local core = require "satchel.core"
local own_folder = require "support.own_folder"
local peers = require "support.mail_peers"
local refused = require("support.refused").kind
local satchel = require "satchel"

local new_year <const> = 1767225600

own_folder.each_server(_ENV, function(peer)
  describe("queries", function()
    local at = own_folder.place(_ENV, peer, "Driver of queries")

    setup(function()
      local drafts = {}
      for i = 1, 12 do
        drafts[i] = { subject = i % 2 == 0 and "Größe " .. i or "size " .. i, text = "x" .. i,
          received = new_year + (i - 6) * 3600, sent = new_year + i, unread = i > 6,
          attachments = i % 4 == 0 and { { data = "a", name = "a.bin" } } or nil }
      end
      at.folder:create_all(drafts)
    end)

    for _, case in ipairs {
      { { received = satchel.since(new_year) }, 7 },
      { { received = satchel.before(new_year) }, 5 },
      { { received = satchel.between(new_year - 3600, new_year + 3600) }, 3 },
      { satchel.none { received = satchel.since(new_year) }, 5 },
      { { sent = satchel.since(new_year + 6) }, 7 },
      { { subject = satchel.contains "Größe" }, 6 },
      { { subject = "Größe 4" }, 1 },
      { { subject = satchel.prefix "Grö" }, 6 },
      { { subject = satchel.contains "nowhere ü" }, 0 },
      { { has_attachments = true }, 3 },
      { { has_attachments = true, unread = true }, 2 },
      { { text = "x3" }, 1 },
      { { headers = satchel.contains "Subject: size 3" }, 1 },
      { satchel.any { subject = "size 3", has_attachments = true }, 4 },
      { { kind = "report" }, 0 },
    } do
      it(("are exact: %d"):format(case[2]), function()
        local query = at.folder:query { where = case[1] }
        assert.equal(case[2], query:count())
        assert.equal(case[2], #query:ids())
        assert.equal(case[2], #query:all())
        assert.equal(math.max(case[2] - 1, 0), #at.folder:query({ where = case[1],
          offset = 1 }):ids())
      end)
    end

    it("order by what SORT does not know", function()
      local list = {}
      for item in at.folder:items { order = { "has_attachments", "-subject" }, limit = 3 } do
        list[#list + 1] = item.subject
      end
      assert.same({ "size 9", "size 7", "size 5" }, list)
    end)

    it("refuse by name what cannot be asked", function()
      local err = refused("unsupported", function()
        return at.folder:query({ where = { PidTagImportance = 1 } }):count()
      end)
      assert.matches("PidTagImportance", err.message)
    end)

    it("leave out what a loop has removed of what was still to come", function()
      local folder = at.folder:create_folder "ahead"
      local drafts = {}
      for i = 1, 250 do drafts[i] = { subject = "n" .. i } end
      folder:create_all(drafts)
      local rest = folder:query({ order = "received" }):ids()
      local n = 0
      for _ in folder:items { fields = { "subject" } } do
        n = n + 1
        if n == 1 then
          folder:query({ ids = table.move(rest, 150, 250, 1, {}) }):delete { hard = true }
        end
      end
      assert.equal(149, n)
      folder:delete { hard = true }
    end)

    it("are walked while another folder is read", function()
      local n = 0
      for item in at.folder:items { fields = { "subject" } } do
        assert.equal("string", type(item.subject))
        at.session.inbox:query():count()
        n = n + 1
      end
      assert.equal(12, n)
    end)
  end)

  describe("items", function()
    local at = own_folder.place(_ENV, peer, "Driver of items")

    it("of a folder that was renumbered are not taken for deleted ones", function()
      local folder = at.folder:create_folder "renumbered"
      local id = folder:create({ subject = "x" }).id
      local other = (tonumber(id:match "^%d+") + 1) .. id:match "%..*$"
      local err = refused("conflict", folder.get, folder, other)
      assert.matches("renumbered folder 'renumbered' %(UIDVALIDITY was", err.message)
      assert.equal("UIDVALIDITY", err.name)
      refused("conflict", function() folder:query({ ids = { other } }):all() end)
      local all = refused("conflict", function()
        folder:query({ ids = { other, other } }):delete { hard = true }
      end)
      assert.equal(2, #all.results)
      local result = folder:query({ ids = { other, id } }):update { flagged = true }
      assert.is_false(result[1].ok)
      assert.equal("conflict", result[1].error.kind)
      assert.is_true(result[2].ok)
      refused("invalid", folder.get, folder, "no id")
    end)

    it("that are gone are told from those that are there", function()
      local ids = {}
      for i = 1, 3 do ids[i] = at.folder:create({ subject = "n" .. i }).id end
      at.folder:get(ids[2]):delete { hard = true }
      for _, verb in ipairs { "update", "copy", "move" } do
        local given = verb == "update" and { unread = true } or at.session.junk
        local query = at.folder:query { ids = ids }
        local results = query[verb](query, given)
        assert.same({ true, false, true }, { results[1].ok, results[2].ok, results[3].ok })
        assert.equal("not_found", results[2].error.kind)
      end
      at.session.junk:empty { hard = true }
    end)

    it("keep their headers when they are changed", function()
      local raw = "X-First: 1\r\nSubject: old\r\n folded\r\nX-Odd:  two  spaces\r\n"
        .. "From: a@x.test\r\nMessage-ID: <keep@x.test>\r\nX-Last: 2\r\n\r\nbody\r\n"
      local item = at.folder:import { mime = raw, received = new_year, flagged = true }
      local old = item.id
      item.subject, item.importance = "nöw", "high"
      item:save()
      assert.is_false(old == item.id)
      assert.equal("X-First: 1\r\nSubject: nöw\r\nX-Odd:  two  spaces\r\n"
        .. "From: a@x.test\r\nMessage-ID: <keep@x.test>\r\nX-Last: 2\r\nImportance: high\r\n"
        .. "X-Priority: 1 (Highest)\r\n\r\nbody\r\n",
        (item:mime():gsub("=%?.-%?=", core.mime.decode_header)))
      item:reload()
      assert.equal(new_year, item.received)
      assert.is_true(item.flagged)
      item.text = "other"
      item:save()
      local text = item:mime()
      assert.matches("^X%-First: 1\r\n", text)
      assert.matches("X%-Last: 2\r\n", text)
      assert.matches("\r\n\r\nother\r\n$", text)
      refused("not_found", at.folder.get, at.folder, old)
    end)

    it("keep their attachments when the text changes, byte by byte", function()
      local data = core.text.random(300000)
      local item = at.folder:create { subject = "a", text = "one", attachments = {
        { data = data, name = "r.bin" },
        { item = { subject = "inner", text = "deep", to = "x@y.test" } } } }
      item.text = "two"
      item:save()
      item = at.folder:get(item.id)
      assert.equal("two", (item.text:gsub("%s+$", "")))
      assert.equal(300000, item.attachments[1].size)
      assert.equal(data, item.attachments[1]:read())
      assert.equal("inner", item.attachments[2]:item().subject)
    end)

    it("have messages in them, with fields, text and attachments", function()
      local item = at.folder:create { subject = "outer", attachments = { { item = {
        subject = "middle", from = "a@x.test", text = "in the middle", headers = { ["X-A"] = "b" },
        attachments = { { data = "leaf", name = "leaf.txt" }, { item = { subject = "inmost",
          html = "<p>deep</p>" } } } } } } }
      local middle = at.folder:get(item.id).attachments[1]:item()
      assert.equal("middle", middle.subject)
      assert.equal("a@x.test", middle.from.email)
      assert.equal("in the middle", (middle.text:gsub("%s+$", "")))
      assert.equal("b", middle.headers["X-A"])
      assert.equal("leaf", middle.attachments[1]:read())
      local inmost = middle.attachments[2]:item()
      assert.equal("inmost", inmost.subject)
      assert.matches("deep", inmost.text)
      assert.matches("^Date: .*Subject: middle", middle:mime())
      refused("unsupported", function() middle:update { subject = "x" } end)
      refused("unsupported", function() middle:delete { hard = true } end)
    end)

    it("are reports whatever was read of them", function()
      local id = at.folder:import({ mime = "Subject: r\r\nContent-Type: multipart/report; "
        .. "report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nlate\r\n--b\r\n"
        .. "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        .. "Final-Recipient: rfc822; a@b.test\r\nAction: delayed\r\n--b--\r\n" }).id
      for _, names in ipairs { { "subject" }, { "size" }, { "kind" }, { "text" } } do
        local item = at.folder:query({ ids = { id }, fields = names }):first()
        assert.equal("report", item.kind)
        assert.equal("late", (item.text:gsub("%s+$", "")))
        assert.equal("report", item.kind)
        assert.equal("delayed", item.report.recipients[1].action)
      end
      assert.same({ id }, at.folder:query({ where = { kind = "report" } }):ids())
      at.folder:get(id):delete { hard = true }
    end)

    it("that are from nobody have ids of the user's domain", function()
      local item = at.folder:create { subject = "draft", text = "x" }
      assert.matches("^<[%x-]+@example%.test>$", item.message_id)
      local inner = at.folder:create { from = "a@x.test", attachments = {
        { item = { subject = "inner", text = "x" } } } }.attachments[1]:item()
      assert.matches("^<[%x-]+@x%.test>$", inner.message_id)
    end)

    it("are read in ranges", function()
      local data = ("0123456789abcdef"):rep(150000) -- 2.4 MB
      local item = at.folder:create { subject = "large", attachments = { { data = data,
        name = "l.bin" } } }
      local parts = {}
      for piece in at.folder:get(item.id).attachments[1]:chunks(100000) do
        parts[#parts + 1] = piece
        if #parts == 3 then at.session.inbox:query():count() end
      end
      assert.equal(data, table.concat(parts))
    end)

    it("have text in the charset that it is in", function()
      local function import(charset, encoding, text)
        return at.folder:import { mime = ("Subject: c\r\nContent-Type: text/plain; charset=%s\r\n"
          .. "Content-Transfer-Encoding: %s\r\n\r\n%s"):format(charset, encoding, text) }.text
      end
      assert.equal("Größe", import("iso-8859-1", "quoted-printable", "Gr=F6=DFe\r\n"))
      assert.equal("Größe", import("utf-8", "base64", "R3LDtsOfZQ==\r\n"))
      assert.equal("日本", import("iso-2022-jp", "7bit", "\27$BF|K\\\27(B\r\n"))
    end)

    it("keep categories of any name", function()
      local item = at.folder:create { subject = "c", categories = { "To do", "Größe", "$label1" } }
      assert.same({ "$label1", "Größe", "To do" }, (function()
        local list = at.folder:get(item.id).categories
        table.sort(list)
        return list
      end)())
      assert.equal(1, at.folder:query({ where = { categories = "To do" } }):count())
      item:update { categories = { "Größe" } }
      assert.same({ "Größe" }, at.folder:get(item.id).categories)
    end)
  end)

  describe("the trace and the dry run", function()
    local at = own_folder.place(_ENV, peer, "Driver of traces")

    it("show what is said without secrets", function()
      local lines = {}
      local session <close> = peer.connect(1, { trace = function(event)
        lines[#lines + 1] = tostring(event.text)
      end })
      session.inbox:query():count()
      local text = table.concat(lines, "\n")
      assert.matches("SELECT", text)
      assert.is_nil(text:find("secret", 1, true))
    end)

    it("send no write", function()
      local item = at.folder:create { subject = "stays" }
      local session <close> = peer.connect(1, { dry_run = true })
      local folder = session:folder "Driver of traces"
      folder:get(item.id):delete { hard = true }
      folder:query():update { flagged = true }
      assert.equal("stays", at.folder:get(item.id).subject)
      assert.is_false(at.folder:get(item.id).flagged)
    end)
  end)

  describe("drafts", function()
    local at = own_folder.place(_ENV, peer, "Driver of drafts")

    it("that are sent are in Sent, as they were sent", function()
      for _, age in ipairs { 0, 86400 } do
        local subject = ("Draft %d %d"):format(age, os.time())
        local draft = at.session.drafts:create { subject = subject, to = peer.user(2),
          bcc = peer.user(1), text = "hello", sent = os.time() - age }
        assert.is_true(draft.draft)
        local sent = draft:send()
        refused("not_found", at.session.drafts.get, at.session.drafts, draft.id)
        local copy = sent.item
        assert.equal(at.session.sent, copy.folder)
        assert.equal(subject, copy.subject)
        assert.is_false(copy.draft)
        assert.is_false(copy.unread)
        assert.is_true(math.abs(copy.sent - os.time()) < 60)
        copy:delete { hard = true }
        for _, n in ipairs { 1, 2 } do
          local session <close> = peer.connect(n)
          local found
          for _ = 1, 50 do
            found = session.inbox:query({ where = { subject = subject } }):first()
            if found then break end
            satchel.sleep(0.1)
          end
          assert.equal(subject, found.subject)
          assert.is_nil(found.headers.bcc)
          found:delete { hard = true }
        end
      end
    end)
  end)
end)

describe("mailboxes of others", function()
  it("are what is shared", function()
    local bob, anna = peers.imap.connect(2), peers.imap.connect(1)
    local folder = bob:folder("For Anna", { create = true })
    folder:create { subject = "hello Anna" }
    bob.imap:set_acl("For Anna", peers.imap.user(1), "lrwstipekxa")
    assert.equal("server", anna:can "mailbox")
    local shared = anna:mailbox(peers.imap.user(2))
    local found = shared:folder "For Anna"
    assert.equal("hello Anna", found:query():first().subject)
    found:query():update { flagged = true }
    assert.is_true(folder:query():first().flagged)
    refused("denied", anna.mailbox, anna, "nobody@example.test")
    folder:delete { hard = true }
    bob:close()
    anna:close()
  end)

  it("are none where there is no such namespace", function()
    local session <close> = peers.plain.connect(1)
    assert.is_false(session:can "mailbox")
    refused("unsupported", session.mailbox, session, peers.plain.user(2))
  end)
end)
