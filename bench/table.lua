-- 10,000 rows of 8 columns from the server, beside a bare loop that sends the
-- same requests and throws the answers away.  Runs alternate; medians count.
-- The goal on a server: at most 1.15 times the bare time.  The sandbox keeps
-- its rows in memory and waits for nothing.
--   lua5.4 bench/table.lua [RUNS]

package.path = "bench/?.lua;" .. package.path

local account = require "account"
local bare = require "bare"
local gauge = require "gauge"
local many = require "many"
local satchel = require "satchel"

local RUNS <const> = tonumber(arg[1] or 7)
local ROWS <const>, GOAL <const> = 10000, 1.15
local FIELDS <const> = { "subject", "from", "received", "size", "unread", "flagged",
  "importance", "class" }

local function read(folder)
  local n = 0
  for item in folder:items { fields = FIELDS } do
    n = n + 1
    assert(item.subject)
  end
  assert(n == ROWS, n)
end

local function timed(fn, ...)
  collectgarbage()
  local from = gauge.now()
  fn(...)
  return gauge.now() - from
end

local function measure(place)
  local session <close> = satchel.connect(place.first)
  local folder = many.folder(session, ROWS)
  local requests = bare.record(place.first, function(other, begin)
    local same = other:folder(folder.path)
    begin()
    read(same)
  end)
  local ours, theirs, bytes = {}, {}, 0
  for i = 1, RUNS do
    ours[i] = timed(read, folder)
    theirs[i], bytes = bare.replay(place.first, requests)
  end
  local a, b = gauge.median(ours), gauge.median(theirs)
  local best_a, best_b = math.min(table.unpack(ours)), math.min(table.unpack(theirs))
  print(("  %d rows of %d columns, %d requests, %.1f MB, %d runs of each, medians:"):format(ROWS,
    #FIELDS, #requests.table, bytes / 1e6, RUNS))
  print(("  as items:  %7.1f ms, at best %7.1f ms"):format(a * 1000, best_a * 1000))
  print(("  bare loop: %7.1f ms, at best %7.1f ms"):format(b * 1000, best_b * 1000))
  local goal = place.is_server and (", goal at most %.2f"):format(GOAL) or ""
  print(("  ratio %.2f%s; at best %.2f"):format(a / b, goal, best_a / best_b))
end

account.each({ users = 2 }, measure)
