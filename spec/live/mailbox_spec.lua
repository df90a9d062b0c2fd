-- The scenario of mailbox on a real server.
require("scenario.mailbox")(_ENV, require "support.live")
