-- Attachments of messages: listed, read, written and removed ([MS-OXCMSG]
-- 2.2.2).  Small contents travel with the message's own batch; large ones and
-- those that come from a file or a function are streamed.

local changes = require "satchel.mapi.changes"
local error_object = require "satchel.error"
local ids = require "satchel.mapi.ids"
local opened = require "satchel.mapi.opened"
local P = require "satchel.mapi.props"
local stream = require "satchel.mapi.stream"
local values = require "satchel.mapi.values"

local M = {}

-- data up to this size is written in the batch of its message
local BATCHED <const> = 256 * 1024
local READ_LIMIT <const> = 0x7000
-- by the server's count, which has some properties in it, too
local SMALL <const> = READ_LIMIT + 4096
local PREFETCH <const> = 64 * 1024

-- a small file is read at once, so that it travels with its message
local function load_small(spec)
  local file, why = io.open(spec.path, "rb")
  if not file then
    error_object.raise { kind = "not_found", message = "attachment " .. why }
  end
  local data = file:read(BATCHED + 1) or ""
  file:close()
  if #data <= BATCHED then spec.data = data end
end

---Settles how each attachment of a new message is going to be written: what is
---in an item of the same mailbox is copied by the server.
---@param driver satchel.mapi.Driver
---@param list? table[] specs
function M.prepare(driver, list)
  for _, spec in ipairs(list or {}) do
    if spec.path and not spec.data then load_small(spec) end
    if spec.copy and not spec.copy.is_of(driver) then
      if not spec.source then
        error_object.unsupported "attach: a message in an item of another mailbox"
      end
      spec.copy = nil
    end
  end
end

---Whether an attachment is written with its message and not streamed after it.
---@param spec table
---@return boolean
function M.is_inline(spec)
  if spec.item then return spec.item.id ~= nil end
  return spec.copy ~= nil or spec.data ~= nil and #spec.data <= BATCHED
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

-- stored items that a batch reads from, opened once
local sources <const> = setmetatable({}, { __mode = "k" })

local function source_of(b, id, options)
  sources[b] = sources[b] or {}
  sources[b][id] = sources[b][id] or opened.open(b, id, options)
  return sources[b][id]
end

local function copy_to(b, from, to, excluded, options)
  return b:rop("copy_to", { want_asynchronous = false, want_sub_objects = true, copy_flags = 0,
    excluded_tags = excluded }, from, { to = to, may_fail = options and options.may_fail })
end

local contents <const> = {}

-- another attachment, copied on the server
function contents.copy(b, made, spec, options)
  local from = b:rop("open_attachment", { open_attachment_flags = 0,
    attachment_id = spec.copy.num }, source_of(b, spec.copy.id, options), options)
  return { from, copy_to(b, from, made,
    { P.PidTagAttachNumber, P.PidTagRecordKey }, options) }
end

-- a stored item
function contents.item(b, made, spec, options)
  local refs = { b:rop("set_properties", { property_values = values_of(spec, opened.EMBEDDED) },
    made, options) }
  local inner = b:rop("open_embedded_message", { code_page_id = 0x0fff, open_mode_flags = 2 },
    made, options)
  refs[2] = inner
  refs[3] = copy_to(b, source_of(b, spec.item.id, options), inner, {}, options)
  refs[4] = b:rop("save_changes_message", { save_flags = 0x0a }, inner,
    { to = made, may_fail = options and options.may_fail })
  return refs
end

function contents.data(b, made, spec, options)
  local out = changes.new()
  for _, entry in ipairs(values_of(spec, opened.BY_VALUE)) do out:set(entry.tag, entry.value) end
  out:set(P.PidTagAttachDataBinary, spec.data)
  return out:apply(b, made, options)
end

---Adds ROPs that make an attachment.
---@param b satchel.mapi.Batch
---@param message satchel.mapi.Ref
---@param spec table
---@param options? satchel.mapi.RopOptions
---@return satchel.mapi.Ref[]
function M.add_inline(b, message, spec, options)
  local made = b:rop("create_attachment", {}, message, options)
  local content = spec.copy and "copy" or spec.item and "item" or "data"
  local refs = contents[content](b, made, spec, options)
  table.insert(refs, 1, made)
  refs[#refs + 1] = b:rop("save_changes_attachment", { save_flags = 0x0a }, made,
    { to = message, may_fail = options and options.may_fail })
  return refs
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

-- carries everything into an open attachment
local function stream_in(driver, object, spec, progress)
  local step, finish = pieces(spec)
  local done <close> = setmetatable({}, { __close = finish })
  local writer <close> = stream.writer(driver.logon, { on = object,
    tag = P.PidTagAttachDataBinary })
  local piece = step()
  while piece and piece ~= "" do
    writer:write(piece)
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
    size = #data,
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
---@return table[] { num =, name =, stored_size =, type =, inline =, content_id =, embedded = }
function Driver:attachments(id)
  return self:read_item(id, { "attachments" }).attachments
end

-- about how many bytes: what the server counts has properties in it, too
local function estimate(attachment)
  return attachment.size or attachment.stored_size or PREFETCH
end

-- those whose content comes at once, `first` always; and all others
local function split_small(list, first)
  local small, large, size = { first }, {}, 0
  for _, attachment in ipairs(list or {}) do
    local n = estimate(attachment)
    if attachment.num == first then
      size = size + n
    elseif not attachment.embedded and size + n <= PREFETCH and n <= SMALL then
      size = size + n
      small[#small + 1] = attachment.num
    else
      large[#large + 1] = attachment.num
    end
  end
  return small, large
end

local TRY <const> = { may_fail = true }

-- asks for some contents, and how long others are; `first` has to be there
local function ask(b, id, first, small, large)
  local data, streams, message = {}, {}, opened.open(b, id)
  local function open(num)
    local try = num ~= first and TRY or nil
    return b:rop("open_attachment", { open_attachment_flags = 0, attachment_id = num }, message,
      try), try
  end
  for _, num in ipairs(small) do
    local attachment, try = open(num)
    data[num] = opened.get(b, attachment, { P.PidTagAttachDataBinary }, READ_LIMIT, try)
  end
  for _, num in ipairs(large) do
    streams[num] = b:rop("open_stream", { property_tag = P.PidTagAttachDataBinary,
      open_mode_flags = 0 }, (open(num)), TRY)
  end
  return data, streams
end

-- the contents that came, and the sizes of all that were asked for
local function fetch(self, id, first, small, large)
  local data, streams
  self:run("attachment", "item " .. id, function(b)
    data, streams = ask(b, id, first, small, large)
  end, { safe = true })
  local found, sizes = {}, {}
  for num, ref in pairs(data) do
    local row = ref.result.return_value == 0 and ref.result.row_data
    found[num] = row and values.get(row, P.PidTagAttachDataBinary) or nil
    sizes[num] = found[num] and #found[num]
  end
  for num, ref in pairs(streams) do sizes[num] = ref.result.stream_size end
  return found, sizes
end

-- what has been read of the attachments of an item, if it was the last one
local function ahead_of(self, id)
  if not self.ahead or self.ahead.id ~= id then self.ahead = { id = id } end
  local ahead = self.ahead
  ahead.data, ahead.sizes = ahead.data or {}, ahead.sizes or {}
  return ahead
end

local function keep(ahead, found, sizes)
  for num, data in pairs(found) do ahead.data[num] = data end
  for num, size in pairs(sizes) do ahead.sizes[num] = size end
end

---The bytes of the contents of all attachments of an item: 1 round trip, which
---brings the small ones with it.
---@param id string
---@param list table[] as `attachments` gave it
---@return table<integer, integer> sizes by number; absent for what has no bytes
function Driver:attachment_sizes(id, _, list)
  local ahead, unknown = ahead_of(self, id), {}
  for _, attachment in ipairs(list) do
    if not attachment.embedded and not ahead.sizes[attachment.num] then
      unknown[#unknown + 1] = attachment
    end
  end
  if #unknown > 0 then
    local small, large = split_small(unknown)
    keep(ahead, fetch(self, id, nil, small, large))
  end
  return ahead.sizes
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
---@return table reader { size =, read(self, n), close(self) }
function Driver:open_attachment(id, _, num)
  local ahead = ahead_of(self, id)
  local data = ahead.data[num]
  ahead.data[num] = nil
  if data then return whole_reader(data) end
  local estimated = ahead.sizes[num]
  for _, attachment in ipairs(ahead.list or {}) do
    if attachment.num == num then estimated = estimated or estimate(attachment) end
  end
  if estimated and estimated > SMALL then return stream_of(self, id, num) end
  local small = split_small(ahead.list, num)
  keep(ahead, fetch(self, id, num, small, {}))
  data = ahead.data[num]
  ahead.data[num] = nil
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
