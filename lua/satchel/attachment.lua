-- Attachments.  The content is read when asked for, in pieces; names are made
-- safe before they meet the file system.

local error_object = require "satchel.error"
local file = require "satchel.file"
local iterator = require "satchel.iterator"
local media_type = require "satchel.media_type"
local nearest = require "satchel.nearest"
local options = require "satchel.options"
local safe_name = require "satchel.safe_name"

---@class satchel.Attachment
---@field name string as the sender wrote it; empty where there is none
---@field size integer bytes of the content; of a message, as the server counts them
---@field type string media type; by the name where the sender gave none
---@field inline boolean shown in the text
---@field content_id? string what the text calls it by, without angle brackets
local Attachment = { __name = "satchel.Attachment" }
local methods = {}

local M = { methods = methods }

local fields <const> = { name = true, size = true, type = true, inline = true,
  content_id = true }
M.fields = fields

-- what it is by its name, where the sender did not say
local function type_of(record)
  if record.embedded then return "message/rfc822" end
  return record.type or media_type.of(record.name)
end

-- The bytes of the content.  Where the list of attachments does not tell them,
-- those of all of an item are asked for at once.
local function size_of(state)
  local record, store = state.record, state.item._.store
  if record.size or record.data then return record.size or #record.data end
  local sizes = store and store:driver().attachment_sizes
    and store:call("attachment_sizes", state.item.id, state.item._.record.folder_id, state.list)
  for _, other in ipairs(sizes and state.list or {}) do
    other.size = other.size or sizes[other.num] or other.stored_size
  end
  return record.size
end

function Attachment:__index(key)
  if methods[key] then return methods[key] end
  if key == "size" then return size_of(rawget(self, "_")) end
  if key == "type" then return type_of(rawget(self, "_").record) end
  if key == "name" then return rawget(self, "_").record.name or "" end
  if fields[key] then return rawget(self, "_").record[key] end
  if type(key) ~= "string" then return nil end
  return error_object.invalid("an attachment has no '%s'%s", key,
    nearest.among(key, fields, methods))
end

function Attachment.__newindex(_, key)
  error_object.invalid("'%s' of an attachment is not assigned", tostring(key))
end

-- what is known now, by name; nothing is read for it
function Attachment:__pairs()
  local record, known = self._.record, {}
  for name in pairs(fields) do known[name] = record[name] end
  known.name, known.type = self.name, self.type
  return next, known, nil
end

function Attachment:__tostring()
  local record = self._.record
  local size = record.size or record.data and #record.data
  return ('attachment "%s" (%s%s)'):format(record.name or "",
    size and size .. " bytes, " or "", type_of(record))
end

---@param item satchel.Item
---@param records table[]
---@return satchel.Attachment[]
function M.wrap_list(item, records)
  local list = {}
  for i, record in ipairs(records) do
    list[i] = setmetatable({ _ = { item = item, record = record, list = records } }, Attachment)
  end
  return list
end

---@param value any
---@return boolean
function M.is(value)
  return getmetatable(value) == Attachment
end

---@param state table of an attachment that is a message
---@return satchel.Item
function M.message_of(state)
  local item, record = state.item, state.record
  local store = item._.store
  if record.message then
    return require("satchel.item").new(nil, require("satchel.mime").record(record.message()))
  end
  local inner = store:call("attachment_item", item.id, item._.record.folder_id, record.num)
  return require("satchel.item").new(inner.id and store or nil, inner)
end

-- a message in a message, on a server that keeps neither as it came
local function is_made_of_fields(state)
  local store = state.item._.store
  return state.record.embedded and not state.record.message and store
    and not store:driver().mime
end

-- a function that gives the next piece of at most n bytes, and one that ends it
local function pieces(state, n)
  if state.record.data then
    local data, at = state.record.data, 1
    return function()
      if at > #data then return nil end
      local piece = data:sub(at, at + n - 1)
      at = at + #piece
      return piece
    end, function() end
  end
  local item = state.item
  if is_made_of_fields(state) then
    return require("satchel.mime.item").pieces(M.message_of(state)), function() end
  end
  local reader = state.record.open and state.record.open()
    or item._.store:call("open_attachment", item.id, item._.record.folder_id, state.record.num)
  state.record.size = state.record.size or reader.size
  return function()
    local piece, err = reader:read(n)
    if err then error_object.raise(err) end
    return piece ~= "" and piece or nil
  end, function() reader:close() end
end

local default_piece <const> = 65536

---The content in pieces.
---@param n? integer bytes of a piece at most; default 65536
---@return satchel.Iterator
function methods:chunks(n)
  n = n or default_piece
  if options.argument("chunks", "the size", n, "integer") < 1 then
    error_object.invalid("chunks: a piece of %d bytes is none", n)
  end
  local step, finish
  return iterator.new(function()
    if not step then step, finish = pieces(self._, n) end
    return step()
  end, function()
    if finish then finish() end
  end)
end

---The whole content.
---@return string
function methods:read()
  local parts = {}
  for piece in self:chunks() do parts[#parts + 1] = piece end
  return table.concat(parts)
end

local save_rows <const> = { overwrite = { type = "boolean", default = false },
  progress = { type = "callable" } }

---Writes the content to a file.  In a folder the file gets the attachment's name,
---made safe, with a number if that exists; a path to a file that exists is refused.
---@param path string a folder that exists (or ends in '/'), or a file
---@param opts? { overwrite: boolean, progress: fun(done: integer, total: integer) }
---@return string path of the file
function methods:save(path, opts)
  options.argument("save", "the path", path, "string")
  local checked, record = options.check("save", opts, save_rows), self._.record
  local destination = safe_name.destination(path, record.name, checked.overwrite)
  local function other() -- somebody was faster
    local next_path = safe_name.destination(path, record.name)
    return next_path ~= destination and next_path or nil
  end
  local done, chunks <close> = 0, self:chunks()
  return file.write(destination, function()
    local piece = chunks()
    if piece and checked.progress then
      done = done + #piece
      checked.progress(done, record.size)
    end
    return piece
  end, { overwrite = checked.overwrite, other = other })
end

---The message in an attachment that is one.
---@return satchel.Item
function methods:item()
  local record = self._.record
  if not record.embedded then
    error_object.invalid("item: attachment '%s' is not a message", record.name or "")
  end
  return M.message_of(self._)
end

---Removes the attachment from the stored item, at once.
function methods:delete()
  local item = self._.item
  require("satchel.item").edit_attachments(item._,
    { add = {}, remove = { self._.record.num } }, "delete")
end

return M
