-- Who we are, told to a server by SASL (RFC 4422): which mechanisms to try, in
-- which order, and what to make of a refusal. How challenges and responses
-- travel is the protocol's business: it gives a function.
--
--   local candidates = sasl.choose { offered = { "PLAIN", "SCRAM-SHA-256" }, secure = true,
--     user =, password =, stream =, service = "imap", host =, port = }
--   local mechanism = sasl.run(candidates, function(mechanism, initial, respond)
--     -- send AUTHENTICATE mechanism; `initial` are the bytes of the initial
--     -- response, or nil where the server speaks first. Where the protocol has no
--     -- initial response, wait for the empty challenge and send it then. For each
--     -- challenge: response = respond(challenge bytes); nil means: cancel ("*").
--     return true                 -- the server accepted
--     return false, { message = "its words", name = "AUTHENTICATIONFAILED",
--       unavailable = true }      -- ... only if the mechanism is what it refuses
--   end)
--
-- A refused password is not tried again by another mechanism: accounts get
-- locked by that. A token that is refused is asked for anew, once.

local errors = require "satchel.error"
local net = require "satchel.core".net

local M = {}

---@class satchel.SaslOptions
---@field offered string[] names, in any case
---@field secure boolean whether TLS protects the connection
---@field user? string
---@field password? string|fun(): string
---@field token? string|fun(refused: boolean): string
---@field authzid? string whom to act for
---@field stream? satchel.core.Stream for channel bindings
---@field service? string "imap", "pop", "smtp"
---@field host? string
---@field port? integer
---@field clear_allowed? boolean tls = false: credentials may travel in clear text
---@field certificate? boolean a client certificate was shown: EXTERNAL
---@field mechanism? string only this one

---@class satchel.SaslCandidates: satchel.SaslCandidate[]
---@field exhausted? boolean the server has refused every mechanism, not the credentials

---@class satchel.SaslCandidate
---@field mechanism string

-- Strongest first. What a mechanism needs: "password", "token", "ticket",
-- "certificate"; `bare`: it gives the secret itself to the server; `binds`: to
-- this very TLS session.
local known <const> = {
  { "EXTERNAL", needs = "certificate" },
  { "GSSAPI", needs = "ticket" },
  { "SCRAM-SHA-256-PLUS", needs = "password", binds = true },
  { "SCRAM-SHA-1-PLUS", needs = "password", binds = true },
  { "SCRAM-SHA-256", needs = "password", scram = true },
  { "SCRAM-SHA-1", needs = "password", scram = true },
  { "DIGEST-MD5", needs = "password" },
  { "CRAM-MD5", needs = "password" },
  { "NTLM", needs = "password" },
  { "OAUTHBEARER", needs = "token", bare = true },
  { "XOAUTH2", needs = "token", bare = true },
  { "PLAIN", needs = "password", bare = true },
  { "LOGIN", needs = "password", bare = true },
}

local function upper_set(list)
  local set = {}
  for _, name in ipairs(list or {}) do set[name:upper()] = true end
  return set
end

local function offers_binding(offered)
  for name in pairs(offered) do
    if name:find "%-PLUS$" then return true end
  end
  return false
end

local function binds(stream)
  return stream ~= nil and (stream:binding "tls-exporter" or stream:binding "tls-unique") ~= nil
end

local function has_what(row, options)
  if row.needs == "password" then
    return options.user ~= nil and options.password ~= nil
  elseif row.needs == "token" then
    return options.token ~= nil
  end
  local other = options.password ~= nil or options.token ~= nil
  return not other and (row.needs ~= "certificate" or options.certificate == true)
end

-- nil: it can be used; else why not
local function objection(row, options)
  local name = row[1]
  if options.mechanism and options.mechanism:upper() ~= name then return "unasked" end
  if not has_what(row, options) then return "nothing to show" end
  if row.bare and not options.secure and not options.clear_allowed then return "clear text" end
  if row.binds and not binds(options.stream) then return "no binding" end
  if not net.sasl_has(name) then return "not in this build" end
  -- libgsasl 2.2.0 does not quote them (RFC 2831 7.2), and another's name comes of it
  if name == "DIGEST-MD5" and options.user:find '["\\]' then return "a quote in the name" end
end

-- NTLM as it can be spoken here is what servers of today refuse: where TLS
-- protects the password, PLAIN comes before it.
local function ordered(secure)
  local rows, last = {}, {}
  for _, row in ipairs(known) do
    table.insert(row[1] == "NTLM" and secure and last or rows, row)
  end
  return table.move(last, 1, #last, #rows + 1, rows)
end

---The mechanisms that both sides have, strongest first; empty if there is none.
---@param options satchel.SaslOptions
---@return satchel.SaslCandidates
function M.choose(options)
  local offered = upper_set(options.offered)
  local plus = offers_binding(offered)
  local list = { options = options, refused = {} }
  for _, row in ipairs(ordered(options.secure)) do
    local why = offered[row[1]] and objection(row, options)
    if why then
      list.refused[row[1]] = why
    elseif offered[row[1]] then
      list[#list + 1] = { mechanism = row[1], needs = row.needs,
        stream = (row.binds or row.scram and not plus) and options.stream or nil }
    end
  end
  return list
end

local function described(options)
  local names = {}
  for i, name in ipairs(options.offered or {}) do names[i] = name:upper() end
  table.sort(names)
  return names[1] and table.concat(names, ", ") or "no mechanism"
end

-- what the server offers and libgsasl was built without
local function missing(candidates)
  local names = {}
  for name, why in pairs(candidates.refused) do
    if why == "not in this build" then names[#names + 1] = name end
  end
  table.sort(names)
  return names[1] and (" (libgsasl has no %s here)"):format(table.concat(names, ", ")) or ""
end

local function hint_of_none(candidates)
  local options, refused = candidates.options, candidates.refused
  if refused.GSSAPI == "nothing to show" then
    return "leave out password and token to log on by a Kerberos ticket"
  elseif options.token then
    return "give user and password instead of a token"
  end
  return not options.password and "give user and password, or token" or nil
end

-- there was nothing to try, or nothing is left; `last` is what was said of the
-- last one
local function explain_none(candidates, last)
  local options = candidates.options
  for _, why in pairs(candidates.refused) do
    if why == "clear text" and #candidates == 0 then
      errors.raise { kind = "tls", server = options.host, stage = "auth",
        message = ("credentials would travel to %s in clear text"):format(options.host or "it"),
        hint = "use TLS, or say tls = false" }
    end
  end
  errors.raise { kind = "auth", server = options.host, stage = "auth",
    message = ("%s takes none of our ways to authenticate; it offers %s%s%s"):format(
      options.host or "the server", described(options), missing(candidates),
      last and last.message and ", and says: " .. last.message or ""),
    hint = hint_of_none(candidates) }
end

---The password or the token, asked for where it is a function. What no server could
---take, or would take for its end, is refused before anything is said.
---@param options table
---@param name "password"|"token"
---@param ... any for the function
---@return string
function M.secret(options, name, ...)
  local given = options[name]
  local asked = type(given) ~= "string"
  if asked then given = given(...) end
  local what = type(given) ~= "string" and type(given) .. " instead of text"
    or given == "" and "an empty text"
    or given:find "[\0\r\n]" and "text with a line break or a NUL"
  if not what then return given end
  return errors.invalid(asked and "connect: the function of option '%s' gave %s"
    or "connect: option '%s' is %s", name, what)
end

local function open(candidate, options, refused)
  local needs = candidate.needs
  return net.sasl {
    mechanism = candidate.mechanism, user = options.user, authzid = options.authzid,
    password = needs == "password" and M.secret(options, "password") or nil,
    token = needs == "token" and M.secret(options, "token", refused) or nil,
    stream = candidate.stream, service = options.service, host = options.host,
    port = options.port,
  }
end

-- what the server said inside of the mechanism, for people: RFC 7628 3.2.2
local function spoken(reason)
  if not reason then return nil end
  local status = reason:match '"status"%s*:%s*"([^"]*)"'
  local scope = reason:match '"scope"%s*:%s*"([^"]*)"'
  if not status then return reason end
  return scope and ("%s (scope %s)"):format(status, scope) or status
end

-- one mechanism, once: true, or false and what the server said, or nil and
-- our own error
local function attempt(candidate, options, exchange, refused)
  local x, err = open(candidate, options, refused)
  if not x then return nil, err end
  local initial, done, failure
  initial, done = x:step()
  if initial == nil then
    x:close()
    return nil, done
  end
  local function respond(challenge)
    local response
    response, done = x:step(challenge)
    if response == nil then failure, done = done, false end
    return response
  end
  local ran, ok, refusal = pcall(exchange, candidate.mechanism, initial or nil, respond)
  local reason = x:reason()
  x:close()
  if not ran then error(ok, 0) end
  if failure then return nil, failure end
  if ok and not done then
    return nil, { kind = "auth", hint = "this may be somebody else than the server",
      message = ("%s was accepted before the server proved that it knows the password"):format(
        candidate.mechanism) }
  end
  if ok then return true end
  refusal = refusal or {}
  refusal.reason = spoken(reason)
  return false, refusal
end

local HINT <const> = { password = "check user name and password",
  token = "check the token and its scopes",
  ticket = "klist shows whose ticket it is; login = says who you are to the server",
  certificate = "is the certificate known to the server?" }

local function raise_refusal(candidate, options, refusal)
  local words = refusal.message and refusal.message:gsub("^%s+", ""):gsub("%s+$", "") or ""
  if words == "" then words = "it gave no reason" end
  if refusal.reason and not words:find(refusal.reason, 1, true) then
    words = words .. ": " .. refusal.reason
  end
  errors.raise { kind = refusal.kind or "auth", name = refusal.name, code = refusal.code,
    retryable = refusal.retryable, retry_after = refusal.retry_after,
    server = options.host, stage = "auth", hint = refusal.hint or HINT[candidate.needs],
    message = ("%s refused to let %s in by %s: %s"):format(options.host or "the server",
      options.user or "us", candidate.mechanism, words) }
end

local function raise_own(candidate, options, err)
  err.server, err.stage = err.server or options.host, err.stage or "auth"
  err.message = err.message or candidate.mechanism .. " failed"
  errors.raise(err)
end

-- RFC 5802 7: with these another mechanism may do
local function is_about_mechanism(err)
  return err.kind == "unsupported" or err.reason == "unsupported-channel-binding-type"
    or err.reason == "channel-binding-not-supported"
end

local function is_plus(candidate)
  return candidate.mechanism:find "%-PLUS$" ~= nil
end

-- QUIRKS 48: a server may offer -PLUS and know another binding only
local function is_about_binding(candidate, refusal)
  return is_plus(candidate) and (refusal.message or ""):lower():find "bad protocol" ~= nil
end

local function try(candidate, options, exchange)
  local ok, why = attempt(candidate, options, exchange, false)
  if ok == false and is_about_binding(candidate, why) then
    why.unavailable, why.unbound = true, true
  end
  if ok == false and not why.unavailable and candidate.needs == "token"
    and type(options.token) == "function" then
    ok, why = attempt(candidate, options, exchange, true)
  end
  if ok then return true end
  if ok == nil and not is_about_mechanism(why) then raise_own(candidate, options, why) end
  if ok == false and not why.unavailable then raise_refusal(candidate, options, why) end
  return false, why
end

---Tries candidates in their order until the server accepts one; raises an error
---of kind "auth" with the server's own words. The next one is tried only when the
---server refuses the mechanism, not the credentials.
---@param candidates satchel.SaslCandidates
---@param exchange fun(mechanism: string, initial: string|nil,
---respond: fun(challenge: string): string|nil): boolean, table|nil
---@return string mechanism that was accepted
function M.run(candidates, exchange)
  local last
  for _, candidate in ipairs(candidates) do
    if not (last and last.unbound and is_plus(candidate)) then
      local ok, why = try(candidate, candidates.options, exchange)
      if ok then return candidate.mechanism end
      last = why
    end
  end
  candidates.exhausted = true
  return explain_none(candidates, last)
end

return M
