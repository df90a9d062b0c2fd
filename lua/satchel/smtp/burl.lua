-- BURL (RFC 4468): content that the server which sends fetches from where it is stored.

local core = require "satchel.core"
local url = require "satchel.imap.url"

local M = {}

-- bytes that are worth a connection of their own: some eight round trips at 50 ms and
-- 10 Mbit/s
local WORTH <const> = 512 << 10

-- a connection of which no more than one message is fetched, and one was
local function is_spent(connection)
  return connection.fetched and connection.fetches == "once"
end

---@param connection satchel.smtp.Connection
---@param size integer
---@return boolean
function M.is_offered(connection, size)
  return connection.capabilities.BURL ~= nil and connection.fetches ~= false
    and not connection.lmtp and (size >= WORTH or not is_spent(connection))
end

---Opens another connection where this one is spent.
---@param connection satchel.smtp.Connection
function M.prepare(connection)
  if is_spent(connection) then connection:renew() end
end

-- what a refused URL means for this server; true where another connection may do: QUIRKS 60
local function learn(connection, reply)
  if connection.fetched then
    connection.fetches = "once"
    connection:renew()
    return true
  end
  if reply.code >= 500 then connection.fetches = false end
  return false
end

---Whether a server takes content in these pieces.
---@param connection satchel.smtp.Connection
---@param pieces table[]|nil
---@param size integer
---@return boolean
function M.takes(connection, pieces, size)
  local offered = connection.capabilities
  if not pieces or not M.is_offered(connection, size) then return false end
  for _, piece in ipairs(pieces) do
    if piece.text and not offered.CHUNKING then return false end
  end
  return true
end

---Host and port as a server calls the place that it fetches from; nil where it does not
---say which.
---@param connection satchel.smtp.Connection
---@param host string that we know
---@return string|nil authority
function M.authority(connection, host)
  local only, count = nil, 0
  for _, parameter in ipairs(connection.capabilities.BURL or {}) do
    local authority, name = url.authority(parameter)
    if name == host:lower() then return authority end
    if authority then only, count = authority, count + 1 end
  end
  return count == 1 and only or nil
end

-- RFC 4468 5 and 6 and RFC 5248: conversion, content that is not available, trust, IMAP
-- that is not to be had
local of_url <const> = { ["6.3"] = true, ["6.6"] = true, ["7.8"] = true, ["7.14"] = true,
  ["4.1"] = true }

-- whether a refusal is about the URL or the command, and not about the message
local function is_of_url(reply)
  if reply.code < 400 then return false end
  if reply.code >= 500 and reply.code <= 504 and reply.code ~= 503 then return true end
  if not reply.enhanced then return reply.code == 554 end
  return of_url[reply.enhanced:match "^%d%.(.*)$"] or false
end

-- Within a transaction ------------------------------------------------------------

---Pieces as chunks of content: texts, and what is fetched. A chunk of BDAT may stand before
---BURL where both are offered (RFC 4468).
---@param pieces table[]
---@return fun(): string|table|nil, boolean|nil
function M.chunks(pieces)
  local i = 0
  return function()
    i = i + 1
    local piece = pieces[i]
    if not piece then return nil end
    return piece.url and piece or core.smtp.lines(piece.text), i == #pieces
  end
end

---Writes the command; the trace does not show what authorizes.
---@param line satchel.Dialogue
---@param piece { url: string, size: integer }
---@param ending string
---@return integer bytes
function M.put(line, piece, ending)
  line.secrets.urlauth = piece.url:match ":%w+:(%x+)$"
  line:command("BURL " .. piece.url .. ending)
  return piece.size
end

---Runs a transaction. A server that does not come by the content gets its bytes: what it
---refused was the way, and not the message.
---@param self table the transaction
---@param run fun(self: table): integer
---@return integer failed
function M.run(self, run)
  local failed, connection = run(self), self.connection
  if not self.by_url then return failed end
  if not is_of_url(self.last) then
    connection.fetched = true
    return failed
  end
  self.ended, connection.dirty = false, true
  if not learn(connection, self.last) then self.content.pieces = nil end
  return M.run(self, run)
end

return M
