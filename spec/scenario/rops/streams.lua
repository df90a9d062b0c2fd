-- Streams: [MS-OXCPRPT] 2.2.14 to 2.2.26.

local tag = require("satchel.core").names.tag

local BODY <const> = tag "PidTagBody"
local HTML <const> = tag "PidTagHtml"
local TEXT <const> = "0123456789"

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local message, stream

  setup(function()
    message = world.ok("create_message", { code_page_id = 0x0fff, folder_id = world.top_id,
      associated_flag = false }, world.folder)
  end)

  local function open(property, mode, on)
    return world.ok("open_stream", { property_tag = property, open_mode_flags = mode },
      on or message)
  end

  it("are made by opening", function()
    world.refused("NotFound", "[MS-OXCPRPT] 3.2.5.11", "open_stream",
      { property_tag = HTML, open_mode_flags = 0 }, message)
    stream = open(HTML, 2)
    assert.equal(0, stream.stream_size)
    world.refused("NotSupported", "[MS-OXCPRPT] 3.2.5.11", "open_stream",
      { property_tag = tag "PidTagImportance", open_mode_flags = 0 }, message)
  end)

  it("are written, sought and read", function()
    assert.equal(10, world.ok("write_stream", { data = TEXT }, stream).written_size)
    assert.equal(10, world.ok("get_stream_size", {}, stream).stream_size)
    assert.equal(4, world.ok("seek_stream", { origin = 0, offset = 4 }, stream).new_position)
    assert.equal("456789", world.ok("read_stream", { byte_count = 100 }, stream).data)
    assert.equal(7, world.ok("seek_stream", { origin = 2, offset = -3 }, stream).new_position)
    assert.equal("789", world.ok("read_stream", { byte_count = 0xbabe,
      maximum_byte_count = 5000 }, stream).data)
    world.refused("StreamSeekError", "[MS-OXCPRPT] 3.2.5.18", "seek_stream",
      { origin = 0, offset = 1 << 33 }, stream)
  end)

  it("are cut, lengthened and committed", function()
    world.ok("set_stream_size", { stream_size = 5 }, stream)
    assert.equal(5, world.ok("get_stream_size", {}, stream).stream_size)
    world.ok("commit_stream", {}, stream)
    world.ok("seek_stream", { origin = 0, offset = 0 }, stream)
    assert.equal("01234", world.ok("read_stream", { byte_count = 10 }, stream).data)
    world.refused("InvalidParameter", "[MS-OXCPRPT] 2.2.20.1", "set_stream_size",
      { stream_size = 1 << 33 }, stream)
  end)

  it("hold text as UTF-16", function()
    local body = open(BODY, 2)
    world.ok("write_stream", { data = "g\0r\0ü\0" }, body)
    world.ok("commit_stream", {}, body)
  end)

  it("are copied into others", function()
    local target = open(tag "PidTagRtfCompressed", 2)
    world.ok("seek_stream", { origin = 0, offset = 0 }, stream)
    local reply = world.ok("copy_to_stream", { byte_count = 4 }, stream, { to = target })
    assert.same({ 4, 4 }, { reply.read_byte_count, reply.written_byte_count })
    assert.equal(4, world.ok("get_stream_size", {}, target).stream_size)
  end)

  it("refuse to be written when opened to be read", function()
    local read = open(HTML, 0)
    world.refused("StorageAccessDenied", "[MS-OXCPRPT] 3.2.5.13", "write_stream",
      { data = "x" }, read)
  end)

  it("have no locks, clones and commits in one", function()
    local region = { region_offset = 0, region_size = 2, lock_flags = 1 }
    world.refused("NotImplemented", "[MS-OXCPRPT] 3.2.5.21", "lock_region_stream", region, stream)
    world.refused("NotImplemented", "[MS-OXCPRPT] 3.2.5.22", "unlock_region_stream", region,
      stream)
    world.refused("NotImplemented", "[MS-OXCPRPT] 3.2.5.23", "write_and_commit_stream",
      { data = "x" }, stream)
    world.refused("NotImplemented", "[MS-OXCPRPT] 3.2.5.24", "clone_stream", {}, stream)
  end)
end
