-- 10,000 messages and an attachment of 25 MiB on a real server: read in few
-- requests, asked with each operator, carried out and back without loss.
local core = require "satchel.core"
local live = require "support.live"
local satchel = require "satchel"

local MANY <const> = 10000
local FIRST <const> = 1700000000

describe("a large mailbox", function()
  local session, folder

  setup(function()
    session = live.connect(1)
    folder = session:folder("satchel large", { create = true })
    if folder.total ~= MANY then
      folder:empty { hard = true }
      local i = 0
      folder:create_all(function()
        i = i + 1
        if i > MANY then return nil end
        return { subject = ("message %05d of %s"):format(i, i % 10 == 0 and "ten" or "many"),
          text = "body " .. i, from = { name = "P" .. i % 7, email = i % 7 .. "@one.test" },
          received = FIRST + i, unread = i % 2 == 0, flagged = i % 4 == 0,
          importance = i % 5 == 0 and "high" or nil, categories = i % 20 == 0 and "Blue" or nil }
      end)
      folder:reload()
    end
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

  it("is there", function() assert.equal(MANY, folder.total) end)

  it("is read with 8 fields in 12 round trips", function()
    local n, seen = 0, {}
    assert.is_true(trips(function()
      for item in folder:items { fields = { "subject", "from", "received", "size", "unread",
        "flagged", "importance", "has_attachments" } } do
        n = n + 1
        seen[item.id] = true
      end
    end) <= 12)
    assert.equal(MANY, n)
    local distinct = 0
    for _ in pairs(seen) do distinct = distinct + 1 end
    assert.equal(MANY, distinct)
  end)

  local counts = {
    { { subject = satchel.contains "of TEN" }, MANY / 10 },
    { { subject = satchel.prefix "message 0000" }, 9 },
    { { subject = "message 00010 of ten" }, 1 },
    { { received = satchel.since(FIRST + 9000) }, 1001 },
    { { received = satchel.before(FIRST + 101) }, 100 },
    { { received = satchel.between(FIRST + 1, FIRST + 10) }, 10 },
    { { size = satchel.larger(1) }, MANY }, { { size = satchel.smaller(1) }, 0 },
    { { categories = satchel.exists() }, MANY / 20 }, { { categories = "Blue" }, MANY / 20 },
    { { from = satchel.contains "3@one" }, 1429 }, { { unread = true }, MANY / 2 },
    { { flagged = true, unread = true }, MANY / 4 },
    { { satchel.any { flagged = true, importance = "high" } }, 4000 },
    { { satchel.none { unread = true } }, MANY / 2 },
    { { satchel.all { { unread = true }, { importance = "high" } } }, MANY / 10 },
  }
  for i, case in ipairs(counts) do
    it("counts what clause " .. i .. " finds", function()
      assert.equal(case[2], folder:query({ where = case[1] }):count())
    end)
  end

  it("is ordered on the server", function()
    local first = folder:query({ order = "-received" }):first()
    assert.equal(FIRST + MANY, first.received)
    local page = folder:query({ order = { "flagged", "-received" }, offset = 10, limit = 3 }):all()
    assert.equal(3, #page)
  end)

  it("moves 5,000 and back", function()
    local target = folder:create_folder "half"
    for _, result in ipairs(folder:query({ where = { unread = true } }):move(target)) do
      assert.is_true(result.ok)
    end
    assert.equal(MANY / 2, target:reload().total)
    for _, result in ipairs(target:query({}):move(folder)) do assert.is_true(result.ok) end
    assert.equal(MANY, folder:reload().total)
    target:delete { hard = true }
  end)

  it("sends 25 MiB with all else and reads it back equal", function()
    local other <close> = live.connect(2)
    local title = "satchel-large " .. os.time()
    local piece = core.text.random and core.text.random(65536) or ("\1\2\3\4"):rep(16384)
    local pieces = {}
    for i = 1, 400 do pieces[i] = piece end
    local data = table.concat(pieces)
    session:send { to = live.user(2), subject = title, text = "plain",
      html = "<p>Größe <img src='cid:p@x'></p>", attachments = {
        { name = "big.bin", data = data },
        { name = "p.png", data = "\x89PNG" .. piece:sub(1, 500), content_id = "p@x" },
        { item = { subject = "inner", text = "in it" } } } }
    local got
    for _ = 1, 300 do
      got = other.inbox:query({ where = { subject = title } }):first()
      if got then break end
      satchel.sleep(0.2)
    end
    assert.is_truthy(got, "it did not arrive")
    got:reload()
    assert.truthy(got.html:find("Größe", 1, true))
    local found = {}
    for _, attachment in ipairs(got.attachments) do found[attachment.name or "?"] = attachment end
    assert.equal(core.text.sha256(data), core.text.sha256(found["big.bin"]:read()))
    assert.equal("\x89PNG" .. piece:sub(1, 500), found["p.png"]:read())
    assert.equal("inner", got.attachments[3]:item().subject)
    got:delete { hard = true }
    session.sent:query({ where = { subject = title } }):delete { hard = true }
  end)
end)
