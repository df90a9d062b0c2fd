-- Every ROP called by name, in scenarios: a folder's life, a message's, tables,
-- streams, …  Each answer is a success whose contents are looked at, or the
-- error that the specification names for what was asked.

local satchel = require "satchel"
local ledger = require "support.rop_ledger"
local tag = require("satchel.core").names.tag

-- the files of spec/scenario/rops, in the order they run
local FAMILIES <const> = { "store", "public_store", "folders", "messages", "properties",
  "attachments", "streams", "tables", "search_folders", "permissions", "rules",
  "transport", "notifications", "fast_transfer", "synchronization" }

local NAME <const> = "satchel rops"
local HARD_WITH_ALL <const> = 0x15

-- the id of a folder in the table of another, or nil
local function find(world, on, name)
  local tab = world.ok("get_hierarchy_table", { table_flags = 0 }, on)
  world.ok("set_columns", { set_columns_flags = 0, property_tags = { tag "PidTagFolderId",
    tag "PidTagDisplayName" } }, tab)
  for _, row in ipairs(world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
    row_count = 500 }, tab).row_data) do
    if row[tag "PidTagDisplayName"] == name then return row[tag "PidTagFolderId"] end
  end
end

local function remove(world)
  local id = find(world, world.tree, NAME)
  if id then
    world.ok("delete_folder", { delete_folder_flags = HARD_WITH_ALL, folder_id = id },
      world.tree)
  end
end

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live, support.boxed or support.replayed
return function(_ENV, peer)
  describe("ROPs on " .. peer.name, function()
    local book = ledger.new()
    -- what the families share: the session of user 1, its ROPs, a folder of its own
    local world = { peer = peer, book = book, wait = peer.wait or satchel.sleep }

    setup(function()
      world.session = peer.connect(1)
      world.mapi = world.session.mapi
      local call = book:caller(world.mapi)
      world.ok, world.refused, world.run = call.ok, call.refused, call.run
      world.tree = world.ok("open_folder", { open_mode_flags = 0,
        folder_id = world.mapi.logon.reply.folder_ids[4] })
      remove(world)
      world.folder = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
        open_existing = false, display_name = NAME, comment = "" }, world.tree)
      world.top_id = world.folder.folder_id
    end)

    teardown(function()
      remove(world)
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
