-- From a new channel to the authenticated state (RFC 9051 3): greeting, STARTTLS,
-- authentication, then what is asked for in one flight: ID, ENABLE, NAMESPACE,
-- COMPRESS. What was said before TLS is forgotten.

local auth = require "satchel.imap.auth"
local error_object = require "satchel.error"
local errors = require "satchel.imap.errors"
local words = require "satchel.imap.words"

local M = {}

local function say(conn, channel, parts, what)
  what = what or {}
  what.name = what.name or parts:match "^%S+"
  local done = channel:wait(channel:send(parts, what))
  if done.type == "ok" then return done end
  return error_object.raise(errors.of(done, what.name, conn.server))
end

local function refuse(conn, kind, message, hint)
  error_object.raise { kind = kind, message = message, hint = hint, server = conn.server,
    stage = "greeting" }
end

-- RFC 9051 7.1.4, 7.1.5
local function greet(conn, channel)
  conn.known = false
  local ok, err = pcall(function()
    while not channel.greeting do channel:advance() end
  end)
  if not ok and error_object.is(err) and err.kind == "protocol" then
    refuse(conn, "protocol", ("no greeting of an IMAP server from %s port %d: %s"):format(
      conn.server, conn.place.port, err.message), "does another protocol have this port?")
  elseif not ok then
    error(err, 0)
  end
  local greeting = channel.greeting
  if greeting.type == "bye" then
    error_object.raise(errors.of(greeting, "connect", conn.server))
  elseif greeting.type ~= "ok" and greeting.type ~= "preauth" then
    refuse(conn, "protocol", "no greeting of an IMAP server")
  end
  return greeting.type == "preauth"
end

local function capabilities(conn, channel)
  if not conn.known then say(conn, channel, "CAPABILITY") end
  if not conn.known then
    refuse(conn, "protocol", "the server does not say what it can do")
  end
end

-- RFC 9051 6.2.1, 11.3: who may read along may take STARTTLS out of what is offered
local function start_tls(conn, channel, preauthenticated)
  local hint = "imaps:// has TLS from the start; tls = false allows clear text"
  if preauthenticated then
    refuse(conn, "tls", "the server greets as if we had logged on, without TLS", hint)
  elseif not conn.capabilities:has "STARTTLS" then
    refuse(conn, "tls", "the server does not offer STARTTLS", hint)
  end
  local done = channel:wait(channel:send("STARTTLS", { name = "STARTTLS" }))
  if done.type ~= "ok" then
    refuse(conn, "tls", "the server refuses STARTTLS: " .. (done.text or ""), hint)
  end
  channel:start_tls()
  conn.known = false
  capabilities(conn, channel)
end

local function is_offered(conn, name)
  return conn.capabilities:has(name)
end

-- RFC 5161 3.1, RFC 6855 3, RFC 7162 3.1.8 and 3.2.3, RFC 9051 6.3.1
local function extensions(conn)
  local wanted = conn.options.enable
  if wanted == false or not is_offered(conn, "ENABLE") then return nil end
  local list = {}
  if type(wanted) == "table" then
    for _, name in ipairs(wanted) do
      if is_offered(conn, name) then list[#list + 1] = words.atom(name, "capability") end
    end
  else
    if is_offered(conn, "UTF8=ACCEPT") or is_offered(conn, "UTF8=ONLY") then
      list[#list + 1] = "UTF8=ACCEPT"
    end
    list[#list + 1] = is_offered(conn, "QRESYNC") and "QRESYNC"
      or is_offered(conn, "CONDSTORE") and "CONDSTORE" or nil
    if is_offered(conn, "IMAP4REV2") then list[#list + 1] = "IMAP4rev2" end
  end
  return list[1] and "ENABLE " .. table.concat(list, " ")
end

local DEFAULT_ID <const> = { name = "satchel" }

-- RFC 2971 3.1
local function identification(conn)
  local id = conn.options.id
  if id == false or not is_offered(conn, "ID") then return nil end
  local parts = { "ID (" }
  local names = {}
  if type(id) ~= "table" then id = DEFAULT_ID end
  for name in pairs(id) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do
    words.add(parts, i > 1 and " " or "", words.string(name), " ", words.string(id[name]))
  end
  return words.add(parts, ")")
end

-- loopback is faster without
local function wants_compression(conn, channel)
  if not is_offered(conn, "COMPRESS=DEFLATE") then return false end
  if conn.options.compress ~= nil then return conn.options.compress end
  local there = channel.stream:info().address or ""
  return not there:find "^127%." and there ~= "::1"
end

-- QUIRKS 59: a name that is one in UTF-8 alone; that it is not there is good news
M.UTF8_NAME = 'STATUS "&" (UIDNEXT)'

---How mailboxes are named once UTF8=ACCEPT is on.
---@param conn satchel.imap.Connection
---@param done satchel.imap.Response completion of UTF8_NAME
function M.look_at_names(conn, done)
  if done.type ~= "ok" and (done.text or ""):upper():find("UTF%-?7") then
    conn:name_in_utf8(false)
  end
end

-- Everything that can be asked at once is; who offers it and refuses all the same
-- does not have it.
local function settle(conn, channel)
  local commands, id, enable = {}, identification(conn), extensions(conn)
  local function ask(parts, what)
    commands[#commands + 1] = channel:send(parts, what)
    return commands[#commands]
  end
  if id then
    ask(id, { name = "ID", on = function(r)
      if r.type == "id" then conn.identity = r.fields end
    end })
  end
  if enable then ask(enable, { name = "ENABLE" }) end
  local probe = enable and enable:find("UTF8=", 1, true)
    and ask(M.UTF8_NAME, { name = "STATUS" })
  if is_offered(conn, "NAMESPACE") then
    ask("NAMESPACE", { name = "NAMESPACE", on = function(r)
      if r.type == "namespace" then conn.namespaces = r end
    end })
  end
  local compressing = wants_compression(conn, channel)
    and channel:send("COMPRESS DEFLATE", { name = "COMPRESS" })
  for _, command in ipairs(commands) do
    local done = channel:wait(command)
    if command == probe then M.look_at_names(conn, done) end
  end
  if compressing and channel:wait(compressing).type == "ok" then channel:compress() end
end

---Logs on.
---@param conn satchel.imap.Connection
---@param channel satchel.imap.Channel
function M.run(conn, channel)
  local preauthenticated = greet(conn, channel)
  capabilities(conn, channel)
  if conn.place.secure == "starttls" then start_tls(conn, channel, preauthenticated) end
  if not preauthenticated then
    conn.known = false
    auth.run(conn, channel)
    capabilities(conn, channel)
  end
  settle(conn, channel)
end

return M
