-- session.imap: mailboxes: selecting them, what they hold, their names.

local error_object = require "satchel.error"
local mailbox = require "satchel.imap.mailbox"
local words = require "satchel.imap.words"
local with = require "satchel.with"

---@class satchel.imap.Native
local Native = {}

---Opens a mailbox for reading and writing (RFC 9051 6.3.2).
---@param folder satchel.Folder|string
---@param options? satchel.imap.SelectOptions { condstore = true } (RFC 7162 3.1.8) or
---{ qresync = { uidvalidity =, modseq =, uids = } } (3.2.5)
---@return satchel.imap.Selected
function Native:select(folder, options)
  return self.connection:select(mailbox.name(folder), options)
end

---Opens a mailbox for reading (RFC 9051 6.3.3).
---@param folder satchel.Folder|string
---@param options? satchel.imap.SelectOptions
---@return satchel.imap.Selected
function Native:examine(folder, options)
  return self.connection:select(mailbox.name(folder), with({ readonly = true }, options))
end

---Leaves the selected mailbox and deletes nothing (RFC 3691).
function Native:unselect()
  self.connection:unselect()
end

---Leaves the selected mailbox and removes every message with \Deleted from it,
---whoever set it (RFC 9051 6.4.1). `unselect` removes nothing.
function Native:close()
  local conn = self.connection
  local _ <close> = conn:enter()
  if not conn.selected then error_object.invalid "close: no mailbox is selected" end
  conn:run { "CLOSE", after = function(done)
    if done.type == "ok" then conn.selected, conn.wanted = nil, nil end
  end }
end

local function collect(conn, parts, type)
  local list = {}
  function parts.on(response) if response.type == type then list[#list + 1] = response end end
  function parts.reset() list = {} end
  conn:run(parts)
  return list
end

local needs <const> = { HIGHESTMODSEQ = "CONDSTORE", MAILBOXID = "OBJECTID",
  APPENDLIMIT = "APPENDLIMIT", SIZE = "STATUS=SIZE", DELETED = "IMAP4REV2",
  ["DELETED-STORAGE"] = "QUOTA" }

local function has_limit(conn)
  return conn.capabilities:has "APPENDLIMIT" or conn.capabilities:values("APPENDLIMIT")[1]
end

local function status_items(conn, items)
  local list = {}
  for i, item in ipairs(items or { "MESSAGES", "UNSEEN", "UIDNEXT", "UIDVALIDITY" }) do
    list[i] = words.atom(item, "item of STATUS"):upper()
    local need = needs[list[i]]
    if need and not (need == "APPENDLIMIT" and has_limit(conn)) then conn:need("status", need) end
  end
  return " (" .. table.concat(list, " ") .. ")"
end

---What a mailbox holds without opening it (RFC 9051 6.3.11).
---@param folder satchel.Folder|string
---@param items? string[] { "MESSAGES", "UNSEEN", "HIGHESTMODSEQ", "MAILBOXID", … }
---@return satchel.imap.Response status
function Native:status(folder, items)
  local conn, name = self.connection, mailbox.name(folder)
  local list = collect(conn, { "STATUS ", words.mailbox(conn, name), status_items(conn, items) },
    "status")
  if not list[1] then
    error_object.raise { kind = "not_found", op = "status",
      message = ("the server says nothing of the mailbox '%s'"):format(name) }
  end
  return list[1]
end

-- a pattern has wildcards, which an atom must not have
local function pattern(conn, text)
  words.raw(text, "a pattern")
  local wide = conn.utf8_names
  return words.string(wide and text or require("satchel.core").imap.utf7(text), nil, wide)
end

local function option_list(name, list)
  local texts = {}
  for i, text in ipairs(list) do texts[i] = words.raw(text, name) end
  return "(" .. table.concat(texts, " ") .. ")"
end

---@class satchel.imap.ListOptions
---@field reference? string default ""
---@field selection? string[] { "SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE" }
---@field returns? string[] { "CHILDREN", "SUBSCRIBED", "SPECIAL-USE", "STATUS (MESSAGES)" }

---Mailboxes by pattern ("*" all, "%" one level); with options RFC 5258, 5819, 6154.
---@param wanted? string|string[] default "*"
---@param options? satchel.imap.ListOptions
---@return satchel.imap.Response[] list and, where asked for, status responses
function Native:list(wanted, options)
  local conn, responses = self.connection, {}
  options = options or {}
  local parts = { "LIST " }
  if options.selection or options.returns or type(wanted) == "table" then
    conn:need("list", "LIST-EXTENDED")
  end
  if options.selection then
    words.add(parts, option_list("a selection of list", options.selection), " ")
  end
  words.add(parts, pattern(conn, options.reference or ""), " ")
  if type(wanted) == "table" then
    words.add(parts, "(")
    for i, one in ipairs(wanted) do words.add(parts, i > 1 and " " or "", pattern(conn, one)) end
    words.add(parts, ")")
  else
    words.add(parts, pattern(conn, wanted or "*"))
  end
  if options.returns then
    words.add(parts, " RETURN ", option_list("an item of list", options.returns))
  end
  function parts.on(r)
    if r.type == "list" or r.type == "status" then responses[#responses + 1] = r end
  end
  function parts.reset() responses = {} end
  conn:run(parts)
  return responses
end

---Mailboxes that are subscribed to.
---@param wanted? string default "*"
---@return satchel.imap.Response[]
function Native:subscribed(wanted)
  local conn = self.connection
  if conn.capabilities:has "LIST-EXTENDED" then
    return self:list(wanted or "*", { selection = { "SUBSCRIBED" } })
  end
  return collect(conn, { 'LSUB "" ', pattern(conn, wanted or "*") }, "lsub")
end

---Adds a mailbox to those subscribed to (RFC 9051 6.3.7).
---@param folder satchel.Folder|string
function Native:subscribe(folder)
  local conn = self.connection
  conn:run { "SUBSCRIBE ", words.mailbox(conn, mailbox.name(folder)) }
end

---Takes a mailbox from those subscribed to.
---@param folder satchel.Folder|string
function Native:unsubscribe(folder)
  local conn = self.connection
  conn:run { "UNSUBSCRIBE ", words.mailbox(conn, mailbox.name(folder)) }
end

---Creates a mailbox (RFC 9051 6.3.4); `use` with CREATE-SPECIAL-USE (RFC 6154 3).
---@param name string
---@param use? string "\\Archive"
---@return satchel.imap.Response completion with MAILBOXID in its code where offered
function Native:create(name, use)
  local conn = self.connection
  if use then conn:need("create", "CREATE-SPECIAL-USE") end
  return conn:run { "CREATE ", words.mailbox(conn, name),
    use and " (USE " .. words.flags(use) .. ")" or "" }
end

-- a mailbox that goes is not selected meanwhile: servers close the connection then
local function leave(conn, folder)
  if conn.selected and conn.selected.name == mailbox.name(folder) then conn:unselect() end
end

---Deletes a mailbox with its messages (RFC 9051 6.3.5).
---@param folder satchel.Folder|string
function Native:delete(folder)
  local conn = self.connection
  local _ <close> = conn:enter()
  leave(conn, folder)
  conn:run { "DELETE ", words.mailbox(conn, mailbox.name(folder)) }
end

---Gives a mailbox, and those below it, another name (RFC 9051 6.3.6).
---@param folder satchel.Folder|string
---@param name string
function Native:rename(folder, name)
  local conn = self.connection
  local _ <close> = conn:enter()
  leave(conn, folder)
  conn:run { "RENAME ", words.mailbox(conn, mailbox.name(folder)), " ", words.mailbox(conn, name) }
end

return Native
