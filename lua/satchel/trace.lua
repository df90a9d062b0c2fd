-- What `trace` is given: one event for each message of HTTP, each ROP, each
-- body of MAPI, in the order in which they go out and come in.  Secrets are
-- masked before an event is made.  Without `trace` none of this is called.

local core = require "satchel.core"
local mapi_trace = require "satchel.mapi.trace"

---@class satchel.TraceEvent
---@field layer "http"|"rop"|"body"|"verb"|"imap"|"pop3"|"smtp"
---@field direction "send"|"receive"|"error"|"write"
---@field round_trip? integer which request of the session it belongs to
---@field text? string of a ROP or body: its name and fields
---@field rop? string
---@field body? string "connect", "resolve_names"
---@field method? string http
---@field url? string http
---@field status? integer http
---@field headers? string[] http: "Name: value"
---@field bytes? integer http: of the body
---@field request_type? string http: "Execute"
---@field message? string of an error
---@field op? string what a dry run did not do
---@field arguments? table and with what

local M = {}

local arrows <const> = { send = ">", receive = "<", error = "!", write = "=" }

local function http_line(event)
  if event.direction == "error" then return event.message end
  local what = event.direction == "send"
    and ("%s %s"):format(event.method or "?", event.url) or tostring(event.status or "?")
  local kind = event.request_type and event.request_type .. ", " or ""
  return ("%s (%s%d bytes)"):format(what, kind, event.bytes or 0)
end

---An event on one line.
---@param event satchel.TraceEvent
---@return string
function M.line(event)
  local text = event.text or event.op and "not done: " .. event.op or http_line(event)
  return ("%3s %s %-4s %s"):format(event.round_trip or "", arrows[event.direction] or "?",
    event.layer or "", text)
end

---A trace function that writes each event on a line of an open file.
---@param file file*
---@return fun(event: satchel.TraceEvent)
function M.printer(file)
  return function(event) file:write(M.line(event), "\n") end
end

local function masked(lines)
  local list = {}
  for i, line in ipairs(lines or {}) do
    if type(line) == "table" then line = line[1] .. ": " .. tostring(line[2]) end
    list[i] = core.net.mask(line)
  end
  return list
end

-- messages of a transport that shows none itself
local function message(direction, request)
  return { direction = direction, url = core.net.mask(request.url), headers = {}, bytes = 0 }
end

local function show_send(show, request)
  local event = message("send", request)
  event.method, event.bytes = request.method or "GET", #(request.body or "")
  event.headers = masked(request.headers)
  show(event, request)
end

local function show_answer(show, request, response, err)
  local event = message(response and "receive" or "error", request)
  if response then
    event.status, event.bytes = response.status, #(response.body or "")
    event.headers = masked(response.headers)
  else
    event.message = err and err.message
  end
  show(event, request)
end

---A transport that shows everything it carries.  `make` gives the transport that
---does: it is given the function for messages of HTTP, and says whether it calls it.
---@param make fun(show: fun(event: table, request: satchel.Request)): satchel.Transport, boolean
---@param show fun(event: satchel.TraceEvent)
---@return satchel.Transport
function M.transport(make, show)
  local inner, count = mapi_trace.new(show), 0
  local function show_http(event, request)
    event.layer, event.round_trip = "http", request.round_trip
    if event.direction == "send" then
      event.request_type = select(2, mapi_trace.body_name(request))
    end
    show(event)
  end
  local carry, shows_http = make(show_http)
  return function(request)
    count = count + 1
    request.round_trip = count
    local answered = inner:request(request, count)
    if not shows_http then show_send(show_http, request) end
    local response, err = carry(request)
    if not shows_http then show_answer(show_http, request, response, err) end
    if response and answered then answered(response) end
    return response, err
  end
end

return M
