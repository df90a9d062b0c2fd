-- connect: which driver speaks for a URL, and what may be said to it.

local dry_run = require "satchel.dry_run"
local endpoint = require "satchel.endpoint"
local error_object = require "satchel.error"
local locate = require "satchel.locate"
local nearest = require "satchel.nearest"
local options = require "satchel.options"
local session = require "satchel.session"

---@class satchel.ConnectOptions
---@field user string the address of the mailbox's owner
---@field password? string|fun(): string
---@field token? string|fun(): string a bearer token; asked for again when it is refused
---@field login? string the name to log on with, where it is not `user`
---@field url? string none, or a scheme alone ("imap:"): discovered from the address
---@field user_dn? string with an https url: the legacy name of the user
---@field nspi_url? string with an https url: the address book's
---@field smtp? string|satchel.SmtpOptions for sending where the url's protocol cannot
---@field tls? satchel.TlsOptions|boolean default true; false: clear text is allowed
---@field mailbox? string another user's mailbox, with the rights of `user`
---@field timeout? number seconds for one answer; default 60
---@field proxy? string URL
---@field limits? table upper bounds for what a server may send
---@field trace? (fun(event: satchel.TraceEvent))|file* shown all of the protocol, secrets masked
---@field dry_run? boolean reads are real, writes go to `trace` and nowhere else
---@field sandbox? satchel.Sandbox an Exchange in a box, in this process; needs no password
---@field transport? fun(request: table): table|nil, table? carries requests

---@class satchel.TlsOptions
---@field ca? string file of the certificates to trust
---@field cert? string file of the client's certificate
---@field key? string file of its key
---@field verify? boolean default true

---@class satchel.SmtpOptions
---@field url string smtp:// (STARTTLS), smtps:// or lmtp://
---@field user? string default: the session's
---@field password? string|fun(): string default: the session's
---@field token? string|fun(): string default: the session's
---@field tls? satchel.TlsOptions|boolean default: the session's
---@field name? string what EHLO says who we are; default: an address literal

local M = {}

local function one_line(value)
  if value:find "[\r\n\0]" then error_object.invalid "connect: a line break in an option" end
  return value
end

-- of what nobody is let in by
local function not_empty(name)
  return function(value)
    if value == "" then error_object.invalid("connect: option '%s' is empty", name) end
    return type(value) == "string" and name ~= "password" and one_line(value) or value
  end
end

-- false: none, whatever the environment says
local function proxy(value)
  if value == true then error_object.invalid "connect: proxy is a URL or false" end
  return value and one_line(value)
end

local function positive(value)
  if value <= 0 or value ~= value then
    error_object.invalid("connect: timeout is %s seconds", value)
  end
  return value
end

-- a function, or an open file that takes lines
local function tracer(value)
  if type(value) ~= "userdata" then return value end
  if io.type(value) ~= "file" then
    error_object.invalid "connect: option 'trace' is a function or an open file"
  end
  return require("satchel.trace").printer(value)
end

local tls_rows <const> = { ca = { type = "string" }, cert = { type = "string" },
  key = { type = "string" }, verify = { type = "boolean", default = true } }

local function tls(value)
  if type(value) == "boolean" then return value end
  return options.check("connect: tls", value, tls_rows)
end

local smtp_rows <const> = {
  url = { type = "string", required = true, convert = one_line },
  user = { type = "string", convert = not_empty "user" },
  password = { type = "string|callable", convert = not_empty "password" },
  token = { type = "string|callable", convert = not_empty "token" },
  tls = { type = "table|boolean", convert = tls },
  name = { type = "string", convert = one_line },
}

local sends <const> = { smtp = true, lmtp = true }

-- where messages are sent; a URL stands for the table that has only that
local function sending(value)
  if type(value) == "string" then value = { url = value } end
  local checked = options.check("connect: smtp", value, smtp_rows)
  local place = endpoint.parse(checked.url, "connect: smtp")
  if not sends[place.protocol] then
    error_object.raise { kind = "invalid",
      message = ("connect: smtp: url has the scheme '%s'"):format(place.scheme),
      hint = "smtp://, smtps:// and lmtp:// send" }
  end
  if checked.password and checked.token then
    error_object.invalid "connect: smtp: give a password or a token, not both"
  end
  if checked.name and not checked.name:find "^[%w.:%[%]-]+$" then
    error_object.invalid("connect: smtp: '%s' is no name of a host", checked.name)
  end
  return checked
end

local count <const> = { type = "integer" }
local limit_rows <const> = { request = count, handles = count, response = count,
  backoffs = count, line = count, literal = count, reply = count, message = count }

local function limits(value)
  local checked = options.check("connect: limits", value, limit_rows)
  for name, number in pairs(checked) do
    if number < 1 then error_object.invalid("connect: limit '%s' is %d", name, number) end
  end
  return checked
end

local function box(value)
  local ok, transport = pcall(function() return value.transport end)
  if ok and transport then return value end
  return error_object.raise { kind = "invalid", message = "connect: option 'sandbox' is none",
    hint = "it is what require \"satchel.sandbox\".start gives" }
end

local rows <const> = {
  user = { type = "string", convert = not_empty "user" },
  password = { type = "string|callable", convert = not_empty "password" },
  token = { type = "string|callable", convert = not_empty "token" },
  login = { type = "string", convert = one_line },
  url = { type = "string", convert = one_line },
  user_dn = { type = "string", convert = one_line },
  nspi_url = { type = "string", convert = one_line },
  smtp = { type = "string|table", convert = sending },
  tls = { type = "table|boolean", convert = tls, default = true },
  mailbox = { type = "string", convert = one_line },
  timeout = { type = "number", convert = positive, default = 60 },
  proxy = { type = "string|boolean", convert = proxy },
  limits = { type = "table", convert = limits },
  trace = { type = "callable|userdata", convert = tracer },
  dry_run = { type = "boolean", default = false },
  sandbox = { type = "table|userdata", convert = box },
  transport = { type = "callable" },
}

M.options = rows

-- schemes of URLs: the module that drives them, or what is still missing
local mapi <const> = { driver = "satchel.mapi.driver" }
local imap <const> = { driver = "satchel.imap.driver" }
local pop3 <const> = { driver = "satchel.pop3.driver" }
local smtp <const> = { driver = "satchel.smtp.driver" }
local schemes <const> = { mapi = mapi, https = mapi, http = mapi,
  imap = imap, imaps = imap, pop3 = pop3, pop3s = pop3, smtp = smtp, smtps = smtp,
  lmtp = smtp,
  maildir = { missing = "Maildir" }, mbox = { missing = "mbox" },
  ["local"] = { missing = "the local store" },
}

---The module that speaks for a URL.
---@param opts table with `url`
---@return string
function M.driver_of(opts)
  if not opts.url then return mapi.driver end
  local scheme = opts.url:match "^([%a][%w+.-]*):"
  local row = scheme and schemes[scheme:lower()]
  if not row then
    error_object.raise { kind = "invalid", message = ("connect: url has %s%s"):format(
      scheme and "the unknown scheme '" .. scheme .. "'" or "no scheme",
      nearest.suggestion(scheme, schemes)),
      hint = not scheme and ("write it as imaps://%s"):format(opts.url) or nil }
  end
  if row.missing then
    error_object.unsupported("connect: %s is not there yet; mapi, imap, pop3, smtp and lmtp are",
      row.missing)
  end
  return row.driver
end

local function check_together(opts)
  if not opts.user then
    error_object.raise { kind = "invalid", message = "connect: option 'user' is missing",
      hint = "the address of the mailbox's owner" }
  end
  if opts.password and opts.token then
    error_object.invalid "connect: give a password or a token, not both"
  end
  local place = opts.url and opts.url:match "^%a[%w+.-]*://([^/?#]*)"
  -- a password may have a slash in it; only a page has a path with "@" in it
  if place and not opts.url:lower():find "^https?:" then place = opts.url end
  if place and place:find "@" then
    error_object.raise { kind = "invalid", message = "connect: url has a user in it",
      hint = "give user and password as options of their own" }
  end
  if opts.url and opts.url:lower():find "^http:" and opts.tls ~= false then
    error_object.raise { kind = "invalid", message = "connect: url is not encrypted",
      hint = "tls = false allows clear text" }
  end
end

-- the box is the caller's own: it says what password it would take
local function use_box(opts)
  local users = not (opts.password or opts.token) and opts.sandbox.users
  local user = users and users:find(opts.user)
  opts.password = opts.password or user and user.password
end

---The options of connect, checked.
---@param given satchel.ConnectOptions
---@return table
function M.check(given)
  local opts = options.check("connect", given, rows)
  if opts.url then M.driver_of(opts) end
  check_together(opts)
  if opts.sandbox then use_box(opts) end
  return opts
end

---Connects and logs on.
---@param given satchel.ConnectOptions
---@return satchel.Session
function M.connect(given)
  local opts = M.check(given)
  locate.fill(opts)
  local driver = error_object.assert(require(M.driver_of(opts)).open(opts))
  if opts.dry_run then driver = dry_run.wrap(driver, opts.trace) end
  return session.new(driver)
end

return M
