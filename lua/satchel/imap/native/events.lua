-- session.imap: being told what happens: idle (RFC 2177) and notify (RFC 5465).

local error_object = require "satchel.error"
local idle = require "satchel.imap.idle"
local iterator = require "satchel.iterator"
local mailbox = require "satchel.imap.mailbox"
local words = require "satchel.imap.words"

---@class satchel.imap.Native
local Native = {}

---What the server says unasked, as it says it: { type = "exists", number = 5 },
---"expunge", "vanished", "recent", "fetch" (flags), and after `notify` "status", "list".
---While the loop waits the server is told so; any other call may be made in it, also
---by other tasks.
---@param folder? satchel.Folder|string none: no mailbox is selected (for `notify`)
---@param options? { timeout: number } seconds after which the loop ends without an event
---@return fun(): satchel.imap.Response|nil
function Native:idle(folder, options)
  local conn, timeout = self.connection, options and options.timeout
  conn:need("idle", "IDLE")
  if timeout and (type(timeout) ~= "number" or timeout <= 0) then
    error_object.invalid "idle: the timeout is a number of seconds"
  end
  local one = idle.open(conn, folder and mailbox.name(folder), timeout)
  return iterator.new(function() return one:next() end, function() one:close() end)
end

---Asks to be told of events, of other mailboxes, too (RFC 5465 3); they come to `idle`.
---@param what string|nil "(selected (MessageNew MessageExpunge)) (personal (MessageNew))";
---nil: no events
---@param with_status? boolean a STATUS of each mailbox at once
function Native:notify(what, with_status)
  local conn = self.connection
  conn:need("notify", "NOTIFY")
  if what == nil then
    conn:run "NOTIFY NONE"
  else
    conn:run("NOTIFY SET " .. (with_status and "STATUS " or "") .. words.raw(what, "events"))
  end
end

return Native
