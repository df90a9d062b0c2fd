-- The scenario of folders on a real server.
require("scenario.folders")(_ENV, require "support.live")
