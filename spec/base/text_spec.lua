local text = require("satchel.core").text

describe("text", function()
  for utf8, utf16 in pairs {
    [""] = "",
    ["a"] = "a\0",
    ["Größe"] = "G\0r\0\xf6\0\xdf\0e\0",
    ["日本"] = "\xe5\x65\x2c\x67",
    ["😀!"] = "\x3d\xd8\x00\xde!\0",
    ["a\0b"] = "a\0\0\0b\0",
  } do
    it(("goes to UTF-16 and back: %q"):format(utf8), function()
      assert.equal(utf16, (text.utf16(utf8)))
      assert.is_true(select(2, text.utf16(utf8)))
      assert.equal(utf8, text.utf8(utf16))
    end)
  end

  it("has every character in both forms", function()
    for c = 0, 0x10ffff, 257 do
      if c < 0xd800 or c > 0xdfff then
        local s = utf8.char(c)
        assert.equal(s, text.utf8((text.utf16(s))))
      end
    end
  end)

  for bad, good in pairs {
    ["\x00\xd8"] = "\u{fffd}",            -- a high surrogate at the end
    ["\x00\xd8a\0"] = "\u{fffd}a",        -- and before a letter
    ["\x00\xdca\0"] = "\u{fffd}a",        -- a low one alone
    ["a\0b"] = "a",                       -- an odd byte at the end
  } do
    it(("replaces what is no UTF-16: %q"):format(bad), function()
      assert.equal(good, text.utf8(bad))
    end)
  end

  for _, bad in ipairs {
    "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
    "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82", "\xff", "ab\xe2\x82c",
  } do
    it(("knows that this is no UTF-8: %q"):format(bad), function()
      assert.is_false(text.is_utf8(bad))
      local s, valid = text.utf16(bad)
      assert.is_false(valid)
      assert.matches("\xfd\xff", s, 1, true)
    end)
  end

  it("knows UTF-8 by its prefixes", function()
    local s = "aß€😀"
    local whole = { [0] = true, [1] = true, [3] = true, [6] = true, [10] = true }
    for n = 0, #s do
      assert.equal(whole[n] or false, text.is_utf8(s:sub(1, n)))
    end
  end)

  it("takes 8-bit text as UTF-8 where it is, else as windows-1252", function()
    assert.equal("Größe", text.from_8bit "Größe")
    assert.equal("Größe", text.from_8bit "Gr\xf6\xdfe")
    assert.equal("€ “x” Ÿ", text.from_8bit "\x80 \x93x\x94 \x9f")
  end)

  it("folds ASCII letters alone", function()
    assert.equal("abcz @[` größe ÄÖ", text.fold "ABCZ @[` GRößE ÄÖ")
    assert.equal("", text.fold "")
  end)
end)
