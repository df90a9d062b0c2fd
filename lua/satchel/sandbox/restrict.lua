-- Restrictions ([MS-OXCDATA] 2.12) become functions: compile once, then
-- call for each row.  A row is anything `read(row, tag)` understands; an
-- absent value comes before any other, as on real servers.

local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local restrict = {}

local RELOPS <const> = {
  lt = function(order) return order < 0 end,
  le = function(order) return order <= 0 end,
  gt = function(order) return order > 0 end,
  ge = function(order) return order >= 0 end,
  eq = function(order) return order == 0 end,
  ne = function(order) return order ~= 0 end,
}

local compile

local function never() return false end
local function always() return true end

local function list_of(given, read)
  local list = {}
  for i = 1, #given do
    list[i] = assert(compile(given[i], read))
  end
  return list
end

local kinds = {}

kinds["and"] = function(r, read)
  local list <const> = list_of(r, read)
  return function(row)
    for i = 1, #list do
      if not list[i](row) then return false end
    end
    return true
  end
end

kinds["or"] = function(r, read)
  local list <const> = list_of(r, read)
  return function(row)
    for i = 1, #list do
      if list[i](row) then return true end
    end
    return false
  end
end

kinds["not"] = function(r, read)
  local inner <const> = compile(r[1], read)
  return function(row) return not inner(row) end
end

-- [MS-OXCDATA] 2.12.4: the low half of the fuzzy level says where, the high
-- half how loosely
local function matcher(wanted, low, high)
  local fold <const> = high & 0x5 ~= 0
  if fold then wanted = wanted:lower() end
  local n <const> = #wanted
  return function(v)
    if fold then v = v:lower() end
    if low & 3 == 1 then return v:find(wanted, 1, true) ~= nil end
    if low & 3 == 2 then return v:sub(1, n) == wanted end
    return v == wanted
  end
end

function kinds.content(r, read)
  local tag <const> = value.stored_tag(r.tag)
  local _, wanted = value.store(r.value.tag, r.value.value)
  if type(wanted) ~= "string" then return never end
  local match <const> =
    matcher(wanted, r.fuzzy_level_low or 0, r.fuzzy_level_high or 0)
  return function(row)
    local v = read(row, tag)
    if v == nil then return false end
    if type(v) == "string" then return match(v) end
    v = value.present(tag, v)
    if type(v) ~= "table" then return match(v) end
    for i = 1, #v do
      if match(v[i]) then return true end
    end
    return false
  end
end

-- one value of a multi-valued property is enough
local function property_of_many(tag, test, wanted, read)
  return function(row)
    local v <const> = read(row, tag)
    if v == nil then return test(-1) end
    for i = 1, #v do
      if test(value.compare(v[i], wanted, tag)) then return true end
    end
    return false
  end
end

function kinds.property(r, read)
  local test <const> = RELOPS[r.relop]
  if not test then return never end
  local tag <const> = value.stored_tag(r.tag)
  local _, wanted = value.store(r.value.tag, r.value.value)
  if tag & 0x1000 ~= 0 and r.value.tag & 0x1000 == 0 then
    return property_of_many(tag, test, wanted, read)
  end
  if type(wanted) == "number" and type(test) == "function" then
    return function(row)
      local v = read(row, tag)
      if v == wanted then return test(0) end
      return test(value.compare(v, wanted, tag))
    end
  end
  return function(row)
    return test(value.compare(read(row, tag), wanted, tag))
  end
end

function kinds.compare_properties(r, read)
  local test <const> = RELOPS[r.relop] or never
  local one <const>, two <const> =
    value.stored_tag(r.tag1), value.stored_tag(r.tag2)
  return function(row)
    return test(value.compare(read(row, one), read(row, two), one))
  end
end

function kinds.bitmask(r, read)
  local tag <const>, mask <const>, nonzero <const> = r.tag, r.mask, r.nonzero
  return function(row)
    local v = read(row, tag)
    return (math.type(v) == "integer" and v & mask ~= 0) == nonzero
  end
end

function kinds.size(r, read)
  local test <const> = RELOPS[r.relop] or never
  local tag <const>, size <const> = value.stored_tag(r.tag), r.size
  return function(row)
    local v = read(row, tag)
    local have <const> = v == nil and 0 or value.size(tag, v)
    return test(have < size and -1 or have > size and 1 or 0)
  end
end

function kinds.exist(r, read)
  local tag <const> = value.stored_tag(r.tag)
  return function(row) return read(row, tag) ~= nil end
end

local function read_sub(row, tag)
  return row.props[tag]
end

function kinds.sub_object(r)
  local inner <const> = compile(r[1], read_sub)
  local of_recipients <const> = r.subobject == tags.MessageRecipients
  if not of_recipients and r.subobject ~= tags.MessageAttachments then
    return never
  end
  return function(row)
    local list = of_recipients and row:recipient_list() or row:attachment_list()
    for i = 1, #list do
      if inner(list[i]) then return true end
    end
    return false
  end
end

function kinds.comment(r, read)
  return r[1] and compile(r[1], read) or always
end

function kinds.count(r, read)
  local inner <const> = compile(r[1], read)
  local left = r.count
  return function(row)
    if left == 0 or not inner(row) then return false end
    left = left - 1
    return true
  end
end

compile = function(r, read)
  local kind <const> = kinds[r.type]
  return kind and kind(r, read) or never
end

---A test of rows.
---@param r table a restriction as core.wire decodes it
---@param read fun(row: any, tag: integer): any
---@return fun(row: any): boolean
function restrict.compile(r, read)
  return compile(r, read)
end

---Text that is the same for the same restriction.
---@param r any
---@return string
function restrict.signature(r)
  if type(r) ~= "table" then return type(r):sub(1, 1) .. tostring(r) end
  local keys, parts = {}, {}
  for k in pairs(r) do keys[#keys + 1] = k end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for i, k in ipairs(keys) do
    local v <const> = restrict.signature(r[k])
    parts[i] = ("%s=%d:%s"):format(k, #v, v)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

return restrict
