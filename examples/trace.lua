-- Shows what goes over the wire for one question: each request, each ROP in it,
-- each answer, as a protocol inspector would.  A file that is open takes it all.
local satchel = require "satchel"

local account = dofile "examples/account.lua"
local waited = {}
account.trace = function(event)
  if event.layer == "rop" then
    local arrow = event.direction == "send" and "->" or "<-"
    print(("%d %s %s"):format(event.round_trip, arrow, event.text:sub(1, 76)))
  end
  waited[event.round_trip] = true
end
-- account.trace = io.stderr    -- everything, a line each

local session <close> = satchel.connect(account)
local query = session.inbox:query { where = { unread = true }, fields = { "subject" }, limit = 1 }
print(query:first())
print(#waited .. " round trips, with those of finding the server")
