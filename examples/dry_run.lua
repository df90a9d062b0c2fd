-- Tries a script without writing: reads are real, writes are only shown.
local satchel = require "satchel"

local account = dofile "examples/account.lua"
account.dry_run = true
account.trace = function(event)
  if event.direction == "write" then print("would " .. event.op) end
end

local session <close> = satchel.connect(account)
local news = session.inbox:query { where = { from = satchel.contains "news@" } }
print(news:count() .. " newsletters")
news:move(session:folder("Newsletters", { create = true }))
session:send { to = session.user, subject = "Done" }
print(news:count() .. " are still there")
