-- Two searches in flight, and a server without ESEARCH that works on both: both
-- answers went to the first.  Bulk verbs called items missing that they had changed.

local connection = require "satchel.imap.connection"
local find = require "satchel.imap.find"
local line_peer = require "support.line_peer"

local HELLO <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
  .. "C: $tag AUTHENTICATE PLAIN …\n"
  .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+] in\n"

local function searches(script, commands)
  local peer <close> = line_peer.start(HELLO .. script)
  local conn = connection.open { url = "imap://" .. peer.place, user = "anna",
    password = "secret", tls = false, proxy = false, timeout = 5, repeats = false }
  local found = {}
  for i, text in ipairs(commands) do
    found[i] = {}
    commands[i] = find.collecting({ text }, found[i])
    local on = commands[i].on
    commands[i].on = function(response)
      found[i].in_flight = conn.channel.outstanding
      return on(response)
    end
  end
  conn:pipeline(commands, true)
  conn:close()
  return found
end

describe("answers without a tag", function()
  it("come one at a time", function()
    local found = searches("C: $tag UID SEARCH UID 1:9\nS: * SEARCH 1 2\nS: $tag OK\n"
      .. "C: $tag UID SEARCH UID 11:19\nS: * SEARCH 11\nS: $tag OK",
      { "UID SEARCH UID 1:9", "UID SEARCH UID 11:19" })
    assert.same({ { uids = { 1, 2 }, in_flight = 1 }, { uids = { 11 }, in_flight = 1 } }, found)
  end)
end)
