-- The three bodies of a message: what was not given is derived from what
-- was ([MS-OXCMSG] 2.2.1.56, [MS-OXBBODY]).

local core = require "satchel.core"
local html_page = require "satchel.html"
local tags = require "satchel.sandbox.tags"
local rope = require "satchel.sandbox.rope"

local body = {}

local function html_to_text(text)
  return (html_page.text(text):gsub("\n", "\r\n"))
end

local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function text_to_html(text)
  local escaped = text:gsub("[&<>]", ESCAPES):gsub("\r?\n", "<br>\r\n")
  return "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">"
    .. "</head><body>\r\n" .. escaped .. "\r\n</body></html>\r\n"
end

local function rtf_character(c)
  local code = utf8.codepoint(c)
  if code < 0x80 then
    if c == "\n" then return "\\par\r\n" elseif c == "\r" then return "" end
    return c:find("[\\{}]") and "\\" .. c or c
  elseif code > 0xffff then
    code = code - 0x10000
    local high, low = 0xd800 + (code >> 10), 0xdc00 + (code & 0x3ff)
    return ("\\u%d?\\u%d?"):format(high - 0x10000, low - 0x10000)
  end
  return ("\\u%d?"):format(code > 0x7fff and code - 0x10000 or code)
end

local function text_to_rtf(text)
  if not utf8.len(text) then text = text:gsub("[\x80-\xff]", "?") end
  return "{\\rtf1\\ansi\\ansicpg1252\\fromtext \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n"
    .. "\\uc1\\pard\\plain\\deftab360 \\f0\\fs20 "
    .. text:gsub(utf8.charpattern, rtf_character) .. "\\par\r\n}"
end

local function plain(v)
  return rope.is(v) and v:text() or v
end

local function rtf_of(m)
  local packed = m:raw(tags.RtfCompressed)
  return packed and core.rtf and core.rtf.decompress(plain(packed))
end

---The plain text, derived if need be.
---@param m satchel.sandbox.message
function body.text(m)
  local text = m:raw(tags.Body)
  if text then return text end
  local html = m:raw(tags.Html)
  if html then return html_to_text(body.as_text(html)) end
  local rtf = rtf_of(m)
  return rtf and core.rtf.to_text(rtf)
end

---@param m satchel.sandbox.message
function body.html(m)
  local html = m:raw(tags.Html)
  if html then return html end
  local rtf = rtf_of(m)
  html = rtf and core.rtf.to_html(rtf)
  if html then return html end
  local text = rtf and core.rtf.to_text(rtf) or m:raw(tags.Body)
  return text and text_to_html(plain(text))
end

---Bytes of a page as text.
---@param html string|satchel.sandbox.rope
---@return string
function body.as_text(html)
  html = plain(html)
  return core.text.is_utf8(html) and html or core.text.from_8bit(html)
end

---@param m satchel.sandbox.message
function body.rtf(m)
  local packed = m:raw(tags.RtfCompressed)
  if packed then return packed end
  local text = core.rtf and body.text(m)
  return text and core.rtf.compress(text_to_rtf(plain(text)))
end

local NATIVE = { tags.Body, tags.RtfCompressed, tags.Html }

---[MS-OXCMSG] 2.2.1.56.2 PidTagNativeBody
---@param m satchel.sandbox.message
---@return integer 0 none, 1 text, 2 RTF, 3 HTML
function body.native(m)
  if m.native and m:raw(NATIVE[m.native]) then return m.native end
  if m:raw(tags.Html) then return 3 end
  if m:raw(tags.RtfCompressed) then return 2 end
  return m:raw(tags.Body) and 1 or 0
end

return body
