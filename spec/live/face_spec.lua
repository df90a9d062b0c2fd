-- The behavioural spec of the objects on a real server, by MAPI, IMAP and POP3;
-- README says which environment variables name it.
local face = require "scenario.face"
local live = require "support.live"

face(_ENV, live)
face(_ENV, live.by_imap)
face(_ENV, live.by_pop3)
