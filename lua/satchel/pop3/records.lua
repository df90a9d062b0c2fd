-- Item records of messages, as far as what was read of them tells.

local fields = require "satchel.pop3.fields"
local message = require "satchel.pop3.message"
local mime = require "satchel.mime"

local M = {}

local function base(mailbox, id, number)
  local record = { id = id, folder_id = "INBOX", size = mailbox.sizes[number] }
  for name, value in pairs(fields.always) do record[name] = value end
  return record
end

-- What a header tells of attachments: a tree of mixed parts has some, other types
-- are one text in several forms. All of the message tells for sure.
local function has_attachments(header)
  local text = ("\n" .. header):gsub("\r\n", "\n"):lower()
  local kind = text:match "\ncontent%-type[ \t]*:%s*([%w/+.-]*)" or ""
  return kind == "multipart/mixed" or kind:find "^application/" ~= nil
    or kind:find "^image/" ~= nil or kind:find "^audio/" ~= nil or kind:find "^video/" ~= nil
end

-- what a header cannot tell
local of_body <const> = { text = true, html = true, attachments = true, size = true,
  has_attachments = true }

local function add_fields(record, found)
  for name, value in pairs(found) do
    if record[name] == nil then record[name] = value end
  end
  record.received = record.received or record.sent
end

local function of_header(header)
  local parsed <close> = message.parse_header(header)
  return mime.fields(parsed)
end

local function add_header(record, header)
  local found = of_header(header)
  for name in pairs(of_body) do found[name] = nil end
  add_fields(record, found)
  record.has_attachments = has_attachments(header)
end

---Adds what all of a message tells.
---@param driver satchel.pop3.Driver
---@param record table with its id
---@return table record
function M.add_whole(driver, record)
  local found = mime.fields(driver.messages:parsed(record.id))
  -- what it is, it is by its header, whether or not all of it was read
  local by_header = of_header(found.headers or "")
  found.class, found.kind = by_header.class, by_header.kind
  add_fields(record, found)
  return record
end

local function numbers_of(mailbox, ids)
  local numbers = {}
  for _, id in ipairs(ids) do numbers[#numbers + 1] = mailbox:number(id) end
  return numbers
end

-- the headers that were asked for before, or those that are asked for now; then the
-- next ones are asked for
local function headers_of(mailbox, numbers, reading)
  local ahead = reading and reading.ahead
  local headers
  if ahead and ahead.done and ahead.generation == mailbox.generation then
    headers = ahead.headers
  else
    headers = mailbox:headers(numbers)
  end
  if reading then
    reading.ahead = reading.next and mailbox:headers_ahead(numbers_of(mailbox, reading.next))
  end
  return headers
end

local function read_headers(driver, ids, reading)
  return driver:on_mailbox(function(mailbox)
    local list, numbers = {}, numbers_of(mailbox, ids)
    local headers = headers_of(mailbox, numbers, reading)
    for _, number in ipairs(numbers) do
      if headers[number] then
        local record = base(mailbox, mailbox.ids[number], number)
        list[#list + 1] = { record = record, header = headers[number] }
      end
    end
    return list
  end)
end

---Records of messages that are still there, in the order of their ids.
---@param driver satchel.pop3.Driver
---@param ids string[]
---@param cost "nothing"|"header"|"body" what of them is read
---@param reading? { ahead: table|nil, next: string[]|nil } what was asked ahead for these, and
---what is to be asked ahead for the next
---@return table[]
function M.read(driver, ids, cost, reading)
  local list = {}
  if cost == "header" then
    for i, each in ipairs(read_headers(driver, ids, reading)) do
      add_header(each.record, each.header)
      list[i] = each.record
    end
    return list
  end
  driver:on_mailbox(function(mailbox)
    for _, id in ipairs(ids) do
      local number = mailbox:number(id)
      if number then list[#list + 1] = base(mailbox, id, number) end
    end
  end)
  if cost == "body" then
    for _, record in ipairs(list) do M.add_whole(driver, record) end
  end
  return list
end

---A record as clauses judge it: references are several ids there.
---@param record table
---@return table
function M.judged(record)
  if type(record.references) ~= "string" then return record end
  local list = {}
  for id in record.references:gmatch "%S+" do list[#list + 1] = id end
  return setmetatable({ references = list }, { __index = record })
end

local kept <const> = { id = true, folder_id = true, class = true, kind = true }

---A record with the columns that were asked for.
---@param record table
---@param columns string[]
---@return table
function M.trimmed(record, columns)
  local out = {}
  for name in pairs(kept) do out[name] = record[name] end
  for _, name in ipairs(columns) do out[name] = record[name] end
  return out
end

return M
