-- The ids that scripts hold.  A folder's is the name of its mailbox; an item's is
-- "<uidvalidity>.<uid>" (RFC 9051 2.3.1.1): as long as the folder keeps its
-- UIDVALIDITY the id names the same message.  A message inside another has ":" and
-- the number of its part behind that.

local error_object = require "satchel.error"

local M = {}

---The text of an item's id.
---@param uidvalidity integer
---@param uid integer
---@return string
function M.item(uidvalidity, uid)
  return uidvalidity .. "." .. uid
end

---The text of the id of a message inside another.
---@param id string of the outermost one
---@param part string number of the part that holds it, "2.1"
---@return string
function M.embedded(id, part)
  return id:match "^[^:]*" .. ":" .. part
end

local function number(digits)
  return #digits <= 10 and tonumber(digits) or nil
end

---@param id string
---@return integer uidvalidity
---@return integer uid
---@return string|nil part of a message inside another
function M.parse(id)
  local validity, uid, tail = tostring(id):match "^(%d+)%.(%d+)(.*)$"
  local part = tail and tail:match "^:([%d.]+)$"
  validity, uid = number(validity or ""), number(uid or "")
  if not validity or not uid or tail ~= "" and not part then
    error_object.invalid("'%s' is no item id", (tostring(id):gsub("%c", "?")))
  end
  return validity --[[@as integer]], uid --[[@as integer]], part
end

---What is said of an item whose folder was numbered anew.
---@param id string
---@param folder string
---@param now integer the folder's UIDVALIDITY
---@return table
function M.renumbered(id, folder, now)
  return { kind = "not_found", name = "UIDVALIDITY",
    message = ("item %s: the server numbered folder '%s' anew (UIDVALIDITY was %d, is %d)")
      :format(id, folder, (M.parse(id)), now),
    hint = "its items have new ids: query the folder again" }
end

return M
