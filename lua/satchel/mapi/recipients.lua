-- Addresses of people: as scripts have them ({ name =, email = }), as the
-- properties of a message have them, as recipient rows ([MS-OXCDATA] 2.8.3.2)
-- and as one-off entry ids ([MS-OXCDATA] 2.2.5.1).

local core = require "satchel.core"
local error_object = require "satchel.error"
local P = require "satchel.mapi.props"
local values = require "satchel.mapi.values"

local M = {}

local ONE_OFF <const> = "\x81\x2b\x1f\xa4\xbe\xa3\x10\x19\x9d\x6e\x00\xdd\x01\x0f\x54\x02"
local ADDRESS_BOOK <const> = "\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"

local KINDS <const> = { to = 1, cc = 2, bcc = 3 }
local FIELDS <const> = { "to", "cc", "bcc" }

local function wide(text)
  return core.text.utf16(text) .. "\0\0"
end

---@param address { name?: string, email: string }
---@return string entry id
function M.one_off(address)
  return ("<I4"):pack(0) .. ONE_OFF .. ("<I2I2"):pack(0, 0x9001)
    .. wide(address.name or address.email) .. wide "SMTP" .. wide(address.email or "")
end

---A list of addresses as PidTagReplyRecipientEntries ([MS-OXCDATA] 2.3.3).
---@param list table[]
---@return string
function M.flat_list(list)
  local parts = {}
  for _, address in ipairs(list) do
    local id = M.one_off(address)
    parts[#parts + 1] = ("<s4"):pack(id) .. ("\0"):rep(-#id % 4)
  end
  local body = table.concat(parts)
  return ("<I4I4"):pack(#list, #body) .. body
end

-- UTF-16 text from `pos` to its terminator: text, position behind it
local function wide_at(bytes, pos)
  local stop = pos
  while bytes:sub(stop, stop + 1) ~= "\0\0" do
    if stop > #bytes then return nil end
    stop = stop + 2
  end
  return core.text.utf8(bytes:sub(pos, stop - 1)), stop + 2
end

local function narrow_at(bytes, pos)
  local stop = bytes:find("\0", pos, true)
  if not stop then return nil end
  return core.text.from_8bit(bytes:sub(pos, stop - 1)), stop + 1
end

---The address in an entry id, nil if it holds none that we know.
---@param id string
---@return { name: string|nil, email: string, dn: boolean|nil }|nil
function M.from_entry_id(id)
  if #id < 24 then return nil end
  local provider = id:sub(5, 20)
  if provider == ADDRESS_BOOK then
    local dn = narrow_at(id, 29)
    return dn and { email = dn, dn = true }
  elseif provider == ONE_OFF then
    local read = ("<I2"):unpack(id, 23) & 0x8000 ~= 0 and wide_at or narrow_at
    local name, at = read(id, 25)
    if not name then return nil end
    local _, behind = read(id, at)
    local email = behind and read(id, behind)
    return email and { name = name ~= "" and name ~= email and name or nil, email = email }
  end
end

---@param bytes string PidTagReplyRecipientEntries
---@return table[]
function M.from_flat_list(bytes)
  local list = {}
  if #bytes < 8 then return list end
  local count, pos = ("<I4"):unpack(bytes), 9
  for _ = 1, count do
    if pos + 3 > #bytes then break end
    local size = ("<I4"):unpack(bytes, pos)
    list[#list + 1] = M.from_entry_id(bytes:sub(pos + 4, pos + 3 + size))
    pos = pos + 4 + size + -size % 4
  end
  return list
end

---An address of its parts, whatever of them is there.
---@param name string|nil
---@param kind string|nil "SMTP", "EX", …
---@param email string|nil of that kind
---@param smtp string|nil
---@return { name: string|nil, email: string }|nil
function M.address(name, kind, email, smtp)
  if smtp == "" then smtp = nil end
  if email == "" then email = nil end
  local best = smtp or email
  if not best and not name then return nil end
  if name == best or name == "" then name = nil end
  return { name = name, email = best,
    dn = not smtp and kind == "EX" and email or nil }
end

local function first(properties, ...)
  for i = 1, select("#", ...) do
    local value = values.get(properties, (select(i, ...)))
    if value ~= nil and value ~= "" then return value end
  end
end

---The address of one recipient row and the field it belongs to.
---@param kind integer RecipientType
---@param row table the decoded row
---@return table|nil address, string field
function M.from_row(kind, row)
  local properties = row.properties or {}
  local name = row.display_name or first(properties, P.PidTagDisplayName,
    P.PidTagRecipientDisplayName) or row.simple_display_name
  local smtp = first(properties, P.PidTagSmtpAddress)
  local email = row.email_address or first(properties, P.PidTagEmailAddress)
  local dn = row.x500dn or (email and email:sub(1, 1) == "/" and email)
  if dn == email then email = nil end
  local address = M.address(name, dn and "EX" or "SMTP", email or dn, smtp)
  return address, FIELDS[kind & 0x0f] or "to"
end

local function check(field, address)
  if type(address) ~= "table" or type(address.email) ~= "string" or address.email == "" then
    error_object.invalid("%s: an address needs an email", field)
  end
  local bad = address.email:find "[%c]" or (address.name and address.name:find "[\r\n%z]")
  if bad then
    error_object.invalid("%s: control characters in the address of '%s'", field,
      (address.email:gsub("%c", "?")))
  end
end

---The columns of the rows that `M.rows` makes.
---@return integer[]
function M.columns()
  return { P.PidTagObjectType, P.PidTagDisplayType, P.PidTagSmtpAddress,
    P.PidTagRecipientDisplayName, P.PidTagRecipientEntryId }
end

local MAIL_USER <const> = 6 -- PidTagObjectType

local function row_of(address)
  local name = address.name or address.email
  return { type = "smtp", email_address = address.email, display_name = name,
    simple_display_name = name, properties = {
      [P.PidTagObjectType] = MAIL_USER, [P.PidTagDisplayType] = 0,
      [P.PidTagSmtpAddress] = address.email, [P.PidTagRecipientDisplayName] = name,
      [P.PidTagRecipientEntryId] = M.one_off(address),
    } }
end

---Rows for RopModifyRecipients of the recipients of a message.
---@param fields { to?: table[], cc?: table[], bcc?: table[] }
---@param first_id? integer RowId of the first
---@return table[] rows
function M.rows(fields, first_id)
  local rows = {}
  for _, field in ipairs(FIELDS) do
    for _, address in ipairs(fields[field] or {}) do
      check(field, address)
      rows[#rows + 1] = { row_id = (first_id or 0) + #rows, recipient_type = KINDS[field],
        recipient_row = row_of(address) }
    end
  end
  return rows
end

-- rows of one ROP: 32 KiB of them at 300 bytes, and names may be long
local ROWS_OF_ROP <const> = 40

---Adds ROPs that give a message its recipients.
---@param b satchel.mapi.Batch
---@param on satchel.mapi.Ref
---@param rows table[]
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref[]
function M.apply(b, on, rows, options)
  local refs = {}
  for at = 1, #rows, ROWS_OF_ROP do
    refs[#refs + 1] = b:rop("modify_recipients", { recipient_columns = M.columns(),
      recipient_rows = table.move(rows, at, math.min(at + ROWS_OF_ROP - 1, #rows), 1, {}) },
      on, options)
  end
  return refs
end

M.kinds = KINDS
M.check = check

return M
