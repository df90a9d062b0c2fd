-- A query as the wire has it: what the server is asked to find, to sort by and to
-- show, what is read from the opened items besides, and what of the clauses is
-- left for the client.

local error_object = require "satchel.error"
local field_rows = require "satchel.field"
local fields = require "satchel.mapi.fields"
local P = require "satchel.mapi.props"
local restrict = require "satchel.mapi.restrict"
local where = require "satchel.where"

---@class satchel.mapi.Plan
---@field restriction table|nil
---@field rest satchel.Clause|nil for the client
---@field sort table[] sort orders
---@field columns integer[]
---@field wanted { columns: string[], loaded: string[], keys: any[] } fields by where they come
---  from, and keys of properties
---@field tags table<any, integer> by key of a property
---@field texts { name: string, tag: integer }[] the columns of text

local M = {}

local function sort_orders(order, tag_of)
  local list = {}
  for i, by in ipairs(order or {}) do
    local tag, upside_down
    if field_rows.is_property(by.field) then
      tag = tag_of(by.field)
    else
      tag, upside_down = fields.sort_tag(by.field, tag_of)
    end
    if not tag then
      error_object.unsupported("order: items are not sorted by '%s' here", tostring(by.field))
    end
    local down = (by.descending or false) ~= (upside_down or false)
    list[i] = { tag = tag, order = down and "descending" or "ascending" }
  end
  return list
end

-- what the records are to hold: from columns, from opened items, raw properties
local function sort_fields(names)
  local wanted = { columns = {}, loaded = {}, keys = {} }
  local seen = {}
  for _, name in ipairs(names) do
    if not seen[name] then
      seen[name] = true
      local field = fields.find(name)
      if field_rows.is_property(name) then
        table.insert(wanted.keys, name)
      elseif field and field.tags and not field.wide then
        table.insert(wanted.columns, name)
      elseif field then
        table.insert(wanted.loaded, name)
      end
    end
  end
  return wanted
end

local function columns_of(logon, wanted)
  local keys = { P.PidTagMid, P.PidTagMessageClass }
  for _, key in ipairs(fields.keys(wanted.columns, true)) do keys[#keys + 1] = key end
  for _, key in ipairs(wanted.keys) do keys[#keys + 1] = key end
  local tags, columns, seen = P.tags(logon, keys), {}, {}
  local by_key = {}
  for i, key in ipairs(keys) do
    local tag = tags[i]
    by_key[key] = tag or nil
    if tag and not seen[tag] then
      seen[tag] = true
      columns[#columns + 1] = tag
    end
  end
  return columns, by_key
end

-- the columns of text among the fields: { name =, tag = }
local function text_columns(wanted, tags)
  local list = {}
  for _, name in ipairs(wanted.columns) do
    for _, key in ipairs(fields.find(name).tags) do
      local tag = tags[key]
      if tag and tag & 0xffff == 0x001f then list[#list + 1] = { name = name, tag = tag } end
    end
  end
  return list
end

---@param logon satchel.mapi.Logon
---@param query table { where =, order =, fields = }
---@return satchel.mapi.Plan
function M.new(logon, query)
  local tag_of = P.finder(logon)
  local self = { sort = sort_orders(query.order, tag_of) }
  self.restriction, self.rest = restrict.compile(query.where, tag_of)
  local names = { table.unpack(query.fields or {}) }
  for _, name in ipairs(self.rest and where.fields(self.rest) or {}) do
    names[#names + 1] = name
  end
  self.wanted = sort_fields(names)
  self.columns, self.tags = columns_of(logon, self.wanted)
  self.texts = text_columns(self.wanted, self.tags)
  return self
end

---Adds the ROPs that open a table of a plan.
---@param b satchel.mapi.Batch
---@param fid integer
---@param plan satchel.mapi.Plan
---@return satchel.mapi.Ref
function M.open_table(b, fid, plan)
  local folder = b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 })
  local tab = b:rop("get_contents_table", { table_flags = 0 }, folder, { keep = true })
  b:rop("set_columns", { set_columns_flags = 0, property_tags = plan.columns }, tab)
  if plan.restriction then
    b:rop("restrict", { restrict_flags = 0, restriction_data = plan.restriction }, tab)
  end
  if #plan.sort > 0 then
    b:rop("sort_table", { sort_table_flags = 0, category_count = 0, expanded_count = 0,
      sort_orders = plan.sort }, tab)
  end
  return tab
end

return M
