-- What a box answers besides the mailbox: Autodiscover and the address book,
-- as routes of its HTTP face; and the listener that carries it all.

local autodiscover = require "satchel.sandbox.autodiscover"
local code = require "satchel.sandbox.code"
local core = require "satchel.core"
local listen = require "satchel.sandbox.listen"
local nspi = require "satchel.sandbox.nspi"
local options = require "satchel.options"

local M = {}

local HTTP <const> = code.http

-- scheme and host as the client sees them
local function base_of(exchange)
  local request = exchange.request
  return request.base or request.url:match "^%a[%w+.-]*://[^/]+"
    or "https://" .. (exchange.fields.host or exchange.box.host)
end

local function plain(exchange, answer)
  return exchange:reply(answer.status, answer.body, answer.headers[1][2])
end

local function pox(exchange)
  local base = base_of(exchange)
  return plain(exchange, autodiscover.pox(exchange.request, function(email)
    return exchange.box:discover(email, base)
  end))
end

local function json(exchange)
  return plain(exchange, autodiscover.json(exchange.request, base_of(exchange)))
end

-- the address book -----------------------------------------------------------

local names <const> = {}
for _, body in ipairs(core.wire.bodies()) do
  if body.endpoint == "nspi" then names[body.type:lower()] = body.name end
end

-- [MS-OXCMAPIHTTP] 2.2.5.18, 2.2.5.19
local function url_of(exchange, name)
  local urls = exchange.box:urls(base_of(exchange))
  local list = name == "get_mailbox_url" and urls.mapi or urls.nspi
  return { error_code = 0, server_url = list[exchange.user.email] }
end

local function directory(exchange)
  local kind = (exchange.fields["x-requesttype"] or ""):lower()
  if kind == "ping" then return exchange:ping() end
  local name = names[kind]
  if not name then
    return exchange:failure(HTTP.InvalidRequestType, "unknown request type")
  end
  local request = core.wire.decode_body("request", name, exchange.request.body or "")
  if not request then
    return exchange:failure(HTTP.InvalidRequestBody, "the body is malformed")
  end
  local s, failure
  if name ~= "bind" then
    s, failure = exchange:context(true)
    if not s then return failure end
  end
  local answer = name:find "_url$" and url_of(exchange, name)
    or nspi.answer(exchange.box.users, name, request)
  if name == "bind" and answer.error_code == 0 then exchange:new_context() end
  if name == "unbind" then exchange.box:end_session(s) end
  return exchange:encode(name, answer)
end

local function book(exchange)
  if exchange.method ~= "POST" then
    return exchange:failure(HTTP.InvalidVerb, "only POST is understood")
  end
  return directory(exchange)
end

---Adds the routes to a box.
---@param box satchel.Sandbox
function M.install(box)
  box:route("/mapi/nspi", book)
  box:route("/autodiscover/autodiscover.xml", pox)
  box:route("/autodiscover/autodiscover.json", json, true)
end

-- the listener ---------------------------------------------------------------

---@class satchel.SandboxUrls
---@field url string for satchel.connect: discovery at this host
---@field base string scheme, host and port
---@field ca string|nil path of the certificate that a client is to trust
---@field autodiscover string
---@field mapi fun(email: string): string the mailbox endpoint of a user
---@field nspi fun(email: string): string the address book endpoint of a user
---@field user_dn fun(email: string): string

local function named(box, email)
  local user = box.users:find(email)
  if not user then require("satchel.error").invalid("the box has no user '%s'", email) end
  return user
end

---@param box satchel.Sandbox
---@param given { host?: string, port?: integer, tls?: boolean }
---@return satchel.SandboxUrls
function M.listen(box, given)
  local where = options.check("listen", given or {}, {
    host = { type = "string" }, port = { type = "integer" }, tls = { type = "boolean" } })
  local listener
  listener = listen.listen(function(request)
    request.base = listener.base
    return box:handle(request)
  end, where)
  box.listener = listener
  local urls = box:urls(listener.base)
  return {
    url = "mapi://" .. listener.base:match "//(.*)", base = listener.base, ca = listener.ca,
    autodiscover = urls.autodiscover,
    mapi = function(email) return urls.mapi[named(box, email).email] end,
    nspi = function(email) return urls.nspi[named(box, email).email] end,
    user_dn = function(email) return named(box, email).dn end,
  }
end

return M
