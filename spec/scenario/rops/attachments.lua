-- Attachments and messages within messages: [MS-OXCMSG].

local tag = require("satchel.core").names.tag

local NUMBER <const>, METHOD <const> = tag "PidTagAttachNumber", tag "PidTagAttachMethod"
local DATA <const>, NAME <const> = tag "PidTagAttachDataBinary", tag "PidTagAttachLongFilename"
local SUBJECT <const> = tag "PidTagSubject"
local BY_VALUE <const>, EMBEDDED <const> = 1, 5

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local message, id, file, inner

  setup(function()
    message = world.ok("create_message", { code_page_id = 0x0fff, folder_id = world.top_id,
      associated_flag = false }, world.folder)
    world.ok("set_properties", { property_values = { { tag = SUBJECT, value = "outer" } } },
      message)
  end)

  local function numbers(on)
    local tab = world.ok("get_attachment_table", { table_flags = 0 }, on)
    world.ok("set_columns", { set_columns_flags = 0, property_tags = { NUMBER, METHOD } }, tab)
    local list = {}
    for _, row in ipairs(world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 20 }, tab).row_data) do list[#list + 1] = row[NUMBER] end
    return list
  end

  it("are made and saved", function()
    file = world.ok("create_attachment", {}, message)
    world.ok("set_properties", { property_values = { { tag = METHOD, value = BY_VALUE },
      { tag = NAME, value = "größe.txt" }, { tag = DATA, value = "\0\1\2" } } }, file)
    world.ok("save_changes_attachment", { save_flags = 0x0a }, file, { to = message })
    id = world.ok("save_changes_message", { save_flags = 0x0a }, message).message_id
    assert.same({ file.attachment_id }, numbers(message))
  end)

  it("are opened and read", function()
    local opened = world.ok("open_message", { code_page_id = 0x0fff, folder_id = world.top_id,
      open_mode_flags = 1, message_id = id })
    local attachment = world.ok("open_attachment", { open_attachment_flags = 0,
      attachment_id = file.attachment_id }, opened)
    local row = world.ok("get_properties_specific", { property_size_limit = 0,
      want_unicode = true, property_tags = { NAME, DATA } }, attachment).row_data
    assert.same({ [NAME] = "größe.txt", [DATA] = "\0\1\2" }, row)
    world.refused("NotFound", "[MS-OXCMSG] 3.2.5.12", "open_attachment",
      { open_attachment_flags = 0, attachment_id = 77 }, opened)
  end)

  it("may be messages", function()
    inner = world.ok("create_attachment", {}, message)
    world.ok("set_properties", { property_values = { { tag = METHOD, value = EMBEDDED } } },
      inner)
    world.refused("NotFound", "[MS-OXCDATA] 2.4", "open_embedded_message",
      { code_page_id = 0x0fff, open_mode_flags = 0 }, inner)
    local embedded = world.ok("open_embedded_message", { code_page_id = 0x0fff,
      open_mode_flags = 2 }, inner)
    world.ok("set_properties", { property_values = { { tag = SUBJECT, value = "RE: inner" } } },
      embedded)
    world.ok("save_changes_message", { save_flags = 0x0a }, embedded)
    world.ok("save_changes_attachment", { save_flags = 0x0a }, inner, { to = message })
    world.ok("save_changes_message", { save_flags = 0x0a }, message)
    local again = world.ok("open_embedded_message", { code_page_id = 0x0fff,
      open_mode_flags = 0 }, inner)
    assert.equal("inner", again.normalized_subject)
    assert.equal("RE: ", again.subject_prefix)
    assert.equal(2, #numbers(message))
  end)

  it("are deleted", function()
    world.ok("delete_attachment", { attachment_id = file.attachment_id }, message)
    assert.same({ inner.attachment_id }, numbers(message))
  end)

  it("are not listed by number", function()
    world.refused("NotImplemented", "[MS-OXCMSG] 2.2.3.18", "get_valid_attachments", {}, message)
  end)
end
