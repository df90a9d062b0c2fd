-- Connects, lists the folders, shows the newest messages and reads one.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")
print(session.user .. " by " .. session.protocol)

for folder in session:folders() do
  print(("%-24s %-9s %4d items, %d unread"):format(folder.path, folder.kind, folder.total,
    folder.unread))
end

for item in session.inbox:items { order = "-received", limit = 5 } do
  print(os.date("!%Y-%m-%d", item.received), item.from, item.subject)
end

-- the text is read when it is touched
local first = session.inbox:query({ where = { subject = "Welcome" } }):first()
if first then print(first.text) end
