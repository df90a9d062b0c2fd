local core = require "satchel.core"
local selected = require "satchel.imap.selected"

local function opened(lines)
  local box = selected.new("x", false)
  for _, line in ipairs(lines) do box:opening(assert(core.imap.parse(line .. "\r\n"))) end
  return box
end

local function after(box, lines)
  for _, line in ipairs(lines) do box:observe(assert(core.imap.parse(line .. "\r\n"))) end
  return box
end

describe("the selected mailbox", function()
  -- RFC 9051 6.3.2, RFC 7162 3.1.2.1, RFC 8474 4.2
  local lines = { "* 172 EXISTS", "* 1 RECENT", "* OK [UNSEEN 12] Message 12 is first unseen",
    "* OK [UIDVALIDITY 3857529045] UIDs valid", "* OK [UIDNEXT 4392] Predicted next UID",
    "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
    "* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited",
    "* OK [HIGHESTMODSEQ 715194045007] x",
    "* OK [MAILBOXID (F2212ea87-6097-4256-9d51-71338625)] x" }

  it("is what SELECT says of it", function()
    local box = opened(lines)
    assert.same({ 172, 1, 12, 3857529045, 4392, 715194045007, "F2212ea87-6097-4256-9d51-71338625" },
      { box.exists, box.recent, box.unseen, box.uidvalidity, box.uidnext, box.highestmodseq,
        box.mailboxid })
    assert.same({ "\\Deleted", "\\Seen", "\\*" }, box.permanent_flags)
    assert.equal(5, #box.flags)
    assert.is_true(box.sticky)
    assert.is_false(box.readonly)
  end)

  it("follows what the server says since then", function()
    local box = opened(lines)
    after(box, { "* 175 EXISTS", "* 3 EXPUNGE", "* 3 EXPUNGE" })
    assert.equal(173, box.exists)
    after(box, { "* VANISHED 5,9:12", "* 0 RECENT", "* OK [READ-ONLY] x", "* FLAGS (a)" })
    assert.same({ 168, 0, true, { "a" } }, { box.exists, box.recent, box.readonly, box.flags })
  end)

  it("is never less than empty", function()
    local box = after(opened { "* 1 EXISTS" }, { "* 1 EXPUNGE", "* 1 EXPUNGE", "* VANISHED 1:9" })
    assert.equal(0, box.exists)
  end)

  it("keeps what QRESYNC resends", function()
    local box = opened { "* 3 EXISTS", "* VANISHED (EARLIER) 41,43:45", "* VANISHED (EARLIER) 7",
      "* 2 FETCH (UID 50 FLAGS (\\Seen) MODSEQ (9))" }
    assert.same({ 41, 43, 44, 45, 7 }, box:gone())
    assert.equal(50, box.changed[1].uid)
    assert.equal(3, box.exists)
  end)

  it("may have no mod-sequences and no lasting UIDs", function()
    local box = opened { "* OK [NOMODSEQ] x", "* NO [UIDNOTSTICKY] x" }
    assert.is_true(box.nomodseq)
    assert.is_false(box.sticky)
    assert.same({}, box:gone())
  end)
end)
