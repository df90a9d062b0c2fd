-- Lists the addresses that mail could not be delivered to, out of the reports in
-- the inbox, and files the reports:
--   SATCHEL_USER=anna@example.com … lua5.4 examples/bounces.lua
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local read = {}
for item in session.inbox:items { order = "received" } do
  local report = item.kind == "report" and item.report
  for _, to in ipairs(report and report.recipients or {}) do
    if to.action == "failed" then
      -- a status of 5.… is for good; the id is that of the message that came back
      print(to.email, to.status, to.diagnostic, report.message_id)
    end
  end
  if report then read[#read + 1] = item.id end
end

if #read > 0 then
  local folder = session:folder("Inbox/Bounces", { create = true })
  session.inbox:query({ ids = read }):move(folder)
end
print(#read .. " reports")
