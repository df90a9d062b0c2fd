-- The objects on a real server; README says which environment variables name it.
require("scenario.objects")(_ENV, require "support.live")
