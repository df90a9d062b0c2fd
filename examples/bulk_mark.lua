-- Marks all mail that is older than a date as read, and flags what is left.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local old = session.inbox:query {
  where = { unread = true, received = satchel.before "2026-01-01" },
}
print(old:count() .. " old and unread")

local results = old:update({ unread = false }, {
  progress = function(done, total) io.write("\r", done, " of ", total or "?", "\n") end,
})
local failed = 0
for _, result in ipairs(results) do
  if not result.ok then failed = failed + 1 end
end
print(#results - failed .. " marked, " .. failed .. " failed")

session.inbox:query({ where = { unread = true } }):update { flagged = true }
print(session.inbox:query({ where = { flagged = true } }):count() .. " flagged")
