-- For specs of tokens: a provider of the specs' own for each of them, and each way to
-- sign in there.

local provider = require "support.small_provider"
local satchel = require "satchel"

local now = os.time

---@class spec.SigningIn
---@field p table the provider of this spec
---@field prompts any[] what was shown, the addresses that were opened
local SigningIn = {}
SigningIn.__index = SigningIn

-- the clock goes on by so many seconds
function SigningIn.later(seconds)
  rawset(os, "time", function(...) return ... and now(...) or now() + seconds end)
end

local function merged(base, more)
  for k, v in pairs(more or {}) do base[k] = v end
  return base
end

function SigningIn:options(more)
  return merged({ issuer = self.p.base, client_id = "app", scope = "mail offline_access",
    proxy = false, timeout = 5 }, more)
end

function SigningIn:client(more)
  return satchel.oauth.client(self:options(merged({ client_secret = self.p.secret }, more)))
end

function SigningIn:device(more)
  return satchel.oauth.device(self:options(merged({ show = function(prompt)
    self.prompts[#self.prompts + 1] = prompt
  end }, more)))
end

-- signs in by a browser that does what it is told
function SigningIn:code(more)
  return satchel.oauth.code(self:options(merged({ patience = 2, open = function(url)
    self.prompts[#self.prompts + 1] = url
    satchel.spawn(function() self.p.pages = self.p.browse(url) end)
  end }, more)))
end

-- the browser needs its turn
function SigningIn.in_task(fn)
  local task = satchel.spawn(fn)
  satchel.run()
  return task:join()
end

SigningIn.fails = require("support.refused").kind

-- how often a grant was asked for
function SigningIn:count(grant)
  local n = 0
  for _, fields in ipairs(self.p.asked) do
    if fields.grant_type == grant then n = n + 1 end
  end
  return n
end

---@param _ENV table the environment that busted gives a spec
---@return spec.SigningIn
return function(_ENV)
  local self = setmetatable({}, SigningIn)
  before_each(function()
    self.p, self.prompts = provider.start(), {}
    require("satchel.oauth.device").sleep = function() satchel.sleep(0.001) end
  end)
  after_each(function()
    self.p:close()
    rawset(os, "time", now)
  end)
  teardown(function() require("satchel.oauth.device").sleep = require("satchel.task").sleep end)
  return self
end
