-- Every ROP called by name, as on a real server; see spec/scenario/rops.
local peer = setmetatable({ lacks = { fast_transfer = true, synchronization = true } },
  { __index = require "support.boxed" })
require("scenario.rops")(_ENV, peer)
