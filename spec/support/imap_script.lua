-- Pieces of scripts for line_peer.lua, of which sessions of IMAP are made, and what runs a
-- function with such a session.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local M = {}

-- the log-on of a connection, with capabilities
local function log_on(capabilities)
  return ("S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
    .. "C: $tag AUTHENTICATE PLAIN …\n"
    .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ %s] in\n"):format(capabilities)
end

-- that of a session
function M.hello(capabilities)
  return log_on(capabilities)
    .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
end

M.LOG_ON = log_on "UIDPLUS ESEARCH IDLE"
M.HELLO = M.hello "UIDPLUS ESEARCH IDLE"
M.SELECT = "C: $tag SELECT INBOX\nS: * 3 EXISTS\nS: * FLAGS (\\Seen \\Flagged)\n"
  .. "S: * OK [UIDVALIDITY 7] x\nS: $tag OK [READ-WRITE] selected\n"
M.ALL = "C: $tag UID SEARCH RETURN (ALL) ALL\n"
  .. 'S: * ESEARCH (TAG "x") UID ALL 1:3\nS: $tag OK x\n'
M.BYE = "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n"

-- the header of the second message, and all of it
M.HEADER = "Subject: =?utf-8?q?Zw=C3=B6lf?= Zoll\r\nFrom: \"5\\\" disk\" <a@x.test>\r\n"
  .. "To: b@x.test, c@x.test\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
  .. "Message-ID: <2@x.test>\r\nImportance: high\r\n"
M.WHOLE = M.HEADER .. "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
  .. "\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n--b\r\nContent-Type: application/x; "
  .. "name=\"5\\\".x\"\r\nContent-Disposition: attachment\r\n\r\nxyz\r\n--b--\r\n"

-- bytes as a script has them, without a line end of its own
function M.bytes_of(text)
  return "S- " .. text:gsub("\\", "\\\\"):gsub("\r", "\\r"):gsub("\n", "\\n"):gsub("\0", "\\x00")
    .. "\n"
end

-- what gives a section of the second message
function M.section(name, text)
  return M.bytes_of(("* 2 FETCH (UID 2 BODY[%s] {%d}\r\n%s)\r\n"):format(name, #text, text))
end

-- an answer of FLAGS and ENVELOPE
function M.envelope(seq, subject)
  return ('S: * %d FETCH (UID %d FLAGS (\\Seen) ENVELOPE (NIL "%s" NIL NIL NIL NIL NIL NIL NIL '
    .. "NIL))\n"):format(seq, seq, subject)
end

-- runs fn with a session on a peer that plays the scripts, which have to be played whole
function M.with(scripts, fn, more)
  local peer <close> = line_peer.start(scripts)
  local options = { url = "imap://" .. peer.place, user = "anna@x.test", password = "p",
    tls = false, proxy = false, timeout = 5 }
  for k, v in pairs(more or {}) do options[k] = v end
  local session = satchel.connect(options)
  local results = table.pack(satchel.try(fn, session, peer))
  session:close()
  peer:check()
  return table.unpack(results, 1, results.n)
end

-- what the function gives
function M.value_of(...)
  local ok, value = M.with(...)
  if not ok then error(tostring(value), 2) end
  return value
end

-- what it raises
function M.error_of(...)
  local ok, err = M.with(...)
  if ok then error("nothing was raised", 2) end
  return err
end

return M
