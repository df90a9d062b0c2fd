-- Well-known folders: which folder of a mailbox is the inbox, the calendar, the
-- archive ([MS-OXOSFLD] 2.2.2-2.2.4).  Nine come with the logon; the others are
-- named by entry ids on the inbox and, in the mailboxes of others, on the root.

local core = require "satchel.core"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"

local M = {}

-- [MS-OXCSTOR] 2.2.1.1.3: order of the ids in the answer to RopLogon
local OF_LOGON <const> = { root = 4, inbox = 5, outbox = 6, sent = 7, trash = 8 }

-- property with the entry id, name and kind of one that has to be made
local OTHERS <const> = {
  drafts = { tag = "PidTagIpmDraftsEntryId", name = "Drafts", kind = "mail" },
  calendar = { tag = "PidTagIpmAppointmentEntryId", name = "Calendar", kind = "calendar" },
  contacts = { tag = "PidTagIpmContactEntryId", name = "Contacts", kind = "contacts" },
  tasks = { tag = "PidTagIpmTaskEntryId", name = "Tasks", kind = "tasks" },
  notes = { tag = "PidTagIpmNoteEntryId", name = "Notes", kind = "notes" },
  journal = { tag = "PidTagIpmJournalEntryId", name = "Journal", kind = "journal" },
  -- not in [MS-OXPROPS]; what Exchange and its clients use
  archive = { tag = 0x35ff0102, name = "Archive", kind = "mail" },
  -- the fifth of a list
  junk = { tag = "PidTagAdditionalRenEntryIds", at = 5, name = "Junk Email", kind = "mail" },
}
M.others = OTHERS

M.names = { "inbox", "drafts", "sent", "outbox", "trash", "junk", "archive", "calendar",
  "contacts", "tasks", "notes", "journal", "root" }

---@param role string
---@return boolean
function M.exists(role)
  return OF_LOGON[role] ~= nil or OTHERS[role] ~= nil
end

---The FID of a folder that the logon names.
---@param logon satchel.mapi.Logon
---@param role string
---@return integer|nil
function M.of_logon(logon, role)
  local at = OF_LOGON[role]
  return at and logon.reply.folder_ids[at]
end

local function tag_of(row)
  return math.type(row.tag) == "integer" and row.tag or P[row.tag]
end

-- a folder's entry id has its store's GUID and counter ([MS-OXCDATA] 2.2.4.1)
local function long_term_id(entry_id)
  if type(entry_id) ~= "string" or #entry_id ~= 46 then return nil end
  return { database_guid = core.text.guid_text(entry_id:sub(23, 38)),
    global_counter = entry_id:sub(39, 44) }
end

-- requests name them in this order
local ROLES <const> = {}
for role in pairs(OTHERS) do ROLES[#ROLES + 1] = role end
table.sort(ROLES)

local function entry_ids(row)
  local found = {}
  for role, other in pairs(OTHERS) do
    local value = values.get(row, tag_of(other))
    if other.at then value = type(value) == "table" and value[other.at] end
    found[role] = value and long_term_id(value) or nil
  end
  return found
end

local function ask_properties(logon)
  local tags = {}
  for i, role in ipairs(ROLES) do tags[i] = tag_of(OTHERS[role]) end
  table.sort(tags)
  local refs, own = {}, nil
  local inbox = logon.reply.folder_ids[5]
  logon:batch(function(b)
    own = b:rop("long_term_id_from_id", { object_id = inbox }, nil, { may_fail = true })
    for i, fid in ipairs { inbox, logon.reply.folder_ids[1] } do
      local folder = b:rop("open_folder", { folder_id = fid, open_mode_flags = 0 }, nil,
        { may_fail = true })
      refs[i] = b:rop("get_properties_specific", { property_size_limit = 0,
        want_unicode = true, property_tags = tags }, folder, { may_fail = true })
    end
  end, { op = "special_folders" })
  local found = {}
  for _, ref in ipairs(refs) do
    local row = ref.result.return_value == 0 and ref.result.row_data
    for role, id in pairs(row and entry_ids(row) or {}) do found[role] = found[role] or id end
  end
  return found, own.result.return_value == 0 and own.result.long_term_id.database_guid or nil
end

local function sorted_roles(found)
  local list = {}
  for role in pairs(found) do list[#list + 1] = role end
  table.sort(list)
  return list
end

-- the number that an id of the inbox's own database has ([MS-OXCDATA] 2.2.1.1)
local function own_fid(logon, id)
  local replica = logon.reply.folder_ids[5] & 0xffff
  return (("<i8"):unpack(("<I2"):pack(replica) .. id.global_counter))
end

-- numbers of this mailbox for ids of a deployment: 1 round trip for those of
-- another database than the inbox's
local function to_fids(logon, found, own)
  local fids, others = {}, {}
  for role, id in pairs(found) do
    if id.database_guid == own then
      fids[role] = own_fid(logon, id)
    else
      others[role] = id
    end
  end
  if next(others) == nil then return fids end
  local refs, list = {}, sorted_roles(others)
  logon:batch(function(b)
    for i, role in ipairs(list) do
      refs[i] = b:rop("id_from_long_term_id", { long_term_id = others[role] }, nil,
        { may_fail = true })
    end
  end, { op = "special_folders" })
  for i, role in ipairs(list) do
    if refs[i].result.return_value == 0 then fids[role] = refs[i].result.object_id end
  end
  return fids
end

-- those that are there; an entry id may outlive its folder
local function existing(logon, fids)
  local refs, list = {}, sorted_roles(fids)
  logon:batch(function(b)
    for i, role in ipairs(list) do
      refs[i] = b:rop("open_folder", { folder_id = fids[role], open_mode_flags = 0 }, nil,
        { may_fail = true })
    end
  end, { op = "special_folders" })
  local there = {}
  for i, role in ipairs(list) do
    if refs[i].result.return_value == 0 then there[role] = fids[role] end
  end
  return there
end

---The FIDs of the folders that the logon does not name: 2 round trips, once,
---or 3 where some are of another database than the inbox.
---@param logon satchel.mapi.Logon
---@return table<string, integer> by role; absent where the mailbox has none
function M.others_of(logon)
  local found, own = ask_properties(logon)
  if next(found) == nil then return {} end
  return existing(logon, to_fids(logon, found, own))
end

---Adds ROPs that note a folder's entry id where roles are looked for.
---@param b satchel.mapi.Batch
---@param logon satchel.mapi.Logon
---@param role string
---@param entry_id string
---@param list? string[] the list it is one of, as it is now
function M.note(b, logon, role, entry_id, list)
  local other, value = OTHERS[role], entry_id
  if other.at then
    value = {}
    for i = 1, other.at do value[i] = list and list[i] or "" end
    value[other.at] = entry_id
  end
  local folder = b:rop("open_folder", { folder_id = logon.reply.folder_ids[5],
    open_mode_flags = 0 })
  b:rop("set_properties", { property_values = { { tag = tag_of(other), value = value } } },
    folder, { may_fail = true })
end

M.tag_of = tag_of

return M
