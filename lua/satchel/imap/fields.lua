-- Fields of items as IMAP has them: what a FETCH has to ask for so that a record
-- can be made of the answer (satchel.imap.records makes it).  A field that is not
-- here does not exist on IMAP and is nil.

local M = {}

-- field -> what it is read from
local SOURCES <const> = {
  subject = "envelope", from = "envelope", sender = "envelope", to = "envelope",
  cc = "envelope", bcc = "envelope", reply_to = "envelope", sent = "envelope",
  message_id = "envelope", in_reply_to = "envelope",
  unread = "flags", flagged = "flags", answered = "flags", draft = "flags",
  categories = "flags", received = "date", size = "size",
  kind = "structure", class = "structure", has_attachments = "structure",
  attachments = "structure", text = "body", html = "body",
  importance = "lines", sensitivity = "lines", references = "lines", headers = "header",
  created = "saved", modified = "saved", conversation_id = "thread",
}
M.sources = SOURCES

-- headers that no ENVELOPE has
M.header_names = { importance = { "IMPORTANCE", "X-PRIORITY", "PRIORITY", "X-MSMAIL-PRIORITY" },
  sensitivity = { "SENSITIVITY" }, references = { "REFERENCES" } }

local NAMED <const> = { "importance", "sensitivity", "references" }

local function header_fields(wanted)
  local names = {}
  for _, field in ipairs(NAMED) do
    if wanted[field] then
      for _, name in ipairs(M.header_names[field]) do names[#names + 1] = name end
    end
  end
  return ("BODY.PEEK[HEADER.FIELDS (%s)]"):format(table.concat(names, " "))
end

-- what asks for a source; nil where the server has none of it
local ITEMS <const> = {
  { "flags", function() return "FLAGS" end },
  { "date", function() return "INTERNALDATE" end },
  { "size", function() return "RFC822.SIZE" end },
  { "envelope", function() return "ENVELOPE" end },
  { "structure", function() return "BODYSTRUCTURE" end },
  { "lines", function(_, wanted) return header_fields(wanted) end },
  { "header", function() return "BODY.PEEK[HEADER]" end },
  { "saved", function(has) return has "SAVEDATE" and "SAVEDATE" or nil end },
  { "thread", function(has)
    return has "OBJECTID" and "THREADID" or has "X-GM-EXT-1" and "X-GM-THRID" or nil
  end },
}

---@class satchel.imap.Wanted what a list of fields needs
---@field items string|nil what FETCH asks for beside the UID; nil: nothing
---@field sources table<string, boolean>
---@field fields table<string, boolean>
---@field bodies boolean whether parts of the text have to be fetched, too

---@param names string[] fields; others than those of IMAP are left out
---@param has fun(capability: string): boolean
---@return satchel.imap.Wanted
function M.wanted(names, has)
  local sources, fields = {}, {}
  for _, name in ipairs(names) do
    if SOURCES[name] then fields[name], sources[SOURCES[name]] = true, true end
  end
  if sources.body then sources.structure = true end
  local items = {}
  for _, row in ipairs(ITEMS) do
    local text = sources[row[1]] and row[2](has, fields)
    items[#items + 1] = text or nil
  end
  return { items = #items > 0 and table.concat(items, " ") or nil, sources = sources,
    fields = fields, bodies = sources.body == true }
end

-- what asks for text of the message
local of_content <const> = { envelope = true, structure = true, lines = true, header = true }

---What asks for that which is no text of the message, of what is wanted.
---@param wanted satchel.imap.Wanted
---@param has fun(capability: string): boolean
---@return string items
function M.plain(wanted, has)
  local items = {}
  for _, row in ipairs(ITEMS) do
    local source = row[1]
    local text = wanted.sources[source] and not of_content[source] and row[2](has, wanted.fields)
    items[#items + 1] = text or nil
  end
  return #items > 0 and table.concat(items, " ") or "FLAGS"
end

local every

---Every field that IMAP has.
---@return string[]
function M.all()
  if not every then
    every = {}
    for name in pairs(SOURCES) do every[#every + 1] = name end
    table.sort(every)
  end
  return every
end

return M
