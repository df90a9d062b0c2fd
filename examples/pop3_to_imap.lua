-- Collects a POP3 mailbox into the inbox of another account, each message once.
-- What was collected is in a file of ids; with "delete" it leaves the old server:
--   SATCHEL_POP3_URL=pop3s://pop.example.com SATCHEL_POP3_USER=… SATCHEL_POP3_PASSWORD=… \
--   lua5.4 examples/pop3_to_imap.lua collected.txt [delete]
local satchel = require "satchel"

local path, delete = arg[1] or "collected.txt", arg[2] == "delete"
local account = dofile "examples/account.lua"
local url = assert(os.getenv "SATCHEL_POP3_URL", "SATCHEL_POP3_URL is not set")

local seen = {}
local known = io.open(path)
if known then
  for id in known:lines() do seen[id] = true end
  known:close()
end

local from <close> = satchel.connect { url = url, tls = account.tls,
  user = os.getenv "SATCHEL_POP3_USER", password = os.getenv "SATCHEL_POP3_PASSWORD" }
local to <close> = satchel.connect(account)
local collected <close> = assert(io.open(path, "a"))

local count = 0
for item in from.inbox:items { fields = { "received" } } do
  if not seen[item.id] then
    to.inbox:import { mime = item:mime(), unread = true, received = item.received }
    assert(collected:write(item.id, "\n"))
    collected:flush()
    count = count + 1
  end
  if delete then item:delete { hard = true } end -- gone when `from` is closed
end
print(count .. " collected")
