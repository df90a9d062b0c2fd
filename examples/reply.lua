-- Answers a message, with a quotation, to everyone who had it.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local item = session.inbox:query({ where = { subject = "Welcome" } }):first()
if not item then
  print "nothing to answer"
  return
end

-- a draft is stored in Drafts: look at it, change it, send it, or leave it there
local draft = item:reply_all { text = "Thank you, Bob!" }
print(draft.subject)
for _, address in ipairs(draft.to) do print("to " .. tostring(address)) end
print(draft.text)

draft.importance = "high"
local sent = draft:send()
print("sent " .. sent.message_id)
