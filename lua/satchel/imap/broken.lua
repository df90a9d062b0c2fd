-- Responses that break the grammar of IMAP, where the connection can go on: which
-- commands they answer, and what becomes of these.  A command that can do without a
-- response says so by `broken`, a function that takes it; another one fails, so that
-- nothing is ever less than it seems.

local M = {}

local function set(text)
  local names = {}
  for name in text:gmatch "[^,]+" do names[name] = true end
  return names
end

-- commands by what answers them (RFC 9051 7 and the extensions of each)
local LISTS <const>, SEARCHES <const> = set "LIST,LSUB,XLIST", set "SEARCH,UID SEARCH,ESEARCH"
local SELECTS <const> = set "SELECT,EXAMINE"
local SORTS <const> = set "SORT,UID SORT"
local asked_by <const> = {
  FETCH = set "FETCH,UID FETCH,STORE,UID STORE,SELECT,EXAMINE",
  FLAGS = SELECTS, LIST = LISTS, LSUB = LISTS, STATUS = set "STATUS,LIST", SEARCH = SEARCHES,
  SORT = SORTS, THREAD = set "THREAD,UID THREAD", NAMESPACE = set "NAMESPACE", ID = set "ID",
  ESEARCH = set "SEARCH,UID SEARCH,ESEARCH,SORT,UID SORT,THREAD,UID THREAD",
  QUOTA = set "GETQUOTA,GETQUOTAROOT,SETQUOTA", QUOTAROOT = set "GETQUOTAROOT",
  ACL = set "GETACL", MYRIGHTS = set "MYRIGHTS,LIST", LISTRIGHTS = set "LISTRIGHTS",
  METADATA = set "GETMETADATA,LIST", GENURLAUTH = set "GENURLAUTH", URLFETCH = set "URLFETCH",
}

---Whether a response may be for a command.
---@param response satchel.imap.Response of type "broken"
---@param command satchel.imap.Command
---@return boolean
function M.may_answer(response, command)
  local names = asked_by[response.name]
  return names ~= nil and names[command.name] == true
end

---What is wrong with a response, in words.
---@param response satchel.imap.Response of type "broken"
---@return string
function M.reason(response)
  return ("the server's %s response is broken: %s"):format(response.name, response.error)
end

---A completion in place of an OK, where what came before it is of no use.
---@param done satchel.imap.Response
---@param response satchel.imap.Response of type "broken"
---@return satchel.imap.Response
function M.completion(done, response)
  return { type = "bad", tag = done.tag, text = M.reason(response), broken = response }
end

---The response to FETCH that ended the connection, for bytes of a message may have come
---behind it; nil if the error is another.
---@param err any
---@return satchel.imap.Response|nil
function M.of_fetch(err)
  local response = type(err) == "table" and err.kind == "protocol" and err.response
  return response and response.name == "FETCH" and response or nil
end

return M
