-- The connection on a real Dovecot, and on scripted servers what a real one does not
-- do at will.

local channel = require "satchel.imap.channel"
local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"
local mail_servers = require "support.mail_servers"
local task = require "satchel.task"

local USER <const> = "anna@example.test"

local function options(scheme, more)
  local d = mail_servers.dovecot()
  local o = { url = d.url(scheme or "imap"), user = USER, password = "secret",
    tls = { ca = d.ca }, proxy = false, timeout = 10 }
  for k, v in pairs(more or {}) do o[k] = v end
  return o
end

local function open(scheme, more)
  return connection.open(options(scheme, more))
end

-- a mailbox of its own with so many messages
local function mailbox(conn, name, n)
  pcall(conn.run, conn, "DELETE " .. name)
  conn:run("CREATE " .. name)
  local list = {}
  for i = 1, n do
    list[i] = { "APPEND " .. name .. " ",
      { literal = ("From: a@example.test\r\nSubject: %d\r\n\r\n%s\r\n"):format(i, ("x"):rep(i)) } }
  end
  conn:pipeline(list, true)
  return name
end

local function kind_of(fn, ...)
  local ok, err = errors.try(fn, ...)
  assert.is_false(ok)
  return err.kind, err
end

describe("a connection to Dovecot", function()
  it("logs on by each kind of security", function()
    for _, case in ipairs { { "imap" }, { "imaps" }, { "imap", { tls = false } } } do
      local conn <close> = open(case[1], case[2])
      assert.is_true(conn.capabilities:has "MOVE")
      assert.equal("Dovecot", conn.identity.name)
      assert.equal("/", conn.namespaces.personal[1].delimiter)
      assert.is_true(conn.enabled.QRESYNC)
      assert.equal("ok", conn:run("NOOP").type)
    end
  end)

  it("counts a flight as one round trip", function()
    local conn <close> = open()
    local before = conn.round_trips
    conn:pipeline { "NOOP", "NOOP", { "CAPABILITY" } }
    assert.equal(1, conn.round_trips - before)
    conn:run "NOOP"
    assert.equal(2, conn.round_trips - before)
  end)

  it("says why a password is refused, and does not say the password", function()
    local kind, err = kind_of(open, "imap", { password = "wrong-one" })
    assert.equal("auth", kind)
    assert.equal("AUTHENTICATIONFAILED", err.name)
    assert.not_matches("wrong%-one", tostring(err))
  end)

  it("trusts no certificate that it does not know", function()
    for _, scheme in ipairs { "imap", "imaps" } do
      assert.equal("tls", (kind_of(open, scheme, { tls = true })))
    end
  end)

  it("knows the selected mailbox", function()
    local conn <close> = open()
    mailbox(conn, "selected", 3)
    local now = conn:select "selected"
    assert.same({ 3, "selected", false, 4 }, { now.exists, now.name, now.readonly, now.uidnext })
    assert.equal("integer", math.type(now.uidvalidity))
    assert.equal("integer", math.type(now.highestmodseq))
    local before = conn.round_trips
    assert.equal(now, conn:select "selected")
    assert.equal(now, conn:select("selected", { readonly = true }))
    assert.equal(before, conn.round_trips)
    assert.is_true(conn:select("selected", { readonly = true, force = true }).readonly)
    assert.is_false(conn:select("selected").readonly)
    conn:unselect()
    assert.is_nil(conn.selected)
  end)

  it("counts what comes and goes", function()
    local conn <close> = open()
    local other <close> = open()
    mailbox(conn, "counted", 2)
    conn:select "counted"
    other:run { "APPEND counted ", { literal = "Subject: 3\r\n\r\n" } }
    conn:run "NOOP"
    assert.equal(3, conn.selected.exists)
    other:select "counted"
    other:run "UID STORE 1:2 +FLAGS.SILENT (\\Deleted)"
    other:run "UID EXPUNGE 1:2"
    conn:run "NOOP"
    assert.equal(1, conn.selected.exists)
  end)

  it("leaves no mailbox selected when SELECT fails", function()
    local conn <close> = open()
    conn:select "INBOX"
    assert.equal("not_found", (kind_of(conn.select, conn, "there/is/none")))
    assert.is_nil(conn.selected)
  end)

  it("encodes names, and selects what it created", function()
    local words = require "satchel.imap.words"
    local conn <close> = open()
    for _, name in ipairs { "Größe & mehr", 'quo"te', "日本語", "a b/c" } do
      pcall(conn.run, conn, { "DELETE ", words.mailbox(conn, name) })
      conn:run { "CREATE ", words.mailbox(conn, name) }
      assert.equal(name, conn:select(name).name)
      conn:unselect()
      conn:run { "DELETE ", words.mailbox(conn, name) }
    end
  end)

  it("gives completions of a pipeline with their errors, or raises the first", function()
    local conn <close> = open()
    local list = conn:pipeline { "NOOP", "DELETE there/is/none", "NOOP" }
    assert.same({ true, false, true }, { list[1].ok, list[2].ok, list[3].ok })
    assert.equal("not_found", list[2].error.kind)
    assert.equal("not_found",
      (kind_of(conn.pipeline, conn, { "NOOP", "DELETE there/is/none" }, true)))
    assert.same({}, conn:pipeline {})
  end)

  it("sends literals from a source in pieces", function()
    local conn <close> = open()
    mailbox(conn, "pieces", 0)
    local size, given = 700000, 0
    conn:run { "APPEND pieces ", { size = size, read = function(n)
      n = math.min(n, 777, size - given)
      given = given + n
      return n > 0 and ("y"):rep(n) or nil
    end } }
    local got
    conn:select "pieces"
    conn:run("UID FETCH 1 RFC822.SIZE", { on = function(r) got = r.size end })
    assert.equal(size, got)
  end)

  it("gives the connection up when a source fails, and goes on with another", function()
    local conn <close> = open()
    mailbox(conn, "broken", 0)
    local generation = conn.generation
    for _, read in ipairs { function() return nil end, function() error "the disk is gone" end,
      function(n) return ("z"):rep(n + 1) end } do
      assert.is_false((pcall(conn.run, conn, { "APPEND broken ", { size = 5000, read = read } })))
      assert.equal(0, conn:select("broken", { force = true }).exists)
    end
    assert.equal(generation + 3, conn.generation)
  end)

  it("refuses line breaks and NUL before anything is said", function()
    local conn <close> = open()
    local before = conn.round_trips
    for _, text in ipairs { "NOOP\r\nLOGOUT", "NO\nOP", "NO\rOP", "NO\0OP" } do
      assert.equal("invalid", (kind_of(conn.run, conn, text)))
      assert.equal("invalid", (kind_of(conn.run, conn, { "SELECT ", text })))
      assert.equal("invalid", (kind_of(conn.select, conn, text)))
    end
    assert.equal(before, conn.round_trips)
    assert.equal("ok", conn:run("NOOP").type)
  end)

  it("speaks compressed where it is told to", function()
    local conn <close> = open("imap", { compress = true })
    assert.is_true(conn.channel.stream:info().compressed)
    mailbox(conn, "squeezed", 20)
    conn:select "squeezed"
    local n = 0
    conn:run("UID FETCH 1:* BODY.PEEK[]", { on = function(r)
      if r.sections then n = n + 1 end
    end })
    assert.equal(20, n)
  end)

  it("shows what it says, without secrets and contents", function()
    local events = {}
    local conn = open("imap", { trace = function(e) events[#events + 1] = e end })
    mailbox(conn, "traced", 1)
    conn:select "traced"
    conn:run "UID FETCH 1 BODY.PEEK[]"
    conn:close()
    local texts = {}
    for i, e in ipairs(events) do
      assert.equal("imap", e.layer)
      texts[i] = e.text
    end
    local all = table.concat(texts, "\n")
    assert.matches("A%d+ APPEND traced {%d+}", all)
    assert.matches("A%d+ AUTHENTICATE SCRAM%-SHA%-256 %*%*%*", all)
    assert.matches("BODY%[%] {%d+}", all)
    assert.not_matches("secret", all)
    assert.not_matches("Subject", all)
  end)

  it("connects again when the server has gone meanwhile", function()
    local conn <close> = open()
    mailbox(conn, "again", 2)
    conn:select "again"
    conn.channel.stream:close()
    conn.channel.lost = errors.new { kind = "network", message = "gone" }
    local n = 0
    conn:run("UID FETCH 1:* FLAGS", { on = function(r) if r.uid then n = n + 1 end end })
    assert.equal(2, n)
    assert.equal("again", conn.selected.name)
    assert.equal(2, conn.generation)
  end)

  it("says that a mailbox was made anew while it was away", function()
    local conn <close> = open()
    mailbox(conn, "anew", 1)
    conn:select "anew"
    local other <close> = open()
    other:run "DELETE anew"
    conn.channel:close()
    os.execute "sleep 1.1" -- UIDVALIDITY is made of the clock
    mailbox(other, "anew", 1)
    local kind, err = kind_of(conn.run, conn, "UID FETCH 1 FLAGS")
    assert.equal("conflict", kind)
    assert.matches("UIDVALIDITY", err.message)
  end)

  it("is closed once", function()
    local conn = open()
    conn:close()
    conn:close()
    assert.equal("invalid", (kind_of(conn.run, conn, "NOOP")))
  end)
end)

describe("tasks on one connection", function()
  it("wait for each other", function()
    local conn <close> = open()
    mailbox(conn, "one", 1)
    mailbox(conn, "two", 2)
    local tasks = {}
    for i = 1, 10 do
      tasks[i] = task.spawn(function()
        local name = i % 2 == 0 and "two" or "one"
        local _ <close> = conn:enter()
        local now = conn:select(name)
        conn:run "NOOP"
        assert.equal(name, conn.selected.name)
        return now.exists
      end)
    end
    assert.same({ 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 }, task.join(tasks))
  end)

  it("may be cancelled in the middle of an answer", function()
    local conn <close> = open()
    mailbox(conn, "cancelled", 50)
    conn:select "cancelled"
    local a = task.spawn(function() conn:run "UID FETCH 1:* BODY.PEEK[]" end)
    task.spawn(function() a:cancel() end)
    task.run()
    assert.equal("ok", conn:run("NOOP").type)
    assert.equal(1, conn.generation)
  end)
end)

-- Scripted servers ---------------------------------------------------------------

local HELLO <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS MOVE] in\n"

local function peer_options(peer, more)
  local o = { url = "imap://" .. peer.place, user = "anna", password = "geheim", tls = false,
    proxy = false, timeout = 5 }
  for k, v in pairs(more or {}) do o[k] = v end
  return o
end

local function scripted(script, more)
  local peer = line_peer.start(script)
  local ok, conn = pcall(connection.open, peer_options(peer, more))
  if ok then return conn, peer end
  peer:close()
  error(conn, 0)
end

describe("a connection that is lost", function()
  it("is made anew for what is safe, without a word", function()
    local conn, peer <close> = scripted { HELLO .. "C: $tag NOOP\n! close",
      HELLO .. "C: $tag NOOP\nS: $tag OK again\n" }
    assert.equal("again", conn:run("NOOP").text)
    assert.equal(2, conn.generation)
    conn:close()
    peer:close()
  end)

  it("is made anew once for a command", function()
    local conn, _ <close> = scripted(HELLO .. "C: $tag NOOP\n! close")
    local kind, err = kind_of(conn.run, conn, "NOOP")
    assert.equal("network", kind)
    assert.is_true(err.retryable)
    assert.equal(2, conn.generation)
  end)

  it("makes uncertain what may have happened", function()
    for _, command in ipairs { "UID MOVE 1 x", "UID COPY 1 x", "CREATE x", "RENAME x y",
      "EXPUNGE", "UID STORE 1 (UNCHANGEDSINCE 5) FLAGS ()" } do
      local conn, _ <close> = scripted { HELLO .. "C: $tag " .. command .. "\n! close", HELLO }
      local kind, err = kind_of(conn.run, conn, command)
      assert.equal("network", kind)
      assert.is_true(err.uncertain, command)
      assert.is_nil(err.retryable)
    end
  end)

  it("does not repeat what somebody has heard of in part, unless he begins anew", function()
    local list = "C: $tag LIST \"\" *\nS: * LIST () \"/\" a\n! close"
    local whole = 'C: $tag LIST "" *\nS: * LIST () "/" a\nS: * LIST () "/" b\nS: $tag OK x\n'
    local conn, peer <close> = scripted { HELLO .. list, HELLO .. whole, HELLO .. list,
      HELLO .. whole }
    local names = {}
    local function on(r) names[#names + 1] = r.name end
    assert.equal("network", (kind_of(conn.run, conn, 'LIST "" *', { on = on })))
    conn:run('LIST "" *', { on = on, reset = function() names = {} end })
    assert.same({ "a", "b" }, names)
    peer:close()
  end)

  it("is not used after a time-out", function()
    local conn, peer <close> = scripted({ HELLO .. "C: $tag NOOP\n! stall",
      HELLO .. "C: $tag NOOP\nS: $tag OK again\n" }, { timeout = 0.3 })
    assert.equal("timeout", (kind_of(conn.run, conn, "NOOP")))
    assert.equal("again", conn:run("NOOP").text)
    peer:close()
  end)
end)

describe("BYE", function()
  it("in the greeting is the reason", function()
    local kind, err = kind_of(scripted, "S: * BYE [UNAVAILABLE] come back later\n! close")
    assert.equal("server", kind)
    assert.is_true(err.retryable)
    assert.matches("come back later", err.message)
  end)

  for name, ending in pairs { closes = "! close", stalls = "! stall" } do
    it("in the middle is the reason, though the server " .. name, function()
      local conn, _ <close> = scripted({ HELLO
        .. "C: $tag UID MOVE 1 x\nS: * BYE going down\n" .. ending }, { timeout = 0.5 })
      local kind, err = kind_of(conn.run, conn, "UID MOVE 1 x")
      assert.equal("network", kind)
      assert.matches("going down", err.message)
      assert.is_true(err.uncertain)
    end)
  end

  it("between commands costs nothing", function()
    local conn, peer <close> = scripted { HELLO .. "C: $tag NOOP\nS: $tag OK 1\n"
      .. "S: * BYE Autologout\n! close", HELLO .. "C: $tag UID MOVE 1 x\nS: $tag OK 2\n" }
    conn:run "NOOP"
    os.execute "sleep 0.1"
    assert.equal("2", conn:run("UID MOVE 1 x").text)
    peer:close()
  end)
end)

describe("codes of a refusal", function()
  for code, kind in pairs { OVERQUOTA = "quota", THROTTLED = "throttled", INUSE = "throttled",
    LIMIT = "throttled", TRYCREATE = "not_found", NONEXISTENT = "not_found",
    ALREADYEXISTS = "exists", NOPERM = "denied", TOOBIG = "limit", CANNOT = "invalid",
    SERVERBUG = "server", EXPUNGEISSUED = "conflict", ["X-OWN"] = "server" } do
    it(code .. " is of kind " .. kind, function()
      local conn, peer <close> = scripted(HELLO .. "C: $tag APPEND x {3+}\nC# 5\n"
        .. "S: $tag NO [" .. code .. "] no, and this is why\nC: $tag NOOP\nS: $tag OK x\n")
      local got, err = kind_of(conn.run, conn, { "APPEND x ", { literal = "abc" } })
      assert.equal(kind, got)
      assert.matches("no, and this is why", err.message)
      assert.is_nil(err.uncertain)
      assert.equal(code, err.name)
      conn:run "NOOP"
      peer:check()
    end)
  end
end)

describe("a literal", function()
  it("that is refused before it was sent is not sent", function()
    local conn, peer <close> = scripted("S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] hi\n"
      .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag OK [CAPABILITY IMAP4rev1] in\n"
      .. "C: $tag APPEND x {100000}\nS: $tag NO [OVERQUOTA] full\nC: $tag NOOP\nS: $tag OK x\n")
    local asked = false
    assert.equal("quota", (kind_of(conn.run, conn, { "APPEND x ", { size = 100000,
      read = function() asked = true end } })))
    assert.is_false(asked)
    conn:run "NOOP"
    peer:check()
  end)
end)

describe("a channel", function()
  it("says of which server nothing came", function()
    local listener <close> = line_peer.start "! stall"
    local t = core.net.now()
    local kind, err = kind_of(connection.open, peer_options(listener, { timeout = 0.3 }))
    assert.equal("timeout", kind)
    assert.matches(listener.place, err.message, 1, true)
    assert.is_true(core.net.now() - t < 3)
    assert.is_function(channel.open)
  end)
end)
