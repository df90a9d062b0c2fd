-- A sandbox to measure against: says where it listens, then serves.
--   lua5.4 bench/box.lua [users=2] [items=0] [tls=false]

local sandbox = require "satchel.sandbox"

local given = {}
for _, word in ipairs(arg) do
  local name, value = word:match "^(%w+)=(.*)$"
  given[name] = value
end

local users = {}
for i = 1, tonumber(given.users or 2) do
  users[("user%d@example.test"):format(i)] = { password = "secret", name = "User " .. i }
end
local box = sandbox.start { users = users }

local items = tonumber(given.items or 0)
if items > 0 then
  local mailboxes = {}
  for email in pairs(users) do
    mailboxes[email] = { Inbox = { { subject = "Message %d", from = "sender@example.org",
      text = "This is message number %d.", unread = true, count = items } } }
  end
  box:seed(mailboxes)
end

local server = box:listen { tls = given.tls ~= "false" }
print(("listening %s %s"):format(server.url, server.ca or "-"))
io.stdout:flush()
box:run()
