-- Memory stays flat: a large attachment goes up from a function and comes down
-- in chunks, and a loop sees every item of a large folder.  Printed are times
-- and the peak of memory above the start.
--   lua5.4 bench/attachments.lua [MIB [ITEMS]]

package.path = "bench/?.lua;" .. package.path

local account = require "account"
local gauge = require "gauge"
local satchel = require "satchel"

local MIB <const>, ITEMS <const> = tonumber(arg[1] or 150), tonumber(arg[2] or 100000)
local LIMIT <const> = 24 * 1024
local PIECE <const> = 64 * 1024

local failed = false

local function report(what, seconds, kib, size)
  local verdict = kib <= LIMIT and "" or "  more than the limit"
  failed = failed or kib > LIMIT
  local rate = size and (", %.0f MiB/s"):format(size / seconds) or ""
  print(("  %-34s %8.2f s%-14s peak %s above the start%s"):format(what, seconds, rate,
    gauge.mib(kib), verdict))
end

-- the i-th piece: no two are alike
local function piece(i)
  return ("%08d"):format(i):rep(PIECE // 8)
end

local function source()
  local i = 0
  return function()
    i = i + 1
    return i <= MIB * 16 and piece(i) or nil
  end
end

local function check(attachment)
  local i, rest = 0, ""
  for chunk in attachment:chunks(PIECE) do
    while #rest < #chunk do
      i = i + 1
      rest = rest .. piece(i)
    end
    assert(chunk == rest:sub(1, #chunk), "something differs")
    rest = rest:sub(#chunk + 1)
  end
  assert(i == MIB * 16 and rest == "", "something is missing")
end

local function transfer(session)
  local folder = session.root:create_folder("Satchel bench " .. os.time())
  local ok, err = xpcall(function()
    local seconds, kib, item = gauge.measure(function()
      return folder:create { subject = "Large", attachments = { { name = "large.bin",
        source = source() } } }
    end)
    report(("%d MiB up"):format(MIB), seconds, kib, MIB)
    local attachment = folder:get(item.id).attachments[1]
    seconds, kib = gauge.measure(function() check(attachment) end)
    report(("%d MiB down"):format(MIB), seconds, kib, MIB)
  end, debug.traceback)
  folder:delete { hard = true }
  if not ok then error(err, 0) end
end

local function loop(session)
  local n = 0
  for item in session.inbox:items { fields = { "subject", "from", "received", "size" } } do
    assert(item.subject)
    n = n + 1
  end
  assert(n == ITEMS, n)
end

account.each({ users = 2 }, function(place)
  local session <close> = satchel.connect(place.first)
  transfer(session)
end)

local place = account.sandbox { users = 1, items = ITEMS }
print(("-- %s, %d items"):format(place.label, ITEMS))
local session = satchel.connect(place.first)
local seconds, kib = gauge.measure(function() loop(session) end)
report(("a loop over %d items"):format(ITEMS), seconds, kib)
session:close()
place.close()
os.exit(not failed)
