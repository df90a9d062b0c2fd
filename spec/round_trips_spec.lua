-- What each verb costs: requests to the server, as they are counted there.
-- A number may go down, never up.

local sandbox = require "satchel.sandbox"
local satchel = require "satchel"

local ANNA <const>, BERT <const> = "anna@example.test", "bert@example.test"
local LARGE <const> = ("0123456789abcdef"):rep(1280) -- 20 KiB

local box, session

local function options()
  local found = box:discover(ANNA)
  return { sandbox = box, user = ANNA, url = found.url, user_dn = found.user_dn,
    nspi_url = found.nspi_url }
end

local function seeded()
  local made = sandbox.start { users = { [ANNA] = "secret", [BERT] = "secret" } }
  made:seed { [ANNA] = { Inbox = { { subject = "Message %d", from = BERT, to = ANNA,
    text = "plain", html = "<b>rich</b>", unread = true, count = 20, attachments = {
      { name = "a.txt", data = "small" }, { name = "b.bin", data = LARGE } } } },
    ["Inbox/Old"] = {}, ["Lots"] = { { subject = "Message %d", to = {}, count = 1000 } } } }
  return made
end

-- requests that fn makes
local function trips(fn)
  local before = box.requests
  fn()
  return box.requests - before
end

-- runs rows of { what it is, requests, verb }, each with what it needs made before
local function rows(title, list)
  describe(title, function()
    before_each(function()
      box = seeded()
      session = satchel.connect(options())
    end)
    after_each(function()
      session:close()
      box:close()
    end)
    for _, row in ipairs(list) do
      local what, promised, verb, prepare = table.unpack(row, 1, 4)
      it(("takes %d: %s"):format(promised, what), function()
        local world = prepare and prepare() or nil
        assert.equal(promised, trips(function() verb(world) end))
      end)
    end
  end)
end

local function message(n)
  return session.inbox:query({ order = "subject", offset = n or 0 }):first()
end

local function read_whole(id)
  local item = session.inbox:get(id)
  assert.equal("plain", (item.text:match "%a+"))
  assert.matches("<b>", item.html)
  for _, attachment in ipairs(item.attachments) do
    assert.equal(#attachment:read(), attachment.size)
  end
end

local function known(n)
  local folder = session:folder "Lots"
  return folder:query { ids = folder:query({ limit = n }):ids() }
end

local function all_ok(results, n)
  assert.equal(n, #results)
  for _, result in ipairs(results) do assert.is_true(result.ok) end
end

-- of up to 1.5 KB as it travels
local function drafts(n)
  local list = {}
  for i = 1, n do
    list[i] = { subject = "Message " .. i, text = ("x"):rep(450), received = 1767225600,
      from = { name = "Sender", email = "sender@example.org" } }
  end
  return list
end

local FIELDS <const> = { "subject", "from", "received", "size", "unread", "flagged",
  "importance", "class" }

rows("the promise of the design", {
  { "connect and log on", 2, function() satchel.connect(options()) end },
  { "all folders with names, kinds and counts", 1, function()
    for folder in session:folders() do assert(folder.name and folder.kind and folder.total) end
  end },
  { "the first page, 50 items of 8 fields", 1, function(folder)
    assert.equal(50, #folder:query({ fields = FIELDS, limit = 50 }):all())
  end, function() return session:folder "Lots" end },
  { "1,000 items of 8 fields, chained", 2, function(folder)
    assert.equal(1000, #folder:query({ fields = FIELDS }):all())
  end, function() return session:folder "Lots" end },
  { "a message with text, html, small attachments", 2, read_whole,
    function() return message().id end },
  { "send: 3 recipients with addresses, 20 KiB attachment", 1, function()
    session:send { to = { ANNA, BERT }, cc = "c@example.org", subject = "x", text = "hello",
      attachments = { { name = "a.bin", data = LARGE } } }
  end },
  { "send to a bare name", 3, function() session:send { to = "Bert", subject = "x" } end },
  { "mark 1,000 known items read", 1, function(query)
    all_ok(query:update { unread = false }, 1000)
  end, function() return known(1000) end },
  { "move 1,000 known items", 1, function(query)
    all_ok(query:move(session.trash), 1000)
  end, function() return known(1000) end },
  { "copy 1,000 known items", 1, function(query)
    all_ok(query:copy(session.trash), 1000)
  end, function() return known(1000) end },
  { "delete 1,000 known items", 1, function(query)
    all_ok(query:delete(), 1000)
  end, function() return known(1000) end },
  { "the same of a query: and one to find them", 2, function(folder)
    all_ok(folder:query():move(session.trash), 1000)
  end, function() return session:folder "Lots" end },
  { "new ids of 100, on request: both folders are read", 4, function(query)
    for _, result in ipairs(query:move(session.trash, { ids = true })) do
      assert.is_string(result.new_id)
    end
  end, function() return known(100) end },
  { "update other fields of 1,000 items", 4, function(query)
    all_ok(query:update { importance = "high" }, 1000)
  end, function() return known(1000) end },
  { "create 100 messages of up to 1.5 KB", 5, function(folder)
    all_ok(folder:create_all(drafts(100)), 100)
  end, function() return session:folder "Lots", session.drafts.id end },
})

rows("a session", {
  { "well-known folders of the logon", 0, function()
    return session.inbox.id, session.sent.id, session.outbox.id, session.trash.id,
      session.root.id
  end },
  { "the other well-known folders, once", 2, function()
    return session.drafts.id, session.calendar.id, session.contacts.id, session.junk.id
  end },
  { "counts of a folder", 1, function() return session.inbox.total, session.inbox.unread end },
  { "another mailbox", 3, function() session:mailbox(ANNA) end },
  { "close", 1, function(other) other:close() end, function()
    return satchel.connect(options())
  end },
})

rows("folders", {
  { "create", 1, function() session.root:create_folder "A" end },
  { "a path: one for each name", 2, function()
    session:folder "Inbox/Old"
    session:folder "Lots"
  end },
  { "a path that is created: one to see that, one for each name", 4, function()
    session:folder("A/B/C", { create = true })
  end },
  { "rename", 1, function(folder) folder:rename "B" end,
    function() return session:folder "Lots" end },
  { "move", 2, function(folder) folder:move(session.root) end,
    function() return session:folder "Inbox/Old" end },
  { "copy", 2, function(folder) assert.equal("Old", folder:copy(session.root).name) end,
    function() return session:folder "Inbox/Old" end },
  { "delete", 2, function(folder) folder:delete() end,
    function() return session:folder "Inbox/Old" end },
  { "delete for good", 2, function(folder) folder:delete { hard = true } end,
    function() return session:folder "Inbox/Old" end },
  { "empty for good", 1, function() session.inbox:empty { hard = true } end },
  { "empty to the trash: its folders, its items", 4, function() session.inbox:empty() end },
})

rows("queries", {
  { "count", 1, function() session.inbox:query({ where = { unread = true } }):count() end },
  { "exists", 1, function() session.inbox:query({ where = { unread = true } }):exists() end },
  { "first", 1, function() session.inbox:query({ where = { unread = true } }):first() end },
  { "ids", 1, function() session.inbox:query():ids() end },
})

rows("an item", {
  { "get", 1, function(id) return session.inbox:get(id).subject end,
    function() return message().id end },
  { "fields that were not asked for", 1, function(item)
    return item.text, item.html, item.to, item.categories
  end, function() return message() end },
  { "headers", 1, function(item) return item.headers end, message },
  { "the attachments of a message that was read", 1, function(item)
    for _, each in ipairs(item.attachments) do assert.equal(each.size, #each:read()) end
  end, function()
    local item = message()
    return item.text and item
  end },
  { "update, saved and read again", 1, function(item) item:update { subject = "x" } end, message },
  { "update of unread", 1, function(item) item:update { unread = false } end, message },
  { "update of both", 1, function(item)
    item:update { unread = false, flagged = true, categories = { "A" } }
  end, message },
  { "update of all recipients", 1, function(item)
    item:update { to = { BERT }, cc = {}, bcc = {} }
  end, message },
  { "update of some recipients", 2, function(item) item:update { cc = { BERT } } end, message },
  { "assign and save", 1, function(item)
    item.subject = "x"
    item:save()
  end, message },
  { "attach", 1, function(item) item:attach { name = "c.txt", data = "c" } end, message },
  { "attach 20 KiB", 1, function(item) item:attach { name = "c.bin", data = LARGE } end, message },
  { "attach another item", 1, function(items) items[1]:attach { item = items[2] } end,
    function() return { message(0), message(1) } end },
  { "remove an attachment", 1, function(item) item.attachments[1]:delete() end, function()
    local item = message()
    return item.attachments and item
  end },
  { "a property", 1, function(item) return item.props.PidTagImportance end, message },
  { "a named property, the first time", 2, function(item)
    return item.props[satchel.named("PSETID_Task", 0x8105, "Time")]
  end, message },
  { "a property assigned", 1, function(item)
    item.props.PidTagImportance = 2
    item:save()
  end, message },
  { "reload", 1, function(item) item:reload() end, message },
  { "move, the new id untouched", 1, function(item) item:move(session.trash) end, message },
  { "move, and its new id", 2, function(item) return item:move(session.trash).id end, message },
  { "copy", 1, function(item) item:copy(session.trash) end, message },
  { "delete", 1, function(item) item:delete() end, message },
  { "delete for good", 1, function(item) item:delete { hard = true } end, message },
})

rows("writing", {
  { "a draft", 1, function() session.drafts:create { subject = "x", to = BERT, text = "y" } end,
    function() return session.drafts end },
  { "a draft, and sending it", 2, function()
    session.drafts:create({ subject = "x", to = BERT, text = "y" }):send()
  end, function() return session.drafts end },
  { "a reply to what was read", 1, function(item) item:reply { text = "y" } end, function()
    local item = message()
    return session.drafts and item.text and item
  end },
  { "a reply to what was not", 2, function(item) item:reply { text = "y" } end, function()
    return session.drafts and message()
  end },
  { "sending a reply, and marking what it answers", 2, function(draft) draft:send() end,
    function() return message():reply { text = "y" } end },
  { "forwarding with attachments", 2, function(item) item:forward { to = BERT } end, function()
    return session.drafts and message()
  end },
  { "an item with another inside", 1, function(item)
    session.inbox:create { subject = "x", attachments = { { item = item }, item.attachments[1] } }
  end, function()
    local item = message()
    return session.drafts and item.attachments and item
  end },
  { "the copy in Sent: only when it is touched", 1, function(sent) return sent.item.id end,
    function() return session:send { to = BERT, subject = "x" } end },
})
