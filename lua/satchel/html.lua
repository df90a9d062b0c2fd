-- Text out of HTML pages, for where a message has no text of its own: tags
-- gone, blocks on lines of their own, character references resolved.

local M = {}

local named = { amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", euro = "€",
  ndash = "–", mdash = "—", lsquo = "‘", rsquo = "’", sbquo = "‚", ldquo = "“", rdquo = "”",
  bdquo = "„", bull = "•", hellip = "…", trade = "™" }

-- U+00A0 to U+00FF
local following = 0xa0
for name in ([[nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr
  deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest
  Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc
  Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute
  THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave
  iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc
  uuml yacute thorn yuml]]):gmatch "%S+" do
  named[name], following = utf8.char(following), following + 1
end

local function reference(name)
  local number = tonumber(name:match "^#(%d+)$") or tonumber(name:match "^#[xX](%x+)$" or "", 16)
  if number and number > 0 and number < 0x110000 then return utf8.char(number) end
  return named[name]
end

local blocks = {}
for name in ([[p div tr li ul ol table h1 h2 h3 h4 h5 h6 blockquote pre hr body section article
  header footer]]):gmatch "%S+" do
  blocks[name] = true
end

-- what is not shown, from its beginning to its end
local hidden = { { "<!%-%-", "%-%->" } }
for _, name in ipairs { "head", "style", "script", "title" } do
  local any_case = name:gsub("%a", function(c) return "[" .. c .. c:upper() .. "]" end)
  hidden[#hidden + 1] = { "<" .. any_case .. "%f[^%w]", "</" .. any_case .. "%s*>" }
end

-- one pass: a page may be made to be slow; what does not end is shown
local function without(text, first, last)
  local parts, position = {}, 1
  while true do
    local from = text:find(first, position)
    local _, to = text:find(last, from or #text + 1)
    if not to then break end
    parts[#parts + 1] = text:sub(position, from - 1)
    position = to + 1
  end
  parts[#parts + 1] = text:sub(position)
  return table.concat(parts)
end

-- "\1" is where a block begins or ends; any number of them is one line end
local function mark(name)
  name = name:lower()
  if name == "br" then return "\n" end
  return blocks[name] and "\1" or ""
end

---Readable text of an HTML page; lines end with "\n".
---@param html string
---@return string
function M.text(html)
  local text = html:gsub("\1", "")
  for _, ends in ipairs(hidden) do text = without(text, ends[1], ends[2]) end
  text = text:gsub("%s+", " "):gsub("</?(%w+)[^<>]*>", mark):gsub("<[^<>]*>", "")
  text = text:gsub(" *\n *", "\n"):gsub(" *\1[ \1]*", "\1"):gsub("\n\1", "\1\n")
  text = text:gsub("^[ \1]+", ""):gsub("[ \1]+$", ""):gsub("\1", "\n")
  return (text:gsub("&(#?%w+);", reference))
end

return M
