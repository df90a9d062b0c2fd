-- A session context of MAPI/HTTP: who connected, the handles, what waits to
-- be told, and the cookies that name it ([MS-OXCMAPIHTTP] 3.2.1).

local core = require "satchel.core"

local session = {}

---@class satchel.sandbox.session
---@field user satchel.sandbox.user
---@field objects table<integer, any> by handle
---@field logons table<integer, table> by logon id
---@field pending table[] notifications not told yet
local Session = {}
Session.__index = Session

---@param box table
---@param user satchel.sandbox.user
function session.new(box, user)
  local self = setmetatable({ box = box, user = user, objects = {}, logons = {},
    next_handle = 0, pending = {}, id = core.text.guid() }, Session)
  self:rotate()
  return self
end

---The next request must bear another sequence.
function Session:rotate()
  self.sequence = core.text.guid()
  self.used = os.time()
end

-- what X-ExpirationInfo promises, in seconds
local IDLE = 900

---Was it left behind?
function Session:is_idle()
  return os.time() - self.used > IDLE
end

---Has any notification to tell?
function Session:has_news()
  for _, entry in ipairs(self.pending) do
    if self.objects[entry.object.handle] == entry.object then return true end
  end
  return false
end

---Forgets all handles.
function Session:close()
  for _, object in pairs(self.objects) do
    local store = object.store
    if store then
      store:forget(object)
      if object.listener then store:forget(object.listener) end
    end
  end
  self.objects, self.logons, self.pending = {}, {}, {}
end

return session
