-- Responses to FETCH that break the grammar of IMAP, as servers have been seen to send
-- them: { what is wrong (who), the response without its line end }.  They are about the
-- second message of a mailbox, of UID 2.

local M = {}

-- the response ends where it seems to
M.framed = {
  { "an ENVELOPE of nine fields (NetEase, QQ)",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE ("d" "s" ((NIL NIL "a" "x.test")) NIL NIL NIL NIL NIL '
      .. '"<2@x.test>"))' },
  { "an ENVELOPE of eight fields (NetEase)",
    '* 2 FETCH (UID 2 ENVELOPE ("d" "s" ((NIL NIL "a" "x")) ((NIL NIL "a" "x")) '
      .. '((NIL NIL "a" "x")) NIL NIL NIL) FLAGS ())' },
  { "an address without its parentheses (SmarterMail)",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE ("d" "s" (NIL) NIL NIL NIL NIL NIL NIL NIL))' },
  { "quotes within a message id (Tencent)",
    '* 2 FETCH (ENVELOPE ("d" "s" NIL NIL NIL NIL NIL NIL NIL "<1.J."a@x.test"@b>") '
      .. 'UID 2 FLAGS ())' },
  { "quotes within a subject (BlitzMail)",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "the "best" one" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a field that is not quoted",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL Zw\xf6lf NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a quoted NIL and a parenthesis too few",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "s" "NIL" NIL NIL NIL NIL NIL NIL NIL)' },
  { "a parenthesis too many",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL)))' },
  { "line feeds as they stand in the header",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "a\n b" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a NUL", '* 2 FETCH (UID 2 ENVELOPE (NIL "a\0" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "items behind the parenthesis (Xeams)",
    "* 2 FETCH (UID 2 BODY[] {5}\r\nhello) FLAGS () RFC822.SIZE 5)" },
  { "two quotes that come one by one, with a literal between them",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "s" ((NIL NIL "a"" "x")) NIL NIL NIL NIL NIL NIL '
      .. 'NIL) BODYSTRUCTURE ("TEXT" "HTML"" NIL NIL NIL {5}\r\n8bit" 74 2))' },
  { "two responses in one line",
    '* 2 FETCH (UID 2 FLAGS ())* 3 FETCH (UID 3 ENVELOPE (NIL "other" NIL NIL NIL NIL NIL NIL '
      .. "NIL NIL))", third = true },
  { "nothing that is known", "* 2 FETCH (%)" },
}

-- the same, where BODYSTRUCTURE was asked for, too
M.structures = {
  { "a description of bare quotes (NetEase)",
    '(("text" "html" NIL NIL NIL "quoted-printable" 12 1)("application" "octet-stream" '
      .. '("name" "a.pdf") NIL """" "base64" 65) "MIXED")' },
  { "a part without encoding and with parameters in its end (libetpan's)",
    '(("TEXT" "PLAIN" ("CHARSET" "GB2312") NIL NIL NIL 0 0 ("BOUNDARY" "b") NIL NIL) "RELATED" '
      .. '("BOUNDARY" "b") NIL NIL)' },
  { "a multipart as a part of its own type (GMX)",
    '(("multipart" "related" ("boundary" "b") NIL NIL "7BIT" 400 ("boundary" "b") NIL NIL NIL) '
      .. '"mixed" ("boundary" "c") NIL NIL NIL)' },
  { "parts behind the end (mail.ru)",
    '("text" "html" NIL NIL NIL "7bit" 18 0 NIL NIL NIL NIL)(("text" "html" NIL NIL NIL "base64" '
      .. '1 0 NIL NIL NIL NIL) "mixed" NIL NIL NIL)' },
  { "a type with quotes and a line break (Alibaba)",
    '(("APPLICATION" "PDF\n NAME="ATT1.PDF"" NIL NIL NIL "base64" 25 NIL NIL NIL) "mixed" NIL '
      .. "NIL NIL)" },
  { "no parts and no type (Yandex)", "()" },
  { "parts nested beyond all bounds", ("("):rep(200) .. '"A"' .. (")"):rep(200) },
}

-- what comes behind the response may be text of a message
M.unframed = {
  { "one quote in a quoted string",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "5" disk" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a subject that is folded (GroupWise)",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "a,\r\n b" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a name that says a response of its own (GreenMail)",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "A)\r\n* 3 FETCH (UID 3 FLAGS () ENVELOPE (NIL '
      .. '"forged" NIL NIL NIL NIL NIL NIL NIL NIL))\r\nA5 OK done\r\n" NIL))' },
  { "a name that announces a literal",
    '* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "A {900000}\r\n" NIL NIL NIL NIL NIL NIL NIL NIL))' },
  { "a literal that is counted with its line end (jordwest)",
    "* 2 FETCH (UID 2 ENVELOPE {6}\r\nabcd ID 2)" },
  { "a literal that is announced without a space (GreenMail)",
    "* 2 FETCH (UID 2 BODY[HEADER]{2}\r\nab)" },
  { "a literal as clients announce it", "* 2 FETCH (UID 2 ENVELOPE {2+}\r\nab)" },
  { "a line that is cut off", "* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL NIL" },
  { "the UID behind what is broken",
    '* 2 FETCH (ENVELOPE (NIL "5" disk" NIL NIL NIL NIL NIL NIL NIL NIL) UID 2)',
    by_number = true },
}

return M
