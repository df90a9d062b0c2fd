-- What can go wrong, and how a script sees it.
local satchel = require "satchel"

local account = dofile "examples/account.lua"
local session <close> = satchel.connect(account)

-- every failed operation raises; `try` returns the error instead
local ok, err = satchel.try(session.folder, session, "Inbox/No such folder")
print(ok, err.kind)

-- a mistake is told with the nearest thing that exists
ok, err = satchel.try(function()
  return session.inbox:items { where = { subjct = "x" } }
end)
print(ok, err.kind, err)

-- one that may pass is tried again
local function with_patience(fn)
  for _ = 1, 3 do
    local done, result = satchel.try(fn)
    if done then return result end
    if not result.retryable then error(result, 0) end
    satchel.sleep(result.retry_after or 5)
  end
end
print(with_patience(function() return session.inbox:query():count() end) .. " items")
