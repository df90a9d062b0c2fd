-- Runs the specs by busted and closes with the line "N passed, N failed".
--   lua5.4 spec/run.lua [--live] [FILE...]
-- --live runs only the specs of spec/live, which need a real server.
package.path = "spec/?.lua;" .. package.path

local files, live = {}, false
for _, a in ipairs(arg) do
  if a == "--live" then live = true else files[#files + 1] = a end
end
if #files == 0 then
  local find = live and "find spec/live -name '*_spec.lua'"
    or "find spec -name '*_spec.lua' -not -path 'spec/live/*'"
  for f in io.popen(find .. " | sort"):lines() do files[#files + 1] = f end
end

-- here, and so the same for all files
require "support.board"
require "support.mail_servers"

rawset(_G, "arg", { [0] = "spec/run.lua", "--output=support.output", "--lazy",
  table.unpack(files) })
require "busted.runner" { standalone = false }
