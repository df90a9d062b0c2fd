-- Another user's mailbox on the same connection: what is shared of it, in the namespace
-- of other users (RFC 2342 5).  Servers call it by the address or by what stands before
-- the '@'; its inbox is that name itself (Cyrus) or INBOX in it (Dovecot).

local error_object = require "satchel.error"
local mailboxes = require "satchel.imap.mailboxes"

---@class satchel.imap.Driver
local Driver = {}

-- what servers may call a user
local function names_of(address)
  local list = { address }
  list[2] = address:match "^(.+)@[^@]+$"
  return list
end

-- which of the mailboxes of others are a user's: their prefix and their inbox
local function find_shared(self, space, address)
  local names, delimiter = names_of(address), space.delimiter or "/"
  for _, name in ipairs(names) do
    -- Cyrus writes a dot as '^' where dots are between folders
    local escaped = delimiter == "." and name:gsub("%.", "^") or name
    local top = space.prefix .. escaped
    local prefix = top .. delimiter
    local inbox
    for _, entry in ipairs(self:list("mailbox", { top, prefix .. "%" })) do
      local rest = entry.id:sub(#prefix + 1)
      if entry.id:lower() == top:lower() and mailboxes.holds_items(entry) then
        inbox = inbox or entry.id
      elseif entry.id:sub(1, #prefix):lower() == prefix:lower() then
        inbox = rest:upper() == "INBOX" and entry.id or inbox or false
      end
    end
    if inbox ~= nil then return prefix, inbox or prefix .. "INBOX", delimiter end
  end
end

---What another user shares: 1 or 2 round trips.
---@param address string
---@return satchel.imap.Driver
function Driver:mailbox(address)
  local spaces = self.conn.namespaces and self.conn.namespaces.other
  if not spaces or not spaces[1] then
    error_object.unsupported "mailbox: this server has no mailboxes of other users"
  end
  for _, space in ipairs(spaces) do
    local prefix, inbox, delimiter = find_shared(self, space, address)
    if prefix then
      return setmetatable({ conn = self.conn, user = address, options = self.options,
        tree = mailboxes.guest(prefix, delimiter, inbox), raw = self.raw, renamed = {},
        raw_names = {}, cursors = setmetatable({}, { __mode = "k" }), is_guest = true },
        getmetatable(self))
    end
  end
  return error_object.raise { kind = "denied", op = "mailbox", server = self.conn.server,
    message = ("mailbox: nothing of %s is shared with %s"):format(address, self.user),
    hint = "does its owner share it?" }
end

return Driver
