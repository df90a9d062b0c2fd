-- The scenario of send on a real server.
require("scenario.send")(_ENV, require "support.live")
