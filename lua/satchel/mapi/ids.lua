-- The ids that scripts hold: text of the server's 8-byte ids, which stay the
-- same for as long as the object stays in its folder.  A folder's id is 16
-- hexadecimal digits (its FID), an item's 32: the FID of its folder, then its
-- MID.  Both are the bytes of the wire, so that id and trace can be compared.
-- A message inside another is ":" and the number of the attachment behind that.

local core = require "satchel.core"
local error_object = require "satchel.error"

local M = {}

local hex <const>, pack <const> = core.text.hex, string.pack

local function number(digits)
  return (("<i8"):unpack(core.text.unhex(digits)))
end

local function is_hex(value, n)
  return type(value) == "string" and #value == n and not value:find "[^0-9a-f]"
end

---The text of a folder's FID.
---@param fid integer
---@return string
function M.folder(fid)
  return hex(pack("<i8", fid))
end

---The text of an item's id.
---@param fid integer
---@param mid integer
---@return string
function M.item(fid, mid)
  return hex(pack("<i8i8", fid, mid))
end

---The text of the id of a message inside another.
---@param id string of the outer one
---@param num integer of the attachment
---@return string
function M.embedded(id, num)
  return ("%s:%d"):format(id, num)
end

---@param id string
---@return integer fid
function M.parse_folder(id)
  if not is_hex(id, 16) then
    error_object.invalid("'%s' is no folder id", tostring(id))
  end
  return number(id)
end

---@param id string
---@return integer fid, integer mid, integer[] path numbers of attachments, inward
function M.parse_item(id)
  local base, tail = tostring(id):match "^(%x+)(.*)$"
  if not is_hex(base, 32) or tail:gsub(":%d+", "") ~= "" then
    error_object.invalid("'%s' is no item id", tostring(id))
  end
  local path = {}
  for num in tail:gmatch "%d+" do path[#path + 1] = tonumber(num) end
  return number(base:sub(1, 16)), number(base:sub(17)), path
end

return M
