-- Many things of a list or an iterator, stored a window at a time: with few requests
-- and in memory that does not grow with their number.

local error_object = require "satchel.error"
local options = require "satchel.options"

local M = {}

local size <const> = 100

local rows <const> = { progress = { type = "callable" } }

local function is_list(given)
  local meta = getmetatable(given)
  return type(given) == "table" and not (meta and meta.__call)
end

-- one thing in the place of a list of such would be an empty list
local function check_list(verb, given)
  local key = is_list(given) and #given == 0 and next(given)
  if key then
    error_object.invalid("%s: a list of tables is expected, and this is a table with '%s'", verb,
      tostring(key))
  end
end

-- calls take(list) for each window; a list is checked as a whole before anything
-- is stored
local function in_windows(given, check, take)
  local window = {}
  local function add(one)
    window[#window + 1] = one
    if #window >= size then
      take(window)
      window = {}
    end
  end
  if is_list(given) then
    local checked = {}
    for i, each in ipairs(given) do checked[i] = check(each) end
    for _, each in ipairs(checked) do add(each) end
  else
    for each in given do add(check(each)) end
  end
  if #window > 0 then take(window) end
end

local function keep(results, more)
  for _, result in ipairs(more or {}) do
    if result.error then result.error = error_object.new(result.error) end
    results[#results + 1] = result
  end
end

---Stores what is given.  An error that ends it before all were tried has what became
---of the others as `results`.
---@param verb string
---@param given table|function a list, or an iterator
---@param opts? { progress: fun(done: integer, total: integer|nil) }
---@param check fun(one: any): any raises what is wrong with one
---@param store fun(list: any[]): satchel.Result[]
---@return satchel.Result[]
function M.store(verb, given, opts, check, store)
  options.argument(verb, "the items", given, "table|callable")
  check_list(verb, given)
  local progress = options.check(verb, opts, rows).progress
  local results, total = {}, is_list(given) and #given or nil
  local ok, err = pcall(in_windows, given, check, function(list)
    keep(results, store(list))
    if progress then progress(#results, total) end
  end)
  if ok then return results end
  if not error_object.is(err) then error(err, 0) end
  keep(results, err.results)
  for i = #results + 1, total or 0 do
    results[i] = { ok = false, error = error_object.new { kind = err.kind,
      message = "not tried: " .. err.message } }
  end
  err.results = results
  return error_object.raise(err)
end

return M
