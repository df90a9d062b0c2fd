-- Every ROP called by name, in scenarios: a folder's life, a message's, tables,
-- streams, …  Each answer is a success whose contents are looked at, or the
-- error that the specification names for what was asked.

local satchel = require "satchel"
local ledger = require "support.rop_ledger"

-- the files of spec/scenario/rops, in the order they run
local FAMILIES <const> = { "store", "public_store", "folders", "messages", "properties",
  "attachments", "streams", "tables", "search_folders", "permissions", "rules",
  "transport", "notifications", "fast_transfer", "synchronization" }

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live, support.boxed or support.replayed
return function(_ENV, peer)
  describe("ROPs on " .. peer.name, function()
    local book = ledger.new()
    -- what the families share: the session of user 1, its ROPs, a folder of its own
    local world = { peer = peer, book = book }

    setup(function()
      world.session = peer.connect(1)
      world.mapi = world.session.mapi
      local call = book:caller(world.mapi)
      world.ok, world.refused, world.run = call.ok, call.refused, call.run
      pcall(function() world.session:folder("satchel rops"):delete { hard = true } end)
      world.top = world.session.root:create_folder "satchel rops"
      world.top_id = tonumber("0x" .. world.top.id)
      world.top_id = ("<i8"):unpack((">i8"):pack(world.top_id))
      world.starts, world.wait = satchel.prefix, peer.wait or satchel.sleep
      world.folder = world.ok("open_folder", { folder_id = world.top_id, open_mode_flags = 0 })
    end)

    teardown(function()
      world.top:delete { hard = true }
      world.session:close()
      if os.getenv "SATCHEL_LIVE_REPORT" then io.write("\n", book:report(), "\n") end
    end)

    for _, family in ipairs(FAMILIES) do
      if not (peer.lacks and peer.lacks[family]) then
        describe("of " .. family:gsub("_", " "), function()
          require("scenario.rops." .. family)(_ENV, world)
        end)
      end
    end

    it("are all called", function()
      if peer.lacks then return end
      assert.equal("", table.concat(book:missing(), " "))
    end)
  end)
end
