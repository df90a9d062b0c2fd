-- The scenario of bulk on a real server.
require("scenario.bulk")(_ENV, require "support.live")
