-- Commands in flight without a network: tags, literals, completions, continuation.

local core = require "satchel.core"

local function queue(how, limits)
  local q = core.imap.queue(limits)
  if how then q:set(how) end
  return q
end

-- all responses that are there: { type, …, completes = tag }
local function read(q)
  local list = {}
  while true do
    local done, r, completes, consumed = q:step()
    if done == false then return list end
    if done == nil then return list, r end
    r.completes, r.let_go = completes, consumed or nil
    list[#list + 1] = r
  end
end

local function hear(q, text)
  q:feed(text)
  return read(q)
end

describe("the queue of IMAP", function()
  it("gives tags in order and says commands at once", function()
    local q = queue()
    assert.equal("A1", q:send "NOOP")
    assert.equal("A2", q:send { "SELECT ", "INBOX" })
    assert.equal("A1 NOOP\r\nA2 SELECT INBOX\r\n", q:output())
    assert.equal("", q:output())
  end)

  it("may be taken from in any pieces", function()
    for size = 1, 40 do
      local q, said = queue { literals = "plus" }, {}
      q:send { "APPEND x ", { literal = "abc\r\ndef" } }
      q:send "NOOP"
      repeat
        local piece = q:output(size)
        said[#said + 1] = piece
      until piece == ""
      assert.equal("A1 APPEND x {8+}\r\nabc\r\ndef\r\nA2 NOOP\r\n", table.concat(said))
    end
  end)

  it("knows what has not gone out whole", function()
    local q = queue { literals = "plus" }
    assert.is_nil(q:unsent())
    q:send "NOOP"
    assert.equal("A1", q:unsent())
    q:output(7)
    assert.equal("A1", q:unsent())
    q:output()
    assert.is_nil(q:unsent())
    assert.equal("A1", q:unsent(true)) -- of what went some is held back
    q:send { "APPEND x ", { size = 3 } }
    q:send "NOOP"
    q:output()
    assert.equal("A2", q:unsent())
    q:put "abc"
    assert.equal("A2", q:unsent())
    q:output()
    assert.is_nil(q:unsent())
    assert.equal("A3", q:unsent(true))
    hear(q, "A1 OK x\r\nA3 OK x\r\n")
    assert.is_nil(q:unsent(true)) -- what is held was answered: it is none of A2's
  end)

  it("knows that a literal that is not wanted makes room", function()
    local q = queue { literals = "sync" }
    q:send { "APPEND x ", { literal = "abcdef" } }
    q:send "NOOP"
    q:output()
    assert.equal("A1", q:unsent())
    hear(q, "A1 NO x\r\n")
    assert.equal("A2", q:unsent())
    q:output()
    assert.is_nil(q:unsent())
    assert.equal("A2", q:unsent(true))
  end)

  it("completes commands in any order", function()
    local q = queue()
    q:send "FETCH 1 FLAGS"
    q:send "FETCH 2 FLAGS"
    q:output()
    local list = hear(q, "* 2 FETCH (FLAGS ())\r\nA2 OK done\r\n"
      .. "* 1 FETCH (FLAGS ())\r\nA1 NO [NOPERM] x\r\n")
    assert.same({ "fetch", "ok", "fetch", "no" },
      { list[1].type, list[2].type, list[3].type, list[4].type })
    assert.same({ "A2", "A1" }, { list[2].completes, list[4].completes })
  end)

  for _, case in ipairs {
    -- what goes out at once, and what after "+"; nil: all went out
    { "sync", 3, "A1 X {3}\r\n", "aaa Y\r\nA2 NOOP\r\n" },
    { "plus", 3, "A1 X {3+}\r\naaa Y\r\nA2 NOOP\r\n" },
    { "minus", 3, "A1 X {3+}\r\naaa Y\r\nA2 NOOP\r\n" },
    { "minus", 4096, "A1 X {4096+}\r\n" .. ("a"):rep(4096) .. " Y\r\nA2 NOOP\r\n" },
    { "minus", 4097, "A1 X {4097}\r\n", ("a"):rep(4097) .. " Y\r\nA2 NOOP\r\n" },
    { "plus", 0, "A1 X {0+}\r\n Y\r\nA2 NOOP\r\n" },
    { "sync", 0, "A1 X {0}\r\n", " Y\r\nA2 NOOP\r\n" },
  } do
    it(("says a literal of %d bytes by %s"):format(case[2], case[1]), function()
      local q = queue { literals = case[1] }
      q:send { "X ", { literal = ("a"):rep(case[2]) }, " Y" }
      q:send "NOOP"
      assert.equal(case[3], q:output())
      if not case[4] then return end
      local list = hear(q, "+ go on\r\n")
      assert.is_true(list[1].let_go)
      assert.equal(case[4], q:output())
    end)
  end

  it("waits for every literal of a command", function()
    local q = queue()
    q:send { "LOGIN ", { literal = "us\rer" }, " ", { literal = "pass" } }
    assert.equal("A1 LOGIN {5}\r\n", q:output())
    hear(q, "+ \r\n")
    assert.equal("us\rer {4}\r\n", q:output())
    hear(q, "+ \r\n")
    assert.equal("pass\r\n", q:output())
    assert.equal("A1", hear(q, "A1 OK in\r\n")[1].completes)
  end)

  it("leaves the rest of a command out that is refused instead of continued", function()
    local q = queue()
    q:send { "APPEND x ", { literal = "first" }, " ", { literal = "second" } }
    q:send { "APPEND y ", { literal = "third" } }
    q:send "NOOP"
    assert.equal("A1 APPEND x {5}\r\n", q:output())
    assert.equal("no", hear(q, "A1 NO [TRYCREATE] no x\r\n")[1].type)
    assert.equal("A2 APPEND y {5}\r\n", q:output())
    hear(q, "+ \r\n")
    assert.equal("third\r\nA3 NOOP\r\n", q:output())
    assert.same({ "A2", "A3" }, (function(l) return { l[1].completes, l[2].completes } end)(
      hear(q, "A2 OK\r\nA3 OK x\r\n")))
  end)

  it("refuses the second literal after the first has gone", function()
    local q = queue()
    q:send { "APPEND x ", { literal = "first" }, " ", { literal = "second" } }
    q:output()
    hear(q, "+ \r\n")
    assert.equal("first {6}\r\n", q:output())
    hear(q, "A1 NO [OVERQUOTA] full\r\n")
    q:send "NOOP"
    assert.equal("A2 NOOP\r\n", q:output())
  end)

  it("is supplied with a promised literal in pieces", function()
    local q = queue()
    q:send { "APPEND x ", { size = 5 }, " tail" }
    q:send "NOOP"
    assert.equal(0, q:wants())
    assert.equal("A1 APPEND x {5}\r\n", q:output())
    assert.equal(0, q:wants())
    hear(q, "+ \r\n")
    assert.equal(5, q:wants())
    assert.is_true(q:put "ab")
    assert.equal("ab", q:output())
    assert.equal(3, q:wants())
    local ok, err = q:put "cdef"
    assert.is_nil(ok)
    assert.equal("invalid", err.kind)
    assert.is_true(q:put "cde")
    assert.equal("cde tail\r\nA2 NOOP\r\n", q:output())
  end)

  it("wants the rest of a literal though the command was refused", function()
    local q = queue { literals = "plus" }
    q:send { "APPEND x ", { size = 5 } }
    assert.equal("A1 APPEND x {5+}\r\n", q:output())
    q:put "ab"
    q:output()
    assert.equal("A1", hear(q, "A1 NO [TOOBIG] too big\r\n")[1].completes)
    assert.equal(3, q:wants())
    q:put "cde"
    q:send "NOOP"
    assert.equal("cde\r\nA2 NOOP\r\n", q:output())
  end)

  it("marks binary literals", function()
    local q = queue { literals = "plus" }
    q:send { "APPEND x ", { literal = "a\0b", binary = true } }
    assert.equal("A1 APPEND x ~{3+}\r\na\0b\r\n", q:output())
  end)

  it("takes lines in a dialogue", function()
    local q = queue()
    q:send("AUTHENTICATE PLAIN", true)
    assert.equal("A1 AUTHENTICATE PLAIN\r\n", q:output())
    assert.equal("abc=", hear(q, "+ abc=\r\n")[1].text)
    assert.is_nil(q:send "NOOP")
    assert.is_true(q:line "def=")
    assert.equal("def=\r\n", q:output())
    hear(q, "A1 OK in\r\n")
    assert.is_nil(q:line "more")
    assert.equal("A2", q:send "NOOP")
  end)

  it("lets commands follow the last line of a dialogue", function()
    local q = queue()
    q:send("IDLE", true)
    q:output()
    hear(q, "+ idling\r\n* 5 EXISTS\r\n")
    assert.is_true(q:line("DONE", true))
    assert.equal("A2", q:send "NOOP")
    assert.equal("DONE\r\nA2 NOOP\r\n", q:output())
  end)

  for _, case in ipairs {
    { "a line break in text", "NO\r\nOP" },
    { "a bare CR", "NO\rOP" },
    { "a bare LF", { "LOGIN ", "a\nA9 DELETE INBOX" } },
    { "a NUL", { "X ", "\0" } },
    { "a NUL in a literal", { "X ", { literal = "a\0b" } } },
    { "a second part", { "X ", { literal = "abc" }, "\r\n" } },
  } do
    it("refuses " .. case[1] .. " and is as before", function()
      for _, how in ipairs { "sync", "plus" } do
        local q = queue { literals = how }
        q:send "NOOP"
        local tag, err = q:send(case[2])
        assert.is_nil(tag)
        assert.equal("invalid", err.kind)
        q:send "CHECK"
        assert.matches("^A1 NOOP\r\nA%d CHECK\r\n$", q:output())
      end
    end)
  end

  it("throws at what is no part, and is as before", function()
    local q = queue()
    for _, parts in ipairs { { "X ", true }, { "X ", {} }, { "X ", { size = -1 } },
      { "X", { size = 1.5 } }, { "X", print } } do
      assert.has_error(function() q:send(parts) end)
    end
    q:send "NOOP"
    assert.matches("^A%d NOOP\r\n$", q:output())
  end)
end)

describe("what a server must not say", function()
  for _, case in ipairs {
    { "a completion of nothing", "A1 OK\r\n", nil },
    { "a completion of another tag", "A2 OK x\r\n", "NOOP" },
    { "a completion of no tag of ours", "B1 OK x\r\n", "NOOP" },
    { "a tag with a zero before it", "A01 OK x\r\n", "NOOP" },
    { "a completion twice", "A1 OK x\r\nA1 OK x\r\n", "NOOP" },
    { "a continuation of nothing", "+ go on\r\n", "NOOP" },
    { "no IMAP", "220 mail.example.test ESMTP\r\n", nil },
    { "an empty line", "\r\n", "NOOP" },
    { "a completion before the command was said", "A1 OK x\r\n", "NOOP", unsaid = true },
    { "a tag beyond numbers", "A99999999999 OK x\r\n", "NOOP" },
  } do
    it("is refused: " .. case[1], function()
      local q = queue()
      if case[3] then q:send(case[3]) end
      if not case.unsaid then q:output() end
      local _, err = hear(q, case[2])
      assert.equal("protocol", err.kind)
      -- it stays so
      local tag, again = q:send "NOOP"
      assert.is_nil(tag)
      assert.equal("protocol", again.kind)
      assert.same({ {}, err }, { hear(q, "* OK x\r\n") })
    end)
  end

  it("is an answer within the literals of a command", function()
    local q = queue()
    q:send { "APPEND x ", { size = 5 }, " ", { size = 3 } }
    q:output()
    hear(q, "+ \r\n")
    q:put "ab"
    q:output()
    local _, err = hear(q, "A1 NO x\r\n")
    assert.equal("protocol", err.kind)
  end)

  for _, case in ipairs {
    { "line", "* OK " .. ("x"):rep(200) },
    { "literal", "* 1 FETCH (BODY[] {101}\r\n" },
    { "literal", "* 1 FETCH (BODY[] {99999999999999999999}\r\n" },
    { "response", "* 1 FETCH (BODY[1] {90}\r\n" .. ("x"):rep(90) .. " BODY[2] {90}\r\n" },
  } do
    it("is more than the limit of a " .. case[1] .. ": " .. case[2]:sub(1, 30), function()
      local q = queue(nil, { line = 150, literal = 100, response = 160 })
      local _, err = hear(q, case[2])
      assert.equal("limit", err.kind)
    end)
  end
end)

-- what a server said in a recorded dialogue, with our tags, and how often it
-- completed a command
local function recorded(name)
  local lines, commands = {}, 0
  for line in io.lines("spec/recordings/imap/" .. name) do
    local said = line:match "^S: (.*)$"
    if said and not said:find "^%+" then
      local n
      said, n = said:gsub("^a(%d+) ", "A%1 ")
      commands = commands + n
      lines[#lines + 1] = said:gsub('TAG "a(%d+)"', 'TAG "A%1"') .. "\r\n"
    end
  end
  return table.concat(lines), commands
end

local function replay(text, commands, size)
  local q = queue()
  for _ = 1, commands do q:send "NOOP" end
  q:output()
  local all = {}
  for at = 1, #text, size do
    q:feed(text:sub(at, at + size - 1))
    local list, err = read(q)
    assert.is_nil(err)
    table.move(list, 1, #list, #all + 1, all)
  end
  return all, q
end

describe("recorded dialogues", function()
  for _, name in ipairs { "dovecot-fetch.txt", "dovecot-search.txt", "dovecot-qresync.txt",
    "dovecot-folders.txt", "dovecot-rights.txt", "dovecot-store.txt", "gromox-fetch.txt" } do
    it("of " .. name .. " read the same in pieces of any size", function()
      local text, commands = recorded(name)
      local whole = replay(text, commands, #text)
      assert.is_true(#whole > commands)
      for _, size in ipairs { 1, 2, 7, 64, 1000 } do
        assert.same(whole, (replay(text, commands, size)))
      end
    end)
  end

  it("cut at any byte give what was whole and ask for more", function()
    local text, commands = recorded "dovecot-fetch.txt"
    local whole = replay(text, commands, #text)
    for cut = 0, math.min(#text - 1, 6000) do
      local part, q = replay(text:sub(1, cut), commands, math.max(cut, 1))
      assert.is_true(#part < #whole)
      assert.is_false((q:step()))
    end
  end)
end)
