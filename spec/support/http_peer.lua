-- An HTTP server with bad manners on demand, in a process of its own:
--   lua5.4 spec/support/http_peer.lua
-- prints the port it listens at. What it does is the first part of the path;
-- a number behind a colon is its parameter ("/slow:0.5").

local cqueues = require "cqueues"
local socket = require "cqueues.socket"

local reasons = { [200] = "OK", [302] = "Found", [401] = "Unauthorized",
  [407] = "Proxy Authentication Required", [503] = "Service Unavailable" }

local function head(status, headers)
  local lines = { ("HTTP/1.1 %d %s"):format(status, reasons[status] or "Something") }
  for _, line in ipairs(headers or {}) do lines[#lines + 1] = line end
  return table.concat(lines, "\r\n") .. "\r\n"
end

local function answer(c, status, body, headers)
  c:write(head(status, headers),
    ("Content-Length: %d\r\n\r\n"):format(#body), body)
end

local function chunk(c, bytes)
  c:write(("%x\r\n"):format(#bytes), bytes, "\r\n")
end

-- a Type 2 message of [MS-NLMP] 2.2.1.2 without target information
local CHALLENGE = "TlRMTVNTUAACAAAAAAAAADgAAAAGAokAASNFZ4mrze8AAAAAAAAAAAAAAAA4AAAA"
  .. "BQLODgAAAA8="

local behaviours = {}

function behaviours.echo(c, r)
  answer(c, 200, r.method .. " " .. r.target .. "\n"
    .. table.concat(r.lines, "\n") .. "\n\n" .. r.body)
end

function behaviours.count(c, r)
  answer(c, 200, ("%d %d"):format(r.connection, r.number))
end

function behaviours.slow(c, r)
  cqueues.sleep(r.parameter)
  answer(c, 200, "late")
end

-- pieces of a body, with a pause before each
function behaviours.drip(c, r)
  c:write(head(200), "Transfer-Encoding: chunked\r\n\r\n")
  for _ = 1, math.tointeger(r.parameter) do
    cqueues.sleep(0.1)
    chunk(c, "PROCESSING\r\n")
  end
  chunk(c, "DONE\r\n")
  c:write "0\r\n\r\n"
end

function behaviours.cut(c, r)
  c:write(head(200), "Content-Length: 100\r\n\r\n",
    ("x"):rep(math.tointeger(r.parameter)))
  return "close"
end

function behaviours.cut_head(c)
  c:write "HTTP/1.1 200 OK\r\nContent-Le"
  return "close"
end

function behaviours.cut_chunk(c)
  c:write(head(200), "Transfer-Encoding: chunked\r\n\r\n20\r\nabc")
  return "close"
end

function behaviours.hangup()
  return "close"
end

local calls = {}

-- closes the connection instead of answering the second call with its number
function behaviours.tired(c, r)
  calls[r.parameter] = (calls[r.parameter] or 0) + 1
  if calls[r.parameter] == 2 then return "close" end
  answer(c, 200, ("call %d"):format(calls[r.parameter]))
end

function behaviours.headers(c, r)
  local lines = {}
  for i = 1, math.tointeger(r.parameter) do
    lines[i] = ("X-%d: %s"):format(i, ("y"):rep(90))
  end
  answer(c, 200, "", lines)
end

function behaviours.long_header(c, r)
  answer(c, 200, "", { "X-Long: " .. ("y"):rep(math.tointeger(r.parameter)) })
end

function behaviours.body(c, r)
  answer(c, 200, ("z"):rep(math.tointeger(r.parameter)))
end

function behaviours.endless(c)
  c:write(head(200), "Transfer-Encoding: chunked\r\n\r\n")
  repeat chunk(c, ("e"):rep(65536)) until c:eof "w"
end

function behaviours.basic(c, r)
  if r.fields.authorization == "Basic dTpw" then return answer(c, 200, "welcome") end
  answer(c, 401, "who?", { 'WWW-Authenticate: Basic realm="a"' })
end

-- offers what Exchange offers and takes only Basic
function behaviours.several(c, r)
  if r.fields.authorization == "Basic dTpw" then return answer(c, 200, "welcome") end
  answer(c, 401, "who?", { "WWW-Authenticate: Negotiate",
    'WWW-Authenticate: Basic realm="a"' })
end

-- NTLM authenticates the connection, for one parameter
function behaviours.ntlm(c, r)
  local message = (r.fields.authorization or ""):match "^NTLM (.+)$"
  if r.state.user == r.parameter and not message then
    answer(c, 200, ("%d %s"):format(r.number, r.body))
  elseif not message then
    answer(c, 401, "who?", { "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM" })
  elseif message:find "^TlRMTVNTUAAB" then
    answer(c, 401, "and?", { "WWW-Authenticate: NTLM " .. CHALLENGE })
  else
    r.state.user = r.parameter
    answer(c, 200, ("%d %s"):format(r.number, r.body))
  end
end

function behaviours.negotiate(c)
  answer(c, 401, "who?", { "WWW-Authenticate: Negotiate" })
end

function behaviours.bearer(c, r)
  if r.fields.authorization == "Bearer fresh" then return answer(c, 200, "welcome") end
  answer(c, 401, "who?", { "WWW-Authenticate: Bearer" })
end

function behaviours.proxy_auth(c)
  answer(c, 407, "who?", { 'Proxy-Authenticate: Basic realm="p"' })
end

function behaviours.busy(c)
  answer(c, 503, "later", { "Retry-After: 7" })
end

function behaviours.busy_date(c)
  answer(c, 503, "later", { "Retry-After: "
    .. os.date("!%a, %d %b %Y %H:%M:%S GMT", os.time() + 60) })
end

function behaviours.redirect(c)
  answer(c, 302, "", { "Location: /echo" })
end

function behaviours.html(c)
  answer(c, 200, "<html>Welcome</html>", { "Content-Type: text/html" })
end

function behaviours.garbage(c)
  c:write "SSH-2.0-none\r\n"
  return "close"
end

function behaviours.interim(c)
  c:write "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
  answer(c, 200, "final", { "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Folded: one",
    "\ttwo" })
end

local function read_request(c)
  local line = c:read "*L"
  local method, target = (line or ""):match "^(%S+) (%S+) HTTP"
  if not method then return end
  local r = { method = method, target = target, lines = {}, fields = {} }
  for l in c:lines "*l" do
    l = l:gsub("\r$", "")
    if l == "" then break end
    table.insert(r.lines, l)
    local name, value = l:match "^([^:]+):%s*(.*)$"
    r.fields[name:lower()] = value
  end
  r.body = c:read(tonumber(r.fields["content-length"] or 0)) or ""
  local what, parameter = target:gsub("^%w+://[^/]*", ""):match "^/([%w_]*):?([%d.]*)"
  r.what, r.parameter = what, tonumber(parameter)
  return r
end

local connections = 0

local function serve(c)
  connections = connections + 1
  local connection, number, state = connections, 0, {}
  c:setmode("b", "bn")
  c:onerror(function(_, _, code) return code end)
  for r in read_request, c do
    number = number + 1
    r.connection, r.number, r.state = connection, number, state
    local behaviour = behaviours[r.what] or behaviours.echo
    if behaviour(c, r) == "close" then break end
    c:flush()
  end
  c:flush()
  c:shutdown "rw"
  c:close()
end

local cq = cqueues.new()
local listener = socket.listen { host = "127.0.0.1", port = 0 }
assert(listener:listen())
local _, _, port = listener:localname()
cq:wrap(function()
  io.stdout:setvbuf "no"
  print(("port %d"):format(port))
  for c in listener:clients() do
    cq:wrap(function() pcall(serve, c) end)
  end
end)
assert(cq:loop())
