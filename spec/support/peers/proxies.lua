-- Proxies of the specs' own: tinyproxy (CONNECT), stunnel before it (TLS to the proxy)
-- and microsocks (SOCKS5), each of them with and without a password.

local root = require "support.peers.root"
local server = require "support.server"

local M = {}

-- tinyproxy's configuration takes no more than letters and digits
local ACCOUNTS <const> = {
  ["locked http"] = { user = "somebody", password = "passw0rd" },
  ["locked socks"] = { user = "some üser", password = "p@ss:w/o%rd" },
}

local PACKAGES <const> = "tinyproxy-bin microsocks stunnel4 dash coreutils"

local TINYPROXY <const> = [[
Port %d
Listen 127.0.0.1
Timeout 60
LogLevel Connect
MaxClients 100
]]

local STUNNEL <const> = [[
foreground = yes
pid =
debug = 5
[proxy]
accept = 127.0.0.1:%d
connect = 127.0.0.1:%d
cert = %s/cert.pem
key = %s/key.pem
]]

-- as a URL has it
local function escaped(text)
  return (text:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end))
end

---The user and the password of one of them as they stand in a URL.
---@param name string
---@param password? string another one
---@return string
function M.credentials(name, password)
  local account = ACCOUNTS[name]
  return ("%s:%s@"):format(escaped(account.user), escaped(password or account.password))
end

---@class spec.Proxies
---@field place table<string, string> "host:port" by "http", "locked http", "https", "socks",
---"locked socks"
---@field ca string of the TLS one
local Proxies = {}
Proxies.__index = Proxies

local function start_one(self, name, command, port)
  local dir, inside = root.place(self.root, name:gsub(" ", "-"))
  self.place[name] = "127.0.0.1:" .. port
  if type(command) == "function" then command = command(dir, inside) end
  self.running[name] = server.start(name, dir, ("chroot '%s' %s"):format(self.root, command),
    { port }, nil, true)
end

local function tinyproxy(port, settings)
  return function(dir, inside)
    server.write(dir .. "/conf", TINYPROXY:format(port) .. (settings or ""))
    return ("/usr/bin/tinyproxy -d -c %s/conf"):format(inside)
  end
end

---@return spec.Proxies
function M.start()
  local path = root.make("proxies", PACKAGES)
  local self = setmetatable({ root = path, place = {}, running = {} }, Proxies)
  local http, locked, tls, socks, locked_socks = server.ports(5)
  start_one(self, "http", tinyproxy(http), http)
  start_one(self, "locked http", tinyproxy(locked, ("BasicAuth %s %s\n"):format(
    ACCOUNTS["locked http"].user, ACCOUNTS["locked http"].password)), locked)
  start_one(self, "https", function(dir, inside)
    server.certificate(dir)
    self.ca = dir .. "/cert.pem"
    server.write(dir .. "/conf", STUNNEL:format(tls, http, inside, inside))
    return ("/usr/bin/stunnel4 %s/conf"):format(inside)
  end, tls)
  start_one(self, "socks", ("/usr/bin/microsocks -i 127.0.0.1 -p %d"):format(socks), socks)
  start_one(self, "locked socks", ("/usr/bin/microsocks -i 127.0.0.1 -p %d -u '%s' -P '%s'")
    :format(locked_socks, ACCOUNTS["locked socks"].user, ACCOUNTS["locked socks"].password),
    locked_socks)
  return self
end

---What one of them has logged.
---@param name string
---@return string
function Proxies:log(name) return self.running[name]:log() end

function Proxies:stop()
  for _, each in pairs(self.running) do each:stop() end
end

return M
