-- Reads several folders at the same time: tasks share one thread, and wait for
-- the network together.
local satchel = require "satchel"

local account = dofile "examples/account.lua"

local function unread(name)
  local session <close> = satchel.connect(account)
  return session[name]:query({ where = { unread = true } }):count()
end

local names, tasks = { "inbox", "drafts", "junk" }, {}
for i, name in ipairs(names) do tasks[i] = satchel.spawn(unread, name) end

for i, count in ipairs(satchel.join(tasks)) do print(names[i], count .. " unread") end
