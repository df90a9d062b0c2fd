-- What servers say that the RFCs do not have; the numbers are those of QUIRKS.md.
local imap = require("satchel.core").imap

local function parse(line)
  local response, err = imap.parse(line .. "\r\n")
  return assert(response, err and err.message)
end

local function body(text) return parse("* 1 FETCH (BODYSTRUCTURE " .. text .. ")").bodystructure end

local function from(text)
  return parse("* 1 FETCH (ENVELOPE (NIL NIL " .. text .. " NIL NIL NIL NIL NIL NIL NIL))")
    .envelope.from
end

local function section(text, name) return parse("* 1 FETCH (" .. text .. ")").sections[name] end

local a <const> = { name = "A", mailbox = "a", host = "x" }
local b <const> = { mailbox = "b", host = "y" }
local part <const> = { type = "a", subtype = "b", params = {}, encoding = "7BIT", size = 1,
  part = "1" }

local function with(fields)
  local copy = {}
  for key, value in pairs(part) do copy[key] = value end
  for key, value in pairs(fields) do copy[key] = value end
  return copy
end

for number, cases in pairs {
  [62] = {
    { parse("* 1 FETCH (THREADID (NIL))").threadid, nil },
    { parse("* 1 FETCH (THREADID (NILS))").threadid, "NILS" },
  },
  [22] = {
    { section('BODY[1] "Gr\xf6\xdfe"', "BODY[1]"), "Gr\xf6\xdfe" },
  },
  [23] = {
    { section("BODY[] {3}\r\na\0b", "BODY[]"), "a\0b" },
  },
  [24] = {
    { from '()', nil },
    { from '(("A" NIL "a" "x") (NIL NIL "b" "y"))', { a, b } },
    { from '(("A" NIL "a" "x")(NIL NIL "b" "y") )', { a, b } },
  },
  [25] = {
    { body '("A" "B" () NIL NIL "7BIT" 1)', part },
    { body '("A" "B" ("x" NIL NIL "y" "Z" "z") NIL NIL "7BIT" 1)', with { params = { z = "z" } } },
  },
  [26] = {
    { parse('* 1 FETCH (INTERNALDATE "1-Jan-1970 00:00:01 +0000")').internaldate, 1 },
  },
  [27] = {
    { parse('* LIST () "" INBOX').delimiter, nil },
  },
  [28] = {
    { parse("* OK [CAPABILITY IMAP4rev1 IDLE  ] x").code.list, { "IMAP4rev1", "IDLE" } },
    { parse("* OK [UIDNEXT 4 ] x").code.value, 4 },
  },
  [29] = {
    { parse "a1 OK", { type = "ok", tag = "a1", text = "" } },
    { parse "* OK [UIDNEXT 4]",
      { type = "ok", text = "", code = { name = "UIDNEXT", value = 4 } } },
    { parse "+", { type = "continuation", text = "" } },
  },
  [30] = {
    { parse "* SEARCH 1 2  ", { type = "search", 1, 2 } },
    { parse "* SEARCH ", { type = "search" } },
    { parse("* STATUS a (MESSAGES 1) ").messages, 1 },
    { parse('* LIST () "/" {2}\r\na  ').name, "a " },
    { parse "* CAPABILITY IMAP4rev1 ", { type = "capability", "IMAP4rev1" } },
    { parse "* ENABLED ", { type = "enabled" } },
    { parse "* 3 EXISTS ", { type = "exists", number = 3 } },
  },
  [31] = {
    { parse "* FLAGS (\\Seen OIB-Seen-[Gmail]/Trash ])",
      { type = "flags", "\\Seen", "OIB-Seen-[Gmail]/Trash", "]" } },
    { parse("* OK [PERMANENTFLAGS (OIB-[Gmail]/Spam \\*)] x").code.list,
      { "OIB-[Gmail]/Spam", "\\*" } },
  },
  [32] = {
    { parse '* FLAGS ("\\\\Deleted" \\Seen "a b")',
      { type = "flags", "\\Deleted", "\\Seen", "a b" } },
  },
  [33] = {
    { section('BODY[1] "a\\b\\\\c\\\"d"', "BODY[1]"), 'a\\b\\c"d' },
  },
  [34] = {
    { parse("* 1 FETCH (UID 2 BODY[2])").sections, {} },
    { parse("* 1 FETCH (UID 2 BODY[2] )").uid, 2 },
  },
  [56] = {
    { parse("* 5 FETCH (UID 9 )").uid, 9 },
  },
  [35] = {
    { body '("A"  "B"   NIL NIL NIL  "7BIT" 1)', part },
    { #body '(("A" "B" NIL NIL NIL "7BIT" 1) ("A" "B" NIL NIL NIL "7BIT" 1)  "MIXED")', 2 },
  },
  [36] = {
    { body('("A" "B" NIL NIL NIL "7BIT" 1 NIL "INLINE" NIL NIL)').disposition,
      { type = "inline", params = {} } },
  },
  [37] = {
    { body('("A" "B" NIL NIL NIL "7BIT" 1 NIL NIL NIL http://x/%20y)').location, "http://x/%20y" },
  },
  [38] = {
    { body '("A" "B" NIL NIL NIL "7BIT" -1)', { type = "a", subtype = "b", params = {},
      encoding = "7BIT", part = "1" } },
    { body('("TEXT" "B" NIL NIL NIL "7BIT" 9.3736e+06 4)').size, nil },
    { body('("TEXT" "B" NIL NIL NIL "7BIT" 9e+06 4)').lines, 4 },
  },
  [39] = {
    { body('("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) '
      .. "() 0 NIL NIL NIL)"), { type = "message", subtype = "rfc822", params = {},
      encoding = "7BIT", size = 1, lines = 0, part = "1", envelope = { subject = "s" } } },
  },
  [40] = {
    { body('("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) '
      .. '("A" "B" NIL NIL NIL "7BIT" 1))'), { type = "message", subtype = "rfc822",
      params = {}, encoding = "7BIT", size = 1, part = "1", envelope = { subject = "s" },
      body = with { part = "1.1" } } },
  },
  [41] = {
    { body '("ALTERNATIVE")', { type = "multipart", subtype = "alternative", params = {} } },
    { body '("X-ZIP" ("BOUNDARY" "") NIL NIL)',
      { type = "multipart", subtype = "x-zip", params = { boundary = "" } } },
    { body '("MIXED" NIL ("INLINE" NIL))', { type = "multipart", subtype = "mixed",
      params = {}, disposition = { type = "inline", params = {} } } },
    { body '(NIL "alternative" ("boundary" "b") NIL NIL NIL)',
      { type = "multipart", subtype = "alternative", params = { boundary = "b" } } },
  },
  [42] = {
    { body '(NIL NIL NIL NIL NIL "7BIT" 0 NIL NIL NIL NIL)', { type = "application",
      subtype = "octet-stream", params = {}, encoding = "7BIT", size = 0, part = "1" } },
  },
  [44] = {
    { parse '* QUOTA "ROOT"', { type = "quota", root = "ROOT", resources = {} } },
  },
  [54] = {
    { parse("A1 OK [COPYUID 13 1:* 32,33] x").code, { name = "COPYUID", value = "13 1:* 32,33" } },
    { parse("A1 OK [COPYUID 13 1:2 32,33] a * b").code,
      { name = "COPYUID", uidvalidity = 13, from = "1:2", to = "32,33" } },
  },
} do
  describe("QUIRKS " .. number, function()
    for i, case in ipairs(cases) do
      it("is read: " .. i, function() assert.same(case[2], case[1]) end)
    end
  end)
end
