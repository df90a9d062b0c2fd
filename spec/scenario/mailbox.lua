-- Another user's mailbox, after permission was given by ROP; and the native
-- protocol on folders, items and objects of earlier replies.

local satchel = require "satchel"
local P = require "satchel.mapi.props"

-- [MS-OXCPERM] 2.2.7: all but ownership
local EDITOR <const> = 0x47b
local ROW_ADD <const>, ROW_REMOVE <const> = 0x01, 0x04

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live or support.boxed
return function(_ENV, peer) -- luacheck: ignore 212/_ENV
  describe("another mailbox on " .. peer.name, function()
    local alice, bob, folder

    setup(function()
      alice, bob = peer.connect(1), peer.connect(2)
      pcall(function() alice:folder("satchel shared"):delete { hard = true } end)
      folder = alice.root:create_folder "satchel shared"
      folder:create { subject = "shared item", text = "for bob" }
    end)

    teardown(function()
      folder:delete { hard = true }
      alice:close()
      bob:close()
    end)

    local function entry_id(address)
      local book = require "satchel.mapi.directory_resolve"
      local dn = book.user_dn(alice._.store:driver().options, address)
      return "\0\0\0\0\xdc\xa7\x40\xc8\xc0\x42\x10\x1a\xb4\xb9\x08\x00\x2b\x2f\xe1\x82"
        .. ("<I4I4z"):pack(1, 0, dn)
    end

    local function permit(on, rights)
      alice.mapi:rop("modify_permissions", { modify_flags = 0, permissions_data = {
        { permission_data_flags = ROW_ADD, property_values = {
          { tag = P.PidTagEntryId, value = entry_id(peer.user(2)) },
          { tag = P.PidTagMemberRights, value = rights } } } } }, on)
    end

    local function members(on)
      local reply = alice.mapi:rop("get_permissions_table", { table_flags = 0 }, on)
      alice.mapi:rop("set_columns", { set_columns_flags = 0, property_tags = {
        P.PidTagMemberId, P.PidTagMemberName, P.PidTagMemberRights } }, reply.object)
      return alice.mapi:rop("query_rows", { query_rows_flags = 0, forward_read = true,
        row_count = 100 }, reply.object).row_data
    end

    local function forbid(on)
      for _, row in ipairs(members(on)) do
        local id = row[P.PidTagMemberId]
        if id ~= 0 and id ~= -1 then
          alice.mapi:rop("modify_permissions", { modify_flags = 0, permissions_data = {
            { permission_data_flags = ROW_REMOVE, property_values = {
              { tag = P.PidTagMemberId, value = id } } } } }, on)
        end
      end
    end

    it("is closed to others, opens by permission, and closes again", function()
      local before = #members(folder)
      permit(folder, EDITOR)
      assert.equal(before + 1, #members(folder))
      local other = bob:mailbox(peer.user(1))
      assert.equal(peer.user(1), other.user)
      local driver = other._.store:driver()
      local found = other._.store:folder(driver:get_folder(folder.id))
      local item = found:query({}):first()
      assert.equal("shared item", item.subject)
      assert.truthy(item.text:find("for bob", 1, true))
      found:create { subject = "from bob" }
      assert.equal(2, folder:reload().total)
      assert.equal(1, folder:query({ where = { subject = "from bob" } }):count())
      assert.is_string(bob.inbox.name)
      other:close()
      assert.is_string(bob.inbox:reload().name)
      forbid(folder)
      local ok, err = satchel.try(function()
        other = bob:mailbox(peer.user(1))
        return other._.store:folder(driver:get_folder(folder.id)):query({}):all()
      end)
      assert.is_false(ok)
      assert.truthy(err.kind == "denied" or err.kind == "not_found", err.kind)
    end)

    it("says who is not there", function()
      local ok, err = satchel.try(bob.mailbox, bob, "nobody-at-all@" ..
        peer.user(1):match "@(.*)$")
      assert.is_false(ok)
      assert.equal("not_found", err.kind)
      assert.truthy(err.message:find("nobody-at-all", 1, true))
    end)

    it("opens at connecting, too", function()
      permit(folder, EDITOR)
      local other <close> = peer.connect(2, { mailbox = peer.user(1) })
      assert.equal(folder.id, other._.store:driver():get_folder(folder.id).id)
      forbid(folder)
    end)

    it("takes ROPs on the mailbox, folders, items and objects", function()
      local reply = alice.mapi:rop("get_receive_folder", { message_class = "IPM.Note" })
      assert.equal(folder._.store:driver().logon.reply.folder_ids[5], reply.folder_id)
      reply = alice.mapi:rop("get_contents_table", { table_flags = 0 }, folder)
      assert.equal(folder:reload().total, reply.row_count)
      reply = alice.mapi:rop("query_columns_all", {}, reply.object)
      assert.is_true(#reply.property_tags > 0)
      local item = folder:query({ where = { subject = "shared item" } }):first()
      reply = alice.mapi:rop("get_properties_specific", { property_size_limit = 0,
        want_unicode = true, property_tags = { P.PidTagSubject } }, item)
      assert.equal("shared item", reply.row_data[P.PidTagSubject])
      local refs = {}
      local before = alice.mapi.round_trips
      alice.mapi:batch(function(b)
        refs.table = b:rop("get_hierarchy_table", { table_flags = 4 }, b:rop("open_folder",
          { folder_id = alice.mapi.logon.reply.folder_ids[4], open_mode_flags = 0 }))
        b:rop("set_columns", { set_columns_flags = 0, property_tags = { P.PidTagDisplayName } },
          refs.table)
        refs.rows = b:rop("query_rows", { query_rows_flags = 0, forward_read = true,
          row_count = 200 }, refs.table)
      end)
      assert.equal(1, alice.mapi.round_trips - before)
      assert.is_true(#refs.rows.result.row_data > 10)
      local ok, err = satchel.try(alice.mapi.rop, alice.mapi, "get_contents_tabel", {})
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end)
  end)
end
