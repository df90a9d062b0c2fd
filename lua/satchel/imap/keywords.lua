-- Flags of messages (RFC 9051 2.3.2) and the fields that they are.  Keywords are
-- the item's categories, apart from those that programs keep for themselves.  A
-- category may be any text; its keyword is an atom by a rule that can be undone
-- (core.imap.flag).

local core = require "satchel.core"
local error_object = require "satchel.error"

local M = {}

-- field -> flag, and whether the field is true without it
local FLAGS <const> = {
  unread = { flag = "\\Seen", inverse = true }, flagged = { flag = "\\Flagged" },
  answered = { flag = "\\Answered" }, draft = { flag = "\\Draft" },
}
M.flags = FLAGS

-- keywords of the IANA registry (RFC 5788) and of clients that are no categories
local of_programs = {}
for name in ([[$forwarded $mdnsent $submitpending $submitted $junk $notjunk $phishing
  $important $hasattachment $hasnoattachment $haspdf $hasmemo $memo $muted $followed
  $canunsubscribe $autosent $istrusted $isnotification $new $unsubscribed
  $ismailinglist $hasnoreply $x-me-annot-1 forwarded junk nonjunk notjunk
  receipt-handled $recent]]):gmatch "%S+" do
  of_programs[name] = true
end

---Whether a flag is a category.
---@param flag string
---@return boolean
function M.is_category(flag)
  return flag:byte() ~= 92 and not of_programs[flag:lower()]
end

---The keyword of a category.
---@param category string
---@return string
function M.keyword(category)
  local keyword, err = core.imap.flag(category)
  return keyword or error_object.raise(err)
end

---The category of a keyword.
---@param keyword string
---@return string
function M.category(keyword)
  return core.imap.category(keyword) or keyword
end

---@param flags string[]
---@return table<string, boolean> by the lower-case name
function M.set(flags)
  local set = {}
  for _, flag in ipairs(flags or {}) do set[flag:lower()] = true end
  return set
end

---@param flags string[]
---@return string[] categories in the order of their keywords
function M.categories(flags)
  local list = {}
  for _, flag in ipairs(flags or {}) do
    if M.is_category(flag) then list[#list + 1] = M.category(flag) end
  end
  return list
end

---The flags of a new item.
---@param draft table fields
---@return string[]
function M.of_draft(draft)
  local list = {}
  for _, name in ipairs { "unread", "flagged", "answered", "draft" } do
    local row = FLAGS[name]
    if (draft[name] or false) ~= (row.inverse or false) then list[#list + 1] = row.flag end
  end
  for _, category in ipairs(draft.categories or {}) do list[#list + 1] = M.keyword(category) end
  return list
end

return M
