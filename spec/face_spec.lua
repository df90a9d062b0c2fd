-- One behavioural spec of the objects, on every server that can be started
-- here.  The table that it makes is printed at the end of the run.

local face = require "scenario.face"

face(_ENV, require "support.boxed")
face(_ENV, require("support.mail_peers").imap)
face(_ENV, require("support.mail_peers").pop3)
face(_ENV, require("support.mail_peers").plain)
