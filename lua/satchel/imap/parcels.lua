-- Messages on their way into a folder: built of drafts, or put together of what is
-- stored already, and read again from the beginning as often as they are sent.

local assembly = require "satchel.imap.assembly"
local error_object = require "satchel.error"
local head = require "satchel.mime.head"
local keywords = require "satchel.imap.keywords"
local mime = require "satchel.mime"
local needs_utf8 = require("satchel.mime.item").needs_utf8
local structure = require "satchel.imap.structure"
local with = require "satchel.with"

---@class satchel.imap.Driver
local Driver = {}

local SMALL <const> = 64 << 10

---@class satchel.imap.Parcel a message to be stored
---@field size integer
---@field read fun(n: integer): string|nil
---@field rewind fun()
---@field flags string[]
---@field date integer|nil
---@field message_id string|nil
---@field is_new boolean|nil no other message has its Message-ID
---@field close fun()
---@field pieces table[]|nil what CATENATE makes it of, in place of read
---@field fill fun()|nil with pieces: from here on it has its bytes in place of them

local function of_body(self, body, flags, date)
  local chunks, piece, from
  local parcel = { size = body.size, flags = flags, date = date, message_id = body.message_id,
    utf8 = body.utf8 and self.conn.enabled["UTF8=ACCEPT"] or nil,
    close = function() body:close() end,
    rewind = function() chunks, piece, from = body:chunks(SMALL), "", 1 end }
  function parcel.read(n)
    while from > #piece do
      piece, from = chunks(), 1
      if not piece then return nil end
    end
    local bytes = piece:sub(from, from + n - 1)
    from = from + #bytes
    return bytes
  end
  parcel.rewind()
  return parcel
end

local function of_assembly(self, made, flags, date)
  local parcel = { size = made.size, flags = flags, date = date, message_id = made.message_id,
    pieces = made:parts(), close = function() made:close() end }
  function parcel.rewind()
    for _, piece in ipairs(parcel.pieces) do
      if piece.rewind then piece.rewind() end
    end
  end
  function parcel.fill()
    made:fill()
    parcel.pieces, parcel.fill = nil, nil
    for name, value in pairs(of_body(self, made, flags, date)) do parcel[name] = value end
  end
  if not self:has "CATENATE" or not made:is_for_server() then parcel.fill() end
  return parcel
end

---A message as something to be stored.
---@param message satchel.mime.Body|satchel.imap.Assembly
---@param flags string[]
---@param date integer|nil INTERNALDATE
---@return satchel.imap.Parcel
function Driver:parcel(message, flags, date)
  return (message.pieces and of_assembly or of_body)(self, message, flags, date)
end

-- Parts that are stored -----------------------------------------------------------

---Where the content of an attachment stands on the server, if a message can be made with
---it there: header and content of the part are taken as they are.
---@param id string
---@param folder_id string
---@param num string
---@return table|nil stored for the writer of MIME, with `references`
function Driver:stored_part(id, folder_id, num)
  if not self:has "CATENATE" or id:find(":", 1, true) then return nil end
  local tree = self:known_tree("read", folder_id, id)
  local node = tree and structure.find(tree, num)
  local parent = node and structure.parent(tree, num)
  -- a part of nothing but itself has no header of its own; in a digest it may have none
  -- (RFC 2046 5.1.5); what is empty may have no end of its header; NUL wants a literal8
  if not parent or parent.subtype == "digest" or (node.size or 0) == 0
    or (node.encoding or ""):lower() == "binary" then
    return nil
  end
  return { id = id, folder_id = folder_id, num = num, size = node.size }
end

-- what reads the content of an attachment of an item
local function source_of(self, copy)
  if not copy.is_of(self) then
    error_object.unsupported "attach: a message in an item of another mailbox"
  end
  local reader
  return function()
    reader = reader or self:open_attachment(copy.id, copy.folder_id, copy.num)
    return reader:read(SMALL)
  end
end

-- content that is in an item of this session, where it stands or read from there
local function with_sources(self, list, references)
  local specs = {}
  for i, spec in ipairs(list or {}) do
    specs[i] = spec
    local copy = not spec.data and spec.copy
    if copy then
      local source = spec.source or source_of(self, copy)
      local stored = references and copy.is_of(self)
        and self:stored_part(copy.id, copy.folder_id, copy.num)
      specs[i] = setmetatable({ stored = stored or nil, source = source }, { __index = spec })
    end
  end
  return specs
end

-- the pieces of a stored item that is attached
local function opener(self)
  return function(spec)
    local reader = self:mime(spec.item.id, spec.item.folder_id)
    return function() return reader:read(SMALL) end
  end
end

---Attachments whose content is in items of this session, with functions that read it.
---@param list table[]|nil
---@return table[]
function Driver:attachment_sources(list)
  return with_sources(self, list)
end

---The pieces of a stored item that is attached.
---@return fun(spec: table): fun(): string|nil
function Driver:item_opener()
  return opener(self)
end

-- Building ------------------------------------------------------------------------

---The message of a draft, with what it has of stored items.  With `references` parts that
---are stored are left out: body.holes says where they belong.
---@param draft table
---@param opts table of mime.build
---@return satchel.mime.Body
function Driver:build(draft, opts)
  opts.open, opts.domain = opener(self), head.domain(self.user)
  local copy = with(draft)
  copy.attachments = with_sources(self, draft.attachments, opts.references)
  copy.categories = nil -- they are keywords of the stored item, and change there
  return mime.build(copy, opts)
end

---The parcel of a draft.
---@param draft table
---@return satchel.imap.Parcel
function Driver:parcel_of(draft)
  if draft.class and draft.class ~= "IPM.Note" then
    error_object.unsupported("create: IMAP keeps no class of items ('%s')", draft.class)
  end
  local utf8 = needs_utf8(draft)
  local body = self:build(draft, { bcc = true, utf8 = utf8, references = not utf8,
    date = draft.sent or draft.received or os.time(), received = draft.received })
  local made = body
  if #body.holes > 0 then
    made = assembly.new(self, assembly.around(body, 0, ""), { message_id = body.message_id,
      spool = body.spool })
  end
  local parcel = self:parcel(made, keywords.of_draft(draft), draft.received)
  parcel.is_new = draft.message_id == nil
  return parcel
end

return Driver
