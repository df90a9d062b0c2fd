-- What a BODYSTRUCTURE says of a message (RFC 9051 7.5.2): which parts are its text
-- and its HTML, which are attachments, and what it is.  Nothing is fetched for it.
--
-- The body is a list of segments, in order: a part of text, or what a
-- multipart/alternative offers for one place.  Everything else is an attachment.

local core = require "satchel.core"

---@class satchel.imap.Segment
---@field text? table the part of plain text
---@field html? table the part of HTML

---@class satchel.imap.Structure
---@field segments satchel.imap.Segment[]
---@field attachments table[] records, as drivers list them
---@field has_attachments boolean one that is not shown in the text
---@field class string

local M = {}

-- Parameters -------------------------------------------------------------------

local function percent_decoded(text)
  return (text:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- the pieces of a parameter in several, RFC 2231 3 and 4.1: "name*0*", "name*1"
local function continued(params, name)
  local pieces, charset = {}, nil
  for n = 0, 999 do
    local coded, plain = params[name .. "*" .. n .. "*"], params[name .. "*" .. n]
    if not coded and not plain then break end
    if coded and n == 0 then
      charset, coded = coded:match "^([^']*)'[^']*'(.*)$"
      coded = coded or params[name .. "*0*"]
    end
    pieces[#pieces + 1] = coded and percent_decoded(coded) or plain
  end
  return #pieces > 0 and table.concat(pieces) or nil, charset
end

---The value of a parameter in any of its encodings, as UTF-8.
---@param params table<string, string>|nil
---@param name string
---@return string|nil
function M.parameter(params, name)
  if not params then return nil end
  local charset, coded = (params[name .. "*"] or ""):match "^([^']*)'[^']*'(.*)$"
  if coded then return core.mime.to_utf8(percent_decoded(coded), charset) end
  if params[name .. "*"] then return percent_decoded(params[name .. "*"]) end
  local whole, of_pieces = continued(params, name)
  if whole then return core.mime.to_utf8(whole, of_pieces or "utf-8") end
  return params[name] and core.mime.decode_header(params[name])
end

-- Names meet file systems and headers; a line break in one is somebody's trick
local function one_line(text)
  return text and (text:gsub("[%c\127]+", " "))
end

---The name of a part, as its sender wrote it.
---@param node table
---@return string|nil
function M.file_name(node)
  local given = node.disposition
  return one_line(M.parameter(given and given.params, "filename")
    or M.parameter(node.params, "name"))
end

-- Attachments ------------------------------------------------------------------

local as_it_is <const> = { ["7bit"] = true, ["8bit"] = true, binary = true }

local function disposition(node)
  return node.disposition and node.disposition.type and node.disposition.type:lower()
end

local function content_id(node)
  return node.id and node.id:match "^%s*<?(.-)>?%s*$"
end

local function is_message(node)
  return node.type == "message" and (node.subtype == "rfc822" or node.subtype == "global")
    and node.body ~= nil
end

local function decoded_subject(node)
  local subject = node.envelope and node.envelope.subject
  return subject and one_line(core.mime.decode_header(subject))
end

-- a part as drivers list attachments; `related`: it belongs to a page of HTML
local function attachment(node, related)
  local encoding = (node.encoding or "7bit"):lower()
  local embedded, id, shown = is_message(node), content_id(node), disposition(node)
  local name = M.file_name(node)
  if embedded and not name then name = decoded_subject(node) end
  return {
    num = node.part, name = name or "", type = node.type .. "/" .. node.subtype,
    size = (embedded or as_it_is[encoding]) and node.size or nil, stored_size = node.size,
    inline = shown == "inline" and not embedded
      or related and id ~= nil and shown ~= "attachment",
    content_id = id, embedded = embedded, encoding = encoding,
  }
end

-- The walk ---------------------------------------------------------------------

local walk

local function is_text(node, subtype)
  return node.type == "text" and node.subtype == subtype
end

local function is_attached(node)
  return disposition(node) == "attachment"
end

-- the first part of the tree that is text of a kind and no attachment
local function find_text(node, subtype)
  if is_text(node, subtype) then return not is_attached(node) and node or nil end
  if node.type ~= "multipart" then return nil end
  if node.subtype == "related" or node.subtype == "alternative" or node.subtype == "mixed"
    or node.subtype == "signed" then
    for _, child in ipairs(node) do
      local found = find_text(child, subtype)
      if found then return found end
    end
  end
end

-- everything in a tree but the parts of text that were taken
local function attach_rest(node, state, taken, related)
  if node.type == "multipart" then
    local is_related = related or node.subtype == "related"
    for _, child in ipairs(node) do attach_rest(child, state, taken, is_related) end
  elseif not taken[node] then
    state.attachments[#state.attachments + 1] = attachment(node, related)
  end
end

local function alternative(node, state)
  local segment = { text = find_text(node, "plain"), html = find_text(node, "html") }
  local taken = {}
  if segment.text then taken[segment.text] = true end
  if segment.html then taken[segment.html] = true end
  -- another form of the same text is not shown beside it; a calendar or data is
  for _, child in ipairs(node) do
    if child.type == "text" and child.subtype ~= "calendar" and not is_attached(child) then
      taken[child] = true
    end
  end
  if segment.text or segment.html then state.segments[#state.segments + 1] = segment end
  attach_rest(node, state, taken, false)
end

-- RFC 2387 3.2: the root is the first part, or the one that `start` names
local function root_of(node)
  local start = node.params and node.params.start
  for _, child in ipairs(node) do
    if start and child.id == start then return child end
  end
  return node[1]
end

local function related(node, state)
  local root = root_of(node)
  for _, child in ipairs(node) do
    if child == root then
      walk(child, state)
    else
      attach_rest(child, state, {}, true)
    end
  end
end

-- text that is shown where it stands; text with a name is a file unless the message
-- has no other text
local function is_body(node, state)
  if node.type ~= "text" or is_attached(node) then return false end
  if node.subtype ~= "plain" and node.subtype ~= "html" then return false end
  return #state.segments == 0 and disposition(node) == nil or not M.file_name(node)
end

local function leaf(node, state)
  if is_body(node, state) then
    local html = node.subtype == "html"
    state.segments[#state.segments + 1] = { text = not html and node or nil,
      html = html and node or nil }
  else
    state.attachments[#state.attachments + 1] = attachment(node, false)
  end
end

local status <const> = { ["delivery-status"] = true, ["global-delivery-status"] = true,
  ["disposition-notification"] = true, ["global-disposition-notification"] = true }

-- RFC 6522 3: words for people, the report, what it is about
local function report(node, state)
  for _, child in ipairs(node) do
    local is_status = child.type == "message" and status[child.subtype]
    if child.subtype == "rfc822-headers" then
      attach_rest(child, state, {}, false)
    elseif not is_status then
      walk(child, state)
    end
  end
end

function walk(node, state)
  if node.type ~= "multipart" then return leaf(node, state) end
  if node.subtype == "alternative" then return alternative(node, state) end
  if node.subtype == "related" then return related(node, state) end
  if node.subtype == "report" then return report(node, state) end
  for _, child in ipairs(node) do walk(child, state) end
end

-- RFC 3464, RFC 8098
local reports <const> = { ["delivery-status"] = "REPORT.IPM.Note.NDR",
  ["disposition-notification"] = "REPORT.IPM.Note.IPNRN" }

local function is_pkcs7(node, what)
  return node.type == "application" and node.subtype:gsub("^x%-", "") == "pkcs7-" .. what
end

-- as satchel's reader of MIME says it ([MS-OXCMAIL] 2.1.3.2.1)
local function class_of(node)
  if is_pkcs7(node, "mime") then return "IPM.Note.SMIME" end
  if node.type ~= "multipart" then return "IPM.Note" end
  if node.subtype == "signed" and node[1] and is_pkcs7(node[#node], "signature") then
    return "IPM.Note.SMIME.MultipartSigned"
  end
  if node.subtype ~= "report" then return "IPM.Note" end
  local kind = M.parameter(node.params, "report-type")
  return reports[(kind or ""):lower()] or "IPM.Note"
end

-- what a message may be, and what a report
M.classes = { message = { "IPM.Note", "IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned" },
  report = { "REPORT.IPM.Note.NDR", "REPORT.IPM.Note.IPNRN" } }

---@param node table a BODYSTRUCTURE
---@return satchel.imap.Structure
function M.read(node)
  local state = { segments = {}, attachments = {}, class = class_of(node) }
  walk(node, state)
  state.has_attachments = false
  for _, each in ipairs(state.attachments) do
    if not each.inline then state.has_attachments = true end
  end
  return state
end

---The multipart that a part is in; nil where it is all of the message, or in another.
---@param node table
---@param part string
---@return table|nil
function M.parent(node, part)
  for _, child in ipairs(node) do
    if child.type ~= "multipart" and child.part == part then return node end
    local found = M.parent(child, part)
    if found then return found end
  end
end

---The part of a tree with a number.
---@param node table
---@param part string "2.1"
---@return table|nil
function M.find(node, part)
  if node.part == part and node.type ~= "multipart" then return node end
  local inside = node.body and M.find(node.body, part)
  if inside then return inside end
  for _, child in ipairs(node) do
    local found = M.find(child, part)
    if found then return found end
  end
end

return M
