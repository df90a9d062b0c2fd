-- Removes large attachments from old mail, and leaves a line that says so.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")
local large = tonumber(arg and arg[1]) or 1024 * 1024

local items = session.inbox:items {
  where = {
    has_attachments = true,
    size = satchel.larger(large),
    received = satchel.before(os.time() - 365 * 86400),
  },
  fields = { "subject", "size" },
}

for item in items do
  local removed = {}
  for _, attachment in ipairs(item.attachments) do
    if attachment.size > large and not attachment.inline then
      removed[#removed + 1] = attachment.name
      attachment:delete()
    end
  end
  if #removed > 0 then
    local note = "\n\n[removed: " .. table.concat(removed, ", ") .. "]"
    item:update { text = (item.text or "") .. note }
    print(item.subject, table.concat(removed, ", "))
  end
end
print "done"
