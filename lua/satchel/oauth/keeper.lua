-- The keeper of one account's tokens. It hands out an access token that is
-- still good, renews it before it expires or when a server refuses it, one
-- renewal at a time however many tasks ask, and puts what was renewed into the
-- store before anybody gets it: of a refresh token that is replaced with each
-- use only the last one is worth anything.

local error_object = require "satchel.error"
local lock = require "satchel.lock"

---@class satchel.oauth.Grant
---@field obtain fun(): satchel.oauth.Tokens signs in, and raises what fails

---@class satchel.oauth.Keeper
---@field package provider satchel.oauth.Provider
---@field package store satchel.oauth.Store
---@field package obtain fun(): satchel.oauth.Tokens
---@field package margin number seconds
---@field package tokens? satchel.oauth.Tokens
---@field package generation integer how many access tokens there were
---@field package unsaved? boolean the store does not have `tokens` yet
---@field package given table<thread, integer> the generation that each task had last
local Keeper = { __name = "satchel.oauth.Keeper" }
Keeper.__index = Keeper

local M = {}

-- of a token's whole life this part is kept as a margin, if `margin` is longer
local PART <const> = 5

-- refusals of a refresh token after which only a new sign-in helps
local ENDED <const> = { invalid_grant = true, interaction_required = true,
  login_required = true, consent_required = true, invalid_token = true }

local function is_fresh(self)
  local tokens = self.tokens
  if not tokens or not tokens.access_token then return false end
  if not tokens.expires_at then return true end
  local margin = math.min(self.margin, (tokens.lifetime or self.margin * PART) / PART)
  return os.time() < tokens.expires_at - margin
end

local function is_alive(self)
  local tokens = self.tokens
  return tokens and tokens.access_token
    and (not tokens.expires_at or os.time() < tokens.expires_at)
end

local function save(self)
  self.unsaved = true
  self.store:save(self.tokens)
  self.unsaved = false
end

local function adopt(self, tokens)
  if not self.tokens or self.tokens.access_token ~= tokens.access_token then
    self.generation = self.generation + 1
  end
  self.tokens = tokens
end

-- what the store has, which another run may have renewed meanwhile; of another
-- scope only the caller's sign-in can give tokens
local function reload(self)
  local kept = self.store:load()
  if kept and kept.scope == self.provider.scope then adopt(self, kept) end
end

-- RFC 6749 6; an answer without a new refresh token leaves the old one valid
local function refresh(self)
  local old = self.tokens.refresh_token
  local new, err = self.provider:tokens {
    { "grant_type", "refresh_token" }, { "refresh_token", old } }
  if not new then return nil, err end
  new.refresh_token, new.scope = new.refresh_token or old, self.provider.scope
  adopt(self, new)
  save(self)
  return new
end

-- by the refresh token; false: there is none, or it is worth nothing any more
local function renew(self, refused)
  local _ <close> = self.store:lock()
  local before = self.tokens and self.tokens.access_token
  reload(self)
  local changed = self.tokens and self.tokens.access_token ~= before
  if is_fresh(self) and (changed or not refused) then return true end
  if not self.tokens or not self.tokens.refresh_token then return false end
  local new, err = refresh(self)
  if new then return true end
  if ENDED[err.name] then
    self.ended = err
    self.tokens.refresh_token = nil
    return false
  end
  if not refused and is_alive(self) then return true end -- a later call may do better
  return error_object.raise(err)
end

local function sign_in(self)
  local tokens = self.obtain(self.ended)
  tokens.scope, self.ended = self.provider.scope, nil
  adopt(self, tokens)
  save(self)
end

local function hand_out(self)
  self.given[coroutine.running()] = self.generation
  return self.tokens.access_token
end

---A valid access token.
---@param refused? boolean a server did not take the last one
---@return string
function Keeper:token(refused)
  local had = self.given[coroutine.running()] or self.generation
  if not refused and not self.unsaved and is_fresh(self) then return hand_out(self) end
  local _ <close> = self.lock:acquire()
  if self.unsaved then save(self) end
  local renewed = self.generation > (refused and had or 0)
  if not (renewed and is_fresh(self)) and not renew(self, refused) then sign_in(self) end
  return hand_out(self)
end

---@param provider satchel.oauth.Provider
---@param store satchel.oauth.Store
---@param obtain fun(ended: satchel.Error|nil): satchel.oauth.Tokens
---@param margin number
---@return satchel.oauth.Keeper
function M.new(provider, store, obtain, margin)
  return setmetatable({ provider = provider, store = store, obtain = obtain, margin = margin,
    lock = lock.new(), generation = 0, given = setmetatable({}, { __mode = "k" }) }, Keeper)
end

return M
