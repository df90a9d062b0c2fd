-- Cursors over the maildrop: headers come in pipelined windows; clauses are judged and
-- items are sorted here. For an order, each message that fulfils the clauses leaves its
-- sort key in memory and no more: records beyond a bound are read again when their
-- turn comes.

local address = require "satchel.address"
local fields = require "satchel.pop3.fields"
local records = require "satchel.pop3.records"
local where = require "satchel.where"

---@class satchel.pop3.Cursor
local Cursor = {}
Cursor.__index = Cursor

local M = {}

local WINDOW <const> = 50
local KEPT <const> = 1000 -- records beside their keys

local function names_of_order(order)
  local names = {}
  for i, by in ipairs(order) do
    fields.check(by.field, "order")
    names[i] = by.field
  end
  return names
end

local function joined(...)
  local list, seen = {}, {}
  for _, names in ipairs { ... } do
    for _, name in ipairs(names) do
      if not seen[name] then seen[name], list[#list + 1] = true, name end
    end
  end
  return list
end

---@param driver satchel.pop3.Driver
---@param plan table { folder_id =, where =, order =, fields =, limit =, offset = }
---@return satchel.pop3.Cursor
function M.new(driver, plan)
  local clauses, order = where.fields(plan.where), names_of_order(plan.order or {})
  local wanted = {}
  for i, name in ipairs(plan.fields or {}) do
    fields.check_column(name)
    wanted[i] = name
  end
  return setmetatable({ driver = driver, plan = plan, order = plan.order or {},
    limit = plan.limit, skip = plan.offset or 0, given = 0, at = 0, reading = {},
    columns = wanted,
    judge_cost = fields.larger(fields.cost_of_where(clauses), fields.cost(order)),
    cost = fields.larger(fields.cost_of_where(clauses), fields.cost(joined(wanted, order))),
  }, Cursor)
end

-- ids of all messages, as they are when the reading begins
local function all_ids(self)
  return self.driver:on_mailbox(function(mailbox)
    local ids = {}
    for i, number in ipairs(mailbox:live()) do ids[i] = mailbox.ids[number] end
    return ids
  end)
end

local function ids_of_window(self)
  return table.move(self.ids, self.at + 1, math.min(self.at + WINDOW, #self.ids), 1, {})
end

-- whether more than this window will surely be read
local function reads_on(self)
  if #self.order > 0 or not self.limit then return true end
  return not self.plan.where and self.at < self.limit + (self.plan.offset or 0)
end

-- The next records in the order of the maildrop that fulfil the clauses. The headers of
-- the window behind are on their way while these are looked at.
local function next_judged(self, cost)
  self.ids = self.ids or all_ids(self)
  while self.at < #self.ids do
    local window, list = ids_of_window(self), {}
    self.at = self.at + #window
    self.reading.next = reads_on(self) and ids_of_window(self) or nil
    for _, record in ipairs(records.read(self.driver, window, cost, self.reading)) do
      if where.matches(self.plan.where, records.judged(record)) then list[#list + 1] = record end
    end
    if #list > 0 then return list end
  end
end

-- Sorting -----------------------------------------------------------------------

local function key_of(value)
  if type(value) == "boolean" then return value and 1 or 0 end
  if type(value) == "table" then
    local first = value[1] or value
    value = first.name or first.email or tostring(address.wrap(first))
  end
  return type(value) == "string" and value:lower() or value
end

-- absent values come first; what is equal stays in the order of the maildrop
local function before(order)
  return function(a, b)
    for i, by in ipairs(order) do
      local x, y = a[i], b[i]
      if x ~= y then
        if x == nil or y == nil then return (x == nil) ~= by.descending end
        if by.descending then return x > y end
        return x < y
      end
    end
    return a.at < b.at
  end
end

-- no more than can be given when there is a limit
local function prune(list, most, less)
  if not most or #list < 2 * most + WINDOW then return end
  table.sort(list, less)
  for i = #list, most + 1, -1 do list[i] = nil end
end

local function sorted(self)
  local less, list, count = before(self.order), {}, 0
  local most = self.limit and self.limit + self.skip
  local bounded = most ~= nil and most <= KEPT
  local cost = bounded and self.cost or self.judge_cost
  for window in function() return next_judged(self, cost) end do
    for _, record in ipairs(window) do
      count = count + 1
      local keep = bounded or count <= KEPT and cost == self.cost
      local entry = { id = record.id, at = count, record = keep and record or nil }
      for i, by in ipairs(self.order) do entry[i] = key_of(record[by.field]) end
      list[#list + 1] = entry
    end
    prune(list, most, less)
  end
  table.sort(list, less)
  return list
end

-- the records of the next entries; those that were not kept are read
local function next_sorted(self)
  self.sorted = self.sorted or sorted(self)
  local from, list, missing = self.next_entry or 1, {}, {}
  local to = math.min(from + WINDOW - 1, #self.sorted)
  if from > to then return nil end
  for i = from, to do
    if not self.sorted[i].record then missing[#missing + 1] = self.sorted[i].id end
  end
  local read = {}
  if #missing > 0 then
    for _, record in ipairs(records.read(self.driver, missing, self.cost)) do
      read[record.id] = record
    end
  end
  for i = from, to do
    local entry = self.sorted[i]
    list[#list + 1] = entry.record or read[entry.id]
    self.sorted[i] = false
  end
  self.next_entry = to + 1
  return list
end

-- Giving ------------------------------------------------------------------------

local function take(self, list)
  local out = {}
  for _, record in ipairs(list) do
    if self.skip > 0 then
      self.skip = self.skip - 1
    elseif not self.limit or self.given < self.limit then
      self.given, out[#out + 1] = self.given + 1, records.trimmed(record, self.columns)
    end
  end
  return out
end

---@return table[]|nil records nil after the last
function Cursor:next()
  while not (self.limit and self.given >= self.limit) do
    local list
    if #self.order > 0 then
      list = next_sorted(self)
    else
      list = next_judged(self, self.cost)
    end
    if not list then return nil end
    local out = take(self, list)
    if #out > 0 then return out end
  end
end

function Cursor:close()
  self.at, self.ids, self.sorted = 0, {}, {}
end

Cursor.__close = Cursor.close

return M
