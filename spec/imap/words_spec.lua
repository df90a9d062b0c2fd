local errors = require "satchel.error"
local words = require "satchel.imap.words"

local function is_invalid(fn, ...)
  local ok, err = errors.try(fn, ...)
  assert.is_false(ok)
  assert.equal("invalid", err.kind)
end

describe("words of IMAP", function()
  for _, case in ipairs {
    { "abc", '"abc"' }, { "", '""' }, { 'a"b\\', '"a\\"b\\\\"' }, { "ä", { literal = "ä" } },
  } do
    it("write the string " .. case[1], function()
      assert.same(case[2], words.string(case[1]))
    end)
  end

  it("quote 8-bit text where that is allowed", function()
    assert.equal('"ä"', words.string("ä", nil, true))
  end)

  for _, bad in ipairs { "a\r\nb", "a\rb", "a\nb", "a\0b" } do
    it(("refuse %q"):format(bad), function()
      is_invalid(words.string, bad)
      is_invalid(words.raw, bad)
      is_invalid(words.mailbox, { utf8_names = false }, bad)
      is_invalid(words.mailbox, { utf8_names = true }, bad)
      is_invalid(words.set, bad)
      is_invalid(words.atom, bad)
      is_invalid(words.flags, { bad })
    end)
  end

  for _, case in ipairs {
    { "inbox", "INBOX", "INBOX" }, { "Inbox/x", '"Inbox/x"', '"Inbox/x"' },
    { "Größe & mehr", '"Gr&APYA3w-e &- mehr"', '"Größe & mehr"' },
  } do
    it("write the mailbox " .. case[1], function()
      assert.equal(case[2], words.mailbox({ utf8_names = false }, case[1]))
      assert.equal(case[3], words.mailbox({ utf8_names = true }, case[1]))
    end)
  end

  it("write no mailbox that is no UTF-8", function()
    is_invalid(words.mailbox, { utf8_names = true }, "a\xff")
    is_invalid(words.mailbox, { utf8_names = false }, "a\xff")
    is_invalid(words.mailbox, { utf8_names = false }, 7)
  end)

  for _, case in ipairs { { 7, "7" }, { { 3, 1, 2, 9 }, "1:3,9" }, { "1:4,7", "1:4,7" },
    { "*", "*" }, { "5:*", "5:*" }, { "$", "$" } } do
    it("write the set " .. case[2], function() assert.equal(case[2], words.set(case[1])) end)
  end

  for _, bad in ipairs { "", "a", "1 2", "1:2)", "$1", {}, true, 1.5 } do
    it("refuse the set " .. tostring(bad), function() is_invalid(words.set, bad) end)
  end

  it("write long sets in pieces, none too long and nothing lost", function()
    local list, text = {}, {}
    for i = 1, 20000 do
      list[i] = 3 * i
      text[i] = tostring(3 * i)
    end
    for _, set in ipairs { list, (table.concat(text, ",")) } do
      local chunks = words.chunks(set)
      assert.is_true(#chunks > 1)
      for _, chunk in ipairs(chunks) do assert.is_true(#chunk <= 8000) end
      assert.equal(table.concat(text, ","), table.concat(chunks, ","))
    end
    assert.same({ "1:4" }, words.chunks "1:4")
  end)

  for _, case in ipairs { { "\\Seen", "(\\Seen)" }, { { "$Junk", "a" }, "($Junk a)" },
    { {}, "()" } } do
    it("write the flags " .. case[2], function() assert.equal(case[2], words.flags(case[1])) end)
  end

  for _, bad in ipairs { "a b", "", "(a)", "a{3}", "a%", "a*", '"a"', "a\\b", "\\", "ä",
    "\\\\a", 7 } do
    it("refuse the flag " .. tostring(bad), function() is_invalid(words.flags, { bad }) end)
  end

  it("write a date", function()
    assert.equal('"02-Jan-1970 00:00:00 +0000"', words.date_time(86400))
  end)

  it("join texts that meet", function()
    local literal = { literal = "x" }
    assert.same({ "a b", literal, " c d" },
      words.add({ "a" }, " b", literal, " c", " d"))
  end)
end)
