-- Byte streams as the specs use them: connected, and read to some point.

local net = require "satchel.core".net
local task = require "satchel.task"

local M = {}

---A stream to a peer of line_peer; options go to core.net.stream.
---@param peer table
---@param options? table
function M.new(peer, options)
  local request = { host = peer.host, port = peer.port, policy = { ca = peer.ca }, proxy = false,
    timeout = 5, idle = 5 }
  for k, v in pairs(options or {}) do request[k] = v end
  return net.stream(request)
end

---Connects it, too.
---@return table|nil stream
---@return table? err
function M.open(peer, options)
  local s, err = M.new(peer, options)
  if not s then return nil, err end
  local ok
  ok, err = task.result(s)
  if ok then return s end
  return nil, err
end

-- the next bytes, or nil and the error
function M.some(s)
  while true do
    local bytes, err = s:read()
    if bytes ~= false then return bytes, err end
    bytes, err = task.result(s)
    if bytes == nil then return nil, err end
  end
end

---What comes until it ends, and the error by which it ends.
function M.rest(s)
  local parts = {}
  while true do
    local bytes, err = M.some(s)
    if not bytes then return table.concat(parts), err end
    parts[#parts + 1] = bytes
  end
end

---What comes until it matches.
function M.upto(s, pattern)
  local got = ""
  while not got:find(pattern) do
    local bytes, err = M.some(s)
    if not bytes then error(err.message .. " after " .. got, 2) end
    got = got .. bytes
  end
  return got
end

---One line, with its end; nothing behind it is read.
function M.line(s)
  local got = ""
  repeat
    local byte = s:read(1)
    if byte == nil then error("no line: " .. got, 2) end
    if byte then got = got .. byte else task.result(s) end
  until got:sub(-1) == "\n"
  return got
end

---TLS from here on: true, or nil and the error.
function M.start_tls(s)
  local ok, err = s:start_tls()
  if not ok then return nil, err end
  return task.result(s)
end

-- all that was written has left
function M.flush(s, most)
  return task.result { step = function() return s:drained(most or 0) end,
    token = function() return s:token() end, cancel = function() s:cancel() end }
end

return M
