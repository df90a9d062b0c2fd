-- Notifications: [MS-OXCNOTIF].

local tag = require("satchel.core").names.tag

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local CREATED <const> = 0x0004

  it("come with other answers", function()
    local seen = world.mapi.connection.notices
    local before = #seen
    local object = world.ok("register_notification", { notification_types = CREATED,
      want_whole_store = false, folder_id = world.top_id, message_id = 0 })
    assert.truthy(object.object)
    local message = world.ok("create_message", { code_page_id = 0x0fff,
      folder_id = world.top_id, associated_flag = false }, world.folder)
    world.ok("set_properties", { property_values = {
      { tag = tag "PidTagSubject", value = "noticed" } } }, message)
    local id = world.ok("save_changes_message", { save_flags = 0 }, message).message_id
    local notice
    for _ = 1, 50 do
      world.run("get_receive_folder", { message_class = "IPM" })
      for i = before + 1, #seen do
        local data = seen[i].notification_data
        if data and data.message_id == id then notice = data end
      end
      if notice then break end
      world.wait(0.1)
    end
    assert.equal(world.top_id, notice.folder_id)
    assert.equal(CREATED, notice.notification_flags & 0x0fff)
    world.mapi:rop("release", {}, object)
  end)
end
