-- Below the fields: any property of an item, and any operation of the protocol.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local item = session.inbox:create { subject = "Properties" }
print(item.props.PidTagSubject)

-- a property of one's own, by its set and name
local PS_PUBLIC_STRINGS <const> = "00020329-0000-0000-c000-000000000046"
local ticket = satchel.named(PS_PUBLIC_STRINGS, "x-ticket", "String")
item.props[ticket] = "T-1001"
item:save()
print(item:reload().props[ticket])

-- found by it
local found = session.inbox:query { where = { [ticket] = "T-1001" } }
print(found:count() .. " with that ticket")

-- every operation of [MS-OXCROPS] by its name
if session.mapi then
  local reply = session.mapi:rop("get_receive_folder", { message_class = "IPM.Note" })
  print(reply.explicit_message_class)
end

item:delete { hard = true }
