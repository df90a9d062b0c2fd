-- Records of items out of what FETCH answered: face fields with face values.

local core = require "satchel.core"
local headers = require "satchel.headers"
local ids = require "satchel.imap.ids"
local keywords = require "satchel.imap.keywords"
local structure = require "satchel.imap.structure"

local mime_date <const>, find <const> = core.mime.date, string.find

local M = {}

-- Addresses ----------------------------------------------------------------------

-- what servers write for a part of an address that is not there: QUIRKS 43
local missing <const> = { MISSING_DOMAIN = true, MISSING_MAILBOX = true,
  [".MISSING-HOST-NAME."] = true, [".SYNTAX-ERROR."] = true, ["syntax.error"] = true,
  unspecified = true, ["unspecified-domain"] = true }

local function given(text)
  if not text or text == "" or missing[text] then return nil end
  return text
end

-- most text is what it looks like
local function decoded(text)
  if not find(text, "[\128-\255\r\n=]") then return text end
  return (core.mime.decode_header(text):gsub("%s*[\r\n]+%s*", " "))
end

local function address(entry)
  local name, user, host = entry.name, given(entry.mailbox), given(entry.host)
  local email = user and host and user .. "@" .. host
  if name == "" then name = nil end
  if name then name = decoded(name) end
  if not email and not name then name = user or host end
  if not email and not name then return nil end
  return { name = name, email = email }
end

---The addresses of an ENVELOPE; those in groups are there, the groups' names not
---(RFC 9051 7.5.2: a group begins and ends with an entry without a host).
---@param list table[]|nil
---@return table[]
function M.addresses(list)
  local found = {}
  for _, entry in ipairs(list or found) do
    if entry.host then found[#found + 1] = address(entry) end
  end
  return found
end

local function first_address(list)
  local first = list and list[1]
  if not first then return nil end
  return first.host and address(first) or M.addresses(list)[1]
end

local function same(a, b)
  if #a ~= #b then return false end
  for i in ipairs(a) do
    if a[i].email ~= b[i].email or not a[i].email then return false end
  end
  return true
end

-- Envelope -----------------------------------------------------------------------

local function trimmed(text)
  text = text and text:match "^%s*(.-)%s*$"
  return text ~= "" and text or nil
end

local of_envelope = {}

function of_envelope.subject(e)
  return e.subject and decoded(e.subject)
end

function of_envelope.from(e) return first_address(e.from) end
function of_envelope.sender(e) return first_address(e.sender) end
function of_envelope.to(e) return M.addresses(e.to) end
function of_envelope.cc(e) return M.addresses(e.cc) end
function of_envelope.bcc(e) return M.addresses(e.bcc) end
function of_envelope.sent(e) return e.date and mime_date(e.date) end
function of_envelope.message_id(e) return trimmed(e.message_id) end
function of_envelope.in_reply_to(e) return trimmed(e.in_reply_to) end

-- an ENVELOPE says Reply-To is From where there is none (RFC 9051 7.5.2)
function of_envelope.reply_to(e)
  local list = M.addresses(e.reply_to)
  return same(list, M.addresses(e.from)) and {} or list
end

-- Flags --------------------------------------------------------------------------

local BACKSLASH <const> = 92

-- fields by their flags, as most servers write these, and in lower case
local field_of <const> = {}
for name, row in pairs(keywords.flags) do
  field_of[row.flag], field_of[row.flag:lower()] = name, name
end

-- without any flag
local plain <const> = { unread = true, flagged = false, answered = false, draft = false }

local function add_flags(record, flags, wanted)
  for name, value in pairs(plain) do
    if wanted[name] then record[name] = value end
  end
  for _, flag in ipairs(flags) do
    if flag:byte() == BACKSLASH then
      local name = field_of[flag] or field_of[flag:lower()]
      if wanted[name] then record[name] = not plain[name] end
    end
  end
  if wanted.categories then record.categories = keywords.categories(flags) end
end

-- Lines of the header ------------------------------------------------------------

local priorities <const> = { ["1"] = "high", ["2"] = "high", ["4"] = "low", ["5"] = "low",
  high = "high", low = "low", urgent = "high", ["non-urgent"] = "low" }

local sensitivities <const> = { personal = "personal", private = "private",
  ["company-confidential"] = "confidential", confidential = "confidential" }

local function word(text)
  return (text or ""):match "^%s*([%w-]*)":lower()
end

---@param lines satchel.Headers
---@return string "low", "normal" or "high"
function M.importance(lines)
  for _, name in ipairs { "Importance", "X-Priority", "Priority", "X-MSMail-Priority" } do
    if lines[name] then return priorities[word(lines[name])] or "normal" end
  end
  return "normal"
end

---@param lines satchel.Headers
---@return string
function M.sensitivity(lines)
  return sensitivities[word(lines["Sensitivity"])] or "normal"
end

local function add_lines(record, text, wanted)
  local lines = headers.parse(text or "")
  if wanted.importance then record.importance = M.importance(lines) end
  if wanted.sensitivity then record.sensitivity = M.sensitivity(lines) end
  if wanted.references then record.references = trimmed(lines["References"]) end
end

local function section(response, prefix)
  for name, text in pairs(response.sections or {}) do
    if name:sub(1, #prefix) == prefix then return text end
  end
end

-- Structure ----------------------------------------------------------------------

local function add_structure(record, node, wanted)
  local found = structure.read(node)
  record.class = found.class
  record.kind = found.class:find "^REPORT" and "report" or "message"
  if wanted.has_attachments then record.has_attachments = found.has_attachments end
  if wanted.attachments then record.attachments = found.attachments end
  return found
end

-- fields and how they are read of an ENVELOPE, of those that are wanted
local function envelope_readers(wanted)
  local list = {}
  for name, read in pairs(of_envelope) do
    if wanted.fields[name] then list[#list + 1] = { name, read } end
  end
  wanted.readers = list
  return list
end

---@param response table of FETCH
---@param wanted satchel.imap.Wanted
---@param place { folder_id: string, uidvalidity: integer }
---@return table record
---@return satchel.imap.Structure|nil
function M.new(response, wanted, place)
  local fields, found = wanted.fields, nil
  local record = { id = ids.item(place.uidvalidity, response.uid), folder_id = place.folder_id }
  if response.envelope and wanted.sources.envelope then
    local envelope = response.envelope
    for _, row in ipairs(wanted.readers or envelope_readers(wanted)) do
      record[row[1]] = row[2](envelope)
    end
  end
  if response.flags and wanted.sources.flags then add_flags(record, response.flags, fields) end
  if fields.received then record.received = response.internaldate end
  if fields.size then record.size = response.size end
  if wanted.sources.lines then
    add_lines(record, section(response, "BODY[HEADER.FIELDS"), fields)
  end
  if fields.headers then record.headers = section(response, "BODY[HEADER]") end
  if fields.modified then record.modified = response.savedate end
  if fields.created then record.created = response.savedate end
  if fields.conversation_id then
    record.conversation_id = response.threadid or response.gm and response.gm.thrid
  end
  if response.bodystructure and wanted.sources.structure then
    found = add_structure(record, response.bodystructure, fields)
  end
  return record, found
end

---Adds what another answer says of the same message: a server may say it in parts
---(RFC 9051 7.5.2).
---@param known table response of FETCH
---@param more table
---@return table known
function M.merge(known, more)
  for key, value in pairs(more) do
    if key == "sections" or key == "origins" then
      known[key] = known[key] or {}
      for name, text in pairs(value) do known[key][name] = text end
    else
      known[key] = value
    end
  end
  return known
end

return M
