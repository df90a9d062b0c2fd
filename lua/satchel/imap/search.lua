-- The tree of a `where` as SEARCH keys (RFC 9051 6.4.4).  What a key means is often
-- not what the clause means: SEARCH looks for substrings, and at days instead of
-- seconds.  So each clause becomes two keys: a wide one that finds all items it holds
-- for and perhaps more, and a narrow one that finds only such items and perhaps
-- fewer.  Where both are the same the server's word is final; the others are judged
-- again by the client, so that the answer is exact.  NOT turns wide into narrow.

local error_object = require "satchel.error"
local keywords = require "satchel.imap.keywords"
local match = require "satchel.match"
local structure = require "satchel.imap.structure"
local where = require "satchel.where"

local M = {}

-- a key is a list of words and { value = text }, or { op = "and"|"or"|"not", keys… }
local ALL <const>, NONE <const> = { "ALL" }, { "NOT", "ALL" }

---@class satchel.imap.Judged
---@field wide table key
---@field narrow table key
---@field exact boolean

local function exact(...)
  local key = { ... }
  return { wide = key, narrow = key, exact = true }
end

local function about(wide, narrow)
  return { wide = wide, narrow = narrow or NONE, exact = false }
end

local everything <const> = { wide = ALL, narrow = ALL, exact = true }
local nothing <const> = { wide = NONE, narrow = NONE, exact = true }

-- Connectives ---------------------------------------------------------------------

local function all_of(keys)
  local list = { op = "and" }
  for _, key in ipairs(keys) do
    if key == NONE then return NONE end
    if key ~= ALL then list[#list + 1] = key end
  end
  return #list == 0 and ALL or #list == 1 and list[1] or list
end

local function any_of(keys)
  local list = { op = "or" }
  for _, key in ipairs(keys) do
    if key == ALL then return ALL end
    if key ~= NONE then list[#list + 1] = key end
  end
  return #list == 0 and NONE or #list == 1 and list[1] or list
end

local function none_of(key)
  if key == ALL then return NONE end
  if key == NONE then return ALL end
  return { op = "not", key }
end

-- Days ----------------------------------------------------------------------------

local DAY <const> = 86400
-- a date of SEARCH is that of the zone in which the message's time is written
local AHEAD <const>, BEHIND <const> = 14 * 3600, 12 * 3600

local MONTHS <const> = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
  "Nov", "Dec" }

-- date, RFC 9051 9
local function day_text(seconds)
  local at = os.date("!*t", seconds)
  return ("%d-%s-%04d"):format(at.day, MONTHS[at.month], at.year)
end

local function midnight(seconds) return seconds // DAY * DAY end

-- t >= at: the day on which it begins to be possible, and that from which it is sure
local function since_days(at)
  return midnight(at - BEHIND), midnight(at + AHEAD + DAY - 1)
end

local function days(names, first, last_exclusive)
  local key = { op = "and" }
  if first then key[#key + 1] = { names.since, day_text(first) } end
  if last_exclusive then key[#key + 1] = { names.before, day_text(last_exclusive) } end
  return #key == 1 and key[1] or key
end

-- first <= t < ending, either may be absent
local function within(names, first, ending)
  local maybe_first, sure_first, maybe_end, sure_end
  if first then maybe_first, sure_first = since_days(first) end
  if ending then
    sure_end = midnight(ending - BEHIND)
    maybe_end = midnight(ending + AHEAD + DAY - 1)
  end
  local narrow = NONE
  if names.always and not (sure_first and sure_end and sure_first >= sure_end) then
    narrow = days(names, sure_first, sure_end)
  end
  return about(days(names, maybe_first, maybe_end), narrow)
end

local function of_time(names)
  return function(node)
    local op, value = node.op, node.value
    if op == "exists" then return names.always and everything or about(ALL) end
    if op == "since" then return within(names, value, nil) end
    if op == "before" then return within(names, nil, value) end
    if op == "larger" then return within(names, value + 1, nil) end
    if op == "smaller" then return within(names, nil, value) end
    return within(names, value, (op == "between" and node.value2 or value) + 1)
  end
end

-- Text ----------------------------------------------------------------------------

---@param node satchel.Clause
---@return table|nil token nil where there is nothing that the server could look for
local function text_value(node, context)
  local value = node.value
  if value == "" or value:find "\0" then return nil end
  if context.plain or context.ascii_only and value:find "[\128-\255]" then return nil end
  return { value = value }
end

-- a field that is searched by keys that take a string: one of them has to hold
local function of_text(...)
  local keys <const> = { ... }
  return function(node, context)
    local token = node.op ~= "exists" and text_value(node, context)
    if not token then return about(ALL) end
    local list = {}
    for i, words in ipairs(keys) do
      list[i] = table.move(words, 1, #words, 1, {})
      list[i][#words + 1] = token
    end
    local key = any_of(list)
    if node.op ~= "contains" then return about(key) end
    return { wide = key, narrow = key, exact = true }
  end
end

-- one that SEARCH finds in more places than the field stands for
local function wider(compile)
  return function(node, context)
    return about(compile(node, context).wide)
  end
end

-- a whole message id is in its header once
local function of_id(header)
  local compile = of_text { "HEADER", header }
  return function(node, context)
    local judged = compile(node, context)
    local is_whole = node.op == "equals" and node.value:find "^<[^<>%s]+>$"
    if is_whole and judged.wide ~= ALL then judged.narrow, judged.exact = judged.wide, true end
    return judged
  end
end

-- "Name: text" is looked for in that header; other text only here
local function of_headers(node, context)
  if node.op == "exists" then return everything end
  local name, value = node.value:match "^([!-9;-~]+):%s*(.-)%s*$"
  if not name or value:find "[\r\n]" then return about(ALL) end
  local token = text_value({ value = value }, context)
  return about(token and { "HEADER", name, token } or ALL)
end

-- Others --------------------------------------------------------------------------

local function of_flag(set, unset)
  return function(node)
    if node.op == "exists" then return everything end
    return exact(node.value and set or unset)
  end
end

local function of_size(node)
  local op, value = node.op, math.tointeger(node.value) or node.value
  if op == "exists" then return everything end
  local function larger(n)
    n = math.floor(n)
    return n < 0 and ALL or { "LARGER", ("%d"):format(n) }
  end
  local function smaller(n)
    n = math.ceil(n)
    return n <= 0 and NONE or { "SMALLER", ("%d"):format(n) }
  end
  local key
  if op == "larger" then key = larger(value)
  elseif op == "smaller" or op == "before" then key = smaller(value)
  elseif op == "since" then key = larger(math.ceil(value) - 1)
  else
    local last = op == "between" and node.value2 or value
    key = all_of { larger(math.ceil(value) - 1), smaller(math.floor(last) + 1) }
  end
  return { wide = key, narrow = key, exact = true }
end

local function of_categories(node)
  if node.op ~= "equals" or node.value == "" then return about(ALL) end
  return exact("KEYWORD", keywords.keyword(node.value))
end

local function type_has(text) return { "HEADER", "Content-Type", { value = text } } end

local report <const> = { op = "and", type_has "multipart/report",
  { op = "or", type_has "delivery-status", type_has "disposition-notification" } }

-- kind and class: one of a few values, told apart by the type of the content
local function of_class(field, values)
  local function holds(node, list)
    local some, every = false, true
    for _, value in ipairs(list) do
      local it = match(node, { [field] = value })
      some, every = some or it, every and it
    end
    return every, some ~= every
  end
  return function(node, context)
    if node.op == "exists" then return everything end
    if context.plain then return about(ALL) end
    local plain, doubt = holds(node, values.message)
    local reported, more_doubt = holds(node, values.report)
    if doubt or more_doubt then return about(ALL) end
    if plain == reported then return plain and everything or nothing end
    local key = reported and report or none_of(report)
    return { wide = key, narrow = key, exact = true }
  end
end

-- the wide key looks at headers that may say so; the records tell
local function of_header_word(words)
  return function(node, context)
    if node.op == "exists" then return everything end
    local list = {}
    for _, each in ipairs(not context.plain and words[node.value] or {}) do
      list[#list + 1] = { "HEADER", each[1], { value = each[2] } }
    end
    return about(#list > 0 and any_of(list) or ALL)
  end
end

local function of_extension(capability, compile)
  return function(node, context)
    if context.has(capability) then return compile(node, context) end
    return error_object.unsupported("where: this server does not tell '%s' (it has no %s)",
      node.field, capability)
  end
end

local function of_thread(node, context)
  if node.op == "exists" then return about(ALL) end
  if context.has "OBJECTID" then
    if node.op ~= "equals" or not node.value:find "^[%w_-]+$" then return about(ALL) end
    return exact("THREADID", node.value)
  end
  if context.has "X-GM-EXT-1" then
    if node.op ~= "equals" or not node.value:find "^%d+$" then return about(ALL) end
    return exact("X-GM-THRID", node.value)
  end
  return error_object.unsupported "where: this server does not tell 'conversation_id'"
end

local saved <const> = of_extension("SAVEDATE", of_time { since = "SAVEDSINCE",
  before = "SAVEDBEFORE" })

local body <const> = of_text { "BODY" }

local clauses <const> = {
  subject = of_text { "SUBJECT" }, from = of_text { "FROM" }, to = of_text { "TO" },
  cc = of_text { "CC" }, bcc = of_text { "BCC" }, text = body, html = body,
  -- an ENVELOPE has From for these where the message has none
  sender = wider(of_text({ "HEADER", "Sender" }, { "FROM" })),
  reply_to = wider(of_text { "HEADER", "Reply-To" }),
  anywhere = of_text({ "SUBJECT" }, { "FROM" }, { "TO" }, { "CC" }, { "BCC" }, { "BODY" }),
  message_id = of_id "Message-ID", in_reply_to = of_text { "HEADER", "In-Reply-To" },
  references = of_id "References", headers = of_headers,
  unread = of_flag("UNSEEN", "SEEN"), flagged = of_flag("FLAGGED", "UNFLAGGED"),
  answered = of_flag("ANSWERED", "UNANSWERED"), draft = of_flag("DRAFT", "UNDRAFT"),
  categories = of_categories, size = of_size,
  received = of_time { since = "SINCE", before = "BEFORE", always = true },
  sent = of_time { since = "SENTSINCE", before = "SENTBEFORE" },
  created = saved, modified = saved, conversation_id = of_thread,
  kind = of_class("kind", { message = { "message" }, report = { "report" } }),
  class = of_class("class", structure.classes),
  has_attachments = function(node)
    return node.op == "exists" and everything or about(ALL)
  end,
  importance = of_header_word {
    high = { { "Importance", "high" }, { "X-MSMail-Priority", "high" }, { "X-Priority", "1" },
      { "X-Priority", "2" }, { "Priority", "urgent" } },
    low = { { "Importance", "low" }, { "X-MSMail-Priority", "low" }, { "X-Priority", "4" },
      { "X-Priority", "5" }, { "Priority", "non-urgent" } } },
  sensitivity = of_header_word { personal = { { "Sensitivity", "personal" } },
    private = { { "Sensitivity", "private" } },
    confidential = { { "Sensitivity", "confidential" } } },
}

-- The tree ------------------------------------------------------------------------

local compile

local function children(node, context, name)
  local list = {}
  for i, child in ipairs(node) do list[i] = compile(child, context)[name] end
  return list
end

local function is_exact(node, context)
  for _, child in ipairs(node) do
    if not compile(child, context).exact then return false end
  end
  return true
end

local function fresh(node, context)
  if node.op == "not" then
    local inner = compile(node[1], context)
    return { wide = none_of(inner.narrow), narrow = none_of(inner.wide), exact = inner.exact }
  end
  if node.op == "and" or node.op == "or" then
    local join = node.op == "and" and all_of or any_of
    return { wide = join(children(node, context, "wide")),
      narrow = join(children(node, context, "narrow")), exact = is_exact(node, context) }
  end
  local clause = clauses[node.field]
  if not clause then
    error_object.unsupported("where: IMAP knows no '%s' of an item", tostring(node.field))
  end
  return clause(node, context)
end

function compile(node, context)
  local known = context.known[node] or fresh(node, context)
  context.known[node] = known
  return known
end

-- what of a tree the client has to judge
local function rest_of(node, context)
  if compile(node, context).exact then return nil end
  if node.op ~= "and" then return node end
  local list = { op = "and" }
  for _, child in ipairs(node) do list[#list + 1] = rest_of(child, context) end
  return #list == 1 and list[1] or list
end

-- Writing -------------------------------------------------------------------------

local write

local function write_list(list, first, last, out)
  if first == last then return write(list[first], out, true) end
  local middle = (first + last) // 2 -- so that the depth stays small
  out[#out + 1] = "OR"
  write_list(list, first, middle, out)
  write_list(list, middle + 1, last, out)
end

function write(key, out, nested)
  if key.op == "or" then return write_list(key, 1, #key, out) end
  if key.op == "not" then
    out[#out + 1] = "NOT"
    return write(key[1], out, true)
  end
  local group = key.op == "and"
  if group and nested then out[#out + 1] = "(" end
  for _, part in ipairs(key) do
    if group then write(part, out, true) else out[#out + 1] = part end
  end
  if group and nested then out[#out + 1] = ")" end
end

local function written(key)
  local out = {}
  write(key, out, false)
  return out
end

local function is_ascii(words)
  for _, word in ipairs(words) do
    if type(word) == "table" and word.value:find "[\128-\255]" then return false end
  end
  return true
end

local function has_text(words)
  for _, word in ipairs(words) do
    if type(word) == "table" then return true end
  end
  return false
end

---@class satchel.imap.Search
---@field wide (string|{ value: string })[] words of the keys
---@field narrow (string|{ value: string })[]|nil finds what need not be judged again
---@field rest satchel.Clause|nil what the client judges
---@field fields string[] what it needs for that
---@field ascii boolean whether it is all ASCII
---@field all boolean every item is found
---@field none boolean no item is
---@field text boolean whether there is text to look for

---Keys of a tree.  What the server cannot tell is refused by name.
---@param tree satchel.Clause|nil
---@param context { has: fun(capability: string): boolean, ascii_only: boolean|nil,
---plain: boolean|nil } ascii_only: the server knows no other characters, the client judges
---those; plain: nor looks for text at all
---@return satchel.imap.Search
function M.compile(tree, context)
  if not tree then return { wide = { "ALL" }, fields = {}, ascii = true, all = true } end
  context = { has = context.has, ascii_only = context.ascii_only, plain = context.plain,
    known = {} }
  local judged = compile(tree, context)
  local rest = rest_of(tree, context)
  local fields = where.fields(rest)
  for _, name in ipairs(fields) do
    if name == "text" then fields[#fields + 1] = "html" break end
  end
  local wide = written(judged.wide)
  return { wide = wide, narrow = rest and judged.narrow ~= NONE and written(judged.narrow) or nil,
    rest = rest, fields = fields, ascii = is_ascii(wide), all = judged.wide == ALL,
    none = judged.wide == NONE, text = has_text(wide) }
end

---The words of a search as text, for people and specs.
---@param words (string|{ value: string })[]
---@return string
function M.text(words)
  local parts = {}
  for i, word in ipairs(words) do
    parts[i] = type(word) == "table" and ("%q"):format(word.value) or word
  end
  return (table.concat(parts, " "):gsub("%( ", "("):gsub(" %)", ")"))
end

-- a string for the wire: quoted, or a literal where a quoted string cannot be
local function string_part(text, quote, utf8)
  local quoted = quote(text, { utf8 = utf8 })
  return quoted or { literal = text }
end

---The words of a search as the connection takes them.
---@param words (string|{ value: string })[]
---@param quote fun(text: string, opts: table): string|nil
---@param utf8 boolean whether quoted strings may be UTF-8
---@return (string|table)[] parts
function M.parts(words, quote, utf8)
  local parts, line = {}, ""
  local function glue(text)
    local tight = line == "" and not parts[1] or line:sub(-1) == "(" or text == ")"
    line = line .. (tight and "" or " ") .. text
  end
  for _, word in ipairs(words) do
    if type(word) == "string" then
      glue(word)
    else
      local part = string_part(word.value, quote, utf8)
      if type(part) == "string" then
        glue(part)
      else
        glue ""
        parts[#parts + 1], parts[#parts + 2], line = line, part, ""
      end
    end
  end
  if line ~= "" then parts[#parts + 1] = line end
  return parts
end

return M
