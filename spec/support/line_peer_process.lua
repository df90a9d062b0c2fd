-- The process of line_peer.lua, which says what the scripts mean:
--   lua5.4 spec/support/line_peer_process.lua SCRIPTS FOLDER clear|tls PIECE no|each|BYTES
-- Each connection is a coroutine that yields what it waits for.

local socket = require "socket"
local ssl = require "ssl"

local NO_SOCKET <const> = -1

local path, folder, mode, piece, cut = table.unpack(arg)
piece = tonumber(piece)

local function slurp(name)
  local f <close> = assert(io.open(name, "rb"))
  return f:read "a"
end

local escapes = { r = "\r", n = "\n", t = "\t", ["0"] = "\0", ["\\"] = "\\" }

local function unescape(text)
  return (text:gsub("\\(.)(%x?%x?)", function(c, digits)
    if c == "x" then return string.char(tonumber(digits, 16)) end
    return (escapes[c] or "\\" .. c) .. digits
  end))
end

-- lists of { op, text }
local function parse(text)
  local steps = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do
    local op, rest = line:match "^%s*([SC!][:%-#.]?) ?(.*)$"
    if op then steps[#steps + 1] = { op, rest } end
  end
  return steps
end

local scripts = {}
for text in (slurp(path) .. "\n\f\n"):gmatch "(.-)\n\f\n" do scripts[#scripts + 1] = parse(text) end

local function log(...)
  print(string.format(...))
end

local Connection = {}
Connection.__index = Connection

local DONE <const> = {} -- raised to end a connection early

local function stop(self, why)
  self.why = why
  error(DONE, 0)
end

-- a socket could not do it: waits (TLS knows for what), or ends
local function wait(self, why, want)
  if why == "timeout" then why = want end
  if why ~= "wantread" and why ~= "wantwrite" then stop(self, "closed") end
  coroutine.yield(why, self.c)
end

local function send(self, bytes)
  local from = 1
  while from <= #bytes do
    local last, why, partial = self.c:send(bytes, from)
    if last then from = last + 1 else
      from = (partial or from - 1) + 1
      wait(self, why, "wantwrite")
    end
  end
end

local function say(self, bytes)
  local left = self.left and self.left - #bytes
  if left and left < 0 then bytes = bytes:sub(1, self.left) end
  local size = piece > 0 and piece or #bytes
  for i = 1, #bytes, math.max(size, 1) do
    send(self, bytes:sub(i, i + size - 1))
    if piece > 0 then coroutine.yield("again", self.c) end
  end
  self.left = left
  if left and left < 0 then stop(self, "cut") end
end

-- more bytes into self.unread; false at the end
local function hear(self)
  local bytes, why, partial = self.c:receive(8192)
  bytes = bytes or partial
  if bytes and #bytes > 0 then
    self.unread = self.unread .. bytes
  elseif why == "closed" then
    return false
  else
    wait(self, why, "wantread")
  end
  return true
end

local function read_line(self)
  while true do
    local line, rest = self.unread:match "^(.-)\r\n(.*)$"
    if line then
      self.unread = rest
      log("C: %s", line)
      return line
    end
    if not hear(self) then stop(self, "closed") end
  end
end

local function pattern_of(text)
  local pattern = text:gsub("…", "\1"):gsub("%$tag", "\2"):gsub("%p", "%%%0")
  return "^" .. pattern:gsub("\1", ".*"):gsub("\2", "(%%S+)") .. "$"
end

local function expect(self, text)
  local line = read_line(self)
  local found = line:match(pattern_of(text))
  if not found then
    log("wrong: '%s' where '%s' is expected", line, text)
    stop(self, "wrong")
  end
  if text:find("$tag", 1, true) then self.tag = found end
end

local function read_bytes(self, n)
  while #self.unread < n do
    if not hear(self) then stop(self, "closed") end
  end
  log("C# %q", self.unread:sub(1, n))
  self.unread = self.unread:sub(n + 1)
end

local function start_tls(self, version)
  self.c = assert(ssl.wrap(self.c, { mode = "server", protocol = "any",
    options = version == 1.2 and { "all", "no_tlsv1_3" } or "all",
    key = folder .. "/good.key", certificate = folder .. "/good.pem" }))
  self.c:settimeout(0)
  while true do
    local ok, why = self.c:dohandshake()
    if ok then return end
    wait(self, why, "wantread")
  end
end

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

-- what the two ends of TLS both know
local function show_bindings(self)
  log("exporter %s", hex(self.c:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "")))
  log("finished %s", hex(self.c:getpeerfinished()))
end

local function drain(self)
  repeat self.unread = "" until not hear(self)
end

local function echo(self)
  while hear(self) do
    local bytes = self.unread
    self.unread = ""
    send(self, bytes)
  end
end

-- so many bytes; each says where it is
local function say_bytes(self, n)
  local block = {}
  for i = 0, 255 do block[i + 1] = string.char(i) end
  block = table.concat(block):rep(256)
  for at = 0, n - 1, #block do send(self, block:sub(1, n - at)) end
end

-- so many times 1 MiB of zeros, compressed by zlib (RFC 1951)
local function say_zeros(self, n)
  local block = "\xec\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d\x08\x5f\xa0"
    .. ("\0"):rep(1016) .. "\x3e\x03\x00\x00\xff\xff"
  for _ = 1, n do send(self, block) end
end

local function reset(self)
  self.c:setoption("linger", { on = true, timeout = 0 })
  stop(self, "reset")
end

local function sleep(self, seconds)
  local at = socket.gettime() + seconds
  while socket.gettime() < at do coroutine.yield("sleep", self.c, at) end
end

local commands = {
  echo = echo, bytes = say_bytes, tls = start_tls, drain = drain, stall = drain,
  bindings = show_bindings, zeros = say_zeros,
  reset = reset, sleep = sleep,
  close = function(self) stop(self, "closed") end,
  cut = function(self) stop(self, "cut") end,
  half = function(self) self.c:shutdown "send" end,
}

local function play(self, steps)
  local pending = ""
  for i, step in ipairs(steps) do
    local op, text = step[1], step[2]
    if op ~= "C:" then text = text:gsub("%$tag", function() return self.tag end) end
    if op == "S:" then
      pending = pending .. text .. "\r\n"
    elseif op == "S-" then
      pending = pending .. unescape(text)
    elseif op == "C:" then
      expect(self, text)
    elseif op == "C#" then
      read_bytes(self, tonumber(text))
    elseif op == "C." then
      repeat until read_line(self) == "."
    elseif op == "!" then
      local name, parameter = text:match "^(%a+)%s*(%S*)"
      commands[name](self, tonumber(parameter))
    end
    if not (steps[i + 1] and steps[i + 1][1]:find "^S") and pending ~= "" then
      local bytes = pending
      pending = ""
      say(self, bytes)
    end
  end
end

-- ends the socket below TLS, which would say farewell
local function end_below(self)
  self.plain:setfd(self.c:getfd())
  self.plain:shutdown "both"
  self.plain:setfd(NO_SOCKET)
end

local function finish(self)
  if self.why == "cut" and self.c ~= self.plain then end_below(self) end
  -- closing with bytes unread would reset what was said
  if self.why ~= "reset" and self.why ~= "cut" then pcall(self.c.receive, self.c, 8192) end
  self.c:close()
end

local connections = 0

local function serve(c)
  connections = connections + 1
  local number = connections
  local self = setmetatable({ c = c, plain = c, unread = "", tag = "" }, Connection)
  if cut ~= "no" then self.left = cut == "each" and number - 1 or tonumber(cut) end
  local ok, err = pcall(function()
    if mode == "tls" then start_tls(self) end
    play(self, scripts[math.min(number, #scripts)])
  end)
  if not ok and err ~= DONE then log("wrong: %s", err) end
  finish(self)
  log("connection %d ended %s", number, ok and "whole" or self.why or "badly")
end

local listener = assert(socket.bind("127.0.0.1", 0, 200))
listener:settimeout(0)
io.stdout:setvbuf "no"
print(("port %d"):format(select(2, listener:getsockname())))

-- coroutine -> what it waits for: { want =, c = the socket, at = until }
local waiting = {}

local function resume(thread)
  local ok, want, c, at = coroutine.resume(thread)
  if not ok then log("wrong: %s", want) end
  if coroutine.status(thread) == "dead" then
    waiting[thread] = nil
  else
    waiting[thread] = { want = want, c = c, at = at }
  end
end

local function turn()
  local reads, writes, timeout = { listener }, {}, nil
  for _, w in pairs(waiting) do
    if w.want == "wantread" then reads[#reads + 1] = w.c end
    if w.want == "wantwrite" then writes[#writes + 1] = w.c end
    if w.want == "again" then timeout = 0 end
    if w.want == "sleep" then
      timeout = math.min(timeout or 1, math.max(0, w.at - socket.gettime()))
    end
  end
  local readable, writable = socket.select(reads, writes, timeout)
  local ready = {}
  for thread, w in pairs(waiting) do
    local woken = w.want == "again" or w.want == "sleep" or readable[w.c] or writable[w.c]
    if woken then ready[#ready + 1] = thread end
  end
  for _, thread in ipairs(ready) do resume(thread) end
  local c = readable[listener] and listener:accept()
  if not c then return end
  c:settimeout(0)
  c:setoption("tcp-nodelay", true)
  resume(coroutine.create(function() serve(c) end))
end

while true do turn() end
