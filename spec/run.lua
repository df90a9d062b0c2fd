-- Runs the specs by busted and closes with the line "N passed, N failed".
--   lua5.4 spec/run.lua [--live | --peers] [FILE...]
-- --live runs only the specs of spec/live, which need a real server; --peers
-- those of spec/peers, which unpack and start servers and need root.
package.path = "spec/?.lua;" .. package.path

local files, only = {}, nil
for _, a in ipairs(arg) do
  if a:find "^%-%-" then only = a:sub(3) else files[#files + 1] = a end
end
if #files == 0 then
  local find = only and ("find spec/%s -name '*_spec.lua'"):format(only)
    or "find spec -name '*_spec.lua' -not -path 'spec/live/*' -not -path 'spec/peers/*'"
  for f in io.popen(find .. " | sort"):lines() do files[#files + 1] = f end
end

-- here, and so the same for all files
require "support.board"
require "support.mail_servers"

rawset(_G, "arg", { [0] = "spec/run.lua", "--output=support.output", "--lazy",
  table.unpack(files) })
require "busted.runner" { standalone = false }
