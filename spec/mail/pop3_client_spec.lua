-- The client's side of POP3 as bytes: pipelined commands, answers, the lines
-- that follow them without their stuffing.

local pop3 = require "satchel.core".pop3

-- all events of some bytes, given in pieces of n; text is joined
local function events_of(c, bytes, n)
  local list, rest = {}, ""
  for at = 1, #bytes, n do
    rest = rest .. bytes:sub(at, at + n - 1)
    while true do
      local event, left = c:feed(rest)
      if event == nil then return nil, left end
      rest = left
      if not event then break end
      if type(event) == "string" and event ~= "" and type(list[#list]) == "string"
        and list[#list] ~= "" then
        list[#list] = list[#list] .. event
      else
        list[#list + 1] = event
      end
    end
  end
  return list
end

local function connected()
  local c = pop3.connection()
  assert(c:feed "+OK ready\r\n")
  return c
end

local bodies = {
  { "a\r\nb\r\n.\r\n", "a\r\nb\r\n" },
  { ".\r\n", nil },
  { "..\r\n.\r\n", ".\r\n" },
  { "..a\r\n...\r\n.\r\n", ".a\r\n..\r\n" },
  { "\r\n\r\n.\r\n", "\r\n\r\n" },
  { "a\n.\n\r\n.\r\n", "a\n.\n\r\n" },
  { "a\r.\r\n.\r\n", "a\r.\r\n" },
  { "a\r\r\n.\r\n", "a\r\r\n" },
  { ".\rx\r\n.\r\n", "\rx\r\n" },
  { ".\r\r\n.\r\n", "\r\r\n" },
  { "a\n..b\r\n.\r\n", "a\n..b\r\n" },
}

describe("lines that follow an answer", function()
  for _, case in ipairs(bodies) do
    for _, n in ipairs { 1, 2, 3, 1000 } do
      it(("%q in pieces of %d"):format(case[1], n), function()
        local c = connected()
        c:command("RETR 1", true)
        c:command "STAT"
        local list = assert(events_of(c, "+OK\r\n" .. case[1] .. "+OK 1 2\r\n", n))
        local text = table.remove(list, 2)
        if case[2] then
          assert.equal(case[2], text)
        else
          table.insert(list, 2, text)
        end
        assert.is_true(list[1].more)
        assert.equal("", list[2])
        assert.equal("1 2", list[3].text)
        assert.equal(0, c:expected())
      end)
    end
  end

  it("do not follow a refusal", function()
    local c = connected()
    c:command("RETR 9", true)
    c:command "NOOP"
    local list = assert(events_of(c, "-ERR no such message\r\n+OK\r\n", 1))
    assert.is_false(list[1].more)
    assert.equal("err", list[1].status)
    assert.equal("ok", list[2].status)
  end)

  it("have a bound", function()
    local c = pop3.connection(nil, { message = 10 })
    c:feed "+OK\r\n"
    c:command("RETR 1", true)
    local list, err = events_of(c, "+OK\r\n12345678901\r\n", 4)
    assert.is_nil(list)
    assert.equal("limit", err.kind)
  end)
end)

describe("what comes without being asked for", function()
  it("is refused", function()
    local event, err = connected():feed "+OK injected\r\n"
    assert.is_nil(event)
    assert.equal("protocol", err.kind)
  end)
end)

describe("commands", function()
  for _, line in ipairs { "DELE 1\r\nDELE 2", "a\nb", "a\0b", "" } do
    it(("that could be two are refused: %q"):format(line), function()
      local c = connected()
      local ok, err = c:command(line)
      assert.is_nil(ok)
      assert.equal("invalid", err.kind)
      assert.equal("", c:output())
    end)
  end

  it("answer challenges", function()
    local c = connected()
    c:command "AUTH CRAM-MD5"
    assert.equal("challenge", c:feed("+ PDE4\r\n").status)
    assert(c:command "")
    assert.equal("AUTH CRAM-MD5\r\n\r\n", c:output())
  end)
end)
