-- Which items a query is about: UIDs, in order, by SEARCH or SORT.  A server that
-- does not know the characters of a search says so (BADCHARSET), and then those
-- clauses are judged by the client: an answer is never empty for want of a charset.

local broken = require "satchel.imap.broken"
local core = require "satchel.core"
local fetch = require "satchel.imap.fetch"
local ids = require "satchel.imap.ids"
local order = require "satchel.imap.order"
local search = require "satchel.imap.search"

local M = {}

---@class satchel.imap.Found
---@field uids integer[] in the order asked for, if `sorted`
---@field sorted boolean whether the server has sorted them
---@field rest satchel.Clause|nil what the client has to judge
---@field fields string[] what it needs for that
---@field sure table<integer, boolean>|nil uids that need not be judged
---@field uidvalidity integer

-- Commands ------------------------------------------------------------------------

-- the charset is said where text is not ASCII (QUIRKS 61), and must not be once
-- UTF8=ACCEPT is on (RFC 6855 3)
local function charset(self, ascii)
  return (ascii or self.conn.enabled["UTF8=ACCEPT"]) and "" or "CHARSET UTF-8 "
end

local function keys(self, command, words)
  local parts = search.parts(words, core.imap.quote, self.conn.utf8)
  parts[1] = type(parts[1]) == "string" and command .. parts[1] or command
  return parts
end

local function search_command(self, words, ascii, result)
  local command = "UID SEARCH " .. (result and self:has "ESEARCH" and result or "")
  return keys(self, command .. charset(self, ascii), words)
end

-- RFC 5256 3: the charset is always said
local function sort_command(self, criteria, words, ascii)
  local name = ascii and not self.conn.utf8 and "US-ASCII" or "UTF-8"
  return keys(self, ("UID SORT %s %s "):format(criteria, name), words)
end

-- adds what collects the answer in `into`, a table with uids or count; answers without
-- a tag, those of SORT and of a SEARCH without RETURN, must not meet
local function collecting(command, into)
  command.alone = not command[1]:find("RETURN", 1, true)
  function command.reset() into.uids, into.count = {}, nil end
  function command.on(response)
    if response.type == "search" or response.type == "sort" then
      table.move(response, 1, #response, #into.uids + 1, into.uids)
    elseif response.type == "esearch" then
      into.count = response.count
      if response.all then into.uids = core.imap.ids(response.all) or {} end
      if response.min then into.uids = { response.min } end
    else
      return false
    end
  end
  command.reset()
  return command
end
M.collecting = collecting

local function has(self)
  return function(name) return self:has(name) end
end

-- Asking --------------------------------------------------------------------------

local function first_error(completions)
  for _, done in ipairs(completions) do
    if done.error then return done.error end
  end
end

local asked_in_vain <const> = { server = true, protocol = true, unsupported = true, invalid = true }

-- what to leave to the client after a refusal: text that is not ASCII (RFC 9051 7.1
-- BADCHARSET; some servers have no code for it), then all text: QUIRKS 50
local function simpler(context, compiled, err)
  if not asked_in_vain[err.kind] and err.name ~= "BADCHARSET" then return nil end
  if not compiled.ascii then return { ascii_only = true } end
  return not context.plain and compiled.text and { ascii_only = true, plain = true } or nil
end

-- runs what `make` makes of the compiled tree; simpler where the server refuses that
local function ask(self, op, plan, make)
  local context = { ascii_only = self.ascii_only }
  while true do
    context.has = has(self)
    local compiled = search.compile(plan.where, context)
    local commands, answer = make(compiled)
    local completions = self:in_folder(op, plan.folder_id, commands, { refresh = true })
    local err = first_error(completions)
    if not err then return compiled, answer end
    context = simpler(context, compiled, err)
    if not context then self:check(op, plan.folder_id, completions) end
    if err.name == "BADCHARSET" then self.ascii_only = true end
  end
end

local function sort_criteria(self, plan)
  local wanted = plan.order and #plan.order > 0
  return wanted and self:has "SORT" and order.criteria(plan.order) or nil
end

---The items of a plan as far as the server can tell: 1 round trip.
---@param self satchel.imap.Driver
---@param op string
---@param plan table
---@return satchel.imap.Found
function M.uids(self, op, plan)
  local _ <close> = self.conn:enter()
  local criteria = sort_criteria(self, plan)
  local compiled, answers = ask(self, op, plan, function(compiled)
    local wide, narrow = { uids = {} }, {}
    if compiled.none then return {}, { wide = wide } end
    local commands = { collecting(criteria
      and sort_command(self, criteria, compiled.wide, compiled.ascii)
      or search_command(self, compiled.wide, compiled.ascii, "RETURN (ALL) "), wide) }
    if compiled.narrow then
      commands[2] = collecting(search_command(self, compiled.narrow, compiled.ascii,
        "RETURN (ALL) "), narrow)
    end
    return commands, { wide = wide, narrow = narrow }
  end)
  if not criteria then table.sort(answers.wide.uids) end
  local ordered = not plan.order or #plan.order == 0
  return { uids = answers.wide.uids, sorted = ordered or criteria ~= nil, rest = compiled.rest,
    fields = compiled.fields, sure = compiled.narrow and ids.set(answers.narrow.uids) or nil,
    uidvalidity = self.conn.selected.uidvalidity }
end

---The first item that a plan finds, with what is fetched of it, where the server keeps
---the result of a search (RFC 5182) and judges alone: 1 round trip.
---@param self satchel.imap.Driver
---@param op string
---@param plan table without order, offset
---@param items string
---@param into table<integer, table> responses by UID
---@return satchel.imap.Found|nil nil: it is to be asked otherwise
function M.first(self, op, plan, items, into)
  if not self:has "SEARCHRES" or not self:has "ESEARCH" then return nil end
  local _ <close> = self.conn:enter()
  local compiled = search.compile(plan.where, { has = has(self), ascii_only = self.ascii_only })
  if compiled.rest or compiled.none then return nil end
  local answer = {}
  local command = collecting(search_command(self, compiled.wide, compiled.ascii,
    "RETURN (SAVE MIN) "), answer)
  local ok, completions = pcall(self.in_folder, self, op, plan.folder_id,
    { command, fetch.of_search(items, into) }, { refresh = true })
  if not ok and not broken.of_fetch(completions) then error(completions, 0) end
  if not ok or first_error(completions) then return nil end
  return { uids = answer.uids, sorted = true, fields = {},
    uidvalidity = self.conn.selected.uidvalidity }
end

---How many items a plan finds, by the server alone: 1 round trip; nil where the client
---has to judge.
---@param self satchel.imap.Driver
---@param op string
---@param plan table
---@return integer|nil
function M.count(self, op, plan)
  local _ <close> = self.conn:enter()
  local first = search.compile(plan.where, { has = has(self), ascii_only = self.ascii_only })
  if first.rest then return nil end
  local compiled, into = ask(self, op, plan, function(compiled)
    local into = { uids = {} }
    if compiled.rest or compiled.all or compiled.none then return {}, into end
    return { collecting(search_command(self, compiled.wide, compiled.ascii, "RETURN (COUNT) "),
      into) }, into
  end)
  if compiled.rest then return nil end
  if compiled.all then return self.conn.selected.exists end
  return into.count or #into.uids
end

return M
