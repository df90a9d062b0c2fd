-- What the objects promise, on a server.

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live, support.boxed or support.replayed
return function(_ENV, peer)
  describe("on " .. peer.name, function()
    require "support.objects" (function(n)
      local session = peer.connect(n)
      return session
    end)
  end)
end
