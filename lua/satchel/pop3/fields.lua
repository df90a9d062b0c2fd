-- What is known of a message at which cost: from the listing alone, from its header
-- (TOP), from the whole of it (RETR); and what POP3 knows nothing of, by which
-- therefore no query can ask.

local errors = require "satchel.error"

local M = {}

-- of every message; a maildrop has no flags
local always <const> = { unread = false, flagged = false, answered = false, draft = false }
M.always = always

local listed <const> = { id = true, size = true }
for name in pairs(always) do listed[name] = true end

local body <const> = { text = true, html = true, attachments = true, anywhere = true }

-- nothing tells: no answer would be right
local unknown <const> = { unread = true, flagged = true, answered = true, categories = true,
  modified = true, created = true, conversation_id = true, draft = true, rtf = true,
  bcc = false, meeting_type = true }

---What some fields cost.
---@param names string[]
---@return "nothing"|"header"|"body"
function M.cost(names)
  local cost = "nothing"
  for _, name in ipairs(names) do
    if body[name] then return "body" end
    if not listed[name] then cost = "header" end
  end
  return cost
end

---Refuses a field by which POP3 cannot judge.
---@param name any
---@param verb string "where", "order"
function M.check(name, verb)
  if type(name) ~= "string" or name:find "^Pid" then
    errors.unsupported("%s: pop3 has no properties such as '%s'", verb, tostring(name))
  end
  if unknown[name] then
    errors.raise({ kind = "unsupported", message = ("%s: pop3 does not tell '%s' of a message")
      :format(verb, name), hint = "a maildrop has no flags; imap has" }, 1)
  end
end

---Refuses a column that is a property.
---@param name any
function M.check_column(name)
  if type(name) ~= "string" or name:find "^Pid" then
    errors.unsupported("items: pop3 has no properties such as '%s'", tostring(name))
  end
end

---The least that all clauses of a tree cost.
---@param names string[] fields of the tree
---@return "nothing"|"header"|"body"
function M.cost_of_where(names)
  for _, name in ipairs(names) do
    M.check(name, "where")
    -- whether there are attachments is sure only when all was seen
    if name == "has_attachments" then return "body" end
  end
  return M.cost(names)
end

local rank <const> = { nothing = 0, header = 1, body = 2 }

---@param a string
---@param b string
---@return string the larger cost
function M.larger(a, b)
  return rank[a] >= rank[b] and a or b
end

return M
