-- The bodies of a message: which of the stored forms a script sees as text,
-- html and rtf, and which properties hold what it writes ([MS-OXBBODY]).

local core = require "satchel.core"
local html_page = require "satchel.html"
local P = require "satchel.mapi.props"

local M = {}

local UTF8 <const> = 65001

---@return integer[] the properties that `read` wants
function M.tags()
  return { P.PidTagBody, P.PidTagHtml, P.PidTagRtfCompressed, P.PidTagInternetCodepage,
    P.PidTagNativeBody }
end

local function lines(text)
  return (text:gsub("\r\n", "\n"))
end

local function decode(bytes, codepage)
  if codepage == UTF8 or core.text.is_utf8(bytes) then return bytes end
  if core.text.from_codepage then
    local text = core.text.from_codepage(bytes, codepage or 1252)
    if text then return text end
  end
  return core.text.from_8bit(bytes)
end

-- [MS-OXCMSG] 2.2.1.56.2: the form that the others are made of
local NATIVE <const> = { "text", "rtf", "html" }

---The bodies that stored properties make.
---@param raw table<integer, any> values by tag
---@return { text: string|nil, html: string|nil, rtf: string|nil, native_body: string|nil }
function M.read(raw)
  local packed = raw[P.PidTagRtfCompressed]
  local rtf = packed and core.rtf.decompress(packed) or nil
  local html = raw[P.PidTagHtml]
  html = html and decode(html, raw[P.PidTagInternetCodepage])
  if not html and rtf then html = core.rtf.to_html(rtf) or nil end
  local text = raw[P.PidTagBody]
  if not text and html then text = html_page.text(html) end
  if not text and rtf then text = core.rtf.to_text(rtf) end
  return { text = text and lines(text), html = html, rtf = rtf,
    native_body = NATIVE[raw[P.PidTagNativeBody]] }
end

---Adds the properties of new bodies.
---@param out table out:set(tag, value), out:remove(tag)
---@param fields { text?: string, html?: string, rtf?: string }
---@param null any the value that removes
function M.write(out, fields, null)
  local text, html, rtf = fields.text, fields.html, fields.rtf
  if text == null and text ~= nil then
    out:remove(P.PidTagBody)
  elseif text then
    out:set(P.PidTagBody, (lines(text):gsub("\n", "\r\n")))
  end
  if html == null and html ~= nil then
    out:remove(P.PidTagHtml)
  elseif html then
    out:set(P.PidTagInternetCodepage, UTF8)
    out:set(P.PidTagHtml, html)
  end
  if rtf == null and rtf ~= nil then
    out:remove(P.PidTagRtfCompressed)
  elseif rtf then
    out:set(P.PidTagRtfCompressed, assert(core.rtf.compress(rtf)))
    out:set(P.PidTagRtfInSync, true)
  end
end

return M
