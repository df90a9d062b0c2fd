-- The messages of one kind in a folder (normal, associated, soft-deleted) in
-- the order they came, with a log of what changed while views look at it.
-- A message is in at most one collection, which it names in `list`.

local collection = {}

---@class satchel.sandbox.collection
---@field count integer
---@field seq integer grows with every change
local Collection = {}
Collection.__index = Collection

local LOG_LIMIT = 20000

---@return satchel.sandbox.collection
function collection.new()
  return setmetatable({
    items = {}, holes = 0, count = 0, next = 1, seq = 0,
    log = {}, log_start = 0, views = setmetatable({}, { __mode = "v" }),
  }, Collection)
end

-- one entry of the log; nobody looking means nothing to remember
function Collection:note(m)
  self.seq = self.seq + 1
  local log = self.log
  if next(self.views) == nil or #log > LOG_LIMIT + 2 * self.count then
    self.log, self.log_start = {}, self.seq
    return
  end
  log[#log + 1] = m
end

---@param m satchel.sandbox.message
function Collection:add(m)
  local order = self.next
  self.next = order + 1
  m.list, m.order = self, order
  self.items[#self.items + 1] = m
  self.count = self.count + 1
  self:note(m)
end

---@param m satchel.sandbox.message
function Collection:remove(m)
  m.list = nil
  self.count = self.count - 1
  self.holes = self.holes + 1
  self:note(m)
  if self.holes > 64 and self.holes > self.count then self:compact() end
end

function Collection:compact()
  local kept, n = {}, 0
  for _, m in ipairs(self.items) do
    if m.list == self then
      n = n + 1
      kept[n] = m
    end
  end
  self.items, self.holes = kept, 0
end

---Something in `m` changed that views may show.
---@param m satchel.sandbox.message
function Collection:touch(m)
  self:note(m)
end

---The messages that changed after `seq`, or nothing if that is forgotten.
---@param seq integer
---@return table|nil log, integer|nil first
function Collection:changes_since(seq)
  if seq < self.log_start then return nil end
  return self.log, seq - self.log_start + 1
end

---All messages, in order.
---@return satchel.sandbox.message[]
function Collection:all()
  if self.holes > 0 then self:compact() end
  return self.items
end

return collection
