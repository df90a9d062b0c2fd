-- What the wire alone costs: the requests of a recorded session sent again
-- with the cookies of a new one, their answers thrown away.

local net = require("satchel.core").net
local satchel = require "satchel"
local task = require "satchel.task"
local transport = require "satchel.transport"

local M = {}

local function copy(request)
  local headers = {}
  for _, line in ipairs(request.headers or {}) do
    if not line:lower():find "^cookie:" then headers[#headers + 1] = line end
  end
  return { method = request.method, url = request.url, body = request.body,
    headers = headers, tls = request.tls, proxy = request.proxy, timeout = 60 }
end

---The requests of a session: those before `fn` and those within.
---@param options table of satchel.connect
---@param fn fun(session: satchel.Session)
---@return { before: table[], table: table[] }
function M.record(options, fn)
  local lists = { before = {}, table = {} }
  local list, new = lists.before, transport.new
  transport.new = function(...) -- luacheck: ignore 122
    local send = new(...)
    return function(request)
      if not request.url:find("/autodiscover/", 1, true) then list[#list + 1] = copy(request) end
      return send(request)
    end
  end
  local session <close> = satchel.connect(options)
  transport.new = new -- luacheck: ignore 122
  fn(session, function() list = lists.table end)
  list = {}
  return lists
end

local function keep_cookies(jar, response)
  for _, header in ipairs(response.headers) do
    if header[1]:lower() == "set-cookie" then
      local name, value = header[2]:match "^%s*([^=;%s]+)=([^;]*)"
      jar[name] = value
    end
  end
end

local function cookie_line(jar)
  local parts = {}
  for name, value in pairs(jar) do parts[#parts + 1] = name .. "=" .. value end
  return "Cookie: " .. table.concat(parts, "; ")
end

local function send(request, jar, auth)
  local headers = table.move(request.headers, 1, #request.headers, 1, {})
  if next(jar) then headers[#headers + 1] = cookie_line(jar) end
  local response = task.await(net.http { method = request.method, url = request.url,
    body = request.body, headers = headers, tls = request.tls, proxy = request.proxy,
    timeout = request.timeout, auth = auth })
  assert(response.status == 200, response.status)
  assert(response.fields["x-responsecode"] == "0", response.fields["x-responsecode"])
  keep_cookies(jar, response)
  return #response.body
end

---Sends them again; gives the seconds that those of the table took, and bytes.
---@return number seconds, integer bytes
function M.replay(options, lists)
  local jar, auth, bytes = {}, { user = options.user, password = options.password,
    methods = "basic" }, 0
  for _, request in ipairs(lists.before) do send(request, jar, auth) end
  collectgarbage()
  local from = net.now()
  for _, request in ipairs(lists.table) do bytes = bytes + send(request, jar, auth) end
  return net.now() - from, bytes
end

return M
