-- Saves every PDF of this year's invoices to a folder.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")
local target = arg and arg[1] or os.getenv "TMPDIR" or "/tmp"

local invoices = session.inbox:items {
  where = {
    subject = satchel.contains "invoice",
    received = satchel.since "2026-01-01",
    has_attachments = true,
  },
  order = "received",
}

local saved = 0
for item in invoices do
  for _, attachment in ipairs(item.attachments) do
    if attachment.type == "application/pdf" and not attachment.inline then
      local path = attachment:save(target .. "/") -- a safe name, and never over another file
      print(path, attachment.size)
      saved = saved + 1
    end
  end
end
print(saved .. " saved")
