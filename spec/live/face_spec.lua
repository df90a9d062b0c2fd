-- The behavioural spec of the objects on a real server, by MAPI and by IMAP;
-- README says which environment variables name it.
local face = require "scenario.face"
local live = require "support.live"

face(_ENV, live)
face(_ENV, live.by_imap)
