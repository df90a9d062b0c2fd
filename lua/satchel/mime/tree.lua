-- Which parts a message to be written has, and in what order: text and HTML as
-- alternatives, what the HTML shows beside it, attachments behind them
-- (RFC 2046 5.1, RFC 2387).  Nothing is written here.

local M = {}

---@class satchel.mime.Part
---@field kind "text"|"file"|"message"|"multipart"
---@field type string
---@field text? string
---@field spec? table an attachment
---@field [integer] satchel.mime.Part of a multipart

local function multipart(subtype, parts)
  if #parts == 1 then return parts[1] end
  parts.kind, parts.type = "multipart", "multipart/" .. subtype
  return parts
end

local function text_part(type, text)
  return { kind = "text", type = type, text = text }
end

local function attached(spec)
  local is_message = spec.item or (spec.type or ""):lower():find "^message/rfc822"
  return { kind = is_message and "message" or "file", spec = spec,
    type = is_message and "message/rfc822" or spec.type or "application/octet-stream" }
end

-- what the HTML shows goes with it, the others behind
local function sorted(attachments, has_html)
  local shown, others = {}, {}
  for _, spec in ipairs(attachments or {}) do
    local list = has_html and spec.inline and spec.content_id and shown or others
    list[#list + 1] = attached(spec)
  end
  return shown, others
end

local function rtf_bodies(draft)
  if not draft.rtf then return nil end
  local rtf = require("satchel.core").rtf
  local html = rtf.to_html(draft.rtf)
  if html then return nil, html end
  return (rtf.to_text(draft.rtf))
end

---The parts of a message.
---@param draft table fields, checked
---@return satchel.mime.Part
function M.of(draft)
  local text, html = draft.text, draft.html
  if not text and not html then text, html = rtf_bodies(draft) end
  local shown, others = sorted(draft.attachments, html ~= nil)
  local page
  if html then
    page = multipart("related", { text_part("text/html", html), table.unpack(shown) })
    -- RFC 2387 3.1: the type of the first part
    if page.kind == "multipart" then page.related = "text/html" end
  end
  local parts = {}
  if text or not html and #others == 0 then parts[1] = text_part("text/plain", text or "") end
  if page then parts[#parts + 1] = page end
  local body = #parts > 0 and multipart("alternative", parts)
  if #others == 0 then return body end
  local mixed = { body or nil }
  for _, part in ipairs(others) do mixed[#mixed + 1] = part end
  mixed.kind, mixed.type = "multipart", "multipart/mixed"
  return mixed
end

return M
