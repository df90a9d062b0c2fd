-- Parameters of header values (RFC 2045 5.1, RFC 2231), in all their encodings.

local mime = require("satchel.core").mime

describe("a parameter", function()
  for _, case in ipairs {
    { "text/plain; charset=utf-8", "charset", "utf-8" },
    { "text/plain; CHARSET=UTF-8", "charset", "UTF-8" },
    { 'text/plain; charset="utf-8"; x=y', "charset", "utf-8" },
    { "text/plain;charset=utf-8;x=y", "x", "y" },
    { "text/plain; charset = utf-8", "charset", "utf-8" },
    { "text/plain charset=utf-8", "charset", "utf-8" },
    { "text/plain;\r\n\tcharset=utf-8", "charset", "utf-8" },
    { "text/plain;; charset=utf-8", "charset", "utf-8" },
    { "text/plain; charset=utf-8 format=flowed", "charset", "utf-8" },
    { "text/plain", "charset", nil },
    { "", "charset", nil },
    { "text/plain; charset", "charset", "" },
    { "attachment; filename=a.txt", "filename", "a.txt" },
    { 'attachment; filename="a b.txt"', "filename", "a b.txt" },
    { "attachment; filename=a b.txt; size=3", "filename", "a b.txt" },
    { 'attachment; filename="a;b\\"c.txt"', "filename", 'a;b"c.txt' },
    { 'attachment; filename="C:\\dir\\a.txt"', "filename", "C:\\dir\\a.txt" },
    { 'attachment; filename="not closed', "filename", "not closed" },
    { 'attachment; filename="a\r\n b.txt"', "filename", "a b.txt" },
    -- RFC 2231 3, 4, 4.1
    { "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n"
      .. " URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"", "url",
      "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar" },
    { "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title",
      "This is ***fun***" },
    { "application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20;"
      .. " title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"", "title",
      "This is even more ***fun*** isn't it!" },
    { "a; filename*=UTF-8''%e2%82%ac%20rates", "filename", "€ rates" },
    { "a; filename*=iso-8859-1''%A3%20rates", "filename", "£ rates" },
    { "a; filename*1*=%AC%20x; filename*0*=utf-8''%E2%82", "filename", "€ x" },
    { "a; filename*0*=utf-8''%E2%82; filename*1*=%AC", "filename", "€" }, -- a character split
    { "a; filename=\"x\"; filename*=utf-8''%C3%BC", "filename", "ü" },
    { "a; filename*=%C3%BC", "filename", "ü" }, -- the charset is missing
    { "a; filename*=''%C3%BC", "filename", "ü" },
    { "a; filename*=utf-8''%zz%4", "filename", "%zz%4" },
    { "a; filename*1=b; filename*2=c", "filename", "bc" }, -- counts from 1
    { "a; filename*0=a; filename*2=c", "filename", "a" }, -- a piece is missing
    { "a; filename*0=\"=?utf-8?Q?=C3\"; filename*1=\"=BC?=\"", "filename", "ü" },
    -- RFC 2047, which forbids it
    { 'a; name="=?utf-8?Q?gr=C3=BC=C3=9F?="', "name", "grüß" },
    { 'a; name="=?utf-8?B?Z3I=?=\r\n =?utf-8?B?w7w=?="', "name", "grü" },
    { "a; name==?utf-8?Q?gr=C3=BC_a;b?=", "name", "grü a;b" },
    { "a; name=gr\xc3\xbc.txt", "name", "grü.txt" },
    { "a; name=gr\xfc.txt", "name", "grü.txt" },
    { 'a; name="\xcf\xf0"', "name", "Пр", "windows-1251" },
    { "a; name*=x\0y", "name", "xy" },
    { "a; name*=utf-8''a%0D%0Ab%00c", "name", "abc" },
    { "a; named=1; name=2", "name", "2" },
    { "a; name*x=1", "name", nil },
  } do
    it(("%q of %q"):format(case[2], case[1]), function()
      assert.equal(case[3], mime.param(case[1], case[2], case[4]))
    end)
  end
end)
