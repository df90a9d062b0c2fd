-- A long value as a list of pieces, so that a stream of any size is written,
-- kept and read again without ever being copied whole.  A rope that has been
-- stored is never changed: who writes on starts from a copy of its list.

---@class satchel.sandbox.rope
---@field size integer bytes in all
local Rope = {}
Rope.__index = Rope

local rope = {}

local PIECE <const> = 0x8000

---@param s string|nil
---@return satchel.sandbox.rope
function rope.new(s)
  local self = setmetatable({ pieces = {}, starts = {}, size = 0 }, Rope)
  if s then self:append(s) end
  return self
end

---@param v any
---@return boolean
function rope.is(v)
  return getmetatable(v) == Rope
end

---A rope with the bytes of `v`, a string or rope, that may be written to.
function rope.of(v)
  if not rope.is(v) then return rope.new(v) end
  local n <const> = #v.pieces
  return setmetatable({
    pieces = table.move(v.pieces, 1, n, 1, {}),
    starts = table.move(v.starts, 1, n, 1, {}),
    size = v.size,
  }, Rope)
end

---@param s string
function Rope:append(s)
  if #s == 0 then return end
  local n <const> = #self.pieces
  local last <const> = self.pieces[n]
  if last and #last + #s <= 1024 then
    self.pieces[n] = last .. s
  else
    self.pieces[n + 1], self.starts[n + 1] = s, self.size
  end
  self.size = self.size + #s
end

-- the piece that holds byte `at` (from 0)
function Rope:find(at)
  local hint <const> = self.hint
  local starts <const> = self.starts
  if hint and starts[hint] and starts[hint] <= at then
    if at < starts[hint] + #self.pieces[hint] then return hint end
    local following <const> = hint + 1
    if starts[following] and at < starts[following] + #self.pieces[following] then
      return following
    end
  end
  local low, high = 1, #starts
  while low < high do
    local middle = (low + high + 1) // 2
    if starts[middle] <= at then low = middle else high = middle - 1 end
  end
  return low
end

---At most `n` bytes from byte `at` (from 0) on.
---@param at integer
---@param n integer
---@return string
function Rope:read(at, n)
  n = math.min(n, self.size - at)
  if n <= 0 then return "" end
  local i = self:find(at)
  local parts = {}
  while n > 0 do
    local skip <const> = at - self.starts[i]
    local part <const> = self.pieces[i]:sub(skip + 1, skip + n)
    parts[#parts + 1] = part
    at, n = at + #part, n - #part
    self.hint = i
    i = i + 1
  end
  return #parts == 1 and parts[1] or table.concat(parts)
end

---Cuts or fills up with zero bytes.
---@param size integer
function Rope:resize(size)
  if size < self.size then
    local keep <const> = size > 0 and self:find(size - 1) or 0
    for i = #self.pieces, keep + 1, -1 do
      self.pieces[i], self.starts[i] = nil, nil
    end
    if keep > 0 then
      self.pieces[keep] = self.pieces[keep]:sub(1, size - self.starts[keep])
    end
    self.size = size
    self.hint = nil
  end
  local zeros <const> = ("\0"):rep(PIECE)
  while self.size < size do
    self:append(zeros:sub(1, size - self.size))
  end
end

---Puts `s` over what is at byte `at`; a gap is filled with zero bytes.
---@param at integer
---@param s string
function Rope:write(at, s)
  if at == self.size then return self:append(s) end
  if at > self.size then
    self:resize(at)
    return self:append(s)
  end
  local tail <const> = self:read(at + #s, self.size)
  self:resize(at)
  self:append(s)
  for from = 1, #tail, PIECE do
    self:append(tail:sub(from, from + PIECE - 1))
  end
end

---@return string the whole
function Rope:text()
  return table.concat(self.pieces)
end

---What the store keeps: a string while it is small.
---@return string|satchel.sandbox.rope
function Rope:value()
  return self.size <= 0x10000 and self:text() or self
end

rope.methods = Rope

return rope
