-- Moves invoices to Inbox/Invoices/<year>, and says which could not be moved.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local function file(year)
  local invoices = session.inbox:query { where = {
    subject = satchel.contains "invoice",
    received = satchel.between(year .. "-01-01", year .. "-12-31T23:59:59Z"),
  } }
  if not invoices:exists() then return 0 end
  local folder = session:folder("Inbox/Invoices/" .. year, { create = true })
  local moved = 0
  for _, result in ipairs(invoices:move(folder)) do
    if result.ok then moved = moved + 1 else print(result.id, result.error) end
  end
  return moved
end

for _, year in ipairs { 2025, 2026 } do print(year, file(year) .. " moved") end
