-- One message: MAIL and every RCPT in one flight, then the content by BDAT
-- (RFC 3030) or DATA, or as URLs by which the server fetches it (BURL, RFC 4468), then
-- what became of it for each recipient. Unless `partial` is asked for, nothing is sent
-- when one recipient is refused.
--
-- Round trips with PIPELINING: 2 with BDAT and BURL, or where nothing has to be weighed
-- between RCPT and DATA (one recipient, `partial`); else 3.

local burl = require "satchel.smtp.burl"
local code = require "satchel.smtp.code"
local errors = require "satchel.error"

local M = {}

-- bytes that are read of the content at once, and of one chunk of BDAT
local PIECE <const>, CHUNK <const> = 65536, 1 << 20
-- times as long as for other answers is waited for the last one: who gives up then
-- may make duplicates (RFC 5321 4.5.3.2.6)
local PATIENCE <const> = 10

---@class satchel.smtp.Outcome of one recipient
---@field email string
---@field ok boolean
---@field code? integer of the server's last word about it
---@field enhanced? string
---@field message? string
---@field error? satchel.Error where it is not ok

local function outcome(email, reply, err)
  return { email = email, ok = err == nil, code = reply.code, enhanced = reply.enhanced,
    message = code.text(reply), error = err }
end

-- Recipients --------------------------------------------------------------------

local function list_refused(results)
  local list = {}
  for _, each in ipairs(results) do
    if not each.ok and #list < 3 then list[#list + 1] = each.email end
  end
  return table.concat(list, ", ")
end

-- the error of recipients that were refused while nothing was sent
local function refuse(self, results, refused)
  local first, words
  for _, each in ipairs(results) do
    if each.error and not first then first, words = each.error, each.message end
  end
  local what = refused == 1 and ("the recipient %s"):format(list_refused(results))
    or ("%d of %d recipients (%s%s)"):format(refused, #results, list_refused(results),
      refused > 3 and ", …" or "")
  errors.raise { kind = first.kind, code = first.code, name = first.name, stage = "rcpt",
    op = "send", server = self.connection.endpoint.host, retryable = first.retryable,
    results = results, hint = refused < #results
      and "nothing was sent; partial = true sends to the others" or nil,
    message = ("send: the server refuses %s: %s"):format(what, words) }
end

-- the outcome of each RCPT; raises unless sending goes on
local function weigh(self, replies, first)
  local results, refused = {}, 0
  for i, email in ipairs(self.envelope.recipients) do
    local reply, err = replies[first + i - 1], nil
    if reply.code >= 400 then
      err = self.connection:refusal(reply,
        ("send: the server refuses the recipient %s"):format(email), "rcpt")
      err.op, refused = "send", refused + 1
    end
    results[i] = outcome(email, reply, err)
  end
  self.results, self.accepted = results, #results - refused
  return refused
end

-- Content -----------------------------------------------------------------------

-- A reply before the content has ended: the server does not want the rest. The
-- connection is of no more use.
local function check_early(self)
  local reply = self.connection.line:poll()
  if not reply then return end
  local err = self.connection:refusal(reply, "send: the server refuses the message", "data")
  self.connection.line.lost = err
  errors.raise(err)
end

-- what fails while the content goes out leaves the server waiting for the rest
local function abandon(self, err)
  local line = self.connection.line
  line.lost = line.lost or err
  error(err, 0)
end

local function report(self, done)
  if self.progress then self.progress(done, self.content.size or done) end
end

local function put_data(self)
  local line, done = self.connection.line, 0
  assert(line.machine:data())
  for piece in self.content.chunks(PIECE) do
    line:check(line.machine:put(piece))
    line:drain()
    check_early(self)
    done = done + #piece
    report(self, done)
  end
  return done
end

-- the last byte is on its way from here on
local function finish_data(self, replies)
  local line = self.connection.line
  self.ended = true
  line:check(line.machine:data_end(replies))
  line.spoke = true
end

local function send_data(self)
  local ok, done = pcall(put_data, self)
  if not ok then abandon(self, done) end
  self.connection.line:show("send", ("(%d bytes of content)"):format(done))
  finish_data(self, self.connection.lmtp and self.accepted or 1)
end

-- pieces of the content as chunks for BDAT; lines end with CRLF unless it is binary
local function chunks_of(self)
  if self.by_url then return burl.chunks(self.content.pieces) end
  local next_piece = self.content.chunks(PIECE)
  local lines = require "satchel.core".smtp.lines
  local binary, kept, ended = self.envelope.binary, "", false
  return function()
    if ended then return nil end
    local parts, size = { kept }, #kept
    kept = ""
    while size < CHUNK do
      local piece = next_piece()
      if not piece then
        ended = true
        break
      end
      parts[#parts + 1], size = piece, size + #piece
    end
    local chunk = table.concat(parts)
    if binary then return chunk, ended end
    if not ended and chunk:sub(-1) == "\r" then chunk, kept = chunk:sub(1, -2), "\r" end
    return lines(chunk), ended
  end
end

-- the reply of a chunk that is not the last
local function read_chunk(self)
  local reply = self.connection:reply()
  if reply.code >= 400 then self.refused = self.refused or reply end
end

-- writes a chunk; its bytes
local function put_chunk(self, chunk, last)
  local line, ending = self.connection.line, last and " LAST" or ""
  if self.by_url and chunk.url then return burl.put(line, chunk, ending) end
  line:show("send", ("BDAT %d%s"):format(#chunk, ending))
  line:check(line.machine:chunk(chunk, last))
  line.spoke = true
  return #chunk
end

local function put_chunks(self)
  local line, done, waiting = self.connection.line, 0, 0
  local together = self.connection.capabilities.PIPELINING
  for chunk, last in chunks_of(self) do
    if last then self.ended = true end
    done = done + put_chunk(self, chunk, last)
    if last then
      report(self, done)
      break
    end
    waiting = waiting + 1
    line:drain()
    while waiting > (together and 4 or 0) and not self.refused do
      read_chunk(self)
      waiting = waiting - 1
    end
    if self.refused then break end
    report(self, done)
  end
  while waiting > 0 do
    read_chunk(self)
    waiting = waiting - 1
  end
end

-- true when the content has ended and its replies are due
local function send_chunks(self)
  local ok, err = pcall(put_chunks, self)
  if not ok then
    if self.ended then error(err, 0) end
    abandon(self, err)
  end
  if self.refused and not self.ended then
    self.connection.dirty = true
    errors.raise(self.connection:refusal(self.refused, "send: the server refuses the message",
      "data"))
  end
end

-- What became of it --------------------------------------------------------------

local function final_replies(self)
  local connection = self.connection
  if not connection.lmtp then
    local reply = connection:reply()
    reply = self.refused or reply -- what comes after a refusal is about the order alone
    self.last = reply
    return function() return reply end
  end
  return function() return connection:reply() end
end

-- the outcome for each recipient that was accepted: one reply for all, or (LMTP) one
-- for each, in order (RFC 2033 4.2)
local function settle(self)
  local line, timeout = self.connection.line, self.connection.options.timeout
  if timeout then line.stream:idle(PATIENCE * timeout) end
  local next_reply, failed = final_replies(self), 0
  for i, before in ipairs(self.results) do
    if before.ok then
      local reply, err = next_reply(), nil
      if reply.code >= 400 then
        err = self.connection:refusal(reply, "send: the server refuses the message", "data")
        err.op, failed = "send", failed + 1
      end
      self.results[i] = outcome(before.email, reply, err)
    end
  end
  if timeout then line.stream:idle(timeout) end
  return failed
end

local function raise_failed(self, failed)
  local first, words
  for _, each in ipairs(self.results) do
    if each.error and each.error.stage == "data" and not first then
      first, words = each.error, each.message
    end
  end
  local err = { kind = first.kind, code = first.code, name = first.name, stage = "data",
    op = "send", server = first.server, retryable = first.retryable, results = self.results,
    message = first.message }
  if failed < self.accepted then
    err.message = ("send: delivered to %d of %d recipients; of %s the server says: %s"):format(
      self.accepted - failed, #self.results, list_refused(self.results), words)
    err.hint = "results says to whom; do not send to those again"
    err.retryable = false
  end
  errors.raise(err)
end

-- what was lost after the last byte had gone may have been delivered
local function uncertain(self, err)
  local line = self.connection.line
  if not self.ended or not errors.is(err) or not line.lost or err.code then error(err, 0) end
  if line.stream:pending() > 0 then error(err, 0) end
  err.uncertain, err.retryable = true, false
  err.message = ("send: the answer of %s to the message is lost: %s"):format(
    self.connection.endpoint.place, err.message)
  err.hint = "it may have been sent: look before sending again"
  error(err, 0)
end

-- The course of it ---------------------------------------------------------------

local function uses_chunks(self)
  return self.by_url or self.connection.capabilities.CHUNKING and not self.connection.lmtp
end

-- a 354 where no recipient was accepted: an empty message goes nowhere (RFC 2920 3.1)
local function end_nothing(self, reply)
  if reply.code >= 400 then return end
  local connection = self.connection
  if connection.lmtp then
    connection.line.lost = errors.new { kind = "protocol", message = "a message for nobody" }
    return
  end
  assert(connection.line.machine:data())
  finish_data(self, 1)
  connection:reply()
  self.ended = false
end

local function check_data(self, reply)
  if reply.code == 354 then return end
  self.connection.dirty = true
  local err = self.connection:refusal(reply, "send: the server refuses the message", "data")
  if reply.code < 400 then
    err.kind, self.connection.line.lost = "protocol", err
  end
  errors.raise(err)
end

-- RSET if need be, MAIL, RCPTs and, where nothing is to be weighed, DATA
local function commands(self)
  local lines, envelope = {}, self.envelope
  local connection = self.connection
  if connection.dirty then lines[1] = "RSET" end
  lines[#lines + 1] = envelope:mail(connection.capabilities, self.content)
  local mail = #lines
  for _, email in ipairs(envelope.recipients) do lines[#lines + 1] = envelope:rcpt(email) end
  local data
  if connection.capabilities.PIPELINING and not uses_chunks(self)
    and (self.partial or #envelope.recipients == 1) then
    lines[#lines + 1] = "DATA"
    data = #lines
  end
  return lines, mail, data
end

local function check_whole(self, lines, replies)
  local last = replies[#replies]
  if last and last.code == 421 then
    errors.raise(self.connection.line.lost or self.connection:refusal(last,
      "the server closes the connection"))
  end
  return #replies == #lines
end

-- who is it from, and who gets it
local function address(self)
  local lines, mail, data = commands(self)
  local replies = self.connection:flight(lines, function(i, reply)
    return i > mail or reply.code < 400
  end)
  local whole = check_whole(self, lines, replies)
  local reply = replies[mail] or replies[#replies]
  self.connection.dirty = nil
  if reply.code >= 400 or not whole then
    if data then end_nothing(self, replies[data]) end
    local err = self.connection:refusal(reply,
      ("send: the server refuses the sender %s"):format(self.envelope.from), "mail")
    err.op = "send"
    errors.raise(err)
  end
  local refused = weigh(self, replies, mail + 1)
  if self.accepted == 0 or refused > 0 and not self.partial then
    if data then end_nothing(self, replies[data]) end
    self.connection.dirty = true
    refuse(self, self.results, refused)
  end
  return data and replies[data]
end

local function run(self)
  self.ended, self.refused, self.last = false, nil, nil
  self.by_url = burl.takes(self.connection, self.content.pieces, self.content.size)
  if self.by_url then burl.prepare(self.connection) end
  self.envelope:check(self.connection, self.content)
  local reply = address(self)
  if uses_chunks(self) then
    send_chunks(self)
  else
    check_data(self, reply or self.connection:ask "DATA")
    send_data(self)
  end
  return settle(self)
end

---Sends one message. Returns what became of it for each recipient, in their order;
---raises when it was sent to nobody, or, without `partial`, not to all.
---@param connection satchel.smtp.Connection
---@param given { envelope: satchel.smtp.Envelope, content: satchel.smtp.Content,
---partial: boolean, progress: function|nil }
---@return satchel.smtp.Outcome[]
function M.send(connection, given)
  local self = { connection = connection, envelope = given.envelope, content = given.content,
    partial = given.partial, progress = given.progress, started = false }
  local function may_repeat()
    return not self.ended and (self.content.repeatable or not self.started)
  end
  local chunks = self.content.chunks
  self.content.chunks = function(n)
    self.started = true
    return chunks(n)
  end
  connection:on_line(function()
    local ok, failed = pcall(burl.run, self, run)
    if not ok then uncertain(self, failed) end
    if failed == self.accepted or failed > 0 and not self.partial then
      raise_failed(self, failed)
    end
  end, may_repeat)
  return self.results
end

return M
