-- SEARCH, SORT and THREAD (RFC 9051 6.4.4, RFC 5256, RFC 4731, RFC 5182, RFC 9394) on
-- a connection: how criteria are written and results are read.

local core = require "satchel.core"
local error_object = require "satchel.error"
local words = require "satchel.imap.words"

local M = {}

local function add_criterion(parts, one, state)
  if type(one) == "string" then
    words.add(parts, words.raw(one, "a criterion"))
  elseif math.type(one) == "integer" then
    words.add(parts, ("%d"):format(one))
  elseif type(one) == "table" and type(one[1]) == "string" then
    state.wide = state.wide or one[1]:find "[\x80-\xff]" ~= nil
    words.add(parts, words.string(one[1], "a criterion", state.utf8))
  else
    error_object.invalid("search: a %s is no criterion", type(one))
  end
end

---Parts of criteria: text as it stands, or a list in which { "text" } is a string of
---IMAP: { "UNSEEN SUBJECT", { "Größe" } }.
---@param conn satchel.imap.Connection
---@param criteria string|table
---@return table[] parts, boolean wide whether there is text beyond ASCII
function M.criteria(conn, criteria)
  local parts, state = {}, { utf8 = conn.utf8, wide = false }
  if type(criteria) ~= "table" then criteria = { criteria } end
  for i, one in ipairs(criteria) do
    if i > 1 then words.add(parts, " ") end
    add_criterion(parts, one, state)
  end
  if not parts[1] then error_object.invalid "search: no criteria" end
  return parts, state.wide
end

-- capabilities behind words of criteria (RFC 5032, 5182, 7162, 8474, 8514, X-GM-EXT-1)
local needs <const> = {
  { "%f[%w]OLDER%f[%W]", "WITHIN" }, { "%f[%w]YOUNGER%f[%W]", "WITHIN" },
  { "%f[%w]MODSEQ%f[%W]", "CONDSTORE" }, { "%f[%w]EMAILID%f[%W]", "OBJECTID" },
  { "%f[%w]THREADID%f[%W]", "OBJECTID" }, { "%f[%w]SAVEDSINCE%f[%W]", "SAVEDATE" },
  { "%f[%w]SAVEDBEFORE%f[%W]", "SAVEDATE" }, { "%f[%w]SAVEDON%f[%W]", "SAVEDATE" },
  { "%f[%w]X%-GM%-%w+", "X-GM-EXT-1" }, { "%f[%w]FUZZY%f[%W]", "SEARCH=FUZZY" },
}

local function check_criteria(conn, parts)
  for _, part in ipairs(parts) do
    local text = type(part) == "string" and part:upper():gsub('"[^"]*"', "") or ""
    for _, row in ipairs(needs) do
      if text:find(row[1]) then conn:need("search", row[2]) end
    end
    if text:find "^%$" or text:find "[ (]%$" then conn:need("search", "SEARCHRES") end
  end
end

local return_needs <const> = { SAVE = "SEARCHRES", PARTIAL = "PARTIAL" }

local function returning(conn, verb, returns)
  if not returns then return "" end
  conn:need(verb:lower(), verb == "SORT" and "ESORT" or "ESEARCH")
  for i, one in ipairs(returns) do
    local need = return_needs[words.raw(one, "a result of search"):upper():match "^%a*"]
    if need and not (need == "PARTIAL" and conn.capabilities:has "CONTEXT=SEARCH") then
      conn:need(verb:lower(), need)
    end
    returns[i] = one
  end
  return "RETURN (" .. table.concat(returns, " ") .. ") "
end

---@class satchel.imap.SearchOptions
---@field charset? string default: UTF-8 if that is needed
---@field returns? string[] { "COUNT", "MIN", "MAX", "ALL", "SAVE", "PARTIAL 1:100" }

-- the charset stands before the criteria of SEARCH (QUIRKS 61); SORT and THREAD always
-- have one
local function charset_of(conn, verb, options, wide)
  local charset = options.charset or wide and not conn.enabled["UTF8=ACCEPT"] and "UTF-8"
  if charset then words.atom(charset, "charset") end
  if verb == "SEARCH" then return charset and "CHARSET " .. charset .. " " or "" end
  return (charset or conn.utf8 and "UTF-8" or "US-ASCII") .. " "
end

---A command by UIDs as an entry for `pipeline`; `results` has what came.
---@param conn satchel.imap.Connection
---@param verb string "SEARCH", "SORT", "THREAD"
---@param how string what stands between: "(DATE) ", "REFERENCES ", ""
---@param criteria string|table
---@param options? satchel.imap.SearchOptions
---@return table entry
function M.command(conn, verb, how, criteria, options)
  options = options or {}
  local tail, wide = M.criteria(conn, criteria)
  check_criteria(conn, tail)
  local entry = words.add({ "UID " .. verb .. " ", returning(conn, verb, options.returns), how,
    charset_of(conn, verb, options, wide) }, table.unpack(tail))
  entry.results = {}
  function entry.reset() entry.results = {} end
  function entry.on(response)
    local type = response.type
    if type == "search" or type == "sort" or type == "esearch" or type == "thread" then
      entry.results[#entry.results + 1] = response
    end
  end
  return entry
end

---The ids in what came, in its order.
---@param results satchel.imap.Response[]
---@return integer[]
function M.collect(results)
  local ids = {}
  for _, r in ipairs(results) do
    local list = r.type == "esearch" and (r.all and core.imap.ids(r.all) or {}) or r
    table.move(list, 1, #list, #ids + 1, ids)
  end
  return ids
end

---UIDs that match, in ascending order as servers send them.
---@param conn satchel.imap.Connection
---@param mailbox string
---@param criteria string|table
---@return integer[]
function M.ids(conn, mailbox, criteria)
  local _ <close> = conn:enter()
  conn:select(mailbox, { readonly = true })
  local entry = M.command(conn, "SEARCH", "", criteria,
    { returns = conn.capabilities:has "ESEARCH" and { "ALL" } or nil })
  conn:run(entry)
  return M.collect(entry.results)
end

return M
