-- Mail servers by the names that they usually have: a host counts if it greets
-- as a server of its protocol does, where there is TLS from the first byte with
-- a certificate for its name. Nothing is sent.

local core = require "satchel.core"
local server = require "satchel.discovery.server"
local task = require "satchel.task"

local M = {}

-- the better first
local names <const> = {
  { "imap", "tls", { "imap.", "mail.", "" } }, { "imap", "starttls", { "imap.", "mail." } },
  { "pop3", "tls", { "pop.", "pop3.", "mail." } },
  { "pop3", "starttls", { "pop.", "pop3.", "mail." } },
  { "smtp", "tls", { "smtp.", "mail." } }, { "smtp", "starttls", { "smtp.", "mail." } },
}

-- RFC 9051 7.1, RFC 1939 4, RFC 5321 4.2
local GREETING <const> = { imap = "^%* %u+", pop3 = "^%+OK", smtp = "^220[ -]",
  lmtp = "^220[ -]" }
local LONGEST <const> = 4096
local PATIENCE <const> = 8 -- seconds

---Reads the first line of what a server says.
---@param stream satchel.core.Stream
---@param deadline number by net.now()
---@return string|nil line
---@return table|nil err
function M.read_line(stream, deadline)
  local line = ""
  while true do
    local _, err = task.result(stream)
    if err then return nil, err end
    local bytes
    bytes, err = stream:read(LONGEST)
    if bytes == nil then return nil, err end
    line = line .. (bytes or "")
    local first = line:match "^([^\r\n]*)\r?\n"
    if first then return first end
    if #line > LONGEST or core.net.now() > deadline then
      return nil, { kind = "protocol", message = "greets without an end" }
    end
  end
end

---Whether a line is how a server of that protocol greets.
---@param protocol string
---@param line string
---@return boolean
function M.is_greeting(protocol, line)
  return line:find(GREETING[protocol]) ~= nil
end

---Connects and reads the greeting.
---@param one satchel.discovery.Server
---@param options table tls, proxy, timeout
---@return string|nil greeting
---@return table|nil err
function M.greeting(one, options)
  local patience = math.min(options.timeout or PATIENCE, PATIENCE)
  local stream, err = core.net.stream { host = one.host, port = one.port,
    tls = one.secure == "tls", policy = type(options.tls) == "table" and options.tls or nil,
    proxy = options.proxy, timeout = patience, idle = patience }
  if not stream then return nil, err end
  local line
  line, err = M.read_line(stream, core.net.now() + patience)
  stream:close()
  if not line then return nil, err end
  if not M.is_greeting(one.protocol, line) then
    return nil, { kind = "protocol", message = "does not greet as such a server does" }
  end
  return line
end

local function try(search, one)
  local greeting, err = search.options.greeting(one, search.options)
  if not greeting then return search:record(one.url, err.message, err.kind) end
  search:record(one.url, "greets")
  search:found(one)
end

---@param search satchel.discovery.Search
---@param wanted table<string, boolean> protocols
---@return function[]
function M.steps(search, wanted)
  local list = {}
  for _, row in ipairs(names) do
    for _, prefix in ipairs(wanted[row[1]] and row[3] or {}) do
      local one = server.new(row[1], row[2], prefix .. search.domain, nil, "name")
      if one then list[#list + 1] = function() try(search, one) end end
    end
  end
  return list
end

return M
