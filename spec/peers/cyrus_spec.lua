-- The behavioural spec of the objects on Cyrus, by IMAP and by POP3.

local face = require "scenario.face"

describe("Cyrus", function()
  local imap, pop3, start, stop = require("support.mail_peers").of "cyrus"
  setup(start)
  teardown(stop)
  face(_ENV, imap)
  face(_ENV, pop3)
end)
