-- IMAP servers that fail, lie or attack: every way ends in one clear error, in time,
-- and the session goes on where it can.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"
local native = require "satchel.imap.native"
local reader = require "satchel.imap.reader"

local PASSWORD <const> = "geheim-7"
local HELLO <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS MOVE IDLE ESEARCH] in\n"
local SELECT <const> = 'C: $tag EXAMINE INBOX\nS: * 2 EXISTS\nS: * OK [UIDVALIDITY 7] x\n'
  .. "S: $tag OK [READ-ONLY] selected\n"

local function options(peer, more)
  local o = { url = "imap://" .. peer.place, user = "anna", password = PASSWORD, tls = false,
    proxy = false, timeout = 2, repeats = false }
  for k, v in pairs(more or {}) do o[k] = v end
  return o
end

local function with(script, fn, more)
  local peer <close> = line_peer.start(script)
  local conn = connection.open(options(peer, more))
  local results = table.pack(errors.try(fn, conn, peer))
  conn:close()
  return table.unpack(results, 1, results.n)
end

local function error_of(...)
  local ok, err = with(...)
  assert.is_false(ok)
  assert.not_matches(PASSWORD, tostring(err), 1, true)
  assert.not_matches(core.text.base64("\0anna\0" .. PASSWORD), tostring(err), 1, true)
  return err
end

local function noop(conn) conn:run "NOOP" end

local function read_all(conn)
  local one <close> = reader.open(conn, "INBOX", { 1, 2 }, "(UID BODY.PEEK[])")
  local list = {}
  for m in function() return one:next() end do list[#list + 1] = m.sections["BODY[]"] end
  return list
end

describe("an IMAP dialogue", function()
  local script = HELLO .. SELECT .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
    .. "S: * 1 FETCH (UID 1 BODY[] {5}\nS- hello\nS: )\nS: * 2 FETCH (UID 2 BODY[] \"2\")\n"
    .. "S: $tag OK done\nC: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n"

  it("cut at any byte is an error of kind network, or was whole", function()
    local whole = 0
    local cuts = line_peer.each_cut(script, nil, function(peer)
      local ok, list = errors.try(function()
        local conn <close> = connection.open(options(peer))
        return read_all(conn)
      end)
      if ok then
        assert.same({ "hello", "2" }, list)
        whole = whole + 1
      else
        assert.equal("network", list.kind, tostring(list))
        assert.is_nil(list.uncertain)
        assert.equal(0, whole)
      end
    end)
    assert.is_true(cuts > 250 and whole >= 1)
  end)

  it("reads the same byte by byte", function()
    local peer <close> = line_peer.start(script, { piece = 1 })
    local conn <close> = connection.open(options(peer))
    assert.same({ "hello", "2" }, read_all(conn))
  end)
end)

describe("what has no end", function()
  for name, bytes in pairs {
    ["a line"] = "* OK " .. ("x"):rep(3000),
    ["a tagged line"] = "A2 OK " .. ("x"):rep(3000),
    ["a list"] = "* SEARCH" .. (" 1"):rep(1500),
    ["a line behind a literal"] = "* 1 FETCH (BODY[] {3}\\r\\nabc" .. (" X 1"):rep(800),
    ["one literal after the other"] = "* 1 FETCH (" .. ("BODY[1] {3}\\r\\nabc "):rep(400),
  } do
    it("is a limit: " .. name, function()
      local err = error_of(HELLO .. "C: $tag NOOP\nS- " .. bytes .. "\n! drain\n", noop,
        { limits = { line = 2000, response = 4000 } })
      assert.equal("limit", err.kind)
    end)
  end

  it("is a limit in the greeting", function()
    local peer <close> = line_peer.start("S- * OK " .. ("x"):rep(3000) .. "\n! drain\n")
    local ok, err = errors.try(connection.open, options(peer, { limits = { line = 2000 } }))
    assert.is_false(ok)
    assert.equal("limit", err.kind)
  end)

  it("is a limit before TLS, too", function()
    local peer <close> = line_peer.start("S: * OK [CAPABILITY IMAP4rev1 STARTTLS] x\n"
      .. "C: $tag STARTTLS\nS- A1 OK " .. ("x"):rep(3000) .. "\n! drain\n")
    local ok, err = errors.try(connection.open,
      options(peer, { tls = { ca = peer.ca }, limits = { line = 2000 } }))
    assert.is_false(ok)
    assert.equal("limit", err.kind)
  end)
end)

describe("a literal of absurd size", function()
  for _, size in ipairs { "268435457", "99999999999", "18446744073709551616",
    ("9"):rep(100) } do
    it("is a limit before a byte of it is kept: " .. size, function()
      collectgarbage()
      local err = error_of(HELLO .. "C: $tag NOOP\nS: * 1 FETCH (BODY[] {" .. size
        .. "}\n! drain\n", noop)
      assert.equal("limit", err.kind)
    end)
  end

  it("within the limit that does not come is a time-out", function()
    local t = core.net.now()
    local err = error_of(HELLO .. "C: $tag NOOP\nS: * 1 FETCH (BODY[] {200000000}\n! drain\n",
      noop, { timeout = 0.3 })
    assert.equal("timeout", err.kind)
    assert.is_true(core.net.now() - t < 3)
  end)

  it("is bound by the caller's limit", function()
    local err = error_of(HELLO .. "C: $tag NOOP\nS: * 1 FETCH (BODY[] {1001}\n! drain\n", noop,
      { limits = { literal = 1000 } })
    assert.equal("limit", err.kind)
  end)
end)

describe("what nobody asked for", function()
  local unasked = { "* 17 EXISTS", "* 3 EXPUNGE", "* 0 EXISTS", "* 999999 EXPUNGE",
    "* 5 FETCH (FLAGS (\\Seen) UID 9)", "* VANISHED 1:4", "* VANISHED (EARLIER) 1:400",
    "* FLAGS (a b)", "* SEARCH 1 2 3", "* LIST () \"/\" x", "* STATUS x (MESSAGES 1)",
    "* CAPABILITY IMAP4rev1 LITERAL+ X-NEW", "* ENABLED UTF8=ACCEPT", "* NO [ALERT] disk is full",
    "* BAD what", "* OK [X-NONE] x", "* NAMESPACE NIL NIL NIL",
    "* ID NIL", "* XFROB (a (b {3}\\r\\nabc))", "* QUOTA \"\" ()", "* THREAD (1 2)",
    "* ESEARCH (TAG \"A99\") UID COUNT 3", "* ESEARCH (TAG \"A2\")" }

  for _, line in ipairs(unasked) do
    it("is taken anywhere: " .. line, function()
      local say = "S- " .. line .. "\\r\\n\n"
      local ok, list = with(HELLO .. say .. SELECT .. say
        .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n" .. say
        .. "S: * 1 FETCH (UID 1 BODY[] {5}\nS- hello\nS: )\n" .. say .. say
        .. "S: * 2 FETCH (UID 2 BODY[] \"2\")\nS: $tag OK done\n" .. say
        .. "C: $tag NOOP\nS: $tag OK x\n" .. say, function(conn)
          local list = read_all(conn)
          noop(conn)
          assert.is_true(conn.selected.exists >= 0)
          return list
        end)
      assert.is_true(ok, tostring(list))
      assert.same({ "hello", "2" }, list)
    end)
  end

  for name, line in pairs {
    ["an answer to nothing"] = "S: A77 OK x", ["an answer that was given"] = "S: A1 OK again",
    ["a continuation"] = "S: + go on", ["an answer in advance"] = "S: A3 OK x",
    ["a number that is none"] = "S: * 99999999999 EXISTS", ["half a response"] = "S: * 5",
    ["a zero byte"] = "S- * OK a\\0b\\r\\n", ["no response"] = "S: hello",
    ["a bare line feed"] = "S- * 5 EXISTS\\n* OK x\\r\\n",
  } do
    it("is an error of kind protocol: " .. name, function()
      local err = error_of(HELLO .. "C: $tag NOOP\n" .. line .. "\nS: A2 OK x\n! drain\n", noop)
      assert.equal("protocol", err.kind)
    end)
  end
end)

describe("a server that goes away", function()
  for _, last in ipairs { "BYE", "BYE [UNAVAILABLE] soon back", "BYE x" } do
    it("while messages are read is an error: " .. last, function()
      local err = error_of(HELLO .. SELECT .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
        .. "S: * 1 FETCH (UID 1 BODY[] \"1\")\nS: * " .. last .. "\n! close\n",
        read_all)
      assert.is_true(err.kind == "network" or err.kind == "server")
      assert.is_true(err.retryable)
    end)
  end

  it("while messages are read is asked again for those that did not come", function()
    local first = HELLO .. SELECT .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
      .. "S: * 1 FETCH (UID 1 BODY[] \"1\")\n! close\n"
    local second = HELLO .. SELECT .. "C: $tag UID FETCH 2 (UID BODY.PEEK[])\n"
      .. "S: * 2 FETCH (UID 2 BODY[] \"2\")\nS: $tag OK x\n"
    local ok, list = with({ first, second }, read_all, { repeats = true })
    assert.is_true(ok, tostring(list))
    assert.same({ "1", "2" }, list)
  end)

  it("while a message is stored leaves it uncertain", function()
    for _, script in ipairs { "C: $tag APPEND INBOX {5+}\nC# 7\n! close\n",
      "C: $tag APPEND INBOX {5+}\n! reset\n", "C: $tag APPEND INBOX {5+}\nC# 7\n! stall\n" } do
      local err = error_of(HELLO .. script, function(conn)
        native.new(conn):append("INBOX", "hello")
      end, { timeout = 0.5 })
      assert.is_true(err.uncertain)
      assert.is_nil(err.retryable)
    end
  end)

  it("while messages are moved leaves it uncertain", function()
    local select = SELECT:gsub("EXAMINE", "SELECT"):gsub("READ%-ONLY", "READ-WRITE")
    local err = error_of(HELLO .. select .. "C: $tag UID MOVE 1:2 \"x\"\n! close\n", function(conn)
      native.new(conn):move("INBOX", "1:2", "x")
    end)
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
  end)

  it("in IDLE is an error, after one attempt to come back", function()
    local script = HELLO .. SELECT .. "C: $tag IDLE\nS: + idling\n! close\n"
    local err = error_of({ script, script, script }, function(conn)
      for event in native.new(conn):idle("INBOX") do assert.equal("exists", event.type) end
    end, { repeats = true })
    assert.equal("network", err.kind)
  end)
end)

describe("capabilities that lie", function()
  it("are refused by the server's own words", function()
    local select = SELECT:gsub("EXAMINE", "SELECT")
    local err = error_of(HELLO .. select
      .. "C: $tag UID MOVE 1 \"x\"\nS: $tag BAD Unknown command\n",
      function(conn) native.new(conn):move("INBOX", 1, "x") end)
    assert.equal("protocol", err.kind)
    assert.matches("Unknown command", err.message)
  end)

  it("of IDLE end the loop", function()
    for _, answer in ipairs { "S: $tag NO not here", "S: $tag BAD what", "S: $tag OK at once" } do
      local ok, err = with(HELLO .. SELECT .. "C: $tag IDLE\n" .. answer .. "\n! drain\n",
        function(conn)
          for _ in native.new(conn):idle("INBOX", { timeout = 0.5 }) do error "an event" end
        end)
      assert.is_false(ok)
      assert.is_truthy(err.kind)
    end
  end)

  it("of literals without waiting end in an answer", function()
    local err = error_of(HELLO .. "C: $tag APPEND INBOX {5+}\nS: $tag BAD Invalid literal\n"
      .. "C: hello\n! drain\n", function(conn) native.new(conn):append("INBOX", "hello") end)
    assert.equal("protocol", err.kind)
  end)

  it("of compression end in an error", function()
    local peer <close> = line_peer.start(HELLO:gsub("UIDPLUS", "COMPRESS=DEFLATE")
      .. "C: $tag COMPRESS DEFLATE\nS: $tag OK active\nS: * OK but it is not\n! drain\n")
    local ok, err = errors.try(function()
      local conn = connection.open(options(peer, { compress = true }))
      conn:run "NOOP"
    end)
    assert.is_false(ok)
    assert.is_true(err.kind == "protocol" or err.kind == "network", err.kind)
  end)

  it("of UIDPLUS leave ids unsaid", function()
    local ok, stored = with(HELLO .. "C: $tag APPEND INBOX {5+}\nC# 7\nS: $tag OK stored\n",
      function(conn) return native.new(conn):append("INBOX", "hello") end)
    assert.is_true(ok, tostring(stored))
    assert.same({ uids = {} }, stored)
  end)

  it("of ESEARCH are seen in the answer", function()
    local ok, list = with(HELLO .. SELECT .. "C: $tag UID SEARCH RETURN (ALL) UID 1:9\n"
      .. "S: * SEARCH 1 2\nS: $tag OK x\nC: $tag UID FETCH 1:2 UID\n"
      .. "S: * 1 FETCH (UID 1)\nS: * 2 FETCH (UID 2)\nS: $tag OK x\n", function(conn)
        local n = 0
        for _ in native.new(conn):fetch("INBOX", "1:9", "UID") do n = n + 1 end
        return n
      end)
    assert.is_true(ok, tostring(list))
    assert.equal(2, list)
  end)
end)

describe("ids", function()
  it("are of no use when the server says so in the middle", function()
    local err = error_of(HELLO .. SELECT .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
      .. "S: * 1 FETCH (UID 1 BODY[] \"1\")\nS: * OK [UIDVALIDITY 8] new\n"
      .. "S: * 2 FETCH (UID 2 BODY[] \"2\")\nS: $tag OK x\n! drain\n", read_all)
    assert.equal("conflict", err.kind)
  end)

  it("of a mailbox that was made anew while it was read are not mixed", function()
    local first = HELLO .. SELECT .. "C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
      .. "S: * 1 FETCH (UID 1 BODY[] \"1\")\n! close\n"
    local second = HELLO .. SELECT:gsub("UIDVALIDITY 7", "UIDVALIDITY 8")
    local err = error_of({ first, second }, read_all, { repeats = true })
    assert.equal("conflict", err.kind)
    assert.matches("UIDVALIDITY was 7, is 8", err.message)
  end)
end)
