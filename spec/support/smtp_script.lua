-- Sending to a server that plays a script (support.line_peer): what is sent unless a
-- spec says otherwise, and what came of it.

local assert = require "luassert"
local connection = require "satchel.smtp.connection"
local line_peer = require "support.line_peer"
local native = require "satchel.smtp.native"
local satchel = require "satchel"

local M = {}

M.text = "Subject: x\r\n\r\nhello\r\n"

-- greeting and EHLO with these extensions
function M.hello(extensions, verb)
  local lines = { "S: 220 x", ("C: %s …"):format(verb or "EHLO"), "S: 250-x" }
  for name in extensions:gmatch "%S+" do lines[#lines + 1] = "S: 250-" .. name:gsub("=", " ") end
  lines[#lines + 1] = "S: 250 ENHANCEDSTATUSCODES\n"
  return table.concat(lines, "\n")
end

-- a connection to the one who plays
function M.open(peer, more)
  local opts = { url = "smtp://" .. peer.place, tls = false, timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  if opts.lmtp then opts.url = "lmtp://" .. peer.place end
  return connection.open(opts)
end

-- sends against a script; `given` changes what is sent
function M.send(script, given, more)
  local peer <close> = line_peer.start(script)
  local all = { from = "a@x.test", recipients = { "b@x.test", "c@x.test" }, data = M.text }
  for name, value in pairs(given or {}) do all[name] = value end
  all.data = not all.source and not all.path and all.data or nil
  local trips
  local ok, result = satchel.try(function()
    local c <close> = M.open(peer, more)
    local n = native.new(c)
    local before = n.round_trips
    local results <close> = setmetatable({}, { __close = function()
      trips = n.round_trips - before
    end })
    results.list = n:send(all)
    return results.list
  end)
  local heard, played, why = peer:heard(), pcall(peer.check, peer)
  local said = { heard = function() return heard end,
    check = function() if not played then error(why, 2) end end }
  return ok, result, said, trips
end

-- what came of it, where it has to succeed
function M.sent(...)
  local ok, results, peer, trips = M.send(...)
  assert.is_true(ok, tostring(results))
  return results, peer, trips
end

-- and where it has to fail
function M.refused(kind, pattern, ...)
  local ok, err, peer, trips = M.send(...)
  assert.is_false(ok)
  assert.equal(kind, err.kind, tostring(err))
  assert.truthy(err.message:find(pattern, 1, true), err.message)
  return err, peer, trips
end

M.to_two = "C: MAIL FROM:<a@x.test>…\nC: RCPT TO:<b@x.test>\nC: RCPT TO:<c@x.test>\n"
M.bye = "C: QUIT\nS: 221 bye"

return M
