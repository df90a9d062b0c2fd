-- Starts the OpenID provider of the specs: the npm package oidc-provider, put
-- into build/peers/oidc once, and provider.mjs.

local child = require "support.child"
local server = require "support.server"

local VERSION <const> = "8.8.1"

local M = {}

-- the folder that has the package
local function folder()
  local path = server.run("mkdir -p build/peers/oidc && cd build/peers/oidc && pwd"):gsub("\n", "")
  local found = server.slurp(path .. "/node_modules/oidc-provider/package.json")
  if not found:find('"version": "' .. VERSION .. '"', 1, true) then
    server.write(path .. "/package.json", '{ "private": true }\n')
    server.run("cd '%s' && npm install --no-audit --no-fund --loglevel=error oidc-provider@%s",
      path, VERSION)
  end
  return path
end

---@class spec.OpenId
---@field issuer string
---@field key string path of the private key of the client "key"
---@field certificate string path of its certificate

---@param options { lifetime: integer, user: string } seconds of an access token; who signs in
---@return spec.OpenId
function M.start(options)
  local packages, dir = folder(), server.place "openid"
  server.certificate(dir)
  local script = server.run("realpath spec/support/peers/provider.mjs"):gsub("\n", "")
  local process = child.start(("sh -c 'cd %s && exec node %s %d %s/key.pem %s'"):format(packages,
    script, options.lifetime, dir, options.user), "issuer (%S+)")
  local self = { issuer = process.match, key = dir .. "/key.pem",
    certificate = dir .. "/cert.pem", process = process }
  function self.close()
    process:close()
    server.run("rm -rf '%s'", dir)
  end
  return setmetatable(self, { __close = self.close })
end

return M
