-- A server of lines that plays a script, for what real servers never do: answers
-- cut at any byte, stalls, injections before TLS, nonsense. In a process of its
-- own, any number of connections at once.
--
--   local line_peer = require "support.line_peer"
--   local p <close> = line_peer.start([[
--     S: * OK ready                 it says a line; lines in a row go out in one write
--     C: $tag CAPABILITY            it waits for this line, letter by letter; $tag is one word,
--     S: * CAPABILITY IMAP4rev1     … is anything; anything else closes the connection, and
--     S: $tag OK done               p:check() fails
--     S- * 1 FETCH (BODY[] {3}\r\n  it says this without an end of line; \r \n \0 \\ \x41
--     C# 12                         it reads 12 bytes
--     C.                            it reads lines up to "."
--     ! tls                         TLS from here on; ! tls 1.2
--     ! bindings                    it notes its side of the channel bindings
--     ! sleep 0.2    ! stall (until the other end closes)    ! drain (the same, reading)
--     ! echo (what it hears)     ! bytes 100000 (\x00 to \xff over and over)
--     ! zeros 64 (times 1 MiB of zeros, by DEFLATE)
--     ! half (says no more)    ! close    ! reset    ! cut (TLS without farewell)
--   ]], { tls = true })
--   connect to p.host, p.port with policy { ca = p.ca }; p.place is "127.0.0.1:1234"
--   p:heard()     all that clients said, as "C: …" lines
--   p:check()     fails if a client said what was not in the script, or not all of it
--
-- Options: tls (from the first byte on), piece = bytes of each write (1: byte by
-- byte), cut = bytes after which it closes; cut = "each": the first connection is
-- cut after 0 bytes, the next after 1, … A list of scripts is played one by
-- connection, the last one for all that follow. Behind the script it closes.
--
--   line_peer.each_cut(script, options, function(peer, bytes) … end)
-- calls the function, which connects once, for every cut, and at last uncut.

local child = require "support.child"
local tls_peer = require "support.tls_peer"

local M = {}
local Peer = {}
Peer.__index = Peer

local folder -- with the certificate; made once for a run

local function certificates()
  if not folder then
    folder = tls_peer.folder()
    tls_peer.certificate(folder, "good", "DNS:localhost,IP:127.0.0.1", "-days 2")
    -- removed with this process
    M.folder = setmetatable({}, { __gc = function() tls_peer.remove(folder) end })
  end
  return folder
end

local function write_scripts(scripts)
  local path = os.tmpname()
  local f <close> = assert(io.open(path, "wb"))
  if type(scripts) == "string" then scripts = { scripts } end
  f:write(table.concat(scripts, "\n\f\n"))
  return path
end

---@param scripts string|string[]
---@param options? { tls: boolean, piece: integer, cut: integer|"each" }
function M.start(scripts, options)
  options = options or {}
  local path, dir = write_scripts(scripts), certificates()
  local process = child.start(("lua5.4 spec/support/line_peer_process.lua %s %s %s %s %s"):format(
    path, dir, options.tls and "tls" or "clear", options.piece or 0, options.cut or "no"),
    "port (%d+)")
  os.remove(path)
  local port = math.tointeger(tonumber(process.match))
  return setmetatable({ process = process, host = "127.0.0.1", port = port,
    place = "127.0.0.1:" .. port, ca = dir .. "/ca.pem" }, Peer)
end

function Peer:close()
  self.process:close()
end
Peer.__close = Peer.close

---All that clients said so far, a line each.
function Peer:heard()
  local lines = {}
  for line in self.process:output():gmatch "[^\n]+" do
    if line:find "^C" then lines[#lines + 1] = line end
  end
  return table.concat(lines, "\n")
end

---What it noted behind a word.
function Peer:noted(word)
  for _ = 1, 250 do
    local found = self.process:output():match(word .. " ([^\n]+)\n")
    if found then return found end
    os.execute "sleep 0.02"
  end
end

-- waits until its output has something
local function wait(self, pattern)
  for _ = 1, 250 do
    local found = self.process:output():match(pattern)
    if found then return found end
    os.execute "sleep 0.02"
  end
  error("the peer has not come to " .. pattern .. ":\n" .. self.process:output())
end

---Fails unless a script was played to its end and no client left it.
function Peer:check()
  wait(self, "ended")
  local wrong = self.process:output():match "wrong: [^\n]+"
  if wrong then error(wrong .. "\n" .. self.process:output(), 2) end
end

---Whether a connection got all that the script says.
function Peer:whole()
  return self.process:output():find("ended whole", 1, true) ~= nil
end

---@param script string
---@param options? table
---@param use fun(peer: table, bytes: integer)
---@return integer cuts
function M.each_cut(script, options, use)
  local all = { cut = "each" }
  for k, v in pairs(options or {}) do all[k] = v end
  local peer <close> = M.start(script, all)
  local bytes = 0
  while true do
    use(peer, bytes)
    wait(peer, ("connection %d ended (%%a+)"):format(bytes + 1))
    if peer:whole() then return bytes end
    bytes = bytes + 1
  end
end

return M
