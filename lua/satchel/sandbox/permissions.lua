-- Who may do what in a folder ([MS-OXCPERM] 2.2.7).  A list of members
-- { id =, user = nil for default and anonymous, name =, rights = }; the owner
-- of the mailbox may do everything and is in no list.

local tags = require "satchel.sandbox.tags"

local permissions = {}

permissions.right = {
  read_any = 0x1, create = 0x2, edit_owned = 0x8, delete_owned = 0x10,
  edit_any = 0x20, delete_any = 0x40, create_subfolder = 0x80, owner = 0x100,
  contact = 0x200, visible = 0x400, free_busy_simple = 0x800,
  free_busy_detailed = 0x1000,
}
local RIGHT = permissions.right

permissions.all = 0x7fb
local ALL = permissions.all

---What a new mailbox gives everybody: the time of appointments, no more.
function permissions.at_birth(store, role)
  if not store.private then
    return { { id = 0, name = "", rights = 0x4fb }, { id = -1, name = "Anonymous", rights = 0 } }
  end
  return {
    { id = 0, name = "", rights = role == "calendar"
      and RIGHT.free_busy_simple | RIGHT.visible or 0 },
    { id = -1, name = "Anonymous", rights = 0 },
  }
end

function permissions.inherit(list)
  local copy = {}
  for i, member in ipairs(list) do
    copy[i] = { id = member.id, user = member.user, name = member.name, rights = member.rights }
  end
  return copy
end

---@param f satchel.sandbox.folder
---@param user satchel.sandbox.user
---@return integer rights
function permissions.of(f, user)
  if f.store.owner == user then return ALL end
  local rights = 0
  for _, member in ipairs(f.permissions) do
    if member.user == user then return member.rights end
    if member.id == 0 then rights = member.rights end
  end
  return rights
end

---What `user` may do with `f`, as PidTagAccess has it.
function permissions.access(f, user)
  local rights = permissions.of(f, user)
  if f.store.owner == user or rights & RIGHT.owner ~= 0 then return 0x3f end
  return 0x02 | (rights & RIGHT.create ~= 0 and 0x30 or 0)
    | (rights & RIGHT.create_subfolder ~= 0 and 0x08 or 0)
end

---May this user log on to the mailbox at all?
function permissions.may_log_on(store, user)
  if store.owner == user or not store.private then return true end
  for _, f in pairs(store.folders) do
    for _, member in ipairs(f.permissions) do
      if member.user == user and member.rights ~= 0 then return true end
    end
  end
  return false
end

---Does `user` have one of these rights on `f`?
---@param f satchel.sandbox.folder
---@param user satchel.sandbox.user
---@param ... integer
function permissions.may(f, user, ...)
  if f.store.owner == user then return true end
  local rights = permissions.of(f, user)
  if rights & RIGHT.owner ~= 0 then return true end
  for i = 1, select("#", ...) do
    local wanted = select(i, ...)
    if rights & wanted ~= 0 then return true end
  end
  return false
end

---May `user` do to this message what `any` allows to all, `owned` to who made it?
---@param m satchel.sandbox.message a stored one
function permissions.may_to(m, user, any, owned)
  if permissions.may(m.folder, user, any) then return true end
  return permissions.may(m.folder, user, owned) and m:raw(tags.CreatorEntryId) == user.entry_id
end

---Adds or changes a member; nobody's own id is used twice.
function permissions.set(f, user, rights)
  for _, member in ipairs(f.permissions) do
    if member.user == user then
      member.rights = rights
      return member
    end
  end
  f.last_member = (f.last_member or 0) + 1
  local member = { id = f.last_member, user = user, name = user.name, rights = rights }
  f.permissions[#f.permissions + 1] = member
  return member
end

return permissions
