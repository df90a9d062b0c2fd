-- Encoded words (RFC 2047), and what mailers take for them.

local mime = require("satchel.core").mime

describe("the text of a header", function()
  for _, case in ipairs {
    { "plain", "plain" },
    { "  blanks at the ends \t", "blanks at the ends" },
    { "folded\r\n here", "folded here" },
    { "folded\r\n\t  here", "folded here" },
    { "folded\n here", "folded here" },
    { "a\0b", "ab" },
    { "", "" },
    -- RFC 2047 8
    { "=?ISO-8859-1?Q?a?=", "a" },
    { "=?ISO-8859-1?Q?a?= b", "a b" },
    { "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab" },
    { "=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab" },
    { "=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab" },
    { "=?ISO-8859-1?Q?a_b?=", "a b" },
    { "=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b" },
    { "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>" },
    { "=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard" },
    { "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n"
      .. " =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
      "If you can read this you understand the example." },
    { "=?utf-8*en?Q?language?=", "language" }, -- RFC 2231 5
    { "=?utf-8?q?gr=C3=BC=c3=9f?=", "grüß" },
    { "=?UTF-8?b?Z3LDvMOf?=", "grüß" },
    { "=?gb2312?B?xOO6ww==?=", "你好" },
    { "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本" },
    { "=?x-unknown?Q?gr=C3=BC?=", "grü" },
    { "=?x-unknown?Q?gr=FC?=", "grü" },
    -- a character, and a group of base64, split between words
    { "=?utf-8?Q?gr=C3?= =?utf-8?Q?=BC?=", "grü" },
    { "=?utf-8?B?Z3LD?= =?utf-8?B?vA==?=", "grü" },
    { "=?UTF-8?Q?gr=C3?= =?utf-8?B?vA==?=", "grü" },
    { "=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?S1wbKEI=?=", "日本" },
    -- written as the standard forbids
    { "x=?utf-8?Q?=C3=BC?=y", "xüy" },
    { "=?utf-8?Q?=C3=BC?==?utf-8?Q?=C3=9F?=", "üß" },
    { "=?utf-8?Q?with blanks =C3=BC in it?= end", "with blanks ü in it end" },
    { "=?utf-8?Q?cut off =C3=BC", "cut off ü" },
    { "=?utf-8?B?Z3LDvMOf", "grüß" },
    { "=?utf-8?B?Z3LDvMOf?", "grüß" },
    { "=?utf-8?Q?not closed =?utf-8?Q?=C3=BC?=", "not closedü" },
    { "=?utf-8?Q?100%?=", "100%" },
    { "=?utf-8?Q?a=zz=4?=", "a=zz=4" },
    { "=?utf-8?B?Z3L DvMOf?=", "grüß" },
    { "=?utf-8?Q??=", "" },
    { "=?utf-8?Q?a?b?=", "a?b" },
    { "a =? b", "a =? b" },
    { "=?utf-8?X?abc?=", "=?utf-8?X?abc?=" },
    { "=?=", "=?=" },
    { "=??Q?a?=", "=??Q?a?=" },
    { "=?utf-8?Q?a=0D=0AX-Evil:_b?=", "a  X-Evil: b" },
    { "=?utf-8?Q?a=00b?=", "ab" },
    -- bytes that are declared as nothing
    { "gr\xc3\xbc", "grü" },
    { "gr\xfc", "grü" },
    { "gr\xfc =?utf-8?Q?=C3=BC?= gr\xc3\xbc", "grü ü grü" },
    { "\xcf\xf0", "Пр", "windows-1251" },
    { "gr\xc3\xbc", "grü", "windows-1251" },
    { "\27$BF|K\\\27(B", "日本" },
  } do
    it(("%q"):format(case[1]), function()
      assert.equal(case[2], mime.decode_header(case[1], case[3]))
    end)
  end
end)
