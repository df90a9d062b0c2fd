-- What was asked again of an item, its structure being known, began with a second space,
-- which Cyrus 3.6 refuses, where the server had no thread to tell of.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

describe("an item of no thread", function()
  it("has its text read without a space too many", function()
    local peer <close> = line_peer.start("S: * OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] hi\n"
      .. "C: $tag AUTHENTICATE PLAIN …\nS: $tag OK [CAPABILITY IMAP4rev1 OBJECTID] in\n"
      .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK x\n'
      .. "C: $tag SELECT INBOX\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
      .. "S: $tag OK [READ-WRITE] x\n"
      .. "C: $tag UID FETCH 1 (UID …\n"
      .. 'S: * 1 FETCH (UID 1 FLAGS () INTERNALDATE "01-Jan-2026 00:00:00 +0000" RFC822.SIZE 40 '
      .. 'ENVELOPE ("Thu, 1 Jan 2026 12:00:00 +0000" "x" ((NIL NIL "a" "x")) ((NIL NIL "a" "x")) '
      .. '((NIL NIL "a" "x")) NIL NIL NIL "<0@x>" "<1@x>") '
      .. 'BODY[HEADER.FIELDS (REFERENCES)] "References: <0@x>" THREADID NIL BODYSTRUCTURE '
      .. '("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 1))\nS: $tag OK x\n'
      .. "C: $tag UID FETCH 1 (UID THREADID)\nC: $tag UID FETCH 1 (UID BODY.PEEK[1])\n"
      .. "S: * 1 FETCH (UID 1 THREADID NIL)\nS: A5 OK x\n"
      .. 'S: * 1 FETCH (UID 1 BODY[1] "text")\nS: A6 OK x\n'
      .. "C: $tag LOGOUT\nS: * BYE\nS: $tag OK x\n")
    local session = satchel.connect { url = "imap://" .. peer.place, user = "anna@x.test",
      password = "p", tls = false, proxy = false, timeout = 5 }
    local item = session.inbox:get "7.1"
    assert.equal("text", item.text)
    session:close()
    peer:check()
  end)
end)
