-- URLs of IMAP (RFC 5092): by which CATENATE, URLAUTH and BURL call a message, or a part
-- of it, that the server has.

local error_object = require "satchel.error"

local M = {}

-- RFC 3986 2.3: what needs no escaping anywhere
local RESERVED <const> = "[^%w%-._~]"

local function escaped(text, reserved)
  return (text:gsub(reserved or RESERVED, function(c) return ("%%%02X"):format(c:byte()) end))
end

-- RFC 5092 8: UTF-8, not the server's UTF-7.  "." and ".." mean folders of a path, and
-- "//" at its beginning a host (RFC 3986 4.2).
local function mailbox(name)
  local path = escaped(name, "[^%w%-._~/]"):gsub("^/", "%%2F")
  return (path:gsub("[^/]+", function(part)
    if part == "." or part == ".." then return (part:gsub("%.", "%%2E")) end
  end))
end

---@class satchel.imap.Place a message, or a part of it
---@field mailbox string in UTF-8
---@field uidvalidity integer
---@field uid integer
---@field section? string "2", "2.MIME", "TEXT"; nil: the whole message

---The URL of a message on the server that is asked (RFC 5092 7, RFC 4469 3).
---@param place satchel.imap.Place
---@return string
function M.message(place)
  if place.mailbox:find "[\r\n\0]" then
    error_object.invalid "a line break or NUL in the name of a mailbox"
  end
  local url = ("/%s;UIDVALIDITY=%d/;UID=%d"):format(mailbox(place.mailbox), place.uidvalidity,
    place.uid)
  return place.section and url .. "/;SECTION=" .. escaped(place.section) or url
end

-- RFC 3986 3.2.2: an address of IPv6 stands in brackets
local function host_port(host, port)
  if host:find(":", 1, true) then host = "[" .. host .. "]" end
  return port and port ~= 143 and ("%s:%d"):format(host, port) or host
end

---@class satchel.imap.Submission who may read a message for sending it
---@field user string whose the message is
---@field sender string who logs on to the server that sends
---@field host string of IMAP
---@field port? integer default 143
---@field authority? string in place of host and port
---@field expires integer seconds since the epoch

---The URL that GENURLAUTH authorizes for sending (RFC 4467).
---@param place satchel.imap.Place
---@param given satchel.imap.Submission
---@return string
function M.submission(place, given)
  return ("imap://%s@%s%s;EXPIRE=%s;URLAUTH=submit+%s"):format(escaped(given.user),
    given.authority or host_port(given.host, given.port), M.message(place),
    os.date("!%Y-%m-%dT%H:%M:%SZ", given.expires), escaped(given.sender))
end

---What a server that sends says of those it reads from: host and port as in its URL.
---@param text string a parameter of BURL (RFC 4468), "imap://host:port"
---@return string|nil authority
---@return string|nil host
function M.authority(text)
  local authority = text:lower():match "^imap://([^/%s]+)/?$"
  if not authority then return nil end
  return authority, authority:match "^%[(.*)%]" or authority:match "^[^:]+"
end

return M
