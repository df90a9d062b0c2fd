-- A driver that reads and never writes: each write is shown to `trace` and
-- answered as if it had been done.


local M = {}

-- a message that was not stored, as it would be read
local function read_of(message)
  local record = require("satchel.mime").read(message.body)
  for name, value in pairs(message.flags) do record[name] = value end
  return record
end

-- what was not made: an id that begins so, and a record is all there is of it
local made_up <const> = "dry-run:"

local function is_made_up(id)
  return type(id) == "string" and id:sub(1, #made_up) == made_up
end

-- what the writes of one dry run have made up, by id
local Made = {}
Made.__index = Made

function Made:new(record)
  self.count = self.count + 1
  record.id = made_up .. self.count
  self[record.id] = record
  return record
end

function Made:folder(parent_id, name, kind)
  return self:new { name = name, parent_id = parent_id, kind = kind or "mail", total = 0,
    unread = 0, size = 0 }
end

-- one item is read again; of many that were stored at once nobody asks
function Made:items(drafts)
  if #drafts == 1 then
    local record = {}
    for name, value in pairs(drafts[1]) do record[name] = value end
    return { { id = self:new(record).id, ok = true } }
  end
  local results = {}
  for i in ipairs(drafts) do results[i] = { id = made_up .. "item", ok = true } end
  return results
end

local function for_each(_, ids)
  local results = {}
  for i, id in ipairs(ids) do results[i] = { id = id, ok = true } end
  return results
end

-- where it would be; what it says of itself is read where it is
function Made:elsewhere(ids, from, _, opts)
  local results = for_each(self, ids)
  for _, result in ipairs(opts and opts.ids and results or {}) do
    result.new_id = self:new { origin = { result.id, from } }.id
  end
  return results
end

-- what each write answers, and what is said of it
local writes <const> = {
  create_folder = Made.folder,
  copy_folder = function(made, _, parent_id, name) return made:folder(parent_id, name) end,
  rename_folder = function() return true end,
  move_folder = function() return true end,
  delete_folder = function() return true end,
  empty_folder = function() return true end,
  create = function(made, _, drafts) return made:items(drafts) end,
  import = function(made, _, messages)
    local records = {}
    for i, message in ipairs(messages) do
      records[i] = #messages == 1 and read_of(message) or {}
    end
    return made:items(records)
  end,
  update = for_each, delete = for_each, move = Made.elsewhere, copy = Made.elsewhere,
  save = function(_, id, folder_id) return { id = id, folder_id = folder_id } end,
  set_props = function() return true end,
  send = function() return {} end,
  submit = function() return {} end,
}

-- what a folder that was not created answers
local reads <const> = {
  list_folders = function() return {} end,
  count = function() return 0 end,
  ids = function() return {} end,
  cursor = function()
    return { next = function() end, close = function() end }
  end,
}

local function place_of(first)
  return type(first) == "table" and first.folder_id or first
end

---A native protocol of which what writes is shown and not done.
---@param real table
---@param answers table<string, function> what each method that writes answers
---@param only_reads fun(line: string): boolean whether a command of `command` only reads
---@param trace function|nil
---@return table
function M.native(real, answers, only_reads, trace)
  local dry = {}
  local function shown(op, ...)
    if trace then
      trace { layer = "verb", direction = "write", op = op, arguments = table.pack(...) }
    end
    return answers[op](...)
  end
  for op in pairs(answers) do
    dry[op] = function(_, ...) return shown(op, ...) end
  end
  function dry.command(_, line, ...)
    if type(line) ~= "string" or only_reads(line) then return real:command(line, ...) end
    return shown("command", line, ...)
  end
  return setmetatable(dry, { __name = getmetatable(real).__name,
    __tostring = function() return tostring(real) end, __index = function(_, name)
    local value = real[name]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(real, ...) end
  end })
end

local read_of_items <const> = { "get", "load", "attachments", "open_attachment",
  "attachment_item", "attachment_sizes", "mime", "get_props" }

-- reads of items that were not made: of their records, or where they were taken from
local function read_items(wrapped, driver, made)
  for _, op in ipairs(read_of_items) do
    wrapped[op] = driver[op] and function(_, first, second, ...)
      local id = op == "get" and second or first
      local record = made[id]
      local origin = record and record.origin
      if origin and op == "get" then return driver:get(origin[2], origin[1], ...) end
      if origin then return driver[op](driver, origin[1], origin[2], ...) end
      if is_made_up(id) then return record or {} end
      return driver[op](driver, first, second, ...)
    end
  end
end

local function read_folders(wrapped, driver, made)
  for op, answer in pairs(reads) do
    wrapped[op] = function(_, first, ...)
      if is_made_up(place_of(first)) then return answer() end
      return driver[op](driver, first, ...)
    end
  end
  function wrapped.find_folder(_, parent_id, name)
    if is_made_up(parent_id) then return nil end
    return driver:find_folder(parent_id, name)
  end
  function wrapped.get_folder(_, id, ...)
    if is_made_up(id) then return made[id] or {} end
    return driver:get_folder(id, ...)
  end
  function wrapped.folder_role(_, id)
    return not is_made_up(id) and driver.folder_role and driver:folder_role(id) or nil
  end
  function wrapped.role_folder(_, role)
    if driver.lacks_role and driver:lacks_role(role) then
      return wrapped:create_folder(nil, role)
    end
    return driver:role_folder(role)
  end
end

---@param driver table
---@param trace function|nil called with { layer = "verb", direction = "write", op =, … }
---@return table
function M.wrap(driver, trace)
  local wrapped, made = {}, setmetatable({ count = 0 }, Made)
  for op, answer in pairs(writes) do
    wrapped[op] = (op ~= "import" or driver.import) and function(_, ...)
      -- what can never be done is no more done here
      if driver.refusals and driver.refusals[op] then return driver[op](driver, ...) end
      if trace then
        trace { layer = "verb", direction = "write", op = op,
          arguments = table.pack(...) }
      end
      return answer(made, ...)
    end or nil
  end
  read_items(wrapped, driver, made)
  read_folders(wrapped, driver, made)
  function wrapped.mailbox(_, address)
    return M.wrap(driver:mailbox(address), trace)
  end
  if driver.dry_raw then wrapped.raw = driver:dry_raw(trace) end
  return setmetatable(wrapped, { __index = function(_, key)
    local value = driver[key]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(driver, ...) end
  end })
end

return M
