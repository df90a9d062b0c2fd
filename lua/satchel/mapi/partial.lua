-- What a partial answer leaves open: the server did something to a list of items,
-- but not to all.  One read of the folder tells which are left; `results` gets
-- an error for each that was not done, by its place `at[n]`, and what may still
-- be done is done by `again(mids, at)`.

local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local P = require "satchel.mapi.props"

local M = {}

---What is in a folder now: 1 round trip for some thousands.
---@param self satchel.mapi.Driver
---@param fid integer
---@param tag? integer a further column
---@return table<integer, any> by MID: the value of the column, or true
function M.present(self, fid, tag)
  local columns = { P.PidTagMid, tag }
  local found = {}
  for _, row in ipairs(self:read_table({ kind = "contents", folder = fid, columns = columns },
    "items", ids.folder(fid))) do
    found[row[P.PidTagMid]] = tag and row[tag] or true
  end
  return found
end

---@param results table[]
---@param i integer
---@param kind satchel.ErrorKind
---@param message string
function M.fail(results, i, kind, message)
  results[i] = { id = results[i].id, ok = false,
    error = error_object.new { kind = kind, message = message } }
end

---@param results table[]
---@param i integer
function M.gone(results, i)
  M.fail(results, i, "not_found", ("item %s does not exist any more"):format(results[i].id))
end

-- what is still there, and the places of what is not
local function split(there, mids, at)
  local left, left_at, absent = {}, {}, {}
  for n, mid in ipairs(mids) do
    if there[mid] then
      left[#left + 1], left_at[#left_at + 1] = mid, at[n]
    else
      absent[#absent + 1] = n
    end
  end
  return left, left_at, absent
end

local function unsure(results, places, verb, done)
  for _, i in ipairs(places) do
    M.fail(results, i, "server", ("%d of %d items were %s, and the server does not say which")
      :format(done, #places, verb))
    results[i].error.uncertain = true
  end
end

local function slice_of(list, first, last)
  return table.move(list, first, last, 1, {})
end

---After a partial copy: what is not there could not be copied.  QUIRKS 10: a
---server may stop at the first item that is gone; the rest is tried again.
function M.copy(self, from, mids, at, arrived, results, again)
  local left, left_at, absent = split(M.present(self, from), mids, at)
  for _, n in ipairs(absent) do M.gone(results, at[n]) end
  if arrived >= #left then return end
  local stopped = absent[1] and absent[1] - 1
  if arrived == stopped and again then
    return again(slice_of(left, stopped + 1, #left), slice_of(left_at, stopped + 1, #left_at))
  end
  if arrived == 0 then
    for _, i in ipairs(left_at) do
      M.fail(results, i, "denied", ("item %s could not be copied"):format(results[i].id))
    end
  else
    unsure(results, left_at, "copied", arrived)
  end
end

---After a partial move or deletion: what is still there was not done.  Of what
---is not there some may have been gone before: `done` tells how many were not.
function M.move(self, from, mids, at, done, results, verb, again)
  local left, left_at, absent = split(M.present(self, from), mids, at)
  local places = {}
  for i, n in ipairs(absent) do places[i] = at[n] end
  local missing = #absent - done
  if missing > 0 and (done == 0 or #left > 0 and absent[done] == done) then
    for i = done + 1, #absent do M.gone(results, places[i]) end
  elseif missing > 0 then
    unsure(results, places, verb, done)
  end
  if #left > 0 and missing > 0 and again then return again(left, left_at) end
  for _, i in ipairs(left_at) do
    M.fail(results, i, "denied", ("item %s could not be %s"):format(results[i].id, verb))
  end
end

---After a list that went out twice: what is not there any more was done the
---first time.
function M.repeated(self, from, mids, at, results, verb, again)
  local left, left_at = split(M.present(self, from), mids, at)
  if #left > 0 and #left < #mids then return again(left, left_at) end
  for _, i in ipairs(left_at) do
    M.fail(results, i, "denied", ("item %s could not be %s"):format(results[i].id, verb))
  end
end

return M
