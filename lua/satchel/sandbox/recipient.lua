-- Recipients: between the rows of the wire ([MS-OXCDATA] 2.8.3.2) and the
-- property bags the store keeps.

local core = require "satchel.core"
local ids = require "satchel.sandbox.ids"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local recipient = {}

-- RecipientFlags
local TYPE, EMAIL, DISPLAY, TRANSMITTABLE, SAME = 0x7, 0x8, 0x10, 0x20, 0x40
local OTHER_TRANSPORT, UNICODE, SIMPLE, OTHER_TYPE = 0x80, 0x200, 0x400, 0x8000
local X500, SMTP = 1, 3

local ORGANIZATION = require("satchel.sandbox.users").organization

local function text(row, name)
  local v = row[name]
  if v == nil then return nil end
  if row.recipient_flags & UNICODE ~= 0 then return v end
  return core.text.is_utf8(v) and v or core.text.from_8bit(v)
end

local function of_x500(row, props)
  local prefix = ORGANIZATION .. "/cn=Recipients/cn="
  local kept = prefix:sub(1, row.address_prefix_used or 0)
  props[tags.AddressType] = "EX"
  props[tags.EmailAddress] = kept .. (row.x500dn or "")
end

local function names(row, props)
  local display = row.recipient_flags & DISPLAY ~= 0 and text(row, "display_name") or nil
  props[tags.DisplayName] = display
  if row.recipient_flags & TRANSMITTABLE ~= 0 then
    props[tags.TransmittableDisplayName] = row.recipient_flags & SAME ~= 0 and display
      or text(row, "transmittable_display_name")
  end
  if row.recipient_flags & SIMPLE ~= 0 then
    props[tags.AddressBookDisplayNamePrintable] = text(row, "simple_display_name")
  end
end

-- the further columns; an error says that the column has no value
local function columns(row, props)
  for tag, v in pairs(row.properties or {}) do
    if math.type(tag) == "integer" and tag & 0xffff ~= 0x000a then
      local kept, kept_value = value.store(tag, v)
      props[kept] = kept_value
    end
  end
end

-- the address book knows more than the client said
local function look_up(props, users)
  local user = users:resolve(props[tags.AddressType], props[tags.EmailAddress])
    or users:find(props[tags.SmtpAddress])
  if not user then
    local owner = props[tags.EntryId] and ids.of_recipient(props[tags.EntryId], core.text.utf8)
    if owner and not props[tags.EmailAddress] then
      user = users:of_dn(owner.dn) or users:find(owner.address)
      if not user and owner.address then
        props[tags.AddressType], props[tags.EmailAddress] = owner.type, owner.address
      end
    end
  end
  if user then
    props[tags.SmtpAddress] = props[tags.SmtpAddress] or user.email
    props[tags.DisplayName] = props[tags.DisplayName] or user.name
    props[tags.AddressType] = props[tags.AddressType] or "SMTP"
    props[tags.EmailAddress] = props[tags.EmailAddress] or user.email
  elseif (props[tags.AddressType] or ""):upper() == "SMTP" then
    props[tags.SmtpAddress] = props[tags.SmtpAddress] or props[tags.EmailAddress]
  end
end

---@param row_id integer
---@param recipient_type integer 1 to, 2 cc, 3 bcc
---@param row table recipient_row of core.wire
---@param users satchel.sandbox.users
---@return table { row_id =, props = }
function recipient.of_row(row_id, recipient_type, row, users)
  local props = { [tags.RecipientType] = recipient_type, [tags.RowId] = row_id }
  local kind = row.recipient_flags & TYPE
  if kind == X500 then
    of_x500(row, props)
  elseif kind == SMTP then
    props[tags.AddressType] = "SMTP"
  elseif row.recipient_flags & OTHER_TYPE ~= 0 then
    props[tags.AddressType] = row.address_type
  elseif kind == 6 or kind == 7 then
    props[tags.AddressType] = kind == 6 and "MAPIPDL" or "PDL"
    props[tags.EntryId], props[tags.SearchKey] = row.entry_id, row.search_key
  end
  if row.recipient_flags & EMAIL ~= 0 then props[tags.EmailAddress] = text(row, "email_address") end
  names(row, props)
  columns(row, props)
  props[tags.SendRichInfo] = row.recipient_flags & 0x100 == 0
  props[tags.Responsibility] = row.recipient_flags & OTHER_TRANSPORT == 0 or nil
  look_up(props, users)
  return { row_id = row_id, props = props, display_type = row.display_type }
end

---A recipient the server makes itself.
---@param kind integer 1 to, 2 cc, 3 bcc
function recipient.make(row_id, kind, name, email, users)
  local user = users:find(email)
  local props = {
    [tags.RecipientType] = kind, [tags.RowId] = row_id,
    [tags.DisplayName] = name or user and user.name or email,
    [tags.SmtpAddress] = email, [tags.AddressType] = "SMTP",
    [tags.EmailAddress] = email, [tags.ObjectType] = 6, [tags.DisplayType] = 0,
    [tags.SearchKey] = "SMTP:" .. email:upper() .. "\0",
    [tags.EntryId] = user and user.entry_id
      or ids.one_off_entry_id(name or email, email, core.text.utf16),
  }
  return { row_id = row_id, props = props }
end

-- what stands in the row itself and so never among the columns
local STANDING = {}
for _, name in ipairs { "AddressType", "EmailAddress", "DisplayName", "RecipientType",
  "TransmittableDisplayName", "RowId", "SendRichInfo",
  "Responsibility" } do
  STANDING[tags[name]] = true
end

---The columns the rows of these recipients have beside the standing ones.
---@return integer[]
function recipient.columns(list)
  local seen, columns_of = {}, {}
  for _, r in ipairs(list) do
    for tag in pairs(r.props) do
      if not STANDING[tag] and not seen[tag] then
        seen[tag] = true
        columns_of[#columns_of + 1] = tag
      end
    end
  end
  table.sort(columns_of)
  return columns_of
end

---The row of a recipient for the client.
---@param r table
---@param columns_of integer[]
---@return table recipient_row for core.wire
function recipient.to_row(r, columns_of)
  local p = r.props
  local row = { recipient_flags = UNICODE, display_name = p[tags.DisplayName] }
  local function flag(bit) row.recipient_flags = row.recipient_flags | bit end
  if row.display_name then flag(DISPLAY) end
  local address_type = (p[tags.AddressType] or ""):upper()
  if address_type == "EX" then
    flag(X500)
    row.address_prefix_used, row.x500dn = 0, p[tags.EmailAddress] or ""
    row.display_type = r.display_type or p[tags.DisplayType] or 0
  elseif address_type == "SMTP" then
    flag(SMTP)
  elseif address_type ~= "" then
    flag(OTHER_TYPE)
    row.address_type = p[tags.AddressType]
  end
  if address_type ~= "EX" and p[tags.EmailAddress] then
    flag(EMAIL)
    row.email_address = p[tags.EmailAddress]
  end
  local transmittable = p[tags.TransmittableDisplayName]
  if transmittable then
    flag(TRANSMITTABLE)
    if transmittable == row.display_name then flag(SAME)
    else row.transmittable_display_name = transmittable end
  end
  if p[tags.Responsibility] == false then flag(OTHER_TRANSPORT) end
  if p[tags.SendRichInfo] == false then flag(0x100) end
  row.properties = {}
  for _, tag in ipairs(columns_of) do
    local v = p[value.stored_tag(tag)]
    if v == nil then
      row.properties[(tag & ~0xffff) | 0x000a] = 0x8004010f
    else
      row.properties[tag] = value.present(tag, v)
    end
  end
  return row
end

return recipient
