-- Says of an account, step by step, whether it can be reached and what to do if not:
--   lua5.4 examples/check_account.lua [anna@example.com password [imaps://imap.example.com]]
-- Without arguments it checks the account that the other examples use.
local satchel = require "satchel"

local user, password, url = table.unpack(arg)
local account = user and { user = user, password = password, url = url }
  or dofile "examples/account.lua"

local report = satchel.check(account)
print(report)
for _, step in ipairs(report.steps) do
  if not step.ok then print(step.step, step.hint or step.detail) end
end
print(("%d steps in %.1f s"):format(#report.steps, report.seconds))
os.exit(report.ok, true)
