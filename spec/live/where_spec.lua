-- Queries on a real server.
require("scenario.where")(_ENV, require "support.live")
