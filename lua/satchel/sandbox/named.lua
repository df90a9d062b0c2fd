-- Named properties of one mailbox ([MS-OXCPRPT] 3.2.5.9, 3.2.5.10): names to
-- ids from 0x8000 on, and back.  A name is { guid =, lid = } or
-- { guid =, name = }; names compare without case.

local named = {}

local MAPI = "00020328-0000-0000-c000-000000000046"
local INTERNET_HEADERS = "00020386-0000-0000-c000-000000000046"
local FIRST, LAST = 0x8001, 0xfffe

---@class satchel.sandbox.named
local Named = {}
Named.__index = Named

---@return satchel.sandbox.named
function named.new()
  return setmetatable({ by_key = {}, by_id = {}, next = FIRST }, Named)
end

local function key_of(name)
  if name.name then return name.guid .. "=" .. name.name:lower() end
  return ("%s#%x"):format(name.guid, name.lid)
end

---@param name table
---@param create boolean
---@return integer id 0 if unknown
function Named:id(name, create)
  if name.guid == MAPI and name.lid then return name.lid end
  local key = key_of(name)
  local id = self.by_key[key]
  if id then return id end
  if not create or self.next > LAST then return 0 end
  id = self.next
  self.next = id + 1
  local kept = { guid = name.guid, lid = name.lid, name = name.name }
  if kept.name and name.guid == INTERNET_HEADERS then kept.name = kept.name:lower() end
  self.by_key[key], self.by_id[id] = id, kept
  return id
end

---@param id integer
---@return table|nil name
function Named:name(id)
  if id < 0x8000 then return { guid = MAPI, lid = id } end
  return self.by_id[id]
end

---Every named property there is, of one set if asked.
---@param guid string|nil
---@return integer[] ids, table[] names
function Named:all(guid)
  local list, names = {}, {}
  for id = FIRST, self.next - 1 do
    local name = self.by_id[id]
    if name and (not guid or name.guid == guid) then
      list[#list + 1], names[#names + 1] = id, name
    end
  end
  return list, names
end

return named
