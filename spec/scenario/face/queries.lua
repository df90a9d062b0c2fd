-- Asking: what is found, in which order, how many.

local assert = require "luassert"
local satchel = require "satchel"

return function(_ENV, face) -- luacheck: ignore 212/_ENV
  local o, new_year = satchel, face.new_year

  setup(function()
    face:place "queries"
    local drafts = {}
    for i = 1, 120 do
      drafts[i] = { subject = "n" .. i, unread = i % 2 == 0, text = "body " .. i .. " end",
        from = i % 10 == 0 and "Boss <boss@x.test>" or "bob@x.test", to = "anna@x.test",
        sent = new_year + i * 60, received = new_year + i * 60,
        importance = i % 3 == 0 and "high" or nil, categories = i % 4 == 0 and { "Red" } or nil,
        flagged = i % 5 == 0 }
    end
    drafts[7].subject = "n7 Größe"
    face:put(drafts)
  end)

  teardown(function() face:leave() end)

  for _, case in ipairs {
    { 120, {}, false }, { 1, { subject = "N5" }, false },
    { 32, { subject = o.contains "N1" }, false }, { 11, { subject = o.prefix "n9" }, false },
    { 1, { subject = o.contains "Größe" }, false },
    { 12, { from = o.contains "boss@" }, false }, { 12, { from = "boss@x.test" }, false },
    { 120, { to = o.contains "anna@" }, false }, { 0, { to = o.contains "zoe" }, false },
    { 31, { sent = o.since(new_year + 90 * 60) }, false },
    { 9, { sent = o.before(new_year + 10 * 60) }, false },
    { 2, { sent = o.between(new_year + 60, new_year + 120) }, false },
    { 0, { size = o.larger(10000000) }, false }, { 120, { size = o.smaller(10000000) }, false },
    { 40, { importance = "high" }, false }, { 80, { importance = "normal" }, false },
    { 120, { has_attachments = false }, false }, { 120, { kind = "message" }, false },
    { 1, { text = o.contains "body 42 " }, false }, { 1, { anywhere = "body 42 " }, false },
    { 12, { anywhere = "boss@" }, false },
    { 32, { subject = o.contains "N1", exact = true }, false },
    { 2, o.any { subject = "n1", { subject = "n2" } }, false },
    { 108, o.none { from = o.contains "boss@" }, false },
    { 31, { received = o.since(new_year + 90 * 60) }, false },
    { 2, { received = o.between(new_year + 60, new_year + 120) }, false },
    { 60, { unread = true }, "flags" }, { 60, { unread = false }, "flags" },
    { 24, { flagged = true }, "flags" }, { 96, { flagged = false }, "flags" },
    { 60, o.none { unread = true }, "flags" },
    { 20, { unread = true, importance = "high" }, "flags" },
    { 0, { unread = true, flagged = true, o.none { from = o.contains "boss@" } }, "flags" },
    { 30, { categories = "Red" }, "categories" },
    { 90, { categories = o.exists(false) }, "categories" },
    { 30, { categories = o.exists() }, "categories" },
    { 40, { PidTagImportance = 2 }, "props" },
  } do
    local wanted, where, feature = table.unpack(case)
    local names = {}
    for k, v in pairs(where) do
      names[#names + 1] = type(k) == "string" and k .. " " .. tostring(v) or "…"
    end
    table.sort(names)
    local row = feature and "query: " .. feature or "query: content"
    face:behaviour(row, feature, ("finds %d (%s)"):format(wanted, table.concat(names, ", ")),
      function()
        local query = face.folder:query { where = where }
        assert.equal(wanted, query:count())
        assert.equal(wanted, #query:ids())
        assert.equal(wanted > 0, query:exists())
      end)
  end

  face:behaviour("query: order, limit, offset", false, "sorts, limits and offsets", function()
    local function subjects(opts)
      local list = {}
      for item in face.folder:items(opts) do list[#list + 1] = item.subject end
      return table.concat(list, " ")
    end
    assert.equal("n120 n119 n118", subjects { order = "-sent", limit = 3 })
    assert.equal("n2 n3", subjects { order = "sent", limit = 2, offset = 1 })
    assert.equal("n100 n90", subjects { where = { from = o.contains "boss@" },
      order = { "-sent" }, limit = 2, offset = 2 })
    assert.equal("n1 n10 n100", subjects { order = "subject", limit = 3 })
    assert.equal(120, select(2, subjects({ order = { "importance", "-sent" } }):gsub("n", "")))
  end)

  face:behaviour("query: fields of a page", false, "brings the fields asked for", function()
    local fields = { "subject", "from", "sent", "size", "importance", "has_attachments" }
    local native = face.session.mapi or face.session.imap
    face.folder:query({ limit = 1 }):all()
    local trips = native and native.round_trips
    local page = face.folder:query({ fields = fields, limit = 50 }):all()
    if trips then assert.is_true(native.round_trips - trips <= 3) end
    assert.equal(50, #page)
    trips = native and native.round_trips
    for _, item in ipairs(page) do
      assert.is_truthy(item.subject and item.from and item.sent and item.size)
    end
    if trips then assert.equal(trips, native.round_trips) end
  end)
end
