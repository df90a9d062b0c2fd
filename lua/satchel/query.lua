-- A query as a value: nothing is sent before one of its verbs is called, and
-- each call asks anew.  Bulk verbs read the ids first, then act on those; a
-- query of known ids reads nothing for them.

local compose = require "satchel.compose"
local error_object = require "satchel.error"
local field = require "satchel.field"
local iterator = require "satchel.iterator"
local options = require "satchel.options"
local order = require "satchel.order"
local where = require "satchel.where"

---@class satchel.Result
---@field id string
---@field ok boolean
---@field new_id? string with { ids = true }
---@field error? satchel.Error

---@class satchel.ItemsOptions
---@field where? table|satchel.Clauses fields and clauses that hold for the items
---@field order? string|string[] a field, "-" before it for the last first; or a list
---@field fields? string[] those that come at once; others are read when touched
---@field limit? integer items at most
---@field offset? integer items to skip
---@field exact? boolean recheck every clause here
---@field ids? string[] known ids, instead of where and order

---@class satchel.Query
---@field folder satchel.Folder
local Query = { __name = "satchel.Query" }
Query.__index = Query

local M = { methods = Query, fields = { folder = true } }

local function whole(value)
  local number = math.tointeger(value)
  if not number or number < 0 then
    error_object.invalid("items: limit and offset are whole numbers from 0, not %s",
      tostring(value))
  end
  return number
end

local function known_ids(list)
  local copy = {}
  for i, id in ipairs(list) do
    if type(id) ~= "string" then
      error_object.invalid("items: ids are strings, not a %s", type(id))
    end
    copy[i] = id
  end
  return copy
end

local rows <const> = {
  where = { type = "table" }, order = { type = "string|table" },
  fields = { type = "table" }, exact = { type = "boolean" },
  limit = { type = "number", convert = whole }, offset = { type = "number", convert = whole },
  ids = { type = "table", convert = known_ids },
}

M.options = rows

local function check_fields(list)
  for _, name in ipairs(list) do
    if not field.is_property(name) then field.row(name, "items: fields") end
  end
  return list
end

---@param folder satchel.Folder
---@param given table|nil where, order, fields, limit, offset, exact; or ids, fields
---@return satchel.Query
function M.new(folder, given)
  local opts = options.check("items", given, rows)
  for _, name in ipairs(opts.ids and { "where", "order", "limit", "offset", "exact" } or {}) do
    if opts[name] ~= nil then
      error_object.invalid("items: '%s' does not go with ids", name)
    end
  end
  local tree = where.compile(opts.where, opts.exact)
  return setmetatable({
    folder = folder, exact = where.is_exact(tree),
    limit = opts.limit, offset = opts.offset, known = opts.ids,
    tree = tree, order = order.compile(opts.order),
    fields = check_fields(opts.fields or field.columns),
  }, Query)
end

-- what the server is asked; a query that is rechecked here is limited here too
local function plan_of(query, fields, limit)
  local wanted, seen = {}, {}
  local function add(list)
    for _, name in ipairs(list) do
      if not seen[name] then seen[name], wanted[#wanted + 1] = true, name end
    end
  end
  add(fields)
  if query.exact then add(where.fields(query.tree)) end
  return {
    folder_id = query.folder.id, where = query.tree, order = query.order, fields = wanted,
    limit = not query.exact and (limit or query.limit) or nil,
    offset = not query.exact and query.offset or nil,
  }
end

-- a function that gives the rows, and one that ends it
local function reader(store, plan)
  local cursor, window, i, ended = nil, {}, 0, false
  local function step()
    while i >= #window do
      if ended then return nil end
      store:driver() -- raises when the session was closed meanwhile
      cursor = cursor or store:call("cursor", plan)
      window, i = error_object.assert(cursor:next()) or {}, 0
      ended = #window == 0
    end
    i = i + 1
    local record = window[i]
    window[i] = false
    return record
  end
  return step, function()
    if cursor and cursor.close then cursor:close() end
  end
end

-- passes on the records that fulfil the tree, from offset, at most limit
local function rechecked(query, step, limit)
  local skipped, given = 0, 0
  return function()
    if limit and given >= limit then return nil end
    local record = step()
    while record do
      if where.matches(query.tree, record) then
        if skipped >= (query.offset or 0) then
          given = given + 1
          return record
        end
        skipped = skipped + 1
      end
      record = step()
    end
  end
end

-- known items, each read by itself; those that are gone are left out
local function read_known(query, plan, limit)
  local store, i, given = query.folder._.store, 0, 0
  return function()
    while i < #query.known and given < (limit or math.huge) do
      i = i + 1
      local ok, record = error_object.try(store.call, store, "get", query.folder.id,
        query.known[i], plan.fields)
      if ok then
        given = given + 1
        return record
      elseif record.kind ~= "not_found" then
        error_object.raise(record)
      end
    end
  end, function() end
end

local function records(query, fields, limit)
  limit = limit and math.min(limit, query.limit or limit) or query.limit
  local plan = plan_of(query, fields, limit)
  local step, finish
  if query.known then
    step, finish = read_known(query, plan, limit)
  else
    step, finish = reader(query.folder._.store, plan)
  end
  if query.exact then step = rechecked(query, step, limit) end
  return step, finish, plan
end

local function set_of(list)
  local set = {}
  for _, name in ipairs(list) do set[name] = true end
  return set
end

local function each(query, fields, limit)
  local step, finish, plan = records(query, fields, limit)
  local brought, store = set_of(plan.fields), query.folder._.store
  local empty = (limit or query.limit) == 0
  return iterator.new(function()
    local record = not empty and step()
    return record and store:item(record, brought) or nil
  end, finish)
end

---The items, one after the other.
---@return satchel.Iterator
function Query:each()
  return each(self, self.fields)
end

---How many items there are.
---@return integer
function Query:count()
  if self.known then return #self:ids() end
  if not self.exact then
    local plan = plan_of(self, {})
    plan.limit, plan.offset = nil, nil
    local left = math.max(0, self.folder._.store:call("count", plan) - (self.offset or 0))
    return math.min(left, self.limit or left)
  end
  return #self:ids()
end

---Whether there is one at all.
---@return boolean
function Query:exists()
  local items <close> = each(self, {}, 1)
  return items() ~= nil
end

---The first item, or nil.
---@return satchel.Item|nil
function Query:first()
  local items <close> = each(self, self.fields, 1)
  return items()
end

---All items in a list.
---@return satchel.Item[]
function Query:all()
  local list = {}
  for item in self:each() do list[#list + 1] = item end
  return list
end

---The ids of all items in a list.
---@return string[]
function Query:ids()
  if self.known then return table.move(self.known, 1, #self.known, 1, {}) end
  local list = {}
  if not self.exact and not self.limit and not self.offset then
    return self.folder._.store:call("ids", plan_of(self, {}))
  end
  local step, finish = records(self, {})
  local record = self.limit ~= 0 and step()
  while record do
    list[#list + 1] = record.id
    record = step()
  end
  finish()
  return list
end

local function checked(results)
  for _, result in ipairs(results) do
    if result.error then result.error = error_object.new(result.error) end
  end
  return results
end

local transfer_rows <const> = { ids = { type = "boolean" }, progress = { type = "callable" } }

local function transfer(query, verb, target, given)
  local store = query.folder._.store
  local opts = options.check(verb, given, transfer_rows)
  local folder = store:target(target, verb)
  local ids = query:ids()
  if #ids == 0 then return {} end
  return checked(store:call(verb, ids, query.folder.id, folder.id, opts))
end

---Moves the items to a folder.
---@param target satchel.Folder|string a folder, or its path
---@param opts? { ids: boolean, progress: fun(done: integer, total: integer) } ids: ask for
---the new ids, which costs one read
---@return satchel.Result[]
function Query:move(target, opts)
  return transfer(self, "move", target, opts)
end

---Copies the items to a folder.
---@param target satchel.Folder|string a folder, or its path
---@param opts? { ids: boolean, progress: fun(done: integer, total: integer) }
---@return satchel.Result[]
function Query:copy(target, opts)
  return transfer(self, "copy", target, opts)
end

local delete_rows <const> = { hard = { type = "boolean", default = false },
  progress = { type = "callable" } }

---Moves the items to the trash; with { hard = true } removes them for good.
---@param opts? { hard: boolean, progress: fun(done: integer, total: integer) }
---@return satchel.Result[]
function Query:delete(opts)
  local checked_opts = options.check("delete", opts, delete_rows)
  local store = self.folder._.store
  store:refuse_trash(self.folder.id, checked_opts.hard)
  local ids = self:ids()
  if #ids == 0 then return {} end
  return checked(store:call("delete", ids, self.folder.id, checked_opts.hard,
    { progress = checked_opts.progress }))
end

local update_rows <const> = { progress = { type = "callable" } }

---Changes the same fields of all items.
---@param fields table
---@param opts? { progress: fun(done: integer, total: integer) }
---@return satchel.Result[]
function Query:update(fields, opts)
  local changes = compose.changes(fields, "update")
  local checked_opts = options.check("update", opts, update_rows)
  self.folder._.store:need "update"
  local ids = self:ids()
  if #ids == 0 or next(changes) == nil then return {} end
  return checked(self.folder._.store:call("update", ids, self.folder.id, changes,
    checked_opts))
end

function Query:__tostring()
  local parts = { "query of " .. tostring(self.folder) }
  if self.known then parts[#parts + 1] = ("by %d ids"):format(#self.known) end
  if self.tree then parts[#parts + 1] = "where " .. where.tostring(self.tree) end
  for i, row in ipairs(self.order) do
    parts[#parts + 1] = (i == 1 and "order %s%s" or "%s%s"):format(row.descending and "-" or "",
      tostring(row.field))
  end
  if self.offset then parts[#parts + 1] = ("offset %d"):format(self.offset) end
  if self.limit then parts[#parts + 1] = ("limit %d"):format(self.limit) end
  return table.concat(parts, " ")
end

return M
