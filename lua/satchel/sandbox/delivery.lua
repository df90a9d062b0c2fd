-- Sending ([MS-OXOMSG] 3.2.4, 3.3): who the sender is, who gets a copy, and
-- what becomes of the message that was sent.

local clock = require "satchel.sandbox.clock"
local code = require "satchel.sandbox.code"
local ids = require "satchel.sandbox.ids"
local instance = require "satchel.sandbox.instance"
local message = require "satchel.sandbox.message"
local tags = require "satchel.sandbox.tags"

local delivery = {}

local FLAG = message.flag
local UNKNOWN_RECIPIENT = 0x00040580

-- whom the message says it is from, if not from the sender
local function represented(m, users)
  local p = m.props
  if not p[tags.SentRepresentingAddressType] and not p[tags.SentRepresentingSmtpAddress]
    and not p[tags.SentRepresentingEmailAddress] then
    return nil
  end
  return users:resolve(p[tags.SentRepresentingAddressType],
      p[tags.SentRepresentingEmailAddress])
    or users:find(p[tags.SentRepresentingSmtpAddress]), true
end

local function may_send_as(boss, user)
  return boss == user or boss.send_as[user.email:lower()]
end

local function sign(p, prefix, user)
  p[tags[prefix .. "AddressType"]] = "EX"
  p[tags[prefix .. "EmailAddress"]] = user.dn
  p[tags[prefix .. "SmtpAddress"]] = user.email
  p[tags[prefix .. "Name"]] = user.name
  p[tags[prefix .. "EntryId"]] = user.entry_id
  p[tags[prefix .. "SearchKey"]] = user.search_key
end

-- the recipients that still want a copy, without doubles
local function targets_of(m, box)
  local list, seen = {}, {}
  for _, r in ipairs(m:recipient_list()) do
    local p = r.props
    local user = box.users:resolve(p[tags.AddressType], p[tags.EmailAddress])
      or box.users:find(p[tags.SmtpAddress])
    local address = user and user.email or p[tags.SmtpAddress] or p[tags.EmailAddress]
    if not address or address == "" then return nil, code.NoRecipients end
    if not user and (box.users:is_local(address) or not address:find("@", 1, true)) then
      return nil, UNKNOWN_RECIPIENT
    end
    if not seen[address:lower()] then
      seen[address:lower()] = true
      list[#list + 1] = { user = user, address = address, kind = p[tags.RecipientType] & 0xf }
    end
  end
  if #list == 0 then return nil, code.NoRecipients end
  return list
end

local function encoded(text)
  if not text:find "[^\x20-\x7e]" then return text end
  local core = require "satchel.core"
  local words = {}
  local chunk = ""
  for _, c in utf8.codes(text, true) do
    local s = utf8.char(c)
    if #chunk + #s > 42 then
      words[#words + 1] = "=?utf-8?B?" .. core.text.base64(chunk) .. "?="
      chunk = ""
    end
    chunk = chunk .. s
  end
  words[#words + 1] = "=?utf-8?B?" .. core.text.base64(chunk) .. "?="
  return table.concat(words, "\r\n ")
end

local function mailbox(name, address)
  if not name or name == address then return "<" .. address .. ">" end
  if name:find "[^\x20-\x7e]" then return encoded(name) .. " <" .. address .. ">" end
  return '"' .. name:gsub('["\\]', "\\%0") .. '" <' .. address .. ">"
end

local function addresses(m, kind)
  local list = {}
  for _, r in ipairs(m:recipient_list()) do
    local p = r.props
    if p[tags.RecipientType] & 0xf == kind then
      list[#list + 1] = mailbox(p[tags.DisplayName],
        p[tags.SmtpAddress] or p[tags.EmailAddress])
    end
  end
  return #list > 0 and table.concat(list, ",\r\n\t") or nil
end

---The header a message has when it arrives.
---@param m satchel.sandbox.message
---@return string
function delivery.headers(m)
  local p, lines = m.props, {}
  local function line(name, v)
    if v and v ~= "" then lines[#lines + 1] = name .. ": " .. v end
  end
  local sent = clock.seconds(p[tags.ClientSubmitTime] or clock.now())
  line("Received", "from sandbox by sandbox; " .. os.date("!%a, %d %b %Y %H:%M:%S +0000", sent))
  line("From", p[tags.SentRepresentingSmtpAddress] and mailbox(p[tags.SentRepresentingName],
    p[tags.SentRepresentingSmtpAddress]))
  if p[tags.SenderSmtpAddress] ~= p[tags.SentRepresentingSmtpAddress] then
    line("Sender", p[tags.SenderSmtpAddress]
      and mailbox(p[tags.SenderName], p[tags.SenderSmtpAddress]))
  end
  line("To", addresses(m, 1))
  line("CC", addresses(m, 2))
  line("Subject", encoded(message.read(m, tags.Subject) or ""))
  line("Date", os.date("!%a, %d %b %Y %H:%M:%S +0000", sent))
  line("Message-ID", p[tags.InternetMessageId])
  line("In-Reply-To", p[tags.InReplyToId])
  line("References", p[tags.InternetReferences])
  line("MIME-Version", "1.0")
  for tag, v in pairs(p) do
    local name = tag >= 0x80000000 and type(v) == "string" and m.store.named:name(tag >> 16)
    if name and name.name and name.guid == "00020386-0000-0000-c000-000000000046" then
      line(name.name, encoded(v))
    end
  end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

-- named properties have other ids in another mailbox
local function translate(props, from, to)
  if from == to then return props end
  local translated = {}
  for tag, v in pairs(props) do
    local name = tag >= 0x80000000 and from.named:name(tag >> 16)
    translated[name and (to.named:id(name, true) << 16 | tag & 0xffff) or tag] = v
  end
  return translated
end

-- nobody sees the blind copies of others
local function without_bcc(list)
  local kept = {}
  for _, r in ipairs(list) do
    if r.props[tags.RecipientType] & 0xf ~= 3 then kept[#kept + 1] = r end
  end
  return kept
end

local SENDERS_OWN = { "SentMailEntryId", "DeleteAfterSubmit", "TargetEntryId", "SubmitFlags",
  "CreatorEntryId", "CreatorName", "LastModifierEntryId", "LastModifierName",
  "LastModificationTime", "SearchKey", "SourceKey", "ChangeKey", "PredecessorChangeList" }

local function received(p, user, target)
  for _, prefix in ipairs { "ReceivedBy", "ReceivedRepresenting" } do
    p[tags[prefix .. "EntryId"]], p[tags[prefix .. "Name"]] = user.entry_id, user.name
    p[tags[prefix .. "SearchKey"]] = user.search_key
    p[tags[prefix .. "SmtpAddress"]] = user.email
  end
  p[tags.ReceivedByAddressType], p[tags.ReceivedByEmailAddress] = "EX", user.dn
  p[tags.MessageToMe], p[tags.MessageCcMe] = target.kind == 1, target.kind == 2
  p[tags.MessageRecipientMe] = target.kind == 1 or target.kind == 2
end

---Puts a copy of `m` into the mailbox of a user.
function delivery.deliver(m, target, headers)
  local user, store = target.user, target.user.store
  local fields = message.contents(m)
  local p = translate(fields.props, m.store, store)
  for _, name in ipairs(SENDERS_OWN) do p[tags[name]] = nil end
  local core = require "satchel.core"
  local now = clock.now()
  p[tags.MessageDeliveryTime], p[tags.CreationTime], p[tags.LastModificationTime] = now, now, now
  p[tags.SearchKey] = core.text.random(16)
  p[tags.TransportMessageHeaders] = headers
  received(p, user, target)
  fields.props, fields.recipients = p, without_bcc(fields.recipients)
  fields.is_read, fields.flags, fields.associated = false, FLAG.unmodified, false
  if user == m.store.owner then fields.flags = fields.flags | FLAG.from_me end
  local copy = message.new(fields)
  copy.store = store
  copy.size = message.weigh(copy)
  local f = store:receive_folder(p[tags.MessageClass] or "IPM.Note")
  store:add_message(f, copy)
  store:emit { kind = "new_mail", folder = f, message = copy }
end

-- what becomes of the sender's copy
local function file(m, box)
  local stored, store, p = m.stored, m.store, m.props
  stored.flags = stored.flags & ~(FLAG.submitted | FLAG.unsent) | FLAG.from_me
  if p[tags.DeleteAfterSubmit] then
    store:delete_message(stored, true)
    return
  end
  local target = p[tags.SentMailEntryId]
  local folder_id = target and ids.of_entry_id(store, target)
  local f = folder_id and store.folders[folder_id] or store.roles.sent
  m.sent = store:move_message(stored, f)
  box.last_sent = m.sent
end

-- how many seconds are to pass before the message is sent
-- ([MS-OXOMSG] 2.2.3.8, 2.2.3.9, 3.2.4.1)
local UNITS = { [0] = 60, 3600, 86400, 604800 }

local function delay_of(p)
  local at = p[tags.DeferredSendTime]
  if at then return clock.seconds(at) - os.time() end
  local unit = UNITS[p[tags.DeferredSendUnits] or -1]
  return unit and unit * (p[tags.DeferredSendNumber] or 0) or 0
end

local function send(m, boss, targets, box)
  local headers = delivery.headers(m)
  for _, target in ipairs(targets) do
    if target.user then
      delivery.deliver(m, target, headers)
    else
      box.outgoing[#box.outgoing + 1] = { to = target.address, from = boss.email,
        subject = message.read(m, tags.Subject), headers = headers }
    end
  end
  file(m, box)
end

-- it waits where it is, until it is due or called back
local function defer(m, boss, targets, box, delay)
  m.stored.flags = m.stored.flags | FLAG.submitted
  box.deferred[#box.deferred + 1] = { m = m, boss = boss, targets = targets,
    due = os.time() + delay }
end

---Sends what was to wait until now.
---@param box table
function delivery.run_due(box)
  for i = #box.deferred, 1, -1 do
    local d = box.deferred[i]
    if d.m.stored.gone then
      table.remove(box.deferred, i)
    elseif d.due <= os.time() then
      table.remove(box.deferred, i)
      send(d.m, d.boss, d.targets, box)
    end
  end
end

---RopAbortSubmit
---@param stored satchel.sandbox.message
---@return integer|nil code
function delivery.call_back(stored, box)
  for i, d in ipairs(box.deferred) do
    if d.m.stored == stored then
      table.remove(box.deferred, i)
      stored.flags = stored.flags & ~FLAG.submitted | FLAG.unsent
      stored.list:touch(stored)
      return nil
    end
  end
  return code.NotInQueue
end

---RopSubmitMessage and RopTransportSend.
---@param m satchel.sandbox.message an open one
---@param user satchel.sandbox.user
---@param box table
---@return integer|nil code
function delivery.submit(m, user, box)
  local flags = m.stored and m.stored.flags or m.flags
  if flags & FLAG.submitted ~= 0 or m.associated then return code.AccessDenied end
  local boss, given = represented(m, box.users)
  if given and not boss then return code.AccessDenied end
  boss = boss or m.store.owner
  if not may_send_as(boss, user) then return code.AccessDenied end
  local targets, err = targets_of(m, box)
  if not targets then return err end
  local p = m.props
  sign(p, "Sender", user)
  sign(p, "SentRepresenting", boss)
  p[tags.ClientSubmitTime] = clock.now()
  p[tags.MessageDeliveryTime] = p[tags.ClientSubmitTime]
  p[tags.InternetMessageId] = instance.message_id(boss)
  m.is_read, m.touched, m.read_was_set = true, true, true
  err = instance.save(m, user, true)
  if err then return err end
  local delay = delay_of(p)
  if delay > 0 then defer(m, boss, targets, box, delay) else send(m, boss, targets, box) end
end

return delivery
