-- Text and HTML of messages: the parts that a structure names are fetched, those of all
-- messages that need the same parts by one command, and read as the MIME reader does.

local core = require "satchel.core"
local html = require "satchel.html"
local repair = require "satchel.imap.repair"

local M = {}

-- which parts are needed for the fields: text falls back on HTML
local function parts_of(found, fields)
  local parts, any_text, any_html = {}, false, false
  for _, segment in ipairs(found.segments) do
    any_text = any_text or segment.text ~= nil
    any_html = any_html or segment.html ~= nil
  end
  for _, segment in ipairs(found.segments) do
    local for_text = fields.text and (segment.text or not any_text and segment.html)
    local for_html = fields.html and any_html and (segment.html or segment.text)
    if for_text then parts[#parts + 1] = for_text end
    if for_html and for_html ~= for_text then parts[#parts + 1] = for_html end
  end
  return parts
end

-- which sections FETCH has to ask for
local function sections_of(parts)
  local names = {}
  for i, part in ipairs(parts) do names[i] = "BODY.PEEK[" .. part.part .. "]" end
  return table.concat(names, " ")
end

local function quoted(value)
  return '"' .. value:gsub('[\\"]', "\\%0"):gsub("[%c]", " ") .. '"'
end

-- a part on its own: what its BODYSTRUCTURE says as headers, then its bytes
local function decoded(part, bytes)
  local lines = { ("Content-Type: %s/%s"):format(part.type, part.subtype) }
  local charset = part.params and part.params.charset
  if charset then lines[1] = lines[1] .. "; charset=" .. quoted(charset) end
  lines[2] = "Content-Transfer-Encoding: " .. (part.encoding or "7bit"):gsub("[%c]", "")
  local message = core.mime.parse(table.concat(lines, "\r\n") .. "\r\n\r\n" .. bytes)
  if not message then return bytes end
  local name = part.subtype == "html" and "html" or "text"
  local text = message:fields({ name })[name]
  message:close()
  return text or ""
end

local function escaped(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

local function joined(list)
  for i = 1, #list - 1 do
    if list[i]:sub(-1) ~= "\n" then list[i] = list[i] .. "\n" end
  end
  return table.concat(list)
end

---The bodies of a message, out of its parts.
---@param found satchel.imap.Structure
---@param content fun(part: table): string|nil bytes of a part as they came
---@param fields table<string, boolean>
---@return string|nil text
---@return string|nil html
function M.read(found, content, fields)
  local texts, pages, any_page, read = {}, {}, false, {}
  local function of(part)
    read[part] = read[part] or decoded(part, content(part) or "")
    return read[part]
  end
  for _, segment in ipairs(found.segments) do any_page = any_page or segment.html ~= nil end
  for _, segment in ipairs(found.segments) do
    if segment.text then texts[#texts + 1] = segment.text end
    if segment.html then
      pages[#pages + 1] = segment.html
    elseif any_page then
      pages[#pages + 1] = segment.text
    end
  end
  local text, page
  if fields.html and any_page then
    for i, part in ipairs(pages) do
      local plain = part.subtype ~= "html"
      pages[i] = plain and "<pre>" .. escaped(of(part)) .. "</pre>\n" or of(part)
    end
    page = joined(pages)
  end
  if fields.text and #texts > 0 then
    for i, part in ipairs(texts) do texts[i] = of(part) end
    text = joined(texts)
  elseif fields.text and any_page then
    local list = {}
    for _, segment in ipairs(found.segments) do list[#list + 1] = html.text(of(segment.html)) end
    text = joined(list)
  end
  return text, page
end

---What FETCH asks for, for the bodies of a message.
---@param found satchel.imap.Structure
---@param fields table<string, boolean>
---@return string items "" where there is nothing to ask for
function M.items(found, fields)
  return sections_of(parts_of(found, fields))
end

---Adds text and html to the record of a message, out of sections that were fetched.
---@param record table
---@param found satchel.imap.Structure
---@param sections table<string, string>
---@param fields table<string, boolean>
function M.fill(record, found, sections, fields)
  record.text, record.html = M.read(found, function(part)
    return sections["BODY[" .. part.part .. "]"]
  end, fields)
end

-- messages whose parts have the same numbers, together
local function groups_of(uids, structures, fields)
  local groups, by_sections = {}, {}
  for i, found in pairs(structures) do
    local sections = M.items(found, fields)
    if sections ~= "" then
      local group = by_sections[sections]
      if not group then
        group = { sections = sections, uids = {} }
        by_sections[sections], groups[#groups + 1] = group, group
      end
      group.uids[#group.uids + 1] = uids[i]
    end
  end
  return groups
end

-- bodies whose sections did not come for a broken answer, from the whole messages
local function mended(self, op, place, groups, into, wanted)
  local uids = {}
  for _, group in ipairs(groups) do
    table.move(group.uids, 1, #group.uids, #uids + 1, uids)
  end
  return repair.records(self, op, place, uids, into, { sources = { body = true },
    fields = { text = wanted.fields.text, html = wanted.fields.html } })
end

---Adds text and html to records: 1 round trip.
---@param self satchel.imap.Driver
---@param op string
---@param place { folder_id: string, uidvalidity: integer }
---@param list table[] records
---@param uids integer[]
---@param structures satchel.imap.Structure[] absent where the bodies are there already
---@param wanted satchel.imap.Wanted
function M.add(self, op, place, list, uids, structures, wanted)
  local commands, into = {}, {}
  local groups = groups_of(uids, structures, wanted.fields)
  for _, group in ipairs(groups) do
    for _, command in ipairs(self.fetch_commands(group.uids, group.sections, into)) do
      commands[#commands + 1] = command
    end
  end
  if #commands > 0 then
    self:check(op, place.folder_id, self:in_folder(op, place.folder_id, commands,
      { uidvalidity = place.uidvalidity }))
  end
  local again = into.broken and mended(self, op, place, groups, into, wanted) or {}
  for i, record in ipairs(list) do
    local uid = uids[i]
    local other = again[uid]
    if other then
      record.text, record.html, record.partial = other.text, other.html, other.partial
    elseif structures[i] then
      M.fill(record, structures[i], into[uid] and into[uid].sections or {}, wanted.fields)
    end
  end
end

return M
