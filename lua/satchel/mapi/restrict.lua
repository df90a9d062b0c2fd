-- `where` trees to restrictions ([MS-OXCDATA] 2.12).  What a server would answer
-- differently from `satchel.match`, or cannot answer at all, is left over for
-- the client: a tree compiles to a restriction and a rest.

local fields = require "satchel.mapi.fields"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"
local field_rows = require "satchel.field"
local where = require "satchel.where"

local M = {}

-- FuzzyLevelLow; FuzzyLevelHigh is IGNORECASE
local FUZZY <const> = { equals = 0x0000, contains = 0x0001, prefix = 0x0002 }
local IGNORE_CASE <const> = 0x0001

-- signals "left to the client" out of a nested clause; a second value may be a
-- restriction that what the client looks for must meet at least
local CLIENT <const> = {}

local function all_of(...) return { type = "and", ... } end
local function any_of(...) return { type = "or", ... } end
local function none_of(r) return { type = "not", r } end
local function exist(tag) return { type = "exist", tag = tag } end

local function property(tag, relop, value)
  return { type = "property", relop = relop, tag = tag, value = { tag = tag, value = value } }
end

local function everything() return exist(P.PidTagMessageClass) end
local function nothing() return none_of(everything()) end

local function content(tag, op, text)
  return { type = "content", tag = tag, fuzzy_level_low = FUZZY[op],
    fuzzy_level_high = IGNORE_CASE, value = { tag = tag & ~0x1000, value = text } }
end

local function text_present(tag)
  return all_of(exist(tag), none_of(property(tag, "eq", "")))
end

local function text(tag, node)
  if node.op == "exists" then return text_present(tag) end
  if node.value == "" then
    return node.op == "equals" and all_of(exist(tag), property(tag, "eq", "")) or exist(tag)
  end
  return content(tag, node.op, node.value)
end

-- an address matches by its name, its email, or both as `Name <email>`
local function whole_address(value)
  return value:find '[<>"]' or value:find "%s$" or value == ""
end

local function name_or_email(name, email, smtp, node)
  if node.op == "exists" then return any_of(exist(name), exist(email), exist(smtp)) end
  if whole_address(node.value) then return CLIENT end
  return any_of(content(name, node.op, node.value), content(smtp, node.op, node.value),
    all_of(none_of(exist(smtp)), content(email, node.op, node.value)))
end

-- relations of whole seconds to FILETIMEs: a second has ten million of them
local function time(tag, node)
  local from = values.filetime
  if node.op == "exists" then return exist(tag) end
  if node.op == "since" then return property(tag, "ge", from(node.value)) end
  if node.op == "larger" then return property(tag, "ge", from(node.value + 1)) end
  if node.op == "before" or node.op == "smaller" then
    return property(tag, "lt", from(node.value))
  end
  local last = node.op == "between" and node.value2 or node.value
  return all_of(property(tag, "ge", from(node.value)), property(tag, "lt", from(last + 1)))
end

local RELOP <const> = { equals = "eq", since = "ge", before = "lt", larger = "gt",
  smaller = "lt" }

local function number(tag, node)
  if node.op == "exists" then return exist(tag) end
  if node.op == "between" then
    return all_of(property(tag, "ge", node.value), property(tag, "le", node.value2))
  end
  local relop = RELOP[node.op]
  return relop and property(tag, relop, node.value) or CLIENT
end

local compare = {}

function compare.text(node, field, tag_of)
  return text(tag_of(field.tags[1]), node)
end

function compare.person(node, field, tag_of)
  return name_or_email(tag_of(field.tags[1]), tag_of(field.tags[3]), tag_of(field.tags[4]), node)
end

local function sub_object(test)
  return { type = "sub_object", subobject = P.PidTagMessageRecipients, test }
end

local function of_recipients(node)
  if whole_address(node.value) then return nil end
  return sub_object(any_of(content(P.PidTagDisplayName, node.op, node.value),
    content(P.PidTagSmtpAddress, node.op, node.value),
    content(P.PidTagEmailAddress, node.op, node.value)))
end

-- QUIRKS 12: a server may take several tests of a recipient for tests of several
-- recipients; so the kind is left to the client
function compare.recipients(node, field)
  local is_kind = sub_object(property(P.PidTagRecipientType, "eq", field.kind))
  if node.op == "exists" then return is_kind end
  return CLIENT, of_recipients(node) or is_kind
end

function compare.time(node, field, tag_of)
  return time(tag_of(field.tags[1]), node)
end

function compare.number(node, field, tag_of)
  return number(tag_of(field.tags[1]), node)
end

function compare.choice(node, field, tag_of)
  if node.op == "exists" then return everything() end
  local tag = tag_of(field.tags[1])
  if node.value ~= field.default then
    return property(tag, "eq", field.choices[node.value])
  end
  local others = { type = "or" }
  for name, n in pairs(field.choices) do
    if name ~= field.default then others[#others + 1] = property(tag, "eq", n) end
  end
  table.sort(others, function(a, b) return a.value.value < b.value.value end)
  return none_of(others)
end

-- a boolean that is always there: `test` holds when it is true
local function boolean(node, test)
  if node.op == "exists" then return everything() end
  return node.value and test or none_of(test)
end

function compare.boolean(node, field, tag_of)
  return boolean(node, property(tag_of(field.tags[1]), "eq", true))
end

function compare.bit(node, field, tag_of)
  local mask = { type = "bitmask", nonzero = field.set_means, tag = tag_of(field.tags[1]),
    mask = field.bit }
  return boolean(node, mask)
end

function compare.flagged(node, field, tag_of)
  return boolean(node, property(tag_of(field.tags[1]), "eq", 2))
end

function compare.answered(node, field, tag_of)
  local tag = tag_of(field.tags[1])
  return boolean(node, any_of(property(tag, "eq", 102), property(tag, "eq", 103)))
end

-- QUIRKS 13: not every server finds one of several values
local function one_of_many(tag, node)
  if node.op == "exists" then return exist(tag) end
  return CLIENT, exist(tag)
end

function compare.list(node, field, tag_of)
  local tag = tag_of(field.tags[1])
  if not tag then return nothing() end
  return one_of_many(tag, node)
end

-- one property holds all: "<a@x> <b@x>"; whole ids are found as part of it
function compare.references(node, field, tag_of)
  local tag = tag_of(field.tags[1])
  if node.op == "exists" then return text_present(tag) end
  local id = node.value
  local safe = not id:find "%s" and (node.op == "contains"
    or node.op == "equals" and id:find "^<[^<>]+>$" or node.op == "prefix" and id:find "^<")
  return safe and id ~= "" and content(tag, "contains", id) or CLIENT
end

function compare.body(node)
  return text(P.PidTagBody, node)
end

function compare.conversation(node, field, tag_of)
  local tag, index = tag_of(field.tags[1]), tag_of(field.tags[2])
  if node.op == "exists" then return any_of(exist(tag), exist(index)) end
  local is_hex = node.op == "equals" and #node.value % 2 == 0 and not node.value:find "%X"
  if not is_hex then return CLIENT end
  local bytes = node.value:gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)
  return any_of(property(tag, "eq", bytes), { type = "content", tag = index,
    fuzzy_level_low = FUZZY.contains, fuzzy_level_high = 0,
    value = { tag = index, value = bytes } })
end

function compare.kind() return CLIENT end

local function anywhere(node)
  local from = fields.find "from"
  local function tag_of(key) return P[key] end
  if node.value == "" or whole_address(node.value) then return CLIENT end
  return any_of(content(P.PidTagSubject, "contains", node.value),
    content(P.PidTagBody, "contains", node.value), compare.person(node, from, tag_of),
    of_recipients(node))
end

-- what a clause about a property compares, by the property's type
local by_type <const> = { [0x001f] = text, [0x001e] = text, [0x0040] = time, [0x0002] = number,
  [0x0003] = number, [0x0014] = number, [0x0004] = number, [0x0005] = number }

local function about_property(node, tag_of)
  local tag = tag_of(node.field)
  if not tag then return nothing() end
  if node.op == "exists" then return exist(tag) end
  local kind = tag & 0xffff
  if kind == 0x000b then
    local is = property(tag, "eq", true)
    return node.value and is or none_of(is)
  end
  if kind & 0x1000 ~= 0 then return one_of_many(tag, node) end
  local test = by_type[kind]
  if test then return test(tag, node) end
  return node.op == "equals" and property(tag, "eq", node.value) or CLIENT
end

local function leaf(node, tag_of)
  if node.field == "anywhere" then return anywhere(node) end
  if field_rows.is_property(node.field) then return about_property(node, tag_of) end
  local row = fields.find(node.field)
  local test = row and row.type and compare[row.type]
  if not test then return CLIENT end
  return test(node, row, tag_of)
end

local compile

-- what meets one of several clauses at least, or all of those that say it
local function weaker(node, exact, weak)
  local result = { type = node.op }
  for i = 1, #node do
    local part = exact[i] ~= CLIENT and exact[i] or weak[i]
    if part then result[#result + 1] = part elseif node.op == "or" then return nil end
  end
  return node.op ~= "not" and #result > 0 and result or nil
end

local function compile_children(node, tag_of)
  local exact, weak, client = { type = node.op }, {}, false
  for i, child in ipairs(node) do
    exact[i], weak[i] = compile(child, tag_of)
    client = client or exact[i] == CLIENT
  end
  if client then return CLIENT, weaker(node, exact, weak) end
  if #exact == 0 then return node.op == "and" and everything() or nothing() end
  return #exact == 1 and node.op ~= "not" and exact[1] or exact
end

function compile(node, tag_of)
  if node.field then return leaf(node, tag_of) end
  return compile_children(node, tag_of)
end

---The restriction of a tree, and what of it is left for the client.
---@param tree satchel.Clause|nil
---@param tag_of fun(key: any): integer|nil tag of a property, nil if the store has none such
---@return table|nil restriction, satchel.Clause|nil rest
function M.compile(tree, tag_of)
  if not tree then return nil, nil end
  local parts = tree.op == "and" and tree or { tree }
  local server, rest = { type = "and" }, { op = "and" }
  for _, part in ipairs(parts) do
    local r, at_least = compile(part, tag_of)
    if r == CLIENT then
      rest[#rest + 1] = part
      server[#server + 1] = at_least
    else
      server[#server + 1] = r
    end
  end
  if where.is_exact(tree) then rest = { op = "and", tree } end
  if #server == 1 then server = server[1] elseif #server == 0 then server = nil end
  return server, #rest > 0 and rest or nil
end

M.property, M.exist, M.content, M.any_of, M.all_of = property, exist, content, any_of, all_of

return M
