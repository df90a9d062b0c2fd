-- The loopback redirect (RFC 8252 7.3): for the time of one sign-in this
-- process listens on an address of this machine, to which the provider's page
-- sends the browser with the answer. What does not carry the state of this
-- sign-in is not from that page, and is turned away.

local core = require "satchel.core"
local error_object = require "satchel.error"
local form = require "satchel.oauth.form"
local listen = require "satchel.sandbox.listen"
local task = require "satchel.task"

---@class satchel.oauth.Redirect
---@field uri string what the provider is told
---@field package state string
---@field package answer? table the fields of the answer
---@field package turned_away? boolean an answer to another sign-in came
---@field package listener satchel.sandbox.Listener
local Redirect = { __name = "satchel.oauth.Redirect" }
Redirect.__index = Redirect

local M = {}

local LOOK <const> = 0.1 -- seconds; who signs in takes longer

local PAGE <const> = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>%s</title></head>'
  .. '<body style="font-family: sans-serif; margin: 4em"><h1>%s</h1><p>%s</p></body></html>'

local function page(status, title, text)
  return { status = status, body = PAGE:format(title, title, text), headers = {
    { "Content-Type", "text/html; charset=utf-8" }, { "Cache-Control", "no-store" },
    { "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'" },
    { "Referrer-Policy", "no-referrer" },
  } }
end

local function handle(self, request)
  local target = request.url:gsub("^%a[%w+.-]*://[^/]*", "")
  local path, query = target:match "^([^?#]*)%??([^#]*)"
  if path ~= self.path or request.method ~= "GET" then
    return page(404, "Not here", "Nothing is at this address.")
  end
  local fields = form.decode(query)
  if fields.state ~= self.state then
    self.turned_away = true
    return page(400, "Not this sign-in", "This answer belongs to another sign-in.")
  end
  self.answer = self.answer or fields
  if not fields.code then
    return page(200, "Not signed in", "The script says why. You may close this window.")
  end
  return page(200, "Signed in", "You may close this window.")
end

local function parts_of(uri)
  local scheme, host, port, path = uri:match "^(%a+)://([^/:?#]+):?(%d*)(/?[^?#]*)$"
  if not host then scheme, host, port, path = uri:match "^(%a+)://(%[::1%]):?(%d*)(/?[^?#]*)$" end
  local address = host and (host == "localhost" and "127.0.0.1"
    or host == "[::1]" and "::1" or host:match "^127%.%d+%.%d+%.%d+$")
  if scheme ~= "http" or not address then
    error_object.raise { kind = "invalid", message = "oauth: redirect_uri is '" .. uri .. "'",
      hint = "an address of this machine, such as http://127.0.0.1 or http://localhost:8400/done" }
  end
  return host, address, tonumber(port), path
end

---Listens for the answer to one request.
---@param uri string as registered; without a port any free one is used
---@param state string
---@return satchel.oauth.Redirect to be closed
function M.open(uri, state)
  local host, address, port, path = parts_of(uri)
  local self = setmetatable({ state = state, path = path == "" and "/" or path }, Redirect)
  self.listener = listen.listen(function(request) return handle(self, request) end,
    { host = address, port = port })
  self.uri = ("http://%s:%d%s"):format(host, self.listener.port, path)
  return self
end

---Waits for the answer; nil if none came in time.
---@param seconds number
---@return table<string, string>|nil fields
function Redirect:wait(seconds)
  local deadline = core.net.now() + seconds
  while not self.answer and core.net.now() < deadline do task.sleep(LOOK) end
  return self.answer
end

---Ends it; the page that was answered last has time to arrive.
function Redirect:close()
  if self.answer or self.turned_away then pcall(task.sleep, 0.05) end
  self.listener:close()
end

Redirect.__close = Redirect.close

return M
