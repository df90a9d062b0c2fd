-- What the objects promise, on a server: two users, one of whom writes into a
-- folder of her own and removes it in the end.  Run on the sandbox and live.

local assert = require "luassert"
local busted = require "busted"
local satchel = require "satchel"

local describe, it = busted.describe, busted.it
local setup, teardown = busted.setup, busted.teardown

local new_year <const> = 1767225600

local function refused(kind, fn, ...)
  local ok, err = satchel.try(fn, ...)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  return err
end

local function plain(list)
  local shown = {}
  for i, each in ipairs(list) do shown[i] = tostring(each) end
  return shown
end

-- retries what delivery may take a moment for
local function eventually(fn)
  for _ = 1, 50 do
    local value = fn()
    if value then return value end
    satchel.sleep(0.2)
  end
  error("it did not happen", 2)
end

local function a_message(me)
  return {
    subject = "Größe 7", from = "Bob <bob@example.test>", to = { me, "Carol <carol@x.test>" },
    cc = "dan@x.test", bcc = "eve@x.test", reply_to = "Desk <desk@x.test>", text = "hello wörld\n",
    received = "2026-01-02", sent = "2026-01-01T12:00:00Z", unread = true, flagged = true,
    categories = { "Red", "Blue" }, importance = "high", sensitivity = "private",
    message_id = "<1@x.test>", in_reply_to = "<0@x.test>",
    references = { "<a@x.test>", "<0@x.test>" },
  }
end

local function message_specs(open)
  local session, folder

  setup(function()
    session = open(1)
    folder = session:folder("Inbox/Specs of items", { create = true })
  end)

  teardown(function()
    folder:delete { hard = true }
    session:close()
  end)

  it("keeps every field", function()
    local item = folder:get(folder:create(a_message(session.user)).id)
    assert.equal("message", item.kind)
    assert.equal("IPM.Note", item.class)
    assert.equal(folder, item.folder)
    assert.equal("Größe 7", item.subject)
    assert.equal("Bob <bob@example.test>", tostring(item.from))
    assert.equal(session.user, item.to[1].email)
    assert.same({ "Carol <carol@x.test>" }, plain { item.to[2] })
    assert.same({ "dan@x.test" }, plain(item.cc))
    assert.same({ "eve@x.test" }, plain(item.bcc))
    assert.same({ "Desk <desk@x.test>" }, plain(item.reply_to))
    assert.equal("hello wörld", (item.text:gsub("%s+$", "")))
    assert.equal(new_year + 86400, item.received)
    assert.equal(new_year + 43200, item.sent)
    assert.is_true(item.unread)
    assert.is_true(item.flagged)
    assert.is_false(item.draft)
    assert.is_false(item.has_attachments)
    assert.is_false(item.answered)
    assert.same({ "Red", "Blue" }, item.categories)
    assert.equal("high", item.importance)
    assert.equal("private", item.sensitivity)
    assert.equal("<1@x.test>", item.message_id)
    assert.equal("<0@x.test>", item.in_reply_to)
    assert.same({ "<a@x.test>", "<0@x.test>" }, item.references)
    assert.is_true(item.size > 0)
    assert.is_true(math.abs(item.modified - os.time()) < 3600)
  end)

  it("saves what was assigned, and removes", function()
    local item = folder:create(a_message(session.user))
    item.subject, item.to, item.categories = "new", "zoe@x.test", satchel.null
    item.text = "other"
    item:save()
    local again = folder:get(item.id)
    assert.equal("new", again.subject)
    assert.same({ "zoe@x.test" }, plain(again.to))
    assert.equal(0, #(again.categories or {}))
    assert.equal("other", (again.text:gsub("%s+$", "")))
    item:update { unread = false, flagged = false, answered = true, importance = "low" }
    again:reload()
    assert.is_false(again.unread)
    assert.is_false(again.flagged)
    assert.is_true(again.answered)
    assert.equal("low", again.importance)
  end)

  it("keeps HTML", function()
    local html = "<html><body><p>Gr\u{00FC}\u{00DF}e <b>bold</b></p></body></html>"
    local item = folder:get(folder:create({ subject = "h", html = html }).id)
    assert.matches("Gr\u{00FC}\u{00DF}e <b>bold</b>", item.html)
    assert.matches("Gr\u{00FC}\u{00DF}e", item.text)
  end)

  it("keeps attachments of every sort", function()
    local big, at = ("0123456789abcdef"):rep(20000), 0
    local item = folder:create { subject = "a", attachments = {
      { data = "hello", name = "a.txt" },
      { data = "PNG", name = "l.png", content_id = "logo" },
      { item = { subject = "inner", text = "deep", to = "x@y.test",
        attachments = { { data = "inmost", name = "i.txt" } } } },
      { name = "big.bin", source = function()
        local piece = big:sub(at + 1, at + 50000)
        at = at + #piece
        return #piece > 0 and piece or nil
      end },
    } }
    item = folder:get(item.id)
    assert.is_true(item.has_attachments)
    local text, logo, inner, stream = table.unpack(item.attachments)
    assert.equal("a.txt", text.name)
    assert.equal("hello", text:read())
    assert.is_false(text.inline)
    assert.is_true(logo.inline)
    assert.equal("logo", logo.content_id)
    assert.equal("image/png", logo.type)
    assert.equal("message/rfc822", inner.type)
    local message = inner:item()
    assert.equal("inner", message.subject)
    assert.equal("deep", (message.text:gsub("%s+$", "")))
    assert.same({ "x@y.test" }, plain(message.to))
    assert.equal("inmost", message.attachments[1]:read())
    local parts, longest = {}, 0
    for piece in stream:chunks(7000) do
      parts[#parts + 1] = piece
      longest = math.max(longest, #piece)
    end
    assert.equal(big, table.concat(parts))
    assert.is_true(longest <= 7000)
  end)

  it("adds and removes attachments of a stored item", function()
    local item = folder:create { subject = "a" }
    item:attach { data = "one", name = "1.txt" }
    item:attach { data = "two", name = "2.txt" }
    assert.equal(2, #item.attachments)
    item.attachments[1]:delete()
    local left = folder:get(item.id).attachments
    assert.equal(1, #left)
    assert.equal("two", left[1]:read())
  end)

  it("has any property", function()
    local key = satchel.named("00020329-0000-0000-c000-000000000046", "x-spec", "String")
    local due = satchel.named("PSETID_Task", 0x8105, "Time")
    local item = folder:create { subject = "p" }
    item.props.PidTagImportance, item.props[key], item.props[due] = 0, "Größe", new_year
    item:save()
    item = folder:get(item.id)
    assert.equal(0, item.props.PidTagImportance)
    assert.equal("p", item.props[0x0037001f])
    assert.equal("Größe", item.props[key])
    assert.equal(new_year, item.props[due])
    item.props[key] = satchel.null
    item:save()
    assert.is_nil(folder:get(item.id).props[key])
    assert.matches("PidTagSubject", refused("invalid", function()
      return item.props.PidTagSubjekt
    end).message)
  end)

  it("is moved and copied", function()
    local target = folder:create_folder "target"
    local item = folder:create { subject = "moving", text = "with me" }
    local copy = item:copy(target)
    assert.equal("with me", (copy.text:gsub("%s+$", "")))
    local moved = item:move(target)
    assert.equal(target, moved.folder)
    assert.is_false(moved.id == copy.id)
    assert.equal("moving", target:get(moved.id).subject)
    refused("not_found", folder.get, folder, item.id)
    assert.equal(2, target:query():count())
  end)

  it("is deleted into the trash, then for good", function()
    local subject = "gone " .. os.time()
    folder:create({ subject = subject }):delete()
    local query = session.trash:query { where = { subject = subject } }
    local item = query:first()
    refused("invalid", item.delete, item)
    item:delete { hard = true }
    assert.equal(0, query:count())
  end)

  it("says what there is not", function()
    refused("not_found", folder.get, folder, folder:create({ subject = "x" }).id:gsub("%x", "0"))
  end)
end

local function query_specs(open)
  local session, folder

  setup(function()
    session = open(1)
    folder = session:folder("Inbox/Specs of queries", { create = true })
    local drafts = {}
    for i = 1, 120 do
      drafts[i] = { subject = "n" .. i, unread = i % 2 == 0, text = "body " .. i,
        from = i % 10 == 0 and "Boss <boss@x.test>" or "bob@x.test",
        to = "anna@x.test", received = new_year + i * 60, importance = i % 3 == 0 and "high"
          or nil, categories = i % 4 == 0 and { "Red" } or nil, flagged = i % 5 == 0 }
    end
    for _, result in ipairs(folder:create_all(drafts)) do assert.is_true(result.ok) end
  end)

  teardown(function()
    folder:delete { hard = true }
    session:close()
  end)

  for _, case in ipairs {
    { 120, {} }, { 60, { unread = true } }, { 60, { unread = false } },
    { 1, { subject = "N5" } }, { 32, { subject = satchel.contains "N1" } },
    { 11, { subject = satchel.prefix "n9" } }, { 12, { from = satchel.contains "boss@" } },
    { 12, { from = "boss@x.test" }, "of" }, { 120, { to = satchel.contains "anna@" } },
    { 31, { received = satchel.since(new_year + 90 * 60) } },
    { 9, { received = satchel.before(new_year + 10 * 60) } },
    { 2, { received = satchel.between(new_year + 60, new_year + 120) } },
    { 0, { size = satchel.larger(10000000) } }, { 120, { size = satchel.smaller(10000000) } },
    { 40, { importance = "high" } }, { 80, { importance = "normal" } }, { 24, { flagged = true } },
    { 96, { flagged = false } }, { 30, { categories = "Red" } },
    { 90, { categories = satchel.exists(false) } }, { 30, { categories = satchel.exists() } },
    { 120, { has_attachments = false } }, { 120, { kind = "message" } },
    { 1, { text = satchel.contains "body 42" } }, { 1, { anywhere = "body 42" } },
    { 12, { anywhere = "boss@" } }, { 40, { PidTagImportance = 2 } },
    { 2, satchel.any { subject = "n1", { subject = "n2" } } },
    { 60, satchel.none { unread = true } },
    { 20, { unread = true, importance = "high" } },
    { 6, { unread = true, flagged = true, satchel.none { from = satchel.contains "boss@" } },
      "none" },
    { 32, { subject = satchel.contains "N1", exact = true } },
  } do
    it("finds " .. case[1], function()
      local wanted = case[1]
      if case[3] == "none" then wanted = 0 end
      local query = folder:query { where = case[2] }
      assert.equal(wanted, query:count())
      assert.equal(wanted, #query:ids())
      assert.equal(wanted > 0, query:exists())
    end)
  end

  it("sorts, limits and offsets", function()
    local function subjects(opts)
      local list = {}
      for item in folder:items(opts) do list[#list + 1] = item.subject end
      return table.concat(list, " ")
    end
    assert.equal("n120 n119 n118", subjects { order = "-received", limit = 3 })
    assert.equal("n2 n3", subjects { order = "received", limit = 2, offset = 1 })
    assert.equal("n100 n90", subjects { where = { from = satchel.contains "boss@" },
      order = { "-received" }, limit = 2, offset = 2 })
    assert.equal(120, select(2, subjects({ order = { "importance", "-received" } }):gsub("n", "")))
  end)

  it("brings the fields asked for in one read", function()
    local trips = session.mapi and session.mapi.round_trips
    local page = folder:query({ fields = { "subject", "from", "received", "unread", "size",
      "importance", "flagged", "has_attachments" }, limit = 50 }):all()
    if trips then assert.is_true(session.mapi.round_trips - trips <= 1) end
    assert.equal(50, #page)
    trips = session.mapi and session.mapi.round_trips
    for _, item in ipairs(page) do
      assert.is_truthy(item.subject and item.from and item.received)
    end
    if trips then assert.equal(trips, session.mapi.round_trips) end
  end)

  it("updates, copies, moves and deletes in bulk", function()
    local target = folder:create_folder "bulk"
    for _, result in ipairs(folder:query():copy(target)) do assert.is_true(result.ok) end
    assert.equal(120, target:query():count())
    local unread = target:query { where = { unread = true } }
    assert.equal(60, #unread:update { unread = false, categories = { "Blue" } })
    assert.equal(0, unread:count())
    assert.equal(60, target:query({ where = { categories = "Blue" } }):count())
    local steps, last = {}, nil
    local high = target:query { where = { importance = "high" } }
    local results = high:move(folder:create_folder "b2", { ids = true,
      progress = function(done, total) steps, last = done, total end })
    assert.equal(40, #results)
    assert.equal(40, steps)
    assert.equal(40, last)
    assert.equal("high", folder:folder("b2"):get(results[7].new_id).importance)
    for _, result in ipairs(target:query():delete { hard = true }) do assert.is_true(result.ok) end
    assert.equal(0, target:query():count())
  end)

  it("neither skips nor repeats when a loop deletes and moves", function()
    local source, target = folder:create_folder "loop", folder:create_folder "loop2"
    folder:query():copy(source)
    local seen, n = {}, 0
    for item in source:items { fields = { "subject" } } do
      assert.is_nil(seen[item.subject])
      seen[item.subject], n = true, n + 1
      if n % 3 == 0 then item:delete { hard = true } elseif n % 3 == 1 then item:move(target) end
    end
    assert.equal(120, n)
    assert.equal(40, target:query():count())
    assert.equal(40, source:query():count())
  end)
end

local function folder_specs(open)
  local session, folder

  setup(function()
    session = open(1)
    folder = session:folder("Inbox/Specs of folders", { create = true })
  end)

  teardown(function()
    folder:delete { hard = true }
    session:close()
  end)

  it("creates, finds, lists", function()
    local sub = session:folder("Inbox/Specs of folders/a//b/c", { create = true })
    assert.equal("c", sub.name)
    assert.equal("a/b", sub.parent.name)
    assert.equal(folder, sub.parent.parent)
    assert.equal(sub, session:folder(sub.path))
    assert.equal(sub.id, folder:folder("a//b/c").id)
    local names = {}
    for each in folder:folders { recursive = true } do names[#names + 1] = each.name end
    assert.same({ "a/b", "c" }, names)
    assert.equal("calendar", folder:create_folder("cal", { kind = "calendar" }).kind)
    refused("exists", folder.create_folder, folder, "cal")
    assert.equal("there is 'cal'", refused("not_found", folder.folder, folder, "cla").hint)
  end)

  it("renames, moves, copies, deletes", function()
    local one, two = folder:create_folder "one", folder:create_folder "two"
    one:create { subject = "x" }
    one:rename("uno"):move(two)
    assert.equal(one.id, folder:folder("two/uno").id)
    local copy = one:copy(folder, "copy")
    assert.equal(1, copy:query():count())
    assert.is_false(copy.id == one.id)
    two:delete { hard = true }
    refused("not_found", folder.folder, folder, "two")
    copy:empty()
    assert.equal(0, copy:reload().total)
    copy:delete()
    assert.equal(session.trash, copy.parent)
    copy:delete { hard = true }
  end)

  it("counts", function()
    local counted = folder:create_folder "counted"
    counted:create_all { { subject = "a", unread = true }, { subject = "b" } }
    counted:reload()
    assert.equal(2, counted.total)
    assert.equal(1, counted.unread)
  end)

  it("knows the well-known ones", function()
    for _, name in ipairs { "inbox", "sent", "drafts", "outbox", "trash", "junk", "calendar",
      "contacts", "tasks", "notes", "journal", "archive" } do
      assert.is_string(session[name].id, name)
    end
    assert.equal("calendar", session.calendar.kind)
    assert.equal(session.inbox, session:folder "INBOX")
  end)
end

local function sending_specs(open)
  local one, two

  setup(function() one, two = open(1), open(2) end)

  teardown(function()
    one:close()
    two:close()
  end)

  local function arrived(session, subject)
    return eventually(function()
      return session.inbox:query({ where = { subject = subject }, order = "-received" }):first()
    end)
  end

  it("delivers, and keeps a copy", function()
    local subject = "Sent " .. os.time()
    local sent = one:send { to = two.user, subject = subject, text = "hello", importance = "high",
      attachments = { { data = "data", name = "d.txt" } } }
    assert.matches("^<.+>$", sent.message_id)
    local copy = eventually(function() return sent.item end)
    assert.equal(subject, copy.subject)
    assert.equal(one.sent, copy.folder)
    local item = arrived(two, subject)
    assert.equal(one.user, item.from.email)
    assert.equal("high", item.importance)
    assert.equal("data", item.attachments[1]:read())
    assert.equal(sent.message_id, item.message_id)
    copy:delete { hard = true }

    local draft = item:reply { text = "thanks" }
    assert.equal(two.drafts, draft.folder)
    draft:send()
    assert.is_true(item:reload().answered)
    local answer = arrived(one, "Re: " .. subject)
    assert.equal(sent.message_id, answer.in_reply_to)
    assert.matches("thanks", answer.text)
    assert.matches("> hello", answer.text)

    local forward = answer:forward { to = two.user, attachments = { { data = "m", name = "m" } } }
    forward:send()
    local again = arrived(two, "Fwd: Re: " .. subject)
    assert.equal("m", again.attachments[1]:read())
    for _, each in ipairs { item, answer, again } do each:delete { hard = true } end
  end)

  it("sends nothing to nobody", function()
    refused("not_found", one.send, one, { to = "nobody of this name", subject = "x" })
    refused("invalid", one.send, one, { subject = "x" })
  end)

  it("saves no copy when told so", function()
    local subject = "Unsaved " .. os.time()
    local sent = one:send { to = two.user, subject = subject, text = "x", save = false }
    arrived(two, subject):delete { hard = true }
    assert.is_nil(sent.item)
    assert.equal(0, one.sent:query({ where = { subject = subject } }):count())
  end)
end

---@param open fun(n: integer): satchel.Session a session of the first or second user
return function(open)
  describe("items", function() message_specs(open) end)
  describe("queries", function() query_specs(open) end)
  describe("folders", function() folder_specs(open) end)
  describe("messages sent", function() sending_specs(open) end)
end
