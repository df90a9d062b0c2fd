-- Queries: what the server finds is what `satchel.match` finds in the items
-- themselves, for every field and operator.

local satchel = require "satchel"
local field = require "satchel.field"
local matches = require "satchel.match"
local where = require "satchel.where"

local NOON <const> = 1735732800 -- 2025-01-01T12:00:00Z

-- messages that differ in every field a query can ask for
local function drafts()
  local importances = { "low", "normal", "high" }
  local privacy = { "normal", "personal", "private", "confidential" }
  local list = {}
  for i = 0, 23 do
    list[i + 1] = {
      subject = i % 6 ~= 5 and ("%s %02d"):format(({ "Invoice", "report", "RE: invoice",
        "Größe", "Hello World" })[i % 5 + 1], i) or nil,
      text = i % 4 ~= 3 and
        ("body %d with %s in it"):format(i, i % 3 == 0 and "Needle" or "hay") or nil,
      from = i % 7 ~= 6 and { name = i % 2 == 0 and "Anna Boss" or nil,
        email = ("anna%d@one.test"):format(i % 3) } or nil,
      to = { { name = "Bob", email = ("bob%d@two.test"):format(i % 4) } },
      cc = i % 3 == 0 and { { name = "Carl Copy", email = "carl@three.test" } } or nil,
      received = NOON + i * 3600, sent = NOON + i * 3600 - 60,
      unread = i % 2 == 0, flagged = i % 5 == 0, importance = importances[i % 3 + 1],
      sensitivity = privacy[i % 4 + 1], answered = i % 8 == 0,
      categories = i % 3 == 1 and { "Blue", i % 2 == 0 and "Red Cross" or "Green" } or nil,
      message_id = ("<%d@ids.test>"):format(i),
      in_reply_to = i % 4 == 0 and "<parent@ids.test>" or nil,
      references = i % 4 == 0 and { "<root@ids.test>", ("<ref%d@ids.test>"):format(i) } or nil,
      attachments = i % 6 == 0 and { { name = "a.txt", data = ("x"):rep(i * 200) } } or nil,
      draft = i % 9 == 8,
    }
  end
  return list
end

local o = satchel

local clauses = {
  { subject = o.contains "invoice" }, { subject = o.contains "INVOICE 0" },
  { subject = o.prefix "re" }, { subject = o.prefix "RE: " }, { subject = "hello world 04" },
  { subject = o.contains "Größe" }, { subject = o.exists(false) }, { subject = o.exists() },
  { subject = o.contains "nothing like it" }, { class = "IPM.Note" },
  { class = o.prefix "ipm." }, { kind = "message" }, { kind = "contact" },
  { text = o.contains "needle" }, { text = o.exists(false) }, { text = o.contains "hay in" },
  { from = o.contains "anna" }, { from = o.contains "BOSS" }, { from = "anna1@one.test" },
  { from = "anna boss" }, { from = o.prefix "anna2" }, { from = o.exists(false) },
  { from = o.contains "Boss <anna0" }, { sender = o.contains "one.test" },
  { to = o.contains "bob2" }, { to = "Bob" }, { to = "bob1@two.test" },
  { to = o.contains "carl" }, { cc = o.contains "carl" }, { cc = o.exists() },
  { cc = o.exists(false) }, { bcc = o.exists() },
  { received = o.since(NOON + 7200) }, { received = o.before(NOON + 7200) },
  { received = o.between(NOON + 3600, NOON + 7200) }, { received = NOON + 3600 },
  { received = o.since "2025-01-01T20:00:00Z" }, { sent = o.before(NOON) },
  { sent = o.exists() }, { modified = o.since "2024-01-01" }, { modified = o.before "2024-01-01" },
  { size = o.larger(2500) }, { size = o.smaller(2500) }, { size = o.between(1, 1 << 30) },
  { unread = true }, { unread = false }, { flagged = true }, { flagged = false },
  { answered = true }, { answered = false }, { draft = true }, { draft = false },
  { has_attachments = true }, { has_attachments = false },
  { importance = "high" }, { importance = "normal" }, { sensitivity = "private" },
  { sensitivity = "normal" }, { categories = "Blue" }, { categories = "red cross" },
  { categories = o.contains "cross" }, { categories = o.prefix "gr" },
  { categories = o.exists() }, { categories = o.exists(false) },
  { message_id = "<3@ids.test>" }, { message_id = o.contains "@ids" },
  { in_reply_to = "<parent@ids.test>" }, { in_reply_to = o.exists(false) },
  { references = "<root@ids.test>" }, { references = o.contains "ref8" },
  { references = o.contains "ids.test> <ref" },
  { anywhere = "needle" }, { anywhere = "carl" }, { anywhere = "Größe" },
  { PidTagImportance = 2 }, { PidTagSubject = o.contains "report" },
  { [0x0E080003] = o.larger(2500) }, { PidNameKeywords = o.contains "blue" },
  { unread = true, flagged = true },
  { unread = true, o.any { flagged = true, importance = "high" } },
  { o.none { unread = true, subject = o.contains "report" } },
  { o.all { o.any { { unread = true, importance = "low" }, { answered = true } } } },
  { o.any { kind = "contact", flagged = true } }, { o.none { to = o.contains "bob1" } },
}

local function title(clause)
  local parts = {}
  for k, v in pairs(clause) do
    local shown = type(v) == "table" and getmetatable(v) == nil and "{…}" or tostring(v)
    parts[#parts + 1] = ("%s = %s"):format(tostring(k), shown)
  end
  table.sort(parts)
  return table.concat(parts, ", ")
end

-- all that an item holds, as `satchel.match` takes it
local function record_of(item)
  local record = { id = item.id, html = item.html }
  record.props = setmetatable({}, { __index = function(_, key)
    return field.is_property(key) and item.props[key] or nil
  end })
  local names = {}
  for name, row in pairs(field.rows) do
    if row.where ~= false then names[#names + 1] = name end
  end
  table.sort(names)
  for _, name in ipairs(names) do record[name] = item[name] end
  return record
end

local function sorted(list)
  table.sort(list)
  return list
end

---@param _ENV table
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("where on " .. peer.name, function()
    local session, folder, items, records

    setup(function()
      session = peer.connect(1)
      pcall(function() session:folder("satchel where"):delete { hard = true } end)
      folder = session.root:create_folder "satchel where"
      for _, result in ipairs(folder:create_all(drafts())) do
        assert.is_true(result.ok, result.error)
      end
      items = folder:query({}):all()
      records = {}
      for i, item in ipairs(items) do records[i] = record_of(item:reload()) end
    end)

    teardown(function()
      folder:delete { hard = true }
      session:close()
    end)

    for _, clause in ipairs(clauses) do
      it(title(clause), function()
        local tree, expected = where.compile(clause), {}
        for _, record in ipairs(records) do
          if matches(tree, record) then expected[#expected + 1] = record.id end
        end
        local found = folder:query({ where = clause }):ids()
        assert.same(sorted(expected), sorted(found))
        assert.equal(#expected, folder:query({ where = clause }):count())
      end)
    end

    it("finds the same when the client judges, too", function()
      local clause = { subject = o.contains "invoice", unread = true }
      local found = folder:query({ where = clause, exact = true }):ids()
      assert.same(sorted(folder:query({ where = clause }):ids()), sorted(found))
    end)

    for _, order in ipairs { "received", "-received", "subject", "-size", "importance",
      "-unread", "flagged", "from", "to", "-modified", "sent", "has_attachments", "class" } do
      it("sorts by " .. order, function()
        local list = folder:query({ order = { order, "received" } }):all()
        assert.equal(#items, #list)
        local name = order:match "%a[%w_]*"
        if name == "received" or name == "size" or name == "sent" then
          for i = 2, #list do
            local a, b = list[i - 1][name], list[i][name]
            assert.is_true(order == name and a <= b or order ~= name and a >= b)
          end
        end
      end)
    end

    it("counts and cuts with limit and offset", function()
      local all = folder:query({ order = "received" }):ids()
      local some = folder:query({ order = "received", limit = 5, offset = 3 }):ids()
      assert.same({ table.unpack(all, 4, 8) }, some)
      assert.equal(5, folder:query({ limit = 5, offset = 3 }):count())
      assert.equal(1, folder:query({ limit = 5, offset = #all - 1 }):count())
      assert.is_nil(folder:query({ offset = #all }):first())
      local picked = folder:query({ where = { kind = "message" }, order = "received",
        limit = 2, offset = 1 }):ids()
      assert.same({ all[2], all[3] }, picked)
    end)
  end)
end
