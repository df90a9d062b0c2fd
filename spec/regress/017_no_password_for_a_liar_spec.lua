-- A server that failed to prove that it knows the password answered the cancelled
-- exchange with BAD; that was taken for a mechanism it does not have, and the password
-- itself was sent by LOGIN.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local line_peer = require "support.line_peer"

local PASSWORD <const> = "geheim-17"

it("who has not proven itself is told no password", function()
  local base64 = core.text.base64
  local peer <close> = line_peer.start("S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-256] hi\n"
    .. "C: $tag AUTHENTICATE SCRAM-SHA-256\nS: + \nC: …\nS: + "
    .. base64 "r=not-yours,s=c2FsdA==,i=4096" .. "\nC: *\nS: $tag BAD cancelled\n! drain")
  local ok, err = errors.try(connection.open, { url = "imap://" .. peer.place, user = "anna",
    password = PASSWORD, tls = false, proxy = false, timeout = 3 })
  local heard = peer:heard()
  assert.is_false(ok)
  assert.equal("protocol", err.kind)
  assert.matches("the nonce is not ours", err.message)
  assert.not_matches("LOGIN", heard)
  assert.not_matches(PASSWORD, heard, 1, true)
end)
