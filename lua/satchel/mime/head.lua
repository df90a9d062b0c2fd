-- The header of a message to be written (RFC 5322 3.6), always in one order.

local core = require("satchel.core").mime
local error_object = require "satchel.error"

local M = {}

local weekdays <const> = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local months <const> = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
  "Nov", "Dec" }

---A time as a Date header has it (RFC 5322 3.3), in UTC.
---@param seconds integer
---@return string
function M.date(seconds)
  local t = os.date("!*t", seconds)
  return ("%s, %d %s %04d %02d:%02d:%02d +0000"):format(weekdays[t.wday], t.day,
    months[t.month], t.year, t.hour, t.min, t.sec)
end

-- what this machine is called, where that can stand in an id
local function host_name()
  local name = require("satchel.core").net.host_name()
  return name and name:find "^%w[%w.-]*$" and name or "localhost"
end

---When a message was received, as who receives it notes it (RFC 5322 3.6.7): before all
---other fields.
---@param seconds integer
---@return string line
function M.received(seconds)
  return error_object.assert(core.header_words("Received", ("by %s; %s"):format(host_name(),
    M.date(seconds))))
end

---An id that no other message has.  Its domain is that of whom it is from (RFC 5322
---3.6.4); without any it is the name of this machine.
---@param domain string|nil
---@return string "<…@…>"
function M.message_id(domain)
  local text = require("satchel.core").text
  local email = domain and core.encode_email("a@" .. domain)
  return ("<%s@%s>"):format(text.guid(), email and email:sub(3) or host_name())
end

---The domain of an address.
---@param email string|nil
---@return string|nil
function M.domain(email)
  return email and email:match "@([^@]+)$"
end

---The domain of whom a message is from.
---@param draft table
---@return string|nil
function M.domain_of(draft)
  local from = draft.from or draft.sender
  return from and M.domain(from.email)
end

local x_priorities <const> = { high = "1 (Highest)", low = "5 (Lowest)" }
local sensitivities <const> = { personal = "Personal", private = "Private",
  confidential = "Company-Confidential" }

-- words of Keywords (RFC 5322 3.6.5) are phrases
local function keywords(list)
  local names = {}
  for i, name in ipairs(list or {}) do names[i] = { name = name } end
  return names
end

local function ids(value)
  return type(value) == "table" and table.concat(value, " ") or value
end

---The header lines of a message but those of its content.
---@param draft table fields, checked
---@param opts table date, received, message_id (false: none), domain, bcc, utf8
---@return string
---@return string|false message_id
function M.lines(draft, opts)
  local lines = {}
  local function put(fn, name, value)
    if not value or type(value) == "table" and #value == 0 then return end
    lines[#lines + 1] = error_object.assert(fn(name, value, opts.utf8))
  end
  local function one(name, address) put(core.header_addresses, name, address and { address }) end
  local message_id = opts.message_id
  if message_id == nil then
    message_id = draft.message_id or M.message_id(M.domain_of(draft) or opts.domain)
  end
  if opts.received then lines[1] = M.received(opts.received) end
  put(core.header_words, "Date", M.date(opts.date or draft.sent or os.time()))
  one("From", draft.from)
  one("Sender", draft.sender)
  put(core.header_addresses, "Reply-To", draft.reply_to)
  put(core.header_addresses, "To", draft.to)
  put(core.header_addresses, "Cc", draft.cc)
  if opts.bcc then put(core.header_addresses, "Bcc", draft.bcc) end
  put(core.header, "Subject", draft.subject)
  put(core.header_words, "Message-ID", message_id)
  put(core.header_words, "In-Reply-To", draft.in_reply_to)
  put(core.header_words, "References", ids(draft.references))
  if draft.importance and draft.importance ~= "normal" then
    put(core.header, "Importance", draft.importance)
    put(core.header, "X-Priority", x_priorities[draft.importance])
  end
  put(core.header, "Sensitivity", sensitivities[draft.sensitivity])
  put(core.header_addresses, "Keywords", keywords(draft.categories))
  for _, header in ipairs(draft.headers or {}) do
    put(core.header, header.name, header.value)
  end
  lines[#lines + 1] = "MIME-Version: 1.0\r\n"
  return table.concat(lines), message_id
end

return M
