-- What each verb costs by IMAP and SMTP: times that an answer is waited for, counted on a
-- Dovecot and a Postfix with all their extensions.  A number may go down, never up.  The
-- table is printed.

local peers = require "support.mail_peers"
local satchel = require "satchel"
local servers = require "support.mail_servers"

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
  print(("\n%-64s %8s %8s"):format("round trips by IMAP and SMTP", "promised", "counted"))
  for i, row in ipairs(board) do
    if i == 1 or board[i - 1].title ~= row.title then print(row.title) end
    print(("  %-62s %8d %8d"):format(table.unpack(row)))
  end
end)

local function known(folder, n)
  return folder:query { ids = folder:query({ limit = n }):ids() }
end

local function message() return few:query({ limit = 1, fields = { "subject" } }):first() end

local function by_imap(verb, world)
  local before = session.imap.round_trips
  verb(world)
  return session.imap.round_trips - before
end

-- the verb itself tells how many it took
local function as_told(verb, world) return verb(world) end

-- rows of { what it is, round trips (or a function that knows), verb, what it needs },
-- counted by `counting`
local function rows(title, list, counting)
  describe(title, function()
    for _, row in ipairs(list) do
      local what, promised, verb, prepare = table.unpack(row, 1, 4)
      it("takes what it promises: " .. what, function()
        if type(promised) == "function" then promised = promised() end
        local counted = (counting or by_imap)(verb, prepare and prepare())
        board[#board + 1] = { what, promised, counted, title = title }
        assert.equal(promised, counted)
      end)
    end
  end)
end

-- options of a session that sends alone, by "smtp", "smtps", …
local function sending(scheme)
  local postfix, user = servers.postfix(), peers.imap.user(1)
  local plain = scheme == "plain"
  return { url = postfix.url(scheme), user = user, password = not plain and servers.users[user]
    or nil, tls = not plain and { ca = postfix.ca }, proxy = false }
end

local function log_on(scheme)
  return function()
    local one <close> = satchel.connect(sending(scheme))
    return one.smtp.round_trips
  end
end

rows("logging on", {
  { "log on by IMAP: TLS, SCRAM, what the server has", 6, function()
    local one <close> = peers.imap.connect(1)
    return one.imap.round_trips
  end },
  { "log on by SMTP: EHLO, STARTTLS, EHLO, SCRAM", 7, log_on "submission" },
  { "log on by SMTP, TLS from the first byte: EHLO, SCRAM", 5, log_on "smtps" },
}, as_told)

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
  { "another subject: read, stored, the old one removed", function()
    return session.imap:has "REPLACE" and 2 or 3
  end, function(item) item:update { subject = "x" } end, function()
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

-- Sending -------------------------------------------------------------------------

local sent = 0

local function to_three(more)
  sent = sent + 1
  local fields = { to = { peers.imap.user(1), peers.imap.user(2) }, cc = "carol@example.test",
    subject = "Round trip", text = "x", attachments = { { name = "b.bin", data = LARGE } } }
  for name, value in pairs(more or {}) do fields[name] = value end
  return fields
end

local function send(options)
  return function()
    local one <close> = satchel.connect(options())
    local before = one.smtp.round_trips
    one:send(to_three())
    return one.smtp.round_trips - before
  end
end

rows("sending by SMTP", {
  { "send to three, 20 KiB attached, by SMTP (PIPELINING, CHUNKING)", 2,
    send(function() return sending "submission" end) },
  { "the same without CHUNKING", 3, send(function() return sending "plain" end) },
  { "the same by LMTP", 3, send(function()
    return { url = servers.dovecot().url "lmtp", user = peers.imap.user(1), tls = false }
  end) },
}, as_told)

local function by_both(verb, world)
  local before = session.imap.round_trips + session.smtp.round_trips
  verb(world)
  return session.imap.round_trips + session.smtp.round_trips - before
end

local function draft() return session.drafts:create(to_three()) end

rows("sending from IMAP", {
  { "send to three from IMAP: by SMTP 2, the copy in Sent 1", 3, function()
    session:send(to_three())
  end, function() return session.sent end },
  { "the same without a copy", 2, function() session:send(to_three { save = false }) end },
  { "send a stored draft to three: by SMTP 2, by IMAP 4", 6, function(item) item:send() end,
    draft },
}, by_both)

teardown(function()
  for _, n in ipairs { 1, 2 } do
    local one <close> = peers.imap.connect(n)
    local ours = one.inbox:query { where = { subject = "Round trip" } }
    for _ = 1, 100 do -- what is still on its way
      if ours:count() >= sent then break end
      satchel.sleep(0.1)
    end
    ours:delete { hard = true }
    one.sent:query({ where = { subject = "Round trip" } }):delete { hard = true }
  end
end)
