-- Text in charsets of mail, as UTF-8.

local mime = require("satchel.core").mime

describe("text in a charset", function()
  for _, case in ipairs {
    { "utf-8", "gr\xc3\xbc\xc3\x9f", "grüß" },
    { "UTF-8", "\xef\xbb\xbfx", "x" },
    { '"utf-8"', "\xc3\xbc", "ü" },
    { "utf8", "\xc3\xbc", "ü" },
    { "unicode-1-1-utf-8", "\xc3\xbc", "ü" },
    { "utf-8", "caf\xe9", "café" }, -- it is not: windows-1252
    { "utf-8", "gr\xc3\xbc\xc3\x9f \xff", "grüß \u{FFFD}" },
    { "us-ascii", "plain", "plain" },
    { "us-ascii", "caf\xe9", "café" },
    { "us-ascii", "caf\xc3\xa9", "café" },
    { "ANSI_X3.4-1968", "caf\xc3\xa9", "café" },
    { "iso-8859-1", "\x93q\x94 \xe9", "“q” é" },
    { "latin1", "\xe9", "é" },
    { "ISO_8859-1:1987", "\xe9", "é" },
    { "iso-8859-2", "\xb1", "ą" },
    { "ISO8859-2", "\xb1", "ą" },
    { "iso-8859-15", "\xa4", "€" },
    { "iso-8859-9", "\xfe", "ş" },
    { "windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет" },
    { "cp1251", "\xcf\xf0", "Пр" },
    { "CP-1251", "\xcf\xf0", "Пр" },
    { "koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет" },
    { "x-mac-cyrillic", "\x8f", "П" },
    { "macintosh", "\x8e", "é" },
    { "windows-874", "\xa1", "ก" },
    { "tis-620", "\xa1", "ก" },
    { "iso-8859-8-i", "\xf9", "ש" },
    { "gb2312", "\xc4\xe3\xba\xc3", "你好" },
    { "gbk", "\xc4\xe3", "你" },
    { "x-gbk", "\xc4\xe3", "你" },
    { "hz-gb-2312", "~{<:Ky2;~}~~x", "己所不~x" },
    { "big5", "\xa7\x41\xa6\x6e", "你好" },
    { "cn-big5", "\xa7\x41", "你" },
    { "shift_jis", "\x93\xfa\x96\x7b", "日本" },
    { "x-sjis", "\x93\xfa\x96\x7b", "日本" },
    { "cp932", "\x87\x40", "①" },
    { "windows-31j", "\x93\xfa", "日" },
    { "euc-jp", "\xc6\xfc\xcb\xdc", "日本" },
    { "iso-2022-jp", "\x1b$BF|K\\\x1b(B x", "日本 x" },
    { "iso-2022-jp", "\x1b$B-!\x1b(B", "①" }, -- NEC's, which the charset has not
    { "iso-2022-jp", "\x1b(I1\x1b(B", "ｱ" },
    { "iso-2022-jp", "\x1b$BF|\nx", "日\nx" }, -- the way back was forgotten
    { "iso-2022-kr", "\x1b$)C\x0e0!\x0f", "가" },
    { "ks_c_5601-1987", "\xb0\xa1\x8c\x63", "가똠" }, -- the second is CP949's
    { "euc-kr", "\xb0\xa1", "가" },
    { "utf-7", "gr+APwA3w-", "grüß" },
    { "unicode-1-1-utf-7", "+APw-", "ü" },
    { "utf-16", "\xff\xfe\xfc\x00", "ü" },
    { "utf-16", "\xfe\xff\x00\xfc", "ü" },
    { "utf-16", "\x00a\x00b", "ab" },
    { "utf-16le", "a\x00b\x00", "ab" },
    { "utf-16be", "\x00a\x00b", "ab" },
    { "x-unknown", "\xc3\xbc", "ü" },
    { "x-unknown", "\xfc", "ü" },
    { "no such charset at all", "\xfc", "ü" },
    { nil, "\xc3\xbc", "ü" },
    { nil, "\xfc", "ü" },
    { nil, "\x1b$BF|K\\\x1b(B", "日本" },
    { nil, "\xff\xfea\x00", "a" },
    { "", "", "" },
    { "shift_jis", "\x93", "\u{FFFD}" }, -- cut within a character
    { "utf-8*en", "\xc3\xbc", "ü" }, -- RFC 2231 5
  } do
    it(("%s: %q"):format(tostring(case[1]), case[2]), function()
      assert.equal(case[3], mime.to_utf8(case[2], case[1]))
    end)
  end

  it("is the same in one piece and around the size of a piece", function()
    local line = ("\x93\xfa\x96\x7b"):rep(20000)
    assert.equal(("日本"):rep(20000), mime.to_utf8(line, "shift_jis"))
    assert.equal("x" .. ("日本"):rep(20000), mime.to_utf8("x" .. line, "shift_jis"))
  end)

  it("is always UTF-8, whatever the bytes are", function()
    local all = {}
    for i = 0, 255 do all[i + 1] = string.char(i) end
    local bytes = table.concat(all)
    for _, name in ipairs { "utf-8", "iso-8859-1", "big5", "gb18030", "shift_jis", "euc-jp",
      "iso-2022-jp", "iso-2022-kr", "utf-7", "utf-16", "utf-16be", "hz-gb-2312", "koi8-r",
      "euc-kr", "windows-1255", "utf-32", "x" } do
      for _, text in ipairs { bytes, bytes:reverse(), (bytes:gsub("[\1-\127]", "")) } do
        assert.truthy(utf8.len(mime.to_utf8(text, name)), name)
      end
    end
  end)
end)
