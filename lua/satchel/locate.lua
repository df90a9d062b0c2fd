-- Where the mailbox is when connect is not told, or told only the protocol
-- ("imap:"): discovery by the address, whose result becomes options.

local error_object = require "satchel.error"

local M = {}

-- protocols that a URL may name without a host
local PROTOCOLS <const> = { imap = "imap", imaps = "imap", pop3 = "pop3", pop3s = "pop3",
  smtp = "smtp", smtps = "smtp" }

---The scheme of a URL that says no more.
---@param url string|nil
---@return string|nil
function M.scheme_alone(url)
  return url and url:match "^(%a[%w+.-]*):/*$"
end

---Whether the mailbox is to be looked for. What carries requests in place of the
---network reaches Exchange only, whose driver looks for itself.
---@param opts table of connect
---@return boolean
function M.is_needed(opts)
  if opts.sandbox or opts.transport then return false end
  local scheme = M.scheme_alone(opts.url)
  if scheme then return PROTOCOLS[scheme:lower()] ~= nil end
  return opts.url == nil
end

local function carrier(opts)
  local transport = require "satchel.transport"
  if not opts.trace then return transport.new() end
  return require("satchel.trace").transport(function(show)
    return transport.new { trace = show }, true
  end, opts.trace)
end

-- a password that a function gives is asked for once
local function auth_of(opts)
  if opts.token then return { user = opts.login or opts.user, token = opts.token } end
  if opts.password and type(opts.password) ~= "string" then
    local password = opts.password()
    if type(password) ~= "string" then
      error_object.invalid("connect: the function 'password' gave a %s, not text", type(password))
    end
    opts.password = password
  end
  return opts.password and { user = opts.login or opts.user, password = opts.password } or nil
end

---What discovery is asked for the options of connect.
---@param opts table
---@return satchel.discovery.Options
function M.question(opts)
  local scheme = M.scheme_alone(opts.url)
  local tls = opts.tls
  if tls == true then tls = nil end
  return { user = opts.user, transport = carrier(opts), auth = auth_of(opts), tls = tls,
    proxy = opts.proxy, timeout = opts.timeout,
    protocol = scheme and (PROTOCOLS[scheme:lower()] or "mapi") }
end

---Puts what was found into the options of connect.
---@param opts table
---@param found satchel.discovery.Result
function M.apply(opts, found)
  opts.url, opts.endpoints = found.url, found.endpoints
  if found.endpoints then
    opts.user_dn, opts.nspi_url = found.endpoints.user_dn, found.endpoints.nspi_url
  end
  opts.login = opts.login or found.user
  if found.smtp and not opts.smtp and found.protocol ~= "mapi" and found.protocol ~= "smtp" then
    opts.smtp = { url = found.smtp, user = found.smtp_user or found.user and opts.user }
  end
end

---Finds the mailbox, where the options do not say it.
---@param opts table of connect; url, login, smtp are filled in
function M.fill(opts)
  if not M.is_needed(opts) then return end
  local discovery = require "satchel.discovery"
  M.apply(opts, discovery.discover(M.question(opts)))
end

return M
