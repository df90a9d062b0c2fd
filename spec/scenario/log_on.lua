-- What logging on promises, by each mechanism that a peer has: by TLS from the start,
-- by STARTTLS and, where no secret is told, in clear text; a refusal says so, and has
-- no secret in it. A peer: `name`, `has` (names of mechanisms; true, or the schemes of
-- this one), `schemes` (TLS first), and `options(scheme)` of satchel.connect; `wrong`:
-- options that are to be refused; false: that is not this scenario's to see.

local board = require "support.board"
local sasl = require "satchel.sasl"
local satchel = require "satchel"

-- what is no mechanism of SASL follows those that are
local EVERY <const> = { "EXTERNAL", "GSSAPI", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-256", "SCRAM-SHA-1", "DIGEST-MD5", "CRAM-MD5", "NTLM", "OAUTHBEARER", "XOAUTH2",
  "PLAIN", "LOGIN", "APOP", "USER", "the command LOGIN" }

local others <const> = { APOP = true, USER = true, ["the command LOGIN"] = true }

local M = {}

local function column(name)
  return (name:gsub(" by ", " "))
end

local function row(mechanism)
  return "log-on by " .. mechanism
end

---Notes in the table of the run that a peer lets us in by a mechanism.
---@param name string of the peer
---@param mechanism string
function M.note(name, mechanism)
  board.set(column(name), row(mechanism), "yes")
end

---Logs on by this mechanism and no other.
---@param options table of satchel.connect
---@param mechanism string
---@return string mechanism that did it
function M.by(options, mechanism)
  local choose = sasl.choose
  sasl.choose = function(asked)
    asked.mechanism = others[mechanism] and "NONE" or mechanism
    return choose(asked)
  end
  local _ <close> = setmetatable({}, { __close = function() sasl.choose = choose end })
  local session <close> = satchel.connect(options)
  local driver = session._.store:driver()
  return (driver.conn or driver.connection).mechanism
end

local function refused(peer, scheme, mechanism)
  local options = peer.options(scheme)
  for k, v in pairs(peer.wrong or { password = "wrong-one" }) do options[k] = v end
  local ok, err = satchel.try(M.by, options, mechanism)
  assert(not ok, mechanism .. " lets anybody in")
  assert(err.kind == "auth", tostring(err))
  assert(not tostring(err):find("wrong-one", 1, true), tostring(err))
end

---@param _ENV table of busted
---@param peer table
function M.run(_ENV, peer) -- luacheck: ignore _ENV
  local name = peer.name
  for _, mechanism in ipairs(EVERY) do
    if peer.has[mechanism] then
      board.note(column(name), row(mechanism), "FAILED")
      it(("%s: %s"):format(name, row(mechanism)), function()
        local schemes = peer.has[mechanism] == true and peer.schemes or peer.has[mechanism]
        for _, scheme in ipairs(schemes) do
          assert.equal(mechanism, M.by(peer.options(scheme), mechanism), scheme)
        end
        if peer.wrong ~= false then refused(peer, schemes[1], mechanism) end
        M.note(name, mechanism)
      end)
    end
  end
end

return M
