-- Every ROP on a real server; SATCHEL_LIVE_REPORT=1 prints the list.
require("scenario.rops")(_ENV, require "support.live")
