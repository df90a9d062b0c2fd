-- Attachments of messages: listed, read, written and removed ([MS-OXCMSG]
-- 2.2.2).  Small contents travel with the message's own batch; large ones and
-- those that come from a file or a function are streamed.

local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local stream = require "satchel.mapi.stream"
local values = require "satchel.mapi.values"

local M = {}

-- data up to this size is written as a property, in the batch of its message
local INLINE <const> = 24 * 1024
local READ_LIMIT <const> = 0x7000
local PREFETCH <const> = 64 * 1024

---Whether an attachment is written with its message and not streamed after it.
---@param spec table
---@return boolean
function M.is_inline(spec)
  return spec.data ~= nil and #spec.data <= INLINE
end

local function values_of(spec, method)
  local list = {}
  local function set(name, value)
    if value ~= nil then list[#list + 1] = { tag = P[name], value = value } end
  end
  set("PidTagAttachMethod", method)
  set("PidTagRenderingPosition", -1)
  set("PidTagAttachLongFilename", spec.name)
  set("PidTagAttachFilename", spec.name)
  set("PidTagDisplayName", spec.name)
  set("PidTagAttachExtension", spec.name and spec.name:match "(%.[^.]*)$")
  if method ~= opened.EMBEDDED then set("PidTagAttachMimeTag", spec.type) end
  set("PidTagAttachContentId", spec.content_id)
  if spec.inline then
    set("PidTagAttachmentHidden", true)
    set("PidTagAttachFlags", 4)
  end
  return list
end

---Adds ROPs that make an attachment of small data.
---@param b satchel.mapi.Batch
---@param message satchel.mapi.Ref
---@param spec table
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref[]
function M.add_inline(b, message, spec, options)
  local saving = { to = message, may_fail = options and options.may_fail }
  local made = b:rop("create_attachment", {}, message, options)
  local list = values_of(spec, opened.BY_VALUE)
  list[#list + 1] = { tag = P.PidTagAttachDataBinary, value = spec.data }
  return { made, b:rop("set_properties", { property_values = list }, made, options),
    b:rop("save_changes_attachment", { save_flags = 0x0a }, made, saving) }
end

-- pieces of an attachment's content, and a function that ends them
local function pieces(spec)
  if spec.data then
    local at = 1
    return function()
      if at > #spec.data then return nil end
      local piece = spec.data:sub(at, at + 0xffff)
      at = at + #piece
      return piece
    end, function() end
  elseif spec.path then
    local file, why = io.open(spec.path, "rb")
    if not file then
      error_object.raise { kind = "not_found", message = "attachment " .. why }
    end
    return function() return file:read(0x10000) end, function() file:close() end
  end
  return spec.source, function() end
end

local function checked(piece, name)
  if type(piece) == "string" then return piece end
  return error_object.invalid("the source of attachment '%s' gave a %s, not text", name or "",
    type(piece))
end

-- carries everything into an open attachment
local function stream_in(driver, object, spec, progress)
  local step, finish = pieces(spec)
  local done <close> = setmetatable({}, { __close = finish })
  local writer <close> = stream.writer(driver.logon, { on = object,
    tag = P.PidTagAttachDataBinary })
  local piece = step()
  while piece and piece ~= "" do
    writer:write(checked(piece, spec.name))
    if progress then progress(writer.position, spec.size) end
    piece = step()
  end
  writer:finish()
  return done
end

local function save(driver, object, message)
  driver:run("attach", "attachment", function(b)
    b:rop("save_changes_attachment", { save_flags = 0x0a }, object, { to = message })
  end)
end

-- a stored item, copied into an open message
local function copy_item(driver, item_id, message)
  driver:run("attach", "item " .. item_id, function(b)
    local source = opened.open(b, item_id)
    b:rop("copy_to", { want_asynchronous = false, want_sub_objects = true, copy_flags = 0,
      excluded_tags = {} }, source, { to = message })
  end)
end

local function add_embedded(driver, attachment, spec)
  local inner
  driver:run("attach", "embedded message", function(b)
    inner = b:rop("open_embedded_message", { code_page_id = 0x0fff, open_mode_flags = 2 },
      attachment, { keep = true })
  end)
  if spec.item.id then
    copy_item(driver, spec.item.id, inner.object)
  else
    require("satchel.mapi.create").fill(driver, inner.object, spec.item)
  end
  driver:run("attach", "embedded message", function(b)
    b:rop("save_changes_message", { save_flags = 0x0a }, inner.object)
  end)
end

---Makes an attachment of an open message by requests of its own.
---@param driver satchel.mapi.Driver
---@param message userdata
---@param spec table
---@param progress? fun(done: integer, total: integer|nil)
function M.add(driver, message, spec, progress)
  local method = spec.item and opened.EMBEDDED or opened.BY_VALUE
  local made
  driver:run("attach", "attachment", function(b)
    made = b:rop("create_attachment", {}, message, { keep = true })
    b:rop("set_properties", { property_values = values_of(spec, method) }, made)
  end)
  if spec.item then
    add_embedded(driver, made.object, spec)
  else
    stream_in(driver, made.object, spec, progress)
  end
  save(driver, made.object, message)
end

-- Readers of content ---------------------------------------------------------

local function whole_reader(data)
  local at = 1
  return {
    read = function(_, n)
      if at > #data then return nil end
      local piece = data:sub(at, n and at + n - 1 or #data)
      at = at + #piece
      return piece
    end,
    close = function() data = "" end,
  }
end

---@class satchel.mapi.Driver
local Driver = {}
M.methods = Driver

---1 round trip.
---@param id string
---@return table[] { num =, name =, size =, type =, inline =, content_id =, embedded = }
function Driver:attachments(id)
  return self:read_item(id, { "attachments" }).attachments
end

local function small_ones(list, num)
  local chosen, size = { num }, 0
  for _, attachment in ipairs(list or {}) do
    local n = attachment.size or PREFETCH
    if attachment.num ~= num and not attachment.embedded and size + n <= PREFETCH then
      size = size + n
      chosen[#chosen + 1] = attachment.num
    end
  end
  return chosen
end

-- asks for one content, and for small ones beside it
local function fetch(self, id, nums)
  local refs = {}
  self:run("attachment", "item " .. id, function(b)
    local message = opened.open(b, id)
    for i, num in ipairs(nums) do
      local try = i > 1 and { may_fail = true } or nil
      local attachment = b:rop("open_attachment", { open_attachment_flags = 0,
        attachment_id = num }, message, try)
      refs[num] = opened.get(b, attachment, { P.PidTagAttachDataBinary }, READ_LIMIT, try)
    end
  end, { safe = true })
  local found = {}
  for num, ref in pairs(refs) do
    local row = ref.result.return_value == 0 and ref.result.row_data
    found[num] = row and values.get(row, P.PidTagAttachDataBinary)
  end
  return found
end

local function stream_of(self, id, num)
  return stream.reader(self.logon, { tag = P.PidTagAttachDataBinary, open = function(b)
    local message = opened.open(b, id)
    return b:rop("open_attachment", { open_attachment_flags = 0, attachment_id = num }, message)
  end })
end

---The content of an attachment.  1 round trip brings it if it is small, and
---with it the other small ones of the item that was read last; a large one is
---streamed.
---@param id string
---@param num integer
---@return table reader { read(self, n), close(self) }
function Driver:open_attachment(id, _, num)
  local ahead = self.ahead
  if ahead and ahead.id == id and ahead.data and ahead.data[num] then
    local data = ahead.data[num]
    ahead.data[num] = nil
    return whole_reader(data)
  end
  local known = ahead and ahead.id == id and ahead.list or nil
  local size
  for _, attachment in ipairs(known or {}) do
    if attachment.num == num then size = attachment.size end
  end
  if size and size > READ_LIMIT + 4096 then return stream_of(self, id, num) end
  local found = fetch(self, id, small_ones(known, num))
  local data = found[num]
  found[num] = nil
  self.ahead = { id = id, list = known, data = found }
  return data and whole_reader(data) or stream_of(self, id, num)
end

---The message in an attachment: 1 round trip.
---@param id string
---@param num integer
---@return table record
function Driver:attachment_item(id, folder_id, num)
  local record = self:read_item(ids.embedded(id, num))
  record.folder_id = folder_id
  return record
end

return M
