-- The bodies of answers: the new text, then who wrote what, then what they
-- wrote, quoted in text with "> " and in HTML with a blockquote.

local address = require "satchel.address"

local M = {}

local function when(seconds)
  return math.type(seconds) == "integer" and os.date("!%Y-%m-%d %H:%M UTC", seconds) or nil
end

local function who(list)
  local shown = {}
  for i, each in ipairs(list or {}) do shown[i] = tostring(address.wrap(each)) end
  return table.concat(shown, ", ")
end

local function attribution(item)
  local from = item.from and tostring(address.wrap(item.from)) or "somebody"
  local at = when(item.sent or item.received)
  return at and ("On %s, %s wrote:"):format(at, from) or from .. " wrote:"
end

-- the lines over a forwarded message
local function summary(item)
  local lines = {}
  local function add(name, value)
    if value and value ~= "" then lines[#lines + 1] = { name, value } end
  end
  add("From", item.from and tostring(address.wrap(item.from)))
  add("Date", when(item.sent or item.received))
  add("Subject", item.subject)
  add("To", who(item.to))
  add("Cc", who(item.cc))
  return lines
end

local escapes <const> = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }

---Text as HTML: special characters escaped, lines kept.
---@param text string
---@return string
function M.escape(text)
  return (text:gsub('[&<>"]', escapes):gsub("\r\n", "\n"):gsub("\n", "<br>\n"))
end

---What is inside the body element; all of it where there is none.
---@param html string
---@return string
function M.inner(html)
  local lower = html:lower()
  local _, open = lower:find("<body[^>]*>")
  local close = lower:find("</body%s*>", (open or 0) + 1)
  return html:sub((open or 0) + 1, close and close - 1 or #html)
end

---Each line with "> " before it.
---@param text string
---@return string
function M.lines(text)
  text = text:gsub("\r\n", "\n"):gsub("%s+$", "")
  if text == "" then return "" end
  return (("\n" .. text):gsub("\n(>?)", function(mark)
    return mark == ">" and "\n>>" or "\n> "
  end):sub(2))
end

local function forwarded_text(item)
  local lines = { "---------- Forwarded message ----------" }
  for _, line in ipairs(summary(item)) do lines[#lines + 1] = line[1] .. ": " .. line[2] end
  return table.concat(lines, "\n") .. "\n\n" .. (item.text or "")
end

local function text_body(item, mode, text)
  if mode == "forward" then return (text and text .. "\n\n" or "") .. forwarded_text(item) end
  local quoted = M.lines(item.text or "")
  return (text and text .. "\n\n" or "") .. attribution(item) .. "\n" .. quoted .. "\n"
end

-- whether it was written as HTML; servers make HTML out of text, too
local function is_html(item)
  local html = item.html
  local record = item._ and item._.record or item
  return html ~= nil and record.native_body ~= "text"
end

local function original_html(item)
  return is_html(item) and M.inner(item.html) or M.escape(item.text or "")
end

local bar <const> = "margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex"

local function quoted_html(item, mode)
  if mode ~= "forward" then
    return ('<div>%s</div>\n<blockquote type="cite" style="%s">%s</blockquote>')
      :format(M.escape(attribution(item)), bar, original_html(item))
  end
  local lines = { "---------- Forwarded message ----------" }
  for _, line in ipairs(summary(item)) do
    lines[#lines + 1] = ("<b>%s:</b> %s"):format(line[1], M.escape(line[2]))
  end
  return ("<div>%s</div>\n<br>\n%s"):format(table.concat(lines, "<br>\n"), original_html(item))
end

local function html_body(item, mode, html)
  return ("<html><body>%s\n<br>\n%s\n</body></html>"):format(
    html and M.inner(html) or "", quoted_html(item, mode))
end

---The bodies of an answer.  HTML answers to HTML: also when only text is given,
---if the original has it.
---@param item satchel.Item|table
---@param mode "reply"|"reply_all"|"forward"
---@param opts { text?: string, html?: string, quote?: boolean }
---@return { text?: string, html?: string }
function M.bodies(item, mode, opts)
  local bodies, html = {}, opts.html
  if opts.quote == false then return { text = opts.text, html = html } end
  if not html and is_html(item) then html = M.escape(opts.text or "") end
  if html then bodies.html = html_body(item, mode, html) end
  if opts.text or not html then bodies.text = text_body(item, mode, opts.text) end
  return bodies
end

return M
