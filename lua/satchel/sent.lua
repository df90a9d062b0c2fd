-- What sending gives: the id of the message, and the copy in Sent, which is
-- looked for only when it is touched.

---@class satchel.Sent
---@field message_id string "<…>"
---@field results? satchel.smtp.Outcome[] smtp: what became of it for each recipient
---@field item? satchel.Item the copy in Sent; nil when none was saved
local Sent = { __name = "satchel.Sent" }

function Sent:__index(key)
  local state = rawget(self, "_")
  if key ~= "item" then return nil end
  local answer = state.answer
  local id, folder_id = answer.item_id, answer.item_folder_id
  if not id and answer.find then id, folder_id = answer.find() end
  if not id then return nil end
  folder_id = folder_id or state.store:role("sent").id
  local item = state.store:item { id = id, folder_id = folder_id }
  rawset(self, "item", item)
  return item
end

function Sent:__tostring()
  return "sent " .. tostring(rawget(self, "message_id"))
end

local M = {}

---@param store satchel.Store
---@param answer table of the driver
---@return satchel.Sent
function M.new(store, answer)
  return setmetatable({ message_id = answer.message_id, results = answer.results,
    _ = { store = store, answer = answer } }, Sent)
end

return M
