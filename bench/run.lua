-- Runs the measurements, each in a process of its own.
--   lua5.4 bench/run.lua [NAME...]
-- The environment names the accounts on a server (README, "Real servers") and, as
-- SATCHEL_BENCH_MAIL, the folder of real mail (bench/mail_sets.lua): "imap" makes its
-- mail up without it, "mime" and "broken_mail" only say that there is none.

local ALL <const> = { "rows", "table", "round_trips", "attachments", "sessions", "imap", "mime",
  "broken_mail" }
local OF_MAIL <const> = { imap = true, mime = true, broken_mail = true }

local lua <const>, mail <const> = arg[-1] or "lua5.4", os.getenv "SATCHEL_BENCH_MAIL"

local failed = {}
for _, name in ipairs(#arg > 0 and arg or ALL) do
  print(("\n=== %s"):format(name))
  io.stdout:flush()
  local folder = OF_MAIL[name] and mail and (" '%s'"):format(mail) or ""
  if not os.execute(("%s bench/%s.lua%s"):format(lua, name, folder)) then
    failed[#failed + 1] = name
  end
end
if #failed > 0 then
  io.stderr:write("failed: ", table.concat(failed, ", "), "\n")
  os.exit(1)
end
