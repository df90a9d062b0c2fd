-- The table of server x behaviour that a run prints at its end: "yes",
-- "unsupported" by the protocol (and said so), or FAILED; of several specs of one
-- behaviour the worst.

local M = { servers = {}, behaviours = {}, cells = {} }

local RANK <const> = { yes = 1, unsupported = 2, FAILED = 3 }

local function once(list, name)
  if list[name] then return end
  list[name] = true
  list[#list + 1] = name
end

---@param server string
---@param behaviour string
---@param outcome "yes"|"unsupported"|"FAILED"
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
---@param outcome "yes"|"unsupported"|"FAILED"
function M.set(server, behaviour, outcome)
  M.cells[server .. "\0" .. behaviour] = nil
  M.note(server, behaviour, outcome)
end

-- servers that have a behaviour in common stand in one table
local function tables()
  local list, of_behaviour = {}, {}
  for _, server in ipairs(M.servers) do
    local own, group = {}, nil
    for _, name in ipairs(M.behaviours) do
      if M.cells[server .. "\0" .. name] then
        own[#own + 1] = name
        group = group or of_behaviour[name]
      end
    end
    if not group then
      group = { servers = {}, behaviours = {} }
      list[#list + 1] = group
    end
    group.servers[#group.servers + 1] = server
    for _, name in ipairs(own) do
      of_behaviour[name] = group
      once(group.behaviours, name)
    end
  end
  return list
end

local function padded(text, width)
  return text .. (" "):rep(width - utf8.len(text))
end

-- a cell of a server's column
local function cell(server, text)
  return padded(text, math.max(utf8.len(server), 11))
end

local function show(group)
  local wide = 0
  for _, name in ipairs(group.behaviours) do wide = math.max(wide, utf8.len(name)) end
  local lines, row = {}, { padded("", wide) }
  for _, server in ipairs(group.servers) do row[#row + 1] = cell(server, server) end
  lines[1] = table.concat(row, "  "):gsub("%s+$", "")
  for _, name in ipairs(group.behaviours) do
    row = { padded(name, wide) }
    for _, server in ipairs(group.servers) do
      row[#row + 1] = cell(server, M.cells[server .. "\0" .. name] or "-")
    end
    lines[#lines + 1] = table.concat(row, "  "):gsub("%s+$", "")
  end
  return table.concat(lines, "\n") .. "\n"
end

---@return string text nothing when nothing was noted
function M.text()
  local list = {}
  for i, group in ipairs(tables()) do list[i] = show(group) end
  return table.concat(list, "\n")
end

return M
