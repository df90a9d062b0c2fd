-- The fields of items and the properties behind them: one row per field says
-- which properties it is read from, how it is written, what a restriction
-- compares and what a table is sorted by.  Nothing else knows both names.
--
-- A row: tags  canonical names (or keys of named properties) it is read from
--        read  function(get) -> value; get(i) is the i-th property
--        of    the same of the value of the only property it is read from
--        write function(out, value, tag): out:set(tag, v), out:remove(tag)
--        type  how `where` compares it (restrict.lua)
--        sort  index in tags of what a table is sorted by, or a property's name;
--              `upside_down` where that sorts the other way
--        wide  longer than a table shows; read from the opened item only
--        from  "recipients" | "bodies" | "attachments": not a property alone

local kind = require "satchel.kind"
local recipients = require "satchel.mapi.recipients"
local values = require "satchel.mapi.values"

local M = {}

local READ <const> = 0x01
local UNSENT <const> = 0x08

local function first(get)
  return get(1)
end

-- a field that is made of one value
local function made(field, of)
  field.of = of
  field.read = function(get) return of(get(1)) end
  return field
end

local function same(value) return value end

local function set_first(out, value, tag)
  out:set(tag(1), value)
end

local function text(name, options)
  local field = { tags = { name }, type = "text", sort = 1, read = first, of = same,
    write = set_first }
  for k, v in pairs(options or {}) do field[k] = v end
  return field
end

local function time(name, read_only)
  return made({ tags = { name }, type = "time", sort = 1,
    write = not read_only and function(out, value, tag)
      out:set(tag(1), values.filetime(value))
    end or nil }, values.seconds)
end

local function choice(name, list, default)
  local numbers = {}
  for i, choice_name in pairs(list) do numbers[choice_name] = i end
  return made({ tags = { name }, type = "choice", sort = 1, choices = numbers, default = default,
    write = function(out, value, tag) out:set(tag(1), numbers[value]) end },
    function(number) return list[number] or default end)
end

-- who a message is from; a prefix of four or five properties
local function person(prefix, sort)
  local names = { prefix .. "Name", prefix .. "AddressType", prefix .. "EmailAddress",
    prefix .. "SmtpAddress", prefix .. "EntryId", prefix .. "SearchKey" }
  return { tags = names, read_tags = 4, type = "person", sort = sort,
    read = function(get)
      return recipients.address(get(1), get(2), get(3), get(4))
    end,
    write = function(out, value, tag)
      local name = value.name or value.email
      local email = value.email or ""
      out:set(tag(1), name)
      out:set(tag(2), "SMTP")
      out:set(tag(3), email)
      out:set(tag(4), email)
      out:set(tag(5), recipients.one_off(value))
      out:set(tag(6), ("SMTP:" .. email):upper() .. "\0")
    end }
end

local function flag_bit(bit, set_means, sort)
  return made({ tags = { "PidTagMessageFlags" }, type = "bit", bit = bit,
    set_means = set_means, sort = sort, upside_down = sort and not set_means },
    function(flags) return flags and (flags & bit ~= 0) == set_means end)
end

-- what people wrote last to a message: PidTagLastVerbExecuted [MS-OXOMSG] 2.2.1.35
local ANSWERS <const> = { [102] = true, [103] = true }

local fields = {
  subject = text "PidTagSubject",
  from = person("PidTagSentRepresenting", 1),
  sender = person("PidTagSender", 1),
  to = { from = "recipients", type = "recipients", kind = 1, sort = "PidTagDisplayTo" },
  cc = { from = "recipients", type = "recipients", kind = 2, sort = "PidTagDisplayCc" },
  bcc = { from = "recipients", type = "recipients", kind = 3, sort = "PidTagDisplayBcc" },
  reply_to = {
    tags = { "PidTagReplyRecipientEntries", "PidTagReplyRecipientNames" }, wide = true,
    read_tags = 1,
    read = function(get)
      return get(1) and recipients.from_flat_list(get(1)) or {}
    end,
    write = function(out, list, tag)
      if list.email then list = { list } end
      local names = {}
      for i, address in ipairs(list) do names[i] = address.name or address.email end
      out:set(tag(1), recipients.flat_list(list))
      out:set(tag(2), table.concat(names, ";"))
    end,
  },
  sent = time "PidTagClientSubmitTime",
  received = time "PidTagMessageDeliveryTime",
  created = time("PidTagCreationTime", true),
  modified = time("PidTagLastModificationTime", true),
  text = { from = "bodies", type = "body" },
  html = { from = "bodies" },
  rtf = { from = "bodies" },
  headers = { tags = { "PidTagTransportMessageHeaders" }, wide = true, type = "text",
    read = first },
  message_id = text "PidTagInternetMessageId",
  in_reply_to = text "PidTagInReplyToId",
  references = {
    tags = { "PidTagInternetReferences" }, wide = true, type = "references", read = first,
    write = function(out, value, tag)
      if type(value) == "table" then value = table.concat(value, " ") end
      out:set(tag(1), value)
    end,
  },
  importance = choice("PidTagImportance", { [0] = "low", "normal", "high" }, "normal"),
  sensitivity = choice("PidTagSensitivity",
    { [0] = "normal", "personal", "private", "confidential" }, "normal"),
  answered = {
    tags = { "PidTagLastVerbExecuted", "PidTagIconIndex" }, type = "answered",
    read = function(get) return ANSWERS[get(1)] or false end,
    write = function(out, value, tag)
      if value then
        out:set(tag(1), 102)
        out:set(tag(2), 0x105)
      else
        out:remove(tag(1))
        out:remove(tag(2))
      end
    end,
  },
  flagged = made({
    tags = { "PidTagFlagStatus", "PidTagFollowupIcon" }, type = "flagged", read_tags = 1, sort = 1,
    write = function(out, value, tag)
      if value then
        out:set(tag(1), 2)
        out:set(tag(2), 6)
      else
        out:remove(tag(1))
        out:remove(tag(2))
      end
    end,
  }, function(status) return status == 2 end),
  unread = flag_bit(READ, false, "PidTagRead"),
  draft = flag_bit(UNSENT, true),
  categories = {
    tags = { "PidNameKeywords" }, type = "list",
    read = function(get) return get(1) or {} end,
    write = function(out, list, tag)
      if #list > 0 then out:set(tag(1), list) else out:remove(tag(1)) end
    end,
  },
  size = { tags = { "PidTagMessageSize" }, type = "number", sort = 1, read = first, of = same },
  class = text "PidTagMessageClass",
  kind = {
    tags = { "PidTagMessageClass" }, type = "kind",
    read = function(get) return kind.of_class(get(1)) end,
  },
  conversation_id = {
    -- [MS-OXOMSG] 2.2.1.3: the index has the id behind its first six bytes
    tags = { "PidTagConversationId", "PidTagConversationIndex" }, type = "conversation",
    read = function(get)
      local id = get(1) or get(2) and #get(2) >= 22 and get(2):sub(7, 22)
      return id and values.hex(id) or nil
    end,
  },
  has_attachments = {
    tags = { "PidTagHasAttachments" }, type = "boolean", sort = 1,
    read = function(get) return get(1) or false end,
  },
  attachments = { from = "attachments" },
}

M.message = fields
M.READ, M.UNSENT = READ, UNSENT

---The row of a field.
---@param name string
---@return table|nil
function M.find(name)
  return fields[name]
end

---The keys of all properties behind fields, each once.
---@return (string|table)[]
function M.every_key()
  local keys, seen = {}, {}
  for _, field in pairs(fields) do
    for _, key in ipairs(field.tags or {}) do
      if not seen[key] then keys[#keys + 1] = key end
      seen[key] = true
    end
  end
  return keys
end

---The keys of the properties that fields are read from, each once.
---@param list string[] names of fields
---@param in_table? boolean only what a table shows whole
---@return (string|table)[]
function M.keys(list, in_table)
  local keys, seen = {}, {}
  for _, name in ipairs(list) do
    local field = fields[name]
    if field and field.tags and not (in_table and field.wide) then
      for i = 1, field.read_tags or #field.tags do
        local key = field.tags[i]
        if not seen[key] then
          seen[key] = true
          keys[#keys + 1] = key
        end
      end
    end
  end
  return keys
end

---What a table is sorted by for a field.
---@param name string
---@param tag_of fun(key: any): integer|nil
---@return integer|nil tag, boolean|nil upside_down
function M.sort_tag(name, tag_of)
  local field = fields[name]
  if not field or not field.sort then return nil end
  local key = type(field.sort) == "string" and field.sort or field.tags[field.sort]
  return tag_of(key), field.upside_down
end

-- one field of a row; `place` holds the row that is being read
local function reader_of(name, field, tag_of, place)
  local tags, get <const> = {}, values.get
  for i, key in ipairs(field.tags) do tags[i] = tag_of(key) or false end
  local function read(i)
    local tag = tags[i]
    if not tag then return nil end
    local value = place.row[tag]
    if value ~= nil then return value end
    return (get(place.row, tag))
  end
  return { name = name, read = field.read, of = tags[1] and field.of, tag = tags[1], get = read }
end

---A function that reads fields out of one row after another into records.
---@param list string[] names of fields; those that are no properties are passed over
---@param tag_of fun(key: any): integer|nil
---@return fun(record: table, row: table)
function M.reader(list, tag_of)
  local readers, place <const> = {}, {}
  for _, name in ipairs(list) do
    local field = fields[name]
    if field and field.tags then
      readers[#readers + 1] = reader_of(name, field, tag_of, place)
    end
  end
  return function(record, row)
    place.row = row
    for i = 1, #readers do
      local reader = readers[i]
      local value, of <const> = row[reader.tag], reader.of
      if of and value ~= nil then
        record[reader.name] = of(value)
      else
        record[reader.name] = reader.read(reader.get)
      end
    end
  end
end

---Reads fields out of a row into a record.
---@param record table
---@param list string[] names of fields; those that are no properties are passed over
---@param row table keyed by tag
---@param tag_of fun(key: any): integer|nil
---@return table record
function M.read(record, list, row, tag_of)
  M.reader(list, tag_of)(record, row)
  return record
end

return M
