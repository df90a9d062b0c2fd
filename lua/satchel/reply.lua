-- Answers to messages: who gets them, what they are called, and how they quote.
-- RFC 5322 3.6.4 (In-Reply-To, References) and 3.6.5 (Re:).

local address = require "satchel.address"
local compose = require "satchel.compose"
local error_object = require "satchel.error"
local nearest = require "satchel.nearest"
local quote = require "satchel.quote"

---@class satchel.AnswerOptions
---@field text? string above what is quoted
---@field html? string above what is quoted
---@field to? satchel.AddressesLike more recipients
---@field cc? satchel.AddressesLike more recipients
---@field bcc? satchel.AddressesLike
---@field subject? string default: the original's with one Re: or Fwd:
---@field attachments? satchel.AttachmentLike[] more of them
---@field quote? boolean default true
---@field reply_to? satchel.AddressesLike
---@field from? satchel.AddressLike
---@field headers? table<string, string|string[]>
---@field importance? "low"|"normal"|"high"
---@field sensitivity? "normal"|"personal"|"private"|"confidential"
---@field categories? string|string[]

local M = {}

local reply_prefixes <const> = { "re", "aw", "sv", "antw", "vs", "odp" }
local forward_prefixes <const> = { "fwd", "fw", "wg", "vs", "tr" }

local function has_prefix(subject, prefixes)
  local word = subject:match "^%s*(%a+)%s*:" or subject:match "^%s*(%a+)%[%d+%]:"
  for _, prefix in ipairs(prefixes) do
    if word and word:lower() == prefix then return true end
  end
  return false
end

---The subject of an answer: one prefix, however many answers there were.
---@param subject string|nil
---@param mode "reply"|"reply_all"|"forward"
---@return string
function M.subject(subject, mode)
  subject = (subject or ""):gsub("[\r\n\0]+", " ")
  local forward = mode == "forward"
  if has_prefix(subject, forward and forward_prefixes or reply_prefixes) then return subject end
  return (forward and "Fwd: " or "Re: ") .. subject
end

-- at most this many ids: the first, which starts the thread, and the last ones
local most_references <const> = 30

---The References of an answer.
---@param item { references?: string[], in_reply_to?: string, message_id?: string }
---@return string[]
function M.references(item)
  local list = {}
  for _, id in ipairs(item.references or {}) do list[#list + 1] = id end
  if #list == 0 and item.in_reply_to then list[1] = item.in_reply_to end
  if item.message_id then list[#list + 1] = item.message_id end
  while #list > most_references do table.remove(list, 2) end
  return list
end

local function usable(list)
  local kept = {}
  for _, each in ipairs(list or {}) do
    if each.email or each.name then kept[#kept + 1] = { name = each.name, email = each.email } end
  end
  return kept
end

local function without(list, others)
  local kept = {}
  for _, each in ipairs(list) do
    local found = false
    for _, other in ipairs(others) do found = found or address.same(each, other) end
    for _, other in ipairs(kept) do found = found or address.same(each, other) end
    if not found then kept[#kept + 1] = each end
  end
  return kept
end

local function joined(a, b)
  local list = {}
  for _, each in ipairs(a) do list[#list + 1] = each end
  for _, each in ipairs(b) do list[#list + 1] = each end
  return list
end

---Who gets an answer.
---@param item table from, reply_to, to, cc
---@param mode "reply"|"reply_all"|"forward"
---@param own satchel.Address[] the answerer's own addresses, who is left out
---@return table to
---@return table cc
function M.recipients(item, mode, own)
  if mode == "forward" then return {}, {} end
  local reply_to = usable(item.reply_to)
  local from = usable { item.from }
  local to = #reply_to > 0 and reply_to or from
  local is_mine = from[1] and #without(from, own) == 0 and #reply_to == 0
  if is_mine then to = usable(item.to) end
  if mode == "reply" then return without(to, {}), {} end
  local all = without(joined(to, is_mine and {} or usable(item.to)), own)
  if #all == 0 then all = without(to, {}) end
  return all, without(usable(item.cc), joined(own, all))
end

-- the attachments that go along
local function carried(item, mode, html)
  local list = {}
  for _, each in ipairs(item.attachments) do
    local cited = html and each.content_id
      and html:find("cid:" .. each.content_id, 1, true) ~= nil
    if mode == "forward" or cited then list[#list + 1] = each end
  end
  return list
end

local option_names <const> = { text = true, html = true, to = true, cc = true, bcc = true,
  subject = true, attachments = true, quote = true, reply_to = true, importance = true,
  from = true, headers = true, sensitivity = true, categories = true }

M.options = option_names

local function check_options(verb, opts)
  if opts ~= nil and type(opts) ~= "table" then
    error_object.invalid("%s: options are a table, not a %s", verb, type(opts))
  end
  for name in pairs(opts or {}) do
    if not option_names[name] then
      error_object.invalid("%s: unknown option '%s'%s", verb, tostring(name),
        nearest.suggestion(name, option_names))
    end
  end
  if opts and opts.quote ~= nil and type(opts.quote) ~= "boolean" then
    error_object.invalid("%s: option 'quote' is true or false", verb)
  end
  return opts or {}
end

local function own_addresses(item)
  local driver, list = item._.store:driver(), {}
  for _, text in ipairs { driver.address or driver.user or "" } do
    if text:find "@" then list[#list + 1] = { email = text } end
  end
  return list
end

---The fields of the draft of an answer.
---@param item satchel.Item
---@param mode "reply"|"reply_all"|"forward"
---@param opts table|nil
---@return table
function M.fields(item, mode, opts)
  opts = check_options(mode, opts)
  local fields = quote.bodies(item, mode, opts) -- reads all in one go
  local to, cc = M.recipients(item, mode, own_addresses(item))
  fields.subject = M.subject(item.subject, mode)
  fields.to = opts.to and joined(to, address.list(opts.to, mode .. ": to")) or to
  fields.cc = opts.cc and joined(cc, address.list(opts.cc, mode .. ": cc")) or cc
  fields.references = M.references(item)
  if mode ~= "forward" then fields.in_reply_to = item.message_id end
  fields.attachments = carried(item, mode, opts.quote ~= false and fields.html or nil)
  for _, spec in ipairs(compose.listed(opts.attachments or {}, mode)) do
    fields.attachments[#fields.attachments + 1] = spec
  end
  for _, name in ipairs { "bcc", "subject", "reply_to", "importance", "from", "headers",
    "sensitivity", "categories" } do
    if opts[name] ~= nil then fields[name] = opts[name] end
  end
  return fields
end

local function mark_answered(item)
  local record = item._.record
  local result = item._.store:call("update", { item.id }, record.folder_id,
    { answered = true }, {})[1]
  if result.ok then record.answered = true end
end

---Stores the draft of an answer in session.drafts.
---@param item satchel.Item
---@param mode "reply"|"reply_all"|"forward"
---@param opts table|nil
---@return satchel.Item
function M.draft(item, mode, opts)
  local store = item._.store
  if not store then
    error_object.unsupported("%s: the item is part of another and not in a folder", mode)
  end
  local draft = store:role("drafts"):create(M.fields(item, mode, opts))
  draft._.record.draft = true
  if mode ~= "forward" then
    draft._.answers = function() mark_answered(item) end
  end
  return draft
end

return M
