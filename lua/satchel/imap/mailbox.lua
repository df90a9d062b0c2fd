-- A mailbox as callers of `session.imap` name it: a folder of the session, or its
-- name in UTF-8.

local error_object = require "satchel.error"

local M = {}

---@param folder satchel.Folder|string
---@return string name
function M.name(folder)
  if type(folder) == "string" then return folder end
  local ok, id = pcall(function() return folder.id end)
  if ok and type(id) == "string" then return id end
  return error_object.invalid("a %s where a folder or the name of a mailbox is expected",
    type(folder))
end

return M
