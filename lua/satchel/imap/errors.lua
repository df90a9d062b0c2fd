-- What a refusal of an IMAP server means: the kind of error for its response code
-- (RFC 9051 7.1, RFC 5530 3, and the extensions named), with the server's own
-- words in the message.

local error_object = require "satchel.error"

local M = {}

-- code = { kind, hint, retryable }
local codes <const> = {
  AUTHENTICATIONFAILED = { "auth", "check user and password" },
  AUTHORIZATIONFAILED = { "auth", "the credentials are right, but not for this user" },
  EXPIRED = { "auth", "the password or token has expired" },
  WEBALERT = { "auth", "log on with a browser once" },
  PRIVACYREQUIRED = { "tls", "connect by imaps://, or without tls = false" },
  CONTACTADMIN = { "denied", "ask the administrator of the server" },
  NOPERM = { "denied" },
  INUSE = { "throttled", nil, true },
  LIMIT = { "throttled", nil, true },
  THROTTLED = { "throttled", nil, true },
  UNAVAILABLE = { "server", nil, true },
  SERVERBUG = { "server" },
  CORRUPTION = { "server" },
  INPROGRESS = { "throttled", nil, true },
  EXPUNGEISSUED = { "conflict", "somebody else deleted messages" },
  NOTSAVED = { "conflict" },
  HASCHILDREN = { "conflict", "it has folders in it" },
  MODIFIED = { "conflict", "somebody else changed it" },
  CLIENTBUG = { "protocol" },
  PARSE = { "protocol" },
  CANNOT = { "invalid" },
  OVERQUOTA = { "quota", "delete mail or ask for more room" },
  TOOBIG = { "limit" },
  MAXCONVERTMESSAGES = { "limit" },
  ALREADYEXISTS = { "exists" },
  NONEXISTENT = { "not_found" },
  TRYCREATE = { "not_found", "no such mailbox: create it first" },
  BADURL = { "not_found" },
  BADCHARSET = { "unsupported" },
  BADCOMPARATOR = { "unsupported" },
  BADEVENT = { "unsupported" },
  ["UNKNOWN-CTE"] = { "unsupported" },
  USEATTR = { "unsupported" },
  UIDNOTSTICKY = { "unsupported" },
  REFERRAL = { "unsupported", "the server refers to another one" },
}

-- RFC 5464 5: [METADATA MAXSIZE n], [METADATA TOOMANY], [METADATA NOPRIVATE]
local metadata <const> = { MAXSIZE = { "limit" }, TOOMANY = { "limit" },
  NOPRIVATE = { "unsupported" } }

---The kind of error that a response code stands for, or nil.
---@param code? table
---@return satchel.ErrorKind|nil kind
---@return string|nil hint
---@return boolean|nil retryable
function M.kind(code)
  local name = code and code.name
  local row = codes[name]
  if name == "METADATA" then row = metadata[code.detail] end
  if row then return row[1], row[2], row[3] end
end

-- QUIRKS 45: a NO without a code that says in words what it means
local said <const> = {
  { "doesn't exist", "not_found" }, { "does not exist", "not_found" },
  { "already exists", "exists" }, { "[Pp]ermission denied", "denied" },
}

local function by_words(response)
  if response.type ~= "no" then return nil end
  for _, row in ipairs(said) do
    if (response.text or ""):find(row[1]) then return row[2] end
  end
end

-- QUIRKS 46: how long to wait, in words
local function patience(text)
  local ms = text:match "Suggested Backoff Time: (%d+) milliseconds"
  return ms and tonumber(ms) / 1000
end

---The error object for a NO, BAD or BYE.
---@param response satchel.imap.Response
---@param op? string the command
---@param server? string
---@return satchel.Error
function M.of(response, op, server)
  local kind, hint, retryable = M.kind(response.code)
  local text = response.text or ""
  local wait = patience(text)
  if wait then kind, retryable = "throttled", true end
  if not kind then
    kind = by_words(response) or response.type == "bad" and "protocol"
      or response.type == "bye" and "network" or "server"
  end
  local reason = text ~= "" and text or response.code and response.code.name
    or "no reason given"
  return error_object.new { kind = kind, op = op, server = server, hint = hint,
    name = response.code and response.code.name, retryable = retryable, retry_after = wait,
    message = response.type == "bye" and "the server closed the connection: " .. reason
      or ("%s: %s"):format(op and op:lower() or "the server", reason) }
end

---@param name string a capability
---@param what? string what needs it
function M.unsupported(name, what)
  error_object.raise { kind = "unsupported", name = name,
    message = ("%s: the server does not offer %s"):format(what or "imap", name) }
end

return M
