-- session.imap: search, sort, thread.

local core = require "satchel.core"
local error_object = require "satchel.error"
local mailbox = require "satchel.imap.mailbox"
local searching = require "satchel.imap.searching"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

---@class satchel.imap.SearchResult with `returns`
---@field count? integer
---@field min? integer
---@field max? integer
---@field all? integer[]
---@field partial? integer[]
---@field modseq? integer

local function extended(results)
  local answer = {}
  for _, r in ipairs(results) do
    for _, name in ipairs { "count", "min", "max", "modseq" } do
      answer[name] = answer[name] or r[name]
    end
    if r.all then answer.all = core.imap.ids(r.all) end
    if r.partial then answer.partial = core.imap.ids(r.partial.set or "") end
  end
  return answer
end

local function run(self, folder, verb, how, criteria, options)
  local conn = self.connection
  local entry = searching.command(conn, verb, how, criteria, options)
  local _ <close> = conn:enter()
  conn:select(mailbox.name(folder), { readonly = true })
  conn:run(entry)
  return entry.results
end

---UIDs of the messages that match; with `returns` a table of what was asked for
---(ESEARCH, PARTIAL; SAVE keeps them for "$").
---@param folder satchel.Folder|string
---@param criteria string|table "UNSEEN SINCE 1-Jan-2026", { "SUBJECT", { "Größe" } }
---@param options? satchel.imap.SearchOptions
---@return integer[]|satchel.imap.SearchResult
function Native:search(folder, criteria, options)
  local results = run(self, folder, "SEARCH", "", criteria, options)
  return options and options.returns and extended(results) or searching.collect(results)
end

---As `search`, in an order (RFC 5256 3).
---@param folder satchel.Folder|string
---@param keys string|string[] "REVERSE DATE", { "FROM", "SUBJECT" }
---@param criteria? string|table default "ALL"
---@param options? satchel.imap.SearchOptions
---@return integer[]|satchel.imap.SearchResult
function Native:sort(folder, keys, criteria, options)
  local conn = self.connection
  conn:need("sort", "SORT")
  if type(keys) == "table" then
    for _, key in ipairs(keys) do words.raw(key, "an order") end
    keys = table.concat(keys, " ")
  end
  if not words.raw(keys, "an order"):find "^[%a ]+$" then
    error_object.invalid("sort: '%s' is no order", keys)
  end
  if keys:upper():find "DISPLAY" then conn:need("sort", "SORT=DISPLAY") end
  local results = run(self, folder, "SORT", "(" .. keys .. ") ", criteria or "ALL", options)
  return options and options.returns and extended(results) or searching.collect(results)
end

---Threads of the messages that match (RFC 5256 4).
---@param folder satchel.Folder|string
---@param algorithm? string "REFERENCES" (default) or "ORDEREDSUBJECT"
---@param criteria? string|table default "ALL"
---@param options? satchel.imap.SearchOptions
---@return table[] threads nested lists of UIDs
function Native:thread(folder, algorithm, criteria, options)
  algorithm = words.atom(algorithm or "REFERENCES", "algorithm"):upper()
  self.connection:need("thread", "THREAD=" .. algorithm)
  local results = run(self, folder, "THREAD", algorithm .. " ", criteria or "ALL", options)
  return results[1] or {}
end

return Native
