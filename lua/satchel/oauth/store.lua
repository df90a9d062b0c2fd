-- Where tokens are kept between runs: a file that only its owner can read, or
-- two functions of the caller's that take and give one text. What is kept says
-- for which client, provider and user it is: a refresh token is never shown to
-- another provider than the one that gave it.

local core = require "satchel.core"
local error_object = require "satchel.error"
local json = require "cjson.safe"
local task = require "satchel.task"
local with = require "satchel.with"

---@class satchel.oauth.Store
---@field package load_text fun(): string|nil
---@field package save_text fun(text: string)
---@field package lock_path? string
---@field package owner table client_id, provider, user: what is compared
local Store = { __name = "satchel.oauth.Store" }
Store.__index = Store

local M = {}

local VERSION <const> = 1
local LONGEST_WAIT <const> = 60

local HINT <const> = "it holds what gives access to the mailbox: give a file of mode 0600 in a "
  .. "folder of your own"

local function raise(err)
  err.op = "oauth"
  if err.kind == "denied" then err.hint = HINT end
  return error_object.raise(err)
end

-- a store in a file
local function file_store(path)
  if path == "" or path:find "%z" or path:find "/$" then
    error_object.invalid "oauth: option 'store' names no file"
  end
  local self = { lock_path = path .. ".lock" }
  function self.load_text()
    local text, err = core.file.read_private(path)
    if not text and err.kind ~= "not_found" then raise(err) end
    return text
  end
  function self.save_text(text)
    local ok, err = core.file.write_private(path, text)
    if not ok then raise(err) end
  end
  return self
end

local function table_store(given)
  for _, name in ipairs { "load", "save" } do
    if type(given[name]) ~= "function" then
      error_object.invalid("oauth: option 'store' has no function '%s'", name)
    end
  end
  return { load_text = given.load, save_text = given.save }
end

local function no_store()
  return { load_text = function() end, save_text = function() end }
end

-- another run may be renewing the same tokens; see Keeper:renew
function Store:lock()
  if not self.lock_path then return setmetatable({}, { __close = function() end }) end
  local wait, waited = 0.02, 0
  while true do
    local held, err = core.file.lock(self.lock_path)
    if held then return held end
    if err.kind ~= "conflict" or waited > LONGEST_WAIT then raise(err) end
    task.sleep(wait)
    waited, wait = waited + wait, math.min(wait * 2, 0.5)
  end
end

local function broken(why)
  error_object.raise { kind = "invalid", op = "oauth",
    message = "oauth: the token store " .. why,
    hint = "give another store for this account, or remove it and sign in again" }
end

local function check_owner(self, kept)
  for name, value in pairs(self.owner) do
    if kept[name] ~= value then
      broken(("is that of another %s"):format(name:gsub("_", " ")))
    end
  end
end

---The tokens that are kept, or nil.
---@return satchel.oauth.Tokens|nil
function Store:load()
  local text = self.load_text()
  if text == nil or text == "" then return nil end
  local kept = type(text) == "string" and json.decode(text)
  if type(kept) ~= "table" or kept.version ~= VERSION then
    broken "holds something else than tokens"
  end
  check_owner(self, kept)
  local function of(kind, name) return type(kept[name]) == kind and kept[name] or nil end
  return { access_token = of("string", "access_token"), scope = of("string", "scope"),
    refresh_token = of("string", "refresh_token"), lifetime = of("number", "lifetime"),
    expires_at = of("number", "expires_at") }
end

---@param tokens satchel.oauth.Tokens
function Store:save(tokens)
  self.save_text(json.encode(with({ version = VERSION }, tokens, self.owner)))
end

---@param given string|table|nil path, or { load =, save = }
---@param owner table<string, string>
---@return satchel.oauth.Store
function M.new(given, owner)
  local self = type(given) == "string" and file_store(given)
    or given and table_store(given) or no_store()
  self.owner = owner
  return setmetatable(self, Store)
end

return M
