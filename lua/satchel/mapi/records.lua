-- Rows of a table of items as records.  A table cuts long texts: those that may
-- have been cut are read from the items, with the fields that are no columns.

local core = require "satchel.core"
local fields = require "satchel.mapi.fields"
local ids = require "satchel.mapi.ids"
local kind = require "satchel.kind"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"

---@class satchel.mapi.Records
local Records = {}
Records.__index = Records

local M = {}

local SHORT <const> = 80 -- bytes: a text below this is whole for certain
-- a table shows the first 510 bytes of a text, or a character less
-- ([MS-OXCTABL] 2.2.2.5.2)
local TEXT_LIMIT <const> = 254

-- a class is looked up once for each cursor
local kinds <const> = { __index = function(known, class)
  known[class] = kind.of_class(class)
  return known[class]
end }

---What turns rows into records.
---@param driver satchel.mapi.Driver
---@param fid integer
---@param folder_id string
---@param plan satchel.mapi.Plan
---@return satchel.mapi.Records
function M.new(driver, fid, folder_id, plan)
  return setmetatable({ driver = driver, fid = fid, folder_id = folder_id, wanted = plan.wanted,
    tags = plan.tags, texts = plan.texts, kinds = setmetatable({}, kinds),
    read = fields.reader(plan.wanted.columns, function(key) return plan.tags[key] end) }, Records)
end

-- whether a text column may have been cut by the table
local function is_cut(row, tag)
  local value = row[tag]
  return type(value) == "string" and tag & 0xffff == 0x001f and #value >= TEXT_LIMIT
    and #core.text.utf16(value) // 2 >= TEXT_LIMIT
end

local function cut_texts(self, item, row, cut)
  for i = 1, #self.texts do
    local text = self.texts[i]
    local value = row[text.tag]
    if value and #value >= SHORT and is_cut(row, text.tag) then
      local name = text.name
      item[name] = nil
      cut[name] = cut[name] or {}
      table.insert(cut[name], item)
    end
  end
end

local function read_keys(self, item, row)
  item.props = {}
  for _, key in ipairs(self.wanted.keys) do
    local tag = self.tags[key]
    item.props[key] = tag and (values.get(row, tag))
  end
end

local function record(self, row, cut)
  local class = values.get(row, P.PidTagMessageClass)
  local item = { id = ids.item(self.fid, row[P.PidTagMid]), folder_id = self.folder_id,
    class = class, kind = class and self.kinds[class] or "message",
    -- room for the rest at once
    subject = nil, from = nil, received = nil, sent = nil, size = nil, unread = nil,
    flagged = nil, importance = nil, has_attachments = nil, answered = nil }
  self.read(item, row)
  cut_texts(self, item, row, cut)
  if #self.wanted.keys > 0 then read_keys(self, item, row) end
  return item
end

local function fill(list, loaded, names)
  for i, item in ipairs(list) do
    for _, name in ipairs(names) do
      if loaded[i] then item[name] = loaded[i][name] end
    end
  end
end

---@param rows table[]
---@return table[] records
function Records:records(rows)
  local list, cut = {}, {}
  for i, row in ipairs(rows) do list[i] = record(self, row, cut) end
  if #self.wanted.loaded > 0 then
    fill(list, self.driver:load_many(list, self.wanted.loaded), self.wanted.loaded)
  end
  local names = {}
  for name in pairs(cut) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    fill(cut[name], self.driver:load_many(cut[name], { name }), { name })
  end
  return list
end

return M
