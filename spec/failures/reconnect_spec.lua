-- Sessions survive: what is read goes on where it was, without skipping or
-- repeating; what logs on does so a bounded number of times.

local satchel = require "satchel"
local tapped = require "support.tapped"

local MANY <const> = 120

local function expire(tap)
  for _, context in pairs(tap.box.sessions) do tap.box:end_session(context) end
end

local breaks <const> = {
  ["the context expired"] = expire,
  ["the sequence cookie changed"] = function(tap)
    for _, context in pairs(tap.box.sessions) do context:rotate() end
  end,
  ["the connection dropped"] = function(tap) tap:at(1, tapped.lost, true) end,
  ["the answer was lost"] = function(tap) tap:at(1, tapped.lost) end,
  ["a web page came"] = function(tap)
    tap:at(1, function()
      return { status = 200, headers = { { "Content-Type", "text/html" } }, body = "<html>" }
    end)
  end,
}

local function start()
  local tap = tapped.new()
  local session = tap:connect()
  local list = {}
  for i = 1, MANY do list[i] = { subject = ("%03d"):format(i) } end
  session.inbox:create_all(list)
  return tap, session
end

local function count_connects(tap)
  local n = 0
  local inner = tap.inner
  tap.inner = function(request)
    for _, header in ipairs(request.headers) do
      if header == "X-RequestType: Connect" then n = n + 1 end
    end
    return inner(request)
  end
  return function() return n end
end

for name, strike in pairs(breaks) do
  describe("when " .. name, function()
    it("a loop over items goes on", function()
      local tap, session = start()
      local connects = count_connects(tap)
      local seen = {}
      for item in session.inbox:items { order = "subject", fields = { "subject", "to" } } do
        seen[#seen + 1] = item.subject
        if #seen % 50 == 25 then strike(tap) end
      end
      assert.equal(MANY, #seen)
      for i, subject in ipairs(seen) do assert.equal(("%03d"):format(i), subject) end
      assert.is_true(connects() <= 4, connects())
    end)

    it("a loop that moves what it sees goes on", function()
      local tap, session = start()
      local n, doubts = 0, 0
      for item in session.inbox:items { fields = { "subject", "to" } } do
        n = n + 1
        if n % 40 == 20 then strike(tap) end
        local ok, err = satchel.try(item.move, item, session.archive)
        if not ok then
          assert.equal("protocol", err.kind, tostring(err))
          assert.is_true(err.uncertain)
          doubts = doubts + 1
        end
      end
      assert.equal(MANY, n)
      tap:clear()
      assert.equal(MANY, session.archive:query({}):count() + session.inbox:query({}):count())
      assert.is_true(session.inbox:query({}):count() <= doubts)
    end)

    it("the pieces of an attachment go on", function()
      local tap, session = start()
      local parts = {}
      for i = 1, 40000 do parts[i] = ("%05d"):format(i) end
      local data = table.concat(parts)
      local item = session.inbox:create { subject = "big",
        attachments = { { name = "a", data = data } } }
      local got, n = {}, 0
      for piece in item.attachments[1]:chunks(10000) do
        got[#got + 1], n = piece, n + 1
        if n % 7 == 3 then strike(tap) end
      end
      assert.equal(data, table.concat(got))
    end)

    it("an attachment being written ends for certain, or goes on", function()
      local tap, session = start()
      local item = session.inbox:create { subject = "big" }
      local n = 0
      local ok, err = satchel.try(item.attach, item, { name = "a", source = function()
        n = n + 1
        if n == 3 then strike(tap) end
        return n <= 5 and ("x"):rep(30000) or nil
      end })
      tap:clear()
      assert.is_false(ok)
      assert.is_nil(err.uncertain)
      assert.equal(0, #session.inbox:get(item.id).attachments)
      item:attach { name = "a", data = ("x"):rep(90000) }
      assert.equal(90000, #session.inbox:get(item.id).attachments[1]:read())
    end)

    it("folders and items held before still work", function()
      local tap, session = start()
      local folder, item = session.inbox, session.inbox:query({ limit = 1 }):first()
      strike(tap)
      assert.equal(MANY, folder:query({}):count())
      strike(tap)
      item:update { categories = { "Red" } }
      tap:clear()
      assert.same({ "Red" }, item:reload().categories)
    end)

    it("the address book is asked again", function()
      local tap, session = start()
      session:send { to = "Bob Example", subject = "one" }
      strike(tap)
      local ok, err = satchel.try(session.send, session,
        { to = "Bob Example", subject = "two" })
      tap:clear()
      if not ok then -- only who it is was asked
        assert.equal("protocol", err.kind)
        assert.truthy(err.message:find("text/html", 1, true) or name == "a web page came")
        assert.is_nil(err.uncertain)
      end
      local bob <close> = tap:aside(tapped.other)
      assert.equal(ok and 2 or 1, bob.inbox:query({}):count())
    end)
  end)
end

describe("a server that loses every session", function()
  it("is not asked without end", function()
    local tap, session = start()
    tap.count = 0
    tap.tap = function(_, request, pass)
      for _, header in ipairs(request.headers) do
        if header == "X-RequestType: Execute" then expire(tap) end
      end
      return pass()
    end
    local ok, err = satchel.try(function() return session.inbox:query({}):count() end)
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(tap.count <= 8, tap.count)
    tap:clear()
    assert.equal(MANY, session.inbox:query({}):count())
  end)

  it("ends a loop by an error", function()
    local tap, session = start()
    local n = 0
    local ok, err = satchel.try(function()
      for _ in session.inbox:items { fields = { "to" } } do
        n = n + 1
        if n == 10 then tap.tap = tapped.lost end
      end
    end)
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(n >= 10 and n < MANY)
  end)
end)

describe("a busy server", function()
  it("that wants a batch again a little later gets it", function()
    local tap, session = start()
    tap.box:fault("backoff", { milliseconds = 20, times = 3 })
    tap.box:fault("too_small", { rop = "get_properties_specific" })
    assert.equal(MANY, #session.inbox:query({ fields = { "to" } }):all())
    assert.equal(4, tap.box.faults.count)
  end)

  it("that wants a batch much later is told of as an error", function()
    local tap, session = start()
    tap.box:fault("backoff", { milliseconds = 100000 })
    local ok, err = satchel.try(session.inbox.create, session.inbox, { subject = "x" })
    assert.is_false(ok)
    assert.equal("throttled", err.kind)
    assert.equal(100, err.retry_after)
    assert.is_nil(err.uncertain)
    assert.equal(MANY, session.inbox:query({}):count())
  end)

  it("that backs off for ever is given up", function()
    local tap, session = start()
    tap.box:fault("backoff", { milliseconds = 1, times = 1000 })
    local ok, err = satchel.try(function() return session.inbox:query({}):count() end)
    assert.is_false(ok)
    assert.equal("throttled", err.kind)
  end)
end)
