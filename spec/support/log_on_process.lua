-- Logs on in a process of its own, for what is in the environment: tickets, proxies.
--   local result = require("support.log_on_process")("KRB5CCNAME=…", { url =, user =, … })
-- gives what came of it: { ok =, kind =, message =, hint =, stage =, seen = its trace }.

local SCRIPT <const> = [[
local satchel = require "satchel"
local options, note = %s, {}
options.trace = function(event)
  note.seen = (note.seen or "") .. tostring(event.text) .. "\n"
end
local ok, err = satchel.try(function()
  local session <close> = satchel.connect(options)
  if options.url:find "^smtp" then return end
  note.total = session.inbox.total
end)
if not ok then note.kind, note.message, note.hint, note.stage = err.kind, err.message, err.hint,
  err.stage end
io.write(("return { ok = %%s, "):format(ok))
for k, v in pairs(note) do io.write(("%%s = %%q, "):format(k, v)) end
io.write "}"
]]

local function literal(value)
  if type(value) ~= "table" then return ("%q"):format(value) end
  local parts = {}
  for k, v in pairs(value) do parts[#parts + 1] = ("[%q] = %s"):format(k, literal(v)) end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

---@param environment string NAME=VALUE …
---@param options satchel.ConnectOptions
---@return table
return function(environment, options)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(SCRIPT:format(literal(options)))
  file:close()
  local pipe = assert(io.popen(("%s lua5.4 '%s' 2>&1"):format(environment, path)))
  local output = pipe:read "a"
  pipe:close()
  os.remove(path)
  return assert(load(output:match "return {.*" or ("error(%q)"):format(output)))()
end
