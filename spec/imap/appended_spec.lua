-- Ids of new items from a server that does not tell them: all in as few flights, whatever
-- the server answers first.

local imap_script = require "support.imap_script"
local line_peer = require "support.line_peer"
local satchel = require "satchel"

local hello, BYE <const> = imap_script.hello, imap_script.BYE

local MESSAGE <const> = ("C: …\n"):rep(8)

local function appends(n)
  return ("C: $tag APPEND INBOX (\\Seen) {…\n" .. MESSAGE .. "C: \nS: $tag OK x\n"):rep(n)
    .. "C: $tag SELECT INBOX\n"
end

local SELECTED <const> = "S: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: A%d OK [READ-WRITE] x\n"

local function envelope(uid, message_id)
  return ('S: * 1 FETCH (UID %d ENVELOPE (NIL "x" NIL NIL NIL NIL NIL NIL NIL "%s"))\n'):format(
    uid, message_id)
end

-- the ids of new items with these Message-IDs, and the round trips
local function created(script, message_ids)
  local peer <close> = line_peer.start(script)
  local session <close> = satchel.connect { url = "imap://" .. peer.place, user = "anna@x.test",
    password = "p", tls = false, proxy = false, timeout = 5 }
  local before, drafts, new = session.imap.round_trips, {}, {}
  for i, message_id in ipairs(message_ids) do
    drafts[i] = { subject = "x", message_id = message_id }
  end
  for i, result in ipairs(session.inbox:create_all(drafts)) do new[i] = result.id end
  local trips = session.imap.round_trips - before
  session:close()
  peer:check()
  return new, trips
end

describe("ids that the server does not tell", function()
  it("cost one flight for all where answers have a tag", function()
    local new, trips = created(hello "ESEARCH" .. appends(3)
      .. 'C: $tag UID SEARCH RETURN (ALL) HEADER Message-ID "<1@x.test>"\n'
      .. 'C: $tag UID SEARCH RETURN (ALL) HEADER Message-ID "<2@x.test>"\n'
      .. 'C: $tag UID SEARCH RETURN (ALL) HEADER Message-ID "<3@x.test>"\n'
      .. SELECTED:format(6) .. 'S: * ESEARCH (TAG "A9") UID ALL 8\nS: A9 OK x\n'
      .. 'S: * ESEARCH (TAG "A7") UID ALL 3,6\nS: A7 OK x\n'
      .. 'S: * ESEARCH (TAG "A8") UID\nS: A8 OK x\n' .. BYE,
      { "<1@x.test>", "<2@x.test>", "<3@x.test>" })
    assert.same({ "7.6", nil, "7.8" }, { new[1], new[2], new[3] })
    assert.equal(2, trips)
  end)

  it("cost two flights for all where they have none", function()
    local new, trips = created(hello "" .. appends(3)
      .. 'C: $tag UID SEARCH HEADER Message-ID "<1@x.test>"\n'
      .. 'C: $tag UID SEARCH HEADER Message-ID "<2@x.test>"\n'
      .. 'C: $tag UID SEARCH HEADER Message-ID "<3@x.test>"\n'
      .. SELECTED:format(6) .. "S: * SEARCH 8\nS: * SEARCH 3 6\nS: * SEARCH 7\n"
      .. "S: A9 OK x\nS: A7 OK x\nS: A8 OK x\n"
      .. "C: $tag UID FETCH 3,6:8 (UID ENVELOPE)\n" .. envelope(8, "<3@x.test>")
      .. envelope(3, "<1@x.test>") .. envelope(6, "<1@x.test>") .. envelope(7, "<2@x.test>")
      .. "S: $tag OK x\n" .. BYE,
      { "<1@x.test>", "<2@x.test>", "<3@x.test>" })
    assert.same({ "7.6", "7.7", "7.8" }, new)
    assert.equal(3, trips)
  end)

  it("are those of each of several messages with one Message-ID", function()
    local new, trips = created(hello "" .. appends(2)
      .. 'C: $tag UID SEARCH HEADER Message-ID "<1@x.test>"\n'
      .. SELECTED:format(5) .. "S: * SEARCH 2 3 9 8\nS: A6 OK x\n" .. BYE,
      { "<1@x.test>", "<1@x.test>" })
    assert.same({ "7.8", "7.9" }, new)
    assert.equal(2, trips)
  end)
end)
