-- Sending from an IMAP session: by SMTP (or LMTP), and the copy is stored in Sent, the
-- very bytes that were sent: by APPEND afterwards, or before, where the server that sends
-- can fetch it from there.  A stored draft goes as it is, but for Bcc and, where it is not
-- fresh, its date; a fresh one becomes the copy by being moved, so that it is not uploaded
-- a second time.

local error_object = require "satchel.error"
local head = require "satchel.mime.head"
local ids = require "satchel.imap.ids"
local outgoing = require "satchel.smtp.outgoing"
local rewrite = require "satchel.imap.rewrite"
local submission = require "satchel.imap.submission"

---@class satchel.imap.Driver
local Driver = {}

-- seconds in which a draft's Date is still that of sending
local FRESH <const> = 600

-- the connection is made when it is first used; nil: nothing was said of sending
local function sender(self)
  if self.outgoing == nil then self.outgoing = outgoing.connection(self.options) or false end
  return self.outgoing or nil
end

local function context(self, save)
  return { smtp = sender(self), user = self.user, address = self.address, save = save }
end

---The other protocol of the session.
---@param protocol string
---@return satchel.smtp.Native|nil
function Driver:native(protocol)
  return protocol == "smtp" and outgoing.native(sender(self)) or nil
end

-- keeps the copy: 1 round trip
local function keep(self, body)
  local sent = self:role_folder("sent").id
  local result = self:store("send", sent, { self:parcel(body, { "\\Seen" }, nil) })[1]
  if not result.ok then error_object.raise(result.error) end
  return result.id, sent
end

-- Keeps the copy, once: who asks again hears of the same refusal, or, where the answer was
-- lost, what became of it.
local function keeper(self)
  local failed
  return function(body)
    if failed and not failed.uncertain then error_object.raise(failed) end
    if failed then
      local sent = self:role_folder("sent").id
      local there = self:find_stored("send", sent, body.message_id)
      if there then return there, sent end
    end
    local ok, id, sent = error_object.try(keep, self, body)
    if ok then return id, sent end
    failed = id
    error_object.raise(id)
  end
end

---Sends a message, and keeps a copy unless told not to.
---@param message table
---@param opts { save: boolean, progress: function|nil }
---@return table answer { message_id =, item_id =, item_folder_id =, results = }
function Driver:send(message, opts)
  local copy, with = {}, context(self, keeper(self))
  with.before = with.smtp and submission.copy_first(self, with.smtp, with.save)
  for name, value in pairs(message) do copy[name] = value end
  copy.attachments = self:attachment_sources(message.attachments)
  with.open = self:item_opener()
  return outgoing.send(with, copy, opts)
end

-- Drafts --------------------------------------------------------------------------

local no_edits <const> = { add = {}, remove = {} }

-- the draft becomes the copy: 2 round trips
local function move_to_sent(self, id, folder_id, sent)
  local batch = self:batch("send", folder_id, { id })
  self:store_flags("send", folder_id, batch, { add = { "\\Seen" }, remove = { "\\Draft" } })
  local result = self:move({ id }, folder_id, sent, { ids = true })[1]
  if not result.ok then error_object.raise(result.error) end
  return result.new_id, sent
end

-- the copy is stored, the draft removed
local function replace_by_copy(self, id, folder_id, body)
  local new_id, sent = keep(self, body)
  local result = self:delete({ id }, folder_id, true)[1]
  if not result.ok and result.error.kind ~= "not_found" then error_object.raise(result.error) end
  return new_id, sent
end

---Sends a stored draft; it is in Sent afterwards.
---@param id string
---@param folder_id string
---@return table answer
function Driver:submit(id, folder_id)
  local _ <close> = self.conn:enter()
  local with = context(self)
  local draft = self:load(id, folder_id, { "from", "sender", "to", "cc", "bcc", "sent",
    "message_id" })
  local stored = rewrite.stored(self, "send", folder_id, id)
  local now = os.time()
  local fresh = draft.sent and math.abs(now - draft.sent) < FRESH and draft.message_id
    and draft.from
  local changes = {}
  if not fresh then changes.sent = now end
  if not draft.from then
    draft.from = outgoing.sender(with)
    changes.from = draft.from
  end
  if not draft.message_id then
    changes.message_id = head.message_id(head.domain_of(draft) or head.domain(self.user))
  end
  local body = rewrite.message(self, id, folder_id, stored, changes, no_edits,
    { without = { bcc = true } })
  with.before = with.smtp and submission.in_place(self, with.smtp,
    { id = id, folder_id = folder_id, header = stored.header })
  -- who is in Bcc is told in the copy
  local kept = rewrite.message(self, id, folder_id, stored, changes, no_edits)
  with.save = function()
    if fresh then return move_to_sent(self, id, folder_id, self:role_folder("sent").id) end
    return replace_by_copy(self, id, folder_id, kept)
  end
  local ok, answer = pcall(outgoing.send_body, with, draft, body, { save = true })
  body:close()
  kept:close()
  if not ok then error(answer, 0) end
  self:forget_items(folder_id, { (select(2, ids.parse(id))) })
  return answer
end

return Driver
