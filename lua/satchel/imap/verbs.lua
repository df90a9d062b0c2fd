-- What is known of the commands of IMAP by their names: which may be sent again
-- when the connection was lost, and which need a selected mailbox.

local M = {}

local function set(text)
  local names = {}
  for name in text:gmatch "%S+" do names[name] = true end
  return names
end

-- once or twice is the same
local safe <const> = set [[NOOP CAPABILITY ID NAMESPACE ENABLE LIST LSUB XLIST STATUS SELECT
  EXAMINE UNSELECT CHECK FETCH SEARCH SORT THREAD STORE UID-FETCH UID-SEARCH UID-SORT
  UID-THREAD UID-STORE UID-EXPUNGE GETQUOTA GETQUOTAROOT SETQUOTA GETACL MYRIGHTS LISTRIGHTS
  SETACL DELETEACL GETMETADATA SETMETADATA SUBSCRIBE UNSUBSCRIBE LOGOUT ESEARCH]]

local selected <const> = set [[CHECK EXPUNGE FETCH SEARCH SORT THREAD STORE COPY MOVE IDLE REPLACE
  UID-FETCH UID-SEARCH UID-SORT UID-THREAD UID-STORE UID-EXPUNGE UID-COPY UID-MOVE
  UID-REPLACE CLOSE]]

local reads <const> = set [[NOOP CAPABILITY ID NAMESPACE ENABLE LIST LSUB XLIST STATUS SELECT
  EXAMINE UNSELECT CHECK SEARCH SORT THREAD UID-SEARCH UID-SORT UID-THREAD GETQUOTA
  GETQUOTAROOT GETACL MYRIGHTS LISTRIGHTS GETMETADATA ESEARCH FETCH UID-FETCH]]

---The name of a command: "UID FETCH", "APPEND".
---@param parts string|table
---@return string
function M.name(parts)
  local text = type(parts) == "table" and parts[1] or parts
  if type(text) ~= "string" then return "?" end
  local first, second = text:upper():match "^(%S+) ?(%S*)"
  return first == "UID" and first .. " " .. second or first or "?"
end

local function key(name)
  return (name:gsub(" ", "-"))
end

---Whether the command may be sent again though it may have been carried out.
---@param command satchel.imap.Command with name, parts, safe
---@return boolean
function M.is_safe(command)
  if command.safe ~= nil then return command.safe end
  if not safe[key(command.name)] then return false end
  local text = command.parts and command.parts[1] or ""
  -- a saved result is gone with its connection (RFC 5182 2.1); what was changed
  -- by us the second time was changed since (RFC 7162 3.1.3)
  return not text:find("$", 1, true) and not text:upper():find "UNCHANGEDSINCE"
    and not text:upper():find "RETURN %([^)]*SAVE"
end

---Whether a command changes no mail (FETCH may set \Seen, in a mailbox that is
---selected for writing).
---@param name string
---@return boolean
function M.only_reads(name)
  return reads[key(name)] == true
end

---@param name string
---@return boolean
function M.needs_mailbox(name)
  return selected[key(name)] == true
end

return M
