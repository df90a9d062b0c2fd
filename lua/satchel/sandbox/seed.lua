-- box:seed: mailboxes filled from Lua tables.
--   { ["anna@example.test"] = { ["Inbox/Invoices"] = {
--       { subject =, from =, to =, cc =, text =, html =, received =, sent =,
--         unread =, flagged =, importance =, categories =, class =,
--         attachments = { { name =, data =, type =, inline =, content_id = } },
--         count = N } } } }
-- `count` makes N alike, kept as one template: fields that are functions are
-- called with the number of the message, "%d" in text stands for it.

local core = require "satchel.core"
local clock = require "satchel.sandbox.clock"
local error_object = require "satchel.error"
local instance = require "satchel.sandbox.instance"
local message = require "satchel.sandbox.message"
local nearest = require "satchel.nearest"
local recipient = require "satchel.sandbox.recipient"
local tags = require "satchel.sandbox.tags"

local seed = {}

local FIELDS = {}
for name in ([[subject from sender to cc bcc text html received sent unread flagged importance
  categories class attachments count message_id in_reply_to references headers props
  draft]]):gmatch "%S+" do
  FIELDS[name] = true
end

local FLAG = message.flag

-- the first components of paths that name a folder whatever its name
local ROLES = { inbox = "inbox", sent = "sent", ["sent items"] = "sent", drafts = "drafts",
  outbox = "outbox", trash = "deleted", ["deleted items"] = "deleted", junk = "junk",
  calendar = "calendar", contacts = "contacts", tasks = "tasks", notes = "notes",
  journal = "journal", archive = "archive" }

---@param store satchel.sandbox.store
---@param path string
local function folder_at(store, path)
  local f = store.roles.ipm_subtree
  local first = true
  for name in (path:gsub("//", "\0") .. "/"):gmatch "([^/]*)/" do
    name = name:gsub("%z", "/")
    if name ~= "" then
      local role = first and ROLES[name:lower()]
      f = role and store.roles[role] or f:child(name)
        or store:create_folder(f, name, { class = f.class })
      first = false
    end
  end
  return f
end

local function time_of(v)
  if v == nil then return clock.now() end
  if type(v) == "number" then return clock.filetime(v) end
  if type(v) == "table" then return clock.filetime(os.time(v)) end
  local ok, time = pcall(require, "satchel.time")
  if ok and time.parse then return clock.filetime((time.parse(v))) end
  local y, m, d, h, mi, s = v:match "^(%d+)-(%d+)-(%d+)[T ]?(%d*):?(%d*):?(%d*)"
  assert(y, "seed: a time is 'YYYY-MM-DDTHH:MM:SSZ' or seconds")
  local days = os.time { year = y, month = m, day = d, hour = 12 }
  local utc = os.time(os.date("!*t", days))
  local midnight = days + os.difftime(days, utc) - 12 * 3600
  return clock.filetime(midnight + (tonumber(h) or 0) * 3600 + (tonumber(mi) or 0) * 60
    + (tonumber(s) or 0))
end

local function address(v)
  if type(v) == "table" then return v.name, v.email end
  local name, email = v:match "^%s*(.-)%s*<([^>]+)>%s*$"
  if email then return name ~= "" and name or nil, email end
  return nil, v
end

local function set_person(p, prefix, v, users)
  local name, email = address(v)
  local user = users:find(email)
  p[tags[prefix .. "Name"]] = name or user and user.name or email
  p[tags[prefix .. "AddressType"]] = user and "EX" or "SMTP"
  p[tags[prefix .. "EmailAddress"]] = user and user.dn or email
  p[tags[prefix .. "SmtpAddress"]] = email
  p[tags[prefix .. "SearchKey"]] = user and user.search_key or "SMTP:" .. email:upper() .. "\0"
end

local function recipients_of(item, users, owner)
  local list = {}
  for kind, field in ipairs { "to", "cc", "bcc" } do
    local given = item[field]
    if given == nil and field == "to" then given = { owner.email } end
    if type(given) == "string" or given and given.email then given = { given } end
    for _, one in ipairs(given or {}) do
      local name, email = address(one)
      list[#list + 1] = recipient.make(#list, kind, name, email, users)
    end
  end
  return list
end

local function attachments_of(item)
  local list = {}
  for i, a in ipairs(item.attachments or {}) do
    local data = a.data or a.size and ("\0"):rep(a.size) or ""
    local name = a.name or "attachment"
    local p = {
      [tags.AttachMethod] = 1, [tags.RenderingPosition] = -1,
      [tags.AttachLongFilename] = name, [tags.AttachFilename] = name,
      [tags.DisplayName] = name, [tags.AttachExtension] = name:match "(%.[^.]+)$",
      [tags.AttachDataBinary] = data, [tags.AttachMimeTag] = a.type,
      [tags.AttachContentId] = a.content_id, [tags.CreationTime] = clock.now(),
    }
    if a.inline then
      p[tags.AttachFlags] = 4
      p[0x7ffe000b] = true
    end
    list[i] = { num = i - 1, props = p }
  end
  return list
end

local IMPORTANCE = { low = 0, normal = 1, high = 2 }

local function properties(item, users, owner)
  local received = time_of(item.received)
  local p = {
    [tags.MessageClass] = item.class or "IPM.Note", [tags.Subject] = item.subject or "",
    [tags.Body] = item.text or not item.html and "" or nil, [tags.Html] = item.html,
    [tags.InternetCodepage] = 65001, [tags.MessageLocaleId] = 0x409,
    [tags.Importance] = IMPORTANCE[item.importance or "normal"], [tags.Sensitivity] = 0,
    [tags.MessageDeliveryTime] = received, [tags.CreationTime] = received,
    [tags.ClientSubmitTime] = item.sent and time_of(item.sent) or received,
    [tags.LastModificationTime] = received, [tags.SearchKey] = core.text.random(16),
    [tags.InternetMessageId] = item.message_id or instance.message_id(owner),
    [tags.InReplyToId] = item.in_reply_to, [tags.InternetReferences] = item.references,
    [tags.TransportMessageHeaders] = item.headers,
    [tags.FlagStatus] = item.flagged and 2 or nil,
  }
  local from = item.from or owner.email
  set_person(p, "Sender", item.sender or from, users)
  set_person(p, "SentRepresenting", from, users)
  for tag, v in pairs(item.props or {}) do
    p[type(tag) == "string" and core.names.tag(tag) or tag] = v
  end
  return p
end

local KEYWORDS = { guid = "00020329-0000-0000-c000-000000000046", name = "Keywords" }

local function new_message(store, item, users)
  local owner = store.owner
  local p = properties(item, users, owner)
  if item.categories then
    p[store.named:id(KEYWORDS, true) << 16 | 0x101f] = item.categories
  end
  local m = message.new { store = store, props = p,
    recipients = recipients_of(item, users, owner), attachments = attachments_of(item),
    is_read = not item.unread, flags = item.draft and FLAG.unsent or FLAG.unmodified }
  m.size = message.weigh(m)
  return m
end

-- series -----------------------------------------------------------------------

local PER_MESSAGE = { "subject", "text", "html", "from", "received", "unread", "importance" }

-- what differs from message to message, as functions of its number
local function varying(item)
  local list = {}
  for _, name in ipairs(PER_MESSAGE) do
    local v = item[name]
    if type(v) == "function" then
      list[name] = v
    elseif type(v) == "string" and v:find("%d", 1, true) and name ~= "received" then
      list[name] = function(i) return (v:gsub("%%d", tostring(i))) end
    end
  end
  return list
end

local FIELD_TAGS = { subject = tags.Subject, text = tags.Body, html = tags.Html,
  received = tags.MessageDeliveryTime, importance = tags.Importance }

local CONVERT = { received = time_of, importance = function(v) return IMPORTANCE[v] end }

-- whoever message `i` is from; the last one is remembered
local function vary_person(by_tag, prefix, from, users)
  local last, p
  for _, part in ipairs { "Name", "AddressType", "EmailAddress", "SmtpAddress", "SearchKey" } do
    local tag = tags[prefix .. part]
    by_tag[tag] = function(i)
      if last ~= i then
        last, p = i, {}
        set_person(p, prefix, from(i), users)
      end
      return p[tag]
    end
  end
end

-- properties by tag and number, drawn from the template
local function generator(template, fields, first, users)
  local by_tag = {}
  for name, f in pairs(fields) do
    local tag, convert = FIELD_TAGS[name], CONVERT[name]
    if tag then
      by_tag[tag] = convert and function(i) return convert(f(i)) end or f
    end
  end
  if not fields.received then
    by_tag[tags.MessageDeliveryTime] = function(i) return first - i * 600000000 end
  end
  for _, tag in ipairs { tags.ClientSubmitTime, tags.CreationTime, tags.LastModificationTime } do
    by_tag[tag] = by_tag[tags.MessageDeliveryTime]
  end
  by_tag[tags.InternetMessageId] = function(i)
    return (template.props[tags.InternetMessageId]:gsub("@", "." .. i .. "@"))
  end
  if fields.from then
    for _, prefix in ipairs { "Sender", "SentRepresenting" } do
      vary_person(by_tag, prefix, fields.from, users)
    end
  end
  local all = {}
  for tag in pairs(template.props) do all[#all + 1] = tag end
  return function(tag, i)
    if tag == "tags" then return all end
    if tag == "recipients" then return template.recipients end
    if tag == "attachments" then return template.attachments end
    local f = by_tag[tag]
    if f then return f(i) end
    return template.props[tag]
  end
end

local function series(store, f, item, users)
  local fields = varying(item)
  local sample = {}
  for k, v in pairs(item) do sample[k] = v end
  for name, field in pairs(fields) do sample[name] = field(1) end
  sample.count = nil
  local template = new_message(store, sample, users)
  local made = generator(template, fields, template.props[tags.MessageDeliveryTime], users)
  local unread = fields.unread
  for i = 1, item.count do
    store:add_message(f, message.new { props = {}, made = made, index = i,
      size = template.size, flags = FLAG.unmodified,
      is_read = unread and not unread(i) or not unread and template.is_read })
  end
end

local function check(path, item)
  for name in pairs(item) do
    if not FIELDS[name] then
      error_object.invalid("seed %s: no field is called '%s'%s", path, tostring(name),
        nearest.suggestion(name, FIELDS))
    end
  end
end

---@param box table
---@param mailboxes table
function seed.fill(box, mailboxes)
  for email, folders in pairs(mailboxes) do
    local user = box.users:find(email)
    if not user then
      error_object.invalid("seed: no user is called '%s'%s", tostring(email),
        nearest.suggestion(email, box.users.by_email))
    end
    local paths = {}
    for path in pairs(folders) do paths[#paths + 1] = path end
    table.sort(paths)
    for _, path in ipairs(paths) do
      local f = folder_at(user.store, path)
      for _, item in ipairs(folders[path]) do
        if type(item) == "string" then item = { subject = item } end
        check(path, item)
        if item.count then
          series(user.store, f, item, box.users)
        else
          user.store:add_message(f, new_message(user.store, item, box.users))
        end
      end
    end
  end
end

return seed
