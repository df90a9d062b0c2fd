-- The real transport: a function that carries a request to its server and
-- gives the response, or nil and an error object. It waits by task.result, so
-- that other tasks run meanwhile. It repeats nothing but what authentication
-- takes: a token asked for anew after 401, and another method where Negotiate
-- was offered but no ticket is at hand. A redirect is a response.

local errors = require "satchel.error"
local net = require "satchel.core".net
local task = require "satchel.task"

---@class satchel.Request
---@field method? string "GET" by default
---@field url string
---@field headers? string[] "Name: value"
---@field body? string
---@field timeout? number seconds for the whole exchange
---@field idle_timeout? number seconds without a byte
---@field max_body? integer bytes
---@field max_head? integer bytes
---@field auth? table|false { user =, password =, token =, methods = "basic,ntlm" }
---@field tls? table|false { ca =, cert =, key =, verify = }; false: clear text allowed
---@field proxy? string|false
---@field repeatable? boolean may be sent again on a new connection by itself
---@field any_status? boolean 401 is a response like any other, not an error

---@class satchel.Response
---@field status integer
---@field headers table list of { name, value }
---@field fields table<string, string> by lower-case name
---@field body string
---@field effective_url string
---@field retry_after? number seconds
---@field connections integer connections that had to be made
---@field auth? string the method that satisfied the server

---@alias satchel.Transport
---| fun(request: satchel.Request): satchel.Response?, satchel.Error?

---@class satchel.TransportOptions
---@field user? string
---@field password? string
---@field token? string|fun(refused: boolean): string
---@field methods? string of "basic,ntlm,negotiate,bearer"
---@field tls? table|false
---@field proxy? string|false
---@field timeout? number 60 by default
---@field trace? fun(event: table, request: satchel.Request)

local M = {}

-- functions that know themselves when their token is to be renewed, and are
-- asked with each request; of others a token is kept until it is refused
M.renewing = setmetatable({}, { __mode = "k" })

local TIMEOUT <const> = 60
local CREDENTIALS <const> = "basic,ntlm,negotiate"
local FIRST_GUESS <const> = "basic"

local inherited = {
  "method", "url", "headers", "body", "idle_timeout", "max_body", "max_head",
  "repeatable", "any_status",
}

local function origin_of(url)
  return url:lower():match "^%w+://[^/?#]*" or url
end

-- `methods` less `method`, as far as they are offered; nil if none is left
local function others(methods, method, offered)
  local left = {}
  for _, name in ipairs(offered) do
    if name ~= method and methods:find(name, 1, true) then left[#left + 1] = name end
  end
  return left[1] and table.concat(left, ",")
end

---@class satchel.TransportState
---@field options satchel.TransportOptions
---@field methods table<string, string> what satisfied an origin, by user
---@field tokens table<function, string> what a function gave last
local State = {}
State.__index = State

-- `refused`: the server did not take the last token
function State:token(token, refused)
  if type(token) ~= "function" then return token end
  if refused or not self.tokens[token] or M.renewing[token] then
    self.tokens[token] = token(refused or false)
  end
  return self.tokens[token]
end

local function key_of(request, auth)
  return origin_of(request.url) .. " " .. tostring(auth.user)
end

local function either(first, second)
  if first ~= nil then return first end
  return second
end

-- Asking a server what it offers costs a round trip. Where TLS has shown who it
-- is, the password is given at once; what it offers instead comes with its 401.
local function first_methods(request, tls)
  local verified = request.url:lower():find "^https://"
    and tls ~= false and not (tls and tls.verify == false)
  return verified and FIRST_GUESS or CREDENTIALS
end

-- what the core is told, or nil; `refused` as above
function State:auth(request, refused)
  local given = request.auth
  if given == nil then given = self.options end
  if not given then return end
  if given.token then
    return { token = self:token(given.token, refused), methods = "bearer" }
  elseif given.user or given.methods then
    return { user = given.user, password = given.password,
      methods = self.methods[key_of(request, given)] or given.methods
        or first_methods(request, either(request.tls, self.options.tls)) }
  end
end

function State:prepare(request, refused)
  local options, full = self.options, {}
  for _, name in ipairs(inherited) do full[name] = request[name] end
  full.auth = self:auth(request, refused)
  full.tls = either(request.tls, options.tls)
  full.proxy = either(request.proxy, options.proxy)
  full.timeout = request.timeout or options.timeout
    or not request.idle_timeout and TIMEOUT or nil
  full.trace = options.trace ~= nil
  return full
end

local function parse_head(event, head)
  local first, rest = head:match "^([^\n]*)\n?(.*)$"
  if event.direction == "send" then
    event.method, event.path = first:match "^(%S+) (%S+)"
  else
    event.status = math.tointeger(tonumber(first:match "^HTTP/%S+ (%d+)"))
  end
  for line in rest:gmatch "[^\n]+" do
    table.insert(event.headers, line)
  end
end

---Gives each message of an operation to a trace function, secrets masked.
---@param op table
---@param url string
---@param trace fun(event: table, request: satchel.Request)
---@param request satchel.Request
local function report(op, url, trace, request)
  url = net.mask(url:gsub("//[^/@]*@", "//"))
  for _, raw in ipairs(op:trace()) do
    local event = { direction = raw.direction, url = url, headers = {},
      bytes = raw.bytes }
    parse_head(event, raw.head)
    trace(event, request)
  end
end

function State:attempt(full, request)
  local trace = self.options.trace
  local op, err = net.http(full)
  if not op then return nil, errors.new(err) end
  local response
  response, err = task.result(op)
  if trace then report(op, full.url, trace, request) end
  if response then return response end
  err = errors.new(err)
  if trace then
    trace({ direction = "error", url = net.mask(full.url), headers = {}, bytes = 0,
      message = err.message }, request)
  end
  return nil, err
end

-- another way to authenticate after 401, or nil
function State:second_auth(request, auth, err)
  if err.status ~= 401 or not auth then return end
  local given = request.auth or self.options
  if type(given.token) == "function" then return self:auth(request, true) end
  if self.methods[key_of(request, given)] then -- it has changed its mind
    self.methods[key_of(request, given)] = nil
    return self:auth(request)
  end
  local guessed = auth.methods == FIRST_GUESS and not given.methods
  if not guessed and not auth.methods:find "negotiate" then return end
  local methods = guessed and others(CREDENTIALS, FIRST_GUESS, err.offered)
    or not guessed and others(auth.methods, "negotiate", err.offered)
  return methods and { user = auth.user, password = auth.password, methods = methods }
end

-- ends: a token is asked for once more, a method known to work is forgotten,
-- Basic was only a guess, Negotiate is left out
function State:exchange(request)
  local full = self:prepare(request)
  local response, err = self:attempt(full, request)
  local asked = false
  while err do
    local auth = not asked and self:second_auth(request, full.auth, err)
    if not auth then break end
    asked, full.auth = auth.token ~= nil, auth
    response, err = self:attempt(full, request)
  end
  if response and response.auth then
    self.methods[key_of(request, full.auth)] = response.auth
  end
  return response, err
end

---Makes a transport.
---@param options? satchel.TransportOptions
---@return satchel.Transport
function M.new(options)
  local state = setmetatable({ options = options or {}, methods = {}, tokens = {} }, State)
  return function(request) return state:exchange(request) end
end

return M
