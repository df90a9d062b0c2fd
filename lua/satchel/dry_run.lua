-- A driver that reads and never writes: each write is shown to `trace` and
-- answered as if it had been done.

local M = {}

local function for_each(ids)
  local results = {}
  for i, id in ipairs(ids) do results[i] = { id = id, ok = true } end
  return results
end

-- folders that were not created: a record is all there is of them
local made_up <const> = "dry-run:"

local function new_folder(parent_id, name, kind)
  return { id = made_up .. name, name = name, parent_id = parent_id, kind = kind or "mail",
    total = 0, unread = 0, size = 0 }
end

local function is_made_up(id)
  return type(id) == "string" and id:sub(1, #made_up) == made_up
end

local function new_items(_, list)
  local results = {}
  for i in ipairs(list) do results[i] = { id = made_up .. "item", ok = true } end
  return results
end

-- what each write answers, and what is said of it
local writes <const> = {
  create_folder = function(parent_id, name, kind) return new_folder(parent_id, name, kind) end,
  copy_folder = function(_, parent_id, name) return new_folder(parent_id, name) end,
  rename_folder = function() return true end,
  move_folder = function() return true end,
  delete_folder = function() return true end,
  empty_folder = function() return true end,
  create = new_items, import = new_items,
  update = for_each, move = for_each, copy = for_each, delete = for_each,
  save = function(id, folder_id) return { id = id, folder_id = folder_id } end,
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
  return setmetatable(dry, { __name = getmetatable(real).__name, __index = function(_, name)
    local value = real[name]
    if type(value) ~= "function" then return value end
    return function(_, ...) return value(real, ...) end
  end })
end

---@param driver table
---@param trace function|nil called with { layer = "verb", direction = "write", op =, … }
---@return table
function M.wrap(driver, trace)
  local wrapped = {}
  for op, answer in pairs(writes) do
    wrapped[op] = function(_, ...)
      if trace then
        trace { layer = "verb", direction = "write", op = op,
          arguments = table.pack(...) }
      end
      return answer(...)
    end
  end
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
  function wrapped.role_folder(_, role)
    if driver.lacks_role and driver:lacks_role(role) then
      return wrapped:create_folder(nil, role)
    end
    return driver:role_folder(role)
  end
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
