-- What a check found: its steps in order, and the same as a table to read.

---@class satchel.CheckStep
---@field step string "discovery" "resolve" "connect" "tls" "greeting" "capabilities" "login"
---"inbox", and for sending "smtp resolve" and so on
---@field ok boolean
---@field detail string what came of it
---@field seconds number
---@field hint? string what to do about it
---@field error? satchel.Error
---@field places? table[] of discovery: what was asked, { url =, result = }

---@class satchel.CheckReport
---@field ok boolean
---@field failed? string the step that failed
---@field steps satchel.CheckStep[]
---@field user string
---@field protocol? string
---@field url? string the server, given or discovered
---@field smtp? string that for sending
---@field hint? string that of the step that failed
---@field seconds number
local Report = { __name = "satchel.CheckReport" }
Report.__index = Report

local M = {}

local function width(steps)
  local widest = 9
  for _, step in ipairs(steps) do widest = math.max(widest, #step.step) end
  return widest
end

-- at most so many letters on a line, broken at spaces
local COLUMNS <const> = 72

local function wrap(text, indent)
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    if line ~= "" and #line + #word >= COLUMNS then
      lines[#lines + 1], line = line, ""
    end
    line = line == "" and word or line .. " " .. word
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n" .. (" "):rep(indent))
end

function Report:__tostring()
  local lines, wide = {}, width(self.steps)
  lines[1] = ("%s: %s"):format(self.user, self.ok and "all is well"
    or "fails at " .. self.failed)
  local indent = 2 + 4 + 2 + wide + 2 + 6 + 2
  for _, step in ipairs(self.steps) do
    lines[#lines + 1] = ("  %-4s  %-" .. wide .. "s  %5.2fs  %s"):format(step.ok and "ok" or "FAIL",
      step.step, step.seconds, wrap(step.detail, indent))
    for _, place in ipairs(not step.ok and step.places or {}) do
      lines[#lines + 1] = (" "):rep(indent) .. wrap(place.url .. " " .. place.result, indent + 2)
    end
    if step.hint then
      lines[#lines + 1] = (" "):rep(indent - 4) .. "=>  " .. wrap(step.hint, indent)
    end
  end
  return table.concat(lines, "\n")
end

---@param user string
---@return satchel.CheckReport
function M.new(user)
  return setmetatable({ ok = true, steps = {}, user = user, seconds = 0 }, Report)
end

return M
