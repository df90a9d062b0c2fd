-- Many mailboxes in one process: each connects and reads a page of 50 items,
-- all at the same time, from a sandbox in another process.
--   lua5.4 bench/sessions.lua [COUNT]

package.path = "bench/?.lua;" .. package.path

local account = require "account"
local gauge = require "gauge"
local satchel = require "satchel"

local COUNT <const> = tonumber(arg[1] or 500)
local FIELDS <const> = { "subject", "from", "received", "size", "unread", "flagged",
  "importance", "class" }

local function page(place, n, sessions)
  local session = satchel.connect(place.user(n))
  sessions[n] = session
  local items = session.inbox:query({ fields = FIELDS, limit = 50 }):all()
  assert(#items == 50 and items[50].subject)
end

local function read_all(place)
  local sessions, tasks = {}, {}
  for i = 1, COUNT do tasks[i] = satchel.spawn(page, place, i, sessions) end
  satchel.join(tasks)
  return sessions
end

local place = account.sandbox { users = COUNT, items = 60 }
local seconds, kib, sessions = gauge.measure(function() return read_all(place) end)
print(("%d sessions, a page of 50 items each: all succeeded"):format(COUNT))
print(("  time:   %.2f s, %.1f ms a session"):format(seconds, seconds / COUNT * 1000))
print(("  memory: %s at its peak, %.0f KiB a session"):format(gauge.mib(kib), kib / COUNT))
for _, session in ipairs(sessions) do session:close() end
place.close()
