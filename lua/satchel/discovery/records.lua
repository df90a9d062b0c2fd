-- Mail servers in the DNS: SRV records of RFC 6186 and RFC 8314 5.1.

local server = require "satchel.discovery.server"
local trust = require "satchel.discovery.trust"

local M = {}

-- the better first: TLS from the first byte (RFC 8314 3)
local services <const> = {
  { "_imaps", "imap", "tls" }, { "_imap", "imap", "starttls" },
  { "_pop3s", "pop3", "tls" }, { "_pop3", "pop3", "starttls" },
  { "_submissions", "smtp", "tls" }, { "_submission", "smtp", "starttls" },
}

local function use(search, name, row, record)
  local target = (record.target or ""):gsub("%.$", "")
  if target == "" then -- RFC 6186 3.4
    search:record(name, "the service is not offered", "not_found")
    return
  end
  if not trust.may_trust(target, search.domain, "mail") then
    search:record(name, ("names %s, which is not of %s"):format(target, search.domain), "denied",
      { hint = ("if that is right, connect with url = '%s'"):format(
        (server.new(row[2], row[3], target, record.port, "") or {}).url or target) })
    return
  end
  local one = server.new(row[2], row[3], target, record.port, "srv")
  if not one then
    search:record(name, "names no host that can be used", "protocol")
    return
  end
  search:record(name, "names " .. one.url)
  search:found(one)
end

---Asks for one service, all of whose records are used.
local function ask(search, row)
  local name = ("%s._tcp.%s"):format(row[1], search.domain)
  local records, err = search.options.srv(name)
  if not records or #records == 0 then
    return search:record(name, err and err.message or "no such record", "not_found")
  end
  for _, record in ipairs(records) do use(search, name, row, record) end
end

---What finds mail servers so, as functions that may run beside each other.
---@param search satchel.discovery.Search
---@return function[]
function M.steps(search)
  local list = {}
  for _, row in ipairs(search.options.srv and services or {}) do
    if search:wants(row[2]) then list[#list + 1] = function() ask(search, row) end end
  end
  return list
end

return M
