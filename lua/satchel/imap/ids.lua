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

---@param uids integer[]
---@return table<integer, boolean> which UIDs they are
function M.set(uids)
  local set = {}
  for _, uid in ipairs(uids) do set[uid] = true end
  return set
end

---What is said where a folder's UIDVALIDITY is another now.  Not "not_found": the
---items may all be there, and who took them for deleted would lose mail.
---@param folder string its name
---@param was integer|nil
---@param now integer|nil
---@param id? string of the item that was asked for
---@return table
function M.renumbered(folder, was, now, id)
  return { kind = "conflict", name = "UIDVALIDITY",
    message = ("%sthe server has renumbered folder '%s' (UIDVALIDITY was %s, is %s)"):format(
      id and ("item %s: "):format(id) or "", folder, was or "none", now or "none"),
    hint = "all ids from before are void, though the items may still be there: query the "
      .. "folder for the new ones, by message_id if need be" }
end

return M
