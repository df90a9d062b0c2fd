-- Sends a message with text, HTML, a picture in it, and a file made on the way.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local lines = { "day;count" }
for day = 1, 7 do lines[#lines + 1] = day .. ";" .. day * 3 end
local next_line = 0

local sent = session:send {
  to = { "Bob <bob@example.test>" },
  cc = { { name = "Anna", email = session.user } },
  subject = "The week in figures",
  text = "See the table.",
  html = '<p>See the table. <img src="cid:logo"></p>',
  importance = "high",
  headers = { ["X-Report"] = "weekly" },
  attachments = {
    { data = "GIF89a", name = "logo.gif", content_id = "logo" },
    { name = "week.csv", source = function() -- gives the next piece, nil at the end
      next_line = next_line + 1
      return lines[next_line] and lines[next_line] .. "\n"
    end },
  },
}
print(sent.message_id)
if sent.item then print(sent.item.folder.name, sent.item.subject) end -- the copy in Sent
