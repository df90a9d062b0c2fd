-- A folder of many messages to measure with.  On a server it is kept, as it
-- takes a while to fill.

local M = {}

---One message of about 1.3 KB as it travels.
---@param i integer
function M.draft(i)
  return { subject = "Message " .. i, from = { name = "Sender", email = "sender@example.org" },
    received = 1767225600 + i, text = ("This is message number %d. "):format(i):rep(12) }
end

---Drafts from `first` to `last`, as folder:create_all takes them.
function M.drafts(first, last)
  local i = first - 1
  return function()
    i = i + 1
    if i <= last then return M.draft(i) end
  end
end

---@param session satchel.Session
---@param n integer
---@return satchel.Folder
function M.folder(session, n)
  local folder = session:folder(("Satchel bench %d"):format(n), { create = true })
  if folder.total < n then folder:create_all(M.drafts(folder.total + 1, n)) end
  return folder:reload()
end

return M
