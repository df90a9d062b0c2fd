-- Kinds of items and folders, and the message and container classes behind
-- them.  [MS-OXCMSG] 2.2.1.3, [MS-OXOSFLD] 2.2.1.

local error_object = require "satchel.error"
local nearest = require "satchel.nearest"

local M = {}

-- the longest prefix wins; a prefix ends at a dot or at the end
local kinds <const> = {
  ["ipm.note"] = "message", ["ipm.appointment"] = "appointment",
  ["ipm.schedule.meeting"] = "meeting", ["ipm.contact"] = "contact",
  ["ipm.distlist"] = "list", ["ipm.task"] = "task", ["ipm.taskrequest"] = "task",
  ["ipm.stickynote"] = "note", ["ipm.activity"] = "journal",
  ["ipm.post"] = "post", ["report"] = "report",
  ["ipm.ole.class"] = "appointment",
}

local classes <const> = {
  message = "IPM.Note", appointment = "IPM.Appointment", contact = "IPM.Contact",
  list = "IPM.DistList", task = "IPM.Task", note = "IPM.StickyNote",
  journal = "IPM.Activity", post = "IPM.Post",
}

local folder_kinds <const> = {
  ["ipf.note"] = "mail", ["ipf.appointment"] = "calendar", ["ipf.contact"] = "contacts",
  ["ipf.task"] = "tasks", ["ipf.stickynote"] = "notes", ["ipf.journal"] = "journal",
}

local folder_classes <const> = {
  mail = "IPF.Note", calendar = "IPF.Appointment", contacts = "IPF.Contact",
  tasks = "IPF.Task", notes = "IPF.StickyNote", journal = "IPF.Journal",
}

-- the items that a folder of each kind holds; the first is what `create` makes
M.held_by = {
  mail = { "message", "post" }, calendar = { "appointment" },
  contacts = { "contact", "list" }, tasks = { "task" }, notes = { "note" },
  journal = { "journal" }, search = { "message" },
}

local function longest_prefix(class, map)
  local name = class:lower()
  while name do
    if map[name] then return map[name] end
    name = name:match "^(.*)%.[^.]*$"
  end
end

---The kind of an item by its message class.
---@param class string|nil "IPM.Note.SMIME"
---@return string
function M.of_class(class)
  return class and longest_prefix(class, kinds) or "message"
end

local known <const> = {}
for _, name in pairs(kinds) do known[name] = true end

---A kind of items, or an error that names the nearest.
---@param name any
---@param what string who asks
---@return string
function M.check(name, what)
  if known[name] then return name end
  return error_object.invalid("%s: no kind of item is called '%s'%s", what, tostring(name),
    nearest.suggestion(name, known))
end

---The message class of a new item of a kind.
---@param kind string
---@return string|nil
function M.class_of(kind)
  return classes[kind]
end

---The kind of a folder by its container class.
---@param class string|nil "IPF.Appointment"
---@return string
function M.of_folder_class(class)
  return class and longest_prefix(class, folder_kinds) or "mail"
end

---The container class of a new folder of a kind.
---@param kind string
---@return string|nil nil for a kind that cannot be created by class alone
function M.folder_class_of(kind)
  return folder_classes[kind]
end

M.folder_kinds = folder_classes

return M
