-- What each verb costs on IMAP: times that an answer is waited for, counted on a Dovecot
-- with all its extensions.  A number may go down, never up.  The table is printed.

local peers = require "support.mail_peers"
local satchel = require "satchel"

local LARGE <const> = ("0123456789abcdef"):rep(1280) -- 20 KiB
local FIELDS <const> = { "subject", "from", "received", "size", "unread", "flagged",
  "importance", "class" }

local session, lots, few
local board = {}

local function drafts(n, more)
  local list = {}
  for i = 1, n do
    list[i] = { subject = "Message " .. i, text = ("x"):rep(450), from = "s@example.org" }
    for k, v in pairs(more or {}) do list[i][k] = v end
  end
  return list
end

local function all_ok(results, n)
  assert.equal(n, #results)
  for _, result in ipairs(results) do assert.is_true(result.ok, tostring(result.error)) end
end

local function fresh(name)
  pcall(function() session:folder(name):delete { hard = true } end)
  return session:folder(name, { create = true })
end

setup(function()
  session = peers.imap.connect(1)
  lots, few = fresh "Round trips", fresh "Few round trips"
  all_ok(lots:create_all(drafts(1000, { unread = true })), 1000)
  all_ok(few:create_all(drafts(20, { text = "plain", html = "<b>rich</b>", attachments = {
    { name = "a.txt", data = "small" }, { name = "b.bin", data = LARGE } } })), 20)
end)

teardown(function()
  lots:delete { hard = true }
  few:delete { hard = true }
  session.trash:empty { hard = true }
  session:close()
  print(("\n%-60s %8s %8s"):format("round trips on IMAP", "promised", "counted"))
  for _, row in ipairs(board) do print(("%-60s %8d %8d"):format(table.unpack(row))) end
end)

local function known(folder, n)
  return folder:query { ids = folder:query({ limit = n }):ids() }
end

local function message() return few:query({ limit = 1, fields = { "subject" } }):first() end

-- rows of { what it is, round trips, verb, what it needs }
local function rows(title, list)
  describe(title, function()
    for _, row in ipairs(list) do
      local what, promised, verb, prepare = table.unpack(row, 1, 4)
      it(("takes %d: %s"):format(promised, what), function()
        local world = prepare and prepare()
        local before = session.imap.round_trips
        verb(world)
        local counted = session.imap.round_trips - before
        board[#board + 1] = { what, promised, counted }
        assert.equal(promised, counted)
      end)
    end
  end)
end

rows("a session on IMAP", {
  { "the inbox", 0, function() return session.inbox.id end },
  { "the other well-known folders, once", 1, function()
    return session.sent.id, session.drafts.id, session.trash.id
  end, function() session._.store:driver().roles = nil end },
  { "all folders with names, kinds and counts", 1, function()
    for folder in session:folders() do assert(folder.name and folder.kind and folder.total) end
  end },
  { "counts of a folder", 1, function() return session.inbox:reload().total end },
})

rows("a first page on IMAP", {
  { "open a folder by its path, and its first 50 items", 3, function()
    assert.equal(50, #session:folder("Round trips"):query({ fields = FIELDS, limit = 50 }):all())
  end, function() session.inbox:query():count() end },
  { "the same of an open folder", 2, function()
    assert.equal(50, #lots:query({ fields = FIELDS, limit = 50 }):all())
  end },
  { "the newest 50", 2, function()
    assert.equal(50, #lots:query({ fields = FIELDS, order = "-received", limit = 50 }):all())
  end },
  { "1,000 items of 8 fields, read ahead", 4, function()
    assert.equal(1000, #lots:query({ fields = FIELDS }):all())
  end },
})

rows("queries on IMAP", {
  { "count", 1, function() lots:query({ where = { unread = true } }):count() end },
  { "exists", 1, function() lots:query({ where = { unread = true } }):exists() end },
  { "first", 1, function() lots:query({ where = { unread = true } }):first() end },
  { "ids", 1, function() lots:query():ids() end },
})

rows("an item on IMAP", {
  { "a message with text, html, small attachments: text and html", 2, function(id)
    local item = few:get(id)
    return item.text, item.html
  end, function() return message().id end },
  { "each of its attachments", 1, function(item) return item.attachments[1]:read() end,
    function()
      local item = few:get(message().id)
      return #item.attachments == 2 and item
    end },
  { "headers", 1, function(item) return item.headers end, message },
  { "flags", 1, function(item) item:update { unread = true, flagged = true } end, message },
  { "categories, and a look at what is left of the old", 2, function(item)
    item:update { categories = { "Red" } }
  end, message },
  { "another subject: read, stored, the old one removed", 3, function(item)
    item:update { subject = "x" }
  end, function()
    few:create { subject = "w", categories = "Red" } -- whether APPEND keeps them is known now
    return message()
  end },
  { "another text, two attachments kept: read, its structure, stored, removed", 4,
    function(item) item:update { text = "x" } end, message },
  { "delete for good", 1, function(item) item:delete { hard = true } end, message },
  { "create", 1, function() few:create { subject = "x" } end },
})

rows("1,000 items on IMAP", {
  { "mark 1,000 known items read", 1, function(query)
    all_ok(query:update { unread = false }, 1000)
  end, function() return known(lots, 1000) end },
  { "copy 1,000 known items", 1, function(query)
    all_ok(query:copy(session.trash), 1000)
  end, function() return known(lots, 1000) end },
  { "move 100 known items, with their new ids", 1, function(query)
    for _, result in ipairs(query:move(session.trash, { ids = true })) do
      assert.is_string(result.new_id)
    end
  end, function() return known(lots, 100) end },
  { "the same of a query: and one to find them", 2, function()
    all_ok(lots:query({ limit = 100 }):delete(), 100)
  end },
  { "delete 500 known items for good", 1, function(query)
    all_ok(query:delete { hard = true }, 500)
  end, function() return known(lots, 500) end },
  { "create 100 messages", 1, function() all_ok(lots:create_all(drafts(100)), 100) end },
  { "import 100 messages", 1, function()
    local list = {}
    for i = 1, 100 do list[i] = { mime = ("Subject: %d\r\n\r\nbody\r\n"):format(i) } end
    all_ok(lots:import_all(list), 100)
  end },
})

rows("folders on IMAP", {
  { "create", 1, function() lots:create_folder "A" end },
  { "rename", 1, function(folder) folder:rename "B" end, function() return lots:folder "A" end },
  { "move", 1, function(folder) folder:move(few) end, function() return lots:folder "B" end },
  { "copy one without folders in it", 4, function(folder) folder:copy(lots, "C") end,
    function() return few:folder "B" end },
  { "delete into the trash: its names are looked at", 2, function(folder) folder:delete() end,
    function() return few:folder "B" end },
  { "delete for good", 2, function(folder) folder:delete { hard = true } end,
    function() return lots:folder "C" end },
})

rows("sending from IMAP", {
  { "the copy of a sent message", 1, function(_)
    session:send { to = { peers.imap.user(1), peers.imap.user(2) }, cc = "carol@example.test",
      subject = "Round trip", text = "x" }
  end, function()
    session:send { to = peers.imap.user(2), subject = "Round trip", text = "x" }
  end },
})

teardown(function()
  for _, n in ipairs { 1, 2 } do
    local one <close> = peers.imap.connect(n)
    satchel.sleep(0.5)
    for _, folder in ipairs { one.inbox, one.sent } do
      folder:query({ where = { subject = "Round trip" } }):delete { hard = true }
    end
  end
end)
