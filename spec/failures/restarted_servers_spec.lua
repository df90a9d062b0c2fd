-- A Dovecot that goes down and comes back on the same ports, a pop3 process that is killed
-- before QUIT, and smtpd processes that are killed as they take a message.

local dovecot = require "support.dovecot"
local postfix = require "support.postfix"
local satchel = require "satchel"
local support = require "support.server"

local ANNA <const>, BOB <const> = "anna@example.test", "bob@example.test"
local USERS <const> = { [ANNA] = "secret", [BOB] = "secret-2" }

describe("a server that", function()
  local server, smtp

  setup(function()
    server = dovecot.start { users = USERS }
    smtp = postfix.start { users = USERS, dovecot = server,
      settings = "service_throttle_time = 1s\n" }
  end)

  teardown(function()
    smtp:stop()
    server:stop()
  end)

  local function connect(scheme, more)
    local options = { url = server.url(scheme or "imap"), user = ANNA, password = USERS[ANNA],
      tls = { ca = server.ca }, proxy = false, timeout = 60, smtp = smtp.url "submission" }
    for k, v in pairs(more or {}) do options[k] = v end
    return satchel.connect(options)
  end

  local function restart()
    server.halt()
    server.resume()
  end

  local function count(folder, user)
    local n = 0
    for subject, times in pairs(server.subjects(user or ANNA, folder)) do
      assert.equal(1, times, subject)
      n = n + 1
    end
    return n
  end

  local function drafts(n, prefix)
    local list = {}
    for i = 1, n do list[i] = { subject = (prefix or "n") .. i, text = "text" } end
    return list
  end

  it("was restarted between two calls is not noticed", function()
    local session <close> = connect()
    local folder = session.root:create_folder "Between"
    for _, verb in ipairs {
      function() folder:create_all(drafts(30)) end,
      function() assert.equal(30, folder:query():count()) end,
      function() folder:query({ limit = 10 }):move(session:folder("Other", { create = true })) end,
      function() folder:query({ limit = 10 }):update { flagged = true } end,
      function() folder:query({ where = { flagged = true } }):delete { hard = true } end,
      function() folder:rename "Betwixt" end,
    } do
      restart()
      verb()
    end
    assert.equal(10, count "Betwixt")
    assert.equal(10, count "Other")
  end)

  it("is restarted in a loop that deletes ends with none left", function()
    local session <close> = connect()
    local folder = session.root:create_folder "Loop"
    folder:create_all(drafts(150))
    local seen, n = {}, 0
    for item in folder:items { fields = { "subject", "text" } } do
      n = n + 1
      seen[item.subject] = true
      if n == 70 then restart() end
      item:delete { hard = true }
    end
    assert.equal(150, n)
    for i = 1, 150 do assert.is_true(seen["n" .. i]) end
    assert.equal(0, count "Loop")
  end)

  it("is down is named, at once; when it is there again the session goes on", function()
    local session <close> = connect()
    local folder = session.root:create_folder "Down"
    server.halt()
    for _, verb in ipairs { function() folder:create { subject = "x" } end,
      function() return folder:query():count() end,
      function() session.root:create_folder "Never" end } do
      local ok, err = satchel.try(verb)
      assert.is_false(ok)
      assert.equal("network", err.kind)
      assert.matches("127.0.0.1:" .. server.imap, err.message, 1, true)
      assert.is_nil(err.uncertain)
      assert.is_true(err.retryable)
    end
    server.resume()
    folder:create { subject = "y" }
    assert.equal(1, count "Down")
  end)

  describe("loses its pop3 process", function()
    -- the end of a connection to that port has come, and nobody has read it
    local function hung_up(port)
      for line in io.lines "/proc/net/tcp" do
        local remote, state = line:match "^%s*%d+: %x+:%x+ %x+:(%x+) (%x+)"
        if remote and tonumber(remote, 16) == port and state == "08" then return true end
      end
      return false
    end

    local function wait_until_hung_up(port)
      for _ = 1, 500 do
        if hung_up(port) then return end
        satchel.sleep(0.02)
      end
      error("the connection to port " .. port .. " is still there", 2)
    end

    local function filled()
      local session <close> = connect()
      session.inbox:empty { hard = true }
      session.inbox:create_all(drafts(3, "p"))
    end

    it("before QUIT has deleted nothing, and says so", function()
      filled()
      local session = connect "pop3"
      local items = session.inbox:query():all()
      items[1]:delete { hard = true }
      items[2]:delete { hard = true }
      assert.is_true(server:kill "pop3" > 0)
      wait_until_hung_up(server.pop3)
      local ok, err = satchel.try(session.close, session)
      assert.is_false(ok)
      assert.equal("network", err.kind)
      assert.is_nil(err.uncertain)
      assert.same({ items[1].id, items[2].id }, err.undeleted)
      assert.equal(3, count())
    end)

    it("between two messages leaves them to be read", function()
      filled()
      local session <close> = connect "pop3"
      local n = 0
      for item in session.inbox:items() do
        if n == 1 then server:kill "pop3" end
        assert.matches("text", item.text)
        n = n + 1
      end
      assert.equal(3, n)
      assert.equal(3, count())
    end)

    it("as the whole server is restarted deletes what is deleted after", function()
      filled()
      local session = connect "pop3"
      local first = session.inbox:query():first()
      restart()
      first:delete { hard = true }
      session:close()
      assert.equal(2, count())
    end)
  end)

  describe("loses its smtpd process", function()
    local session

    -- nothing is on its way any more
    local function delivered()
      for _ = 1, 200 do
        local queued = support.run("find '%s/queue/incoming' '%s/queue/active' "
          .. "'%s/queue/deferred' -type f | wc -l", smtp.dir, smtp.dir, smtp.dir)
        if tonumber(queued) == 0 then break end
        satchel.sleep(0.05)
      end
      return server.subjects(BOB)
    end

    local function send(subject, bytes)
      return satchel.try(session.send, session, { to = BOB, subject = subject, text = "x",
        save = false, attachments = { { name = "a.bin", data = ("z"):rep(bytes) } } })
    end

    before_each(function()
      session = connect()
      assert.is_true((send("warm " .. tostring(session), 1)))
    end)

    after_each(function() session:close() end)

    it("before a message sends it once", function()
      assert.is_true(smtp:kill "smtpd" > 0)
      local ok, err = send("before", 10)
      assert.is_true(ok, tostring(err))
      assert.equal(1, delivered().before)
    end)

    it("in a message of which it has not heard the end sends it once", function()
      assert.is_true(smtp:kill("smtpd", "STOP") > 0)
      local killing = satchel.spawn(function()
        satchel.sleep(0.2)
        smtp:kill "smtpd"
      end)
      local sending = satchel.spawn(send, "within", 12 << 20)
      killing:join()
      local ok, err = sending:join()
      assert.is_true(ok, tostring(err))
      assert.equal(1, delivered().within)
    end)

    for _, seconds in ipairs { 0.003, 0.008, 0.015 } do
      local subject = ("after %g s"):format(seconds)
      it(subject .. " has sent it once, or it is said to be uncertain", function()
        local killing = satchel.spawn(function()
          satchel.sleep(seconds)
          smtp:kill "smtpd"
        end)
        local sending = satchel.spawn(send, subject, 100)
        killing:join()
        local ok, err = sending:join()
        local times = delivered()[subject]
        if ok then
          assert.equal(1, times)
        elseif err.uncertain then
          assert.is_true(times == nil or times == 1)
        else
          assert.equal("network", err.kind, tostring(err))
          assert.is_nil(times)
        end
      end)
    end
  end)
end)
