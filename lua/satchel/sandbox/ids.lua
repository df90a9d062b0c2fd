-- Identifiers: folder and message ids, change numbers and what the server
-- makes of them for the client: entry ids, source keys, change keys
-- ([MS-OXCDATA] 2.2).  An id in Lua is the 64-bit integer of the wire: the
-- replica id in its low 16 bits, the global counter big-endian in the others.
-- The sandbox makes only ids of replica 1.

local ids = {}

local pack, unpack = string.pack, string.unpack

---The id of replica 1 with this counter.
---@param counter integer
---@return integer
function ids.make(counter)
  return (unpack("<i8", pack("<I2>I6", 1, counter)))
end

---@param id integer
---@return integer counter
function ids.counter(id)
  return (unpack(">I6", pack("<i8", id), 3))
end

---@param id integer
---@return integer replica
function ids.replica(id)
  return id & 0xffff
end

---The six bytes of a counter as long-term ids and keys carry them.
function ids.counter_bytes(id)
  return pack("<i8", id):sub(3)
end

---[MS-OXCFXICS] 2.2.2.3 XID of an object: replica GUID and counter.
function ids.xid(store, id)
  return store.guid_bytes .. ids.counter_bytes(id)
end

---[MS-OXCFXICS] 2.2.2.3 PredecessorChangeList with one change in it.
function ids.change_list(store, change)
  local xid <const> = ids.xid(store, change)
  return string.char(#xid) .. xid
end

---[MS-OXCDATA] 2.2.4.1
function ids.folder_entry_id(store, id)
  return pack("<I4", 0) .. store.mailbox_guid_bytes
    .. pack("<I2", store.private and 1 or 3) .. store.guid_bytes
    .. ids.counter_bytes(id) .. "\0\0"
end

---[MS-OXCDATA] 2.2.4.2
function ids.message_entry_id(store, folder_id, id)
  return pack("<I4", 0) .. store.mailbox_guid_bytes
    .. pack("<I2", store.private and 7 or 9) .. store.guid_bytes
    .. ids.counter_bytes(folder_id) .. "\0\0" .. store.guid_bytes
    .. ids.counter_bytes(id) .. "\0\0"
end

---The ids in a folder or message entry id of this store.
---@return integer|nil folder_id, integer|nil message_id
function ids.of_entry_id(store, bytes)
  if #bytes ~= 46 and #bytes ~= 70 then return nil end
  if bytes:sub(5, 20) ~= store.mailbox_guid_bytes then return nil end
  local folder <const> = ids.make((unpack(">I6", bytes, 39)))
  if #bytes == 46 then return folder end
  return folder, ids.make((unpack(">I6", bytes, 63)))
end

-- [MS-OXCDATA] 2.2.5.2; the provider is MUIDEMSAB
local ADDRESS_BOOK <const> =
  "\0\0\0\0\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"
local ONE_OFF <const> =
  "\0\0\0\0\x81\x2b\x1f\xa4\xbe\xa3\x10\x19\x9d\x6e\x00\xdd\x01\x0f\x54\x02"

---@param dn string a legacy DN
function ids.address_book_entry_id(dn)
  return ADDRESS_BOOK .. pack("<I4I4", 1, 0) .. dn .. "\0"
end

---[MS-OXCDATA] 2.2.5.1, in Unicode.
---@param name string, address string
function ids.one_off_entry_id(name, address, utf16)
  return ONE_OFF .. pack("<I2I2", 0, 0x9001) .. utf16(name) .. "\0\0"
    .. utf16("SMTP") .. "\0\0" .. utf16(address) .. "\0\0"
end

---Whose entry id is this?  Gives the DN, or the name and address of a one-off.
function ids.of_recipient(bytes, utf8)
  local provider <const> = bytes:sub(1, 20)
  if provider == ADDRESS_BOOK then
    return { dn = bytes:match("^[^\0]*", 29) }
  elseif provider == ONE_OFF and #bytes > 24 then
    local flags <const> = unpack("<I2", bytes, 23)
    local parts <const>, position = {}, 25
    local wide <const> = flags & 0x8000 ~= 0
    for i = 1, 3 do
      local stop = position
      if wide then
        while stop < #bytes and bytes:sub(stop, stop + 1) ~= "\0\0" do
          stop = stop + 2
        end
        parts[i] = utf8(bytes:sub(position, stop - 1))
        position = stop + 2
      else
        stop = bytes:find("\0", position, true) or #bytes + 1
        parts[i] = bytes:sub(position, stop - 1)
        position = stop + 1
      end
    end
    return { name = parts[1], type = parts[2], address = parts[3] }
  end
end

return ids
