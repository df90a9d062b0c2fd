-- Reading ahead, with scripted servers: what a real one does at its own will.

local connection = require "satchel.imap.connection"
local line_peer = require "support.line_peer"
local reader = require "satchel.imap.reader"

local HELLO <const> = "S: * PREAUTH [CAPABILITY IMAP4rev1] hello\n"
  .. "C: $tag EXAMINE INBOX\nS: * 4 EXISTS\nS: * OK [UIDVALIDITY 7] x\nS: $tag OK x\n"

local function read(script, uids, items, options)
  local peer <close> = line_peer.start(HELLO .. script)
  local conn <close> = connection.open { url = "imap://" .. peer.place, user = "anna",
    tls = false, proxy = false, timeout = 3, repeats = false }
  local one <close> = reader.open(conn, "INBOX", uids, items, options)
  local list = {}
  for m in function() return one:next() end do list[#list + 1] = m end
  return list, conn
end

local function uids_of(list)
  local uids = {}
  for i, m in ipairs(list) do uids[i] = m.uid end
  return uids
end

describe("a reader", function()
  it("has two windows in flight", function()
    local list = read("C: $tag UID FETCH 1:2 (UID FLAGS)\nC: $tag UID FETCH 3:4 (UID FLAGS)\n"
      .. "S: * 1 FETCH (UID 1 FLAGS ())\nS: * 2 FETCH (UID 2 FLAGS ())\nS: A2 OK x\n"
      .. "S: * 3 FETCH (UID 3 FLAGS ())\nS: * 4 FETCH (UID 4 FLAGS ())\nS: A3 OK x\n",
      { 1, 2, 3, 4 }, "(UID FLAGS)", { window = 2 })
    assert.same({ 1, 2, 3, 4 }, uids_of(list))
  end)

  it("takes the answers of both in any order, completions last", function()
    local list = read("C: $tag UID FETCH 1:2 (UID FLAGS)\nC: $tag UID FETCH 3:4 (UID FLAGS)\n"
      .. "S: * 3 FETCH (UID 3 FLAGS ())\nS: * 1 FETCH (UID 1 FLAGS ())\n"
      .. "S: * 4 FETCH (UID 4 FLAGS ())\nS: * 2 FETCH (UID 2 FLAGS ())\nS: A3 OK x\nS: A2 OK x\n",
      { 1, 2, 3, 4 }, "(UID FLAGS)", { window = 2 })
    assert.same({ 3, 1, 4, 2 }, uids_of(list))
  end)

  it("does not take news of flags for a message", function()
    local list = read("C: $tag UID FETCH 1:2 (UID BODY.PEEK[])\n"
      .. "S: * 2 FETCH (UID 2 FLAGS (\\Seen))\nS: * 1 FETCH (UID 1 BODY[] \"1\")\n"
      .. "S: * 9 FETCH (UID 9 BODY[] \"9\")\nS: * 8 FETCH (FLAGS ())\n"
      .. "S: * 2 FETCH (UID 2 BODY[] \"2\")\nS: * 1 FETCH (UID 1 BODY[] \"again\")\nS: $tag OK x\n",
      { 1, 2 }, "(UID BODY.PEEK[])")
    assert.same({ 1, 2 }, uids_of(list))
    assert.equal("1", list[1].sections["BODY[]"])
  end)

  it("passes over what does not come", function()
    local list, conn = read("C: $tag UID FETCH 1:3 UID\nS: * 1 FETCH (UID 2)\nS: * 4 EXPUNGE\n"
      .. "S: $tag OK x\n", { 1, 2, 3 }, "UID")
    assert.same({ 2 }, uids_of(list))
    assert.equal(3, conn.selected.exists)
  end)

  it("asks nothing for nothing", function()
    assert.same({}, (read("", {}, "UID")))
  end)

  it("raises what a server refuses", function()
    assert.has_error(function()
      read("C: $tag UID FETCH 1 UID\nS: $tag NO [NOPERM] not yours\n", { 1 }, "UID")
    end)
  end)

  it("refuses a mailbox of another UIDVALIDITY", function()
    assert.has_error(function() read("", { 1 }, "UID", { uidvalidity = 6 }) end)
  end)
end)
