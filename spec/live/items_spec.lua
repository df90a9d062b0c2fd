-- The scenario of items on a real server.
require("scenario.items")(_ENV, require "support.live")
