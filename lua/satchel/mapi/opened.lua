-- Reads fields out of stored items: opens them, takes the properties, the
-- recipients and the list of attachments in one request for all, and streams
-- what is too large for a row in further ones.

local bodies = require "satchel.mapi.bodies"
local core = require "satchel.core"
local fields = require "satchel.mapi.fields"
local ids = require "satchel.mapi.ids"
local P = require "satchel.mapi.props"
local recipients = require "satchel.mapi.recipients"
local stream = require "satchel.mapi.stream"
local values = require "satchel.mapi.values"

local M = {}

local LARGEST <const> = 0x7000 -- of one value in an answer; longer ones are streamed
local SMALL <const> = 0x2000
local BY_VALUE <const>, EMBEDDED <const>, OLE <const> = 1, 5, 6
local MHTML_REF <const> = 0x04

---Adds ROPs that open an item, or a message inside one.
---@param b satchel.mapi.Batch
---@param id string
---@param options? satchel.mapi.RopOptions
---@param writable? boolean
---@return satchel.mapi.Ref message, satchel.mapi.Ref[] chain outer ones first, each behind its
---  attachment
function M.open(b, id, options, writable)
  local fid, mid, path = ids.parse_item(id)
  local mode = writable and 3 or 0
  local on = b:rop("open_message", { code_page_id = 0x0fff, folder_id = fid,
    open_mode_flags = mode, message_id = mid }, nil, options)
  local chain = { on }
  for _, num in ipairs(path) do
    local attachment = b:rop("open_attachment", { open_attachment_flags = mode,
      attachment_id = num }, on, options)
    on = b:rop("open_embedded_message", { code_page_id = 0x0fff, open_mode_flags = mode },
      attachment, options)
    chain[#chain + 1] = attachment
    chain[#chain + 1] = on
  end
  return on, chain
end

---Adds a ROP that reads properties.
---@param b satchel.mapi.Batch
---@param on any
---@param tags integer[]
---@param limit integer
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref
function M.get(b, on, tags, limit, options)
  return b:rop("get_properties_specific", { property_size_limit = limit, want_unicode = true,
    property_tags = tags }, on, options)
end

local function attachment_columns()
  return { P.PidTagAttachNumber, P.PidTagAttachLongFilename, P.PidTagAttachFilename,
    P.PidTagDisplayName, P.PidTagAttachSize, P.PidTagAttachMimeTag, P.PidTagAttachmentHidden,
    P.PidTagAttachContentId, P.PidTagAttachMethod, P.PidTagAttachFlags }
end

local function attachment_of(row)
  local function get(name) return (values.get(row, P[name])) end
  local method, flags = get "PidTagAttachMethod", get "PidTagAttachFlags" or 0
  local embedded = method == EMBEDDED
  return {
    num = get "PidTagAttachNumber", embedded = embedded,
    name = get "PidTagAttachLongFilename" or get "PidTagAttachFilename"
      or get "PidTagDisplayName",
    -- what the server counts has the properties in it: no size of a content
    size = embedded and get "PidTagAttachSize" or nil, stored_size = get "PidTagAttachSize",
    content_id = get "PidTagAttachContentId",
    type = embedded and "message/rfc822" or get "PidTagAttachMimeTag",
    inline = get "PidTagAttachmentHidden" or flags & MHTML_REF ~= 0, method = method,
  }
end

-- what has to be asked for, to give some fields
local function needs(logon, names)
  local want = { names = names, big = {} }
  local keys = fields.keys(names)
  local tags = P.tags(logon, keys)
  want.tag_by_key, want.tags = {}, {}
  for i, key in ipairs(keys) do
    want.tag_by_key[key] = tags[i] or nil
    if tags[i] == P.PidTagTransportMessageHeaders then
      want.big[#want.big + 1] = { tags[i], LARGEST }
    elseif tags[i] then
      want.tags[#want.tags + 1] = tags[i]
    end
  end
  for _, name in ipairs(names) do
    local field = fields.find(name)
    if field and field.from then want[field.from] = true end
    want[name] = true
  end
  if want.bodies then
    want.big[#want.big + 1] = { P.PidTagBody, LARGEST }
    want.big[#want.big + 1] = { P.PidTagHtml, LARGEST }
    want.big[#want.big + 1] = { P.PidTagRtfCompressed, want.rtf and LARGEST or SMALL }
    want.tags[#want.tags + 1] = P.PidTagInternetCodepage
    want.tags[#want.tags + 1] = P.PidTagNativeBody
  end
  want.tags[#want.tags + 1] = P.PidTagMessageClass
  return want
end

local function ask(b, id, want)
  local try = { may_fail = true }
  local asked = { id = id, big = {} }
  asked.open, asked.chain = M.open(b, id, try)
  asked.main = M.get(b, asked.open, want.tags, 0, try)
  for i, one in ipairs(want.big) do
    asked.big[i] = M.get(b, asked.open, { one[1] }, one[2], try)
  end
  if want.attachments then
    local tab = b:rop("get_attachment_table", { table_flags = 0 }, asked.open, try)
    b:rop("set_columns", { set_columns_flags = 0, property_tags = attachment_columns() }, tab, try)
    asked.attachments = b:rop("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 0x7fff }, tab, try)
  end
  return asked
end

local function failure(ref)
  local code = ref.result and ref.result.return_value or 0
  return code ~= 0 and code & 0xffff0000 ~= 0x00040000 and ref or nil
end

---The whole of a value by its stream.
---@param driver satchel.mapi.Driver
---@param id string
---@param tag integer
---@return string
function M.stream(driver, id, tag)
  local reader <close> = stream.reader(driver.logon, {
    open = function(b) return (M.open(b, id)) end, tag = tag })
  local parts = {}
  for bytes in reader:chunks() do parts[#parts + 1] = bytes end
  local bytes = table.concat(parts)
  -- QUIRKS 11: some servers stream the terminator of a text, too
  return tag & 0xffff == 0x001f and (core.text.utf8(bytes):gsub("\0+$", "")) or bytes
end

-- values that an answer left out for their size, each by a stream
local function big_values(driver, asked, want)
  local raw = {}
  for i, one in ipairs(want.big) do
    local tag, ref = one[1], asked.big[i]
    local row = not failure(ref) and ref.result.row_data or {}
    local value = values.get(row, tag)
    local large = value == nil and (values.is_large(row, tag) or failure(ref))
    local wanted = tag ~= P.PidTagRtfCompressed or want.rtf
      or not raw[P.PidTagHtml] and (want.html or not raw[P.PidTagBody])
    if large and wanted then value = M.stream(driver, asked.id, tag) end
    raw[tag] = value
  end
  return raw
end

-- recipients that did not fit in the answer to opening
local function more_recipients(driver, id, have)
  local ref
  driver:run("recipients", "item " .. id, function(b)
    ref = b:rop("read_recipients", { row_id = #have }, (M.open(b, id)))
  end)
  return ref.result.recipient_rows
end

local function all_recipients(driver, asked)
  local result = asked.open.result
  local rows = table.move(result.recipient_rows or {}, 1, #(result.recipient_rows or {}), 1, {})
  while #rows < (result.recipient_count or 0) do
    local more = more_recipients(driver, asked.id, rows)
    if #more == 0 then break end
    table.move(more, 1, #more, #rows + 1, rows)
  end
  local lists = { to = {}, cc = {}, bcc = {} }
  for _, row in ipairs(rows) do
    local address, field = recipients.from_row(row.recipient_type, row.recipient_row)
    if address then table.insert(lists[field], address) end
  end
  return lists
end

local function attachments_of(asked)
  local list = {}
  for i, row in ipairs(asked.attachments.result.row_data or {}) do list[i] = attachment_of(row) end
  return list
end

local function finish(driver, asked, want)
  for _, ref in ipairs(asked.chain) do
    if failure(ref) then return nil, ref.result end
  end
  if failure(asked.main) then return nil, asked.main.result end
  local row, record = asked.main.result.row_data, { id = asked.id }
  local raw = big_values(driver, asked, want)
  for _, tag in ipairs { P.PidTagInternetCodepage, P.PidTagNativeBody } do
    raw[tag] = values.get(row, tag)
  end
  for tag, value in pairs(raw) do row[tag] = value end
  record.class = values.get(row, P.PidTagMessageClass)
  record.kind = require("satchel.kind").of_class(record.class)
  fields.read(record, want.names, row, function(key) return want.tag_by_key[key] end)
  if want.recipients then
    for name, list in pairs(all_recipients(driver, asked)) do
      if want[name] then record[name] = list end
    end
  end
  if want.bodies then
    for name, value in pairs(bodies.read(raw)) do
      if want[name] or name == "native_body" then record[name] = value end
    end
  end
  if want.attachments then record.attachments = attachments_of(asked) end
  return record
end

---Reads fields of several items: 1 round trip for small ones.
---@param driver satchel.mapi.Driver
---@param list string[] ids
---@param names string[] fields
---@param before? fun(b: satchel.mapi.Batch) adds what is to be done first
---@return table[] records, table<integer, table> failed answers by place in the list
function M.read(driver, list, names, before, once)
  local want = needs(driver.logon, names)
  local all, records, failed = {}, {}, {}
  driver:run("read", #list == 1 and "item " .. list[1] or "items", function(b)
    if before then before(b) end
    for i, id in ipairs(list) do all[i] = ask(b, id, want) end
  end, { safe = not once })
  for i, asked in ipairs(all) do
    records[i], failed[i] = finish(driver, asked, want)
  end
  return records, failed
end

M.BY_VALUE, M.EMBEDDED, M.OLE = BY_VALUE, EMBEDDED, OLE

return M
