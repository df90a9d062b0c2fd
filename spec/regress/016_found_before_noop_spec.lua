-- Messages that came while their folder was selected: Dovecot answers the search behind a
-- NOOP first, and the first query after their arrival did not find them.

local line_peer = require "support.line_peer"
local peers = require "support.mail_peers"
local satchel = require "satchel"

local HELLO <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+] in\n"
  .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
  .. "C: $tag SELECT INBOX\nC: $tag UID SEARCH ALL\n"
  .. "S: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: A3 OK [READ-WRITE] x\n"
  .. "S: * SEARCH 1\nS: A4 OK x\nC: $tag NOOP\nC: $tag UID SEARCH ALL\n"

-- what the second of two queries finds, and its round trips
local function second(script)
  local peer <close> = line_peer.start(HELLO .. script
    .. "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n")
  local session <close> = satchel.connect { url = "imap://" .. peer.place, user = "anna@x.test",
    password = "p", tls = false, proxy = false, timeout = 5 }
  session.inbox:query():ids()
  local before = session.imap.round_trips
  local ids = session.inbox:query():ids()
  local trips = session.imap.round_trips - before
  session:close()
  peer:check()
  return ids, trips
end

describe("a search behind a NOOP", function()
  it("goes once more where it was answered before new messages were told of", function()
    local ids, trips = second("S: * SEARCH 1\nS: * 2 EXISTS\nS: A5 OK x\nS: A6 OK x\n"
      .. "C: $tag UID SEARCH ALL\nS: * SEARCH 1 2\nS: $tag OK x\n")
    assert.same({ "7.1", "7.2" }, ids)
    assert.equal(2, trips)
  end)

  it("goes once where the NOOP was answered first, or there is nothing new", function()
    for script, found in pairs {
      ["S: * 2 EXISTS\nS: A5 OK x\nS: * SEARCH 1 2\nS: A6 OK x\n"] = { "7.1", "7.2" },
      ["S: * SEARCH 1\nS: A5 OK x\nS: A6 OK x\n"] = { "7.1" } } do
      local ids, trips = second(script)
      assert.same(found, ids)
      assert.equal(1, trips)
    end
  end)

  it("finds on Dovecot what another session has stored just now", function()
    local a <close> = peers.imap.connect(1)
    local b <close> = peers.imap.connect(1)
    local folder = a:folder("Just now", { create = true })
    for i = 1, 3 do
      assert.equal(i - 1, #folder:query():ids())
      assert.equal(i - 1, folder:query({ where = { subject = "x" } }):count())
      b:folder "Just now":create { subject = "x" }
      assert.equal(i, #folder:query():ids())
    end
    folder:delete { hard = true }
  end)
end)
