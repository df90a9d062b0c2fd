-- Sessions: one mailbox over one protocol.  A session owns its driver and gives
-- folders; closing it ends every object that came from it.

local compose = require "satchel.compose"
local error_object = require "satchel.error"
local folder = require "satchel.folder"
local iterator = require "satchel.iterator"
local nearest = require "satchel.nearest"
local options = require "satchel.options"
local path = require "satchel.path"
local sent = require "satchel.sent"
local store = require "satchel.store"

---@class satchel.Session
---@field protocol "mapi"|"imap"|"pop3"|"smtp"|"local"
---@field user string
---@field inbox satchel.Folder
---@field sent satchel.Folder
---@field drafts satchel.Folder
---@field outbox satchel.Folder
---@field trash satchel.Folder
---@field junk satchel.Folder
---@field archive satchel.Folder
---@field calendar satchel.Folder
---@field contacts satchel.Folder
---@field tasks satchel.Folder
---@field notes satchel.Folder
---@field journal satchel.Folder
---@field root satchel.Folder the top of the folders
---@field directory any the address book
---@field mapi any the native protocol; nil when the session is another's
---@field imap any
---@field pop3 any
---@field smtp any
local Session = { __name = "satchel.Session" }
local methods = {}

local M = { methods = methods }

---@param driver table
---@return satchel.Session
function M.new(driver)
  local session = setmetatable({ _ = {} }, Session)
  session._.store = store.new(driver, session)
  session._.protocol, session._.user = driver.protocol, driver.user
  return session
end

---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Session
end

local computed <const> = {}
M.fields = computed

for role in ([[inbox sent drafts outbox trash junk archive calendar contacts tasks notes
  journal]]):gmatch "%w+" do
  computed[role] = function(session) return session._.store:role(role) end
end

function computed.root(session) return session._.store:root() end
function computed.protocol(session) return session._.protocol end
function computed.user(session) return session._.user end

for _, protocol in ipairs { "mapi", "imap", "pop3", "smtp" } do
  computed[protocol] = function(session)
    local driver = session._.store:driver()
    if driver.protocol == protocol then return driver.raw end
    return driver.native and driver:native(protocol) or nil
  end
end

function computed.directory(session)
  local driver = session._.store:driver()
  if driver.directory then return driver.directory end
  return error_object.unsupported "directory: the address book is not read yet"
end

function Session:__index(name)
  if methods[name] then return methods[name] end
  if computed[name] then return computed[name](self) end
  if type(name) ~= "string" then return nil end
  return error_object.invalid("a session has no '%s'%s", name,
    nearest.among(name, methods, computed))
end

function Session.__newindex(_, name)
  error_object.invalid("'%s' of a session is not assigned", tostring(name))
end

function Session:__pairs()
  return next, { user = self._.user, protocol = self._.protocol }, nil
end

function Session:__tostring()
  local state = self._
  return ("session of %s by %s%s"):format(state.user or "?", state.protocol or "?",
    state.store.handle and "" or " (closed)")
end

---Whether the server, the client, or nobody can do something.
---@param feature string "rules", "move", "search", …
---@return "server"|"client"|false
function methods:can(feature)
  options.argument("can", "the feature", feature, "string")
  return self._.store:driver():can(feature)
end

---A folder by its path; only this path is resolved.
---@param folder_path string "Inbox/Invoices": '/' separates, '//' is a slash in a name;
---a first component Inbox, in any case, is session.inbox
---@param opts? { create: boolean, kind: string } create: what is missing
---@return satchel.Folder
function methods:folder(folder_path, opts)
  options.argument("folder", "the path", folder_path, "string")
  local names = path.split(folder_path)
  local top
  if names[1] and names[1]:lower() == "inbox" then
    top = self._.store:role "inbox"
    table.remove(names, 1)
  else
    top = self._.store:root()
  end
  return folder.resolve(top, names, opts, folder_path)
end

---All folders, depth first.
---@return satchel.Iterator
function methods:folders()
  local objects, list = self._.store, {}
  for i, record in ipairs(objects:call("list_folders", nil, true)) do
    if i == 1 then objects.root_id = record.parent_id end
    list[i] = objects:folder(record)
  end
  return iterator.over(list)
end

---Sends a message.  What may have been sent although it failed raises an error that
---is `uncertain`; it is never sent twice.
---@param message satchel.NewMessage
---@return satchel.Sent
function methods:send(message)
  local draft, opts = compose.message(message)
  return sent.new(self._.store, self._.store:call("send", draft, opts))
end

---Another user's mailbox, over the same connection.
---@param address string
---@return satchel.Session
function methods:mailbox(address)
  options.argument("mailbox", "the address", address, "string")
  return M.new(self._.store:call("mailbox", address))
end

---Events of folders.  Not yet supported.
---@param opts? table
function methods.watch(_, opts)
  options.argument("watch", "the options", opts or {}, "table")
  return error_object.unsupported "watch: folders are not watched yet"
end

---When people are busy.  Not yet supported.
---@param who string[]
---@param from integer|string|table
---@param to integer|string|table
function methods.free_busy(_, who, from, to) -- luacheck: no unused args
  options.argument("free_busy", "the addresses", who, "table")
  return error_object.unsupported "free_busy: nobody is asked yet"
end

---Times when people are free.  Not yet supported.
---@param opts table
function methods.suggest(_, opts)
  options.argument("suggest", "the options", opts, "table")
  return error_object.unsupported "suggest: nobody is asked yet"
end

---Ends the session.  More calls do nothing.
function methods:close()
  local objects = self._.store
  local driver = objects.handle
  objects.handle = nil
  if driver then driver:close() end
end

Session.__close = methods.close

return M
