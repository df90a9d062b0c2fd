-- Runs the measurements, each in a process of its own.
--   lua5.4 bench/run.lua [NAME...]
-- The environment names the accounts on a server: see README, "live".

local ALL <const> = { "rows", "table", "round_trips", "attachments", "sessions" }

local failed = {}
for _, name in ipairs(#arg > 0 and arg or ALL) do
  print(("\n=== %s"):format(name))
  io.stdout:flush()
  if not os.execute(("lua5.4 bench/%s.lua"):format(name)) then failed[#failed + 1] = name end
end
if #failed > 0 then
  io.stderr:write("failed: ", table.concat(failed, ", "), "\n")
  os.exit(1)
end
