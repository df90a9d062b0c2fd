-- Property values as the store keeps them: text is UTF-8 under its Unicode
-- tag, whatever type a client used; large binary values may be a rope.
-- Orders, sizes and conversions live here ([MS-OXCDATA] 2.11.1).

local text = require("satchel.core").text
local rope = require "satchel.sandbox.rope"

local value = {}

local STRING8 <const>, STRING <const> = 0x001e, 0x001f
local MV <const>, MVI <const> = 0x1000, 0x2000

---The value that marks a property as removed in a layer of changes.
value.removed = setmetatable({}, { __name = "removed" })

---@param tag integer
---@return integer
function value.type(tag)
  return tag & 0xffff
end

---The tag a property is kept under: Unicode for text, plain for instances.
---@param tag integer
---@return integer
function value.stored_tag(tag)
  local kind = tag & 0xffff & ~MVI
  if kind == STRING8 then
    kind = STRING
  elseif kind == MV | STRING8 then
    kind = MV | STRING
  end
  return (tag & ~0xffff) | kind
end

---@param tag integer
---@param code integer
---@return integer, integer
function value.error(tag, code)
  return (tag & ~0xffff) | 0x000a, code
end

local function each(v, f)
  local list = {}
  for i = 1, #v do list[i] = f(v[i]) end
  return list
end

---A client's value of `tag` as the store keeps it.
---@param tag integer
---@param v any
---@return integer tag, any value
function value.store(tag, v)
  local kind <const> = tag & 0xffff
  if kind == STRING8 then
    return value.stored_tag(tag), text.from_8bit(v)
  elseif kind == MV | STRING8 then
    return value.stored_tag(tag), each(v, text.from_8bit)
  end
  return tag, v
end

local function to_8bit(s)
  if not s:find("[\x80-\xff]") then return s end
  return (s:gsub(utf8.charpattern, function(c)
    if #c == 1 then return c end
    local code = utf8.codepoint(c)
    return code < 256 and string.char(code) or "?"
  end))
end

---A stored value in the type the client asked for.
---@param tag integer the client's tag
---@param v any
---@return any
function value.present(tag, v)
  local kind <const> = tag & 0xffff
  if kind == STRING8 then return to_8bit(v) end
  if kind == MV | STRING8 then return each(v, to_8bit) end
  if rope.is(v) then return v:text() end
  return v
end

local FIXED <const> = {
  [0x0002] = 2, [0x0003] = 4, [0x0004] = 4, [0x0005] = 8, [0x0006] = 8,
  [0x0007] = 8, [0x000a] = 4, [0x000b] = 1, [0x0014] = 8, [0x0040] = 8,
  [0x0048] = 16,
}

---At most how many bytes `v` takes in a ROP buffer.
---@param tag integer
---@param v any
---@return integer
function value.size(tag, v)
  local kind <const> = tag & 0xffff
  local fixed <const> = FIXED[kind]
  if fixed then return fixed end
  if kind == STRING then return 2 * #v + 2 end
  if kind == STRING8 then return #v + 1 end
  local t <const> = type(v)
  if t == "string" then return #v + 4 end
  if rope.is(v) then return v.size + 4 end
  if t == "table" and kind & MV ~= 0 then
    local sum = 4
    for i = 1, #v do sum = sum + value.size(tag & ~MV, v[i]) end
    return sum
  end
  return 64
end

---The storage size of a property: text counts as UTF-8.
function value.weight(tag, v)
  local kind <const> = tag & 0xffff
  if kind == STRING then return #v end
  return value.size(tag, v)
end

-- absent values come first, as in Exchange and its kin; false before true
local function rank(v)
  if v == nil then return nil end
  if v == true then return 1 elseif v == false then return 0 end
  if type(v) == "string" then return v end
  if rope.is(v) then return v:text() end
  return v
end

local function compare_lists(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  for i = 1, #a do
    local order = value.compare(a[i], b[i])
    if order ~= 0 then return order end
  end
  return 0
end

---Less than, equal or greater than 0 as `a` comes before, with or after `b`.
---Text compares without regard to the case of ASCII letters.
---@param a any
---@param b any
---@param tag integer|nil of what they are: binary values keep their case
---@return integer
function value.compare(a, b, tag)
  a, b = rank(a), rank(b)
  if a == nil then return b == nil and 0 or -1 end
  if b == nil then return 1 end
  local kind <const> = type(a)
  if kind ~= type(b) then return 1 end
  if kind == "table" then return compare_lists(a, b) end
  if kind == "string" and (not tag or tag & 0xfff == STRING) then
    a, b = a:lower(), b:lower()
  end
  if a == b then return 0 end
  return a < b and -1 or 1
end

---What a sort keeps of a value: text in lower case.
---@param tag integer
function value.key(tag, v)
  if v == nil then return nil end
  if v == true then return 1 elseif v == false then return 0 end
  local kind <const> = type(v)
  if kind == "string" then
    return tag & 0xffff == STRING and v:lower() or v
  elseif kind == "table" then
    if rope.is(v) then return v:text() end
    return value.key(tag & ~MV, v[1])
  end
  return v
end

return value
