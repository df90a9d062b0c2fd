-- The scenarios that ran on a real server, on what it answered.
local replayed = require "support.replayed"

for _, name in ipairs(replayed.names()) do
  describe("recorded", function()
    local peer = replayed.new(name)
    setup(function() replayed.start(peer) end)
    teardown(replayed.stop)
    require("scenario." .. name)(_ENV, peer)
  end)
end
