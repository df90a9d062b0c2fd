-- What the objects of one mailbox share: its driver, its folders by id, and
-- whether the session is still open.  Folders are made once per id, so that
-- session.inbox is always the same object.

local error_object = require "satchel.error"

---@class satchel.Store
---@field session satchel.Session
---@field folders table<string, satchel.Folder>
---@field roles table<string, satchel.Folder>
---@field root_id? string known without reading the root
local Store = {}
Store.__index = Store

local M = {}

---@param driver table
---@param session satchel.Session
---@return satchel.Store
function M.new(driver, session)
  return setmetatable({ handle = driver, session = session, roles = {},
    folders = setmetatable({}, { __mode = "v" }) }, Store)
end

---The driver, while the session is open.
---@return table
function Store:driver()
  if not self.handle then
    error_object.raise { kind = "invalid", message = "the session is closed" }
  end
  return self.handle
end

---Calls a method of the driver; `nil, err` is raised.
---@param verb string
---@param ... any
---@return any ...
function Store:call(verb, ...)
  local driver = self:driver()
  local method = driver[verb]
  if not method then
    error_object.unsupported("%s cannot do '%s'", driver.protocol or "this protocol", verb)
  end
  return error_object.assert(method(driver, ...))
end

---The folder of a record; what is known of it already is brought up to date.
---@param record table
---@return satchel.Folder
function Store:folder(record)
  local folder = self.folders[record.id]
  if folder then
    for k, v in pairs(record) do folder._.record[k] = v end
  else
    folder = require("satchel.folder").new(self, record)
    self.folders[record.id] = folder
  end
  return folder
end

---A folder has another place, and where ids are names another id; so have those in it.
---@param folder satchel.Folder
---@param record table|any what the driver says: id, name, parent_id, and moved(id), which gives
---the new id of a folder in it, or nil
function Store:folder_moved(folder, record)
  if type(record) ~= "table" then return end
  local known = {}
  for id, each in pairs(self.folders) do known[id] = each end
  for id, each in pairs(known) do
    local new_id = record.moved and record.moved(id)
    if new_id and new_id ~= id then
      self.folders[id], self.folders[new_id] = nil, each
      each._.record.id = new_id
      if each ~= folder then each._.record.parent_id, each._.complete = nil, nil end
    end
  end
  for _, name in ipairs { "id", "name", "parent_id" } do
    folder._.record[name] = record[name] or folder._.record[name]
  end
end

---The folder with an id, read only when touched.
---@param id string
---@return satchel.Folder
function Store:folder_by_id(id)
  return self.folders[id] or self:folder { id = id }
end

---A well-known folder, created where it is missing.
---@param role string "inbox", "sent", …
---@return satchel.Folder
function Store:role(role)
  self:driver()
  local folder = self.roles[role]
  if not folder then
    folder = self:folder(self:call("role_folder", role))
    self.roles[role] = folder
  end
  return folder
end

---The top of the folders.
---@return satchel.Folder
function Store:root()
  if not self.roles.root then
    self.roles.root = self:folder(self:call "root")
    self.root_id = self.roles.root.id
  end
  return self.roles.root
end

---Whether a folder is the drafts folder.  Those that are known to be another, or
---lie in one that is, cost nothing.
---@param folder satchel.Folder
---@return boolean
function Store:is_drafts(folder)
  local record = folder._.record
  if record.role or self.roles.drafts then
    return record.role == "drafts" or folder == self.roles.drafts
  end
  for _, known in pairs(self.roles) do
    if known == folder or known ~= self.roles.root and known.id == record.parent_id then
      return false
    end
  end
  local driver = self:driver()
  if driver.folder_role then return driver:folder_role(folder.id) == "drafts" end
  return folder == self:role "drafts"
end

---@param record table
---@param known? table<string, boolean> fields whose absence from the record means nil
---@return satchel.Item
function Store:item(record, known)
  return require("satchel.item").new(self, record, known)
end

---Raises when the driver can never do a verb: before anything is looked for.
---@param verb string of the driver
function Store:need(verb)
  local refusals = self:driver().refusals
  if refusals and refusals[verb] then self:call(verb) end
end

---The folder that a caller names by itself or by its path.
---@param given satchel.Folder|string
---@param verb string for messages
---@param driver_verb? string the driver's, default the same
---@return satchel.Folder
function Store:target(given, verb, driver_verb)
  self:need(driver_verb or verb)
  if given == "" then
    error_object.raise { kind = "invalid", message = verb .. ": the folder's path is empty",
      hint = "session.root is the top" }
  end
  if type(given) == "string" then return self.session:folder(given) end
  if not require("satchel.folder").is(given) then
    error_object.invalid("%s: a folder or its path is expected, not a %s", verb, type(given))
  end
  if given._.store ~= self then
    error_object.unsupported("%s: the folder belongs to another mailbox", verb)
  end
  return given
end

---Raises when a delete would do nothing: what is in the trash goes only for good.
---@param folder_id string
---@param hard boolean
function Store:refuse_trash(folder_id, hard)
  if hard or folder_id ~= self:role("trash").id then return end
  error_object.raise { kind = "invalid", message = "delete: it is in the trash already",
    hint = "{ hard = true } removes it for good" }
end

---Forgets a folder that is gone.
---@param id string
function Store:forget(id)
  self.folders[id] = nil
  for role, folder in pairs(self.roles) do
    if folder.id == id then self.roles[role] = nil end
  end
end

return M
