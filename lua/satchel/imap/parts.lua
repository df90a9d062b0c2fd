-- Parts of stored messages: attachments listed by BODYSTRUCTURE and read in pieces,
-- decoded while they come; the next piece is on its way while one is looked at.

local core = require "satchel.core"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local fields = require "satchel.imap.fields"
local ids = require "satchel.imap.ids"
local structure = require "satchel.imap.structure"

---@class satchel.imap.Driver
local Driver = {}

local PIECE <const> = 1 << 20

-- Readers -------------------------------------------------------------------------

---@class satchel.imap.Reader the content of a section, in pieces
---@field size integer|nil bytes, if known
local Reader = {}
Reader.__index = Reader

-- the one section of an answer, whatever the server calls it; of a part without
-- content it may say NIL (QUIRKS 34)
local function content(response)
  if not response then return nil end
  local _, bytes = next(response.sections or {})
  return bytes or ""
end

-- puts the request for the next piece in flight
local function ask(self)
  local into = {}
  local items = ("BODY.PEEK[%s]<%d.%d>"):format(self.section, self.at, PIECE)
  local commands = fetch.commands({ self.uid }, items, into)
  self.ahead = { into = into, started = self.driver:start_in_folder(self.folder_id, commands),
    items = items }
end

-- the next piece as it came; nil at the end
local function receive(self)
  if self.ended then return nil end
  if not self.ahead then ask(self) end
  local ahead = self.ahead
  self.ahead = nil
  if not self.driver:finish_in_folder(ahead.started, self.validity) then
    ahead.into = fetch.responses(self.driver, "read", self.folder_id, { self.uid }, ahead.items,
      { uidvalidity = self.validity, item = self.id })
  end
  local bytes = content(ahead.into[self.uid])
  if not bytes then
    error_object.raise(fetch.absent(self.driver, "read", self.id, ahead.into))
  end
  self.at = self.at + #bytes
  if #bytes < PIECE or self.at == self.stored then
    self.ended = true
  else
    ask(self)
  end
  return bytes
end

-- the next decoded bytes; nil at the end
local function decoded(self)
  while not self.finished do
    local bytes = receive(self)
    local out = bytes or ""
    if self.decoder then
      out = bytes and self.decoder:feed(bytes) or self.decoder:finish() or ""
    end
    self.finished = bytes == nil
    if #out > 0 then return out end
  end
end

---At most n bytes; nil at the end.
---@param n integer
---@return string|nil
function Reader:read(n)
  while not self.piece or self.from > #self.piece do
    self.piece, self.from = decoded(self), 1
    if not self.piece then return nil end
  end
  local bytes = self.piece:sub(self.from, self.from + n - 1)
  self.from = self.from + #bytes
  return bytes
end

function Reader:close()
  if self.ahead then self.driver.conn:forget(self.ahead.started) end
  self.ahead, self.ended, self.finished, self.piece = nil, true, true, nil
end

local plain <const> = { ["7bit"] = true, ["8bit"] = true, binary = true }

-- a section of a message; `node`: the part, for its encoding
local function reader(self, folder_id, id, section, node)
  local validity, uid = ids.parse(id)
  local encoding = (node and node.encoding or "binary"):lower()
  return setmetatable({ driver = self, folder_id = folder_id, id = id, uid = uid,
    validity = validity, section = section, at = 0, stored = node and node.size,
    size = plain[encoding] and node and node.size or nil,
    decoder = not plain[encoding] and core.mime.decoder(encoding) or nil }, Reader)
end

-- A small part at once, decoded by the server (RFC 3516 4.2); nil where it cannot.
local function read_binary(self, folder_id, id, node)
  local encoding = (node.encoding or "7bit"):lower()
  if plain[encoding] or not self:has "BINARY" or (node.size or PIECE) >= PIECE then return nil end
  local validity, uid = ids.parse(id)
  local into = {}
  local commands = fetch.commands({ uid }, "BINARY.PEEK[" .. node.part .. "]", into)
  local done = self:in_folder("read", folder_id, commands, { uidvalidity = validity, item = id })
  return not done[1].error and content(into[uid]) or nil
end

-- Verbs ---------------------------------------------------------------------------

-- the body whose parts an item has; nil where the server cannot write it
local function body_of(self, op, folder_id, id)
  local _, _, part = ids.parse(id)
  if part then return self:embedded_node(op, folder_id, id).body end
  return (self:known_tree(op, folder_id, id))
end

---The attachments of an item: 1 round trip, none if it was just read.
---@param id string
---@param folder_id string
---@return table[]
function Driver:attachments(id, folder_id)
  local body = body_of(self, "attachments", folder_id, id)
  if not body then return self:own_attachments("attachments", folder_id, id) end
  return structure.read(body).attachments
end

local function part_of(self, folder_id, id, num)
  local node = structure.find(self:tree_of("read", folder_id, id), num)
  if node then return node end
  return error_object.raise { kind = "not_found",
    message = ("read: item %s has no part %s"):format(id, tostring(num)) }
end

---The content of an attachment: 1 round trip for each MiB, and the next one is asked for
---before it is needed.
---@param id string
---@param folder_id string
---@param num string number of its part
---@return satchel.imap.Reader
function Driver:open_attachment(id, folder_id, num)
  local _ <close> = self.conn:enter()
  local node = part_of(self, folder_id, id, num)
  local one = reader(self, folder_id, id, num, node)
  local bytes = read_binary(self, folder_id, id, node)
  if bytes then one.piece, one.from, one.finished, one.size = bytes, 1, true, #bytes end
  return one
end

---A message in an attachment, read by its parts: 1 round trip, none if the item was just
---read and nothing but its structure tells it.
---@param id string
---@param folder_id string
---@param num string
---@return table record
function Driver:attachment_item(id, folder_id, num)
  local inner, names = ids.embedded(id, num), {}
  for _, name in ipairs(fields.all()) do
    local source = fields.sources[name]
    if source == "envelope" or source == "structure" or source == "flags" or source == "size" then
      names[#names + 1] = name
    end
  end
  return self:read("item", folder_id, inner, names)
end

-- Sizes ---------------------------------------------------------------------------

-- base64 in lines of one length (RFC 2045 6.8): its beginning and its end tell how
-- much it is; nil where that is not sure
local function size_by_ends(head, tail, stored)
  local line = head:match "^([%w+/]+)\r\n"
  local last = tail:gsub("\r\n$", ""):match "([%w+/=]*)$"
  if stored <= #head then
    local all = head:gsub("%s+", "")
    return #all % 4 == 0 and #all // 4 * 3 - #all:match "=*$" or nil
  end
  if not line or #line % 4 ~= 0 then return nil end
  local ending = tail:sub(-2) == "\r\n" and 2 or 0
  local lines, rest = (stored - ending) // (#line + 2), (stored - ending) % (#line + 2)
  if rest ~= #last and not (rest == 0 and #last == #line) then
    if not (#last == #line and rest == #line) then return nil end
  end
  local chars = lines * #line + (rest == 0 and 0 or rest)
  return chars % 4 == 0 and chars // 4 * 3 - #last:match "=*$" or nil
end

local ENDS <const> = 1200

local function count_all(self, folder_id, id, node)
  local one, n = reader(self, folder_id, id, node.part, node), 0
  for piece in function() return one:read(PIECE) end do n = n + #piece end
  return n
end

-- by the server (RFC 3516 4.3); it refuses all if it cannot decode one
local function binary_sizes(self, folder_id, id, list, sizes)
  local validity, uid = ids.parse(id)
  local items, into = {}, {}
  for i, record in ipairs(list) do items[i] = "BINARY.SIZE[" .. record.num .. "]" end
  local done = self:in_folder("read", folder_id, fetch.commands({ uid },
    table.concat(items, " "), into), { uidvalidity = validity, item = id })
  local found = into[uid] and into[uid].binary_sizes
  if done[1].error or not found then return false end
  for _, record in ipairs(list) do
    sizes[record.num] = found[record.num] or found["BINARY.SIZE[" .. record.num .. "]"]
  end
  return true
end

-- by the beginnings and ends of what is base64; what is left is read
local function sizes_by_ends(self, folder_id, id, list, sizes)
  local validity, uid = ids.parse(id)
  local items, into = {}, {}
  for _, record in ipairs(list) do
    local from = math.max((record.stored_size or 0) - ENDS, 0)
    items[#items + 1] = ("BODY.PEEK[%s]<0.%d>"):format(record.num, ENDS)
    items[#items + 1] = ("BODY.PEEK[%s]<%d.%d>"):format(record.num, from, ENDS)
  end
  for i = 1, #items, 2 do -- one answer has one piece of a section
    for n = 0, 1 do
      local piece = {}
      into[i + n] = piece
      items[i + n] = fetch.commands({ uid }, items[i + n], piece)[1]
    end
  end
  self:check("read", folder_id, self:in_folder("read", folder_id, items,
    { uidvalidity = validity, item = id }))
  for i, record in ipairs(list) do
    local head, tail = content(into[2 * i - 1][uid]), content(into[2 * i][uid])
    local size = head and tail and record.encoding == "base64"
      and size_by_ends(head, tail, record.stored_size)
    sizes[record.num] = size or count_all(self, folder_id, id,
      part_of(self, folder_id, id, record.num))
  end
end

---The bytes of the contents of attachments, of those whose list does not tell them: 1
---round trip.
---@param id string
---@param folder_id string
---@param list table[] records
---@return table<string, integer> sizes by num
function Driver:attachment_sizes(id, folder_id, list)
  local unknown, sizes = {}, {}
  for _, record in ipairs(list) do
    if not record.size then unknown[#unknown + 1] = record end
  end
  if #unknown == 0 then return sizes end
  local _ <close> = self.conn:enter()
  if not (self:has "BINARY" and binary_sizes(self, folder_id, id, unknown, sizes)) then
    sizes_by_ends(self, folder_id, id, unknown, sizes)
  end
  return sizes
end

-- Whole messages ------------------------------------------------------------------

---A section of a message as it is stored, its header too: 1 round trip for each MiB.
---@param id string
---@param folder_id string
---@param section string "2", "2.MIME", "TEXT"
---@return satchel.imap.Reader
function Driver:section(id, folder_id, section)
  return reader(self, folder_id, id, section)
end

---The message as it is stored: 1 round trip for each MiB.
---@param id string
---@param folder_id string
---@return satchel.imap.Reader
function Driver:mime(id, folder_id)
  local _, _, part = ids.parse(id)
  local node = part and self:embedded_node("mime", folder_id, id)
  return reader(self, folder_id, id, part or "", node)
end

return Driver
