-- Says what arrives in the inbox of an IMAP account while it arrives:
--   SATCHEL_USER=anna@example.com … SATCHEL_URL=imaps://… lua5.4 examples/idle.lua [SECONDS]
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")
if not session.imap then
  print("needs IMAP, this is " .. session.protocol)
  return
end

local highest = 0
local function show_new()
  for _, uid in ipairs(session.imap:search("INBOX", ("UID %d:*"):format(highest + 1))) do
    if uid > highest then -- "9:*" has the last message, too, whatever its UID
      for m in session.imap:fetch("INBOX", uid, "ENVELOPE") do print(uid, m.envelope.subject) end
      highest = uid
    end
  end
end

show_new()
for event in session.imap:idle("INBOX", { timeout = tonumber(arg[1] or 600) }) do
  if event.type == "exists" then show_new() end
end
