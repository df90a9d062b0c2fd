-- Saves the messages of a folder that are older than a day to files, by month, and
-- moves them to Archive/<year>:
--   lua5.4 examples/archive.lua [FOLDER [DAY [INTO]]]
local satchel = require "satchel"

local path, day, into = arg[1] or "Inbox", arg[2] or "2026-02-01", arg[3] or os.tmpname() .. ".d"

local session <close> = satchel.connect(dofile "examples/account.lua")

local saved, by_year = 0, {}
for item in session:folder(path):items {
  where = { received = satchel.before(day) }, order = "received",
  fields = { "subject", "received" },
} do
  local month = os.date("!%Y-%m", item.received)
  os.execute(("mkdir -p '%s/%s'"):format(into, month))
  saved = saved + 1
  item:save_as(("%s/%s/%05d.eml"):format(into, month, saved))
  print(month, item.subject)
  local year = month:sub(1, 4)
  by_year[year] = by_year[year] or {}
  table.insert(by_year[year], item.id)
end

for year, ids in pairs(by_year) do
  local archive = session:folder("Archive/" .. year, { create = true })
  for _, result in ipairs(session:folder(path):query({ ids = ids }):move(archive)) do
    if not result.ok then print(result.id, result.error) end
  end
end
print(saved .. " saved")
