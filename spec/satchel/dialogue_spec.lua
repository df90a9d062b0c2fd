-- One connection: its trace, its round trips, what it loses.

local core = require "satchel.core"
local dialogue = require "satchel.dialogue"
local endpoint = require "satchel.endpoint"
local line_peer = require "support.line_peer"
local satchel = require "satchel"

local function open(peer, more)
  local options = { timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do options[name] = value end
  local scheme = options.tls and "smtps" or "smtp"
  return dialogue.open("smtp", endpoint.parse(scheme .. "://" .. peer.place, "x"),
    core.smtp.connection, options)
end

it("counts what it waits for", function()
  local peer <close> = line_peer.start "S: 220 x\nC: A\nC: B\nS: 250 a\nS: 250 b\nC: C\nS: 250 c"
  local line = open(peer)
  assert.equal(220, line:next().code)
  assert.equal(1, line.round_trips)
  line:command "A"
  line:command "B"
  line:next()
  line:next()
  assert.equal(2, line.round_trips)
  line:command "C"
  line:next()
  assert.equal(3, line.round_trips)
  assert.is_nil(line.lost)
  line:close()
  assert.is_truthy(line.lost)
end)

it("shows events without secrets", function()
  local peer <close> = line_peer.start "S: 220 x\nC: LOGIN pass%word\nS: 250 welcome pass%word"
  local events = {}
  local line = open(peer, { password = "pass%word",
    trace = function(e) events[#events + 1] = e end })
  line:next()
  line:command("LOGIN pass%word", "LOGIN ***")
  line:show("receive", line:next()[1])
  assert.same({ { layer = "smtp", direction = "send", text = "LOGIN ***", round_trip = 1 },
    { layer = "smtp", direction = "receive", text = "welcome ***", round_trip = 2 } }, events)
end)

it("is lost by what the other end does, not by what was refused here", function()
  local peer <close> = line_peer.start "S: 220 x\nC: A\nS: what?"
  local line = open(peer)
  line:next()
  assert.is_false((satchel.try(line.command, line, "A\r\nB")))
  assert.is_nil(line.lost)
  line:command "A"
  local ok, err = satchel.try(line.next, line)
  assert.is_false(ok)
  assert.equal("protocol", err.kind)
  assert.equal("127.0.0.1", err.server)
  assert.is_truthy(line.lost)
end)

it("has what came by now without waiting", function()
  local peer <close> = line_peer.start "S: 220 x\nS: 421 bye\n! drain"
  local line = open(peer)
  line:next()
  for _ = 1, 100 do
    local reply = line:poll()
    if reply then
      assert.equal(421, reply.code)
      return
    end
    satchel.sleep(0.01)
  end
  error "it did not come"
end)

it("verifies the server's certificate", function()
  local peer <close> = line_peer.start("S: 220 x\n! drain", { tls = true })
  local ok, err = satchel.try(open, peer, { tls = true })
  assert.is_false(ok)
  assert.equal("tls", err.kind)
  local line = open(peer, { tls = { ca = peer.ca } })
  assert.is_true(line.secure)
  assert.equal(220, line:next().code)
  line:close()
end)

it("that nobody accepts is an error", function()
  local ok, err = satchel.try(open, { place = "127.0.0.1:1" })
  assert.is_false(ok)
  assert.equal("network", err.kind)
end)
