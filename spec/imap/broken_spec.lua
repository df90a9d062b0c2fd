-- Servers whose responses break the grammar of IMAP: where the next response begins is
-- sure, so the connection goes on; a loop gives the message of the broken one, too.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local LOG_ON <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS ESEARCH] in\n"
local HELLO <const> = LOG_ON
  .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
local SELECT <const> = "C: $tag SELECT INBOX\nS: * 3 EXISTS\nS: * FLAGS (\\Seen \\Flagged)\n"
  .. "S: * OK [UIDVALIDITY 7] x\nS: $tag OK [READ-WRITE] selected\n"
local ALL <const> = "C: $tag UID SEARCH RETURN (ALL) ALL\n"
  .. 'S: * ESEARCH (TAG "x") UID ALL 1:3\nS: $tag OK x\n'
local BYE <const> = "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n"

local HEADER <const> = "Subject: =?utf-8?q?Zw=C3=B6lf?= Zoll\r\nFrom: \"A 12\\\" B\" <a@x.test>\r\n"
  .. "To: b@x.test, c@x.test\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
  .. "Message-ID: <2@x.test>\r\nImportance: high\r\n"
local BODY <const> = HEADER .. "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
  .. "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/x; name=\"5\\\".x\""
  .. "\r\nContent-Disposition: attachment\r\n\r\nxyz\r\n--b--\r\n"

-- text of a script: the peer's own line ends
local function literal(text)
  return ("{%d}\\r\\n%s"):format(#text, (text:gsub("\\", "\\\\"):gsub("\r", "\\r"):gsub("\n", "\\n")))
end

local function envelope(seq, subject)
  return ('S: * %d FETCH (UID %d FLAGS (\\Seen) ENVELOPE (NIL "%s" NIL NIL NIL NIL NIL NIL NIL '
    .. "NIL))\n"):format(seq, seq, subject)
end

local function session_on(peer)
  return satchel.connect { url = "imap://" .. peer.place, user = "anna@x.test", password = "p",
    tls = false, proxy = false, timeout = 5 }
end

-- runs fn with a session on a peer that plays the script, which has to be played whole
local function with(script, fn, options)
  local peer <close> = line_peer.start(script, options)
  local session = session_on(peer)
  local results = table.pack(satchel.try(fn, session, peer))
  session:close()
  peer:check()
  return table.unpack(results, 1, results.n)
end

local function value_of(...)
  local ok, value = with(...)
  assert.is_true(ok, tostring(value))
  return value
end

-- subjects and unread of all items
local function overview(session)
  local list = {}
  for item in session.inbox:items { fields = { "subject", "unread" } } do
    list[#list + 1] = { item.id, item.subject, item.unread }
  end
  return list
end

local whole <const> = { { "7.1", "one", false }, { "7.2", "Zwölf Zoll", true },
  { "7.3", "three", false } }

-- the second of three messages broke, and is read by its header
local function mending(bytes)
  return HELLO .. SELECT .. ALL .. "C: $tag UID FETCH 1:3 (UID FLAGS ENVELOPE)\n"
    .. envelope(1, "one") .. "S- " .. bytes .. "\\r\\n\n" .. envelope(3, "three")
    .. "S: $tag OK done\n"
    .. "C: $tag UID FETCH 2 (UID FLAGS)\nC: $tag UID FETCH 2 (UID BODY.PEEK[HEADER])\n"
    .. "S: * 2 FETCH (UID 2 FLAGS ())\nS: A6 OK x\n"
    .. "S- * 2 FETCH (UID 2 BODY[HEADER] " .. literal(HEADER) .. ")\\r\\n\nS: A7 OK x\n" .. BYE
end

describe("one broken response", function()
  it("x", function()
    assert.same(whole, value_of(mending('* 2 FETCH (UID 2 FLAGS () ENVELOPE (NIL "a" b" "c))'), overview))
  end)
end)
