-- The table of server x behaviour that a run prints at its end: "yes",
-- "unsupported" by the protocol (and said so), "not there" (the server is known
-- to lack it), or FAILED; of several specs of one behaviour the worst.

local M = { servers = {}, behaviours = {}, cells = {} }

local RANK <const> = { yes = 1, unsupported = 2, ["not there"] = 3, FAILED = 4 }

local function once(list, name)
  if list[name] then return end
  list[name] = true
  list[#list + 1] = name
end

---@param server string
---@param behaviour string
---@param outcome "yes"|"unsupported"|"not there"|"FAILED"
function M.note(server, behaviour, outcome)
  once(M.servers, server)
  once(M.behaviours, behaviour)
  local key = server .. "\0" .. behaviour
  local known = M.cells[key]
  if not known or RANK[outcome] > RANK[known] then M.cells[key] = outcome end
end

---The outcome, whatever it was before.
---@param server string
---@param behaviour string
---@param outcome "yes"|"unsupported"|"not there"|"FAILED"
function M.set(server, behaviour, outcome)
  M.cells[server .. "\0" .. behaviour] = nil
  M.note(server, behaviour, outcome)
end

---@return string text nothing when nothing was noted
function M.text()
  if #M.servers == 0 then return "" end
  local wide = 0
  for _, name in ipairs(M.behaviours) do wide = math.max(wide, utf8.len(name)) end
  local lines, row = {}, { (" "):rep(wide) }
  for _, server in ipairs(M.servers) do row[#row + 1] = ("%-12s"):format(server) end
  lines[1] = table.concat(row, "  ")
  for _, name in ipairs(M.behaviours) do
    row = { name .. (" "):rep(wide - utf8.len(name)) }
    for _, server in ipairs(M.servers) do
      local width = math.max(12, #server)
      row[#row + 1] = ("%-" .. width .. "s"):format(M.cells[server .. "\0" .. name] or "-")
    end
    lines[#lines + 1] = table.concat(row, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

return M
