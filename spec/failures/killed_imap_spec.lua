-- A Dovecot whose process is killed while it works for an IMAP session.  Whenever that
-- happens: what the objects say is what the mail files say; nothing is lost or there twice.

local dovecot = require "support.dovecot"
local satchel = require "satchel"

local ANNA <const>, PASSWORD <const> = "anna@example.test", "secret"
local MANY <const> = 2000

describe("an imap process that is killed", function()
  local server, session

  local function connect()
    return satchel.connect { url = server.url "imap", user = ANNA, password = PASSWORD,
      tls = false, proxy = false, timeout = 60 }
  end

  setup(function()
    server = dovecot.start { users = { [ANNA] = PASSWORD }, protocols = { "imap", "lmtp" } }
  end)

  teardown(function() server:stop() end)

  before_each(function() session = connect() end)
  after_each(function() session:close() end)

  -- runs fn while the process is killed so many seconds later
  local function killed_after(seconds, fn)
    local doing = satchel.spawn(function() return satchel.try(fn) end)
    local killing = satchel.spawn(function()
      satchel.sleep(seconds)
      server:kill "imap"
    end)
    killing:join()
    return doing:join()
  end

  -- fn begins with a server that hears nothing, and is killed before it does
  local function unheard(fn)
    assert.is_true(server:kill("imap", "STOP") > 0)
    return killed_after(0.1, fn)
  end

  local function filled(name, n)
    local folder = session:folder(name, { create = true })
    folder:empty { hard = true }
    local i = 0
    folder:create_all(function()
      i = i + 1
      if i <= n then return { subject = "n" .. i, text = "text " .. i } end
    end)
    return folder
  end

  local function subjects(name) return server.subjects(ANNA, name) end

  local function count(found)
    local n = 0
    for subject, times in pairs(found) do
      assert.equal(1, times, subject)
      n = n + 1
    end
    return n
  end

  describe("while a message is stored", function()
    local function big()
      return { subject = "big", attachments = { { name = "x.bin", data = ("x"):rep(15 << 20) } } }
    end

    it("gets it anew where not all of it had gone out", function()
      local folder = filled("Big", 0)
      local ok, item = unheard(function() return folder:create(big()) end)
      assert.is_true(ok, tostring(item))
      assert.equal(1, count(subjects "Big"))
      assert.equal(15 << 20, #item.attachments[1]:read())
    end)

    it("is told of by an error where it cannot be read again", function()
      filled("Big", 0)
      local left, piece = 20 << 20, ("x"):rep(65536)
      local ok, err = satchel.try(session.imap.append, session.imap, "Big", { size = left,
        read = function(n)
          if left == 10 << 20 then server:kill "imap" end
          left = left - math.min(n, #piece)
          return piece:sub(1, n)
        end })
      assert.is_false(ok)
      assert.equal("network", err.kind, tostring(err))
      assert.is_nil(err.uncertain)
      assert.equal(0, count(subjects "Big"))
    end)

    for _, seconds in ipairs { 0.01, 0.04 } do
      it(("of 200, after %g s"):format(seconds), function()
        local folder, drafts = filled("Two hundred", 0), {}
        for i = 1, 200 do drafts[i] = { subject = "d" .. i, text = ("x\n"):rep(4000) } end
        local ok, results = killed_after(seconds, function() return folder:create_all(drafts) end)
        if not ok then
          assert.matches("^create: folder 'Two hundred': ", results.message)
          results = results.results
        end
        assert.equal(200, #results)
        local found = subjects "Two hundred"
        count(found)
        for i, result in ipairs(results) do
          if result.ok then
            assert.equal(1, found["d" .. i])
          elseif not result.error.uncertain then
            assert.is_nil(found["d" .. i])
          end
        end
      end)
    end

    it("of 200, as the list is read", function()
      local folder, i = filled("Two hundred", 0), 0
      folder:create_all(function()
        i = i + 1
        if i % 90 == 0 then server:kill "imap" end
        if i <= 200 then return { subject = "d" .. i, text = "x" } end
      end)
      assert.equal(200, count(subjects "Two hundred"))
    end)
  end)

  describe("as " .. MANY, function()
    local function all_of(a, b)
      local in_a, in_b = subjects(a), subjects(b)
      assert.equal(MANY, count(in_a) + count(in_b))
      for subject in pairs(in_a) do assert.is_nil(in_b[subject], subject) end
      return in_a, in_b
    end

    it("are read goes unnoticed", function()
      local folder = filled("Many", MANY)
      local seen, n = {}, 0
      for item in folder:items { fields = { "subject", "text" } } do
        n = n + 1
        seen[item.subject] = item.text
        if n == 450 or n == 1350 then server:kill "imap" end
      end
      assert.equal(MANY, n)
      for i = 1, MANY do assert.matches("^text " .. i, seen["n" .. i]) end
    end)

    it("are to be moved leaves them where they were", function()
      local folder, target = session:folder "Many", session:folder("Moved", { create = true })
      local ids = folder:query():ids()
      local ok, err = unheard(function() return folder:query({ ids = ids }):move(target) end)
      assert.is_false(ok)
      assert.matches("^move: folder 'Many': ", err.message)
      assert.is_nil(err.uncertain)
      assert.is_true(err.retryable)
      assert.equal(MANY, #err.results)
      assert.equal(0, count(subjects "Moved"))
    end)

    for _, seconds in ipairs { 0.025, 0.04 } do
      it(("are moved, after %g s, leaves none in between"):format(seconds), function()
        local folder, target = session:folder "Many", session:folder "Moved"
        local list = folder:query({ fields = { "subject" } }):all()
        local names = {}
        for _, item in ipairs(list) do names[item.id] = item.subject end
        local ok, results = killed_after(seconds, function() return folder:query():move(target) end)
        results = ok and results or results.results
        local before, after = all_of("Many", "Moved")
        if results then -- not of the query, that was repeated
          for _, result in ipairs(results) do
            local name = names[result.id]
            assert.equal(result.ok and 1 or nil, after[name], name)
            assert.equal(not result.ok and 1 or nil, before[name], name)
          end
        end
        session:close()
        session = connect()
        target = session:folder "Moved"
        for _, result in ipairs(target:query():move "Many") do assert.is_true(result.ok) end
      end)
    end

    it("are removed, 500 of them, goes unnoticed", function()
      local folder = session:folder "Many"
      local ok, results = killed_after(0.01, function()
        return folder:query({ limit = 500 }):delete { hard = true }
      end)
      assert.is_true(ok, tostring(results))
      assert.equal(500, #results)
      assert.equal(MANY - 500, count(subjects "Many"))
    end)
  end)

  it("while a session waits is begun anew, and what came is told", function()
    local waiting = satchel.spawn(function()
      local events <close> = session.imap:idle("INBOX", { timeout = 10 })
      return events()
    end)
    local killing = satchel.spawn(function()
      satchel.sleep(0.3)
      assert.is_true(server:kill "imap" > 0)
      local other <close> = connect()
      other.inbox:create { subject = "meanwhile" }
    end)
    killing:join()
    local event = waiting:join()
    assert.equal("exists", event and event.type)
  end)
end)
