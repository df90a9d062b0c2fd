-- Items as messages, on every driver: one that has the message gives it, for one that
-- has not it is built of the fields.

local head = require "satchel.mime.head"
local mime = require "satchel.mime"
local pieces = require "satchel.mime.pieces"

local M = {}

local fields <const> = { "subject", "from", "sender", "to", "cc", "bcc", "reply_to", "sent",
  "message_id", "in_reply_to", "references", "importance", "sensitivity", "categories",
  "text", "html" }

local deepest <const> = 20 -- messages in each other

local function one_line(text)
  return text and (text:gsub("[\r\n%z]+", " "))
end

local function attached(each, depth)
  local spec = { name = one_line(each.name), type = each.type, inline = each.inline,
    content_id = each.content_id }
  if each._.record.embedded and depth < deepest then
    spec.item = M.draft(each:item(), depth + 1)
  else
    local chunks
    spec.source = function()
      chunks = chunks or each:chunks()
      return chunks()
    end
  end
  return spec
end

-- an address that has no e-mail, or one that is none, is at least a name
local function writable(address)
  local email, name = address.email, one_line(address.name)
  if email and not email:find "^[^%c%s<>,;()\"]+$" and not email:find '^"[^%c]*"@[^%c%s]+$' then
    name, email = name or one_line(email), nil
  end
  return { name = name, email = email }
end

---Whether an address can be written in UTF-8 alone (RFC 6532).
---@param draft table
---@return boolean
function M.needs_utf8(draft)
  for _, name in ipairs { "from", "sender", "to", "cc", "bcc", "reply_to" } do
    local value = draft[name]
    for _, each in ipairs(value and (value[1] and value or { value }) or {}) do
      if each.email and each.email:find "[\128-\255].*@" then return true end
    end
  end
  return false
end

---An item as a draft that a message can be built of.
---@param item satchel.Item
---@param depth? integer
---@return table
function M.draft(item, depth)
  local draft = { attachments = {} }
  if item._.record.raw then return mime.draft(item._.record.raw) end
  for _, name in ipairs(fields) do draft[name] = item[name] end
  for _, name in ipairs { "to", "cc", "bcc", "reply_to" } do
    for i, address in ipairs(draft[name] or {}) do draft[name][i] = writable(address) end
  end
  for _, name in ipairs { "from", "sender" } do
    draft[name] = draft[name] and writable(draft[name])
  end
  draft.subject = one_line(draft.subject)
  draft.headers = mime.other_headers(item.headers or {})
  for i, each in ipairs(item.attachments) do
    draft.attachments[i] = attached(each, depth or 1)
  end
  return draft
end

---The message of an item in pieces.
---@param item satchel.Item
---@return fun(): string|nil
function M.pieces(item)
  local state = item._
  if state.record.raw then return pieces.of(state.record.raw:open()) end
  local driver = state.store and state.store:driver()
  if driver and driver.mime then
    return pieces.of(state.store:call("mime", item.id, state.record.folder_id))
  end
  local draft = M.draft(item)
  draft.sent = draft.sent or state.record.received or 0
  return mime.build(draft, { bcc = true, utf8 = M.needs_utf8(draft),
    domain = head.domain(state.store and state.store.session.user) }):chunks(pieces.SIZE)
end

---What a report says, of an item that is one.
---@param item satchel.Item
---@return table|nil
function M.report(item)
  local state = item._
  if state.record.report or item.kind ~= "report" then return state.record.report end
  local driver = state.store and state.store:driver()
  if not driver or not driver.mime then return nil end
  state.record.report = mime.parse(M.pieces(item)):fields({ "report" }).report
  return state.record.report
end

return M
