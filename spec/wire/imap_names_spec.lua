-- Sets, names, keywords, strings and dates of IMAP, both ways.
local imap = require("satchel.core").imap

describe("a set", function()
  for _, case in ipairs {
    { {}, "" },
    { { 1 }, "1" },
    { { 4294967295, 1 }, "1,4294967295" },
    { { 1, 2, 3, 4, 7 }, "1:4,7" },
    { { 7, 4, 3, 3, 2, 1 }, "1:4,7" },
    { { 5, 6, 9, 10, 12 }, "5:6,9:10,12" },
  } do
    it("is written: " .. case[2], function() assert.equal(case[2], imap.set(case[1])) end)
  end

  it("keeps an order", function()
    assert.equal("7:8,4,3,3,1:2", imap.set({ 7, 8, 4, 3, 3, 1, 2 }, "ordered"))
  end)

  it("comes back as it was", function()
    local random, numbers, n = 1, {}, 0
    for i = 1, 2000 do
      random = random * 1103515245 + 12345 & 0x7fffffff
      n = n + 1 + random // 65536 % 3
      numbers[i] = n
    end
    assert.same(numbers, imap.ids(imap.set(numbers)))
    assert.same(numbers, imap.ids(imap.set(numbers, "ordered")))
  end)

  it("is split by length", function()
    local numbers = {}
    for i = 1, 1000 do numbers[i] = 3000 - 3 * i + 1 end
    local together = {}
    for _, text in ipairs(imap.sets(numbers, 40)) do
      assert.is_true(#text <= 40)
      for _, id in ipairs(imap.ids(text)) do together[#together + 1] = id end
    end
    table.sort(numbers)
    assert.same(numbers, together)
    assert.same({ "1:3", "5" }, imap.sets({ 5, 3, 2, 1 }, 4))
    assert.same({ "1000000", "2000000" }, imap.sets({ 1000000, 2000000 }, 1))
    assert.same({}, imap.sets({}, 9))
  end)

  for _, case in ipairs {
    { "1:4,7", { 1, 2, 3, 4, 7 } },
    { "7,1:2", { 7, 1, 2 } },
    { "4:2", { 2, 3, 4 } },
    { "5:*", { 5, 6, 7, 8 }, 8 },
    { "*:7,*", { 7, 8, 8 }, 8 },
    { "10:*", { 8, 9, 10 }, 8 },
    { "4294967295", { 4294967295 } },
    { "", {} },
  } do
    it("is spread: " .. case[1], function()
      assert.same(case[2], imap.ids(case[1], case[3]))
    end)
  end

  for _, case in ipairs {
    { "0", "protocol" }, { "1,", "protocol" }, { ",1", "protocol" }, { "1:", "protocol" },
    { ":1", "protocol" }, { "1::2", "protocol" }, { "1:2:3", "protocol" }, { "1 2", "protocol" },
    { "4294967296", "protocol" }, { "99999999999999999999999", "protocol" }, { "a", "protocol" },
    { "**", "protocol" }, { "1:*", "invalid" }, { "*", "invalid" }, { "1:4294967295", "limit" },
    { ("1:4000000,"):rep(20) .. "1", "limit" },
  } do
    it("is refused: " .. case[1]:sub(1, 30), function()
      local list, err = imap.ids(case[1])
      assert.is_nil(list)
      assert.equal(case[2], err.kind)
    end)
  end

  it("takes numbers of messages alone", function()
    for _, list in ipairs { { 0 }, { -1 }, { 4294967296 }, { "x" }, { 1.5 }, { {} } } do
      assert.has_error(function() imap.set(list) end)
    end
    assert.has_error(function() imap.set({ 1 }, "backwards") end)
    assert.has_error(function() imap.sets({ 1 }, 0) end)
  end)
end)

describe("a name in modified UTF-7", function()
  for _, case in ipairs {
    { "", "" },
    { "INBOX", "INBOX" },
    { "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" }, -- RFC 3501 5.1.3
    { "Hi Mom -☺-!", "Hi Mom -&Jjo--!" },
    { "&", "&-" },
    { "a&b&&c", "a&-b&-&-c" },
    { "&-", "&--" },
    { "Entwürfe", "Entw&APw-rfe" },
    { "ä&ö", "&AOQ-&-&APY-" },
    { "äöü", "&AOQA9gD8-" },
    { "😀 x", "&2D3eAA- x" },
    { "\t\127", "&AAkAfw-" },
    { "\u{10ffff}", "&2,,f,w-" },
    { "/\\\"*%(){}", "/\\\"*%(){}" },
  } do
    it(("goes both ways: %q"):format(case[1]), function()
      assert.equal(case[2], imap.utf7(case[1]))
      assert.equal(case[1], imap.from_utf7(case[2]))
    end)
  end

  for _, text in ipairs {
    "&", "&A", "&AOQ", "&AOQ!", "&AOR-", "&AOQA-", "&AAAA-", "&AAA-", "&AGE-", "&AOQ-&APY-",
    "&2D0-", "&3gA-", "&2D0A5A-", "&AO/-", "&AOQ=-", "\xc3\xa4", "a\0", "\n", "&-&", "&=-", "&A-",
  } do
    it(("is one, and not %q"):format(text), function()
      local name, err = imap.from_utf7(text)
      assert.is_nil(name)
      assert.equal("protocol", err.kind)
    end)
  end

  for _, name in ipairs { "a\r", "a\nb", "\0", "\xff", "\xed\xa0\x80", "a\0\r" } do
    it(("cannot be made of %q"):format(name), function()
      local text, err = imap.utf7(name)
      assert.is_nil(text)
      assert.equal("invalid", err.kind)
    end)
  end
end)

describe("a category", function()
  for _, case in ipairs {
    { "Work", "Work" },
    { "$Forwarded", "$Forwarded" },
    { "Red Category", "Red&ACA-Category" },
    { "R&D", "R&-D" },
    { "a(b)\"c\"\\*%{]}", "a&ACg-b&ACk-&ACI-c&ACIAXAAqACUAewBd-}" },
    { "größer", "gr&APYA3w-er" },
    { "\\Seen", "&AFw-Seen" },
  } do
    it("is a keyword, and comes back: " .. case[1], function()
      local keyword = imap.flag(case[1])
      assert.equal(case[1], imap.category(keyword))
      assert.is_truthy(imap.parse("* FLAGS (" .. keyword .. ")\r\n"))
      if not case[1]:find '%)"' then assert.equal(case[2], keyword) end
    end)
  end

  it("is not what another program made a keyword of", function()
    for _, keyword in ipairs { "a&b", "&AGE-", "\\Seen", "a]" } do
      assert.is_nil((imap.category(keyword)))
    end
  end)

  it("has letters, and no line ends", function()
    assert.equal("invalid", select(2, imap.flag "a\nb").kind)
    assert.has_error(function() imap.flag "" end)
  end)
end)

describe("a quoted string", function()
  for _, case in ipairs {
    { "", '""' },
    { "a b", '"a b"' },
    { 'a"b\\', '"a\\"b\\\\"' },
    { "a\tb", '"a\tb"' },
  } do
    it(("is made of %q"):format(case[1]), function()
      assert.equal(case[2], imap.quote(case[1]))
      assert.equal(case[1], imap.parse("* ID (\"k\" " .. case[2] .. ")\r\n").fields.k)
    end)
  end

  it("holds UTF-8 where that was agreed", function()
    assert.equal('"ä"', imap.quote("ä", { utf8 = true }))
    assert.same({ nil }, { imap.quote "ä" })
    assert.same({ nil }, { imap.quote("\xe4", { utf8 = true }) })
  end)

  it("is not made of much", function()
    assert.equal(4098, #imap.quote(("x"):rep(4096)))
    assert.same({ nil }, { imap.quote(("x"):rep(4097)) })
  end)

  it("holds no CR, LF and NUL", function()
    for _, text in ipairs { "a\r", "\n", "a\0b", "\0\n" } do
      local quoted, err = imap.quote(text)
      assert.is_nil(quoted)
      assert.equal("invalid", err.kind)
    end
  end)
end)

describe("a date", function()
  for _, case in ipairs {
    { 0, "01-Jan-1970 00:00:00 +0000" },
    { 837596665, "17-Jul-1996 09:44:25 +0000" },
    { -1, "31-Dec-1969 23:59:59 +0000" },
    { 951782400, "29-Feb-2000 00:00:00 +0000" },
    { -2203891200, "01-Mar-1900 00:00:00 +0000" },
    { 253402300799, "31-Dec-9999 23:59:59 +0000" },
    { -62167219200, "01-Jan-0000 00:00:00 +0000" },
  } do
    it("goes both ways: " .. case[2], function()
      assert.equal(case[2], imap.date_time(case[1]))
      assert.equal(case[1],
        imap.parse('* 1 FETCH (INTERNALDATE "' .. case[2] .. '")\r\n').internaldate)
    end)
  end

  it("goes both ways on every day of four centuries", function()
    for days = -146097, 146097, 13 do
      local text = imap.date_time(days * 86400 + 4711)
      assert.equal(days * 86400 + 4711,
        imap.parse('* 1 FETCH (INTERNALDATE "' .. text .. '")\r\n').internaldate)
    end
  end)

  it("has four digits of years", function()
    assert.has_error(function() imap.date_time(253402300800) end)
    assert.has_error(function() imap.date_time(-62167219201) end)
  end)
end)
