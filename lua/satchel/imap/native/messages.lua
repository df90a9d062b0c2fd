-- session.imap: messages by their UIDs: fetch, store, copy, move, expunge.

local core = require "satchel.core"
local error_object = require "satchel.error"
local iterator = require "satchel.iterator"
local mailbox = require "satchel.imap.mailbox"
local reader = require "satchel.imap.reader"
local searching = require "satchel.imap.searching"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

-- items of FETCH that belong to extensions (RFC 3516, 8970, 7162, 8474, 8514)
local needs <const> = {
  { "^BINARY", "BINARY" }, { "^PREVIEW", "PREVIEW" }, { "^MODSEQ", "CONDSTORE" },
  { "^EMAILID", "OBJECTID" }, { "^THREADID", "OBJECTID" }, { "^SAVEDATE", "SAVEDATE" },
  { "^X%-GM%-", "X-GM-EXT-1" },
}

local function check_item(conn, item)
  local name = words.raw(item, "an item of fetch"):upper()
  for _, row in ipairs(needs) do
    if name:find(row[1]) then conn:need("fetch", row[2]) end
  end
  return item
end

local function items_of(conn, items)
  if type(items) == "string" then
    words.raw(items, "the items of fetch")
    local inner = items:match "^%((.*)%)$" or items
    for item in inner:gmatch "%S+" do check_item(conn, item) end
    return items:find "^%(" and items or items:find " " and "(" .. items .. ")" or items
  elseif type(items) ~= "table" or not items[1] then
    error_object.invalid "fetch: the items are text or a list of texts"
  end
  local list = {}
  for i, item in ipairs(items) do list[i] = check_item(conn, item) end
  return "(" .. table.concat(list, " ") .. ")"
end


local function uids_of(conn, name, set)
  if type(set) == "table" then return set end
  if math.type(set) == "integer" then return { set } end
  local text = words.set(set)
  -- of a range the server knows which are there
  if not text:find "[*$:]" then return core.imap.ids(text) end
  return searching.ids(conn, name, text == "$" and "$" or "UID " .. text)
end

local function modifiers(conn, options)
  local list = {}
  if options.changedsince then
    conn:need("fetch", "CONDSTORE")
    list[1] = ("CHANGEDSINCE %d"):format(options.changedsince)
  end
  if options.vanished then
    conn:need("fetch", "QRESYNC")
    list[#list + 1] = "VANISHED"
  end
  if options.partial then
    conn:need("fetch", "PARTIAL")
    list[#list + 1] = "PARTIAL " .. words.set(options.partial)
  end
  return list[1] and "(" .. table.concat(list, " ") .. ")"
end

---@class satchel.imap.FetchOptions
---@field changedsince? integer mod-sequence (RFC 7162 3.1.4.1)
---@field vanished? boolean with changedsince: UIDs that are gone come as `vanished`
---@field partial? string "1:100": so many of them (RFC 9394 3.3)
---@field window? integer messages asked for at once

-- what must be one command: its answer is whole before the loop begins
local function fetch_at_once(self, name, set, items, suffix)
  local conn, list = self.connection, {}
  local _ <close> = conn:enter()
  conn:select(name, { readonly = true })
  conn:run({ "UID FETCH ", words.set(set), " ", items, " ", suffix }, {
    broken = function(r) list[#list + 1] = r end,
    on = function(r)
      if r.type == "fetch" and r.uid or r.type == "vanished" then list[#list + 1] = r end
    end,
    reset = function() list = {} end,
  })
  return iterator.over(list)
end

---Messages one by one, read ahead. BODY.PEEK[] leaves \Seen alone, BODY[] sets it
---where the mailbox is selected for writing. With options the modifiers of FETCH. A
---response that breaks the grammar comes as one of type "broken", with `error`, `raw`, and
---what can be read of it.
---@param folder satchel.Folder|string
---@param set string|integer|integer[] UIDs
---@param items string|string[] "FLAGS ENVELOPE", { "BODY.PEEK[]", "PREVIEW" }
---@param options? satchel.imap.FetchOptions
---@return fun(): satchel.imap.Response|nil
function Native:fetch(folder, set, items, options)
  local conn, name = self.connection, mailbox.name(folder)
  options = options or {}
  items = items_of(conn, items)
  local suffix = modifiers(conn, options)
  if suffix then return fetch_at_once(self, name, set, items, suffix) end
  local one = reader.open(conn, name, uids_of(conn, name, set), items,
    { window = options.window })
  return iterator.new(function() return one:next() end, function() one:close() end)
end

---@class satchel.imap.StoreOptions
---@field unchangedsince? integer mod-sequence (RFC 7162 3.1.3)
---@field silent? boolean no FETCH responses are wanted; default true

local function labels(list)
  local parts = { "(" }
  for i, label in ipairs(list) do
    words.add(parts, i > 1 and " " or "", label:find "^\\" and words.atom(label, "label")
      or words.string(core.imap.utf7(label), "a label"))
  end
  return table.unpack(words.add(parts, ")"))
end

local function check_store(conn, action)
  local sign, what = tostring(action):upper():match "^([+-]?)([%u%d-]+)$"
  if what ~= "FLAGS" and what ~= "X-GM-LABELS" then
    error_object.invalid("store: '%s' is neither FLAGS nor X-GM-LABELS, with + or - before it",
      tostring(action))
  end
  if what == "X-GM-LABELS" then conn:need("store", "X-GM-EXT-1") end
  return sign .. what, what
end

---Sets ("FLAGS"), adds ("+FLAGS") or removes ("-FLAGS") flags, or labels of Gmail
---("+X-GM-LABELS").
---@param folder satchel.Folder|string
---@param set string|integer|integer[] UIDs
---@param action string
---@param flags string|string[] { "\\Seen", "$Junk" }
---@param options? satchel.imap.StoreOptions
---@return { modified: integer[], fetched: satchel.imap.Response[] } modified: those that
---were changed by somebody else since, and left alone
function Native:store(folder, set, action, flags, options)
  local conn, name = self.connection, mailbox.name(folder)
  local item, what = check_store(conn, action)
  options = options or {}
  if options.unchangedsince then conn:need("store", "CONDSTORE") end
  if type(flags) == "string" then flags = { flags } end
  local fetched, commands, result = {}, {}, { modified = {} }
  for i, chunk in ipairs(words.chunks(set)) do
    commands[i] = words.add({ "UID STORE ", chunk,
      options.unchangedsince and (" (UNCHANGEDSINCE %d) "):format(options.unchangedsince) or " ",
      item, options.silent == false and " " or ".SILENT " },
      what == "FLAGS" and words.flags(flags) or labels(flags))
    commands[i].on = function(r) if r.type == "fetch" then fetched[#fetched + 1] = r end end
    commands[i].broken = function(r) fetched[#fetched + 1] = r end
    commands[i].reset = function() end
  end
  local _ <close> = conn:enter()
  conn:select(name)
  for _, done in ipairs(conn:pipeline(commands, true)) do
    if done.code and done.code.name == "MODIFIED" then
      local ids = core.imap.ids(done.code.uids)
      table.move(ids, 1, #ids, #result.modified + 1, result.modified)
    end
  end
  result.fetched = fetched
  return result
end

-- COPYUID: { uidvalidity =, from =, to = } with lists that match (RFC 4315 3)
local function copied(result, code)
  if not code or code.name ~= "COPYUID" or not code.from then return end
  local from, to = core.imap.ids(code.from), core.imap.ids(code.to)
  result.uidvalidity = code.uidvalidity
  table.move(from, 1, #from, #result.from + 1, result.from)
  table.move(to, 1, #to, #result.to + 1, result.to)
end

local function transfer(self, verb, folder, set, target)
  local conn, result, commands = self.connection, { from = {}, to = {} }, {}
  -- what "*" is may have changed when the command arrives
  if type(set) == "string" and set:find("*", 1, true) then
    set = uids_of(conn, mailbox.name(folder), set)
    if not set[1] then return result end
  end
  local function on(r) copied(result, r.code) end
  for i, chunk in ipairs(words.chunks(set)) do
    commands[i] = { "UID " .. verb .. " ", chunk, " ",
      words.mailbox(conn, mailbox.name(target)), on = on }
  end
  local _ <close> = conn:enter()
  conn:select(mailbox.name(folder), { readonly = verb == "COPY" })
  for _, done in ipairs(conn:pipeline(commands, true)) do copied(result, done.code) end
  return result
end

---Copies messages (RFC 9051 6.4.7).
---@param folder satchel.Folder|string
---@param set string|integer|integer[] UIDs
---@param target satchel.Folder|string
---@return { uidvalidity: integer, from: integer[], to: integer[] } where UIDPLUS is offered
function Native:copy(folder, set, target)
  return transfer(self, "COPY", folder, set, target)
end

---Moves messages (RFC 6851).
---@param folder satchel.Folder|string
---@param set string|integer|integer[] UIDs
---@param target satchel.Folder|string
---@return { uidvalidity: integer, from: integer[], to: integer[] }
function Native:move(folder, set, target)
  self.connection:need("move", "MOVE")
  return transfer(self, "MOVE", folder, set, target)
end

---Removes those of the messages named that have \Deleted, and no others (RFC 4315 2.1).
---@param folder satchel.Folder|string
---@param set string|integer|integer[] UIDs
function Native:expunge(folder, set)
  local conn, commands = self.connection, {}
  conn:need("expunge", "UIDPLUS")
  for i, chunk in ipairs(words.chunks(set)) do commands[i] = "UID EXPUNGE " .. chunk end
  local _ <close> = conn:enter()
  conn:select(mailbox.name(folder))
  conn:pipeline(commands, true)
end

return Native
