-- Sending for sessions of any protocol: a message of the face is made MIME once,
-- sent, and the very same bytes are handed to whoever keeps the copy.

local connection = require "satchel.smtp.connection"
local content = require "satchel.smtp.content"
local core = require "satchel.core"
local envelope = require "satchel.smtp.envelope"
local errors = require "satchel.error"
local mime = require "satchel.mime"
local native = require "satchel.smtp.native"
local transaction = require "satchel.smtp.transaction"
local with = require "satchel.with"

local M = {}

---@class satchel.smtp.Kept what was kept before it was sent
---@field id? string nil: only where it is found is known; `save` keeps it
---@field folder_id? string
---@field undo fun(err: satchel.Error) it was not sent

---@class satchel.smtp.Context
---@field smtp? satchel.smtp.Connection from M.connection; nil: nothing was said of sending
---@field user string
---@field address? string the user's own address when `user` is none
---@field save? fun(body: any): string|nil, string|nil keeps the copy, gives item id and
---folder id
---@field before? fun(kept: satchel.mime.Body, body: satchel.mime.Body, content:
---satchel.smtp.Content, path: satchel.smtp.Envelope): satchel.smtp.Kept|nil keeps the copy
---first, where the server that sends can fetch the content from it
---@field open? fun(spec: table): fun(): string|nil pieces of the raw message of an attachment
---that is a stored item

---Where the options of connect say that messages are sent: connected when it is
---first needed. Credentials default to those of the session.
---@param options table of satchel.connect
---@return satchel.smtp.Connection|nil
function M.connection(options)
  local given = options.smtp
  if not given then return nil end
  local own = given.user or given.password or given.token
  local tls = given.tls
  if tls == nil then tls = options.tls end
  return connection.new { url = given.url, user = given.user or options.login or options.user,
    password = given.password or not given.token and options.password or nil,
    token = given.token or not given.password and options.token or nil,
    borrowed = not own, tls = tls, timeout = options.timeout, proxy = options.proxy,
    trace = options.trace, limits = options.limits, name = given.name }
end

---The protocol by which a session of another sends, for scripts; it connects.
---@param sender satchel.smtp.Connection|nil
---@return satchel.smtp.Native|nil
function M.native(sender)
  if not sender then return nil end
  local guard <close> = sender.lock:acquire() -- luacheck: ignore guard
  sender:ready()
  return native.new(sender)
end

-- Addresses ---------------------------------------------------------------------

-- whom it is from, unless the message says
local function default_from(context)
  local address = context.address or context.user
  if not address or not address:find "^[^@]+@[^@]+$" then
    errors.raise { kind = "invalid", message = ("send: '%s' is no address to send from"):format(
      tostring(address)), hint = "give from" }
  end
  return { email = address }
end

-- a domain in its ASCII form goes where SMTPUTF8 is not spoken (RFC 5891 4.4)
local function ascii_domain(email)
  if not email:find "[\x80-\xff]" or email:find "[\x80-\xff].*@" then return email end
  return core.mime.encode_email(email) or email
end

local function addresses_of(message)
  local list, seen = {}, {}
  for _, field in ipairs { "to", "cc", "bcc" } do
    for _, each in ipairs(message[field] or {}) do
      if not each.email then
        errors.raise { kind = "not_found", message = ("send: '%s' has no e-mail address, and there "
          .. "is no address book to look in"):format(each.name) }
      end
      -- the domain has no case; the name before it may (RFC 5321 2.4)
      local email = ascii_domain(each.email)
      local key = email:gsub("@[^@]*$", string.lower)
      if not seen[key] then seen[key], list[#list + 1] = true, email end
    end
  end
  return list
end

-- whether a header has an address that only SMTPUTF8 carries
local function is_international(message)
  for _, field in ipairs { "from", "sender", "to", "cc", "reply_to" } do
    local value = message[field]
    for _, each in ipairs(value and (value.email and { value } or value) or {}) do
      if each.email and each.email:find "[\x80-\xff].*@" then return true end
    end
  end
  return false
end

-- The message -------------------------------------------------------------------

-- what becomes MIME: a copy, so that the caller's stays as it was
local function completed(context, message)
  local draft = with(message)
  draft.from = draft.from or default_from(context)
  draft.sent = draft.sent or os.time()
  return draft
end

-- The body as it is kept: who had it without the others' knowledge is told there.
local function with_bcc(body, draft)
  if #(draft.bcc or {}) == 0 then return body end
  local head = errors.assert(core.mime.header_addresses("Bcc", draft.bcc, body.utf8))
  local kept = { size = #head + body.size, message_id = body.message_id, utf8 = body.utf8,
    eightbit = body.eightbit, close = function() end }
  function kept.chunks(_, n)
    local rest, first = body:chunks(n), head
    return function()
      local piece = first or rest()
      first = nil
      return piece
    end
  end
  function kept.read_all() return head .. body:read_all() end
  return kept
end

-- the copy is kept after the message was sent: what fails there leaves it sent
local function keep(context, body, answer)
  local ok, id, folder_id = pcall(context.save, body)
  if ok then
    answer.item_id, answer.item_folder_id = id, folder_id
    return
  end
  local err = errors.new(id)
  err.message = "send: the message was sent, but its copy was not kept: " .. err.message
  err.message_id, err.results, err.stage = answer.message_id, answer.results, "save"
  err.uncertain, err.retryable = true, false
  err.hint = "do not send it again"
  errors.raise(err)
end

local function need_server(context)
  if context.smtp then return end
  errors.raise { kind = "unsupported", message = "send: no server is named that sends",
    hint = 'connect { smtp = "smtp://mail.example.test" }' }
end

---Whom messages are from that do not say it.
---@param context satchel.smtp.Context
---@return satchel.Address
function M.sender(context)
  return default_from(context)
end

---Sends a message of the face and keeps the copy.
---@param context satchel.smtp.Context
---@param message table a draft of satchel.compose
---@param opts { save: boolean, partial: boolean, dsn: table, progress: function }
---@return { message_id: string, results: satchel.smtp.Outcome[], item_id: string|nil,
---item_folder_id: string|nil }
function M.send(context, message, opts)
  need_server(context)
  local draft = completed(context, message)
  addresses_of(draft) -- before an attachment is read
  local utf8 = is_international(draft)
  local body <close> = mime.build(draft, { date = draft.sent, bcc = false, utf8 = utf8,
    message_id = draft.message_id, open = context.open })
  return M.send_body(context, draft, body, opts, with_bcc(body, draft))
end

---Sends what has been built.
---@param context satchel.smtp.Context
---@param draft table from or sender, to, cc, bcc
---@param body satchel.mime.Body what is sent
---@param opts { save: boolean, partial: boolean, dsn: table, progress: function }
---@param kept? satchel.mime.Body what is kept, if it is another
---@return table answer as send's
function M.send_body(context, draft, body, opts, kept)
  need_server(context)
  local sender = draft.sender or draft.from
  local recipients, utf8 = addresses_of(draft), is_international(draft)
  local path = envelope.new { from = ascii_domain(sender.email), recipients = recipients,
    utf8 = utf8, dsn = opts.dsn and envelope.dsn(opts.dsn) }
  local what, saves = content.of { body = body }, context.save and opts.save ~= false
  local there = saves and context.before and context.before(kept or body, body, what, path)
  local ok, results = pcall(transaction.send, context.smtp, { envelope = path, content = what,
    partial = opts.partial, progress = opts.progress })
  if not ok then
    if there then there.undo(results) end
    error(results, 0)
  end
  local answer = { message_id = body.message_id, results = results }
  if there and there.id then
    answer.item_id, answer.item_folder_id = there.id, there.folder_id
  elseif saves then
    keep(context, kept or body, answer)
  end
  return answer
end

return M
