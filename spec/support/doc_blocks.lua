-- The pieces of code in the documentation, as Lua that can be loaded. They are written
-- for readers, who know three signs that Lua does not: "…" stands for what was left out,
-- `name =` alone for a value that was, and a line of fields for their being read.

local M = {}

---@class spec.DocBlock
---@field page string
---@field line integer
---@field text string as it is written
---@field source string as Lua

-- calls take(code, rest) for text outside of strings and comments, rest(other) for these
local function outside_strings(text, change)
  local parts, at = {}, 1
  while at <= #text do
    local start = text:find("[\"']", at) or #text + 1
    local comment = text:find("--", at, true) or #text + 1
    local stop = math.min(start, comment)
    parts[#parts + 1] = change(text:sub(at, stop - 1))
    if stop > #text then break end
    local pattern = stop == comment and "[^\n]*" or text:sub(stop, stop) == '"'
      and '"[^"\n]*"?' or "'[^'\n]*'?"
    local _, last = text:find("^" .. pattern, stop)
    if stop ~= comment then parts[#parts + 1] = text:sub(stop, last) end
    at = last + 1
  end
  return table.concat(parts)
end

local function left_out(code)
  code = code:gsub("…,?%s*", "")
  repeat
    local before = code
    code = code:gsub("([{,%s])[%a_][%w_]* =%s*,", "%1"):gsub("([{,%s])[%a_][%w_]* =%s*}", "%1}")
  until code == before
  return code
end

-- what is an expression and no statement is read; two spaces stand between several
local function reads(line)
  if line:find "^%s" or line == "" then return line end
  local phrases = {}
  for phrase in (line .. "  "):gmatch "(.-)  +" do
    local alone = not load(phrase) and load("return " .. phrase)
    phrases[#phrases + 1] = alone and "_ = " .. phrase or phrase
  end
  return table.concat(phrases, "; ")
end

local function source_of(text)
  local code = outside_strings(text, left_out)
  return (code:gsub("[^\n]+", reads))
end

-- the block that begins at line i: fenced, or by four spaces after an empty line
local function block_at(lines, i)
  local list = {}
  if lines[i]:find "^```" then
    local first = i + 1
    repeat
      i = i + 1
      list[#list + 1] = lines[i]
    until lines[i]:find "^```"
    list[#list] = nil
    return list, first, i
  elseif lines[i]:find "^    %S" and lines[i - 1] == "" then
    local first = i
    while lines[i]:find "^    " or lines[i] == "" and (lines[i + 1] or ""):find "^    " do
      list[#list + 1] = lines[i]:sub(5)
      i = i + 1
    end
    return list, first, i
  end
end

---The pieces of a page, in their order.
---@param root string folder of the repository
---@param page string
---@return spec.DocBlock[]
function M.of(root, page)
  local lines, found = {}, {}
  for line in io.lines(root .. "/" .. page) do lines[#lines + 1] = line end
  lines[#lines + 1] = ""
  local i = 1
  while i <= #lines do
    local list, first, last = block_at(lines, i)
    if list then
      local text = table.concat(list, "\n")
      found[#found + 1] = { page = page, line = first, text = text, source = source_of(text) }
    end
    i = (last or i) + 1
  end
  return found
end

return M
