-- Fast transfer of messages and folders, both ways: [MS-OXCFXICS] 2.2.3.1.

local tag = require("satchel.core").names.tag

local SUBJECT <const>, BODY <const> = tag "PidTagSubject", tag "PidTagBody"
local COPY_TO <const>, COPY_PROPERTIES <const> = 1, 2
local COPY_MESSAGES <const>, COPY_FOLDER <const> = 3, 4
local PARTIAL <const>, DONE <const> = 1, 3
local START_MESSAGE <const>, START_TOP_FOLDER <const> = 0x400c0003, 0x40090003

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local folder, message, id

  local function create(on, subject)
    local made = world.ok("create_message", { code_page_id = 0x0fff,
      folder_id = on.folder_id, associated_flag = false }, on)
    if subject then
      world.ok("set_properties", { property_values = { { tag = SUBJECT, value = subject },
        { tag = BODY, value = ("transferred "):rep(100) } } }, made)
    end
    return made
  end

  local function new_folder(name)
    return world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = name, comment = "" }, world.folder)
  end

  setup(function()
    folder = new_folder "transfer"
    message = create(folder, "one")
    id = world.ok("save_changes_message", { save_flags = 0x0a }, message).message_id
  end)

  -- all that a source gives
  local function download(source)
    local parts, reply = {}
    repeat
      reply = world.ok("fast_transfer_source_get_buffer", { buffer_size = 2000 }, source)
      parts[#parts + 1] = reply.transfer_buffer
    until reply.transfer_status ~= PARTIAL
    assert.equal(DONE, reply.transfer_status)
    return table.concat(parts)
  end

  local function upload(operation, data, on)
    local target = world.ok("fast_transfer_destination_configure",
      { source_operation = operation, copy_flags = 0 }, on)
    for at = 1, #data, 1500 do
      local part = data:sub(at, at + 1499)
      local reply = world.ok("fast_transfer_destination_put_buffer", { transfer_data = part },
        target)
      assert.equal(#part, reply.buffer_used_size)
    end
  end

  local function subject_of(on)
    return world.ok("get_properties_specific", { property_size_limit = 0, want_unicode = true,
      property_tags = { SUBJECT } }, on).row_data[SUBJECT]
  end

  local function marker(data)
    return (("<I4"):unpack(data))
  end

  it("says who it is", function()
    local source = world.ok("fast_transfer_source_copy_to", { level = 0, copy_flags = 0,
      send_options = 1, property_tags = {} }, message)
    world.ok("tell_version", { version = { 15, 0x8000 | 1, 2 } }, source)
  end)

  it("copies a message, all but some of it", function()
    local source = world.ok("fast_transfer_source_copy_to", { level = 0, copy_flags = 0,
      send_options = 1, property_tags = { BODY } }, message)
    local target = create(folder)
    upload(COPY_TO, download(source), target)
    assert.equal("one", subject_of(target))
    world.refused("InvalidParameter", "[MS-OXCFXICS] 3.2.5.8.1.1",
      "fast_transfer_source_copy_to", { level = 0, copy_flags = 1, send_options = 1,
        property_tags = {} }, message)
  end)

  it("copies some of a message", function()
    local source = world.ok("fast_transfer_source_copy_properties", { level = 0,
      copy_flags = 0, send_options = 1, property_tags = { tag "PidTagNormalizedSubject" } },
      message)
    local data = download(source)
    assert.is_true(#data < 200)
    local target = create(folder)
    upload(COPY_PROPERTIES, data, target)
    assert.equal("one", subject_of(target))
  end)

  it("copies messages", function()
    local source = world.ok("fast_transfer_source_copy_messages", { message_ids = { id },
      copy_flags = 0, send_options = 1 }, folder)
    local data = download(source)
    assert.equal(START_MESSAGE, marker(data))
    local target = new_folder "transferred messages"
    upload(COPY_MESSAGES, data, target)
    assert.equal(1, world.ok("get_contents_table", { table_flags = 0 }, target).row_count)
  end)

  it("copies a folder", function()
    local source = world.ok("fast_transfer_source_copy_folder", { copy_flags = 0,
      send_options = 1 }, folder)
    local data = download(source)
    assert.equal(START_TOP_FOLDER, marker(data))
    local target = new_folder "transferred folder"
    upload(COPY_FOLDER, data, target)
    assert.equal(1, world.ok("get_contents_table", { table_flags = 0 }, target).row_count)
  end)
end
